import assert from 'node:assert';
import { charger } from '../fake/charger';
import type { Fake } from '../fake/charger';
import { ease, raise } from '../../firmware/core/fault';
import { CABLE, DIODE, INTERNAL, RCM, STUCK, WELD } from '../../firmware/core/faults';
import { release } from '../../firmware/core/scan';
import { stop, grant } from '../../firmware/core/session';

const at = (f: Fake, seconds: number): void => f.until(seconds * 1000);
/** A fake that charges since about second 5. */
function charging(o?: Parameters<typeof charger>[0]): Fake {
  const f = charger(o);
  at(f, 1);
  f.cp = 'B';
  at(f, 2);
  grant(f.c, 'CARD', 1);
  at(f, 6);
  f.cp = 'C';
  at(f, 7);
  return f;
}

describe('scan', () => {
  it('charges: PWM for the least limit, contactor closed after half a second of C', () => {
    const f = charging({ lock: true, rcm: true, proximity: true });
    assert.equal(f.c.s.st, 'C2');
    assert.equal(f.coil, 1);
    assert.ok(Math.abs((f.wire as number) - 2666.67) < 0.1, String(f.wire));
    assert.equal(f.lock, 1);
    assert.deepEqual(f.events.slice(0, 4), ['plug', 'state B1', 'start CARD', 'state B2']);
  });

  it('opens within two scans after S2 opens', () => {
    const f = charging();
    const t = f.c.t;
    f.cp = 'B';
    f.until(t + 40);
    assert.equal(f.coil, 0);
    assert.equal(f.c.s.st, 'B2');
  });

  it('does not close on a car that leaves C in the scans before', () => {
    for (let ms = 400; ms <= 900; ms += 20) {
      const f = charger({ lock: true, rcm: true, proximity: true });
      at(f, 1);
      f.cp = 'B';
      at(f, 2);
      grant(f.c, 'CARD', 1);
      at(f, 6);
      f.cp = 'C';
      f.until(f.c.t + ms);
      const was = f.coil;
      f.cp = 'B';
      while (f.c.t < 8000) {
        f.until(f.c.t + 20);
        assert.ok(
          f.coil <= was,
          `closed ${f.c.t - 6000 - ms} ms after it had left C, ${ms} ms after it came`,
        );
      }
      assert.equal(f.coil, 0);
    }
  });

  it('does not close once the offer is withdrawn, however near the coil was', () => {
    for (let ms = 400; ms <= 900; ms += 20) {
      const f = charger({ lock: true, rcm: true, proximity: true });
      at(f, 1);
      f.cp = 'B';
      at(f, 2);
      grant(f.c, 'CARD', 1);
      at(f, 6);
      f.cp = 'C';
      f.until(f.c.t + ms);
      f.c.frc = 1;
      f.c.dirty = 1;
      let was = f.coil;
      while (f.c.t < 8000) {
        f.until(f.c.t + 20);
        assert.ok(
          f.coil <= was || typeof f.wire === 'number',
          `closed with ${f.wire}, ${ms} ms after C came`,
        );
        was = f.coil;
      }
    }
  });

  it('opens on an undecided level too, and then waits for a clear one', () => {
    const f = charging();
    f.cp = '?';
    f.until(f.c.t + 40);
    assert.equal(f.coil, 0);
    f.cp = 'C';
    f.until(f.c.t + 480);
    assert.equal(f.coil, 0, 'C again for less than half a second');
  });

  it('ends at zero current: offer withdrawn, contactor opened after the car has opened S2', () => {
    const f = charging();
    stop(f.c, 'Remote');
    f.until(f.c.t + 200);
    assert.equal(f.c.s.st, 'CW');
    assert.equal(f.wire, 'high');
    assert.equal(f.coil, 1);
    f.cp = 'B';
    f.until(f.c.t + 60);
    assert.equal(f.coil, 0);
    assert.equal(f.c.s.st, 'B1');
  });

  it('withdraws the offer when access ends, and never restarts by itself before unplugging', () => {
    const f = charging();
    stop(f.c, 'Local', 'CARD');
    f.cp = 'B';
    at(f, 60);
    assert.equal(f.wire, 'high');
    assert.equal(f.c.alw, 0);
    f.cp = 'A';
    at(f, 61);
    assert.equal(f.c.ses.why, '');
    assert.equal(f.events[f.events.length - 2], 'unplug');
  });

  const faults: [string, number, (f: Fake) => void, number][] = [
    ['residual current', RCM, (f) => (f.trip = 1), 40],
    ['mirror contact open while energised', STUCK, (f) => (f.aux = 0), 600],
    ['missing low half of the pilot', DIODE, (f) => (f.diode = false), 140],
  ];
  for (const [name, bit, cause, ms] of faults)
    it(`${name}: contactor open within ${ms} ms, no PWM`, () => {
      const f = charging({ rcm: true });
      cause(f);
      f.until(f.c.t + ms);
      assert.equal(f.c.x.err, bit);
      assert.equal(f.coil, 0);
      assert.equal(typeof f.wire, 'string', 'no PWM');
    });

  it('the hardware opens before a scan that comes late: no fault of the contactor', () => {
    for (let late = 20; late <= 2000; late += 20) {
      const f = charging();
      f.cp = 'B';
      f.aux = 0;
      f.c.t += late;
      f.scan();
      f.until(f.c.t + 60);
      assert.deepEqual([f.coil, f.c.x.err], [0, 0], `${late} ms`);
      f.aux = undefined;
      f.until(f.c.t + 6000);
      f.cp = 'C';
      f.until(f.c.t + 3000);
      assert.deepEqual([f.coil, f.c.x.err], [1, 0], `${late} ms`);
    }
  });

  it('a mirror contact that flickers is no fault, one that stays is, both ways', () => {
    const f = charging();
    for (const ms of [20, 100, 480]) {
      f.aux = 0;
      f.until(f.c.t + ms);
      f.aux = undefined;
      f.until(f.c.t + 40);
      assert.deepEqual([f.coil, f.c.x.err], [1, 0], `${ms} ms`);
    }
    f.aux = 0;
    f.until(f.c.t + 540);
    assert.deepEqual([f.coil, f.c.x.err], [0, STUCK]);
    const g = charger();
    at(g, 5);
    for (const ms of [20, 100, 480]) {
      g.aux = 1;
      g.until(g.c.t + ms);
      g.aux = undefined;
      g.until(g.c.t + 2000);
      assert.equal(g.c.x.err, 0, `${ms} ms`);
    }
    g.aux = 1;
    g.until(g.c.t + 540);
    assert.equal(g.c.x.err, WELD);
  });

  it('a welded contactor is found after opening and latched', () => {
    const f = charging();
    f.aux = 1;
    stop(f.c, 'Local');
    f.cp = 'B';
    f.until(f.c.t + 1000);
    assert.equal(f.c.x.err, WELD);
    f.aux = 0;
    at(f, 60);
    assert.equal(f.c.x.err, WELD);
  });

  it('does not close while the mirror contact says closed', () => {
    const f = charger();
    f.aux = 1;
    at(f, 1);
    f.cp = 'B';
    at(f, 2);
    grant(f.c, 'X', 0);
    f.cp = 'C';
    at(f, 20);
    assert.equal(f.coil, 0);
    assert.equal(f.c.x.err, WELD);
  });

  it('an error takes no step away: window of the letter and rating of the cable are there after it', () => {
    for (const [part, method] of [['pilot', 'watch'], ['pilot', 'read'], ['pilot', 'pwm'], ['proximity', 'read']] as const)
      for (let nth = 1; nth < 50; nth++) {
        const f = charger({ lock: true, proximity: true, settings: { amp: 32 } });
        f.cable = 13;
        const b = f.c.b as unknown as { [part: string]: { [method: string]: (...a: number[]) => unknown } };
        const was = b[part][method];
        let calls = 0;
        b[part][method] = function (...a): unknown {
          if (++calls === nth) throw 'out of memory';
          return was.apply(this, a);
        };
        const scan = f.scan;
        f.scan = () => {
          try {
            scan();
          } catch {
            // as main does
            release(f.c);
            raise(f.c, INTERNAL);
            ease(f.c, INTERNAL);
          }
        };
        at(f, 1);
        f.cp = 'B';
        at(f, 2);
        grant(f.c, 'CARD', 1);
        at(f, 6);
        f.cp = 'C';
        at(f, 60);
        const why = `${method}, call ${nth}`;
        assert.equal(f.coil, 1, why);
        assert.ok((f.wire as number) < 2170, `${why}: ${f.wire}`);
        f.cp = 'B';
        f.until(f.c.t + 40);
        assert.equal(f.coil, 0, why);
      }
  }); // prettier-ignore

  it('an unreadable cable refuses until it is pulled', () => {
    const f = charger({ proximity: true });
    f.cable = -1;
    at(f, 1);
    f.cp = 'B';
    at(f, 2);
    assert.equal(f.c.x.err, CABLE);
    f.cp = 'A';
    at(f, 4);
    assert.equal(f.c.x.err, 0);
  });

  it('a lower current goes on the wire at once, the next change 5 s later', () => {
    const f = charging();
    const t = f.c.t;
    f.c.k.amp = 10;
    f.c.dirty = 1;
    f.until(t + 300);
    assert.ok(Math.abs((f.wire as number) - 1666.67) < 0.1, String(f.wire));
    f.c.k.amp = 8;
    f.c.dirty = 1;
    f.until(t + 4900);
    assert.ok(Math.abs((f.wire as number) - 1666.67) < 0.1, String(f.wire));
    f.until(t + 5400);
    assert.ok(Math.abs((f.wire as number) - 1333.33) < 0.1, String(f.wire));
  });

  it('the cable is the least limit', () => {
    const f = charger({ proximity: true, settings: { amp: 32 } });
    f.cable = 20;
    at(f, 1);
    f.cp = 'B';
    at(f, 2);
    grant(f.c, 'X', 0);
    at(f, 6);
    assert.equal(f.c.x.amps, 200);
  });
});
