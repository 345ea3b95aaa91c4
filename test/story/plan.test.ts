// Schedule, surplus and next trip through the API of the whole charger, on both engines. The rules in detail, and over days:
// test/core/plan.test.ts.

import assert from 'node:assert';
import fs from 'node:fs';
import { start, type Bench } from '../../bench/start';

type Json = Record<string, unknown>;

const { ESPRUINO = '' } = process.env;
const NIGHT = '{"control":1,"ranges":[{"begin":{"hour":22,"minute":0},"end":{"hour":6,"minute":0}}]}';

function story(engine: 'node' | 'espruino'): void {
  describe(`schedule, surplus and next trip (${engine})`, function () {
    this.timeout(120000);
    let b: Bench;
    const get = async (path: string): Promise<Json> => JSON.parse((await b.get(path)).body) as Json;
    const status = (filter: string): Promise<Json> => get(`/api/status?filter=${filter}`);
    const set = async (query: string): Promise<void> => {
      const text = JSON.stringify(await get(`/api/set?${query}`));
      assert.doesNotMatch(text, /:"/, text);
    };
    const pass = async (ms: number): Promise<unknown> =>
      engine === 'node' ? b.advance(ms) : new Promise((done) => setTimeout(done, ms));
    /** Waits until the keys have these values. */
    async function until(ms: number, want: Json): Promise<void> {
      let seen: Json = {};
      for (let t = 0; t <= ms; t += 200) {
        seen = await status(Object.keys(want).join());
        if (JSON.stringify(seen) === JSON.stringify(want)) return;
        await pass(200);
      }
      assert.deepEqual(seen, want, `not within ${ms} ms\n${b.log().text}`);
    }

    before(async () => (b = await start({ engine, csms: 'off', fresh: true })));
    after(() => b.stop());

    it('a schedule opens at its minute', async () => {
      await set(`utc=2026-03-02T20:59:54&sch_week=${encodeURIComponent(NIGHT)}`);
      await until(2000, { modelStatus: 5, alw: false, why: 'forbidden by the schedule' });
      await until(9000, { modelStatus: 13, alw: true, why: 'allowed' });
      assert.deepEqual((await status('sch_week')).sch_week, JSON.parse(NIGHT));
    });

    it('surplus starts the charge, and is the limit', async () => {
      await set('lmo=4&psm=1');
      await until(2000, { modelStatus: 17, alw: false, why: 'no surplus' });
      await b.post('car', { state: 'C', amps: 32, phases: 1, cable: 32 });
      await set(`ids=${encodeURIComponent('{"pGrid":-3500.0,"pPv":4000,"pAkku":0}')}`);
      await until(2000, { modelStatus: 12, pgrid: -3500, ppv: 4000, pakku: 0 });
      const amps = Math.floor(3500 / 230);
      const closed = async (): Promise<boolean> =>
        ((await b.snapshot()).contactor as { closed: boolean }).closed;
      for (let t = 0; t < 15000 && !(await closed()); t += 200) await pass(200);
      assert.ok(await closed(), b.log().text);
      // Nobody told anything for 10 s: the least current.
      await until(15000, { acu: 6, pgrid: null });
      assert.deepEqual((await status('cll')).cll, { ...((await status('cll')).cll as Json), pvSurplus: 6 });
      // What the vehicle takes itself is part of the surplus.
      await pass(6000);
      await set(`ids=${encodeURIComponent(`{"pGrid":${-3550 + 1380}}`)}`);
      await until(8000, { acu: amps });
    });

    it('the next trip begins with a minute of measuring', async () => {
      await set('lmo=5&ate=20000&att=32400');
      await until(15000, { modelStatus: 8, alw: true });
      await set('lmo=3');
      await until(2000, { modelStatus: 13 });
    });

    it('no error was told, and the settings are there after a power cut', async () => {
      await set('lmo=4&fst=2000');
      await b.post('supply', { off: 500 });
      await pass(engine === 'node' ? 3000 : 1000);
      await until(20000, { lmo: 4, fst: 2000, modelStatus: 17 });
      assert.doesNotMatch(b.log().text, /error|Uncaught/);
    });
  });
}

story('node');
if (ESPRUINO && fs.existsSync(ESPRUINO)) story('espruino');
else it('SKIPPED on the real interpreter: ESPRUINO does not name one');
