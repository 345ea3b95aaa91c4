// The space in front of the antenna: at most one card, for a while.

import type { Clock } from '../../types';
import { Card } from './card';

/** A card answers this long after it got power, ms (ISO/IEC 14443-3: at most 5). */
const START = 5;

export class Field {
  private card: Card | undefined;
  private from = 0;
  private until = 0;
  private on = false;

  constructor(private clock: Clock) {}

  /** Holds a card there; the one before is taken away. */
  put(uid: number[], ms: number): void {
    this.card = new Card(uid);
    this.from = this.clock.now();
    this.until = this.from + ms;
  }

  /** The reader's carrier. */
  power(on: boolean, t: number): void {
    if (on === this.on) return;
    this.on = on;
    this.card?.unpower();
    if (on) this.from = Math.max(this.from, t);
  }

  /** A frame goes out at time `t` of the reader. */
  exchange(frame: number[], t: number): number[] | undefined {
    if (this.clock.now() >= this.until) this.card = undefined;
    return this.on && this.card && t >= this.from + START ? this.card.receive(frame) : undefined;
  }
}
