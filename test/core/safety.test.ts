// Stories of the charging rules: rows of time, what happens, and what must then be on the copper. docs/safety.md names
// them; the same rules run on the whole bundle in test/story.

import assert from 'node:assert';
import { charger } from '../fake/charger';
import type { Fake, Options } from '../fake/charger';
import { pardon, raise } from '../../firmware/core/fault';
import * as F from '../../firmware/core/faults';
import { model } from '../../firmware/core/access';
import { winner } from '../../firmware/core/why.part';
import { grant, stop } from '../../firmware/core/session';

/** What is looked at after a row. */
interface Seen {
  st?: string;
  coil?: number;
  /** 'high', 'low', or duty in %. */
  wire?: string | number;
  err?: number;
  lock?: number;
  poles?: number;
  model?: number;
  by?: string;
  cut?: number;
}
type Deed = Partial<Pick<Fake, 'cp' | 'diode' | 'aux' | 'trip' | 'winding' | 'cable' | 'jam' | 'celsius' | 'volts' | 'amps' | 'through' | 'metered' | 'counts'>>; // prettier-ignore
/** Seconds; what changes then; what holds a scan or a job later. */
type Row = [at: number, deed: Deed | ((f: Fake) => void), seen: Seen];

const ALL: Options = { lock: true, rcm: true, proximity: true, meter: true, heat: true, phases: true };

function look(f: Fake): Required<Seen> {
  const c = f.c;
  return {
    st: c.s.st,
    coil: f.coil,
    wire: typeof f.wire === 'number' ? Math.round(f.wire / 10) / 10 : f.wire,
    err: c.x.err,
    lock: f.lock,
    poles: f.poles,
    model: model(c),
    by: winner(c.lim),
    cut: c.m.cut,
  };
}

/** 40 ms for what the scan does by itself, a job more for what goes through the rules. */
const SETTLE = 160;

function story(name: string, o: Options, rows: Row[]): void {
  it(name, () => {
    const f = charger(o);
    for (const [at, deed, seen] of rows) {
      f.until(at * 1000);
      if (typeof deed === 'function') deed(f);
      else Object.assign(f, deed);
      f.until(at * 1000 + SETTLE);
      const now = look(f);
      for (const key of Object.keys(seen) as (keyof Seen)[])
        assert.equal(now[key], seen[key], `${key} at ${at} s: ${JSON.stringify(now)}\n${f.lines.join('\n')}`);
    }
  });
}

const card = (f: Fake): void => grant(f.c, 'CARD', 1);
/** From A to C2 at 8 s; the car draws what it is offered. */
const CHARGING: Row[] = [
  [1, { cp: 'B' }, { st: 'B1', wire: 'high' }],
  [2, card, { st: 'B2', wire: 26.7, lock: 1 }],
  [7, { cp: 'C', amps: [0, 0, 0] }, { coil: 0 }],
  [8, { amps: [16, 16, 16] }, { st: 'C2', coil: 1, wire: 26.7, err: 0 }],
];
/** Plugged and authorised, and energy on offer: 7 s. */
function offered(o = ALL): Fake {
  const f = charger(o);
  f.until(1000);
  f.cp = 'B';
  f.until(2000);
  card(f);
  f.until(7000);
  return f;
}
const from = (rows: Row[]): Row[] => CHARGING.concat(rows);

