import assert from 'node:assert';
import { Rtu, crc16 } from '../../hal/modbus';
import type { Polled } from '../../hal/polled';
import { sdm } from '../../hal/sdm';
import { arrive, install, pin, port, world, type FakePin } from '../fake/pin';

const hex = (text: string): number[] => [...Buffer.from(text.replace(/ /g, ''), 'hex')];

/** A good answer: head, floats, CRC. */
function frame(...values: number[]): number[] {
  const d = Buffer.alloc(4 * values.length);
  values.forEach((v, k) => d.writeFloatBE(v, 4 * k));
  const all = [1, 4, d.length, ...d];
  const crc = crc16(all);
  return [...all, crc & 255, crc >> 8];
}

describe('Modbus RTU', () => {
  // Published frames: request and reply with their CRC.
  for (const text of [
    '01 04 00 00 00 02 71 CB',
    '01 04 00 34 00 02 30 05',
    '01 04 01 56 00 02 90 27',
    '01 04 04 43 66 33 34 1B 38',
    'F8 04 00 00 00 0A 64 64',
    '01 04 00 00 00 0A 70 0D',
  ])
    it(`CRC of ${text}`, () => {
      const b = hex(text);
      assert.equal(crc16(b.slice(0, -2)), b[b.length - 2] + (b[b.length - 1] << 8));
      assert.equal(crc16(b), 0);
    });

  describe('on the wire', () => {
    let undo: () => void;
    let de: FakePin & Pin;
    let bus: Rtu;
    beforeEach(() => {
      undo = install();
      de = pin(22);
      bus = new Rtu({ serial: port, tx: pin(21), rx: pin(23), baud: 9600, de });
    });
    afterEach(() => undo());

    it('asks as published and holds the driver for as long as it sends', () => {
      bus.ask(1, 0x156, 2);
      assert.deepEqual(world.sent, [hex('01 04 01 56 00 02 90 27')]);
      assert.equal(de.level, 1);
      world.ms(9);
      assert.equal(de.level, 1);
      world.ms(4);
      assert.equal(de.level, 0);
    });

    it('puts an answer together from lumps, noise in front of it passed over', () => {
      bus.ask(1, 0, 2);
      arrive(0x00, 0xff, 0x01);
      assert.equal(bus.take(), undefined);
      arrive(...hex('01 04 04 43 66'));
      assert.equal(bus.take(), undefined);
      arrive(...hex('33 34 1B 38'));
      assert.ok(Math.abs(bus.take()!.getFloat32(0, false) - 230.2) < 1e-4);
      assert.equal(bus.busy(), 0);
    });

    for (const [what, bytes] of [
      ['a wrong CRC', '01 04 04 43 66 33 34 1B 39'],
      ['an exception', '01 84 02 C2 C1'],
      ['another station', '02 04 04 43 66 33 34 28 38'],
      ['nothing', ''],
    ])
      it(`takes no ${what} for an answer`, () => {
        bus.ask(1, 0, 2);
        arrive(...hex(bytes));
        assert.equal(bus.take(), undefined);
        world.ms(1100);
        assert.equal(bus.take(), undefined);
        assert.equal(bus.busy(), 0);
      });

    it('forgets what came unasked', () => {
      arrive(...hex('01 04 04 43 66 33 34 1B 38'));
      bus.ask(1, 0, 2);
      assert.equal(bus.take(), undefined);
    });
  });
});

describe('Eastron SDM', () => {
  let undo: () => void;
  let meter: Polled;
  /** What the meter says to a question, by its first register; undefined = nothing. */
  let says: (start: number) => number[] | undefined;
  const LINES = [230.2, 229.96, 231, 16.004, 15.5, -15.996, 3680.4, 3560, -3690];
  const make = (phases: 1 | 3) => {
    const bus = new Rtu({ serial: port, tx: pin(21), rx: pin(23), baud: 9600 });
    meter = sdm({ bus, address: 1, phases });
  };
  let kwh: number;
  beforeEach(() => {
    undo = install();
    make(3);
    kwh = 1000;
    says = (start) => (start === 0x46 ? frame(50.01, kwh) : frame(...LINES.slice(start / 2, start / 2 + 3)));
  });
  afterEach(() => undo());

  /** Rounds in `ms`, a step each 50 ms; answers come 200 ms late. */
  const run = (ms: number): number => {
    let rounds = 0;
    for (let t = 0; t < ms; t += 50) {
      if (meter.sample()) rounds++;
      const q = world.sent.shift();
      if (q) {
        const a = says(q[3]);
        if (a) setTimeout(() => arrive(...a), 200);
      }
      world.ms(50);
    }
    return rounds;
  };

  it('volts, amperes, signed watts, hertz', () => {
    const rounds = run(5000);
    assert.ok(rounds >= 4, String(rounds));
    assert.deepEqual(
      [meter.v, meter.i, meter.p, meter.hz, meter.ok],
      [[230.2, 230, 231], [16, 15.5, 16], [3680, 3560, -3690], 50.01, 1],
    ); // prettier-ignore
  });

  it('counts what the register rises by, also while nobody asked', () => {
    run(2000);
    assert.equal(meter.wh, 0);
    kwh = 1000.25;
    run(2000);
    assert.ok(Math.abs(meter.wh - 250) < 0.5, String(meter.wh));
    kwh = 3; // another meter
    run(2000);
    kwh = 3.1;
    run(2000);
    assert.ok(Math.abs(meter.wh - 350) < 0.5, String(meter.wh));
  });

  it('a meter of one phase is asked for its own registers only', () => {
    make(1);
    const asked: number[][] = [];
    says = (start) => {
      asked.push([start, 0]);
      return frame(
        ...({ 0: [229.9], 6: [10], 12: [2299], 0x46: [50, 5] } as Record<number, number[]>)[start],
      );
    };
    run(4000);
    assert.deepEqual([meter.v, meter.i, meter.p], [[229.9, 0, 0], [10, 0, 0], [2299, 0, 0]]); // prettier-ignore
    assert.deepEqual(asked.slice(0, 4).map(([s]) => s), [0, 6, 12, 0x46]); // prettier-ignore
  });

  const dead: [string, (start: number) => number[] | undefined][] = [
    ['silent', () => undefined],
    ['garbled', () => frame(...LINES.slice(0, 3)).map((b, k) => (k === 9 ? b ^ 4 : b))],
    ['absurd', () => frame(NaN, 230, 230)],
    ['beyond its range', () => frame(230, 230, 1e9)],
  ];
  for (const [what, wrong] of dead)
    it(`${what}: nothing on show, energy kept, heard again`, () => {
      run(2000);
      kwh += 0.1;
      run(2000);
      const good = says;
      says = wrong;
      run(7000);
      assert.equal(meter.ok, 0);
      assert.deepEqual([meter.v, meter.i, meter.p, meter.hz], [[0, 0, 0], [0, 0, 0], [0, 0, 0], 0]); // prettier-ignore
      assert.ok(Math.abs(meter.wh - 100) < 0.5);
      says = good;
      run(6000);
      assert.equal(meter.ok, 1);
      assert.equal(meter.v[0], 230.2);
    });

  it('one lost answer is no silence', () => {
    run(2000);
    const good = says;
    let lost = 0;
    says = (s) => (lost++ ? good(s) : undefined);
    run(1100);
    assert.equal(meter.ok, 1);
    assert.equal(meter.v[0], 230.2);
  });
});
