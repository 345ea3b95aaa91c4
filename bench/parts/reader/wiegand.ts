// Card reader with a Wiegand output: a low pulse of 50 µs a bit, on D0 for 0 and on D1 for 1, 2 ms apart; even parity in
// front over the first half, odd behind over the second.

import type { Clock } from '../../types';
import { Signal } from '../signal';

const PULSE = 0.05;
const BIT = 2;

export function frame(number: number[]): number[] {
  const bits = number.flatMap((b) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => (b >> i) & 1));
  const half = bits.length / 2;
  const odd = (part: number[]): number => part.reduce((a, b) => a ^ b, 0);
  return [odd(bits.slice(0, half)), ...bits, 1 ^ odd(bits.slice(half))];
}

export class Wiegand {
  readonly changed = new Signal();
  silent = false;
  private low: 0 | 1 | undefined;

  constructor(private clock: Clock) {}

  supply(): void {}

  /** A card with a number of 3, 4 or 7 bytes is read. */
  show(number: number[]): void {
    if (this.silent) return;
    frame(number).forEach((bit, i) => {
      const t = this.clock.now() + i * BIT;
      this.clock.at(t, () => this.put(bit as 0 | 1));
      this.clock.at(t + PULSE, () => this.put(undefined));
    });
  }

  level(line: 0 | 1): 0 | 1 {
    return this.low === line ? 0 : 1;
  }

  private put(line: 0 | 1 | undefined): void {
    this.low = line;
    this.changed.emit();
  }
}
