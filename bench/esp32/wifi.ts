// `Wifi`: one station and one access point over the bench's air.

import type { Air, Clock } from '../types';
import type { Any } from './realm';
import type { World } from './socket';

/** ms from the call to the first frame, and to an address. */
const ASSOCIATE = 1200;
const ADDRESS = 2000;
/** One try to find an access point that is not there. */
const TRY = 2400;
const TRIES = 3;
/** Beacons missed until the station gives the access point up. */
const LOST = 6000;
const PINGS = 5;
/** A search over all channels. */
const SEARCH = 2000;

const NOT_FOUND = { reason: '201', msg: 'NO_AP_FOUND' };
const LEFT = { reason: '8', msg: 'ASSOC_LEAVE' };
const BSSID = '02:00:00:00:00:01';
const CHANNEL = 6;
const SIGNAL = -47;
/** The bench's network in a search. A join takes any name. */
const OWN = 'bench';
/** What is in the air beside the bench's own network, as bytes: name, authMode, dBm, channel. One is hidden, one has two stations. */
const NEIGHBOURS: [string, string, number, number][] = [
  ['Nachbar', 'wpa2', -58, 1],
  ['', 'wpa2', -63, 11],
  ['M\xc3\xbcllers WLAN', 'wpa_wpa2', -67, 11],
  ['Nachbar', 'wpa2', -72, 13],
  ['Gasthof "Zur Post"', 'open', -79, 3],
  ['Neubau', 'unknown', -86, 8],
];
const NETWORK = { netmask: '255.255.255.0', gw: '192.168.4.1' };
const NOWHERE = { ip: '0.0.0.0', netmask: '0.0.0.0', gw: '0.0.0.0' };

export class Wifi {
  readonly face: Any;
  private state: 'off' | 'joining' | 'up' = 'off';
  private point: { ssid: string; password: string } | undefined;
  private network = { ssid: '', password: '' };
  private then: unknown;
  private reason = 'disconnected';
  /** Who waits for what is in the air. A search that the radio has refused waits for ever. */
  private seeker: unknown;
  private steps = new Set<number>();
  private others = new Set<number>();
  /** Address that the script has set instead of asking for one. */
  private fixed: { ip: string; netmask: string; gw: string } | undefined;
  private looked = 0;
  private pinged = 0;

  constructor(
    private w: World,
    private clock: Clock,
    private air: Air,
    /** Three bytes of the address of this module. */
    private tail: string,
  ) {
    this.face = w.realm.object();
    const api: Record<string, unknown> = {
      connect: (ssid: string, o?: Any, then?: unknown) => this.connect(ssid, o, then),
      disconnect: (then?: unknown) => this.disconnect(then),
      startAP: (ssid: string, o?: Any, then?: unknown) => this.startAP(ssid, o, then),
      stopAP: (then?: unknown) => ((this.point = undefined), this.call(then)),
      setHostname: () => {},
      setIP: (o: Any, then: unknown) => {
        if (typeof then !== 'function') throw this.w.realm.error('Expecting callback function');
        this.fixed = o && { ip: String(o.ip), netmask: String(o.netmask), gw: String(o.gw) };
        this.call(then, null);
      },
      getHostname: () => 'espressif',
      setConfig: () => {},
      save: () => {},
      restore: () => {},
      getIP: (then?: unknown) => this.both(this.address(), then, true),
      getAPIP: (then?: unknown) => this.both(this.own(this.point ? '192.168.4.1' : ''), then, true),
      getDetails: (then?: unknown) => this.both(this.details(), then, false),
      getAPDetails: (then?: unknown) =>
        this.both({ ...this.point, authMode: 'wpa2', maxConn: 4 }, then, false),
      getStatus: (then?: unknown) => this.both(this.status(), then, false),
      getHostByName: (host: string, then: unknown) => this.lookUp(host, then),
      ping: (ip: string, then?: unknown) => this.ping(ip, then),
      scan: (then: unknown) => this.scan(then),
    };
    for (const [name, fn] of Object.entries(api)) {
      w.realm.hide(
        name,
        (...args: never[]) => (w.check(), (fn as (...a: never[]) => unknown)(...args)),
        this.face,
      );
    }
    air.onChange = (up) => this.changed(up);
  }

