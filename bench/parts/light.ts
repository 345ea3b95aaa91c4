// The status light. A WS2812 shows the first three bytes (green, red, blue) until it gets others or loses its supply;
// plain LEDs show what their pins do.

import type { Drive } from '../types';
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

  /** A plain LED, active high. */
  drive(colour: 'r' | 'g' | 'b', d: Drive): void {
    const level = d.mode !== 'output' ? 0 : Number.isNaN(d.duty) ? d.level : d.duty;
    const value = Math.round(level * 255);
    if (value === this[colour]) return;
    this[colour] = value;
    this.changed.emit();
  }

  supply(on: boolean): void {
    if (!on) this.receive(new Uint8Array(3));
  }
}
