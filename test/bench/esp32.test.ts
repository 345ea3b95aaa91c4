import assert from 'node:assert';
import { WorldClock } from '../../bench/clock';
import { Adc, generator } from '../../bench/esp32/adc';
import { Esp32 } from '../../bench/esp32/module';
import type { Drive, SpiDevice } from '../../bench/types';

const made = (seed = 1): { clock: WorldClock; m: Esp32 } => {
  const clock = new WorldClock();
  const m = new Esp32(clock, seed);
  m.reset(true);
  return { clock, m };
};

describe('ESP32 pins', () => {
  it('come up with the pull-ups of the engine, and keep what the engine does not touch over a restart', () => {
    const { m } = made();
    assert.strictEqual(m.drive(26).mode, 'input_pullup');
    assert.strictEqual(m.drive(32).mode, 'input');
    m.write(26, 1);
    m.write(32, 1);
    m.pwm(33, 0.5, 1000);
    m.pwm(27, 0.5, 1000);
    m.reset(false);
    assert.deepStrictEqual(
      [m.drive(26).mode, m.drive(32).mode, m.drive(32).level],
      ['input_pullup', 'output', 1],
    );
    assert.deepStrictEqual([m.drive(33).duty, m.drive(27).duty], [0.5, NaN]);
    m.reset(true);
    assert.strictEqual(m.drive(32).mode, 'input');
  });

  it('read what answers, else their pull', () => {
    const { m } = made();
    assert.deepStrictEqual([m.read(0), m.read(5), m.read(34)], [1, 0, 0]);
    let level: 0 | 1 = 1;
    m.digital(33, () => level);
    const seen: number[] = [];
    const end = m.watch(33, (l) => seen.push(l));
    level = 0;
    m.changed(33);
    m.changed(33);
    level = 1;
    m.changed(33);
    end();
    level = 0;
    m.changed(33);
    assert.deepStrictEqual(seen, [0, 1]);
  });

  it('keep a mode that was set by hand when written', () => {
    const { m } = made();
    m.mode(4, 'opendrain');
    m.write(4, 0);
    assert.deepStrictEqual([m.drive(4).mode, m.read(4)], ['opendrain', 0]);
    m.write(34, 1);
    assert.strictEqual(m.drive(34).mode, 'input');
  });

  it('truncate PWM to 10 bits, have three channels of own frequency, and none on the DAC pins', () => {
    const { m } = made();
    const drives: Drive[] = [];
    let complaints = 0;
    m.complain = () => complaints++;
    m.onDrive(27, (d) => drives.push(d));
    m.pwm(27, 170.99 / 1024, 1000);
    assert.deepStrictEqual([drives[0].duty, drives[0].hz, drives[0].mode], [170 / 1024, 1000, 'output']);
    for (const pin of [19, 21, 22, 27]) m.pwm(pin, 0.5, 1000);
    assert.deepStrictEqual([complaints, m.drive(22).mode], [1, 'input_pullup']);
    m.pwm(25, 0.3, 1000);
    assert.deepStrictEqual([m.drive(25).level, m.drive(25).duty], [0, NaN]);
    m.write(27, 1);
    assert.deepStrictEqual([m.drive(27).hz, m.drive(27).duty, m.drive(27).level], [0, NaN, 1]);
  });
});

describe('ESP32 ADC', () => {
  const volts = (raw: number, vref: number): number => (raw * ((vref * 196602) / 4096)) / 65536 + 142;

  it('follows the calibration line of its chip below 2.4 V', () => {
    const { m } = made(3);
    const { vref } = m.adc;
    assert.ok(vref >= 1000 && vref <= 1200 && vref !== 1100);
    for (const mv of [200, 728, 1484, 2000]) {
      m.analog(34, () => mv / 1000);
      let sum = 0;
      for (let i = 0; i < 200; i++) sum += m.analogRead(34) * 4096;
      assert.ok(Math.abs(volts(sum / 200, vref) - mv) < 3, `${mv}`);
    }
  });

  it('tells its reference in the register of the factory', () => {
    for (let seed = 1; seed < 20; seed++) {
      const { m } = made(seed);
      const raw = (m.peek(0x3ff5a010) >> 8) & 0x1f;
      assert.strictEqual(m.adc.vref, 1100 + 7 * (raw & 0x10 ? -(raw & 15) : raw & 15));
    }
    assert.notStrictEqual(made(1).m.adc.vref, made(2).m.adc.vref);
  });

  it('is blind near the ground, bends above 2.5 V and ends near 3.1 V', () => {
    const adc = new Adc(generator(1));
    assert.strictEqual(adc.count(0.1), 0);
    const line = ((2900 - 142) * 65536 * 4096) / (adc.vref * 196602);
    assert.ok(Math.abs(adc.count(2.9) - line) > 40);
    assert.ok(adc.count(3.3) > 4080);
    assert.ok(adc.count(2.9) < 4000);
  });

  it('looks at the pin at the time that is asked, and at ADC1 only', () => {
    const { clock, m } = made();
    clock.run(10);
    const times: number[] = [];
    m.analog(34, (t) => (times.push(t), 1));
    m.analogRead(34);
    m.analogRead(34, 0.06);
    assert.deepStrictEqual(times, [10, 10.06]);
    assert.ok(Number.isNaN(m.analogRead(4)));
  });
});

describe('ESP32 SPI', () => {
  const slave = (log: (string | number)[]): SpiDevice => ({
    select: () => log.push('cs'),
    transfer: (b) => (log.push(b), b ^ 0xff),
    deselect: () => log.push('end'),
  });

  it('talks to the chip behind the select pin', () => {
    const { m } = made();
    const log: (string | number)[] = [];
    m.spi(1, 15, slave(log), 3, 1e6);
    m.spiSetup(1, { baud: 1e6, mode: 3 });
    assert.deepStrictEqual([...m.spiSend(1, Uint8Array.of(1, 2), 15)], [0xfe, 0xfd]);
    assert.deepStrictEqual(log, ['cs', 1, 2, 'end']);
    assert.deepStrictEqual([...m.spiSend(1, Uint8Array.of(1), 5)], [0xff]);
    assert.deepStrictEqual([...m.spiSend(2, Uint8Array.of(1), 15)], [0xff]);
  });

  it('makes no sense with a wrong mode or too fast', () => {
    for (const o of [
      { baud: 1e6, mode: 0 },
      { baud: 2e6, mode: 3 },
    ]) {
      const { m } = made();
      const log: (string | number)[] = [];
      m.spi(1, 15, slave(log), 3, 1e6);
      m.spiSetup(1, o);
      assert.deepStrictEqual([...m.spiSend(1, Uint8Array.of(1, 2), 15)], [0xff, 0xff]);
      assert.deepStrictEqual(log, ['cs', 'end']);
    }
  });
});
