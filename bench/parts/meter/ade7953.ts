// Analog Devices ADE7953 on SPI (mode 0), by its registers: address of 16 bits, read flag, then as many bytes as the
// region of the address says.

import type { Clock, SpiDevice } from '../../types';
import type { Line } from './atm90e32';
import { Counted } from './counter';

/** Counts for 1 V, 1 A and 1 W with the divider and the shunt of this bench. */
export const SCALE = { volt: 26000, amp: 100000, watt: 154 };
/** From the supply to the first answer, ms. */
const START = 100;
const VERSION = 0x702;

export class Ade7953 extends Counted implements SpiDevice {
  private from: number;
  private regs = new Map<number, number>();
  private open = false;
  private frame: number[] = [];
  private out: number[] = [];

  constructor(clock: Clock, line: Line) {
    super(clock, line);
    this.from = clock.now() + START;
  }

  override supply(on: boolean): void {
    super.supply(on);
    this.regs.clear();
    this.open = false;
    this.from = this.clock.now() + START;
  }

  select(): void {
    this.frame = [];
    this.out = [];
  }

  deselect(): void {
    const [high, low, flag, ...data] = this.frame;
    if (this.frame.length > 3 && flag === 0) this.write((high << 8) | low, data);
    this.frame = [];
  }

  transfer(byte: number): number {
    if (this.silent || !this.on || this.clock.now() < this.from) return 0xff;
    const n = this.frame.push(byte);
    if (n === 3 && byte === 0x80) this.out = this.value((this.frame[0] << 8) | this.frame[1]);
    return n > 3 ? (this.out.shift() ?? 0) : 0;
  }

  /** 0xx and 7xx: one byte, 1xx two, 2xx three, 3xx four. */
  private value(at: number): number[] {
    const n = [1, 2, 3, 4][at >> 8] ?? 1;
    const x = this.measured(at);
    return Array.from({ length: n }, (_, i) => (x >> (8 * (n - 1 - i))) & 255);
  }

  private measured(at: number): number {
    const c = this.counter;
    if (at === 0x31c) return Math.round(c.volt(0) * SCALE.volt);
    if (at === 0x31a) return Math.round(c.amp(0) * SCALE.amp);
    if (at === 0x312) return Math.round(c.watt(0) * SCALE.watt);
    if (at === 0x10e) return Math.round(223750 / c.line.hz) - 1;
    if (at === VERSION) return 2;
    return this.regs.get(at) ?? 0;
  }

  /** 120 takes the one write behind its key. */
  private write(at: number, data: number[]): void {
    const x = data.reduce((sum, b) => sum * 256 + b, 0);
    if (at === 0x120 && !this.open) return;
    this.open = at === 0x0fe && x === 0xad;
    if (at !== 0x0fe) this.regs.set(at, x);
  }
}
