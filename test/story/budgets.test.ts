// The budgets of memory and of the quiet scan, on the real interpreter: what docs/budgets.md promises holds for this build.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
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

    it('docs/engine.md tells what values cost', () => {
      const page = fs.readFileSync('docs/engine.md', 'utf8');
      const rows = [
        ...page
          .split('costs: begin')[1]
          .split('costs: end')[0]
          .matchAll(/^\| `(.+)` \| (\d+) \|/gm),
      ];
      assert.ok(rows.length > 10, `only ${rows.length} rows`);
      const long = '(function(a,b){' + 'a=a+b;'.repeat(112) + 'return a;})';
      const script = `
        const used = () => process.memory().usage;
        const cost = (text) => {
          eval('global.it=0');
          const before = used();
          global.it = eval(text);
          return used() - before;
        };
        cost('1');
        require('Storage').write('f', ${JSON.stringify(long)});
        const f = require('Storage').read('f');
        print('COSTS ' + JSON.stringify(${JSON.stringify(rows.map(([, code]) => `(${code})`))}.map(cost).concat(cost(f), cost(${JSON.stringify(long)}))));
      `;
      const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-costs-'));
      fs.writeFileSync(path.join(dir, 'costs.js'), script);
      const out = execFileSync(path.resolve(ESPRUINO), ['costs.js'], { cwd: dir, encoding: 'latin1' });
      fs.rmSync(dir, { recursive: true });
      const got = JSON.parse(/COSTS (\[.*\])/.exec(out)![1]) as number[];
      const said = /of (\d+) characters takes (\d+) variables in memory and (\d+) when/.exec(page)!.slice(1);
      assert.deepEqual(
        [long.length, got.pop(), got.pop()].map((n, i) => (i ? n : Math.round(n! / 10) * 10)),
        said.map(Number),
      );
      rows.forEach(([, code, n], i) => assert.equal(got[i], Number(n), code));
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
