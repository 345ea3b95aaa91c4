// Push button to GND. The engine's watch sees a press between two looks; two equal readings in a row count without it, too:
// an error of the engine can take it away.

import type { Bit, Button as Contract } from './types';

/** Contacts bounce for less than that, ms. */
const BOUNCE = 25;

export class Button implements Contract {
  private _pin: Pin;
  private _last: Bit = 0;
  private _down: Bit = 0;
  /** 1 = it was pressed since the last look. */
  private _hit: Bit = 0;

  constructor(o: { pin: Pin }) {
    this._pin = o.pin;
    o.pin.mode('input_pullup');
    const hit = (): void => {
      this._hit = 1;
    };
    setWatch(hit, o.pin, { repeat: true, edge: 'falling', debounce: BOUNCE });
  }

  down(): Bit {
    const now = this._pin.read() ? 0 : 1;
    if (this._hit) this._down = 1;
    else if (now === this._last) this._down = now;
    this._last = now;
    this._hit = 0;
    return this._down;
  }
}
