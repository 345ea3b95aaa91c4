// NXP PN532, reader of ISO 14443 type A cards on a serial line (HSU, 115200 8N1): UIDs of 4, 7 and 10 bytes. Frames: user
// manual UM0701-02 section 6, commands section 7. The chip works by itself; a call only looks what has come.

import type { Bit, Reader } from './types';

/** Commands with their data: normal mode without SAM; 17 tries for a card, then "none"; one card of type A. */
const SETUP = [
  [0x14, 1, 20, 1],
  [0x32, 5, 0xff, 1, 0x10],
];
const LIST = [0x4a, 1, 0];

/** Answer at the latest, between two looks for a card, until a card counts as gone, between two tries to find a chip: ms. */
const SILENT = 1000;
const LOOK = 250;
const GONE = 1500;
const AGAIN = 3000;

export class Pn532 implements Reader {
  ok: Bit = 0;
  busy = 0;
  private _serial: EspSerial;
  /** Next of SETUP; beyond its end the chip looks for cards. */
  private _step = 0;
  /** Command that waits for its answer, 0 = none, and until when; no command before. */
  private _asked = 0;
  private _until = 0;
  private _due = 0;
  private _in = '';
  /** The card that was reported last, and when it was seen last. */
  private _last = '';
  private _seen = 0;

  constructor(o: { serial: EspSerial; tx: Pin; rx: Pin }) {
    this._serial = o.serial;
    o.serial.setup(115200, { tx: o.tx, rx: o.rx });
  }

  poll(): string | undefined {
    const t = getTime() * 1000;
    if (!this._asked && t >= this._due) this._next(t);
    return this._asked ? this._look(t) : undefined;
  }

  private _next(t: number): void {
    this._serial.read(); // what came unasked
    this._in = '';
    this._until = t + SILENT;
    // The chip sleeps until it hears a long preamble.
    if (!this._step) this._serial.write([0x55, 0x55, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    this._send(this._step < SETUP.length ? SETUP[this._step] : LIST);
  }

  /** Preamble, start code, length and its complement, D4, command and data, complement of their sum, postamble. */
  private _send(q: number[]): void {
    const n = q.length + 1;
    let sum = 0xd4;
    for (let k = 0; k < q.length; k++) sum += q[k];
    this._asked = q[0];
    this._serial.write([0, 0, 0xff, n, 256 - n, 0xd4].concat(q, [-sum & 255, 0]));
  }

  private _look(t: number): string | undefined {
    this._in += this._serial.read();
    const d = this._frame();
    if (!d && t > this._until) this._lost(t);
    return d ? this._answer(d, t) : undefined;
  }

  /** D5, the answer's code and data of the first whole frame, once. Acknowledgements and noise are passed over. */
  private _frame(): Uint8Array | undefined {
    const s = this._in;
    const at = s.indexOf('\x00\xff');
    if (at < 0 || s.length < at + 5) return undefined;
    const n = s.charCodeAt(at + 2);
    const sound = ((n + s.charCodeAt(at + 3)) & 255) === 0;
    if (sound && s.length < at + n + 5) return undefined;
    this._in = s.substr(at + (sound ? n + 4 : 2));
    const d = E.toUint8Array(s.substr(at + 4, n + 1));
    return sound && n > 1 && (E.sum(d) & 255) === 0 && d[0] === 0xd5 ? d : undefined;
  }

  private _answer(d: Uint8Array, t: number): string | undefined {
    if (d[1] !== this._asked + 1) return undefined;
    this._asked = 0;
    if (this._step < SETUP.length) {
      this._step++;
      return undefined;
    }
    this.ok = 1;
    this._due = t + LOOK;
    return this._card(d, t);
  }

  /** Number of targets; target, ATQA (2), SAK, length of the UID, UID. A card is reported once; it must leave first. */
  private _card(d: Uint8Array, t: number): string | undefined {
    const n = d[2] === 1 && d.length > 8 + d[7] ? d[7] : 0;
    if (this._last && !n && t - this._seen > GONE) this._last = '';
    if (n !== 4 && n !== 7 && n !== 10) return undefined;
    let uid = '';
    for (let k = 0; k < n; k++) uid += (0x100 + d[8 + k]).toString(16).slice(1);
    uid = uid.toUpperCase();
    const known = uid === this._last && t - this._seen <= GONE;
    this._seen = t;
    this._last = uid;
    return known ? undefined : uid;
  }

  private _lost(t: number): void {
    this.ok = 0;
    this._asked = this._step = 0;
    this._due = t + AGAIN;
  }
}
