// Control pilot on an LEDC output and an ADC1 input: 1 kHz PWM out, peaks of a burst of samples in.

import type { Pilot as Contract } from './types';
import { STRAIGHT } from './adc';
import type { Adc } from './adc';

/** LEDC at 10 bits; this count stands for steady +12 V, 0 for steady -12 V. */
const FULL = 1024;
/** Samples of a steady level. */
const FEW = 8;

/**
 * `zero`: mV at the ADC pin for 0 V on CP; `gain`: mV on CP per mV at the pin. A burst of `n` samples spans two to
 * three periods: the engine takes some 75 us for one, and must not take 100, or it can miss a 6 A pulse.
 */
export class Pilot implements Contract {
  hi = 0;
  lo = 0;
  private _pin: Pin;
  private _n = -1;
  private _duty = -1;
  private _pins: Uint8Array;
  private _out: Float32Array;
  private _few: Uint8Array;
  private _mean = new Float32Array(FEW);
  private _adc: Adc;
  /** The engine looks its own names up after all of ours: these are for the scan. */
  private _map = E.mapInPlace;
  private _sum = E.sum;
  private _var = E.variance;
  private _max = Math.max;
  private _read = analogRead;
  /** 1 = PWM runs. */
  private _pulsed = 0;
  private _zero: number;
  private _gain: number;
  private _k: number;
  private _d: number;

  constructor(o: { pwm: Pin; adc: Pin; cal: Adc; zero: number; gain: number; n?: number }) {
    const n = o.n ?? 32;
    this._pin = o.pwm;
    this._pins = new Uint8Array(n).fill(+o.adc);
    this._out = new Float32Array(n);
    this._few = new Uint8Array(FEW).fill(+o.adc);
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
    if (this._pulsed) this._burst();
    else this._level();
  }

  /**
   * PWM: the top is the highest sample. Seen from there every sample at the bottom is one distance down and every one
   * at the top none, so sum of squares by sum is that distance whatever the duty: two native passes, not a third of a
   * search for the least.
   */
  private _burst(): void {
    const out = this._out;
    this._map(this._pins, out, this._read);
    const top = this._max.apply(null, out as unknown as number[]);
    const down = this._sum(out) - top * out.length;
    this.hi = top > STRAIGHT ? this._top(top) : (top * this._k + this._d) | 0;
    const x = down < 0 ? top + this._var(out, top) / down : top;
    this.lo = x > STRAIGHT ? this._top(x) : (x * this._k + this._d) | 0;
  }

  /** Steady: a few samples are enough, and their mean is the level. */
  private _level(): void {
    this._map(this._few, this._mean, this._read);
    const x = this._sum(this._mean) / FEW;
    this.hi = this.lo = x > STRAIGHT ? this._top(x) : (x * this._k + this._d) | 0;
  }

  /** mV on CP by the curve of the ADC. */
  private _top(x: number): number {
    return ((this._adc.mv(x) - this._zero) * this._gain) | 0;
  }

  /** A digital write takes the pin from the LEDC and makes it an output again, also after a restart of the script. */
  private _steady(n: number): void {
    this._n = n;
    this._duty = -1;
    this._pulsed = 0;
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
    this._pulsed = 1;
    analogWrite(this._pin, (n + 0.5) / FULL, { freq: 1000 });
  }
}
