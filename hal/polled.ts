// An energy meter that answers questions on a serial line: asked in rounds, one question at a time. What stands in the answers
// is its own file's business: hal/sdm.ts, hal/pzem.ts, hal/bl0942.ts.

import type { Bit, Meter } from './types';

/** Pause between two rounds; bad answers in a row that count as silence, and the pause after them; ms. */
const PAUSE = 300;
const MISSES = 3;
const AGAIN = 3000;

/** The line with its frames. */
export interface Asks {
  /** 1 = an answer is awaited. */
  busy(): Bit;
  ask(address: number, start: number, count: number): void;
  /** The data of a good answer, once. Where it was garbled or did not come, nothing is awaited any more. */
  take(): DataView | undefined;
}

export interface PolledOptions {
  bus: Asks;
  address: number;
  /** Questions of a round, first register and how many, pairs. */
  round: number[];
  /** Reads the answer to the question at `start` into the meter; 0 = absurd. */
  take: (m: Polled, start: number, d: DataView) => Bit;
}

/** A call of sample() sends one question or looks for its answer. */
export class Polled implements Meter {
  v = [0, 0, 0];
  i = [0, 0, 0];
  p = [0, 0, 0];
  wh = 0;
  hz = 0;
  ok: Bit = 0;
  private _bus: Asks;
  private _address: number;
  private _round: number[];
  private _take: PolledOptions['take'];
  /** Place in the round; bad answers in a row; no question before. */
  private _at = 0;
  private _bad = 0;
  private _due = 0;
  /** Register when it was last read, Wh; below 0 = not yet. */
  private _last = -1;

  constructor(o: PolledOptions) {
    this._bus = o.bus;
    this._address = o.address;
    this._round = o.round;
    this._take = o.take;
  }

  sample(): boolean {
    const t = getTime() * 1000;
    if (this._bus.busy()) return this._look(t);
    if (t >= this._due) this._bus.ask(this._address, this._round[this._at], this._round[this._at + 1]);
    return false;
  }

  /** The meter's own register, Wh. One that fell is another meter's, or was reset: counting goes on from there. */
  register(wh: number): void {
    if (this._last >= 0 && wh > this._last) this.wh += wh - this._last;
    this._last = wh;
  }

  private _look(t: number): boolean {
    const d = this._bus.take();
    if (!d) return this._bus.busy() ? false : this._miss(t);
    return this._take(this, this._round[this._at], d) ? this._next(t) : this._miss(t);
  }

  private _next(t: number): boolean {
    this._at += 2;
    if (this._at < this._round.length) return false;
    this._at = this._bad = 0;
    this._due = t + PAUSE;
    this.ok = 1;
    return true;
  }

  /** Silent, garbled or absurd. Nothing measured stays on show then; what was counted stays. */
  private _miss(t: number): boolean {
    this._at = 0;
    this._due = t + PAUSE;
    if (++this._bad < MISSES) return false;
    this._due = t + AGAIN;
    this.ok = 0;
    this.hz = 0;
    for (let k = 0; k < 3; k++) this.v[k] = this.i[k] = this.p[k] = 0;
    return false;
  }
}
