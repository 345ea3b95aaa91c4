// Rules that stand behind another one: each is held here alone, because what it guards against is caught twice.

import assert from 'node:assert';
import { charger } from '../fake/charger';
import type { Fake, Options } from '../fake/charger';
import { fault, pardon } from '../../firmware/core/fault';
import { INTERNAL, METER, RCM, RCM_TEST, STUCK, WELD } from '../../firmware/core/faults';
import { release } from '../../firmware/core/scan';
import { grant } from '../../firmware/core/session';

const ALL: Options = { lock: true, rcm: true, proximity: true, meter: true, heat: true, phases: true };
const DAY = 86400000;

/** Plugged, authorised and offered at 7 s; with C a car that charges at 8 s. */
function plugged(cp: 'B' | 'C', o: Options = ALL): Fake {
  const f = charger(o);
  f.until(1000);
  f.cp = 'B';
  f.until(2000);
  grant(f.c, 'CARD', 1);
  f.until(7000);
  f.cp = cp;
  f.until(8000);
  assert.equal(f.coil, cp === 'C' ? 1 : 0);
  return f;
}

/** Runs until `t` and calls `see` after each scan. */
function watch(f: Fake, t: number, see: () => void): void {
  while (f.c.t < t) {
    f.until(f.c.t + 20);
    see();
  }
}

/** Notes whether the test winding is driven, and how often it has been. */
function winding(f: Fake): { on: number; n: number } {
  const seen = { on: 0, n: 0 };
  const rcm = f.c.b.rcm!;
  const test = rcm.test!.bind(rcm);
  rcm.test = (on) => {
    seen.on = on;
    seen.n += on;
    test(on);
  };
  return seen;
}

