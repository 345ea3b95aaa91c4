// Modbus RTU master on a serial port: one question at a time, answers framed by length and CRC, since they come in lumps.

import type { Asks } from './polled';
import type { Bit } from './types';

/** Function: input registers. */
const INPUT = 4;

/** CRC of a nibble, polynomial A001 reflected: a whole byte's table would cost 40 variables more. */
// prettier-ignore
const NIBBLE = new Uint16Array([
  0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400,
]);

/** Modbus over serial line 2.5.1.2; 0 over bytes that end with their CRC. */
export function crc16(data: Uint8Array | number[]): number {
  const t = NIBBLE;
  let crc = 0xffff;
  for (const b of data) {
    crc ^= b;
    crc = (crc >> 4) ^ t[crc & 15];
    crc = (crc >> 4) ^ t[crc & 15];
  }
  return crc;
}

export interface RtuOptions {
  serial: EspSerial;
  tx: Pin;
  rx: Pin;
  baud: number;
  parity?: 'none' | 'even' | 'odd';
  /** Driver-enable of the RS-485 transceiver, active high; absent where it follows the data by itself. */
  de?: Pin;
}

/** An answer may take this long, lumps of the engine included; ms. */
const SILENT = 1000;
/** The engine tells no end of a transmission: rest after the last bit, ms. */
const TAIL = 3;

export class Rtu implements Asks {
  private _serial: EspSerial;
  private _de: Pin | undefined;
  private _bit: number;
  /** Head of the awaited answer as text, its length, what has come, deadline; '' = nothing is awaited. */
  private _head = '';
  private _length = 0;
  private _in = '';
  private _until = 0;

  constructor(o: RtuOptions) {
    this._serial = o.serial;
    this._de = o.de;
    this._bit = 1000 / o.baud;
    o.serial.setup(o.baud, { tx: o.tx, rx: o.rx, parity: o.parity ?? 'none' });
    if (o.de) o.de.write(0);
  }

  busy(): Bit {
    return this._head ? 1 : 0;
  }

  ask(address: number, start: number, count: number): void {
    const q = [address, INPUT, start >> 8, start & 255, count >> 8, count & 255];
    const crc = crc16(q);
    q.push(crc & 255, crc >> 8);
    this._head = String.fromCharCode(address, INPUT, 2 * count);
    this._length = 2 * count + 5;
    this._until = getTime() * 1000 + SILENT;
    this._in = '';
    this._serial.read(); // what came unasked
    this._send(q);
  }

  /** Noise in front of the answer is passed over. */
  take(): DataView | undefined {
    this._in += this._serial.read();
    const at = this._in.indexOf(this._head);
    const whole = at >= 0 && this._in.length >= at + this._length;
    if (!whole && getTime() * 1000 > this._until) this._end();
    return whole ? this._check(at) : undefined;
  }

  private _send(q: number[]): void {
    const de = this._de;
    if (de) de.write(1);
    this._serial.write(q);
    if (de) setTimeout(() => de.write(0), q.length * 11 * this._bit + TAIL);
  }

  private _check(at: number): DataView | undefined {
    const d = E.toUint8Array(this._in.substr(at, this._length));
    this._end();
    return crc16(d) ? undefined : new DataView(d.buffer, 3, this._length - 5);
  }

  private _end(): void {
    this._head = '';
    this._in = '';
  }
}
