// Maxim DS18B20, alone on its 1-Wire net with a supply of its own and 4.7 kOhm to 3.3 V.

import type { Thermometer } from './types';

const SKIP = 0xcc;
const CONVERT = 0x44;
const READ = 0xbe;
/** 12 bits take this long, ms. */
const TIME = 750;
/** What the sensor says before its first conversion: 85 °C. */
const POWER_ON = 0x550;

/** CRC of a nibble, x^8 + x^5 + x^4 + 1 reflected. */
// prettier-ignore
const NIBBLE = new Uint8Array([0x00, 0x9d, 0x23, 0xbe, 0x46, 0xdb, 0x65, 0xf8, 0x8c, 0x11, 0xaf, 0x32, 0xca, 0x57, 0xe9, 0x74]);

/** 0 over bytes that end with their CRC. */
export function crc8(d: Uint8Array): number {
  let crc = 0;
  for (let k = 0; k < d.length; k++) {
    crc ^= d[k];
    crc = (crc >> 4) ^ NIBBLE[crc & 15];
    crc = (crc >> 4) ^ NIBBLE[crc & 15];
  }
  return crc;
}

/** Each call does half: starts a conversion, or fetches the result of the one before; both stay below 8 ms. */
export class Ds18b20 implements Thermometer {
  private _wire: EspOneWire;
  private _at = -1;
  private _last: number | undefined;

  constructor(o: { pin: Pin }) {
    this._wire = new OneWire(o.pin);
  }

  read(): number | undefined {
    const t = getTime() * 1000;
    if (this._at < 0) this._start(t);
    else if (t - this._at >= TIME) this._fetch();
    return this._last;
  }

  private _start(t: number): void {
    if (this._wire.reset()) {
      this._wire.write([SKIP, CONVERT]);
      this._at = t;
    } else this._last = undefined;
  }

  /** All zeros have a good CRC, too, but no sensor says that: byte 5 is FF. */
  private _fetch(): void {
    this._at = -1;
    this._last = undefined;
    if (!this._wire.reset()) return;
    this._wire.write([SKIP, READ]);
    const d = this._wire.read(9);
    const n = (d[1] << 8) | d[0];
    if (crc8(d) === 0 && d[5] === 0xff && n !== POWER_ON) this._last = Math.round(((n << 16) >> 16) / 16);
  }
}
