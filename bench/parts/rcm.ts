// Residual-current monitor: an open-collector output that is pulled high when it trips, has no supply or its wire is
// broken, and a test winding.

import type { Clock, Drive } from '../types';
import { Chance } from './chance';
import { Signal } from './signal';

/** From the end of the residual current to a healthy output, ms. */
const CLEAR = 200;

export class Rcm {
  readonly changed = new Signal();
  tripped = false;
  private fault = false;
  private testing = false;
  private deaf = false;
  private on = true;
  private sensed = false;
  private timer: number | undefined;
  private delay: number;

  constructor(
    private clock: Clock,
    seed: number,
  ) {
    this.delay = new Chance(seed, 'rcm').between(40, 100);
  }

  test(d: Drive): void {
    this.testing = d.mode === 'output' && d.level === 1;
    this.sense();
  }

  /** A residual current far above the threshold flows. */
  leak(on: boolean): void {
    this.fault = on;
    this.sense();
  }

  /** The test winding has no effect. */
  deafen(on: boolean): void {
    this.deaf = on;
    this.sense();
  }

  supply(on: boolean): void {
    this.on = on;
    this.settle();
  }

  level(): 0 | 1 {
    return this.tripped ? 1 : 0;
  }

  private sense(): void {
    const current = this.fault || (this.testing && !this.deaf);
    if (this.timer !== undefined) this.clock.cancel(this.timer);
    this.timer = undefined;
    if (current === this.sensed) return;
    const delay = this.fault ? 0 : current ? this.delay : CLEAR;
    if (delay === 0) return this.trip(true);
    this.timer = this.clock.at(this.clock.now() + delay, () => this.trip(current));
  }

  private trip(on: boolean): void {
    this.timer = undefined;
    this.sensed = on;
    this.settle();
  }

  private settle(): void {
    const tripped = this.sensed || !this.on;
    if (tripped === this.tripped) return;
    this.tripped = tripped;
    this.changed.emit();
  }
}
