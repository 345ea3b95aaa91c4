// Hardware interlock of the main coil: a window comparator on the peak of CP, ANDed with the residual-current monitor.
// The comparator bridges 40 ms, a trip of the monitor acts at once.

import type { Clock } from '../types';
import { Chance } from './chance';
import type { Pilot } from './pilot';
import type { Rcm } from './rcm';
import { Signal } from './signal';

/** V. */
const LOW = 1.5;
const HIGH = 7.5;
/** ms. */
const HOLD = 40;

export class Interlock {
  readonly changed = new Signal();
  /** The coil may have its supply. */
  ok = false;
  private bridged = false;
  private inside = false;
  private timer: number | undefined;
  private low: number;
  private high: number;
  private hold: number;

  constructor(
    private clock: Clock,
    seed: number,
    private pilot: Pilot,
    private rcm: Rcm,
  ) {
    const c = new Chance(seed, 'interlock');
    this.low = c.part(LOW, 0.02);
    this.high = c.part(HIGH, 0.02);
    this.hold = c.part(HOLD, 0.1);
    pilot.changed.on(() => this.compare());
    rcm.changed.on(() => this.settle());
    this.compare();
  }

  private compare(): void {
    const inside = this.pilot.peak > this.low && this.pilot.peak < this.high;
    if (inside) {
      if (this.timer !== undefined) this.clock.cancel(this.timer);
      this.timer = undefined;
      this.inside = true;
    } else if (this.inside && this.timer === undefined) {
      this.timer = this.clock.at(this.clock.now() + this.hold, () => {
        this.timer = undefined;
        this.inside = false;
        this.settle();
      });
    }
    this.settle();
  }

  /** A wire across it: what then opens the contactor is the firmware alone. */
  bridge(): void {
    this.bridged = true;
    this.settle();
  }

  private settle(): void {
    const ok = this.bridged || (this.inside && !this.rcm.tripped);
    if (ok === this.ok) return;
    this.ok = ok;
    this.changed.emit();
  }
}