describe('charging rules: states and timing', () => {
  story('B to C and back, as the car wants', ALL, [
    ...CHARGING,
    [20, { cp: 'B', amps: [0, 0, 0] }, { st: 'B2', coil: 0, wire: 26.7, cut: 0 }],
    [21, { cp: 'C' }, { st: 'B2', coil: 0 }],
    [26, {}, { st: 'C2', coil: 1 }],
    [40, { cp: 'A', amps: [0, 0, 0] }, { st: 'A1', coil: 0, wire: 'high', lock: 0 }],
  ]);
  story('no fault when the vehicle is plugged with S2 closed after a power failure', ALL, [
    [1, { cp: 'C' }, { coil: 0 }],
    [2, card, { by: 'car', wire: 16.7 }],
    [4, {}, { st: 'C2', coil: 1, err: 0, wire: 16.7 }],
  ]);
  story('a simplified pilot circuit gets 10 A; one that shows B is none', ALL, [
    [1, { cp: 'C' }, {}],
    [2, card, { wire: 16.7, by: 'car' }],
    [10, { cp: 'B' }, { coil: 0 }],
    [16, {}, { wire: 26.7, by: 'usr' }],
  ]);
  story('a simplified pilot circuit is one behind a short of the pilot, too', ALL, [
    [1, { cp: 'E' }, {}],
    [1.2, { cp: 'C' }, {}],
    [8, card, { by: 'car', wire: 16.7 }],
    [20, { cp: 'E' }, { coil: 0 }],
    [25, { cable: 20 }, {}],
    [30, { cp: 'C' }, {}],
    [40, card, { by: 'car', wire: 16.7 }],
  ]);
  story('an offer withdrawn: steady +12 V, opened under load only after 6 s', ALL, [
    ...CHARGING,
    [20, (f) => (f.c.frc = 1), { st: 'CW', coil: 1, wire: 'high', model: 4 }],
    [25.8, {}, { st: 'CW', coil: 1 }],
    [26.1, {}, { st: 'C1', coil: 0, cut: 1 }],
  ]);
  story('an offer that comes back while the vehicle waits is on the wire after 3 s, the contactor stays closed', ALL, [
    ...CHARGING,
    [20, (f) => (f.c.frc = 1), { st: 'CW', coil: 1, wire: 'high' }],
    [21, (f) => (f.c.frc = 0), { st: 'CW', coil: 1, wire: 'high' }],
    [22.8, {}, { st: 'CW', wire: 'high' }],
    [23.2, {}, { st: 'C2', coil: 1, wire: 26.7 }],
    [40, {}, { st: 'C2', coil: 1, cut: 0 }],
  ]); // prettier-ignore
  story('an offer that flickers does not keep one that ignores it: opened under load after 6 s', ALL, [
    ...CHARGING,
    [20, (f) => (f.c.frc = 1), { coil: 1 }],
    [21, (f) => (f.c.frc = 0), { coil: 1, wire: 'high' }],
    [21.5, (f) => (f.c.frc = 1), { coil: 1 }],
    [22, (f) => (f.c.frc = 0), { coil: 1, wire: 'high' }],
    [22.5, (f) => (f.c.frc = 1), { coil: 1 }],
    [26.3, {}, { coil: 0, cut: 1 }],
  ]);
  story('at least 3 s of x1 before PWM comes back, and the diode is looked at again', ALL, [
    ...CHARGING,
    [20, (f) => (f.c.frc = 1), { wire: 'high' }],
    [21, { cp: 'B', amps: [0, 0, 0] }, { st: 'B1', coil: 0 }],
    [21.5, (f) => (f.c.frc = 0), { st: 'B2', wire: 'high' }],
    [22.8, {}, { wire: 'high' }],
    [23.2, {}, { wire: 26.7 }],
  ]);
  story('5 s between two changes of the duty', ALL, [
    ...CHARGING,
    [20, (f) => ((f.c.k.amp = 10), (f.c.dirty = 1)), { wire: 16.7 }],
    [21, (f) => ((f.c.k.amp = 20), (f.c.dirty = 1)), { wire: 16.7 }],
    [24.8, {}, { wire: 16.7 }],
    [25.3, {}, { wire: 33.3 }],
  ]);
  story('a level between two windows opens, and for a second it is a fault of the pilot', ALL, [
    ...CHARGING,
    [20, { cp: '?' }, { coil: 0 }],
    [21.2, {}, { st: 'F', err: F.PILOT, wire: 'low' }],
    [22, {}, { st: 'E', wire: 'high' }],
    [23, { cp: 'B', amps: [0, 0, 0] }, { err: F.PILOT }],
    [24.2, {}, { err: 0, st: 'B2' }],
  ]);
  story('pilot shorted to PE: open, F pulse, x1; back after it is gone', ALL, [
    ...CHARGING,
    [20, { cp: 'E' }, { coil: 0 }],
    [20.2, {}, { st: 'F', coil: 0, err: F.PILOT }],
    [21, {}, { st: 'E', wire: 'high' }],
    [30, { cp: 'B', amps: [0, 0, 0] }, {}],
    [31.2, {}, { err: 0, st: 'B2' }],
    [35, {}, { wire: 26.7 }],
  ]);
  story('a short on the cable without a car starts no session', ALL, [
    [1, { cp: 'E' }, { st: 'F', err: F.PILOT }],
    [3, { cp: 'A' }, {}],
    [2, {}, { err: F.PILOT, lock: 0 }],
    [5, (f) => assert.deepEqual(f.events.filter((e) => e.startsWith('plug')), []), { st: 'A1', err: 0 }],
  ]); // prettier-ignore
  const begun = (n: number) => (f: Fake) =>
    assert.equal(f.events.filter((e) => e.startsWith('start')).length, n);
  story(
    'a card while the pilot is shorted starts nothing before it shows a vehicle, without a lock either',
    {},
    [
      [1, { cp: 'E' }, { err: F.PILOT }],
      [2, card, {}],
      [3, begun(0), {}],
      [4, { cp: 'A' }, {}],
      [6, begun(0), { st: 'A1', err: 0 }],
      [7, { cp: 'B' }, {}],
      [8, begun(1), { st: 'B2' }],
      [9, { cp: 'A' }, {}],
      [10, (f) => assert.equal(f.c.ses.on, 0), {}],
    ],
  );
  story('a vehicle that loses its diode as it closes S2 gets no power', ALL, [
    ...CHARGING.slice(0, 2),
    [7, { cp: 'C', diode: false }, { coil: 0 }],
    [7.5, {}, { coil: 0, err: F.DIODE }],
    [9, {}, { coil: 0 }],
  ]);
  story('ventilation asked for: no power and no fault', ALL, [
    ...CHARGING.slice(0, 2),
    [7, { cp: 'D' }, {}],
    [10, {}, { st: 'D1', coil: 0, err: 0, wire: 'high' }],
    // It would come back and back: nothing is on offer again before another one is plugged.
    [11, { cp: 'B' }, { by: 'car' }],
    [30, {}, { st: 'B1', wire: 'high', err: 0, model: 26 }],
    [31, { cp: 'D' }, {}],
    [40, {}, { st: 'D1', coil: 0, wire: 'high' }],
    [41, { cp: 'A' }, {}],
    [42, { cp: 'B' }, {}],
    [43, card, {}],
    [47, {}, { st: 'B2', wire: 26.7 }],
  ]);
  story('ventilation asked for at once', ALL, [
    [1, { cp: 'D' }, {}],
    [2, card, {}],
    [10, { cp: 'B' }, {}],
    [20, {}, { st: 'B1', wire: 'high', by: 'car' }],
  ]);
  story(
    'ventilation asked for while it charges: the offer is withdrawn, and open after 6 s at the latest',
    ALL,
    [
      ...CHARGING,
      [20, { cp: 'D' }, { st: 'CW', coil: 1, wire: 'high' }],
      [25.8, {}, { coil: 1 }],
      [26.3, {}, { st: 'D1', coil: 0, err: 0 }],
    ],
  );
  story('ventilation asked for in the open', { ...ALL, outdoor: true }, [
    ...CHARGING.slice(0, 2),
    [7, { cp: 'D' }, {}],
    [10, {}, { st: 'D2', coil: 1 }],
  ]);
  story('ventilation by a fan, which runs while the vehicle charges', { ...ALL, fan: true }, [
    ...CHARGING.slice(0, 2),
    [7, { cp: 'D' }, {}],
    [10, (f) => assert.equal(f.fan, 1), { st: 'D2', coil: 1 }],
    [12, { cp: 'B' }, { coil: 0 }],
    [12.5, (f) => assert.equal(f.fan, 0), {}],
  ]);
  story('a sleeping vehicle is woken once a plug-in: F for 4 s and for 30 s', ALL, [
    ...CHARGING.slice(0, 2),
    [91, {}, { st: 'B2', wire: 26.7 }],
    [92.3, {}, { st: 'B2', wire: 'low', coil: 0, err: 0 }],
    [96.5, {}, { wire: 'high' }],
    [126.5, {}, { wire: 'low' }],
    [156.5, {}, { wire: 'high' }],
    [161, {}, { wire: 26.7 }],
    [400, {}, { wire: 26.7 }],
    [401, { cp: 'A' }, {}],
    [402, { cp: 'B' }, {}],
    [403, card, { wire: 'high' }],
    [408, {}, { wire: 26.7 }],
    [496.5, {}, { wire: 'low' }],
  ]);
  story('an offer that is withdrawn and comes back wakes, 90 s after it came back', ALL, [
    ...CHARGING.slice(0, 2),
    [30, (f) => (f.c.frc = 1), { st: 'B1' }],
    [600, (f) => (f.c.frc = 0), { st: 'B2', wire: 26.7 }],
    [689, {}, { wire: 26.7 }],
    [690.4, {}, { wire: 'low' }],
    [695, {}, { wire: 'high' }],
  ]);
  story('a wake-up that an end of the offer cut short is not begun again', ALL, [
    ...CHARGING.slice(0, 2),
    [92.3, {}, { wire: 'low' }],
    [100, (f) => (f.c.frc = 1), { st: 'B1' }],
    [200, (f) => (f.c.frc = 0), { wire: 26.7 }],
    [291, {}, { wire: 26.7 }],
    [293, {}, { wire: 26.7 }],
  ]);
  story('a vehicle that has charged is left asleep', ALL, [
    ...CHARGING,
    [20, { cp: 'B', amps: [0, 0, 0] }, { wire: 26.7 }],
    [112, {}, { wire: 26.7 }],
    [142, {}, { wire: 26.7 }],
    [200, {}, { wire: 26.7 }],
    [3600, {}, { wire: 26.7 }],
    // An hour after it, and the 90 s of every offer.
    [3711, {}, { wire: 'low' }],
  ]);

  it('a vehicle that may have charged before a restart is left asleep for an hour', () => {
    for (const there of [true, false]) {
      const f = offered();
      if (!there) f.cp = 'A';
      f.until(9000);
      f.reboot();
      f.until(6000);
      f.cp = 'B';
      if (!there) card(f);
      const low = (until: number): boolean => {
        let seen = false;
        while (f.c.t < until) {
          f.until(f.c.t + 100);
          seen = seen || f.wire === 'low';
        }
        return seen;
      };
      assert.equal(low(300000), !there);
      assert.equal(low(3800000), there);
    }
  });

  it('3 s of x1 after a restart too, before the vehicle that was charged gets PWM again', () => {
    const f = offered();
    f.reboot();
    f.until(2980);
    assert.equal(f.wire, 'high');
    f.until(3300);
    assert.equal(typeof f.wire, 'number');
  });

  it('opens 20 to 40 ms after the level has left C, whatever the time in the cycle', () => {
    for (let shift = 0; shift < 140; shift += 20) {
      const f = offered();
      f.cp = 'C';
      f.until(8000 + shift);
      assert.equal(f.coil, 1);
      f.cp = 'B';
      f.until(f.c.t + 40);
      assert.equal(f.coil, 0);
    }
  });
});

