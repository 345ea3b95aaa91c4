// Peacefair PZEM-004T version 3: one phase, Modbus RTU, its own list of input registers (user manual, table 2). The 5 V
// side is fed by the charger, but counting goes on and is kept without it.

import type { Clock, SerialDevice } from '../../types';
import type { Line } from './atm90e32';
import { Counted } from './counter';
import { crc16, withCrc16 } from './crc16';

/** Address that every module answers to. */
const GENERAL = 0xf8;
const DELAY = 50;

export class Pzem extends Counted implements SerialDevice {
  say?: (bytes: number[]) => void;

  constructor(
    clock: Clock,
    line: Line,
    private address = 1,
  ) {
    super(clock, line);
  }

  hear(bytes: number[]): void {
    const n = bytes.length;
    const good = n >= 4 && crc16(bytes.slice(0, -2)) === bytes[n - 2] + (bytes[n - 1] << 8);
    if (!good || (bytes[0] !== this.address && bytes[0] !== GENERAL)) return;
    const answer = this.answer(bytes);
    this.later(DELAY, () => this.say?.(withCrc16(answer)));
  }

  private answer([address, fn, ...q]: number[]): number[] {
    if (fn !== 4) return [address, fn | 0x80, 1];
    const [start, count] = [(q[0] << 8) | q[1], (q[2] << 8) | q[3]];
    const all = this.registers();
    if (!count || start + count > all.length) return [address, fn | 0x80, 2];
    return [address, fn, 2 * count, ...all.slice(start, start + count).flatMap((r) => [r >> 8, r & 255])];
  }

  private registers(): number[] {
    const c = this.counter;
    const pair = (x: number): number[] => [Math.round(x) & 0xffff, Math.round(x) >>> 16];
    return [
      Math.round(c.volt(0) * 10),
      ...pair(c.amp(0) * 1000),
      ...pair(c.watt(0) * 10),
      ...pair(Math.floor(this.energy)),
      Math.round(c.line.hz * 10),
      c.amp(0) ? Math.round(c.line.cos * 100) : 0,
      0,
    ];
  }
}
