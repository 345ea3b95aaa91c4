// Each rule of the random walks is seen to be able to fail: on bundles with one rule broken on purpose.

import assert from 'node:assert';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { build } from '../../tools/build.mjs';
import { chunks } from '../../rollup.config.js';
import { walk } from '../fake/walk';
import { reference } from '../fake/whole';
import type { Build } from '../../bench/image';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Broken rules: file, text, what stands there instead, what the walk has to say. */
const MUTANTS: [name: string, file: string, text: string, instead: string, said: RegExp][] = [
  ['B2 closes the contactor', 'charge.ts', 'B2: PWM | LOCK', 'B2: PWM | POWER | LOCK', /without a car in C or D|unlocked|closed after/],
  ['leaving C is debounced as slowly as entering it', 'pilot.ts', 'const LEAVE = 2', 'const LEAVE = 25', /without a car in C or D/],
  ['the greatest limit wins', 'limits.ts', 'min(l.brd', 'Math.max(l.brd', /is the limit/],
  ['closes without a passed diode check', 'charge.ts', "x.cp === 'B' || !x.dio || !x.go", "x.cp === 'B' || !x.go", /without a diode|closed after/],
  ['a failed self-test counts as passed', 'rcm.ts', 'c.x.tst = good;', 'c.x.tst = 1;', /without a self-test/],
  ['a trip does not latch', 'faults.ts', "{ bit: RCM, does: 'open', ends: 'operator'", "{ bit: RCM, does: 'open', ends: 'time'", /errs \d+ became/],
  ['phases are switched whenever asked', 'phases.ts', 'if (proven(c) && !early(c)) move(c, n)', 'move(c, n)', /phases switched/],
  ['closes with the connector unlocked', 'session.ts', 'return !c.b.lock || c.b.lock.locked() === 1;', 'return true;', /unlocked/],
  ['PWM comes back at once', 'charge.ts', 'const X1 = 3000', 'const X1 = 300', /PWM after \d+ ms|closed after/],
  ['the duty changes whenever asked', 'scan.ts', 'const SPACING = 5000', 'const SPACING = 500', /another duty/],
  ['closes again at once', 'scan.ts', 'const DWELL = 5000', 'const DWELL = 500', /closed \d+ ms after/],
  ['a fault that is over stays', 'fault.ts', 'if (f.due && c.t >= f.due) lapse(c)', '', /does not charge any more/],
]; // prettier-ignore

describe('random walks find a broken rule', function () {
  this.timeout(60000);
  let dir: string;
  before(async () => {
    await build('reference');
    dir = mkdtempSync(path.join(os.tmpdir(), 'pilotwire-'));
    for (const name of ['firmware', 'hal', 'boards', 'tsconfig.json'])
      cpSync(path.join(ROOT, name), path.join(dir, name), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** The bundle with one text in one file of the core replaced. */
  async function mutant(file: string, text: string, instead: string): Promise<Build> {
    const at = path.join(dir, 'firmware/core', file);
    const source = readFileSync(at, 'utf8');
    assert.ok(source.includes(text), `${file} holds no ${text}`);
    writeFileSync(at, source.replace(text, instead));
    try {
      const options: any = chunks('reference', dir)[0];
      const bundle = await rollup(options);
      const { output } = await bundle.generate(options.output);
      await bundle.close();
      const files: Build = new Map(reference());
      for (const o of output) {
        if (o.fileName === 'reference.js' && o.type === 'chunk') files.set('main', Buffer.from(o.code));
        if (o.type === 'asset') files.set(path.basename(o.fileName), Buffer.from(o.source));
      }
      return files;
    } finally {
      writeFileSync(at, source);
    }
  }

  for (const [name, file, text, instead, said] of MUTANTS)
    it(name, async () => {
      const files = await mutant(file, text, instead);
      let found = '';
      for (let seed = 1; seed < 20 && !found; seed++) found = walk(files, seed, 400);
      assert.match(found, said);
    });
});
