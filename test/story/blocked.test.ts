// A thread that stands still: what a network that swallows packets does to a charger, with and without a car.

import assert from 'node:assert';
import { start, type Bench } from '../../bench/start';
import { build } from '../../tools/build.mjs';
import { Csms } from '../fake/csms';
import { depth, itLong, THIN } from '../fake/depth';
import { VERSION, bundle, central } from '../fake/hosts';
import { Holes, ONLINE } from '../fake/walk';
import { Whole } from '../fake/whole';

const HOURS = depth('HOURS');

interface Seen {
  boots: number;
  contactor: { closed: boolean; commanded: boolean };
  network: { blocked: number };
}

describe('a network that swallows packets', function () {
  this.timeout(60000);
  let bench: Bench;
  const seen = async (): Promise<Seen> => (await bench.snapshot()) as unknown as Seen;
  const get = async (key: string): Promise<unknown> =>
    (JSON.parse((await bench.get(`/api/status?filter=${key}`)).body) as Record<string, unknown>)[key];

  beforeEach(async () => {
    bench = await start({ engine: 'node', fresh: true, set: [['owp', '10']] });
    await bench.get(`/api/set?ocppu=${encodeURIComponent(bench.csms!)}&ocppe=true`);
    await bench.advance(15000);
    assert.equal(await get('ocppa'), true);
  });
  afterEach(() => bench.stop());

  it('while charging: the link is found dead, nobody connects, nothing stands still, the charge goes on', async () => {
    await bench.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    await bench.advance(15000);
    assert.equal((await seen()).contactor.closed, true);
    await bench.post('wifi', { blackhole: true });
    for (let i = 0; i < 12; i++) {
      await bench.advance(15000);
      const s = await seen();
      assert.deepEqual([s.contactor.closed, s.boots, s.network.blocked], [true, 1, 0]);
    }
    assert.equal(await get('ocppc'), false);
    assert.ok(((await get('gap')) as number) < 100);
  });

  it('without a car: the blind connect costs one reset by the watchdog, and then the host is left alone', async () => {
    await bench.post('wifi', { blackhole: true });
    let boots = 1;
    for (let i = 0; i < 60; i++) {
      await bench.advance(5000);
      const s = await seen();
      boots = s.boots;
      assert.equal(s.contactor.commanded, false);
    }
    assert.equal(boots, 2);
    assert.match(String(await get('ocpple')), /blocked the charger/);
    // A car is served all the same.
    await bench.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    await bench.advance(15000);
    assert.equal((await seen()).contactor.closed, true);
  });
});

describe('hosts that answer a ping and swallow a connect', function () {
  this.timeout(60000);
  before(() => build('reference'));

  for (const interlock of [0, 1])
    itLong(
      `central system and broker, interlock ${interlock}: a reset each, then both are left alone, and cars are served`,
      () => {
        const files = bundle(VERSION, 'interlock:1', `interlock:${interlock}`);
        const w = new Whole(
          files,
          1,
          { acs: '0', ...ONLINE },
          (b) => ((b.net as Holes).hole = 'connects'),
          Holes,
        );
        const { reboots } = w.bench;
        w.run(600000);
        assert.deepEqual(reboots, ['watchdog', 'watchdog'], w.bench.out);
        w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
        w.run(15000);
        assert.deepEqual([w.shown().contactor.closed, w.get('errs')], [true, 0], w.bench.out);
        // Tried again after a quarter of an hour: one costs a reset, and none in a row end in safe mode.
        w.run(HOURS * 3600000);
        assert.ok(reboots.length < 2 + HOURS * 4 + 1, reboots.join());
        assert.equal(w.get('errs'), 0, w.bench.out);
        if (!interlock) assert.equal(w.shown().contactor.openedUnderLoad, 0);
        // A power cut in a connect is none of its doing.
        w.post('car', { state: 'unplugged' });
        (w.bench.net as unknown as Holes).hole = '';
        (w.bench.net as unknown as Holes).ports_[9000] = central(new Csms());
        w.cut(1000);
        w.run(20000);
        assert.equal(w.get('ocppc'), true, w.bench.out);
        w.end();
      },
    );

  it('their resets are no crashes: it takes three others in a row until nothing charges', () => {
    const w = new Whole(
      bundle(VERSION),
      1,
      { acs: '0', ...ONLINE },
      (b) => ((b.net as Holes).hole = 'connects'),
      Holes,
    );
    const { reboots } = w.bench;
    while (reboots.length < 2) w.run(1000);
    w.run(5000);
    for (let n = 1; n <= 3; n++) {
      // Scan and work end: what an endless loop does, seen from outside.
      w.bench.engine.type('clearTimeout()\n');
      w.run(12000);
      assert.deepEqual([reboots.length, w.get('errs')], [2 + n, n < 3 ? 0 : 131072], w.bench.out);
    }
    w.end();
  });

  // 18 s in a connect is longer than the watchdog waits. The car is unplugged a second after it began.
  for (const leaves of [false, true])
    (leaves ? it : itLong)(
      `a connect that blocks at any moment of a charge${leaves ? ', while the car leaves' : ''}: open, reset, and the charge goes on`,
      () => {
        for (let ms = 0; ms < 16000; ms += (ms < 2400 || (ms > 9000 && ms < 9600) ? 90 : 700) * THIN) {
          const w = new Whole(bundle(VERSION), 1 + (ms % 7), { acs: '0' });
          w.run(3000);
          const at = (t: number, state: string): unknown =>
            w.bench.clock.at(3000 + t, () => w.post('car', { state, amps: 32, phases: 3, cable: 32 }));
          at(0, 'B');
          at(400, 'C');
          at(9200, 'B');
          at(9500, 'C');
          w.run(ms);
          w.bench.net.slow = 18000;
          if (leaves) w.bench.clock.at(w.t + 1000, () => w.post('car', { state: 'unplugged' }));
          let wrong = '';
          let off = 0;
          w.rig.onChange(() => {
            const { contactor, car, pilot } = w.shown();
            if (!contactor.closed) off = 0;
            else if (car.state === 'unplugged' || pilot.high > 7.5) off ||= w.t;
            if (off && w.t - off > 105) wrong = `closed for ${w.t - off} ms`;
          });
          const from = w.t;
          w.type("try { require('net').connect({ host: 'a', port: 9 }, () => {}) } catch (e) {}");
          while (!w.bench.reboots.length && w.t < from + 20000) w.run(20);
          assert.deepEqual(w.bench.reboots, ['watchdog'], `${ms} ms`);
          assert.ok(w.t - from <= 10500, `${ms} ms: reset after ${w.t - from} ms`);
          assert.deepEqual(
            [w.shown().contactor.commanded, w.shown().pilot.mode],
            [false, 'high'],
            `${ms} ms`,
          );
          w.run(25000);
          if (leaves) w.post('car', { state: 'C' });
          else assert.equal(w.shown().contactor.closed, true, `${ms} ms\n${w.bench.out}`);
          w.run(15000);
          assert.deepEqual([wrong, w.get('errs'), w.shown().contactor.closed], ['', 0, true], `${ms} ms`);
          w.end();
        }
      },
    );
});
