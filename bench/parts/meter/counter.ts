// What every energy meter does inside: integrates the power on its terminals.

import type { Clock } from '../../types';
import type { Line } from './atm90e32';

export class Counter {
  /** Wh since the bench started, in all and of each phase. */
  total = 0;
  private watts = [0, 0, 0];
  private since: number;

  constructor(
    private clock: Clock,
    readonly line: Line,
    private phases: 1 | 3,
  ) {
    this.since = clock.now();
  }

  volt(k: number): number {
    return k < this.phases ? this.line.volt(k) : 0;
  }

  amp(k: number): number {
    return k < this.phases ? this.line.amp(k) : 0;
  }

  watt(k: number): number {
    return this.volt(k) * this.amp(k) * this.line.cos;
  }

  settle(): void {
    const now = this.clock.now();
    this.total += (this.watts.reduce((a, b) => a + b) * (now - this.since)) / 3600000;
    this.since = now;
    this.watts = [0, 1, 2].map((k) => this.watt(k));
  }
}

/** A meter around such a counter, fed by the charger's supply. */
export abstract class Counted {
  /** Fault: it says nothing. */
  silent = false;
  protected on = true;
  protected counter: Counter;

  constructor(
    protected clock: Clock,
    line: Line,
    phases: 1 | 3 = 1,
  ) {
    this.counter = new Counter(clock, line, phases);
  }

  /** Wh since the bench started. */
  get energy(): number {
    this.counter.settle();
    return this.counter.total;
  }

  /** Voltage or current changed just now. */
  settle(): void {
    this.counter.settle();
  }

  supply(on: boolean): void {
    this.on = on;
  }

  /** Says something later, if it still can. */
  protected later(ms: number, say: () => void): void {
    this.clock.at(this.clock.now() + ms, () => this.on && !this.silent && say());
  }
}
