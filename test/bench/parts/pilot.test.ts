import assert from 'node:assert';
import { board } from './wires';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

/** Windows of the settled pilot, IEC 61851-1: state, steady or PWM, top, bottom. */
const LEVELS: [car: string, duty: number | undefined, hi: [number, number], lo: [number, number]][] = [
  ['unplugged', undefined, [11, 13], [11, 13]],
  ['unplugged', 0.5, [11, 13], [-13, -11]],
  ['B', undefined, [8, 10], [8, 10]],
  ['B', 0.1, [8, 10], [-13, -11]],
  ['C', 0.1, [5, 7], [-13, -11]],
  ['C', 0.96, [5, 7], [-13, -11]],
  ['D', 0.5, [2, 4], [-13, -11]],
  ['E', undefined, [-1, 2], [-1, 2]],
  ['E', 0.5, [-1, 2], [-1, 2]],
];

describe('pilot circuit', () => {
  for (const [state, duty, hi, lo] of LEVELS) {
    it(`${state} with ${duty === undefined ? '+12 V' : `${duty * 100} % PWM`}`, () => {
      for (const seed of SEEDS) {
        const b = board(seed);
        if (duty === undefined) b.wires.out(27, 1);
        else b.wires.pwm(27, duty);
        b.post('car', { state });
        b.run(2000);
        for (const { hi: h, lo: l } of [b.cp(), { hi: b.see().pilot.high, lo: b.see().pilot.low }]) {
          assert.ok(h >= hi[0] && h <= hi[1], `seed ${seed}: top ${h}`);
          assert.ok(l >= lo[0] && l <= lo[1], `seed ${seed}: bottom ${l}`);
        }
      }
    });
  }

  it('is steady -12 V in F, which the diode of the car does not load', () => {
    const b = board();
    b.wires.out(27, 0);
    b.post('car', { state: 'B' });
    const p = b.see().pilot;
    assert.equal(p.mode, 'low');
    assert.equal(p.high, p.low);
    assert.ok(p.high > -12.5 && p.high < -11.5, String(p.high));
  });

  it('loses both halves to a car without diode', () => {
    for (const [state, duty] of [
      ['B', 0.3],
      ['C', 0.3],
    ] as const) {
      const b = board();
      b.wires.pwm(27, duty);
      b.post('car', { state, diode: false });
      b.run(2000);
      const { hi, lo } = b.cp();
      assert.ok(lo > -10 && lo < 0, String(lo));
      assert.ok(Math.abs(hi + lo) < 0.4, `${hi} ${lo}`);
    }
  });

  it('is shorted by the fault pilotShort and comes back', () => {
    const b = board();
    b.wires.pwm(27, 0.3);
    b.post('car', { state: 'B' });
    b.post('fault', { pilotShort: true });
    assert.ok(Math.abs(b.cp().hi) < 0.5);
    b.post('fault', { pilotShort: false });
    assert.ok(b.cp().hi > 8);
  });

  it('shows duty and frequency of the wire; pull-up of the engine is +12 V; no supply is 0 V', () => {
    const b = board();
    b.wires.pwm(27, 171 / 1024);
    assert.deepEqual([b.see().pilot.duty, b.see().pilot.hz, b.see().pilot.mode], [16.7, 1000, 'pwm']);
    b.wires.set(27, { mode: 'input_pullup', level: 1 });
    assert.deepEqual([b.see().pilot.duty, b.see().pilot.hz, b.see().pilot.mode], [100, 0, 'high']);
    b.rig.power(false);
    assert.ok(Math.abs(b.see().pilot.high) < 0.1);
  });

  it('has the duty in its samples, with the phase from the start of PWM and edges of some µs', () => {
    const b = board();
    b.run(12.3);
    b.wires.pwm(27, 0.1);
    const at = (us: number): number => (b.wires.analogs.get(34)!(b.clock.now() + us / 1000) - 1.338) / 0.1021;
    assert.ok(at(50) > 11 && at(150) < -11 && at(950) < -11 && at(1050) > 11);
    const edge = at(105);
    assert.ok(edge > -6 && edge < 8, String(edge));
    const n = 10000;
    let up = 0;
    for (let i = 0; i < n; i++) if (at((i * 3000) / n) > 0) up++;
    assert.ok(Math.abs(up / n - 0.1) < 0.005, String(up / n));
  });

  it('gives the same samples for the same seed', () => {
    const [a, b, c] = [board(5), board(5), board(6)];
    assert.equal(a.cp().hi, b.cp().hi);
    assert.notEqual(a.cp().hi, c.cp().hi);
  });
});
