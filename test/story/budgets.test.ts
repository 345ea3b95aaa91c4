// The budgets of memory and of the quiet scan, on the real interpreter: what docs/budgets.md promises holds for this build.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { readBuild } from '../../bench/image';
import { PEAK, QUIET_SCAN, RESIDENT, START, memory } from '../../bench/measure/budgets';
import { calibrate, scans } from '../../bench/measure/profile';
import { starts } from '../../bench/measure/starts';
import { build } from '../../tools/build.mjs';

const { ESPRUINO = '' } = process.env;

function profiler(): boolean {
  try {
    return !!execFileSync('valgrind', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return false;
  }
}

if (ESPRUINO && fs.existsSync(ESPRUINO))
  describe('budgets on the engine', function () {
    this.timeout(900000);
    before(() => build('reference'));

    it(`at most ${RESIDENT} variables stay, at most ${PEAK} are in use`, async () => {
      const sections = await memory(readBuild('dist', 'reference'), () => {});
      const rows = sections.flatMap((s) => s.rows);
      assert.ok(rows.length > 15, `only ${rows.length} rows`);
      const over = rows.filter((r) => !r.kept).map((r) => `${r.what}: ${r.value} of ${r.budget}`);
      assert.deepEqual(over, [], 'variables above the budget; docs/engine.md says how to find them');
    });

    it(`a scan in which nothing changes takes at most ${QUIET_SCAN / 1000} k instructions`, async function () {
      if (!profiler()) this.skip();
      const { standin } = await calibrate(ESPRUINO);
      const found = await scans(ESPRUINO, 'reference', readBuild('dist', 'reference'), standin);
      for (const [state, n] of Object.entries(found))
        assert.ok(n > 0 && n <= QUIET_SCAN, `${state}: ${n} instructions of ${QUIET_SCAN}`);
    });

    it(`from power to a pilot that is ready: at most ${START / 1e6} M instructions`, async function () {
      if (!profiler()) this.skip();
      const { standin } = await calibrate(ESPRUINO);
      const found = await starts(ESPRUINO, 'reference', readBuild('dist', 'reference'), standin);
      for (const [journal, n] of Object.entries(found))
        assert.ok(n > 50e6 && n <= START, `journal ${journal}: ${n} instructions of ${START}`);
    });
  });
else
  describe('budgets on the engine', () => {
    it.skip('needs ESPRUINO', () => {});
  });