describe('charging rules: contactor', () => {
  story('welded: latched, over a restart too, until an operator ends it with the cause gone', ALL, [
    ...from([
      [20, { cp: 'B', amps: [0, 0, 0], aux: 1 }, { coil: 0 }],
      [21, {}, { err: F.WELD, st: 'E' }],
      [25, { cp: 'A' }, { err: F.WELD }],
      [26, (f) => assert.match(pardon(f.c), /contactor welded/), { err: F.WELD }],
      [27, { aux: undefined }, { err: F.WELD }],
    ]),
  ]);
  it('a weld outlives the restart', () => {
    const f = charger(ALL);
    f.aux = 1;
    f.until(1000);
    assert.equal(f.c.x.err, F.WELD);
    f.aux = undefined;
    f.reboot();
    f.until(2000);
    assert.equal(f.c.x.err, F.WELD);
    assert.equal(pardon(f.c), '');
    f.reboot();
    f.until(2000);
    assert.equal(f.c.x.err, 0);
  });
  it('what is latched behind safe mode ends with the word that ends safe mode', () => {
    const f = charger(ALL);
    f.aux = 1;
    f.until(1000);
    f.aux = undefined;
    raise(f.c, F.SAFE);
    f.until(2000);
    let left = 0;
    f.c.f.part = () => ({ leave: () => (left++, '') });
    assert.equal(pardon(f.c), '');
    assert.deepEqual([f.c.x.err, f.journal.flt, left], [F.SAFE, '0', 1]);
  });
  story('current through a contactor that is off is a weld, whatever the mirror contact says', ALL, [
    ...CHARGING,
    [20, { cp: 'B', amps: [0, 0, 2], through: true }, { coil: 0, err: 0 }],
    [23.5, {}, { err: 0 }],
    [27.5, {}, { err: F.WELD, coil: 0 }],
    [28, (f) => assert.match(pardon(f.c), /contactor welded/), { err: F.WELD }],
    [29, { through: false }, {}],
    [30, (f) => assert.equal(pardon(f.c), ''), { err: 0 }],
  ]);
  story('the filter of a vehicle that draws for a second after the contactor has opened is none', ALL, [
    ...CHARGING,
    [20, { cp: 'B', amps: [1.5, 1.5, 1.5], through: true }, { coil: 0 }],
    [22, { through: false }, {}],
    [40, {}, { err: 0 }],
  ]);
  story('does not close: open again, three more tries with 30 s between, then only unplugging helps', ALL, [
    ...CHARGING.slice(0, 3),
    [7.3, { aux: 0 }, { coil: 0 }],
    [8.6, {}, { st: 'E', err: F.STUCK, coil: 0 }],
    [36, {}, { err: F.STUCK }],
    [38.1, {}, { err: 0 }],
    [45, {}, { err: F.STUCK, coil: 0 }],
    [200, {}, { err: F.STUCK, coil: 0 }],
    [4000, { cp: 'A' }, { err: 0 }],
  ]);
  story('mains too low for the coil: as often as it comes, the charge goes on', ALL, [
    ...CHARGING,
    ...[0, 100, 200, 300, 400, 500].flatMap((t): Row[] => [
      [20 + t, { aux: 0, volts: [120, 230, 230] }, {}],
      [21 + t, { amps: [0, 0, 0], cp: 'B' }, { err: F.STUCK, coil: 0 }],
      [26 + t, {}, { err: F.STUCK | F.VOLT_LOW }],
      [30 + t, { aux: undefined, volts: [230, 230, 230] }, {}],
      [70 + t, { cp: 'C' }, { err: 0 }],
      [80 + t, {}, { coil: 1 }],
    ]),
  ]);
  story('counts closings, and openings under load', ALL, [
    ...CHARGING,
    [20, (f) => (f.trip = 1), { coil: 0, cut: 1 }],
    [21, (f) => assert.equal(f.c.m.ops, 1), {}],
  ]);
  story('an opening while nothing flows is none under load', ALL, [
    ...CHARGING,
    [19, { amps: [0, 0, 0] }, {}],
    [20, { trip: 1 }, { coil: 0, cut: 0 }],
  ]);
  story('what was tried too often is tried anew after clf', ALL, [
    ...CHARGING.slice(0, 3),
    [7.3, { aux: 0 }, {}],
    [200, {}, { err: F.STUCK, coil: 0 }],
    [201, (f) => assert.equal(pardon(f.c), ''), { err: 0 }],
    [206, {}, { err: F.STUCK }],
    [210, { aux: undefined }, {}],
    [240, {}, { err: 0, coil: 1 }],
  ]);
  it('keeps 5 s between two closings', () => {
    const f = charger(ALL);
    let last = -1e9;
    let was = 0;
    for (const [at, deed] of CHARGING) {
      f.until(at * 1000);
      if (typeof deed === 'function') deed(f);
      else Object.assign(f, deed);
    }
    for (let n = 0; n < 40; n++) {
      f.cp = n & 1 ? 'C' : 'B';
      f.until(f.c.t + 800);
      if (was && !f.coil) last = f.c.t;
      if (!was && f.coil) assert.ok(f.c.t - last >= 4200, `closed ${f.c.t - last} ms after opening`);
      was = f.coil;
    }
  });
});

