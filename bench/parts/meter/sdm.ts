// Eastron SDM630 or SDM120 on RS-485, by its register list: input registers in pairs, IEEE 754, high word first. It has a
// supply of its own from the mains and keeps its counter; it answers half duplex, so a master that still drives the pair
// when it begins loses the beginning.

import type { Clock, Drive, SerialDevice } from '../../types';
import type { Line } from './atm90e32';
import { Counted } from './counter';
import { crc16, withCrc16 } from './crc16';

/** From the end of a request to the answer, ms. */
const DELAY = 30;
/** The most that one request may ask for. */
const MOST = 80;
/** kWh that it had counted before it came to us. */
const BEFORE = 1234.567;

export class Sdm extends Counted implements SerialDevice {
  say?: (bytes: number[]) => void;
  private driven: () => boolean = () => false;

  constructor(
    clock: Clock,
    line: Line,
    phases: 1 | 3,
    private address = 1,
  ) {
    super(clock, line, phases);
  }

  /** The charger's supply is none of its business. */
  override supply(): void {}

  /** The transceiver's driver-enable, where the controller has to switch it. */
  enable(drive: () => Drive): void {
    this.driven = () => drive().mode === 'output' && drive().level === 1;
  }

  hear(bytes: number[]): void {
    const good = bytes.length === 8 && crc16(bytes.slice(0, 6)) === bytes[6] + (bytes[7] << 8);
    if (this.silent || !good || bytes[0] !== this.address) return;
    const [, fn] = bytes;
    const start = (bytes[2] << 8) | bytes[3];
    const count = (bytes[4] << 8) | bytes[5];
    const answer = this.answer(fn, start, count);
    this.later(DELAY, () => this.driven() || this.say?.(withCrc16(answer)));
  }

  private answer(fn: number, start: number, count: number): number[] {
    if (fn !== 4) return [this.address, fn | 0x80, 1];
    if (count < 1 || count > MOST || count % 2 || start % 2) return [this.address, fn | 0x80, 3];
    const out = Buffer.alloc(2 * count);
    for (let i = 0; i < count; i += 2) out.writeFloatBE(this.register(start + i), 2 * i);
    return [this.address, fn, 2 * count, ...out];
  }

  /** Unused addresses inside a block read 0. */
  private register(at: number): number {
    const c = this.counter;
    const k = (at % 6) / 2;
    const each: Record<number, () => number> = {
      0x00: () => c.volt(k),
      0x06: () => c.amp(k),
      0x0c: () => c.watt(k),
    };
    if (at < 0x12) return each[at - 2 * k]();
    if (at === 0x34) return [0, 1, 2].reduce((w, i) => w + c.watt(i), 0);
    if (at === 0x46) return c.line.hz;
    if (at === 0x48 || at === 0x156) return BEFORE + this.energy / 1000;
    return 0;
  }
}
