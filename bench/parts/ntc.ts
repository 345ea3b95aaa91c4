// Thermistor of 10 kΩ at 25 °C, B 3950, to ground, and 10 kΩ to the rail.

import { Chance } from './chance';

const B = 3950;
const OHMS = 10000;
const RAIL = 3.3;
const KELVIN = 273.15;

export class Ntc {
  celsius = 25;
  private pullup: number;
  private ohms: number;
  private noise: () => number;

  constructor(seed: number, name: string) {
    const c = new Chance(seed, name);
    this.pullup = c.part(OHMS, 0.01);
    this.ohms = c.part(OHMS, 0.01);
    this.noise = c.noise(0.001);
  }

  volts(): number {
    const r = this.ohms * Math.exp(B * (1 / (this.celsius + KELVIN) - 1 / (25 + KELVIN)));
    return Math.max(0, (RAIL * r) / (r + this.pullup) + this.noise());
  }
}
