// Flash on a board without the hardware interlock: pages are never erased behind a closed contactor, and nothing is lost for
// want of them, however long a charge lasts and however often the limit changes.

import assert from 'node:assert';
import { build } from '../../tools/build.mjs';
import { depth, describeLong } from '../fake/depth';
import { bundle, scene, VERSION, type Scene } from '../fake/hosts';

/** The reference board without the mark of its interlock. */
const open = (): ReturnType<typeof bundle> => bundle(VERSION, 'interlock:1', 'interlock:0');
const HOUR = 3600000;
const HOURS = depth('HOURS');
/** The strip has a bit a Wh on three pages, and a charge finds two of them erased: 65 kWh. */
const LONG = depth('LONG');
const SETTINGS = depth('SETTINGS');

/** Where the register's strip lies in flash. */
const STRIP = 13 * 4096;

interface Watched extends Scene {
  /** Erases behind a closed contactor; times that it opened. */
  hurt: number;
  opened: number;
}

/** `used`: of the register's page so many words. */
function charging(seed: number, used = 0): Watched {
  const s = scene(seed, { acs: '0', ocppi: '60', amp: '32' }, open()) as Watched;
  if (used) {
    s.w.bench.flash.write(STRIP + 8, Buffer.alloc(used * 4));
    s.w.cut(500);
    s.w.run(20000);
  }
  s.hurt = s.opened = 0;
  const { flash } = s.w.bench;
  const erase = flash.erase.bind(flash);
  flash.erase = (page) => {
    if (s.w.shown().contactor.closed) s.hurt++;
    erase(page);
  };
  let was = false;
  s.w.rig.onChange(() => {
    const { closed } = s.w.shown().contactor;
    if (was && !closed) s.opened++;
    was = closed;
  });
  s.w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
  s.w.run(12000);
  assert.equal(s.w.shown().contactor.closed, true, s.w.bench.out);
  return s;
}

const profile = (limit: number, periods = 1, purpose = 'TxDefaultProfile', every = 900): object => ({
  connectorId: purpose === 'TxDefaultProfile' ? 1 : 0,
  csChargingProfiles: {
    chargingProfileId: purpose === 'TxDefaultProfile' ? 1 : 2,
    stackLevel: 0,
    chargingProfilePurpose: purpose,
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      chargingRateUnit: 'A',
      chargingSchedulePeriod: Array.from({ length: periods }, (_, i) => ({ startPeriod: i * every, limit })),
    },
  },
});

