// Belling BL0942: one phase on a serial line, 4800 8N1 (data sheet V1.06, section 3.2). It forgets its counter without supply.

import type { Clock, SerialDevice } from '../../types';
import type { Line } from './atm90e32';
import { Counted } from './counter';

/** Counts for 1 V, 1 A, 1 W and 1 kWh with the divider and the shunt of this bench. */
export const SCALE = { volt: 15873.36, amp: 251213.46, watt: 596, kwh: 3304.61 };
const DELAY = 2;

export class Bl0942 extends Counted implements SerialDevice {
  say?: (bytes: number[]) => void;
  /** Wh that the counter does not show: from before the supply came. */
  private before = 0;

  constructor(
    clock: Clock,
    line: Line,
    private address = 0,
  ) {
    super(clock, line);
  }

  override supply(on: boolean): void {
    super.supply(on);
    this.before = this.energy;
  }

  hear(bytes: number[]): void {
    const head = 0x58 | this.address;
    if (!this.on || bytes.length !== 2 || bytes[0] !== head || bytes[1] !== 0xaa) return;
    const packet = this.packet();
    packet.push(~packet.reduce((a, b) => a + b, head) & 255);
    this.later(DELAY, () => this.say?.(packet));
  }

  /** Header, I, V, fast I, W (signed), CF in three bytes each; period; reserve, status, reserve; lowest byte first. */
  private packet(): number[] {
    const c = this.counter;
    const le = (x: number, n: number): number[] =>
      Array.from({ length: n }, (_, i) => (Math.round(x) >> (8 * i)) & 255);
    return [
      0x55,
      ...le(c.amp(0) * SCALE.amp, 3),
      ...le(c.volt(0) * SCALE.volt, 3),
      ...le(c.amp(0) * SCALE.amp, 3),
      ...le(c.watt(0) * SCALE.watt, 3),
      ...le(Math.floor(((this.energy - this.before) / 1000) * SCALE.kwh), 3),
      ...le(1000000 / c.line.hz, 2),
      0,
      0,
      0,
      0,
    ];
  }
}