describe('charging rules: residual current', () => {
  story('a trip opens at once and latches', ALL, [
    ...CHARGING,
    [20, { trip: 1 }, { coil: 0, err: F.RCM, st: 'F' }],
    [21, (f) => assert.match(pardon(f.c), /residual current/), { err: F.RCM, st: 'E' }],
    [22, { trip: 0, cp: 'A', amps: [0, 0, 0] }, { err: F.RCM }],
    [1000, {}, { err: F.RCM }],
    [1001, (f) => assert.equal(pardon(f.c), ''), { err: 0, st: 'A1' }],
  ]);
  story(
    'an operator ends what has no cause any more; what stands beside it is no refusal, unless it opens the contactor, too',
    ALL,
    [
      [1, (f) => raise(f.c, F.READER), { err: F.READER }],
      [2, (f) => assert.match(pardon(f.c), /card reader/), { err: F.READER }],
      [3, { trip: 1 }, { err: F.READER + F.RCM }],
      [4, (f) => assert.match(pardon(f.c), /residual current/), { err: F.READER + F.RCM }],
      [5, { trip: 0, aux: 1 }, {}],
      [6, (f) => assert.match(pardon(f.c), /contactor welded/), { err: F.READER + F.WELD }],
      [7, { aux: undefined, celsius: 90 }, {}],
      [40, (f) => assert.equal(pardon(f.c), ''), { err: F.READER + F.HOT }],
      [41, (f) => assert.match(pardon(f.c), /too hot/), { err: F.READER + F.HOT }],
    ],
  );
  it('after a start the monitor has 2 s to wake up, or to clear when the power failed in its test; then it is a trip', () => {
    for (const o of [{ rcm: true }, { rcm: true, bare: true }])
      for (const ms of [100, 1900, 2100]) {
        const f = offered(o);
        f.cp = 'C';
        f.reboot();
        f.trip = 1;
        f.until(ms);
        assert.equal(f.coil, 0);
        f.trip = 0;
        f.until(8000);
        assert.deepEqual([f.c.x.err, f.coil], ms > 2000 ? [F.RCM, 0] : [0, 1], `${ms} ms`);
      }
  });
  story('no session without a passed self-test; tested again after a minute', ALL, [
    [0.5, { winding: false }, {}],
    ...CHARGING.slice(0, 1),
    [3, {}, { err: F.RCM_TEST, st: 'E', coil: 0 }],
    [4, card, { coil: 0, st: 'E' }],
    [50, { winding: true }, { err: F.RCM_TEST }],
    [70, {}, { err: 0, st: 'B2' }],
    [75, { cp: 'C' }, {}],
    [76, {}, { coil: 1 }],
  ]);
  it('tests before each session and once a day, always with the contactor open', () => {
    const f = charger(ALL);
    const tests: number[] = [];
    const test = f.c.b.rcm!.test!.bind(f.c.b.rcm);
    f.c.b.rcm!.test = (on) => {
      if (on) tests.push(f.c.t);
      assert.ok(!on || !f.coil);
      test(on);
    };
    f.until(2000);
    assert.equal(tests.length, 0);
    f.cp = 'B';
    f.until(4000);
    assert.equal(tests.length, 1);
    f.cp = 'A';
    f.until(6000);
    f.cp = 'B';
    f.until(8000);
    assert.equal(tests.length, 2);
    f.cp = 'A';
    f.idle(86400000 + 20000);
    assert.equal(tests.length, 3);
    assert.equal(f.c.x.err, 0);
    // A vehicle that waits for days, for a schedule or the sun, is no reason to leave it out.
    f.cp = 'B';
    f.until(86400000 + 30000);
    assert.equal(tests.length, 4);
    f.idle(3 * 86400000);
    assert.equal(tests.length, 5);
    f.until(3 * 86400000 + 40000);
    assert.equal(tests.length, 6);
  });
  it('the monitor that fails the test of the day lets nothing be closed', () => {
    const f = charger(ALL);
    f.until(1000);
    f.cp = 'B';
    f.until(2000);
    card(f);
    f.winding = false;
    f.idle(86400000 + 20000);
    assert.equal(f.c.x.err, F.RCM_TEST);
    f.cp = 'C';
    f.until(86400000 + 300000);
    assert.equal(f.coil, 0);
  });
});

