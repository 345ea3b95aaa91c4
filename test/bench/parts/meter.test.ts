import assert from 'node:assert';
import { board, charging } from './wires';
import type { Board } from './wires';

const CS = 15;
const read = (b: Board, reg: number): number => {
  const out = b.wires.send(CS, 0x80 | (reg >> 8), reg & 0xff, 0, 0);
  return (out[2] << 8) | out[3];
};
const write = (b: Board, reg: number, value: number): void => {
  b.wires.send(CS, reg >> 8, reg & 0xff, value >> 8, value & 0xff);
};
const near = (x: number, y: number, by: number): void =>
  assert.ok(Math.abs(x - y) <= by, `${x} is not ${y} ± ${by}`);

function configure(b: Board, more: [number, number][] = []): void {
  write(b, 0x70, 0x789a);
  b.run(6);
  write(b, 0x7f, 0x55aa);
  const gains = [0x61, 0x65, 0x69].flatMap((r): [number, number][] => [[r, 7305], [r + 1, 27961]]); // prettier-ignore
  for (const [r, v] of [[0x00, 1], [0x35, 0x1d4c], [0x38, 0x02ee], ...gains, ...more]) write(b, r, v); // prettier-ignore
  write(b, 0x7f, 0);
}

describe('ATM90E32', () => {
  it('has its values of power-on and takes configuration only with the key', () => {
    const b = board();
    assert.deepEqual(
      [0x31, 0x32, 0x33, 0x34, 0x00].map((r) => read(b, r)),
      [0x0861, 0xc468, 0x0087, 0, 0],
    );
    write(b, 0x33, 0x1087);
    assert.equal(read(b, 0x78), 0x1087);
    assert.equal(read(b, 0x33), 0x0087);
    write(b, 0x7f, 0x55aa);
    write(b, 0x33, 0x1087);
    assert.equal(read(b, 0x33), 0x1087);
    write(b, 0x70, 0x789a);
    assert.equal(read(b, 0x33), 0xffff);
    b.run(6);
    assert.equal(read(b, 0x33), 0x0087);
  });

  it('keeps the last data on SPI in 78', () => {
    const b = board();
    write(b, 0x7f, 0x55aa);
    write(b, 0x00, 0x0001);
    assert.equal(read(b, 0x78), 0x0001);
    read(b, 0x32);
    assert.equal(read(b, 0x78), 0xc468);
  });

  it('measures', () => {
    const b = charging(0.2667, { phases: 2 });
    b.post('mains', { volts: [231.5, 229, 235.25], hz: 49.98 });
    b.post('temperature', { celsius: -7 });
    configure(b);
    assert.deepEqual(
      [0xd9, 0xda, 0xdb].map((r) => read(b, r)),
      [23150, 22900, 23525],
    );
    assert.deepEqual(
      [0xdd, 0xde, 0xdf].map((r) => read(b, r)),
      [16002, 16002, 0],
    );
    assert.deepEqual(
      [0xbd, 0xbe, 0xbf].map((r) => read(b, r)),
      [995, 995, 0],
    );
    assert.equal(read(b, 0xf8), 4998);
    assert.equal(read(b, 0xfc), 0xfff9);
    const watts = [1, 2, 3].map((k) => ((read(b, 0xb0 + k) << 16) | read(b, 0xc0 + k)) * 0.00032);
    [16.002 * 231.5 * 0.995, 16.002 * 229 * 0.995, 0].forEach((w, k) => near(watts[k], w, 0.001));
    near(((read(b, 0xb0) << 16) | read(b, 0xc0)) * 0.00032, watts[0] + watts[1], 0.001);
  });

  it('scales with gains and PGA, and measures nothing until it is enabled', () => {
    const b = charging();
    assert.equal(read(b, 0xd9), 0);
    configure(b, [[0x61, 3652], [0x66, 13980], [0x34, 0x0001]]); // prettier-ignore
    near(read(b, 0xd9), 11500, 3);
    assert.equal(read(b, 0xda), 23000);
    near(read(b, 0xdd), 32004, 1);
    near(read(b, 0xde), 8001, 1);
  });

  it('counts tenths of a pulse of 3200 a kWh, cleared by reading; hundredths with bit 9 of MMode0', () => {
    for (const [mode, per] of [
      [0x0087, 32],
      [0x0287, 320],
    ]) {
      const b = charging();
      configure(b, [[0x33, mode]]);
      b.run(60000);
      const wh = (16.002 * 230 * 0.995) / 60;
      const units = [0x81, 0x82, 0x83].map((r) => read(b, r));
      for (const n of units) near(n, wh * per, 1);
      near(read(b, 0x80), 3 * wh * per, 1);
      assert.equal(read(b, 0x81), 0);
      near(b.see().meter.energy, 3 * wh, 0.05);
    }
  });

  it('loses no fraction between readings', () => {
    const b = charging(0.1, { phases: 1 });
    configure(b);
    let sum = 0;
    for (let i = 0; i < 600; i++) {
      b.run(137);
      sum += read(b, 0x81);
    }
    near(sum / 32, b.see().meter.energy, 0.04);
    near(b.see().meter.energy, (5.9999 * 230 * 0.995 * 0.137 * 600) / 3600, 0.1);
  });

  it('wraps at 16 bits when nobody reads', () => {
    const b = charging(0.5333);
    configure(b);
    b.run(3600000);
    near(read(b, 0x81), Math.floor(b.see().meter.energy / 3 * 32) % 65536, 2); // prettier-ignore
    assert.ok((b.see().meter.energy / 3) * 32 > 65536);
  });

  it('does not count below its start thresholds', () => {
    const b = charging(0.1, { phases: 1, amps: 0.009 });
    configure(b);
    b.run(3600000);
    assert.equal(read(b, 0x81), 0);
    assert.equal(b.see().meter.energy, 0);
  });

  it('is silent when it fails, counts on, and keeps the total over a loss of supply', () => {
    const b = charging();
    configure(b);
    b.post('fault', { meter: true });
    assert.equal(read(b, 0x33), 0xffff);
    b.run(60000);
    b.post('fault', { meter: false });
    assert.ok(read(b, 0x81) > 1000);
    const total = b.see().meter.energy;
    b.rig.power(false);
    assert.equal(read(b, 0x33), 0xffff);
    b.run(1000);
    b.rig.power(true);
    b.run(100);
    assert.equal(read(b, 0x00), 0);
    assert.equal(read(b, 0x81), 0);
    near(b.see().meter.energy, total, 0.2);
  });
});
