// NXP MFRC522, reader of ISO 14443 type A cards on SPI: UIDs of 4, 7 and 10 bytes. Registers: data sheet section 9.

import type { Bit, Reader } from './types';

const COMMAND = 0x01;
const IRQ = 0x04;
const ERROR = 0x06;
const FIFO = 0x09;
const LEVEL = 0x0a;
const FRAMING = 0x0d;
const TX_CONTROL = 0x14;
const VERSION = 0x37;

/** Commands. */
const IDLE = 0;
const TRANSCEIVE = 0x0c;
const RESET = 0x0f;

/**
 * Register and value, pairs: no CRC by the chip at 106 kbit/s, modulation width, time-out of 2 ms from the end of a
 * frame (prescaler 169: steps of 25 us; a card answers within 0.1 ms), 100 % ASK, CRC preset 6363, antenna on.
 */
// prettier-ignore
const SETUP = new Uint8Array([
  0x12, 0, 0x13, 0, 0x24, 0x26, 0x2a, 0x80, 0x2b, 0xa9, 0x2c, 0, 0x2d, 80, 0x15, 0x40, 0x11, 0x3d, 0x14, 0x83,
]);

/** What is under way. */
const NOTHING = 0;
const WAKE = 1;
const ANTICOLL = 2;
const SELECT = 3;
const HALT = 4;

/** SEL byte of each cascade level, and the tag that stands before the part of a longer UID. */
const SEL = [0x93, 0x95, 0x97];
const CASCADE = 0x88;

/** Between two looks for a card, until a card counts as gone, and between two tries to find a silent chip: ms. */
const LOOK = 300;
const GONE = 1000;
const AGAIN = 3000;

/** CRC_A (ISO 14443-3 annex B): polynomial 8408 reflected, preset 6363, low byte first. */
export function crcA(data: number[]): number {
  let crc = 0x6363;
  for (let b of data) {
    b = (b ^ crc) & 255;
    b = (b ^ (b << 4)) & 255;
    crc = (crc >> 8) ^ (b << 8) ^ (b << 3) ^ (b >> 4);
  }
  return crc;
}

/** One byte as two hex digits. */
function hex(b: number): string {
  return (b + 256).toString(16).slice(1).toUpperCase();
}

/** One call of poll() does one exchange with the card at most. */
export class Mfrc522 implements Reader {
  ok: Bit = 0;
  private _spi: EspSpi;
  private _cs: Pin;
  /** Exchange under way, its cascade level, and how often its end was looked for. */
  private _step = NOTHING;
  private _level = 0;
  private _tries = 0;
  private _uid = '';
  /** The card that was reported last, and when it was seen last. */
  private _last = '';
  private _seen = 0;
  private _due = 0;

  constructor(o: { spi: EspSpi; cs: Pin }) {
    this._spi = o.spi;
    this._cs = o.cs;
    o.cs.write(1);
  }

  poll(): string | undefined {
    if (this._step) return this._look();
    const t = getTime() * 1000;
    if (t < this._due) return undefined;
    return this.ok ? this._wake(t) : this._start(t);
  }

  private _set(register: number, value: number): void {
    this._spi.send([register << 1, value], this._cs);
  }

  /** IRQ, error, FIFO level, antenna and version in one go: the answer to an address comes with the next byte. */
  private _status(): Uint8Array {
    return this._spi.send([0x88, 0x8c, 0x94, 0xa8, 0xee, 0], this._cs);
  }

  /** A soft reset in one call, the registers in the next, 50 ms later at the earliest. */
  private _start(t: number): undefined {
    this._step = NOTHING;
    if (this._tries) return this._setup(t);
    this._tries = 1;
    this._due = t + 50;
    this._set(COMMAND, RESET);
    return undefined;
  }

  private _setup(t: number): undefined {
    this._tries = 0;
    this._due = t + AGAIN;
    const v = this._status()[5];
    if (v === 0 || v === 0xff) return undefined;
    for (let k = 0; k < SETUP.length; k += 2) this._set(SETUP[k], SETUP[k + 1]);
    this.ok = 1;
    this._due = t + 10;
    return undefined;
  }

