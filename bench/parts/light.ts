// One WS2812: it shows the first three bytes (green, red, blue) until it gets others or loses its supply.

import { Signal } from './signal';

export class Light {
  readonly changed = new Signal();
  r = 0;
  g = 0;
  b = 0;

  receive(grb: Uint8Array): void {
    if (grb.length < 3) return;
    const before = [this.g, this.r, this.b].join();
    [this.g, this.r, this.b] = grb;
    if (before !== [this.g, this.r, this.b].join()) this.changed.emit();
  }

  supply(on: boolean): void {
    if (!on) this.receive(new Uint8Array(3));
  }
}
