// A random walk of car, faults, settings, network and supply over a whole charger, and the rules that no step may break.

import { Chance as Source } from '../../bench/parts/chance';
import { Csms } from './csms';
import { Hosts, central } from './hosts';
import { Whole, type Shown } from './whole';
import type { WorldClock } from '../../bench/clock';
import type { Build } from '../../bench/image';

/** Contacts may stay closed this long without a car in C or D: 100 ms, and the bounce of the contacts, ms. */
const OPEN = 105;
/** Steady +12 V before PWM, PWM before power (the diode is seen in five scans), duty changes apart, closings apart, ms; a scan
 * or two of each may pass unseen. */
const X1 = 2960;
const SEEN = 80;
const SPACING = 4960;
const DWELL = 4900;
/** No limit of the central system, A. */
const NONE = 99;
/** Contacts travel, ms; a diode that is gone is noticed within, ms: what has closed meanwhile was on its way. */
const TRAVEL = 60;
const BARE = 250;
/** A lowered limit is on the wire after this long: the spacing of duty changes and a turn of the rules, ms. */
const FOLLOW = 5600;
/** A sensor is read once a second; a meter counts as silent after 10 s: by then it is a limit, ms. */
const SENSE = 2500;
const SILENT = 13000;
/** Without a meter, A. */
const BLIND = 16;
/** What the charger may offer at so many °C and more, A; thermistors are two degrees off at most. */
const heat = (celsius: number): number =>
  celsius < 62 ? 32 : celsius > 77 ? 0 : Math.max(6, 32 - 2.6 * (celsius - 62));

/** Faults that may come and go, and those that stay until an operator ends them (bits of `errs`). */
const FAULTS = ['stuckOpen', 'rcm', 'rcmTest', 'weld', 'lock', 'meter', 'reader', 'pilotShort', 'hot'];
const LATCHED = 1 | 4;

/** A connect into a blackhole stands still for so long, ms: longer than the watchdog's patience. */
const BLOCKS = 18000;
/** Before the watchdog ends that, ms. */
const SOON = 5000;
/** What may happen in a walk beside car, faults, settings, grid and supply. */
export type Kind = '' | 'modes' | 'network';
export const ONLINE = {
  wifis: '[{"ssid":"bench","key":"bench-key"}]',
  ocppu: 'ws://cs.test:9000/ocpp',
  ocppe: 'true',
  owp: '10',
  mcu: 'mqtt://broker.test:1883',
  mce: 'true',
};

/** A network that swallows packets: all of them, or all but pings. A connect blocks then. */
export class Holes extends Hosts {
  hole: '' | 'all' | 'connects' = '';
  /** A connect begins to block. */
  blocks?: () => void;
  private stand: (ms: number) => void;

  constructor(
    private time: WorldClock,
    stall: (ms: number) => void,
  ) {
    super(time, stall);
    this.stand = stall;
  }

  override connect(host: string, port: number): number {
    if (!this.hole) return super.connect(host, port);
    this.blocks?.();
    this.stand(BLOCKS);
    throw 'Unable to create socket';
  }

  override ping(host: string, then: (ms: number | undefined) => void): void {
    if (this.hole !== 'all') super.ping(host, then);
    else this.time.at(this.time.now() + 5000, () => then(undefined));
  }

  override send(id: number, data: Uint8Array): void {
    if (this.hole !== 'all') super.send(id, data);
  }
}

class Chance extends Source {
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  pick<T>(list: T[]): T {
    return list[this.below(list.length)];
  }
}

const amps = (duty: number): number =>
  duty > 99 || duty < 8 ? 0 : duty <= 85 ? duty * 0.6 : (duty - 64) * 2.5;

export class Walk {
  readonly whole: Whole;
  /** What was broken, '' = nothing. */
  broken = '';
  steps = 0;
  private last: Shown;
  private chance: Chance;
  /** Since when the contacts are closed without a car in C or D. */
  private since: number | undefined;
  /** Since when the pilot is as it is, and its duty; when the coil was released. A restart begins anew. */
  private mode = 0;
  private duty = -1e9;
  private released = -1e9;
  private boots = 0;
  private cs = new Csms();
  /** The central system's limit, A, and one that it has sent and whose answer has not come. */
  private profile = NONE;
  private sent = { id: '', amps: NONE };
  /** Limits of the last seconds: [time, amperes]. */
  private limits: [number, number][] = [];
  private amp = 16;
  /** Self-test has had no chance of passing since before this plug-in. */
  private deaf = false;
  /** When the diode went, and a fault came. */
  private bare = -1e9;
  private faulty = -1e9;
  /** Latched faults that have been seen. */
  private known = 0;
  /** The temperature's limit, A; since when the meter is silent, the last start. */
  private warm = 32;
  private celsius = 25;
  private mute = -1e9;
  private fresh = -1e9;
  private trail: string[] = [];

