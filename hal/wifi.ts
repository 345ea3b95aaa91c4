// Wi-Fi of the ESP32: joins and keeps trying, opens an access point, resolves names, asks hosts for a sign of life.

import type { Bit, Net as Contract } from './types';

/** Pause after a failed join: first, longest, and the shortest while the access point is open; ms. */
const FIRST = 2000;
const LAST = 300000;
const AWAY = 60000;
/** A join that reports nothing has got lost. */
const SILENT = 40000;
/** The access point needs this long to close. */
const CLOSE = 500;
/** Limits of a question to the network, ms. */
const PING = 3000;
const NAME = 15000;
/** Age of the signal strength, ms. */
const FRESH = 10000;

/** Passes on the first answer only, `none` when there is none within `ms`. The engine keeps one question a kind. */
function first<T>(ms: number, none: T, then: (x: T) => void): (x: T) => void {
  let open = 1;
  const answer = (x: T) => {
    if (!open) return;
    open = 0;
    then(x);
  };
  setTimeout(() => answer(none), ms);
  return answer;
}

export class Wifi implements Contract {
  up: Bit = 0;
  ip = '';
  private _wifi = require('Wifi');
  private _ssid = '';
  private _key = '';
  /** Access point, '' = closed. */
  private _ap = '';
  private _apKey = '';
  private _pause = FIRST;
  /** Timer of the next try; 1 = the pause after a failure runs; 1 = this station was started before. */
  private _timer = 0;
  private _waits: Bit = 0;
  private _tried: Bit = 0;
  private _dbm: number | undefined;
  private _dbmAt = 0;
  /** Answered pings in the engine's running count. */
  private _pongs = 0;

  constructor() {
    this._wifi.on('connected', (d) => this._joined(d.ip ?? ''));
    this._wifi.on('disconnected', () => this._lost());
  }

  join(ssid: string, key: string): void {
    this._ssid = ssid;
    this._key = key;
    this._pause = FIRST;
    this.up = 0;
    this.ip = '';
    this._try();
  }

  access(ssid: string, key: string): void {
    this._ap = ssid;
    this._apKey = key;
    this._open();
  }

  rssi(): number | undefined {
    if (!this.up) return undefined;
    const t = getTime() * 1000;
    if (this._dbm === undefined || t - this._dbmAt > FRESH) this._measure(t);
    return this._dbm;
  }

  resolve(host: string, then: (ip: string | undefined) => void): void {
    const answer = first<string | undefined>(NAME, undefined, then);
    this._wifi.getHostByName(host, (ip) => answer(ip ?? undefined));
  }

  ping(ip: string, then: (alive: Bit) => void): void {
    const answer = first<Bit>(PING, 0, then);
    this._wifi.ping(ip, (r) => {
      if (this._pong(r)) answer(1);
    });
  }

  /**
   * The engine pings five times and calls back after each, answered or not; only the counts tell, and they run on when
   * a question follows before the five are over. An engine without counts reports answers alone.
   */
  private _pong(r: EspPing): boolean {
    if (r.totalCount === undefined) return !r.error && r.respTime !== undefined;
    const n = r.totalCount - (r.timeoutCount ?? 0);
    const more = n > 0 && n !== this._pongs;
    this._pongs = n;
    return more;
  }

  private _measure(t: number): void {
    this._dbmAt = t;
    this._dbm = this._wifi.getStatus().rssi;
  }

  private _open(): void {
    this._wifi.startAP(this._ap, { password: this._apKey, authMode: 'wpa2' }, () => undefined);
  }

  private _after(ms: number, fn: () => void): void {
    if (this._timer) clearTimeout(this._timer);
    this._timer = setTimeout(fn, ms) as unknown as number;
  }

  /**
   * The engine starts a station when the radio starts. Beside an open access point the radio already runs, and a second
   * connect would do nothing at all: the access point closes for a moment.
   */
  private _try(): void {
    this._waits = 0;
    if (this._ap && this._tried) {
      this._wifi.stopAP();
      this._after(CLOSE, () => this._connect());
    } else this._connect();
    this._tried = 1;
  }

  private _connect(): void {
    this._after(SILENT, () => this._lost());
    this._wifi.connect(this._ssid, { password: this._key }, (error) => {
      if (error) this._lost();
    });
    if (this._ap) this._open();
  }

  /** Also after a silent rejoin, perhaps with another address. */
  private _joined(ip: string): void {
    this.up = 1;
    this.ip = ip;
    this._pause = FIRST;
    this._waits = 0;
    if (this._timer) clearTimeout(this._timer);
    this._timer = 0;
  }

  /** A failed join reports twice, as event and to its callback. */
  private _lost(): void {
    this.up = 0;
    this.ip = '';
    this._dbm = undefined;
    if (this._waits || !this._ssid) return;
    this._waits = 1;
    this._after(this._ap ? Math.max(this._pause, AWAY) : this._pause, () => this._try());
    this._pause = Math.min(this._pause * 2, LAST);
  }
}
