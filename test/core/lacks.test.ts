// What a board lacks the rules do without, and claim nothing of it.

import assert from 'node:assert';
import * as F from '../../firmware/core/faults';
import { grant } from '../../firmware/core/session';
import { charger, type Fake } from '../fake/charger';

/** Plugged, authorised, C: 8 s. */
function charge(f: Fake): void {
  f.until(1000);
  f.cp = 'B';
  f.until(2000);
  grant(f.c, 'CARD', 1);
  f.until(7000);
  f.cp = 'C';
  f.until(8000);
}

describe('what a board lacks', () => {
  it('a monitor without a test winding: a session without a test, but a trip opens and latches', () => {
    const f = charger({ rcm: true });
    f.c.b.rcm!.test = undefined;
    charge(f);
    assert.deepEqual([f.coil, f.c.x.err, f.c.s.st], [1, 0, 'C2']);
    f.trip = 1;
    f.until(8100);
    assert.deepEqual([f.coil, f.c.x.err], [0, F.RCM]);
    f.trip = 0;
    f.until(60000);
    assert.deepEqual([f.coil, f.c.x.err], [0, F.RCM]);
  });

  it('a meter that counts pulses: no missing phase and no current to watch, but silence is told', () => {
    const f = charger({ meter: true });
    f.c.b.meter!.pulses = 1;
    f.volts = [0, 0, 0];
    f.amps = [0, 0, 0];
    charge(f);
    f.until(30000);
    assert.deepEqual([f.coil, f.c.x.err], [1, 0]);
    f.metered = false;
    f.until(50000);
    assert.deepEqual([f.coil, f.c.x.err, f.c.lim.mtr], [1, F.METER, 160]);
  });

  it('the same meter without the mark would be a missing phase', () => {
    const f = charger({ meter: true });
    f.volts = [0, 0, 0];
    charge(f);
    f.until(30000);
    assert.equal(f.c.x.err & F.VOLT_LOW, F.VOLT_LOW);
  });

  it('no meter, lock, monitor, reader, sensor: it charges', () => {
    const f = charger({});
    charge(f);
    assert.deepEqual([f.coil, f.c.x.err, f.c.s.st], [1, 0, 'C2']);
  });
});