  constructor(
    build: Build,
    readonly seed: number,
    private kind: Kind = '',
  ) {
    this.chance = new Chance(seed, 'walk');
    const net = kind === 'network';
    this.whole = new Whole(
      build,
      seed,
      { acs: '0', ...(net ? ONLINE : {}) },
      (b) => net && ((b.net as Hosts).ports_[9000] = central(this.cs)),
      net ? Holes : undefined,
    );
    this.cs.t = () => this.whole.t;
    if (net) (this.whole.bench.net as Holes).blocks = () => this.leaves();
    // The rules have to hold without the hardware behind them.
    this.whole.rig.bridge!();
    this.last = this.whole.shown();
    // The pilot is up since the power came.
    this.boots = this.born();
    this.limits = [[-1e9, 16]];
    this.whole.rig.onChange(() => this.look());
    this.whole.run(1500);
  }

  /** Starts so far: by the power, and by a reset. */
  private born(): number {
    return this.whole.boots + this.whole.bench.reboots.length;
  }

  private fail(why: string): void {
    this.broken ||= `seed ${this.seed}, step ${this.steps}, ${Math.round(this.whole.t)} ms: ${why}\n${this.trail.slice(-12).join('\n')}`;
  }

  /** The least limit that the walk knows of. */
  private limit(): number {
    const s = this.last;
    const cs = Math.max(this.profile, this.sent.id ? this.sent.amps : 0);
    const dumb = s.faults.includes('meter') && this.whole.t - Math.max(this.mute, this.fresh) > SILENT;
    return Math.min(
      this.amp,
      dumb ? BLIND : 32,
      this.warm,
      cs,
      s.car.state === 'unplugged' ? 32 : s.car.cable,
    );
  }

  private note(): void {
    const now = this.whole.t;
    this.limits.push([now, this.limit()]);
    while (this.limits.length > 1 && this.limits[1][0] < now - FOLLOW) this.limits.shift();
  }

  /** Runs after every change of the parts. */
  private look(): void {
    const was = this.last;
    const now = (this.last = this.whole.shown());
    const c = now.contactor;
    const top = now.pilot.high;
    this.late();
    const asks = now.car.state !== 'unplugged' && top > 1.5 && top < 7.5 && now.pilot.mode !== 'low';
    if (!c.closed || c.welded || asks) this.since = undefined;
    else this.since ??= this.whole.t;
    if (c.closed && !was.contactor.closed && !c.welded && c.commanded) this.closing(now);
    // Without supply, and in a reset, both coils fall, each in its own time.
    const fell = this.whole.off || this.born() !== this.boots || this.whole.t - this.fresh < TRAVEL;
    if (!fell && c.phases !== was.contactor.phases && was.contactor.closed && c.closed && !c.welded)
      this.fail('phases switched with the contactor closed');
    if (now.pilot.mode === 'pwm') this.offered(now.pilot.duty);
    this.timing(was, now);
  }

  /** What IEC 61851-1 table A.6 asks of the pilot, and what the contactor can bear. */
  private timing(was: Shown, now: Shown): void {
    const { t, off } = this.whole;
    const boots = this.born();
    const anew = off || boots !== this.boots;
    if (anew) this.forget();
    if (anew) this.fresh = t;
    this.boots = boots;
    const [from, to] = [was.pilot.mode, now.pilot.mode];
    if (to === 'pwm' && from !== to && !anew && t - this.mode < X1)
      this.fail(`PWM after ${Math.round(t - this.mode)} ms of ${from}`);
    if (
      from === 'pwm' &&
      to === 'pwm' &&
      was.pilot.duty !== now.pilot.duty &&
      !anew &&
      t - this.duty < SPACING
    )
      this.fail(`another duty after ${Math.round(t - this.duty)} ms`);
    if (was.pilot.duty !== now.pilot.duty) this.duty = t;
    if (now.contactor.commanded && !now.lock.locked) this.fail('unlocked while closed');
    const [on, commanded] = [was.contactor.commanded, now.contactor.commanded];
    if (commanded && !on) {
      if (to !== 'pwm' || t - this.mode < SEEN)
        this.fail(`closed after ${Math.round(t - this.mode)} ms of ${to}`);
      if (!anew && t - this.released < DWELL)
        this.fail(`closed ${Math.round(t - this.released)} ms after it had opened`);
    }
    if (on && !commanded) this.released = t;
    if (from !== to || anew) this.mode = t;
  }

