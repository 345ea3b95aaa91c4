// Microchip MCP9700, temperature as a voltage: 500 mV at 0 °C, 10 mV a degree.

import type { Adc } from './adc';
import type { Thermometer } from './types';

/** Its range is -40…150 °C: outside are a broken wire, a short or no supply, mV. */
const LEAST = 150;
const MOST = 2000;

export class Mcp9700 implements Thermometer {
  private _pin: Pin;
  private _cal: Adc;

  constructor(o: { adc: Pin; cal: Adc }) {
    this._pin = o.adc;
    this._cal = o.cal;
  }

  /** The ADC reads nothing below 142 mV, so a short is seen as such. */
  read(): number | undefined {
    const mv = this._cal.mv(analogRead(this._pin));
    return mv > LEAST && mv < MOST ? Math.round((mv - 500) / 10) : undefined;
  }
}
