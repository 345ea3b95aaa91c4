// Proximity resistor of the cable's plug, 1 kOhm to 3.3 V: IEC 61851-1 table B.2.

import type { Adc } from './adc';
import type { Proximity as Contract } from './types';

/** Upper end of each window in mV (75, 150, 330, 1000, 2200 Ohm) and what it means: A, 0 = no cable, -1 = short. */
const WINDOWS = new Int16Array([230, -1, 430, 63, 819, 32, 1650, 20, 2269, 13, 9999, 0]);

export class Proximity implements Contract {
  private _pin: Pin;
  private _cal: Adc;

  constructor(o: { adc: Pin; cal: Adc }) {
    this._pin = o.adc;
    this._cal = o.cal;
  }

  /** Mean of four readings: a spike of the ADC must not choose the window. */
  read(): number {
    let sum = 0;
    for (let n = 0; n < 4; n++) sum += analogRead(this._pin);
    const mv = this._cal.mv(sum / 4);
    let k = 0;
    while (mv >= WINDOWS[k]) k += 2;
    return WINDOWS[k + 1];
  }
}