  /** Contacts that are closed, or were until now. */
  private late(): void {
    if (this.since !== undefined && this.whole.t - this.since > OPEN)
      this.fail('contacts closed without a car in C or D');
  }

  private closing(now: Shown): void {
    if (!now.car.diode && this.whole.t - this.bare > BARE) this.fail('closed on a car without a diode');
    if (this.deaf) this.fail('closed without a self-test of the residual-current monitor');
    if (
      (now.faults.includes('rcm') || now.faults.includes('pilotShort')) &&
      this.whole.t - this.faulty > TRAVEL
    )
      this.fail(`closed with the fault ${now.faults.join()}`);
    if (!now.lock.locked) this.fail('closed with the connector unlocked');
  }

  private offered(duty: number): void {
    const most = Math.max(...this.limits.map(([, a]) => a));
    if (amps(duty) > most + 0.1) this.fail(`${amps(duty)} A on offer, ${most} A is the limit`);
  }

  /** Time passes in pieces short enough to see a contact that stays closed. */
  run(ms: number): void {
    const end = this.whole.t + ms;
    while (this.whole.t < end && !this.broken) {
      this.whole.run(Math.min(this.since === undefined ? 2000 : 20, end - this.whole.t));
      this.look();
      this.note();
      this.heard();
      this.late();
    }
  }

  private set(key: string, value: number): void {
    const was = this.amp;
    // What is set may be on the wire before the answer is.
    if (key === 'amp') this.amp = Math.max(was, value);
    this.note();
    // Without its supply nobody answers, and nothing is set.
    const said = this.whole.type(`set("${key}", ${value})`);
    this.amp = key === 'amp' && said.includes(`amp = ${value}`) ? value : was;
    this.note();
  }

  private car(): Record<string, unknown> {
    const c = this.chance;
    const state = c.pick(['unplugged', 'unplugged', 'B', 'B', 'C', 'C', 'C', 'C', 'C', 'C', 'C', 'D', 'E']);
    const body: Record<string, unknown> = { state };
    if (c.below(6) === 0) body.diode = c.below(3) > 0;
    if (c.below(10) === 0) body.ignoresPilot = c.below(2) > 0;
    if (c.below(6) === 0) body.amps = c.pick([6, 10, 16, 32]);
    // Another cable means another plug.
    if (state === 'unplugged') body.cable = c.pick([13, 20, 32, 32, 63]);
    return body;
  }

  /** Nobody pulls a plug and puts another one in within the time of two readings. */
  private drive(body: Record<string, unknown>): void {
    const { bench } = this.whole;
    // Also while a connect stands still.
    const later = this.kind === 'network' ? this.chance.below(2000) : 0;
    if (later) bench.clock.at(this.whole.t + later, () => this.act('car', body));
    else this.act('car', body);
    if (later || body.state === 'unplugged') this.run(later + 200);
  }

  /** The worst moment: S2 opens while the thread stands still. */
  private leaves(): void {
    if (!this.last.contactor.closed) return;
    const at = this.whole.t + this.chance.below(SOON);
    this.whole.bench.clock.at(at, () => this.act('car', { state: 'B' }));
  }

  /** The car charges, the central system is lost, and the connect that follows blocks. */
  blocked(): void {
    this.act('car', { state: 'C', cable: 32, amps: 16, phases: 3 });
    this.run(60000);
    (this.whole.bench.net as Holes).hole = 'connects';
    this.cs.wire?.cut();
    this.run(120000);
  }