describe('charging rules: cable and lock', () => {
  story('a cable of 20 A is the least limit, until another is plugged', ALL, [
    [0.5, (f) => (f.c.k.amp = 32), {}],
    [0.6, { cable: 20 }, {}],
    [1, { cp: 'B' }, {}],
    [2, card, { wire: 33.3, by: 'cbl' }],
    [3, { cable: 63 }, { by: 'cbl' }],
    [5, { cp: 'A' }, {}],
  ]);
  story('a plug outside every window refuses until it is pulled', ALL, [
    [0.5, { cable: -1 }, {}],
    [1, { cp: 'B' }, { err: F.CABLE }],
    [3, card, { coil: 0 }],
    [4, { cable: 32 }, { err: F.CABLE }],
    [5, { cp: 'A' }, {}],
    [6, {}, { err: 0 }],
  ]);
  story('locks before it closes; a bolt that does not move withholds energy, and frees itself', ALL, [
    [0.5, { jam: true }, {}],
    [1, { cp: 'B' }, { lock: 0 }],
    [3, card, { err: F.LOCK, st: 'B1', coil: 0 }],
    [7, { cp: 'C' }, { coil: 0 }],
    [20, { jam: false }, {}],
    [23, {}, { err: 0, lock: 1 }],
    [30, {}, { coil: 1 }],
  ]);
  story('another cable, plugged behind a short of the pilot, is rated anew and belongs to nobody yet', ALL, [
    [0.5, (f) => (f.c.k.amp = 32), { }],
    ...CHARGING.slice(0, 1),
    [2, card, { wire: 53.3 }],
    [7, { cp: 'C' }, {}],
    [20, { cp: 'E' }, { coil: 0, err: F.PILOT }],
    [30, { cable: 13 }, {}],
    [40, { cp: 'B' }, {}],
    [42, (f) => assert.deepEqual(f.events.slice(-6).filter((e) => /plug|stop/.test(e)), ['stop EVDisconnected', 'unplug', 'plug']), { err: 0, wire: 'high', model: 2, coil: 0 }],
    [43, card, {}],
    [46, { cp: 'C' }, {}],
    [48, {}, { wire: 21.7, by: 'cbl', coil: 1 }],
  ]); // prettier-ignore
  story('the same cable after a short goes on', ALL, [
    ...CHARGING,
    [20, { cp: 'E' }, { coil: 0 }],
    [30, { cp: 'C' }, {}],
    [36, (f) => assert.ok(!f.events.includes('unplug')), { st: 'C2', coil: 1 }],
  ]);
  story('a plug that is pulled behind a short of the pilot ends the session', ALL, [
    ...CHARGING,
    [20, { cp: 'E' }, { coil: 0 }],
    [30, { cable: 0 }, {}],
    [32, (f) => assert.deepEqual(f.events.slice(-2), ['stop EVDisconnected', 'unplug']), { coil: 0 }],
    [40, { cable: 32, cp: 'C' }, {}],
    [50, {}, { err: 0, model: 2, coil: 0 }],
  ]);
  story('a latched fault keeps no cable: the lock opens when the vehicle has left', ALL, [
    ...CHARGING,
    [20, { trip: 1 }, { coil: 0, lock: 1 }],
    [22, { amps: [0, 0, 0], cp: 'A' }, { err: F.RCM, lock: 0 }],
  ]);
  for (const ust of [0, 1])
    story(`behind a welded contactor the plug stays locked, ust ${ust}`, { ...ALL, settings: { ust } }, [
      ...CHARGING,
      [20, { aux: 1 }, {}],
      [21, (f) => stop(f.c, 'Local', 'CARD'), {}],
      [22, { cp: 'B', amps: [0, 0, 0] }, { coil: 0 }],
      [24, (f) => (f.c.ses.why = 'UnlockCommand'), { err: F.WELD, lock: 1 }],
      [30, { cp: 'A' }, { err: F.WELD, lock: 1 }],
      [31, { aux: undefined }, { err: F.WELD, lock: 1 }],
      [32, (f) => assert.equal(pardon(f.c), ''), { err: 0, lock: 0 }],
    ]);
  it('a restart does not open the lock, unless the setting says so, the session did or the vehicle has left', () => {
    const over = (ust: number, prepare: (f: Fake) => void): string => {
      const f = offered({ ...ALL, settings: { ust } });
      prepare(f);
      let seen = '' + f.lock;
      f.reboot();
      while (f.c.t < 8000) {
        f.until(f.c.t + 20);
        if (!seen.endsWith('' + f.lock)) seen += f.lock;
      }
      return seen;
    };
    const ended = (f: Fake): void => {
      stop(f.c, 'Local');
      f.until(f.c.t + 2000);
    };
    assert.equal(over(0, () => {}), '1');
    assert.equal(over(0, (f) => (f.cp = 'C')), '1');
    assert.equal(over(0, (f) => (f.cp = 'E')), '1');
    assert.equal(over(0, ended), '1');
    assert.equal(over(1, ended), '0');
    assert.equal(over(0, (f) => (f.cp = 'A')), '10');
    assert.equal(over(2, (f) => (f.cp = 'A')), '1');
    assert.equal(
      over(2, (f) => {
        f.cp = 'A';
        f.until(f.c.t + 5000);
      }),
      '1',
    );
  }); // prettier-ignore
  const starts = (n: number) => (f: Fake) =>
    assert.equal(f.events.filter((e) => e.startsWith('start')).length, n);
  story('no transaction before the connector is locked: the card waits for the bolt', ALL, [
    [0.5, { jam: true }, {}],
    [1, { cp: 'B' }, { lock: 0 }],
    [3, card, { err: F.LOCK, st: 'B1' }],
    [20, starts(0), { err: F.LOCK, wire: 'high' }],
    [21, { jam: false }, {}],
    [23, starts(1), { err: 0, lock: 1, st: 'B2' }],
    [24, { cp: 'A' }, {}],
    [25, (f) => assert.deepEqual(f.events.slice(-3), ['stop EVDisconnected', 'unplug', 'state A1']), {}],
  ]);
  story('a bolt that never moves: the card is forgotten in time, and asked for again', ALL, [
    [0.5, { jam: true }, {}],
    [1, { cp: 'C' }, {}],
    [3, card, { err: F.LOCK, coil: 0 }],
    [122, (f) => assert.equal(f.c.ses.ok, 1), { coil: 0 }],
    [124, (f) => assert.equal(f.c.ses.ok, 0), { coil: 0 }],
    [130, { jam: false }, {}],
    [140, starts(0), { err: 0, coil: 0 }],
    [141, card, {}],
    [146, starts(1), { coil: 1 }],
  ]);
  story('card first, then the plug: begins with the lock, and a plug that jams may be plugged anew', ALL, [
    [1, card, {}],
    [2, { jam: true, cp: 'B' }, {}],
    [5, starts(0), { err: F.LOCK }],
    [6, { cp: 'A' }, {}],
    [8, { jam: false, cp: 'B' }, {}],
    [10, starts(1), { err: 0, st: 'B2' }],
  ]);
  story('nobody asks for a card: begins when the bolt moves, and waits for no other plug', {
    ...ALL,
    settings: { acs: 0 },
  }, [
    [0.5, { jam: true }, {}],
    [1, { cp: 'B' }, {}],
    [5, starts(0), { err: F.LOCK }],
    [6, { cp: 'A' }, {}],
    [8, (f) => assert.equal(f.c.ses.ok, 0), {}],
    [9, { cp: 'B' }, {}],
    [11, { jam: false }, {}],
    [13, starts(1), { err: 0, st: 'B2' }],
  ]); // prettier-ignore
  story('a transaction in which nothing flowed ends with its plug', ALL, [
    [1, { cp: 'B' }, {}],
    [2, card, { st: 'B2' }],
    [30, { cp: 'A' }, { coil: 0 }],
    [31, (f) => assert.ok(f.events.includes('stop EVDisconnected')), { model: 2 }],
  ]);
  story('the lock that the power return has opened locks again for the next transaction', ALL, [
    [1, { cp: 'B' }, {}],
    [1.5, {}, { lock: 1 }],
    [2, (f) => ((f.c.x.free = 1), (f.c.dirty = 1)), { lock: 0 }],
    [3, card, { lock: 1 }],
    [4, starts(1), { st: 'B2' }],
  ]);
  story('the lock that was opened from afar locks again for the next transaction', ALL, [
    [1, { cp: 'B' }, {}],
    [1.5, {}, { lock: 1 }],
    [2, (f) => ((f.c.ses.why = 'UnlockCommand'), (f.c.dirty = 1)), { lock: 0 }],
    [3, card, { lock: 1 }],
    [4, starts(1), { st: 'B2' }],
  ]);
  story(
    'a lock that stands open when the vehicle leaves locks again for the next one, after its card, too',
    ALL,
    [
      [1, { cp: 'B' }, {}],
      [2, (f) => ((f.c.x.free = 1), (f.c.dirty = 1)), { lock: 0 }],
      [3, { cp: 'A' }, { lock: 0 }],
      [4, card, { lock: 0 }],
      [5, { cp: 'B' }, {}],
      [7, starts(1), { lock: 1, st: 'B2' }],
    ],
  );
  story('a bolt that stays shut is told, and charging is not forbidden for it', ALL, [
    ...CHARGING,
    [20, { jam: true, cp: 'A', amps: [0, 0, 0] }, { lock: 1 }],
    [22, {}, { err: F.LOCK_SHUT, st: 'A1' }],
    [30, { jam: false }, {}],
    [32, {}, { err: 0, lock: 0 }],
  ]);
  const ust = (n: number): Options => ({ ...ALL, settings: { ust: n } });
  story('ust 1: opens when charging has ended', ust(1), [
    ...CHARGING,
    [20, (f) => stop(f.c, 'Local', 'CARD'), { lock: 1 }],
    [21, { cp: 'B', amps: [0, 0, 0] }, {}],
    [22, {}, { lock: 0 }],
  ]);
  story('ust 0: stays locked until unplugged', ust(0), [
    ...CHARGING,
    [20, (f) => stop(f.c, 'Local', 'CARD'), {}],
    [21, { cp: 'B', amps: [0, 0, 0] }, {}],
    [60, {}, { lock: 1 }],
    [61, { cp: 'A' }, { lock: 0 }],
  ]);
  story('ust 2: stays locked when the vehicle has left', ust(2), [
    ...CHARGING,
    [20, { cp: 'A', amps: [0, 0, 0] }, { lock: 1 }],
    [90, (f) => ((f.c.k.ust = 0), (f.c.dirty = 1)), { lock: 0 }],
  ]);
  story('ust 2: what opens the lock opens it without a vehicle, too, and behind no weld', ust(2), [
    ...CHARGING,
    [20, { cp: 'A', aux: 1, amps: [0, 0, 0] }, {}],
    [22, (f) => ((f.c.x.free = 1), (f.c.dirty = 1)), { err: F.WELD, lock: 1 }],
    [23, { aux: undefined }, {}],
    [24, (f) => assert.equal(pardon(f.c), ''), { err: 0, lock: 0 }],
    [30, { cp: 'B' }, {}],
    [31, {}, { lock: 1 }],
  ]);
});

