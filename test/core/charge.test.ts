import assert from 'node:assert';
import { DRIVE, GRACE, LOCK, LOW, POWER, PULSE, PWM, STATES, X1, step } from '../../firmware/core/charge';
import type { Charge, Inputs, State } from '../../firmware/core/charger';

const inputs = (o: Partial<Inputs>): Inputs => ({
  cp: 'A',
  amps: 0,
  err: 0,
  bad: 0,
  top: 0,
  dio: 1,
  go: 1,
  vent: 0,
  tst: 1,
  sim: 0,
  lck: 0,
  free: 0,
  aux: 0,
  cbl: 32,
  tmp: [],
  ...o,
});

/** Rows of time, letter, 0.1 A on offer, expected state; further inputs last. */
type Row = [number, Inputs['cp'], number, State, Partial<Inputs>?];
function story(name: string, rows: Row[]): void {
  it(name, () => {
    const s: Charge = { st: 'A1', at: 0, due: 0, duty: 10000, dat: 0, on: 0, off: 0, ph: 3, sw: 0 };
    for (const [t, cp, amps, want, more] of rows) {
      step(s, inputs({ cp, amps, ...more }), t);
      assert.equal(s.st, want, `at ${t} ms`);
      s.on = DRIVE[s.st] & POWER ? 1 : 0;
    }
  });
}

describe('charging states (IEC 61851-1 annex A)', () => {
  story('plugged, offered, charging, car stops, unplugged', [
    [0, 'A', 0, 'A1'],
    [100, 'B', 0, 'B1'],
    [200, 'B', 160, 'B2'],
    [300, 'C', 160, 'C2'],
    [400, 'B', 160, 'B2'],
    [500, 'A', 0, 'A1'],
  ]);
  story('C without an offer gets no power', [
    [0, 'C', 0, 'C1'],
    [100, 'C', 59, 'C1'],
    [200, 'C', 60, 'C2'],
  ]);
  story('a withdrawn offer waits for the car to open S2', [
    [0, 'C', 160, 'C2'],
    [1000, 'C', 0, 'CW'],
    [2500, 'B', 0, 'B1'],
  ]);
  story('a car that ignores a withdrawn offer is opened under load after 6 s', [
    [0, 'C', 160, 'C2'],
    [1000, 'C', 0, 'CW'],
    [1000 + GRACE - 1, 'C', 0, 'CW'],
    [1000 + GRACE, 'C', 0, 'C1'],
    [9000, 'C', 0, 'C1'],
  ]);
  story('the same for one with ventilation', [
    [0, 'D', 160, 'D2', { vent: 1 }],
    [1000, 'D', 0, 'CW', { vent: 1 }],
    [2000, 'D', 100, 'CW', { vent: 1 }],
    [3000, 'D', 0, 'CW', { vent: 1 }],
    [1000 + GRACE, 'D', 0, 'D1', { vent: 1 }],
  ]);
  story('a level at no window of the standard gets nothing', [
    [0, 'C', 160, 'C2'],
    [20, '?', 160, 'E'],
    [40, 'F', 160, 'E'],
    [60, 'C', 160, 'C2'],
  ]);
  story('an offer that returns in time keeps the contactor closed, with PWM after 3 s of x1', [
    [0, 'C', 160, 'C2'],
    [1000, 'C', 0, 'CW'],
    [2000, 'C', 100, 'CW'],
    [1000 + X1 - 1, 'C', 100, 'CW'],
    [1000 + X1, 'C', 100, 'C2'],
  ]);
  story('an offer that flickers does not keep a car that ignores it waiting: opened under load after 6 s', [
    [0, 'C', 160, 'C2'],
    [1000, 'C', 0, 'CW'],
    [3000, 'C', 100, 'CW'],
    [3500, 'C', 0, 'CW'],
    [1000 + GRACE, 'C', 0, 'C1'],
  ]);
  story('no power before the diode has been seen, but PWM to see it', [
    [0, 'C', 160, 'B2', { dio: 0 }],
    [100, 'C', 160, 'C2'],
  ]);
  story('no power while another condition is missing', [
    [0, 'C', 160, 'B2', { go: 0 }],
    [100, 'C', 160, 'C2'],
  ]);
  story('ventilation: no power unless the place allows it', [
    [0, 'D', 160, 'D1'],
    [100, 'D', 160, 'D2', { vent: 1 }],
  ]);
  story('a fault opens at once: a pulse of F, then x1 until it is gone', [
    [0, 'C', 160, 'C2'],
    [20, 'C', 160, 'F', { bad: 1 }],
    [20 + PULSE - 1, 'C', 160, 'F', { bad: 1 }],
    [20 + PULSE, 'C', 160, 'E', { bad: 1 }],
    [9000, 'B', 160, 'E', { bad: 1 }],
    [9100, 'B', 0, 'B1'],
  ]);
  story('the F pulse is shown in full even when the fault has gone', [
    [0, 'B', 160, 'F', { bad: 1 }],
    [100, 'B', 160, 'F'],
    [PULSE, 'B', 160, 'B2'],
  ]);
  story('pilot shorted to PE', [
    [0, 'C', 160, 'C2'],
    [20, 'E', 160, 'E'],
    [500, 'B', 160, 'B2'],
  ]);

  it('an offer withdrawn before the coil was on waits for nobody', () => {
    for (const cp of ['C', 'D'] as const) {
      const s: Charge = { st: `${cp}2`, at: 0, due: 0, duty: 2000, dat: 0, on: 0, off: 0, ph: 3, sw: 0 };
      step(s, inputs({ cp, vent: 1 }), 20);
      assert.equal(s.st, `${cp}1`);
    }
  });

  it('the names that are told are those of the table', () => {
    assert.deepEqual(STATES.split(' '), Object.keys(DRIVE));
  });

  it('only C2, D2 and CW close the contactor, and never with the pilot at -12 V', () => {
    const closing = Object.keys(DRIVE).filter((st) => DRIVE[st] & POWER);
    assert.deepEqual(closing.sort(), ['C2', 'CW', 'D2']);
    for (const st of closing) assert.equal(DRIVE[st] & (LOCK | LOW), LOCK, st);
    assert.equal(DRIVE.F & (LOW | PWM), LOW);
  });
});
