// Wi-Fi of the ESP32: joins and keeps trying, opens an access point, resolves names, asks hosts for a sign of life.

import { serial } from './serial';
import type { Bit, Fixed, Known, Net as Contract } from './types';

/** Pause after a failed join: first, longest, and the shortest while the access point is open; ms. */
const FIRST = 2000;
const LAST = 300000;
const AWAY = 60000;
/** A join that reports nothing has got lost. */
const SILENT = 40000;
/** The access point needs this long to close. */
const CLOSE = 500;
/** A join asks so often whether a search is over, ms. */
const AGAIN = 500;
/** Limits of a question to the network, ms. */
const PING = 3000;
const NAME = 15000;
/** Age of the signal strength, ms. */
const FRESH = 10000;

/**
 * Passes on the first answer only, `none` when there is none within `ms`. The engine keeps one question a kind, and that until
 * the next: who has asked, with all that hangs on it, is let go.
 */
function first<T>(ms: number, none: T, then?: (x: T) => void): (x: T) => void {
  const answer = (x: T) => {
    const to = then;
    then = undefined;
    if (to) to(x);
  };
  setTimeout(() => answer(none), ms);
  return answer;
}

export class Wifi implements Contract {
  up: Bit = 0;
  ip = '';
  ssid = '';
  ap: Bit = 0;
  why = '';
  rest: Bit = 1;
  sta: 0 | 1 | 2 = 0;
  private _wifi = require('Wifi');
  private _list: Known[] = [];
  private _fixed: Fixed | null = null;
  /** Which of the list is tried. */
  private _n = 0;
  /** Access point, '' = closed. */
  private _ap = '';
  private _apKey = '';
  private _pause = FIRST;
  /** Timer of the next try. */
  private _timer = 0;
  private _dbm: number | undefined;
  private _dbmAt = 0;
  /** Answered pings in the engine's running count. */
  private _pongs = 0;

  constructor() {
    this._wifi.setHostname('pilotwire-' + serial());
    this._wifi.on('connected', (d) => this._joined(d.ip ?? ''));
    this._wifi.on('disconnected', (d) => this._lost(d.msg ?? ''));
  }

  join(list: Known[], fixed: Fixed | null): void {
    this._list = list;
    this._fixed = fixed;
    this._n = 0;
    this._pause = FIRST;
    this.up = 0;
    this.ip = '';
    if (list.length) this._try();
    else this._leave();
  }

  access(ssid: string, key: string): void {
    this._ap = ssid;
    this._apKey = key;
    this.ap = ssid ? 1 : 0;
    if (ssid) this._open();
    else this._wifi.stopAP();
  }

  /** The last network was forgotten. */
  private _leave(): void {
    this.ssid = '';
    if (this._timer) clearTimeout(this._timer);
    this._timer = 0;
    this._wifi.disconnect();
  }

  rssi(): number | undefined {
    if (!this.up) return undefined;
    const t = getTime() * 1000;
    if (this._dbm === undefined || t - this._dbmAt > FRESH) {
      this._dbmAt = t;
      this._dbm = this._wifi.getStatus().rssi;
    }
    return this._dbm;
  }

  resolve(host: string, then?: (ip: string | undefined) => void): void {
    const answer = first<string | undefined>(NAME, undefined, then);
    then = undefined;
    this._wifi.getHostByName(host, (ip) => answer(ip ?? undefined));
  }

  ping(ip: string, then?: (alive: Bit) => void): void {
    const answer = first<Bit>(PING, 0, then);
    then = undefined;
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

  private _open(): void {
    this._wifi.startAP(this._ap, { password: this._apKey, authMode: 'wpa2' }, () => undefined);
  }

  private _after(ms: number, fn: () => void): void {
    if (this._timer) clearTimeout(this._timer);
    this._timer = setTimeout(fn, ms) as unknown as number;
  }

  /**
   * The engine starts a station when the radio starts. Beside an open access point the radio already runs, and a second
   * connect, or one after a search, would do nothing at all: the access point closes for a moment.
   */
  private _try(): void {
    if (this.sta === 1) return this._after(AGAIN, () => this._try());
    this.rest = 0;
    if (this._ap && this.sta) {
      this._wifi.stopAP();
      this._after(CLOSE, () => this._connect());
    } else this._connect();
    this.sta = 2;
  }

  private _connect(): void {
    const k = this._list[this._n];
    this.ssid = k.ssid;
    this._after(SILENT, () => this._lost('no answer'));
    if (this._fixed) this._wifi.setIP(this._fixed, () => undefined);
    this._wifi.connect(k.ssid, { password: k.key }, (error) => {
      if (error) this._lost(error);
    });
    if (this._ap) this._open();
  }

  /** Also after a silent rejoin, perhaps with another address. */
  private _joined(ip: string): void {
    this.up = 1;
    this.ip = ip;
    this.why = '';
    this._pause = FIRST;
    this.rest = 0;
    if (this._timer) clearTimeout(this._timer);
    this._timer = 0;
  }

  /** A failed join reports twice, as event and to its callback. */
  private _lost(why: string): void {
    // A network that was lost is tried again first.
    const next = this.up ? 0 : 1;
    this.up = 0;
    this.ip = '';
    this._dbm = undefined;
    if (why) this.why = why;
    if (this.rest) return;
    this.rest = 1;
    if (!this.ssid) return;
    this._n = (this._n + next) % this._list.length;
    this._after(this._ap ? Math.max(this._pause, AWAY) : this._pause, () => this._try());
    this._pause = Math.min(this._pause * 2, LAST);
  }
}
