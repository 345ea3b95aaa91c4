// The same script on the look-alike and on the real interpreter (environment variable ESPRUINO): equal output.

import assert from 'node:assert';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Bench } from './fake/host';

const SCRIPT = new URL('./conformance/conformance.js', import.meta.url).pathname;
const executable = process.env.ESPRUINO;

/** What an engine says in words of its own, above all when it runs out of something: stack here, variables there. */
const OWN =
  /^(Compacting|New interpreter error|ERROR: |OUT OF MEMORY|Execution Inter|Uncaught undefined|Uncaught Error: Too)/;

/** What is compared: our own lines, what belongs to them, and what the engine says of errors. */
function lines(output: string, source: boolean): string[] {
  // eslint-disable-next-line no-control-regex
  const clean = output.replace(/\r/g, '').replace(/^(>?\x1b\[J)+/gm, '').replace(/^>/gm, ''); // prettier-ignore
  const all = clean.slice(clean.indexOf('#')).split('#end')[0].split('\n');
  // A trace: "    at …" and, from the engine, the line of source and the mark below it.
  const at = (i: number): boolean => / {4}at /.test(all[i] ?? '');
  const trace = (l: string, i: number): boolean =>
    at(i) || (source && (at(i - 1) || at(i - 2) || /^ *\^$/.test(l)));
  return all.filter((l, i) => l && !trace(l, i) && !OWN.test(l));
}

function real(file: string): Promise<string> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'conformance-'));
  return new Promise((resolve, reject) => {
    const child = spawn(executable!, [file], { cwd: dir });
    let out = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), 30000);
    child.stdout.on('data', (d) => {
      out += d.toString('latin1');
      if (out.includes('#end')) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      fs.rmSync(dir, { recursive: true });
      resolve(out);
    });
  });
}

function imitation(): string {
  const files = {
    // An address, so that there is a network.
    '.boot0': "require('Wifi').startAP('x', { password: '12345678' });",
    '.bootcde': fs.readFileSync(SCRIPT, 'utf8'),
  };
  return new Bench(files).boot().run(60000).out;
}

describe('conformance of the look-alike', function () {
  this.timeout(60000);

  it('runs the script to its end', () => {
    const out = imitation();
    assert.match(out, /#end/);
  });

  it('prints what the real interpreter prints', async function () {
    if (!executable) {
      console.log(
        '      !! ESPRUINO names no interpreter: the look-alike was NOT compared with the real one',
      );
      return this.skip();
    }
    const expected = lines(await real(SCRIPT), true);
    // The PC build of the engine that is sold has Unicode text: there it is no model for the chip's.
    const unicode = expected.includes('#unicode');
    if (unicode) console.log('      !! this build has Unicode text: the lines on bytes were not compared');
    const actual = lines(imitation(), false).filter((l) => !unicode || !l.startsWith('#bytes'));
    assert.deepStrictEqual(actual, expected.filter((l) => l !== '#unicode')); // prettier-ignore
  });
});