  /** Silent, or without its registers after a dip of the supply. */
  private _lost(): undefined {
    this.ok = 0;
    this._step = NOTHING;
    this._tries = 0;
    return undefined;
  }

  private _wake(t: number): undefined {
    this._due = t + LOOK;
    if (this._last && t - this._seen > GONE) this._last = '';
    this._level = 0;
    this._uid = '';
    return this._send(WAKE, [0x52], 7);
  }

  /** Starts an exchange; `bits` of the last byte go out, 0 = all. */
  private _send(step: number, data: number[], bits: number): undefined {
    this._step = step;
    this._tries = 0;
    this._set(COMMAND, IDLE);
    this._set(IRQ, 0x7f);
    this._set(LEVEL, 0x80);
    data.unshift(FIFO << 1);
    this._spi.send(data, this._cs);
    this._set(COMMAND, TRANSCEIVE);
    this._set(FRAMING, 0x80 | bits);
    return undefined;
  }

  /** Has the exchange ended? Receiver idle or command done; or the timer ran out; else later, but not for ever. */
  private _look(): string | undefined {
    const s = this._status();
    if (s[5] === 0 || s[5] === 0xff || (s[4] & 3) !== 3) return this._lost();
    if (s[1] & 0x30) return this._answer(s[2], s[3]);
    if (s[1] & 1 || ++this._tries > 5) return this._none();
    return undefined;
  }

  /** No card, or no answer: to be silent is the right answer to HLTA alone. */
  private _none(): string | undefined {
    const done = this._step === HALT;
    this._step = NOTHING;
    return done ? this._report() : undefined;
  }

  /** Errors: buffer, parity, protocol; collision matters where one card alone may answer. */
  private _answer(error: number, length: number): string | undefined {
    const step = this._step;
    this._step = NOTHING;
    if (step === HALT || (error & 0x13) !== 0) return undefined;
    if (step === WAKE) return length === 2 ? this._collide() : undefined;
    if (error & 8 || length !== (step === SELECT ? 3 : 5)) return undefined;
    const d = this._read(length);
    return step === SELECT ? this._selected(d) : this._select(d);
  }

  private _read(length: number): number[] {
    const ask: number[] = [];
    for (let k = 0; k < length; k++) ask.push(0x80 | (FIFO << 1));
    ask.push(0);
    const got = this._spi.send(ask, this._cs);
    const d: number[] = [];
    for (let k = 1; k <= length; k++) d.push(got[k]);
    return d;
  }

  private _collide(): undefined {
    return this._send(ANTICOLL, [SEL[this._level], 0x20], 0);
  }

  /** Four bytes of the UID and their XOR. A cascade tag stands for "more follows" and is no part of the UID. */
  private _select(d: number[]): undefined {
    if (d[0] ^ d[1] ^ d[2] ^ d[3] ^ d[4]) return undefined;
    if (d[0] !== CASCADE) this._uid += hex(d[0]);
    this._uid += hex(d[1]) + hex(d[2]) + hex(d[3]);
    d.unshift(SEL[this._level], 0x70);
    const crc = crcA(d);
    d.push(crc & 255, crc >> 8);
    return this._send(SELECT, d, 0);
  }

  /** SAK: bit 2 = the UID goes on at the next level. */
  private _selected(d: number[]): undefined {
    if (crcA([d[0]]) !== (d[1] | (d[2] << 8))) return undefined;
    if (!(d[0] & 4)) return this._send(HALT, [0x50, 0, 0x57, 0xcd], 0);
    return ++this._level < 3 ? this._collide() : undefined;
  }

  /** A card is reported once; it must leave before it counts again. */
  private _report(): string | undefined {
    this._seen = getTime() * 1000;
    if (this._uid === this._last) return undefined;
    this._last = this._uid;
    return this._uid;
  }
}
