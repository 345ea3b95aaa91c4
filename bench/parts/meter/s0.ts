// S0 pulse output (IEC 62053-31) of a meter: an open collector that conducts for 40 ms a pulse.

import type { Clock } from '../../types';
import { Signal } from '../signal';
import type { Line } from './atm90e32';
import { Counted } from './counter';

const PULSE = 40;
/** It looks at its counter so often, ms. */
const LOOK = 10;

export class S0 extends Counted {
  readonly changed = new Signal();
  private low = false;
  private told = 0;

  constructor(
    clock: Clock,
    line: Line,
    private kwh: number,
    phases: 1 | 3 = 3,
  ) {
    super(clock, line, phases);
    this.look();
  }

  override supply(): void {}

  level(): 0 | 1 {
    return this.low ? 0 : 1;
  }

  private look(): void {
    const due = Math.floor((this.energy * this.kwh) / 1000);
    if (due > this.told && !this.low) this.pulse();
    this.clock.at(this.clock.now() + LOOK, () => this.look());
  }

  private pulse(): void {
    this.told++;
    this.low = !this.silent;
    this.changed.emit();
    this.clock.at(this.clock.now() + PULSE, () => {
      this.low = false;
      this.changed.emit();
    });
  }
}
