import assert from 'node:assert';
import { Atm90e32 } from '../../hal/atm90e32';
import { install, pin, world } from '../fake/pin';

describe('ATM90E32', () => {
  let undo: () => void;
  let reg: { [r: number]: number };
  let written: [number, number][];
  let dead: number | undefined;
  let meter: Atm90e32;
  const spi = {
    setup: () => undefined,
    send(d: number[] | Uint8Array): Uint8Array {
      assert.equal(d.length, 4);
      if (dead !== undefined) return new Uint8Array(4).fill(dead);
      const r = ((d[0] & 0x7f) << 8) | d[1];
      if (d[0] & 0x80) {
        const v = reg[r] ?? 0;
        if (r > 0x80 && r < 0x84) reg[r] = 0; // energy: cleared by the read
        return Uint8Array.of(0, 0, v >> 8, v & 255);
      }
      const v = (d[2] << 8) | d[3];
      written.push([r, v]);
      if (r === 0x70) reg = {};
      else reg[r] = reg[0x78] = v;
      return new Uint8Array(4);
    },
  };
  const make = (line: 50 | 60 = 50) =>
    new Atm90e32({ spi, cs: pin(15), ugain: 7305, igain: 27961, pga: 0x15, line });
  beforeEach(() => {
    undo = install();
    reg = {};
    written = [];
    dead = undefined;
    meter = make();
  });
  afterEach(() => undo());

  /** Calls sample() until a round is complete; the number of rounds in `ms`. */
  const run = (ms: number) => {
    let rounds = 0;
    for (let t = 0; t < ms; t += 80) {
      if (meter.sample()) rounds++;
      world.ms(80);
    }
    return rounds;
  };

  it('resets, unlocks, configures, locks', () => {
    run(1000);
    assert.deepEqual(written, [
      [0x70, 0x789a], [0x7f, 0x55aa], [0x00, 1], [0x33, 0x87], [0x34, 0x15], [0x31, 0x0861], [0x32, 0xc468],
      [0x35, 0x1d4c], [0x36, 0x1d4c], [0x37, 0x1d4c], [0x38, 0x02ee], [0x39, 0x02ee], [0x3a, 0x02ee],
      [0x61, 7305], [0x62, 27961], [0x65, 7305], [0x66, 27961], [0x69, 7305], [0x6a, 27961], [0x7f, 0],
    ]); // prettier-ignore
    assert.equal(meter.ok, 1);
  });

  it('60 Hz sets bit 12 of the mode', () => {
    meter = make(60);
    run(1000);
    assert.deepEqual(written[3], [0x33, 0x1087]);
  });

  it('volts, amperes, signed watts, hertz', () => {
    run(1000);
    Object.assign(reg, { 0xd9: 23012, 0xda: 22987, 0xdb: 0, 0xdd: 16004, 0xde: 31995, 0xdf: 0, 0xf8: 5001 });
    const put = (k: number, w: number) => {
      const n = Math.round(w / 0.00032);
      reg[0xb1 + k] = (n >> 16) & 0xffff;
      reg[0xc1 + k] = n & 0xffff;
    };
    put(0, 3680);
    put(1, -7360);
    assert.ok(run(1700) >= 1);
    assert.deepEqual(meter.v, [230.1, 229.9, 0]);
    assert.deepEqual(meter.i, [16, 32, 0]);
    assert.deepEqual(meter.p, [3680, -7360, 0]);
    assert.equal(meter.hz, 50.01);
    assert.equal(meter.ok, 1);
  });

  it('-1 count of power is no silence', () => {
    run(1000);
    reg[0xb1] = reg[0xc1] = 0xffff;
    run(1700);
    assert.equal(meter.ok, 1);
    assert.equal(Math.abs(meter.p[0]), 0);
  });

  it('adds up energy of the three phases, 100/3200 Wh a count', () => {
    run(1000);
    Object.assign(reg, { 0x81: 320, 0x82: 640, 0x83: 32 });
    run(1700);
    assert.ok(Math.abs(meter.wh - 31) < 1e-9, String(meter.wh));
    reg[0x81] = 320;
    run(1700);
    assert.ok(Math.abs(meter.wh - 41) < 1e-9, String(meter.wh));
  });

  for (const level of [0, 0xff])
    it(`a chip that reads ${level} is silent: nothing on show, energy kept, set up again`, () => {
      run(1000);
      Object.assign(reg, { 0xd9: 23000, 0xdd: 16000, 0x81: 320 });
      run(1700);
      dead = level;
      run(1700);
      assert.equal(meter.ok, 0);
      assert.deepEqual([meter.v, meter.i, meter.p], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]); // prettier-ignore
      assert.ok(Math.abs(meter.wh - 10) < 1e-9);
      dead = undefined;
      reg = {};
      run(6000);
      assert.equal(meter.ok, 1);
      assert.equal(reg[0x61], 7305);
    });

  it('a chip that restarted is noticed by its lost gain', () => {
    run(1000);
    reg = { 0xd9: 23000, 0xda: 23000, 0xdb: 23000, 0xf8: 5000 };
    run(1000);
    assert.equal(meter.ok, 0);
    run(6000);
    assert.equal(meter.ok, 1);
  });
});
