// Proximity contact: the cable's coding resistor to PE against 1 kΩ to the rail, IEC 61851-1 table B.2.

import { Chance } from './chance';

/** A to ohms. */
export const RESISTORS: Record<number, number> = { 13: 1500, 20: 680, 32: 220, 63: 100 };
const PULLUP = 1000;
const RAIL = 3.3;

export class Proximity {
  /** Rating of the plugged cable, A; 0 = none. */
  cable = 0;
  private pullup: number;
  private spread: number;
  private noise: () => number;

  constructor(seed: number) {
    const c = new Chance(seed, 'proximity');
    this.pullup = c.part(PULLUP, 0.01);
    this.spread = c.part(1, 0.03);
    this.noise = c.noise(0.001);
  }

  volts(): number {
    const ohms = this.cable ? RESISTORS[this.cable] * this.spread : Infinity;
    const v = Number.isFinite(ohms) ? (RAIL * ohms) / (ohms + this.pullup) : RAIL;
    return Math.min(RAIL, Math.max(0, v + this.noise()));
  }
}
