// The control pilot circuit, IEC 61851-1 annex A: a source of ±12 V behind 1 kΩ in the charger, diode and resistors in
// the car, and the divider that leads to the ADC. Levels are solved when something changes; a sample is then only
// arithmetic on the phase of the PWM.

import type { Clock, Drive } from '../types';
import { Chance } from './chance';
import { Signal } from './signal';

export type Mode = 'high' | 'pwm' | 'low';

/** What hangs on CP at the car's end. */
export interface Load {
  /** Resistance to PE, Infinity while nothing is plugged. */
  ohms: number;
  diode: boolean;
  /** CP touches PE. */
  short: boolean;
}

/** Resistors from CP to the ADC pin, from there to the rail and to ground, and the capacitor at the pin. */
export interface Divider {
  series: number;
  up: number;
  down: number;
  rail: number;
  farads: number;
}

/** Of a CP-PE short: wires and contact. */
const SHORT = 5;
/** Stage and cable: 1 kΩ into some 1.5 nF, ms. */
const WIRE = 0.0015;
/** Noise on CP, V. */
const NOISE = 0.008;

export class Pilot {
  readonly changed = new Signal();
  mode: Mode = 'low';
  /** %, 100 and 0 while steady. */
  duty = 0;
  hz = 0;
  /** Levels on CP, V; equal while steady. */
  high = 0;
  low = 0;

  private volts: [plus: number, minus: number];
  private series: number;
  private knee: number;
  private spread: number;
  private div: Divider;
  private slope: number;
  private offset: number;
  private tau: number;
  private noise: () => number;
  private pin: Drive = { mode: 'input', level: 0, duty: NaN, hz: 0 };
  private on = true;
  private car: Load = { ohms: Infinity, diode: true, short: false };
  private shorted = false;
  private parted = false;
  /** World time of the first rising edge, period and high time of the PWM, ms. */
  private start = 0;
  private period = 1;
  private width = 0;
  private adcHigh = 0;
  private adcLow = 0;

  constructor(
    private clock: Clock,
    seed: number,
    divider: Divider,
  ) {
    const c = new Chance(seed, 'pilot');
    this.volts = [c.part(12, 0.01), -c.part(12, 0.01)];
    this.series = c.part(1000, 0.01);
    this.knee = c.part(0.65, 0.05);
    this.spread = c.part(1, 0.01);
    this.div = {
      series: c.part(divider.series, 0.005),
      up: c.part(divider.up, 0.005),
      down: c.part(divider.down, 0.005),
      rail: c.part(divider.rail, 0.003),
      farads: divider.farads,
    };
    const d = this.div;
    const g = 1 / d.series + 1 / d.up + 1 / d.down;
    this.slope = 1 / d.series / g;
    this.offset = d.rail / d.up / g;
    this.tau = (d.farads / g) * 1000 + WIRE;
    this.noise = c.noise(NOISE * this.slope);
    this.solve();
  }

  /** The GPIO in front of the stage: 1 = +12 V. An input without pull-up reads as 1 by the stage's own bias. */
  drive(d: Drive): void {
    this.pin = { ...d };
    this.start = this.clock.now();
    this.solve();
  }

  /** A switch in CP, open while its pin is 1 or pulled up. */
  disconnect(d: Drive): void {
    this.parted = d.mode === 'output' ? d.level === 1 : d.mode === 'input_pullup';
    this.solve();
  }

  /** The rails of the stage. */
  supply(on: boolean): void {
    this.on = on;
    this.solve();
  }

  load(load: Load): void {
    this.car = { ...load };
    this.solve();
  }

  /** Fault: CP touches PE in the cable. */
  short(on: boolean): void {
    this.shorted = on;
    this.solve();
  }

  /** What a peak detector on CP holds, V. */
  get peak(): number {
    return this.high;
  }

  /** Volts at the ADC pin at world time `t`. */
  adc(t: number): number {
    return Math.max(0, this.level(t) + this.noise());
  }

  private level(t: number): number {
    if (this.mode !== 'pwm') return this.adcHigh;
    const turns = (t - this.start) / this.period;
    const phase = (turns - Math.floor(turns)) * this.period;
    const up = phase < this.width;
    const to = up ? this.adcHigh : this.adcLow;
    const since = up ? phase : phase - this.width;
    if (since > 10 * this.tau) return to;
    const from = up ? this.adcLow : this.adcHigh;
    return to + (from - to) * Math.exp(-since / this.tau);
  }

  private solve(): void {
    const before = [this.mode, this.duty, this.hz, this.high, this.low].join();
    const p = this.pin;
    const pwm = p.mode === 'output' && !Number.isNaN(p.duty);
    const up = p.mode === 'output' ? (pwm ? p.duty >= 1 : p.level === 1) : p.mode !== 'input_pulldown';
    this.mode = !this.on ? 'low' : pwm && p.duty > 0 && p.duty < 1 ? 'pwm' : up ? 'high' : 'low';
    this.hz = this.mode === 'pwm' ? p.hz : 0;
    this.duty = this.mode === 'pwm' ? p.duty * 100 : this.mode === 'high' ? 100 : 0;
    this.period = this.hz ? 1000 / this.hz : 1;
    this.width = (this.duty / 100) * this.period;
    this.high = this.node(!this.on ? 0 : this.volts[this.mode === 'low' ? 1 : 0]);
    this.low = this.mode === 'pwm' ? this.node(this.volts[1]) : this.high;
    this.adcHigh = this.offset + this.slope * this.high;
    this.adcLow = this.offset + this.slope * this.low;
    if (before !== [this.mode, this.duty, this.hz, this.high, this.low].join()) this.changed.emit();
  }

  /** CP voltage for a source voltage: sum of currents into the node is zero. */
  private node(source: number): number {
    const { up, down, rail, series } = this.div;
    const thevenin = (rail * down) / (up + down);
    const loop = series + (up * down) / (up + down);
    let g = 1 / this.series + 1 / loop;
    let i = source / this.series + thevenin / loop;
    if (this.parted) return i / g;
    if (this.shorted || this.car.short) g += 1 / SHORT;
    if (!Number.isFinite(this.car.ohms)) return i / g;
    const car = 1 / (this.car.ohms * this.spread);
    const drop = this.car.diode ? this.knee : 0;
    if (this.car.diode && i / g < drop) return i / g;
    g += car;
    i += drop * car;
    return i / g;
  }
}