describe('charging rules: phases', () => {
  const fast: Options = { ...ALL, settings: { psmd: 10000 } };
  story('three to one and back within one transaction, with the main contactor open and a pause', fast, [
    ...CHARGING,
    [20, (f) => (f.c.k.psm = 1), { st: 'CW', coil: 1, poles: 3, model: 23 }],
    [21, { cp: 'B', amps: [0, 0, 0] }, { coil: 0 }],
    [21.5, {}, { poles: 1, wire: 'high', model: 23 }],
    [30.9, {}, { wire: 'high' }],
    [32, {}, { st: 'B2', wire: 26.7, model: 13 }],
    [33, { cp: 'C' }, {}],
    [34, { amps: [16, 0, 0] }, { coil: 1, poles: 1 }],
    [50, (f) => (f.c.k.psm = 2), { coil: 1, poles: 1 }],
    [51, { cp: 'B', amps: [0, 0, 0] }, {}],
    [62, { cp: 'C' }, { poles: 3 }],
    [66, (f) => assert.equal(f.events.filter((e) => e.startsWith('start')).length, 1), { coil: 1 }],
  ]);
  story(
    'never under load: a vehicle that ignores the offer is opened first, and the pause is a minute',
    fast,
    [
      ...CHARGING,
      [20, (f) => (f.c.k.psm = 1), { poles: 3, coil: 1 }],
      [25.8, {}, { poles: 3, coil: 1 }],
      [26.3, { amps: [0, 0, 0] }, { coil: 0 }],
      [26.7, {}, { poles: 1 }],
      [80, {}, { model: 23, coil: 0 }],
      [88, {}, { model: 13 }],
    ],
  );
  story(
    'opened under load, a pause that is set longer than a minute stays as long',
    { ...ALL, settings: { psmd: 120000 } },
    [
      ...CHARGING,
      [20, (f) => (f.c.k.psm = 1), { poles: 3, coil: 1 }],
      [26.3, { amps: [0, 0, 0] }, { coil: 0 }],
      [26.7, {}, { poles: 1 }],
      [140, {}, { model: 23, coil: 0 }],
      [148, {}, { model: 13 }],
    ],
  );
  story('not while the mirror contact does not prove it', fast, [
    ...CHARGING,
    [20, (f) => (f.c.k.psm = 1), {}],
    [21, { cp: 'B', aux: 1, amps: [0, 0, 0] }, { poles: 3 }],
    [40, {}, { poles: 3, err: F.WELD }],
  ]);
  it('after a start the poles rest until the main contacts are proven open', () => {
    const f = charger(fast);
    f.aux = 1;
    f.reboot();
    f.until(10000);
    assert.deepEqual([f.poles, f.c.s.ph], [1, 0]);
    f.aux = undefined;
    pardon(f.c);
    f.until(12000);
    assert.deepEqual([f.poles, f.c.s.ph], [3, 3]);
  });
  it('a power cut while phases are switched: the pause again, and none where nothing has changed', () => {
    /** Seconds after the restart until PWM runs. */
    const after = (psm: number, cut: number, then = psm): number => {
      const f = offered(fast);
      f.cp = 'C';
      f.until(20000);
      f.c.k.psm = psm;
      f.until(20100);
      f.cp = 'B';
      f.until(20000 + cut);
      f.reboot();
      f.c.k.psm = then;
      while (typeof f.wire !== 'number' && f.c.t < 60000) {
        f.until(f.c.t + 20);
        assert.equal(f.coil, 0);
      }
      assert.equal(f.poles, then === 1 ? 1 : 3);
      return Math.floor(f.c.t / 1000);
    };
    assert.equal(after(0, 3000), 3);
    for (const cut of [120, 500, 5000, 9000]) assert.equal(after(1, cut), 10, `${cut} ms`);
    assert.equal(after(1, 20000), 3);
    assert.equal(after(1, 20000, 2), 10);
    assert.equal(after(1, 5000, 2), 3);
  });
  story('with nobody plugged at once', fast, [[1, (f) => (f.c.k.psm = 1), { poles: 1, model: 2 }]]);
  story('a board without the second pole group does not pretend', { ...ALL, phases: false }, [
    ...CHARGING,
    [20, (f) => (f.c.k.psm = 1), { coil: 1, st: 'C2' }],
  ]);
});

