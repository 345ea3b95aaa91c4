// The changes that docs/adding.md shows, applied to a copy of the tree: it builds, and they do what they say.

import assert from 'node:assert';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as compile } from 'esbuild';
import { readBuild } from '../bench/image';
import type reference from '../bench/wiring/reference';
import { describe as read, lint } from '../tools/boards.mjs';
import { build } from '../tools/build.mjs';
import { depth } from './fake/depth';
import { scene } from './fake/hosts';
import { Whole } from './fake/whole';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COPIED = ['firmware', 'hal', 'boards', 'bench/wiring', 'test/http', 'tsconfig.json', 'package.json'];

/** Applies the changes of a text; what is taken away or stands around it is there, once. */
function apply(text: string, root: string): string[] {
  const files: string[] = [];
  for (const [, diff] of text.matchAll(/^```diff\n([^]*?)^```$/gm))
    for (const [, from, to, change] of diff.matchAll(
      /^--- (.*)\n\+\+\+ b\/(.*)\n([^]*?)(?=^--- |$(?![^]))/gm,
    )) {
      const file = path.join(root, to);
      assert.equal(existsSync(file), from !== '/dev/null', to);
      let now = existsSync(file) ? readFileSync(file, 'utf8') : '';
      for (const hunk of change.split(/^@@\n/m).filter(Boolean)) {
        const side = (marks: string): string =>
          hunk
            .split('\n')
            .filter((line) => line && marks.includes(line[0]))
            .map((line) => line.slice(1) + '\n')
            .join('');
        const [before, after] = now.split(side(' -'));
        if (from !== '/dev/null') assert.equal(now.split(side(' -')).length, 2, `${to}: ${hunk}`);
        now = from === '/dev/null' ? side('+') : before + side(' +') + after;
      }
      writeFileSync(file, now);
      files.push(to);
    }
  return files;
}

(depth('ADDING') ? describe : describe.skip)('docs/adding.md', function () {
  this.timeout(120000);
  let root = '';
  let files: string[] = [];

  before(async () => {
    root = mkdtempSync(path.join(os.tmpdir(), 'pilotwire-adding-'));
    for (const name of COPIED) cpSync(path.join(ROOT, name), path.join(root, name), { recursive: true });
    for (const name of ['node_modules', 'bench/parts'])
      symlinkSync(path.join(ROOT, name), path.join(root, name));
    // The driver is there.
    files = apply(readFileSync(path.join(ROOT, 'docs/adding.md'), 'utf8').split('\n## A board\n')[1], root);
    await build('reference', root);
    await build('carport', root);
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const made = (board: string): ReturnType<typeof readBuild> => readBuild(path.join(root, 'dist'), board);

  it('has a board, which steps into no trap and charges a car', async () => {
    assert.ok(files.includes('boards/carport.ts') && files.includes('bench/wiring/carport.ts'));
    const file = path.join(root, 'boards/carport.ts');
    assert.deepEqual(lint(read('boards/carport.ts', readFileSync(file, 'utf8'))), []);
    const [source, outfile] = ['.ts', '.mjs'].map((end) => path.join(root, `bench/wiring/carport${end}`));
    await compile({ entryPoints: [source], outfile, bundle: true, format: 'esm', platform: 'node' });
    const { default: wires } = (await import(pathToFileURL(outfile).href)) as { default: typeof reference };
    const w = new Whole(made('carport'), 1, {}, undefined, undefined, wires);
    w.run(2000);
    w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    w.run(15000);
    const { contactor, car } = w.shown();
    assert.equal(contactor.closed, true, w.bench.out);
    assert.deepEqual(car.drawing.map(Math.round), [16, 16, 16]);
    w.end();
  });

  it('has a key, which is kept over a power cut', () => {
    assert.ok(files.includes('firmware/core/keys.ts'));
    const w = new Whole(made('reference'));
    w.run(2000);
    assert.equal(w.get('ins'), '');
    w.type('set("ins", "F12")', 500);
    w.cut(500);
    w.run(5000);
    assert.equal(w.get('ins'), 'F12');
    w.end();
  });

  it('has a message, which is answered and followed', () => {
    assert.ok(files.includes('firmware/ocpp/messages.ts'));
    const { w, cs } = scene(1, {}, made('reference'));
    const ask = (requestedMessage: string): unknown => {
      const id = cs.call('ExtendedTriggerMessage', { requestedMessage });
      w.run(3000);
      return cs.answer(id);
    };
    const beats = cs.calls('Heartbeat').length;
    assert.deepEqual(ask('LogStatusNotification'), { status: 'NotImplemented' });
    assert.deepEqual(ask('Heartbeat'), { status: 'Accepted' });
    assert.equal(cs.calls('Heartbeat').length, beats + 1);
    w.end();
  });
});
