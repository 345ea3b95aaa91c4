// NXP MFRC522, reader of ISO 14443 type A cards on SPI: UIDs of 4, 7 and 10 bytes. Registers: data sheet section 9.

import type { Bit, Reader } from './types';

/** Registers that are written again and again. */
const COMMAND = 0x01;
const COM_IRQ = 0x04;
const FIFO_LEVEL = 0x0a;
const BIT_FRAMING = 0x0d;
const TX_MODE = 0x12;
const RX_MODE = 0x13;
/** To the FIFO at address 9, shifted: WUPA, which also wakes halted cards; HLTA; the head of the others. */
const FIFO = 0x12;
const WUPA = 0x52;

/**
 * Register and value, pairs: modulation width, time-out of 2 ms from the end of a frame (prescaler 169: steps of 25 us;
 * a card answers within 0.1 ms), 100 % ASK, CRC preset 6363, antenna on.
 */
// prettier-ignore
const SETUP = new Uint8Array([0x24, 0x26, 0x2a, 0x80, 0x2b, 0xa9, 0x2c, 0, 0x2d, 80, 0x15, 0x40, 0x11, 0x3d, 0x14, 0x83]);

/** Address of the FIFO for reading. */
const READ = 0x92;

/** What is under way; CHOOSE waits for the next call instead of the card. */
const NOTHING = 0;
const WAKE = 1;
const ANTICOLL = 2;
const CHOOSE = 3;
const SELECT = 4;
const HALT = 5;

/** SEL byte of the cascade levels is 93, 95, 97; this tag stands before the part of a longer UID. */
const SEL = 0x93;
const CASCADE = 0x88;

/** Between two looks for a card, until a card counts as gone, and between two tries to find a silent chip: ms. */
const LOOK = 200;
const GONE = 1000;
const AGAIN = 3000;

/** One call of poll() does one exchange with the card at most. */
export class Mfrc522 implements Reader {
  ok: Bit = 0;
  private _spi: EspSpi;
  private _cs: Pin;
  /** Exchange under way. */
  busy = NOTHING;
  /** Its cascade level, how often its end was looked for; whether the chip adds the CRC. */
  private _level = 0;
  private _tries = 0;
  private _crc: Bit = 0;
  /** Bytes of this level with their check byte, and the UID so far. */
  private _part: Uint8Array | undefined;
  private _uid = '';
  /** The card that was reported last, and when it was seen last. */
  private _last = '';
  private _seen = 0;
  private _due = 0;
  /** What this call of poll() reports. */
  private _got: string | undefined;

  constructor(o: { spi: EspSpi; cs: Pin }) {
    this._spi = o.spi;
    this._cs = o.cs;
    o.cs.write(1);
  }

  poll(): string | undefined {
    this._got = undefined;
    if (this.busy === CHOOSE) this._select();
    else if (this.busy) this._look();
    else this._idle(getTime() * 1000);
    return this._got;
  }

  private _idle(t: number): void {
    if (t < this._due) return;
    if (this.ok) this._wake(t);
    else this._start(t);
  }

  /** A soft reset in one call, the registers in the next, 50 ms later at the earliest. */
  private _start(t: number): void {
    this._tries ^= 1;
    this._due = t + (this._tries ? 50 : AGAIN);
    if (this._tries) this._put(COMMAND, 0x0f);
    else this._find(this._status()[5]);
  }

  private _find(version: number): void {
    if (version !== 0 && version !== 0xff) this._setup();
  }

  private _setup(): void {
    for (let k = 0; k < SETUP.length; k += 2) this._put(SETUP[k], SETUP[k + 1]);
    this._crc = 1;
    this._mode(0);
    this.ok = 1;
    this._due = 0;
  }

  /** Silent, or without its registers after a dip of the supply. */
  private _lost(): void {
    this.ok = 0;
    this.busy = NOTHING;
    this._tries = 0;
  }

