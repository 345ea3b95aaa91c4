import assert from 'node:assert';
import { Adc } from '../../hal/adc';
import { Pilot } from '../../hal/pilot';
import { efuse, install, pin, reading, world } from '../fake/pin';

describe('pilot', () => {
  let undo: () => void;
  beforeEach(() => (undo = install()));
  afterEach(() => undo());

  const make = () => {
    const out = pin(27);
    return { out, p: new Pilot({ pwm: out, adc: pin(34), cal: new Adc(), zero: 1338, gain: 9.792 }) };
  };
  const take = (p: Pilot): boolean => {
    const same = p.same();
    p.read();
    return same;
  };
  /** 270 k, 68 k, 56 k. */
  const volts = (cp: number) => (cp / 270 + 3.3 / 68) / (1 / 270 + 1 / 68 + 1 / 56);

  for (const ref of [1002, 1051, 1100, 1149, 1198])
    it(`reads every level with a reference of ${ref} mV`, () => {
      world.vref = efuse(ref);
      const { p } = make();
      for (const cp of [13, 12, 11, 10.5, 9, 7.5, 6, 4.5, 3, 1.5, 0, -6]) {
        world.adc = () => reading(volts(cp), ref);
        take(p);
        assert.ok(Math.abs(p.hi - cp * 1000) < 60, `${cp} V reads ${p.hi}`);
        assert.equal(p.lo, p.hi);
        assert.equal(p.hi, Math.round(p.hi));
      }
    });

  it('reads -12 V as low enough for the diode', () => {
    const { p } = make();
    world.adc = () => reading(volts(-12));
    take(p);
    assert.ok(p.hi < -11000 && p.hi > -13500);
  });

  it('finds top and bottom of a 6 A pulse at 66 and at 95 us a sample', () => {
    const { p } = make();
    p.pwm(1000);
    for (const us of [66, 95]) {
      let t = 0;
      world.adc = () => reading(volts((t += us) % 1000 < 100 ? 9 : -12));
      take(p);
      assert.ok(Math.abs(p.hi - 9000) < 60 && p.lo < -11000, `${p.hi} ${p.lo}`);
    }
  });

  it('tells within the noise of a reading whether top and bottom keep their bounds', () => {
    for (const ref of [1002, 1100, 1198]) {
      world.vref = efuse(ref);
      const { p } = make();
      p.watch(7750, 10250, -10000);
      const rows: [number, boolean][] = [[7.65, false], [7.85, true], [9, true], [10.15, true], [10.35, false]]; // prettier-ignore
      for (const [cp, same] of rows) {
        world.adc = () => reading(volts(cp), ref);
        assert.equal(p.same(), same, `${cp} V at ${ref} mV`);
      }
      p.pwm(3000);
      for (const [bottom, same] of [
        [-12, true],
        [-9, false],
      ] as const) {
        let t = 0;
        world.adc = () => reading(volts((t += 75) % 1000 < 300 ? 9 : bottom), ref);
        const bursts = [1, 2, 3, 4].map(() => p.same());
        assert.equal(bursts.every(Boolean), same, `bottom ${bottom} V at ${ref} mV`);
      }
    }
  });

  it('sees in the next burst that the top left its window, and within four that the bottom did', () => {
    // Top and bottom, V.
    const left: [string, number, number][] = [
      ['S2 opens', 9, -12],
      ['unplugged', 12, -12],
      ['short to PE', 0, -12],
      ['ventilation', 3, -12],
      ['no diode', 6, -6],
      ['the bottom is gone', 6, 6],
      ['the pulses are gone', -12, -12],
    ];
    for (const duty of [1000, 2666.7, 5333.3, 9000])
      for (const us of [66, 75, 95])
        for (let phase = 0; phase < 1000; phase += 90)
          for (const [name, top, bottom] of left) {
            const { p } = make();
            p.watch(4750, 7250, -10000);
            p.pwm(duty);
            let t = phase;
            const wave = (high: number, low: number): number =>
              reading(volts((t += us) % 1000 < duty / 10 ? high : low));
            world.adc = () => wave(6, -12);
            for (let i = 0; i < 9; i++) assert.ok(p.same());
            world.adc = () => wave(top, bottom);
            // The bottom is looked at in every fourth burst.
            const most = top === 6 ? 4 : 1;
            const seen = [1, 2, 3, 4].slice(0, most).some(() => !p.same());
            assert.ok(seen, `${name} at ${duty / 100} %, ${us} us, phase ${phase}`);
          }
  });

  // Duty in 0.01 %, LEDC count.
  const table = [
    [1000, 102], [1333.3, 137], [1666.7, 171], [2166.7, 222], [2666.7, 273], [3333.3, 341], [4166.7, 427],
    [5333.3, 546], [6666.7, 683], [8000, 819], [8920, 913], [9600, 983],
  ]; // prettier-ignore
  for (const [duty, count] of table)
    it(`${duty / 100} % is count ${count}`, () => {
      make().p.pwm(duty);
      assert.deepEqual(world.pwm, [{ gpio: 27, value: (count + 0.5) / 1024, freq: 1000 }]);
      assert.ok(Math.abs(count / 1024 - duty / 10000) < 0.0005);
    });

  it('touches the hardware on change only, and steady levels end PWM', () => {
    const { p, out } = make();
    p.high();
    p.high();
    p.pwm(2666.7);
    p.pwm(2666.7);
    p.pwm(2667);
    p.high();
    p.pwm(2666.7);
    p.low();
    p.low();
    p.pwm(10000);
    assert.deepEqual(out.writes, [1, 1, 0, 1]);
    assert.equal(world.pwm.length, 2);
  });
});
