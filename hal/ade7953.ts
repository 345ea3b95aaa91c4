// Analog Devices ADE7953, one phase, on SPI (mode 0, 2 MHz at most). It lies on the mains: an isolator between it and us.
// Registers: data sheet tables 11 to 15.

import type { Bit, Meter } from './types';

/** Unlocks 120 for one write; what has to be written there for best accuracy also tells a live chip from another. */
const UNLOCK = 0x0fe;
const KEY = 0xad;
const RESERVED = 0x120;
const OPTIMUM = 0x30;
const PERIOD = 0x10e;
const AWATT = 0x312;
const IRMSA = 0x31a;
const VRMS = 0x31c;
/** The period counts at this rate, less one, Hz. */
const CLOCK = 223750;

/** The chip needs 100 ms after its reset; between two rounds, and between two tries to find a silent chip: ms. */
const START = 100;
const PAUSE = 200;
const AGAIN = 3000;

export interface Ade7953Options {
  spi: EspSpi;
  cs: Pin;
  /** Counts for 1 V, 1 A and 1 W, from calibration: they follow from divider and shunt. */
  volt: number;
  amp: number;
  watt: number;
}

/**
 * A call of sample() reads one quantity. Energy is the integral of the power, as the chip's own counter needs one more
 * constant from calibration.
 */
export class Ade7953 implements Meter {
  v = [0, 0, 0];
  i = [0, 0, 0];
  p = [0, 0, 0];
  wh = 0;
  hz = 0;
  ok: Bit = 0;
  private _o: Ade7953Options;
  private _step = 0;
  private _due = START;
  /** Time of the last power, 0 = none. */
  private _at = 0;

  constructor(o: Ade7953Options) {
    this._o = o;
    o.cs.write(1);
  }

  sample(): boolean {
    const t = getTime() * 1000;
    if (t < this._due) return false;
    return this.ok ? this._next(t) : this._prepare(t);
  }

  private _prepare(t: number): boolean {
    this._o.spi.send([0, UNLOCK, 0, KEY], this._o.cs);
    this._o.spi.send([RESERVED >> 8, RESERVED & 255, 0, 0, OPTIMUM], this._o.cs);
    if (!this._alive()) return this._lost(t);
    this.ok = 1;
    this._step = 0;
    return false;
  }

  /** Registers from 300 on have four bytes, those from 100 on two. */
  private _read(register: number): number {
    const wide = register >= 0x300;
    const d = this._o.spi.send(
      [register >> 8, register & 255, 0x80, 0, 0].concat(wide ? [0, 0] : []),
      this._o.cs,
    );
    return wide ? (d[3] << 24) | (d[4] << 16) | (d[5] << 8) | d[6] : (d[3] << 8) | d[4];
  }

  private _alive(): boolean {
    return this._read(RESERVED) === OPTIMUM;
  }

  /** Nothing measured stays on show. What was counted stays. */
  private _lost(t: number): boolean {
    this.ok = 0;
    this._due = t + AGAIN;
    this._at = 0;
    this.v[0] = this.i[0] = this.p[0] = this.hz = 0;
    return false;
  }

  /** Voltage, current, power, frequency; each behind a sign of life, for zeros and ones may be a dead bus. */
  private _next(t: number): boolean {
    if (!this._alive()) return this._lost(t);
    const n = this._step;
    this._step = (n + 1) % 4;
    if (n === 0) this.v[0] = Math.round((this._read(VRMS) / this._o.volt) * 10) / 10;
    else if (n === 1) this.i[0] = Math.round((this._read(IRMSA) / this._o.amp) * 100) / 100;
    else if (n === 2) this._power(t);
    else return this._line(t);
    return false;
  }

  private _power(t: number): void {
    const p = this._read(AWATT) / this._o.watt;
    if (this._at && p > 0) this.wh += (p * (t - this._at)) / 3600000;
    this._at = t;
    this.p[0] = Math.round(p);
  }

  private _line(t: number): boolean {
    this.hz = Math.round((CLOCK / (1 + this._read(PERIOD))) * 100) / 100;
    this._due = t + PAUSE;
    return true;
  }
}