  /** SELECT and HLTA carry a CRC and so does the answer; WUPA and anticollision do not. */
  private _mode(crc: Bit): void {
    if (crc === this._crc) return;
    this._crc = crc;
    this._put(TX_MODE, crc << 7);
    this._put(RX_MODE, crc << 7);
  }

  private _wake(t: number): void {
    this._due = t + LOOK;
    if (this._last && t - this._seen > GONE) this._last = '';
    this._level = 0;
    this._uid = '';
    this._mode(0);
    this._send(WAKE, [FIFO, WUPA]);
  }

  private _put(register: number, value: number): void {
    this._spi.send([register << 1, value], this._cs);
  }

  /** ComIrq, Error, FIFOLevel, TxControl and Version in one go: each answer comes with the next byte. */
  private _status(): Uint8Array {
    return this._spi.send([0x88, 0x8c, 0x94, 0xa8, 0xee, 0], this._cs);
  }

  /** Command idle, interrupts cleared, FIFO empty; the frame; transceive; start with all bits, or with seven of WUPA. */
  private _send(step: number, data: number[]): void {
    this.busy = step;
    this._tries = 0;
    this._put(COMMAND, 0);
    this._put(COM_IRQ, 0x7f);
    this._put(FIFO_LEVEL, 0x80);
    this._spi.send(data, this._cs);
    this._put(COMMAND, 0x0c);
    this._put(BIT_FRAMING, step === WAKE ? 0x87 : 0x80);
  }

  /** Has the exchange ended? Receiver idle or command done; or the timer ran out; else later, but not for ever. */
  private _look(): void {
    const s = this._status();
    if (s[5] === 0 || s[5] === 0xff || (s[4] & 3) !== 3) this._lost();
    else if (s[1] & 0x30) this._answer(s[2], s[3]);
    else if (s[1] & 1 || ++this._tries > 5) this._none();
  }

  /** No card, or no answer: to be silent is the right answer to HLTA alone. */
  private _none(): void {
    if (this.busy === HALT) this._report();
    this.busy = NOTHING;
  }

  /** Errors: protocol, parity, CRC, buffer; a collision is of no account in the first answer, where any card speaks. */
  private _answer(error: number, length: number): void {
    const step = this.busy;
    this.busy = NOTHING;
    if (error & (step === WAKE ? 0x13 : 0x1f)) return;
    if (step === WAKE && length === 2) this._resolve();
    if (step === ANTICOLL && length === 5) this._check();
    if (step === SELECT && length === 1) this._selected();
  }

  private _resolve(): void {
    this._mode(0);
    this._send(ANTICOLL, [FIFO, SEL + 2 * this._level, 0x20]);
  }

  /** Four bytes of the UID and their XOR. */
  private _check(): void {
    const d = this._spi.send([READ, READ, READ, READ, READ, 0], this._cs);
    this._part = d;
    if ((d[1] ^ d[2] ^ d[3] ^ d[4]) === d[5]) this.busy = CHOOSE;
  }

  private _select(): void {
    const d = this._part!;
    this._mode(1);
    this._send(SELECT, [FIFO, SEL + 2 * this._level, 0x70, d[1], d[2], d[3], d[4], d[5]]);
  }

  /** SAK: bit 2 = the UID goes on at the next level. Then a cascade tag is no part of it; at the last level the same byte is one. */
  private _selected(): void {
    const d = this._part!;
    const more = this._spi.send([READ, 0], this._cs)[1] & 4;
    if (!more || d[1] !== CASCADE) this._uid += (0x100 + d[1]).toString(16).slice(1);
    this._uid += (0x1000000 + (d[2] << 16) + (d[3] << 8) + d[4]).toString(16).slice(1);
    if (!more) this._send(HALT, [FIFO, 0x50, 0]);
    else if (++this._level < 3) this._resolve();
  }

  /** A card is reported once; it must leave before it counts again. */
  private _report(): void {
    const uid = this._uid.toUpperCase();
    this._seen = getTime() * 1000;
    if (uid !== this._last) this._got = uid;
    this._last = uid;
  }
}
