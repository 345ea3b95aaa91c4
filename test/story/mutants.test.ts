// Each rule of the random walks is seen to be able to fail: on bundles with one rule broken on purpose.

import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'rollup';
import { build } from '../../tools/build.mjs';
import { packFaults, readFaults } from '../../tools/faults.mjs';
import { VERSION, bundle } from '../fake/hosts';
import { describeLong, thin } from '../fake/depth';
import { Walk, walk } from '../fake/walk';
import { reference } from '../fake/whole';
import type { Build } from '../../bench/image';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Broken rules: file, text, what stands there instead (4 is POWER, which has another name in the bundle), what the walk has
 * to say, the first seed if it takes several.
 */
const MUTANTS: [name: string, file: string, text: string, instead: string, said: RegExp, first?: number][] = [
  ['B2 closes the contactor', 'charge.ts', 'B2: PWM | LOCK', 'B2: PWM | 4 | LOCK', /without a car in C or D|unlocked|closed after/],
  ['leaving C is debounced as slowly as entering it', 'pilot.ts', 'const LEAVE = 2', 'const LEAVE = 25', /without a car in C or D/],
  ['the greatest limit wins', 'limits.ts', 'min(l.brd', 'Math.max(l.brd', /is the limit/],
  ['the temperature limits nothing', 'limits.ts', 'l.temp, ', '', /is the limit/, 30],
  ['the cable limits nothing', 'limits.ts', 'l.cbl, ', '', /is the limit/, 5],
  ['closes without a passed diode check', 'scan.ts', 'const good = c.b.pilot.lo < BOTTOM;', 'const good = true;', /on a car without a diode/, 112],
  ['a failed self-test counts as passed', 'rcm.ts', 'c.x.tst = good;', 'c.x.tst = 1;', /without a self-test/, 16],
  ['a trip does not latch', 'faults.ts', "{ bit: RCM, does: 'open', ends: 'flash'", "{ bit: RCM, does: 'open', ends: 'time'", /errs \d+ became/],
  ['phases are switched whenever asked', 'phases.ts', 'proven(c) && !early(c)', 'true', /phases switched/, 3],
  ['closes with the connector unlocked', 'session.ts', 'return !c.b.lock || c.b.lock.locked() === 1;', 'return true;', /unlocked/],
  ['PWM comes back at once', 'charge.ts', 'const X1 = 3000', 'const X1 = 300', /PWM after \d+ ms|closed after/],
  ['the duty changes whenever asked', 'scan.ts', 'const SPACING = 5000', 'const SPACING = 500', /another duty/, 3],
  ['closes again at once', 'scan.ts', 'const DWELL = 5000', 'const DWELL = 500', /closed \d+ ms after/, 9],
  ['a fault that is over stays', 'fault.ts', 'f.due && c.t >= f.due', 'false', /does not charge any more/],
]; // prettier-ignore

/** Of the build's own steps those that decide what is in the bundle, not how small it is. */
const KEPT = ['strict', 'replace', 'alone'];

/** Compiles file by file: the build's compiler reads all boards first. */
const sources = (ts: typeof import('typescript')): Plugin => ({
  name: 'sources',
  resolveId: (id, from) =>
    id === '@board' ? path.join(ROOT, 'boards/reference.ts') : from && path.resolve(from, '..', `${id}.ts`),
  transform: (code) =>
    ts.transpileModule(code, {
      compilerOptions: { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.ESNext },
    }).outputText,
});

describeLong('random walks find a broken rule', function () {
  this.timeout(60000);
  let main = '';
  before(async () => {
    await build('reference');
    // They take a second to load.
    const { rollup } = await import('rollup');
    const { chunks } = await import('../../rollup.config.js');
    const { default: ts } = await import('../../tools/typescript.mjs');
    const { plugins, input, output }: any = chunks('reference')[0];
    const kept = plugins.filter((p: Plugin) => KEPT.includes(p.name));
    const bundle = await rollup({ input, plugins: [sources(ts), ...kept] });
    main = (await bundle.generate({ ...output, sourcemap: false })).output[0].code;
    await bundle.close();
  });

  /** The bundle with one text in one file of the core replaced; the table of faults is a file of its own. */
  function mutant(file: string, text: string, instead: string): Build {
    const at = path.join(ROOT, 'firmware/core', file);
    const source = readFileSync(at, 'utf8');
    const table = file === 'faults.ts';
    assert.ok(source.includes(text), `${file} holds no ${text}`);
    if (!table) assert.equal(main.split(text).length, 2, `${text} is not once in the bundle`);
    const files: Build = new Map(reference());
    files.set('main', Buffer.from(main.replace(text, instead)));
    if (table) files.set('faults', Buffer.from(packFaults(readFaults(at, source.replace(text, instead)))));
    return files;
  }

  for (const [name, file, text, instead, said, first = 1] of thin(MUTANTS))
    it(name, () => {
      const files = mutant(file, text, instead);
      let found = '';
      for (let seed = first; seed < first + 19 && !found; seed++) found = walk(files, seed, 400);
      assert.match(found, said);
    });

  it('a silent meter limits nothing', () => {
    const silent = (files: Build): string => {
      const w = new Walk(files, 1, '');
      w.silent();
      w.whole.end();
      return w.broken;
    };
    assert.match(silent(mutant('limits.ts', 'l.mtr, ', '')), /is the limit/);
    assert.equal(silent(reference()), '');
  });

  it('a board declares an interlock that it does not have: a connect that blocks', () => {
    const blocked = (files: Build): string => {
      const w = new Walk(files, 1, 'network');
      w.blocked();
      w.whole.end();
      return w.broken;
    };
    assert.match(blocked(reference()), /without a car in C or D/);
    assert.equal(blocked(bundle(VERSION, 'interlock:1', 'interlock:0')), '');
  });
});
