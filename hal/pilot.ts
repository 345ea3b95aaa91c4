// Control pilot on an LEDC output and an ADC1 input: 1 kHz PWM out, peaks of a burst of samples in.

import type { Bit, Pilot as Contract } from './types';
import type { Adc } from './adc';

/** LEDC at 10 bits; this count stands for steady +12 V, 0 for steady -12 V. */
const FULL = 1024;
/** Readings from here on are the end of the ADC's scale, and what they stand for where +12 V lies beyond it, mV. */
const CLIP = 4088 / 4096;
const TOP = 12000;
/** Samples of a steady level. */
const FEW = 8;
/** Shortest time that the engine takes for a sample, in periods: a burst must reach over the longer of the two levels. */
const SAMPLE = 0.05;
/** Samples of the longest burst. */
const MOST = 1 / SAMPLE + 3;
/** Bursts in a row that may leave the bottom out, after one in which it was good. */
const SKIP = 3;

/** What the bursts are compared with, and what the last one has shown, as readings 0…1. */
interface Burst {
  pwm: Bit;
  /** Samples and their pins. */
  out: Float32Array;
  pins: Uint8Array;
  top: number;
  lo: number;
  hi: number;
  /** Bursts until the bottom is looked at again. */
  left: number;
  bottom: number;
  low: number;
  /** Looks at the bottom of the last burst: true = it is good. */
  look: () => boolean;
}

/**
 * The function that takes a burst. The engine finds its own names after all of ours, and a name of an outer scope after
 * those of the inner: here everything is at hand.
 *
 * PWM: the top is the highest sample, which each burst finds; the bottom is looked at in every fourth while it is good. Seen
 * from the top every sample at the bottom is one distance down and every one at the top none, so sum of squares by sum is that
 * distance whatever the duty: two native passes, not a third of a search for the least.
 * Steady: a few samples are enough, and their mean is the level.
 */
function sampler(w: Burst, adc: Pin): () => boolean {
  const map = E.mapInPlace;
  const read = analogRead;
  const max = Math.max;
  const sum = E.sum;
  const variance = E.variance;
  const mean = new Float32Array(FEW);
  const few = new Uint8Array(FEW).fill(+adc);
  const look = (w.look = () => {
    const top = w.top;
    const out = w.out;
    const down = sum(out) - top * out.length;
    w.low = down < 0 ? top + variance(out, top) / down : top;
    w.left = w.low < w.bottom ? SKIP : 0;
    return w.left > 0;
  });
  return () => {
    if (w.pwm) {
      map(w.pins, w.out, read);
      // eslint-disable-next-line prefer-spread -- the engine has no spread
      const top = (w.top = max.apply(null, w.out as unknown as number[]));
      return top >= w.lo && top <= w.hi && (w.left-- > 0 || look());
    }
    map(few, mean, read);
    const level = sum(mean) / FEW;
    w.top = w.low = level;
    return level >= w.lo && level <= w.hi;
  };
}

/**
 * `zero`: mV at the ADC pin for 0 V on CP; `gain`: mV on CP per mV at the pin. `clip`: +12 V lies beyond the scale of the
 * ADC, so what reads full scale is taken for it; the level of B must lie well within.
 */
export class Pilot implements Contract {
  hi = 0;
  lo = 0;
  same: () => boolean;
  private _pin: Pin;
  private _n = -1;
  private _duty = -1;
  private _adc: Adc;
  private _w: Burst = {
    pwm: 0,
    out: new Float32Array(MOST),
    pins: new Uint8Array(MOST),
    top: 0,
    lo: 1,
    hi: 0,
    left: 0,
    bottom: 0,
    low: 0,
    look: () => false,
  };
  private _zero: number;
  private _gain: number;
  private _clip: number;

  constructor(o: { pwm: Pin; adc: Pin; cal: Adc; zero: number; gain: number; clip?: Bit }) {
    this._pin = o.pwm;
    this._w.pins.fill(+o.adc);
    this._adc = o.cal;
    this._zero = o.zero;
    this._gain = o.gain;
    this._clip = o.clip ? CLIP : 2;
    this.same = sampler(this._w, o.adc);
  }

  watch(lo: number, hi: number, bottom: number): void {
    const w = this._w;
    const low = this._raw(lo);
    w.lo = low < this._clip ? low : this._clip;
    w.hi = this._raw(hi);
    w.bottom = this._raw(bottom);
  }

  read(top?: Bit): void {
    const w = this._w;
    this.lo = this.hi = this._mv(w.top);
    if (top || !w.pwm) return;
    w.look();
    this.lo = this._mv(w.low);
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

  private _raw(mv: number): number {
    return this._adc.raw(mv / this._gain + this._zero);
  }

  private _mv(x: number): number {
    return x >= this._clip ? TOP : ((this._adc.mv(x) - this._zero) * this._gain) | 0;
  }

  /** A digital write takes the pin from the LEDC and makes it an output again, also after a restart of the script. */
  private _steady(n: number): void {
    this._n = n;
    this._duty = -1;
    this._w.pwm = 0;
    this._pin.write(n ? 1 : 0);
  }

  /** analogWrite sets timer and channel up anew, which may cut a period short: only for another count. */
  private _change(duty: number): void {
    const n = ((duty * FULL) / 10000 + 0.5) | 0;
    if (n <= 0) this.low();
    else if (n >= FULL) this.high();
    else if (n !== this._n) this._run(n);
    this._duty = duty;
  }

  /**
   * A burst has to reach over the longer of the two levels, however fast the engine is. It takes some 75 us for a sample
   * and must not take 100, or it can miss a 6 A pulse.
   */
  private _run(n: number): void {
    const w = this._w;
    this._n = n;
    const most = ((n > FULL / 2 ? n : FULL - n) / (FULL * SAMPLE) + 3) | 0;
    // A part of what is there: to find room for new ones takes the engine longer than all else here.
    if (w.out.length !== most) {
      w.out = new Float32Array(w.out.buffer, 0, most);
      w.pins = new Uint8Array(w.pins.buffer, 0, most);
    }
    w.pwm = 1;
    w.left = 0;
    analogWrite(this._pin, (n + 0.5) / FULL, { freq: 1000 });
  }
}
