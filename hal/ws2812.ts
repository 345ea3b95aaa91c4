// Status light: one WS2812 pixel.

import type { Light } from './types';

export class Ws2812 implements Light {
  private _pin: Pin;
  private _rgb = -1;

  constructor(o: { pin: Pin }) {
    this._pin = o.pin;
  }

  set(rgb: number): void {
    if (rgb !== this._rgb) this._show(rgb);
  }

  private _show(rgb: number): void {
    this._rgb = rgb;
    require('neopixel').write(this._pin, [(rgb >> 8) & 255, (rgb >> 16) & 255, rgb & 255]);
  }
}
