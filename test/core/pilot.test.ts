import assert from 'node:assert';
import { duty, letter, readings, window } from '../../firmware/core/pilot';

describe('pilot arithmetic', () => {
  // Current in 0.1 A, duty in %.
  const duties = [
    [0, 100],
    [59, 100],
    [60, 10],
    [80, 13.33],
    [100, 16.67],
    [130, 21.67],
    [160, 26.67],
    [200, 33.33],
    [250, 41.67],
    [320, 53.33],
    [400, 66.67],
    [480, 80],
    [510, 85],
    [520, 85],
    [525, 85],
    [630, 89.2],
    [800, 96],
    [999, 96],
  ];
  for (const [amps, percent] of duties)
    it(`${amps / 10} A is ${percent} %`, () =>
      assert.ok(Math.abs(duty(amps) / 100 - percent) < 0.01, String(duty(amps))));

  const tops: [number, string][] = [
    [12000, 'A'],
    [11000, 'A'],
    [10500, '?'],
    [9000, 'B'],
    [8000, 'B'],
    [7500, '?'],
    [6000, 'C'],
    [5000, 'C'],
    [4500, '?'],
    [3000, 'D'],
    [2000, 'D'],
    [1500, '?'],
    [0, 'E'],
    [-1000, 'E'],
    [-5000, '?'],
    [-12000, 'F'],
    [15000, '?'],
  ];
  for (const [mv, cp] of tops) it(`${mv} mV is ${cp}`, () => assert.equal(letter(mv), cp));

  it('the window of a letter contains exactly its levels', () => {
    for (let mv = -13000; mv <= 13000; mv += 50) {
      const w = window(letter(mv));
      assert.equal(mv >= w[0] && mv <= w[1], letter(mv) !== '?', String(mv));
    }
  });

  it('leaves C and D within two readings, enters C only after half a second', () => {
    for (const to of ['A', 'B', 'E', '?'] as const) assert.equal(readings('C', to), 2);
    assert.equal(readings('B', 'C') * 20, 500);
    assert.equal(readings('A', 'C') * 20, 500);
  });
});
