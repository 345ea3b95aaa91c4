// Microchip MCP9700A: 500 mV at 0 °C and 10 mV a degree, ±2 °C.

import { Chance } from './chance';

export class Mcp9700 {
  celsius = 25;
  private error: number;
  private noise: () => number;

  constructor(seed: number) {
    const c = new Chance(seed, 'mcp9700');
    this.error = c.between(-1, 1);
    this.noise = c.noise(0.001);
  }

  volts(): number {
    return 0.5 + (this.celsius + this.error) / 100 + this.noise();
  }
}
