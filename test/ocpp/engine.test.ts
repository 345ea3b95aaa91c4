// The parts on call of the OCPP client on the real interpreter: what each costs while it is loaded, and texts that only
// there are bytes.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { solo } from '../../bench/engine/solo';

const { ESPRUINO = '' } = process.env;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Most variables of a part. */
const MOST = 150;

const PARTS = ['ocpp', 'net']
  .flatMap((dir) => fs.readdirSync(path.join(ROOT, 'firmware', dir)))
  .filter((f) => f.endsWith('.part.ts'))
  .map((f) => f.slice(0, -8));

/** What `code` prints on the interpreter, with the parts in its Storage. */
async function run(code: string): Promise<string> {
  const tool = new URL('../../tools/build.mjs', import.meta.url).href;
  const { dir } = (await (await import(tool)).build('reference')) as { dir: string };
  const build = new Map<string, Uint8Array>([
    ['.bootcde', Buffer.from(code + "\nsetTimeout(() => print('the end'), 300);", 'latin1')],
  ]);
  for (const f of fs.readdirSync(dir)) if (f[0] !== '.') build.set(f, fs.readFileSync(path.join(dir, f)));
  const s = await solo({ executable: ESPRUINO, build });
  try {
    assert.ok(await s.until(() => s.text().includes('the end'), 20000), s.text());
    return s.text();
  } finally {
    s.stop();
  }
}

(ESPRUINO && fs.existsSync(ESPRUINO) ? describe : describe.skip)(
  'ocpp parts on the interpreter',
  function () {
    this.timeout(60000);

    it(`no part takes more than ${MOST} variables, and all of them come back`, async () => {
      const text = await run(`
      function used() { return process.memory().usage; }
      function load(n) { const a = used(); require(n); const b = used(); Modules.removeCached(n); return [b - a, used() - a]; }
      load('away');
      // The engine makes the prototype of regular expressions with the first of them, and keeps it.
      /x/.test('');
      ${JSON.stringify(PARTS)}.forEach((n) => print('part', n, load(n).join(' ')));`);
      for (const name of PARTS) {
        const [, cost, left] = new RegExp(`part ${name} (\\d+) (-?\\d+)`).exec(text)!;
        assert.ok(+cost > 10 && +cost <= MOST, `${name}: ${cost}`);
        // The variables of the measurement itself.
        assert.ok(+left < 8, `${name} leaves ${left}`);
      }
    });

    it('escapes become UTF-8, the tag keeps its bytes', async () => {
      const text = await run(`
      const plain = require('utf8').plain;
      print('hex', plain('"\\\\u20ac\\\\ud83d\\\\ude00"').split('').map((c) => c.charCodeAt(0).toString(16)).join(' '));
      print('plain', plain('"\\\\\\\\u20ac"'));`);
      assert.match(text, /hex 22 e2 82 ac f0 9f 98 80 22/);
      assert.ok(text.includes('plain "\\\\u20ac"'), text);
    });

    it('rubbish behind a message, and a message nested without end, do no harm', async () => {
      const text = await run(`
      const sent = [];
      const o = { in: '', id: '', bad: 0, reg: 1, p: '', w: { big: 0 }, c: { f: { log: print } },
        f: { send: (_w, _op, t) => sent.push(t) } };
      function take(t) { o.in = t; o.p = ''; require('inbox').turn(o); print('took', o.p === 'answer', sent.length); }
      take('[2,"1","ClearCache",{}]');
      take('[2,"1","ClearCache",{}]x]');
      take('[2,"1","ClearCache",{}][3]');
      setTimeout(take, 10, '[2,"1","ClearCache",{"a":' + '['.repeat(1400) + ']'.repeat(1400) + '}]');
      setTimeout(take, 100, '[2,"1","ClearCache",{}]');`);
      const took = text.match(/took \w+ \d+/g)!;
      assert.deepEqual(took.slice(0, 3), ['took true 0', 'took false 1', 'took false 2']);
      assert.equal(took.at(-1)!.slice(0, 9), 'took true');
    });
  },
);