describeLong('flash without interlock', function () {
  this.timeout(300000);
  before(() => build('reference'));

  it(`${HOURS} h of a new limit every 10 s: all taken, all on the wire, all samples told; the last one outlives`, () => {
    const s = charging(31);
    const { w, cs } = s;
    let late = 0;
    let n = 0;
    let amps = 0;
    for (let end = w.t + HOURS * HOUR; w.t < end; n++) {
      amps = 6 + ((n * 7) % 19);
      const id = cs.call('SetChargingProfile', profile(amps));
      w.run(9000);
      assert.deepEqual(cs.answer(id), { status: 'Accepted' }, `${n}: ${w.bench.out}`);
      const { pilot, contactor } = w.shown();
      // In a pause there is no current for any limit.
      if (contactor.closed && pilot.mode === 'pwm' && Math.abs(pilot.duty * 0.6 - amps) > 0.1) late++;
      w.run(1000);
    }
    assert.ok(n > 333 * HOURS);
    assert.equal(s.hurt, 0, 'erased behind a closed contactor');
    assert.ok(s.opened <= 4, `${s.opened} pauses`);
    assert.ok(late < n / 20, `${late} of ${n} limits were late`);
    assert.equal(w.shown().contactor.openedUnderLoad, 0);
    assert.doesNotMatch(w.bench.out, /not kept|lost|MemoryExhaustion/);
    const told = cs.calls('MeterValues').length;
    assert.ok(told >= HOURS * 60 - 2 && told <= HOURS * 60 + 4, `${told} samples`);
    // Stopped, pages are erased, and a power cut finds the last limit.
    w.post('car', { state: 'B' });
    w.run(5000);
    w.post('car', { state: 'unplugged' });
    w.run(10000);
    assert.equal(cs.calls('StopTransaction').length, 1);
    (w.bench.net as unknown as { forget(): void }).forget();
    cs.up = false;
    w.cut(1000);
    w.run(4000);
    assert.match(w.bench.out, new RegExp(`limit ${amps} A\\n[^]*$`));
    w.end();
  });

  it('profiles of 24 periods faster than pages can be had: refused in time, nothing is erased, and the charge goes on', () => {
    const s = charging(34);
    const { w, cs } = s;
    const said: { [status: string]: number } = {};
    for (let n = 0; n < 140; n++) {
      const id = cs.call('SetChargingProfile', profile(6 + ((n * 7) % 19), 24));
      w.run(9000);
      const a = cs.answer(id) as string | { status: string };
      const what = typeof a === 'string' ? a : a.status;
      said[what] = (said[what] ?? 0) + 1;
    }
    assert.equal(s.hurt, 0, 'erased behind a closed contactor');
    assert.ok(said.Accepted > 20 && said.GenericError > 20, JSON.stringify(said));
    assert.equal(w.shown().contactor.openedUnderLoad, 0);
    w.post('car', { state: 'unplugged' });
    w.run(10000);
    assert.equal(cs.calls('StopTransaction').length, 1);
    w.end();
  });

  it('a profile that finds no room is refused, and the limit that holds goes on', () => {
    const s = charging(35);
    const { w, cs } = s;
    const set = (q: object, ms: number): unknown => {
      const id = cs.call('SetChargingProfile', q);
      w.run(ms);
      return cs.answer(id);
    };
    // Until limits wait in memory.
    for (let n = 0; n < 400; n++)
      assert.deepEqual(set(profile(20 + (n % 20) / 10), 1000), { status: 'Accepted' }, String(n));
    assert.deepEqual(set(profile(8), 9000), { status: 'Accepted' });
    assert.deepEqual(set(profile(30, 24, 'ChargePointMaxProfile', 60), 9000), { status: 'Accepted' });
    assert.deepEqual(set(profile(7, 24), 9000), { status: 'Rejected' });
    assert.match(w.bench.out, /ocpp profile: not kept/);
    // The next period of the other one is a look at them all.
    w.run(60000);
    const { pilot, contactor } = w.shown();
    assert.deepEqual([contactor.closed, Math.round(pilot.duty * 0.6)], [true, 8]);
    const id = cs.call('ClearChargingProfile', { id: 1 });
    w.run(9000);
    assert.deepEqual(cs.answer(id), { status: 'Accepted' });
    assert.equal(Math.round(w.shown().pilot.duty * 0.6), 30);
    assert.equal(s.hurt, 0);
    w.end();
  });

  it(`${SETTINGS} settings that change every 10 s wait in memory, too`, () => {
    const s = charging(32);
    for (let n = 0; n < SETTINGS; n++) {
      assert.match(s.w.type(`set("amp", ${6 + (n % 20)})`), /amp = \d/);
      s.w.run(10000);
    }
    const amp = 6 + ((SETTINGS - 1) % 20);
    assert.equal(s.w.get('amp'), amp);
    assert.equal(s.hurt, 0);
    assert.doesNotMatch(s.w.bench.out, /not kept|lost/);
    // An ordered restart writes what waits.
    s.w.type('set("rst", 1)');
    s.w.run(5000);
    assert.equal(s.w.get('amp'), amp);
    s.w.end();
  });

  it('a charge longer than the strip of the register has pages: a pause, and no Wh is lost', () => {
    const s = charging(33, 1000);
    const begin = s.w.get('eto') as number;
    assert.ok(begin > 32000, `${begin} Wh`);
    s.w.run(LONG * HOUR);
    assert.equal(s.hurt, 0);
    assert.ok(s.opened > 0 && s.opened < 8, `${s.opened} pauses`);
    const eto = s.w.get('eto') as number;
    assert.ok(eto - begin > (110000 / 6) * LONG, `${begin} to ${eto} Wh`);
    s.w.cut(500);
    s.w.run(6000);
    assert.ok((s.w.get('eto') as number) >= eto - 1, `${s.w.get('eto')} of ${eto}`);
    s.w.end();
  });
});
