import assert from 'node:assert';
import { Ds18b20 as DsPart } from '../../bench/parts/ds18b20';
import { Adc } from '../../hal/adc';
import { Contactor } from '../../hal/contactor';
import { Ds18b20, crc8 } from '../../hal/ds18b20';
import { Leds, RgbLed } from '../../hal/led';
import { Mcp9700 } from '../../hal/mcp9700';
import { Pilot } from '../../hal/pilot';
import { Rcm } from '../../hal/rcm';
import { efuse, install, pin, reading, world } from '../fake/pin';
import { bench, wire, type Bench } from './onbench';

describe('DS18B20', () => {
  let b: Bench;
  let part: DsPart;
  let sensor: Ds18b20;
  beforeEach(() => {
    b = bench();
    part = new DsPart(b.clock);
    b.module.oneWire(16, part);
    sensor = new Ds18b20({ pin: wire(b, 16) });
  });
  afterEach(() => b.undo());
  /** A call a second. */
  const after = (seconds: number): number | undefined => {
    let t: number | undefined;
    for (let s = 0; s < seconds; s++) {
      t = sensor.read();
      b.clock.run(b.clock.now() + 1000);
    }
    return t;
  };

  it('CRC of the ROM code in the application note', () => {
    assert.equal(crc8(Uint8Array.of(0x02, 0x1c, 0xb8, 0x01, 0, 0, 0, 0xa2)), 0);
    assert.notEqual(crc8(Uint8Array.of(0x02, 0x1c, 0xb8, 0x01, 0, 0, 0, 0xa3)), 0);
  });

  for (const t of [-55, -10, 0, 25, 60, 75, 125])
    it(`${t} °C`, () => {
      part.celsius = t;
      assert.equal(after(4), t);
    });

  it('nothing before the first conversion; what it says at power-on is no temperature', () => {
    assert.equal(after(1), undefined);
    part.celsius = 85;
    assert.equal(after(4), undefined);
  });

  it('silent, garbled, shorted: nothing; back again', () => {
    assert.equal(after(4), 25);
    part.silent = true;
    assert.equal(after(2), undefined);
    part.silent = false;
    assert.equal(after(4), 25);
    const read = part.read.bind(part);
    let n = 0;
    part.read = () => (n++ % 9 ? read() : read() ^ 8);
    assert.equal(after(3), undefined);
    part.read = () => 0;
    assert.equal(after(3), undefined);
    part.read = read;
    assert.equal(after(4), 25);
  });
});

describe('drivers of single parts, continued', () => {
  let undo: () => void;
  beforeEach(() => (undo = install()));
  afterEach(() => undo());

  for (const [volts, t] of [
    [0.3, -20],
    [0.5, 0],
    [0.75, 25],
    [1.25, 75],
    [0.05, undefined],
    [0, undefined],
    [2.6, undefined],
  ] as const)
    // prettier-ignore
    it(`MCP9700 at ${volts} V`, () => {
      world.adc = () => reading(volts);
      const got = new Mcp9700({ adc: pin(36), cal: new Adc() }).read();
      assert.ok(t === undefined ? got === t : Math.abs(got! - t) <= 1, String(got));
    });

  // Colour, level or PWM on r, g, b.
  for (const [rgb, want] of [
    [0xff0000, [1, 0, 0]],
    [0x00ffff, [0, 1, 1]],
    [0x800000, [0.5, 0, 0]],
    [0, [0, 0, 0]],
  ] as const)
    // prettier-ignore
    it(`RGB LED ${rgb.toString(16)}`, () => {
      const pins = { r: pin(2), g: pin(4), b: pin(12) };
      const led = new RgbLed(pins);
      led.set(0xffffff);
      world.pwm = [];
      led.set(rgb);
      const seen = Object.values(pins).map((p) => world.pwm.find((x) => x.gpio === p.gpio)?.value ?? p.level);
      want.forEach((w, k) => assert.ok(Math.abs(seen[k] - w) < 0.01, seen.join()));
    });

  // Colour; fault, charge, rest.
  for (const [rgb, want] of [
    [0xff0000, '1,0,0'],
    [0x00ffff, '0,1,0'],
    [0x00ff00, '0,1,0'],
    [0xffff00, '0,0,1'],
    [0x0000ff, '0,0,1'],
    [0, '0,0,0'],
  ] as const)
    // prettier-ignore
    it(`LEDs ${rgb.toString(16)}`, () => {
      const o = { fault: pin(18), charge: pin(19), rest: pin(17) };
      const leds = new Leds(o);
      leds.set(0x123456);
      leds.set(rgb);
      assert.equal([o.fault.level, o.charge.level, o.rest.level].join(), want);
    });

  it('a board with the charging LED alone', () => {
    const o = { charge: pin(23) };
    const leds = new Leds(o);
    leds.set(0x00ffff);
    assert.equal(o.charge.level, 1);
    leds.set(0xff0000);
    assert.equal(o.charge.level, 0);
  });

  it('a second contactor moves with the first; without poles there is nothing to select', () => {
    const o = { coil: pin(32), pair: pin(27) };
    const k = new Contactor(o);
    assert.deepEqual([o.coil.level, o.pair.level], [0, 0]);
    k.set(1);
    assert.deepEqual([o.coil.level, o.pair.level], [1, 1]);
    k.set(0);
    assert.deepEqual([o.coil.level, o.pair.level], [0, 0]);
    assert.equal((k as { phases?: unknown }).phases, undefined);
    assert.notEqual(
      (new Contactor({ coil: pin(1), poles: pin(2) }) as { phases?: unknown }).phases,
      undefined,
    );
  });

  it('a monitor without a test winding offers no test', () => {
    assert.equal((new Rcm({ trip: pin(13) }) as { test?: unknown }).test, undefined);
    assert.notEqual((new Rcm({ trip: pin(13), test: pin(14) }) as { test?: unknown }).test, undefined);
  });

  // V on CP and what the pilot makes of it with SmartEVSE's divider, whatever the chip's reference.
  for (const vref of [1000, 1044, 1100, 1156, 1200])
    for (const [cp, lo, hi] of [
      [12, 10750, 13500],
      [11.5, 10750, 13500],
      [9, 7750, 10250],
      [6, 4750, 7250],
      [3, 1750, 4250],
      [0, -2000, 1250],
      [-12, -13500, -10000],
    ])
      // prettier-ignore
      it(`pilot beyond the ADC's scale: ${cp} V at a reference of ${vref} mV`, () => {
        world.vref = efuse(vref);
        world.adc = () => reading(Math.min(3.3, Math.max(0, 1.723 + cp / 7.7)), vref);
        const p = new Pilot({ pwm: pin(19), adc: pin(39), cal: new Adc(), zero: 1723, gain: 7.7, clip: 1 });
        p.watch(lo, hi, -10000);
        assert.equal(p.same(), true);
        p.read();
        assert.ok(p.hi >= lo && p.hi <= hi, String(p.hi));
      });
});
