import assert from 'node:assert';
import { Adc } from '../../hal/adc';
import { Button } from '../../hal/button';
import { Contactor } from '../../hal/contactor';
import { Lock } from '../../hal/lock';
import { Ntc } from '../../hal/ntc';
import { Proximity } from '../../hal/proximity';
import { Rcm } from '../../hal/rcm';
import { Ws2812 } from '../../hal/ws2812';
import { install, pin, reading, world } from '../fake/pin';

describe('drivers of single parts', () => {
  let undo: () => void;
  beforeEach(() => (undo = install()));
  afterEach(() => undo());

  // Resistance PP to PE, A.
  const cables = [
    [0, -1], [50, -1], [100, 63], [140, 63], [160, 32], [220, 32], [320, 32], [340, 20], [680, 20], [990, 20],
    [1010, 13], [1500, 13], [2150, 13], [2300, 0], [4700, 0], [1e9, 0],
  ]; // prettier-ignore
  for (const [ohm, amps] of cables)
    it(`proximity: ${ohm} Ohm is ${amps} A`, () => {
      world.adc = () => reading((3.3 * ohm) / (ohm + 1000));
      assert.equal(new Proximity({ adc: pin(35), cal: new Adc() }).read(), amps);
    });

  const ntc = (ohm: number) => {
    world.adc = () => reading((3.3 * ohm) / (ohm + 10000));
    return new Ntc({ adc: pin(36), cal: new Adc(), pull: 10000, r25: 10000, beta: 3950 }).read();
  };
  for (const c of [-15, 0, 25, 40, 60, 75, 90])
    it(`thermistor at ${c} °C`, () => {
      const got = ntc(10000 * Math.exp(3950 * (1 / (c + 273.15) - 1 / 298.15)));
      assert.ok(got !== undefined && Math.abs(got - c) <= 1, String(got));
    });
  it('thermistor open or shorted reads nothing', () => {
    assert.equal(ntc(1e9), undefined);
    assert.equal(ntc(0), undefined);
    assert.equal(ntc(300), undefined);
  });

  it('contactor starts open, drives the coil, reads the mirror contact', () => {
    const coil = pin();
    const mirror = pin();
    const poles = pin();
    const k = new Contactor({ coil, mirror, poles });
    assert.deepEqual(coil.writes, [0]);
    k.set(1);
    k.set(1);
    assert.equal(coil.level, 1);
    assert.equal(k.closed(), 0);
    mirror.level = 1;
    assert.equal(k.closed(), 1);
    k.phases(1);
    assert.equal(poles.level, 0);
    k.phases(3);
    assert.equal(poles.level, 1);
    assert.equal(new Contactor({ coil }).closed(), undefined);
  });

  describe('lock', () => {
    const make = () => {
      const [a, b, feedback] = [pin(21), pin(22), pin(32)];
      feedback.level = 1; // open
      const lock = new Lock({ a, b, feedback, open: 1 });
      a.writes = [];
      b.writes = [];
      return { a, b, feedback, lock };
    };
    it('pulses once for 300 ms and reports when done', () => {
      const { a, b, feedback, lock } = make();
      assert.equal(lock.locked(), 0);
      lock.set(1);
      lock.set(1);
      world.ms(299);
      assert.deepEqual([a.level, b.level, lock.locked()], [1, 0, undefined]);
      feedback.level = 0;
      world.ms(1);
      assert.deepEqual([a.level, b.level, lock.locked()], [0, 0, 1]);
      lock.set(1);
      assert.equal(a.writes.filter((v) => v).length, 1);
    });
    it('does not move where it already stands', () => {
      const { b, lock } = make();
      lock.set(0);
      assert.deepEqual(b.writes, []);
    });
    it('turns round after the pulse, never drives both coils', () => {
      const { a, b, feedback, lock } = make();
      lock.set(1);
      world.ms(100);
      lock.set(0);
      assert.deepEqual([a.level, b.level], [1, 0]);
      feedback.level = 0;
      world.ms(200);
      assert.deepEqual([a.level, b.level], [0, 1]);
      world.ms(300);
      assert.deepEqual([a.level, b.level], [0, 0]);
    });
    it('tries a jammed bolt five times, at least 1 s apart', () => {
      const { a, lock } = make();
      for (let t = 0; t < 20000; t += 20) {
        lock.set(1);
        world.ms(20);
      }
      assert.equal(a.writes.filter((v) => v).length, 5);
    });
  });

  it('residual-current monitor: trip level and test winding', () => {
    const trip = pin();
    const test = pin();
    const rcm = new Rcm({ trip, test });
    assert.equal(rcm.tripped(), 0);
    trip.level = 1;
    assert.equal(rcm.tripped(), 1);
    rcm.test(1);
    assert.deepEqual(test.writes, [0, 1]);
  });

  it('light sends green, red, blue, on change only', () => {
    const light = new Ws2812({ pin: pin(4) });
    light.set(0x112233);
    light.set(0x112233);
    light.set(0);
    assert.deepEqual(world.pixels, [
      [0x22, 0x11, 0x33],
      [0, 0, 0],
    ]);
  });

  it('button counts two equal readings, and a press between two looks', () => {
    const p = pin();
    p.level = 1;
    const button = new Button({ pin: p });
    const seen = [0, 1, 0, 0, 1, 1].map((level) => {
      p.level = level;
      return button.down();
    });
    assert.deepEqual(seen, [0, 0, 0, 1, 1, 0]);
    const [{ fn: pressed, edge, debounce }] = world.watches;
    assert.deepEqual([edge, debounce], ['falling', 25]);
    pressed();
    assert.deepEqual([button.down(), button.down()], [1, 0]);
  });
});
