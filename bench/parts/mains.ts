// The grid in front of the charger: three phases against neutral.

import { Signal } from './signal';

/** Below this a phase feeds nothing, V. */
const LIVE = 100;

export class Mains {
  readonly changed = new Signal();
  present = true;
  volts = [230, 230, 230];
  hz = 50;

  volt(k: number): number {
    return this.present ? this.volts[k] : 0;
  }

  live(k: number): boolean {
    return this.volt(k) >= LIVE;
  }

  set(patch: { present?: boolean; volts?: number[]; hz?: number }): void {
    Object.assign(this, patch);
    this.changed.emit();
  }
}