describe('charging rules: currents, voltage, temperature, meter', () => {
  story('more than offered: 1.1 for 7 s', ALL, [
    ...CHARGING,
    [20, { amps: [18.3, 16, 16] }, { coil: 1 }],
    [26.7, {}, { coil: 1 }],
    [27.4, {}, { coil: 0, err: F.CURRENT }],
    [28, { amps: [0, 0, 0], cp: 'B' }, { err: F.CURRENT }],
    [87, {}, { err: F.CURRENT }],
    [89, {}, { err: 0 }],
  ]);
  story('more than offered: 1.2 for 5 s', ALL, [
    ...CHARGING,
    [20, { amps: [16, 20, 16] }, {}],
    [24.7, {}, { coil: 1 }],
    [25.4, {}, { coil: 0, err: F.CURRENT }],
  ]);
  story('after a lowered offer the vehicle has 5 s', ALL, [
    ...CHARGING,
    [20, (f) => ((f.c.k.amp = 6), (f.c.dirty = 1)), { wire: 10 }],
    [29.5, {}, { coil: 1, err: 0 }],
    [30.3, {}, { coil: 0, err: F.CURRENT }],
  ]);
  story('the 5 s begin on the wire, where the second of two changes waits for its turn', ALL, [
    ...CHARGING,
    [20, (f) => ((f.c.k.amp = 12), (f.c.dirty = 1)), { wire: 20 }],
    [20.5, (f) => ((f.c.k.amp = 6), (f.c.dirty = 1)), { wire: 20 }],
    [21, { amps: [12, 12, 12] }, {}],
    [24.9, {}, { wire: 20 }],
    [25.3, {}, { wire: 10 }],
    [30.25, {}, { coil: 1, err: 0 }],
    [34.5, {}, { coil: 1, err: 0 }],
    [35.6, {}, { coil: 0, err: F.CURRENT }],
  ]);
  story('derating and stop', ALL, [
    ...CHARGING,
    [20, { celsius: 68 }, {}],
    [21.5, { amps: [11, 11, 11] }, { by: 'temp', coil: 1 }],
    [27, { celsius: 76 }, {}],
    [29, {}, { err: F.HOT, st: 'CW', model: 1 }],
    [29.5, { cp: 'B', amps: [0, 0, 0] }, { coil: 0 }],
    [31, { celsius: 60 }, {}],
    [33, {}, { err: F.HOT }],
    [34, { celsius: 54 }, {}],
    [36, {}, { err: 0, st: 'B2' }],
  ]);
  story('a sensor that breaks while it is too hot makes nothing cooler', ALL, [
    ...CHARGING,
    [20, { celsius: 68 }, {}],
    [26, { amps: [11, 11, 11] }, { by: 'temp' }],
    [28, { celsius: undefined }, {}],
    [29.3, {}, { by: 'temp', err: 0 }],
    [30, { celsius: 80 }, {}],
    [32, {}, { err: F.HOT, st: 'CW' }],
    [33, { cp: 'B', amps: [0, 0, 0] }, { coil: 0 }],
    [40, { celsius: undefined }, {}],
    [41.5, {}, { err: F.HOT, wire: 'high' }],
    [45, {}, { err: F.HOT | F.SENSOR }],
    [50, { celsius: 60 }, {}],
    [58, {}, { err: F.HOT, wire: 'high' }],
  ]);
  story('a sensor that breaks stops', ALL, [
    ...CHARGING,
    [20, { celsius: undefined }, {}],
    [24, {}, { err: F.SENSOR, st: 'CW' }],
  ]);
  story('undervoltage for 3 s stops, back after 30 s', ALL, [
    ...CHARGING,
    [20, { volts: [230, 150, 230] }, { coil: 1 }],
    [22.8, {}, { coil: 1, err: 0 }],
    [23.5, {}, { err: F.VOLT_LOW, st: 'CW', model: 38 }],
    [24, { cp: 'B', amps: [0, 0, 0] }, {}],
    [30, { volts: [230, 230, 230] }, { err: F.VOLT_LOW }],
    [59, {}, { err: F.VOLT_LOW }],
    [61, {}, { err: 0, st: 'B2' }],
  ]);
  story('a missing phase stops; with one phase selected it is not missed', ALL, [
    ...CHARGING,
    [20, { volts: [230, 0, 230] }, {}],
    [23.5, {}, { err: F.VOLT_LOW, st: 'CW', model: 38 }],
    [24, { cp: 'B', amps: [0, 0, 0] }, { coil: 0 }],
    [25, (f) => ((f.c.k.psm = 1), (f.c.dirty = 1)), {}],
    [26, {}, { poles: 1 }],
    [120, { cp: 'C' }, { err: 0 }],
    [125, (f) => (f.amps = [16, 0, 0]), { coil: 1, err: 0 }],
  ]);
  story('the energy limit of the session ends the charge; a higher one goes on', ALL, [
    ...CHARGING,
    [20, (f) => (f.c.k.dwo = 500), { coil: 1, model: 13 }],
    [170, {}, { model: 13 }],
    [172, {}, { model: 6, wire: 'high', st: 'CW' }],
    [173, { cp: 'B', amps: [0, 0, 0] }, { coil: 0, st: 'B1' }],
    [190, (f) => assert.ok(f.c.m.eto - f.c.ses.ep < 520), { model: 6 }],
    [200, (f) => (f.c.k.dwo = 1000), { model: 13, st: 'B2' }],
    [204, { cp: 'C' }, {}],
    [206, {}, { coil: 1 }],
    [207, (f) => (f.c.k.dwo = null), { model: 13, coil: 1 }],
  ]);
  story('the random delay after the power came back keeps the offer away, and no longer', ALL, [
    ...CHARGING.slice(0, 2),
    [3, (f) => (f.c.wait = f.c.t + 20000), { model: 29, st: 'B1', wire: 'high' }],
    [22, {}, { model: 29 }],
    [24, {}, { model: 13 }],
    [27, {}, { wire: 26.7 }],
  ]);
  for (const k of [0, 1, 2])
    story(`overvoltage of L${k + 1} for 3 s stops, back after 30 s`, ALL, [
      ...CHARGING,
      [20, (f) => (f.volts[k] = 270), {}],
      [22.8, {}, { coil: 1, err: 0 }],
      [23.5, {}, { err: F.VOLT_HIGH, st: 'CW' }],
      [24, { cp: 'B', amps: [0, 0, 0] }, { coil: 0 }],
      [30, { volts: [230, 230, 230] }, { err: F.VOLT_HIGH }],
      [59, {}, { err: F.VOLT_HIGH }],
      [61, {}, { err: 0, st: 'B2' }],
    ]);
  story('a silent meter is told and caps the offer at 16 A', ALL, [
    [0.5, (f) => (f.c.k.amp = 32), {}],
    ...CHARGING.slice(0, 1),
    [2, card, { wire: 53.3 }],
    [7, { cp: 'C' }, {}],
    [20, { metered: false }, { coil: 1 }],
    [31, {}, { err: F.METER, coil: 1, wire: 26.7, by: 'mtr' }],
    [40, { metered: true }, {}],
    [46, {}, { err: 0, wire: 53.3 }],
  ]);
  story('a meter that counts half of what it measures', ALL, [
    ...CHARGING,
    [20, { counts: 0.3 }, { err: 0 }],
    [120, {}, { err: F.METER, coil: 1 }],
    [130, { counts: 1 }, {}],
    [250, {}, { err: 0, coil: 1 }],
  ]);
  story('a meter that counts more than it measures', ALL, [
    ...CHARGING,
    [20, { counts: 4 }, { err: 0 }],
    [150, {}, { err: F.METER, coil: 1, by: 'usr' }],
  ]);
  story('an honest meter is none that contradicts itself', ALL, [
    ...CHARGING,
    [2000, {}, { err: 0, coil: 1 }],
  ]);
  story('a reading that cannot be is a broken sensor, not a cold one', ALL, [
    ...CHARGING,
    [20, { celsius: -60 }, {}],
    [24, {}, { err: F.SENSOR, st: 'CW' }],
    [25, { cp: 'B', amps: [0, 0, 0] }, { coil: 0 }],
    [30, { celsius: 25 }, {}],
    [38, {}, { err: 0, st: 'B2' }],
    [40, { celsius: 150 }, {}],
    [44, {}, { err: F.SENSOR, st: 'B1' }],
  ]);
  it('the register never falls and loses no Wh over a power cut', () => {
    const f = charger(ALL);
    f.until(1000);
    let before = 0;
    for (let n = 0; n < 20; n++) {
      f.amps = [16, 16, 16];
      f.until(f.c.t + 7000 + n * 137);
      assert.ok(f.c.m.eto >= before);
      before = Math.floor(f.c.m.eto);
      f.reboot();
      assert.equal(Math.floor(f.c.m.eto), before);
    }
    assert.ok(Math.abs(f.c.m.eto - f.wh) < 20, `${f.c.m.eto} of ${f.wh}`);
  });
});

