// Every meter driver against the bench's part, which is written from the datasheet: what flows is shown, what is silent is
// told, what was counted stays; and the bytes on the wire are those that the datasheets print.

import assert from 'node:assert';
import { Ade7953 as AdePart, SCALE as ADE } from '../../bench/parts/meter/ade7953';
import { Bl0942 as BlPart, SCALE as BL } from '../../bench/parts/meter/bl0942';
import { Pzem as PzemPart } from '../../bench/parts/meter/pzem';
import { S0 as S0Part } from '../../bench/parts/meter/s0';
import { Sdm as SdmPart } from '../../bench/parts/meter/sdm';
import { Ade7953 } from '../../hal/ade7953';
import { bl0942 } from '../../hal/bl0942';
import { Rtu, crc16 } from '../../hal/modbus';
import { pzem } from '../../hal/pzem';
import { S0 } from '../../hal/s0';
import { sdm } from '../../hal/sdm';
import type { Meter } from '../../hal/types';
import { bench, line, wire, type Bench } from './onbench';

interface Fitted {
  meter: Meter;
  part: { silent: boolean; energy: number; settle(): void };
  phases: 1 | 3;
}

const KINDS: Record<string, (b: Bench) => Fitted> = {
  SDM630(b) {
    const part = new SdmPart(b.clock, line, 3);
    part.enable(() => b.module.drive(22));
    b.module.serial(21, 23, part, { baud: 9600, parity: 'none' });
    const bus = new Rtu({ serial: b.serial, tx: wire(b, 21), rx: wire(b, 23), de: wire(b, 22), baud: 9600 });
    return { part, meter: sdm({ bus, address: 1, phases: 3 }), phases: 3 };
  },
  SDM120(b) {
    const part = new SdmPart(b.clock, line, 1, 7);
    b.module.serial(21, 23, part, { baud: 2400, parity: 'even' });
    const bus = new Rtu({ serial: b.serial, tx: wire(b, 21), rx: wire(b, 23), baud: 2400, parity: 'even' });
    return { part, meter: sdm({ bus, address: 7, phases: 1 }), phases: 1 };
  },
  'PZEM-004T'(b) {
    const part = new PzemPart(b.clock, line);
    b.module.serial(17, 16, part, { baud: 9600, parity: 'none' });
    const bus = new Rtu({ serial: b.serial, tx: wire(b, 17), rx: wire(b, 16), baud: 9600 });
    return { part, meter: pzem({ bus, address: 1 }), phases: 1 };
  },
  BL0942(b) {
    const part = new BlPart(b.clock, line, 1);
    b.module.serial(17, 16, part, { baud: 4800, parity: 'none' });
    const pins = { serial: b.serial, tx: wire(b, 17), rx: wire(b, 16) };
    return { part, meter: bl0942({ ...pins, ...BL, address: 1 }), phases: 1 };
  },
  ADE7953(b) {
    const part = new AdePart(b.clock, line);
    b.module.spi(1, 15, part, 0, 2000000);
    b.module.spiSetup(1, { baud: 1000000, mode: 0 });
    return { part, meter: new Ade7953({ spi: b.spi, cs: wire(b, 15), ...ADE }), phases: 1 };
  },
};

const near = (a: number, b: number, by: number, what: string): void =>
  assert.ok(Math.abs(a - b) <= by, `${what}: ${a}, not ${b}`);

for (const [name, make] of Object.entries(KINDS))
  describe(name, () => {
    let b: Bench;
    let f: Fitted;
    beforeEach(() => {
      b = bench();
      f = make(b);
    });
    afterEach(() => b.undo());
    const run = (ms: number): number => {
      let rounds = 0;
      b.run(ms, () => f.meter.sample() && rounds++);
      return rounds;
    };

    it('shows what flows', () => {
      assert.ok(run(10000) > 5);
      for (let k = 0; k < 3; k++) {
        const on = k < f.phases ? 1 : 0;
        near(f.meter.v[k], on * line.volts[k], 0.1, 'V');
        near(f.meter.i[k], on * line.amps[k], 0.02, 'A');
        near(f.meter.p[k], on * line.volts[k] * line.amps[k] * line.cos, 4, 'W');
      }
      near(f.meter.hz, 50, 0.05, 'Hz');
      assert.equal(f.meter.ok, 1);
    });

    it('counts as the part does', () => {
      run(3000);
      const from = f.part.energy - f.meter.wh;
      run(60000);
      near(f.meter.wh, f.part.energy - from, 3.5, 'Wh');
      assert.ok(f.meter.wh > 50);
    });

    it('silent: nothing on show, energy kept, heard again', () => {
      run(30000);
      const { wh } = f.meter;
      f.part.silent = true;
      run(8000);
      assert.equal(f.meter.ok, 0);
      assert.deepEqual([f.meter.v, f.meter.i, f.meter.p, f.meter.hz], [[0, 0, 0], [0, 0, 0], [0, 0, 0], 0]); // prettier-ignore
      near(f.meter.wh, wh, 4, 'Wh');
      f.part.silent = false;
      run(10000);
      assert.equal(f.meter.ok, 1);
      near(f.meter.v[0], 230, 0.1, 'V');
    });

    it('no current is none', () => {
      line.amps = [0, 0, 0];
      f.part.settle();
      run(5000);
      assert.deepEqual([f.meter.i, f.meter.p, f.meter.ok], [[0, 0, 0], [0, 0, 0], 1]); // prettier-ignore
    });
  });

