// The budgets of load, on the real interpreter under the profiler: while the charger charges and flash is written, a long message
// comes, three clients ask for everything and the network comes and goes, no callback is longer than a scan's period, and no scan
// waits longer for it; and how long clients and the central system wait for an answer. Some minutes for each: with ESPRUINO
// set, DEPTH=full takes those of flash and of the long message, LOADS=all all of them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { readBuild } from '../../bench/image';
import { answers } from '../../bench/measure/answers';
import { KNOWN, type Known } from '../../bench/measure/budgets';
import { calibrate, type Units } from '../../bench/measure/profile';
import { figure, type Section } from '../../bench/measure/table';
import { trips } from '../../bench/measure/trips';
import { load, under } from '../../bench/measure/work';
import { build } from '../../tools/build.mjs';
import { FULL } from '../fake/depth';

const { ESPRUINO = '', LOADS = '' } = process.env;
/** Taken at DEPTH=full. */
const SOME = ['flash: eight settings are written', 'SendLocalList, 64 entries'];

/** Why nothing is measured, '' = it is. */
function lacking(): string {
  if (!ESPRUINO || !fs.existsSync(ESPRUINO)) return 'ESPRUINO does not name an interpreter';
  try {
    execFileSync('valgrind', ['--version'], { stdio: 'ignore' });
  } catch {
    return 'there is no valgrind';
  }
  return LOADS === 'all' || FULL ? '' : 'only with DEPTH=full, or LOADS=all';
}

/** Every figure with a budget is within it, or where it is known to be broken no worse. */
function held({ title, rows, text }: Section, least: number): void {
  assert.doesNotMatch(text ?? '', /not to their end|broke off/, text);
  const promised = rows.filter((r) => r.budget !== undefined);
  assert.ok(promised.length >= least, `${title}: ${promised.length} figures`);
  console.log(rows.map((r) => `      ${r.what}: ${r.value}${r.budget ? ` of ${r.budget}` : ''}`).join('\n'));
  const known = (what: string): Known | undefined => KNOWN.find((x) => x[0] === title && x[1] === what);
  const over = promised.filter((r) => !r.kept && !(figure(r.value) <= figure(known(r.what)?.[2] ?? '0')));
  assert.deepEqual(over.map((r) => `${r.what}: ${r.value} of ${r.budget}`), []); // prettier-ignore
}

describe('budgets under load on the engine', function () {
  this.timeout(1800000);
  const lacks = lacking();
  if (lacks) {
    it(`SKIPPED, nothing of it was measured: ${lacks}`);
    return;
  }
  const all = LOADS === 'all';
  let unit: Units;
  const made = (): ReturnType<typeof readBuild> => readBuild('dist', 'reference');
  before(async () => {
    await build('reference');
    unit = await calibrate(ESPRUINO);
  });

  it(all ? 'flash, a long message, three clients, reconnects' : SOME.join(', '), async () => {
    held(await load(ESPRUINO, made(), unit.standin, all ? [] : SOME), all ? 8 : 4);
  });

  if (!all) {
    it(
      'SKIPPED, only with LOADS=all: three clients, reconnects, answers of the API and to the central system',
    );
    return;
  }

  it('answers of the API', async () => {
    held(await under(ESPRUINO, made(), (s, profile) => answers(s, profile, unit.standin)), 6);
  });

  it('answers to the central system', async () => {
    held(await under(ESPRUINO, made(), (s, profile) => trips(s, profile, unit.standin)), 4);
  });
});
