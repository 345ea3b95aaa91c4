// Belling BL0942, one phase, on a serial line (4800 8N1). It lies on the mains: an isolator between it and us. Data sheet V1.06,
// sections 3.2 and 4.

import { Polled, type Asks } from './polled';
import type { Bit } from './types';

/** Read command with the chip's address, and the register that stands for all of them. */
const READ = 0x58;
const ALL = 0xaa;
/** Header; length of the answer with header and check byte; it may take this long, lumps of the engine included, ms. */
const HEAD = '\x55';
const LENGTH = 23;
const SILENT = 500;
/** Counts of the frequency register by Hz. */
const CLOCK = 1000000;

class Packet implements Asks {
  private _serial: EspSerial;
  private _in = '';
  /** First byte of the question, 0 = nothing is awaited; deadline. */
  private _asked = 0;
  private _until = 0;

  constructor(o: { serial: EspSerial; tx: Pin; rx: Pin }) {
    this._serial = o.serial;
    o.serial.setup(4800, { tx: o.tx, rx: o.rx });
  }

  busy(): Bit {
    return this._asked ? 1 : 0;
  }

  ask(address: number): void {
    this._serial.read(); // what came unasked
    this._in = '';
    this._asked = READ | address;
    this._until = getTime() * 1000 + SILENT;
    this._serial.write([this._asked, ALL]);
  }

  take(): DataView | undefined {
    this._in += this._serial.read();
    const at = this._in.indexOf(HEAD);
    const whole = at >= 0 && this._in.length >= at + LENGTH;
    if (!whole && getTime() * 1000 > this._until) this._asked = 0;
    return whole ? this._check(E.toUint8Array(this._in.substr(at, LENGTH))) : undefined;
  }

  /** The check byte makes question and answer add up to FF. */
  private _check(d: Uint8Array): DataView | undefined {
    const sum = (this._asked + E.sum(d)) & 255;
    this._asked = 0;
    return sum === 0xff ? new DataView(d.buffer) : undefined;
  }
}

export interface Bl0942Options {
  serial: EspSerial;
  tx: Pin;
  rx: Pin;
  /** 0…3, set by pins of the larger package. */
  address?: number;
  /** Counts for 1 V, 1 A, 1 W and 1 kWh, from calibration: they follow from divider and shunt. */
  volt: number;
  amp: number;
  watt: number;
  kwh: number;
}

export function bl0942(o: Bl0942Options): Polled {
  const word = (d: DataView, at: number): number =>
    d.getUint8(at) + (d.getUint8(at + 1) << 8) + (d.getUint8(at + 2) << 16);
  const take = (m: Polled, _start: number, d: DataView): Bit => {
    const i = word(d, 1) / o.amp;
    const v = word(d, 4) / o.volt;
    const p = ((word(d, 10) << 8) >> 8) / o.watt;
    const period = d.getUint16(16, true);
    if (v > 300 || i > 100 || Math.abs(p) > 25000) return 0;
    m.v[0] = Math.round(v * 10) / 10;
    m.i[0] = Math.round(i * 100) / 100;
    m.p[0] = Math.round(p);
    m.hz = period ? Math.round((CLOCK / period) * 100) / 100 : 0;
    m.register((word(d, 13) * 1000) / o.kwh);
    return 1;
  };
  return new Polled({ bus: new Packet(o), address: o.address ?? 0, round: [0, 0], take });
}