describe('guards behind guards', () => {
  it('the self-test is made before each closing, not only once a plug-in', () => {
    const f = plugged('C');
    const seen = winding(f);
    for (let n = 1; n < 4; n++) {
      f.cp = 'B';
      f.until(f.c.t + 100);
      assert.equal(f.coil, 0);
      f.cp = 'C';
      watch(f, f.c.t + 8000, () => assert.ok(!f.coil || seen.n === n, `closing ${n}`));
      assert.equal(f.coil, 1);
    }
    f.cp = 'B';
    f.until(f.c.t + 100);
    f.winding = false;
    f.cp = 'C';
    watch(f, f.c.t + 20000, () => assert.equal(f.coil, 0));
    assert.equal(f.c.x.err, RCM_TEST);
  });

  it('after a restart, too', () => {
    const f = plugged('C');
    f.winding = false;
    f.reboot();
    watch(f, 20000, () => assert.equal(f.coil, 0));
    assert.equal(f.c.x.err, RCM_TEST);
  });

  it('nothing closes while the monitor is being tested', () => {
    const f = plugged('B');
    const seen = winding(f);
    f.winding = false;
    f.idle(DAY - 60000);
    while (!seen.on && f.c.t < DAY + 60000) f.until(f.c.t + 20);
    f.cp = 'C';
    watch(f, f.c.t + 20000, () => assert.equal(f.coil, 0));
  });

  it('a test that is asked for, or due, waits until the contactor is open', () => {
    const f = plugged('C');
    const seen = winding(f);
    f.c.x.tst = -1;
    f.idle(DAY - 60000);
    watch(f, DAY + 60000, () => assert.equal(seen.n, 0));
    f.cp = 'B';
    f.until(f.c.t + 2000);
    assert.equal(seen.n, 1);
  });

  it('nothing closes before the test has passed, however late its turn comes', () => {
    const f = plugged('B');
    f.c.x.tst = 0;
    f.cp = 'C';
    for (let n = 0; n < 100; n++) {
      f.c.t += 20;
      f.scan();
      assert.equal(f.coil, 0);
    }
    f.until(f.c.t + 2000);
    assert.equal(f.coil, 1);
  });

  /** A monitor that follows its test winding after `trips`, and clears `clears` after its end. */
  const slow = (trips: number, clears: number): Fake => {
    const f = charger(ALL);
    const at = { on: 0, since: -1e9, out: 0 as 0 | 1 };
    const rcm = f.c.b.rcm!;
    rcm.tripped = () => {
      const age = f.c.t - at.since;
      if (at.on ? age >= trips : age >= clears) at.out = at.on ? 1 : 0;
      return at.out;
    };
    rcm.test = (on) => {
      rcm.tripped();
      if (at.on !== on) at.since = f.c.t;
      at.on = on;
    };
    f.until(1000);
    f.cp = 'B';
    f.until(2000);
    grant(f.c, 'CARD', 1);
    return f;
  };

  it('a monitor that takes its time passes the test, one that takes longer or never clears does not', () => {
    for (const [trips, clears, err] of [
      [1000, 1700, 0],
      [1500, 200, RCM_TEST],
      [100, 2500, RCM | RCM_TEST],
      [100, 1e9, RCM | RCM_TEST],
    ]) {
      const f = slow(trips, clears);
      watch(f, 8000, () => assert.equal(f.coil, 0));
      assert.equal(f.c.x.err, err, `${trips}, ${clears} ms`);
      f.cp = 'C';
      f.until(12000);
      assert.equal(f.coil, err ? 0 : 1, `${trips}, ${clears} ms`);
    }
  });

  it('the gravest fault is the one that is shown', () => {
    const f = plugged('C');
    f.metered = false;
    f.until(f.c.t + 12000);
    assert.equal(fault(f.c)![6], 'meter does not answer');
    f.trip = 1;
    f.until(f.c.t + 100);
    assert.deepEqual([f.c.x.err, fault(f.c)![6]], [METER | RCM, 'residual current']);
  });

  it('the bolt itself has to be there, not its command', () => {
    const f = plugged('B');
    // Opened as the power came back, and jammed on its way.
    f.lock = 0;
    f.jam = true;
    assert.equal(f.c.x.lck, 1);
    f.cp = 'C';
    watch(f, 20000, () => assert.equal(f.coil, 0));
  });

  it('a mirror contact that says closed keeps the coil off before it is a fault', () => {
    for (let ms = 0; ms < 500; ms += 40) {
      const f = plugged('B');
      f.cp = 'C';
      f.until(f.c.t + ms);
      f.aux = 1;
      watch(f, f.c.t + 480, () => assert.equal(f.coil, 0));
      f.aux = undefined;
    }
  });

  it('current through a contactor that has not been closed since the start is a weld before it may close', () => {
    const f = plugged('C');
    f.through = true;
    f.amps = [16, 16, 16];
    f.reboot();
    watch(f, 15000, () => assert.equal(f.coil, 0));
    assert.equal(f.c.x.err, WELD);
  });

  it('poles move 100 ms after the coil, and never while it is driven', () => {
    for (let shift = 0; shift < 140; shift += 20) {
      const f = plugged('C', { ...ALL, settings: { psmd: 10000 } });
      let off = 0;
      // A contactor that fell off by itself proves nothing while its coil is driven.
      f.aux = 0;
      f.c.k.psm = 1;
      watch(f, f.c.t + 300 + shift, () => assert.deepEqual([f.poles, f.coil], [3, 1]));
      f.aux = undefined;
      f.cp = 'B';
      watch(f, f.c.t + 2000, () => {
        if (!f.coil && !off) off = f.c.t;
        assert.ok(f.poles === 3 || (off && f.c.t - off >= 100), `${f.c.t - off} ms`);
      });
      assert.equal(f.poles, 1);
    }
  });

  it('the temperature is a limit on the wire', () => {
    const f = plugged('C', { ...ALL, settings: { amp: 32 } });
    f.celsius = 65;
    f.until(f.c.t + 8000);
    assert.ok((f.wire as number) < 3200, String(f.wire));
  });

  it('a level that flickers between C and none never closes', () => {
    const f = plugged('B');
    for (let n = 0; n < 200; n++) {
      f.cp = n & 1 ? '?' : 'C';
      f.until(f.c.t + 20);
      assert.equal(f.coil, 0);
    }
  });

  it('a reading that is noise opens nothing, however many there are, each between two good ones', () => {
    const f = plugged('C');
    for (const odd of ['B', '?', 'A', 'E'] as const)
      for (const ms of [20, 40, 100, 1000, 9000]) {
        f.cp = odd;
        f.until(f.c.t + 20);
        f.cp = 'C';
        watch(f, f.c.t + ms, () => assert.equal(f.coil, 1, `${odd}, ${ms} ms before`));
      }
  });

  it('a low half that is missed now and then is no missing diode', () => {
    for (const cp of ['B', 'C'] as const) {
      const f = plugged(cp);
      for (let n = 0; n < 20; n++) {
        f.diode = false;
        f.until(f.c.t + 20 * (1 + (n & 3)));
        f.diode = true;
        watch(f, f.c.t + 1000, () => assert.deepEqual([f.c.x.err, f.coil], [0, cp === 'C' ? 1 : 0], `${n}`));
      }
    }
  });

  it('a diode that is seen for a moment only closes nothing', () => {
    for (const ms of [20, 40, 60]) {
      const f = charger(ALL);
      f.cp = 'C';
      f.until(2000);
      grant(f.c, 'CARD', 1);
      while (typeof f.wire !== 'number') f.until(f.c.t + 20);
      f.until(f.c.t + ms);
      f.diode = false;
      watch(f, f.c.t + 5000, () => assert.equal(f.coil, 0, `${ms} ms`));
    }
  });

  it('what is tried again is tried three times more, however long one waits', () => {
    const f = plugged('C');
    let n = 0;
    let was = f.coil;
    f.aux = 0;
    watch(f, 2000000, () => {
      if (f.coil && !was) n++;
      was = f.coil;
    });
    assert.deepEqual([n, f.coil, f.c.x.err], [3, 0, STUCK]);
  });

  it('from F no way leads to PWM but over 3 s of x1', () => {
    const f = plugged('B');
    f.trip = 1;
    f.until(f.c.t + 60);
    f.trip = 0;
    f.until(f.c.t + 60);
    assert.equal(f.wire, 'low');
    assert.equal(pardon(f.c), '');
    let up = 0;
    watch(f, f.c.t + 8000, () => {
      if (f.wire !== 'low' && !up) up = f.c.t;
      assert.ok(typeof f.wire !== 'number' || (up && f.c.t - up >= 3000), `${f.c.t - up} ms`);
    });
    assert.equal(typeof f.wire, 'number');
  });

  it('an error opens and ends the offer before anything else runs', () => {
    const f = plugged('C');
    release(f.c);
    assert.deepEqual([f.coil, f.wire, f.c.s.on], [0, 'high', 0]);
    assert.equal(f.c.x.err & INTERNAL, 0);
  });
});