describe('charging rules: power cuts in a session', () => {
  it('goes on with the same transaction when the vehicle is still there', () => {
    const f = offered();
    f.cp = 'C';
    f.amps = [16, 16, 16];
    f.until(60000);
    const wh = Math.floor(f.c.m.eto - f.c.ses.ep);
    assert.ok(wh > 100);
    f.amps = [10, 10, 10];
    f.reboot();
    assert.deepEqual([f.c.ses.on, f.c.ses.tag, f.c.ses.trx, f.coil], [1, 'CARD', 1, 0]);
    f.until(10000);
    assert.equal(f.events.filter((e) => e.startsWith('start')).length, 1);
    assert.ok(f.events.includes('resume'));
    assert.equal(f.coil, 1);
    assert.ok(f.c.m.eto - f.c.ses.ep >= wh);
  });
  it('ends it with PowerLoss when the vehicle has left', () => {
    const f = offered();
    f.cp = 'A';
    f.reboot();
    f.until(6000);
    assert.ok(f.events.includes('stop PowerLoss'));
    assert.deepEqual([f.c.ses.on, f.c.ses.ok], [0, 0]);
    f.reboot();
    assert.equal(f.c.ses.on, 0);
  });
  it('waits a random time before it goes on, as `rdre` says', () => {
    const f = offered({ ...ALL, settings: { rdre: 100 } });
    f.reboot();
    f.c.wait = 50000; // as main does
    f.until(49000);
    assert.equal(f.wire, 'high');
    f.until(51000);
    assert.equal(typeof f.wire, 'number');
  });
});