  /** Something may reach the module or be reached. */
  get online(): boolean {
    return this.state === 'up' || !!this.point;
  }

  stop(): void {
    this.clear();
    this.clear(this.others);
    this.air.onChange = undefined;
  }

  private after(ms: number, fn: () => void, of = this.others): void {
    const id = this.clock.at(this.clock.now() + ms, () => {
      of.delete(id);
      fn();
    });
    of.add(id);
  }

  /** A step of the station, void when it is told something else. */
  private step(ms: number, fn: () => void): void {
    this.after(ms, fn, this.steps);
  }

  private clear(of = this.steps): void {
    for (const id of of) this.clock.cancel(id);
    of.clear();
  }

  private call(then: unknown, ...args: unknown[]): void {
    if (typeof then === 'function')
      this.w.loop.queue(() => this.w.emitter.fire({ '#oncall': then }, 'call', ...args));
  }

  private connect(ssid: string, o: Any, then: unknown): void {
    if (typeof ssid !== 'string') throw this.w.realm.error('No SSID provided');
    this.clear();
    this.network = { ssid, password: String(o?.password ?? '') };
    this.then = then;
    this.state = 'joining';
    // A search takes the station away: the join gets lost without a word.
    if (!this.seeker) this.join(TRIES);
  }

  private join(tries: number): void {
    if (!this.air.up) return this.step(TRY, () => (tries > 1 ? this.join(tries - 1) : this.fail(NOT_FOUND)));
    this.step(ASSOCIATE, () => {
      if (!this.air.up) return this.join(tries);
      this.emit('associated', { ssid: this.network.ssid, mac: BSSID, channel: `${CHANNEL}` });
      this.step(ADDRESS - ASSOCIATE, () => (this.air.up ? this.joined() : this.join(tries)));
    });
  }

  private joined(): void {
    this.state = 'up';
    this.call(this.then, null);
    this.then = undefined;
    const { ip, netmask, gw } = this.own();
    this.emit('connected', { ip, netmask, gw });
    this.w.loop.wake();
  }

  private fail(why: { reason: string; msg: string }): void {
    this.state = 'off';
    this.reason = why.msg;
    this.emit('disconnected', { ssid: this.network.ssid, mac: BSSID, ...why });
    this.call(this.then, why.msg);
    this.then = undefined;
  }

  /** The access point came or went. */
  private changed(up: boolean): void {
    if (up || this.state !== 'up') return;
    this.step(LOST, () => {
      if (this.air.up) return;
      this.state = 'joining';
      this.join(TRIES - 1);
    });
  }

  private scan(then: unknown): void {
    if (this.seeker) throw this.w.realm.error('A scan is already in progress');
    if (typeof then !== 'function')
      throw this.w.realm.error(`Expecting callback function but got ${String(then)}`);
    this.seeker = then;
    // A station that was told a network before joins it as soon as the radio starts.
    const joins = this.state === 'off' && !this.point && this.network.ssid;
    if (joins || this.state === 'joining') return;
    this.after(SEARCH, () => {
      this.seeker = undefined;
      this.call(then, this.w.realm.array(this.heard().map((h) => this.w.realm.object(h))));
    });
  }

  /** What is in the air, the strongest first. */
  private heard(): Any[] {
    const other = (i: number): string => `02:00:00:00:00:${10 + i}`;
    const all = NEIGHBOURS.map(([ssid, authMode, rssi, channel], i) => ({
      rssi,
      authMode,
      ssid,
      mac: other(i),
      channel: `${channel}`,
    }));
    const own = { rssi: SIGNAL, authMode: 'wpa2', ssid: OWN, mac: BSSID, channel: `${CHANNEL}` };
    return this.air.up ? [own, ...all] : all;
  }