  /** The car charges with more than is on offer without a meter, and the meter falls silent. */
  silent(): void {
    this.set('amp', 32);
    this.act('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
    this.run(60000);
    this.act('fault', { meter: true });
    this.run(30000);
  }

  /** One event and some time. */
  step(): void {
    const c = this.chance;
    this.steps++;
    const kind = c.below(24);
    const { faults } = this.last;
    if (kind < 6) this.drive(this.car());
    else if (kind < 8) this.act('fault', { [c.pick(FAULTS)]: true });
    else if (kind < 11 && faults.length) this.act('fault', { [c.pick(faults)]: false });
    else if (kind < 13) this.set('amp', c.pick([6, 8, 10, 16, 20, 32]));
    else if (kind === 13) this.set('frc', c.pick([0, 0, 1, 2]));
    else if (kind < 16) this.set('psm', c.below(3));
    else if (kind === 16) this.pardon();
    else if (kind === 17)
      this.act('mains', {
        volts: c.pick([
          [230, 230, 230],
          [230, 230, 230],
          [230, 140, 230],
          [280, 230, 230],
        ]),
      });
    else if (kind === 18 && c.below(4) === 0) this.supply();
    else if (kind === 19) this.act('temperature', { celsius: c.pick([25, 25, 25, 67, 80]) });
    else if (kind > 19) this.more(kind - 20);
    // Somebody looks after what is latched.
    if (this.kind === 'network' && this.known && c.below(5) === 0) {
      for (const name of ['rcm', 'weld']) this.act('fault', { [name]: false });
      this.run(1000);
      this.pardon();
    }
    this.run(c.pick([40, 100, 300, 600, 900, 1500, c.below(12) ? 300 : 40000]));
    if (this.steps % 4 === 0) this.latched();
  }

  /** What only some walks do. */
  private more(n: number): void {
    const c = this.chance;
    if (this.kind === 'network') this.network(n);
    else if (!this.kind) return;
    else if (n === 0) this.set('lmo', c.pick([3, 3, 3, 4, 5]));
    else if (n === 1) this.whole.type(`set("ids", { pGrid: ${c.pick([-9000, -3000, 500])} })`);
  }

  private network(n: number): void {
    const c = this.chance;
    const { bench } = this.whole;
    const net = bench.net as Holes;
    if (n === 0) {
      net.hole = c.pick(['', '', 'all', 'connects']);
      this.trail.push(`${Math.round(this.whole.t)} swallows ${net.hole}`);
    } else if (n === 1) {
      bench.air.up = c.below(3) > 0;
      bench.air.onChange?.(bench.air.up);
      this.trail.push(`${Math.round(this.whole.t)} air ${bench.air.up}`);
    } else if (n === 2) this.call();
    else
      this.ask(
        c.pick([
          '/api/status',
          `/api/set?lbr=${c.below(200)}`,
          '/trace',
          '/api/set?amp=0&psm=9',
          '/',
          '/report',
        ]),
      );
  }

  /** A client that may never read the answer. */
  private ask(path: string): void {
    const { net } = this.whole.bench;
    this.trail.push(`${Math.round(this.whole.t)} GET ${path}`);
    const id = net.open(80);
    net.send(id, Buffer.from(`GET ${path} HTTP/1.1\r\nHost: charger\r\n\r\n`));
    if (this.chance.below(3) === 0) net.close(id);
  }

  /** The central system limits, asks, or has gone. */
  private call(): void {
    const c = this.chance;
    this.cs.up = c.below(8) > 0;
    if (!this.cs.up || !this.online()) {
      this.cs.wire?.cut();
      return this.unsure();
    }
    if (this.sent.id) return;
    const amps = c.pick([0, 6, 10, 20, NONE]);
    this.trail.push(`${Math.round(this.whole.t)} limit ${amps}`);
    const id =
      amps === NONE
        ? this.cs.call('ClearChargingProfile', {})
        : this.cs.call('SetChargingProfile', {
            connectorId: 0,
            csChargingProfiles: {
              chargingProfileId: 1,
              stackLevel: 0,
              chargingProfilePurpose: 'ChargePointMaxProfile',
              chargingProfileKind: 'Absolute',
              chargingSchedule: {
                chargingRateUnit: 'A',
                chargingSchedulePeriod: [{ startPeriod: 0, limit: amps }],
              },
            },
          });
    this.send(id, amps);
  }

  private send(id: string, amps: number): void {
    this.sent = { id, amps };
    this.note();
    this.heard();
  }

  /** The link is open and its boot accepted. */
  private online(): boolean {
    const { wire, log } = this.cs;
    return !!wire && !wire.ended && log.some((m) => m.action === 'BootNotification');
  }

  /** The answer to a limit. */
  private heard(): void {
    const { id, amps } = this.sent;
    const a = id ? (this.cs.answer(id) as { status?: string } | string | undefined) : undefined;
    if (a === undefined) return;
    if (typeof a === 'object' && a.status === 'Accepted') this.profile = amps;
    this.sent = { id: '', amps: NONE };
    this.note();
  }

  /** Connections end with a start. */
  private forget(): void {
    this.cs.wire?.cut();
    (this.whole.bench.net as Partial<Hosts>).forget?.();
    this.unsure();
  }

  /** What was sent and not answered may have been taken or not. */
  private unsure(): void {
    if (this.sent.id) this.profile = Math.max(this.profile, this.sent.amps);
    this.sent.id = '';
  }

  private supply(): void {
    this.trail.push(`${Math.round(this.whole.t)} supply`);
    this.whole.cut(this.chance.pick([50, 1000, 20000]));
  }

  private pardon(): void {
    this.known = 0;
    this.whole.type('set("clf", 1)');
  }

  private act(what: 'car' | 'fault' | 'mains' | 'temperature', body: Record<string, unknown>): void {
    this.trail.push(`${Math.round(this.whole.t)} ${what} ${JSON.stringify(body)}`);
    const plugged = this.last.car.state !== 'unplugged';
    if (body.diode === false && this.last.car.diode) this.bare = this.whole.t;
    if (what === 'fault') this.faulty = this.whole.t;
    if (body.meter) this.mute = this.whole.t;
    this.whole.post(what, body);
    if (what === 'temperature') this.celsius = body.celsius as number;
    if (what === 'temperature' || 'hot' in body) this.warms();
    this.look();
    this.note();
    if (!this.last.faults.includes('rcmTest')) this.deaf = false;
    else if (!plugged && this.last.car.state !== 'unplugged') this.deaf = true;
  }

  /** Less than before once the sensors have been read, more at once. */
  private warms(): void {
    const now = (): number => (this.last.faults.includes('hot') ? 0 : heat(this.celsius));
    this.last = this.whole.shown();
    this.warm = Math.max(this.warm, now());
    this.whole.bench.clock.at(this.whole.t + SENSE, () => {
      this.warm = now();
      this.note();
    });
  }

  /** What is latched stays latched. */
  private latched(): void {
    const errs = this.whole.get('errs');
    if (errs === undefined) return;
    if (this.known & ~Number(errs)) this.fail(`errs ${this.known} became ${errs}`);
    this.known = Number(errs) & LATCHED;
  }

  /** The network is there, and the central system limits nothing. */
  private reach(): void {
    const { bench } = this.whole;
    (bench.net as Holes).hole = '';
    bench.air.up = true;
    bench.air.onChange?.(true);
    this.cs.up = true;
    this.cs.wire?.cut();
    this.unsure();
    // A host that has blocked the charger is left alone for a quarter of an hour.
    let done = false;
    for (let n = 0; n < 200 && !done && !this.broken; n++) {
      if (n % 6 === 0) this.unsure();
      if (this.online() && !this.sent.id) this.send(this.cs.call('ClearChargingProfile', {}), NONE);
      const { id } = this.sent;
      this.run(10000);
      done = id !== '' && this.cs.answer(id) !== undefined;
    }
    if (!done) this.fail('the central system is not heard any more');
  }

  /** Everything is healthy again: after a pardon the charger charges. */
  recover(): void {
    this.trail.push('all is well again');
    for (const name of this.last.faults) this.act('fault', { [name]: false });
    this.act('mains', { volts: [230, 230, 230] });
    this.act('temperature', { celsius: 25 });
    this.act('car', { state: 'unplugged', diode: true, ignoresPilot: false, cable: 32, amps: 32, phases: 3 });
    // Behind a closed contactor nobody connects.
    if (this.kind === 'network') this.reach();
    this.run(40000);
    this.latched();
    if (this.known) this.pardon();
    this.set('lmo', 3);
    this.set('frc', 0);
    this.set('amp', 16);
    this.run(130000);
    // A bolt that sticks, and then moves.
    this.act('fault', { lock: true });
    this.act('car', { state: 'C' });
    this.run(5000);
    this.act('fault', { lock: false });
    this.run(20000);
    const s = this.last;
    if (!s.contactor.closed || Math.max(...s.car.drawing) < 5)
      this.fail(
        `does not charge any more: errs ${this.whole.get('errs')}, modelStatus ${this.whole.get('modelStatus')}, ${JSON.stringify(s)}`,
      );
  }
}

/** Walks until something breaks or the steps are done. */
export function walk(files: Build, seed: number, steps: number, kind: Kind = ''): string {
  const w = new Walk(files, seed, kind);
  try {
    while (w.steps < steps && !w.broken) w.step();
    if (!w.broken) w.recover();
    return w.broken;
  } finally {
    w.whole.end();
  }
}
