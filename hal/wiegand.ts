// Card reader with a Wiegand output of 26, 34 or 58 bits: two lines, pulled up, a low pulse of 50 us on D0 for a 0 and on D1
// for a 1, 1 to 2 ms apart. The card's number stands between two parity bits.

import type { Bit, Reader } from './types';

/** A frame has ended when nothing came for this long; a card that is held is told again after it has been away: ms. */
const END = 50;
const GONE = 1500;

export class Wiegand implements Reader {
  /** The lines tell nothing of a reader that is dead. */
  ok: Bit = 1;
  busy = 0;
  private _bits = '';
  private _at = 0;
  private _last = '';
  private _seen = 0;

  constructor(o: { d0: Pin; d1: Pin }) {
    const edge = { repeat: true, edge: 'falling' as const };
    setWatch((e) => this._bit('0', e.time), o.d0, edge);
    setWatch((e) => this._bit('1', e.time), o.d1, edge);
  }

  poll(): string | undefined {
    if (!this._bits || getTime() * 1000 - this._at < END) return undefined;
    const uid = this._uid(this._bits);
    this._bits = '';
    return uid ? this._once(uid) : undefined;
  }

  /** Noise cannot fill the memory: no frame has more bits. */
  private _bit(b: string, s: number): void {
    const t = s * 1000;
    if (t - this._at > END) this._bits = '';
    this._at = t;
    if (this._bits.length < 60) this._bits += b;
  }

  /** Ones in a part of the frame. */
  private _ones(s: string, from: number, to: number): number {
    let n = 0;
    for (let k = from; k < to; k++) if (s[k] === '1') n++;
    return n;
  }

  /** First bit: even parity over the first half. Last bit: odd over the second. A number of 24 bits gets zeros in front. */
  private _uid(s: string): string | undefined {
    const n = s.length;
    if (n !== 26 && n !== 34 && n !== 58) return undefined;
    if (this._ones(s, 0, n / 2) & 1 || !(this._ones(s, n / 2, n) & 1)) return undefined;
    let uid = n === 26 ? '00' : '';
    for (let k = 1; k < n - 1; k += 8) uid += (0x100 + parseInt(s.substr(k, 8), 2)).toString(16).substr(1);
    return uid.toUpperCase();
  }

  /** Readers repeat a card that is held before them. */
  private _once(uid: string): string | undefined {
    const t = this._at;
    const known = uid === this._last && t - this._seen < GONE;
    this._last = uid;
    this._seen = t;
    return known ? undefined : uid;
  }
}