describe('bytes of the datasheets', () => {
  let b: Bench;
  beforeEach(() => (b = bench()));
  afterEach(() => b.undo());

  it('PZEM-004T: the published request', () => {
    const sent: number[][] = [];
    b.module.serial(17, 16, { hear: (d) => void sent.push(d) }, { baud: 9600, parity: 'none' });
    const bus = new Rtu({ serial: b.serial, tx: wire(b, 17), rx: wire(b, 16), baud: 9600 });
    const m = pzem({ bus, address: 0xf8 });
    b.run(100, () => m.sample());
    assert.deepEqual(sent[0], [0xf8, 0x04, 0x00, 0x00, 0x00, 0x0a, 0x64, 0x64]);
  });

  it('PZEM-004T: the published reply, 220.0 V, 1.000 A, 220.0 W, 50.0 Hz; the second word of a pair is the high one', () => {
    const reply = (...words: number[]): number[] => {
      const all = [1, 4, 20, ...words.flatMap((w) => [w >> 8, w & 255])];
      const crc = crc16(all);
      return [...all, crc & 255, crc >> 8];
    };
    let answer = reply(0x0898, 0x03e8, 0, 0x0898, 0, 0xffff, 0, 0x01f4, 0x0064, 0);
    const device = {
      hear: () => device.say?.(answer),
      say: undefined as ((d: number[]) => void) | undefined,
    };
    b.module.serial(17, 16, device, { baud: 9600, parity: 'none' });
    const bus = new Rtu({ serial: b.serial, tx: wire(b, 17), rx: wire(b, 16), baud: 9600 });
    const m = pzem({ bus, address: 1 });
    b.run(1500, () => m.sample());
    assert.deepEqual([m.v[0], m.i[0], m.p[0], m.hz, m.wh, m.ok], [220, 1, 220, 50, 0, 1]);
    // 70 A, 16 kW, 65539 Wh.
    answer = reply(0x0898, 0x1170, 1, 0x7100, 2, 3, 1, 0x01f4, 0x0064, 0);
    b.run(2500, () => m.sample());
    assert.deepEqual([m.i[0], m.p[0], m.wh], [70, 16000, 4]);
  });

  it('BL0942: 58 AA; a wrong check byte is no answer', () => {
    const sent: number[][] = [];
    const device = { hear: (d: number[]) => (sent.push(d), device.say?.(answer)), say: undefined as ((d: number[]) => void) | undefined }; // prettier-ignore
    // 230.00 V, 10.00 A, -2300 W, CF 258, 50 Hz.
    const body = [0x55, 0xd6, 0x54, 0x26, 0x48, 0xb5, 0x37, 0, 0, 0, 0x68, 0x15, 0xeb, 0x02, 0x01, 0x00, 0x20, 0x4e, 0, 0, 0, 0]; // prettier-ignore
    const check = ~body.reduce((x, y) => x + y, 0x58) & 255;
    let answer = [...body, check];
    b.module.serial(17, 16, device, { baud: 4800, parity: 'none' });
    const m = bl0942({ serial: b.serial, tx: wire(b, 17), rx: wire(b, 16), ...BL });
    b.run(1000, () => m.sample());
    assert.deepEqual(sent[0], [0x58, 0xaa]);
    assert.deepEqual([m.v[0], m.i[0], m.p[0], m.hz, m.ok], [230, 10, -2300, 50, 1]);
    answer = [...body, check ^ 1];
    b.run(5000, () => m.sample());
    assert.equal(m.ok, 0);
  });

  it('ADE7953: key, optimum, and a read of four bytes', () => {
    const sent: number[][] = [];
    const spi: EspSpi = {
      setup: () => undefined,
      send(d) {
        sent.push([...d]);
        const at = (d[0] << 8) | d[1];
        const x: Record<number, number[]> = {
          0x120: [0, 0x30],
          0x312: [0xff, 0xff, 0xff, 0x66],
          // 16.00 A and 230.0 V on the board that the factors are from.
          0x31a: [0x00, 0x18, 0x6a, 0x00],
          0x31c: [0x00, 0x5b, 0x3f, 0x60],
          0x10e: [0x11, 0x7a],
        };
        return Uint8Array.from([0, 0, 0, ...(x[at] ?? [0, 0, 0, 0])]);
      },
    };
    const m = new Ade7953({ spi, cs: wire(b, 15), volt: 26000, amp: 100000, watt: 154 });
    b.run(1000, () => m.sample());
    assert.deepEqual([m.v[0], m.i[0]], [230, 16]);
    assert.deepEqual(sent.slice(0, 3), [[0x00, 0xfe, 0, 0xad], [0x01, 0x20, 0, 0, 0x30], [0x01, 0x20, 0x80, 0, 0]]); // prettier-ignore
    assert.deepEqual([m.p[0], m.hz, m.wh, m.ok], [-1, 50, 0, 1]);
  });
});

describe('S0', () => {
  let b: Bench;
  beforeEach(() => (b = bench()));
  afterEach(() => b.undo());

  it('counts pulses, shows power, and nothing after twice the gap', () => {
    line.amps = [16, 0, 0];
    const part = new S0Part(b.clock, line, 1000);
    b.module.digital(13, () => part.level());
    part.changed.on(() => b.module.changed(13));
    const m = new S0({ pin: wire(b, 13), kwh: 1000 });
    let rounds = 0;
    b.run(60000, () => m.sample() && rounds++);
    assert.ok(rounds >= 55 && rounds <= 61);
    near(m.wh, part.energy, 1, 'Wh');
    near(m.p[0], 230 * 16 * 0.995, 60, 'W');
    assert.deepEqual([m.v, m.i, m.pulses], [[0, 0, 0], [0, 0, 0], 1]); // prettier-ignore
    line.amps = [0, 0, 0];
    part.settle();
    b.run(5000, () => m.sample());
    assert.equal(m.p[0], 0);
  });
});
