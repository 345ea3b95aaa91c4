// Status light of plain LEDs: red, green and blue of one lamp, or one LED each for fault, charging and rest.

import type { Light } from './types';

/** Shows 0…255 on a pin: an output at the ends, PWM between them. */
function glow(pin: Pin, level: number): void {
  if (level > 0 && level < 255) analogWrite(pin, level / 255);
  else pin.write(level ? 1 : 0);
}

/** Anodes through resistors or drivers, active high. */
export class RgbLed implements Light {
  private _pins: Pin[];
  private _rgb = -1;

  constructor(o: { r: Pin; g: Pin; b: Pin }) {
    this._pins = [o.r, o.g, o.b];
    this.set(0);
  }

  set(rgb: number): void {
    if (rgb === this._rgb) return;
    this._rgb = rgb;
    for (let k = 0; k < 3; k++) glow(this._pins[k], (rgb >> (16 - 8 * k)) & 255);
  }
}

/** Pure red lights `fault`, what has green but no red (charging, finished) `charge`, any other colour `rest`. */
export class Leds implements Light {
  private _pins: (Pin | undefined)[];
  private _on = -1;

  constructor(o: { fault?: Pin; charge?: Pin; rest?: Pin }) {
    this._pins = [o.fault, o.charge, o.rest];
    this.set(0);
  }

  set(rgb: number): void {
    const red = rgb >> 16;
    const n = !rgb ? 3 : red && !(rgb & 0xffff) ? 0 : !red && rgb & 0xff00 ? 1 : 2;
    if (n === this._on) return;
    this._on = n;
    for (let k = 0; k < 3; k++) if (this._pins[k]) this._pins[k]!.write(k === n ? 1 : 0);
  }
}