  private disconnect(then: unknown): void {
    this.clear();
    const was = this.state;
    if (was !== 'off') this.fail(LEFT);
    this.call(then);
  }

  private startAP(ssid: string, o: Any, then: unknown): void {
    const password = String(o?.password ?? '');
    if (password.length < 8 && o?.authMode !== 'open' && password) {
      throw this.w.realm.error('Password must be string of at least 8 characters');
    }
    this.after(100, () => {
      this.point = { ssid, password };
      this.call(then, null);
      this.w.loop.wake();
    });
  }

  private emit(event: string, details: Any): void {
    this.w.emitter.emit(this.face, event, this.w.realm.object(details));
  }

  private own(ip?: string): Any {
    const last = (parseInt(this.tail.slice(-2), 16) % 250) + 2;
    const at = ip ? { ip, ...NETWORK } : (this.fixed ?? { ip: `192.168.4.${last}`, ...NETWORK });
    return { ...(ip === '' ? NOWHERE : at), mac: `24:0a:c4:${this.tail.match(/../g)!.join(':')}` };
  }

  private address(): Any {
    return this.own(this.state === 'up' ? undefined : '');
  }

  private details(): Any {
    if (this.state !== 'up') return { status: this.reason };
    return { ...this.network, status: 'connected', authMode: 'wpa2' };
  }

  private status(): Any {
    const up = this.state === 'up';
    const joined = {
      ssid: this.network.ssid,
      bssid: BSSID,
      channel: CHANNEL,
      rssi: SIGNAL,
      authMode: 'wpa2',
    };
    return {
      station: up ? 'connected' : this.reason,
      ...(up && { ...joined, htMode: 'HT20' }),
      mode: this.point ? 'APSTA' : up ? 'STA' : 'NULL',
      powersave: 'none',
    };
  }

  private both(value: Any, then: unknown, withError: boolean): Any {
    const made = this.w.realm.object(value);
    if (withError) this.call(then, null, made);
    else this.call(then, made);
    return made;
  }

  /** The engine keeps one callback: a second look-up takes the place of the first. */
  private lookUp(host: string, then: unknown): void {
    if (typeof host !== 'string') throw this.w.realm.error('Hostname parameter is not a string');
    if (typeof then !== 'function') throw this.w.realm.error('Callback is not a function');
    const mine = ++this.looked;
    const done = (ip?: string): void => {
      if (mine === this.looked && !this.w.loop.dead) this.call(then, ip ?? null);
    };
    if (this.state === 'up') this.w.net.resolve(host, done);
    else done();
  }

  private ping(ip: string, then: unknown): void {
    if (typeof ip !== 'string') throw this.w.realm.error('IP address must be string or integer');
    if (!/^\d+\.\d+\.\d+\.\d+$/.test(ip)) throw this.w.realm.error('Not a valid IP address');
    const mine = ++this.pinged;
    let lost = 0;
    const one = (n: number): void => {
      const sent = this.clock.now();
      const done = (ms?: number): void => {
        if (mine !== this.pinged || this.w.loop.dead) return;
        if (ms === undefined) lost++;
        const totalTime = Math.round(this.clock.now() - sent);
        const counts = { totalCount: n, totalBytes: 32 * n, totalTime, seqNo: n, timeoutCount: lost };
        this.call(
          then,
          this.w.realm.object({ ...counts, respTime: Math.round(ms ?? 0), bytes: 32, error: lost }),
        );
        if (n < PINGS) this.after(500, () => mine === this.pinged && one(n + 1));
      };
      if (this.state === 'up') this.w.net.ping(ip, done);
      else this.after(1000, () => done());
    };
    one(1);
  }
}
