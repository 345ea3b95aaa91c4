// Thermistor to GND with a resistor to 3.3 V.

import type { Adc } from './adc';
import type { Thermometer } from './types';

const RAIL = 3300;
/** Readings outside are a short or a broken wire. */
const SHORT = 0.005;
const BROKEN = 0.996;

/** `pull`: upper resistor; `r25`: at 25 °C, both in Ohm; `beta`: K. */
export class Ntc implements Thermometer {
  private _pin: Pin;
  private _cal: Adc;
  private _ratio: number;
  private _beta: number;

  constructor(o: { adc: Pin; cal: Adc; pull: number; r25: number; beta: number }) {
    this._pin = o.adc;
    this._cal = o.cal;
    this._ratio = o.pull / o.r25;
    this._beta = o.beta;
  }

  read(): number | undefined {
    const x = analogRead(this._pin);
    return x > SHORT && x < BROKEN ? this._celsius(this._cal.mv(x)) : undefined;
  }

  private _celsius(mv: number): number {
    const r = (this._ratio * mv) / (RAIL - mv);
    return Math.round(1 / (1 / 298.15 + Math.log(r) / this._beta) - 273.15);
  }
}
