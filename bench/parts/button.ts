// A push button to ground.

import type { Clock } from '../types';
import { Signal } from './signal';

export class Button {
  readonly changed = new Signal();
  private timer: number | undefined;

  constructor(private clock: Clock) {}

  press(ms: number): void {
    if (this.timer !== undefined) this.clock.cancel(this.timer);
    this.timer = this.clock.at(this.clock.now() + ms, () => {
      this.timer = undefined;
      this.changed.emit();
    });
    this.changed.emit();
  }

  level(): 0 | 1 {
    return this.timer === undefined ? 1 : 0;
  }
}
