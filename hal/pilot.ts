// Control pilot on an LEDC output and an ADC1 input: 1 kHz PWM out, peaks of a burst of samples in.

import type { Pilot as Contract } from './types';
import { Adc } from './adc';

/** LEDC at 10 bits; this count stands for steady +12 V, 0 for steady -12 V. */
const FULL = 1024;

/**
 * `zero`: mV at the ADC pin for 0 V on CP; `gain`: mV on CP per mV at the pin. A burst of `n` samples must span three
 * periods at the 60…100 us that the engine takes for one.
 */
export class Pilot implements Contract {
  hi = 0;
  lo = 0;
  private _pin: Pin;
  private _n = -1;
  private _duty = -1;
  private _pins: Uint8Array;
  private _out: Float32Array;
  private _adc: Adc;
  private _zero: number;
  private _gain: number;
  private _k: number;
  private _d: number;

  constructor(o: { pwm: Pin; adc: Pin; cal: Adc; zero: number; gain: number; n?: number }) {
    const n = o.n ?? 48;
    this._pin = o.pwm;
    this._pins = new Uint8Array(n).fill(o.adc);
    this._out = new Float32Array(n);
    this._adc = o.cal;
    this._zero = o.zero;
    this._gain = o.gain;
    this._k = o.cal.slope * o.gain;
    this._d = (142 - o.zero) * o.gain;
  }

  high(): void {
    if (this._n !== FULL) this._steady(FULL);
  }

  low(): void {
    if (this._n !== 0) this._steady(0);
  }

  pwm(duty: number): void {
    if (duty !== this._duty) this._change(duty);
  }

  sample(): void {
    const out = this._out;
    E.mapInPlace(this._pins, out, analogRead);
    const hi = Math.max.apply(null, out as unknown as number[]);
    this.lo = (Math.min.apply(null, out as unknown as number[]) * this._k + this._d) | 0;
    this.hi = hi > 0.703 ? this._top(hi) : (hi * this._k + this._d) | 0;
    if (this.lo > this.hi) this.lo = this.hi;
  }

  /** Above the straight part of the ADC: around +12 V only. */
  private _top(x: number): number {
    return ((this._adc.mv(x) - this._zero) * this._gain) | 0;
  }

  /** A digital write takes the pin from the LEDC and makes it an output again, also after a restart of the script. */
  private _steady(n: number): void {
    this._n = n;
    this._duty = -1;
    this._pin.write(n ? 1 : 0);
  }

  /** analogWrite sets timer and channel up anew, which may cut a period short: only for another count. */
  private _change(duty: number): void {
    const n = Math.round((duty * FULL) / 10000);
    if (n <= 0) this.low();
    else if (n >= FULL) this.high();
    else if (n !== this._n) this._run(n);
    this._duty = duty;
  }

  private _run(n: number): void {
    this._n = n;
    analogWrite(this._pin, (n + 0.5) / FULL, { freq: 1000 });
  }
}
