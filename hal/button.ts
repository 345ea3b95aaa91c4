// Push button to GND. Two equal readings in a row count; the caller's period is the debounce time.

import type { Bit, Button as Contract } from './types';

export class Button implements Contract {
  private _pin: Pin;
  private _last: Bit = 0;
  private _down: Bit = 0;

  constructor(o: { pin: Pin }) {
    this._pin = o.pin;
    o.pin.mode('input_pullup');
  }

  down(): Bit {
    const now = this._pin.read() ? 0 : 1;
    if (now === this._last) this._down = now;
    this._last = now;
    return this._down;
  }
}
