// Eastron SDM630, SDM72 (version 2), SDM230 and SDM120 on Modbus RTU: input registers (function 4), floats with the high word
// first. Register list: protocol of the SDM630 MID.

import type { Rtu } from './modbus';
import type { Bit, Meter } from './types';

/**
 * Questions of a round, first register and how many, pairs. Up to 11: V of three phases, A, W; 46: Hz, 48: import in kWh.
 * A meter of one phase is asked for its own registers only: what lies between them it need not know.
 */
const TOTAL = 0x46;
const THREE = [0x00, 18, TOTAL, 4];
const ONE = [0x00, 2, 0x06, 2, 0x0c, 2, TOTAL, 4];

/** Pause between two rounds; bad answers in a row that count as silence, and the pause after them; ms. */
const PAUSE = 300;
const MISSES = 3;
const AGAIN = 3000;
/** More than a meter of this kind can measure: V, A, W. */
const MOST = [400, 130, 40000];
/** Steps of what is shown, as their inverse. */
const STEPS = [10, 100, 1];

/** A call of sample() sends one question or looks for its answer. */
export class Sdm implements Meter {
  v = [0, 0, 0];
  i = [0, 0, 0];
  p = [0, 0, 0];
  wh = 0;
  hz = 0;
  ok: Bit = 0;
  private _bus: Rtu;
  private _address: number;
  private _round: number[];
  /** Place in the round; bad answers in a row; no question before. */
  private _at = 0;
  private _bad = 0;
  private _due = 0;
  /** Register when it was last read, Wh; below 0 = not yet. */
  private _last = -1;

  constructor(o: { bus: Rtu; address: number; phases: 1 | 3 }) {
    this._bus = o.bus;
    this._address = o.address;
    this._round = o.phases === 3 ? THREE : ONE;
  }

  sample(): boolean {
    const t = getTime() * 1000;
    if (this._bus.busy()) return this._look(t);
    if (t >= this._due) this._bus.ask(this._address, 4, this._round[this._at], this._round[this._at + 1]);
    return false;
  }

  private _look(t: number): boolean {
    const d = this._bus.take();
    if (d) return this._round[this._at] === TOTAL ? this._total(d, t) : this._lines(d, t);
    if (!this._bus.busy()) this._miss(t);
    return false;
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

  /** Three floats a quantity. Not-a-number is not below anything. */
  private _lines(d: DataView, t: number): boolean {
    const first = this._round[this._at] / 2;
    const n = this._round[this._at + 1] / 2;
    const to = [this.v, this.i, this.p];
    for (let k = 0; k < n; k++) {
      const x = d.getFloat32(4 * k, false);
      const q = ((first + k) / 3) | 0;
      if (!(Math.abs(x) < MOST[q])) return this._miss(t);
      // Current is a magnitude; power has the sign.
      to[q][(first + k) % 3] = Math.round((q === 1 ? Math.abs(x) : x) * STEPS[q]) / STEPS[q];
    }
    this._at += 2;
    return false;
  }

  /** A register that fell is another meter's: counting goes on from there. */
  private _total(d: DataView, t: number): boolean {
    const hz = d.getFloat32(0, false);
    const wh = d.getFloat32(4, false) * 1000;
    if (!(hz >= 0 && hz < 100 && wh >= 0 && wh < 1e10)) return this._miss(t);
    this.hz = Math.round(hz * 100) / 100;
    if (this._last >= 0 && wh > this._last) this.wh += wh - this._last;
    this._last = wh;
    this._at = this._bad = 0;
    this._due = t + PAUSE;
    this.ok = 1;
    return true;
  }
}
