// A random walk of car, faults, settings, network and supply over a whole charger, and the rules that no step may break.

import { Chance as Source } from '../../bench/parts/chance';
import { Whole, type Shown } from './whole';
import type { Build } from '../../bench/image';

/** Contacts may stay closed this long without a car in C or D: 100 ms, and the bounce of the contacts, ms. */
const OPEN = 105;
/** Steady +12 V before PWM, PWM before power (the diode is seen in five scans), duty changes apart, closings apart, ms; a scan
 * or two of each may pass unseen. */
const X1 = 2960;
const SEEN = 80;
const SPACING = 4960;
const DWELL = 4900;
/** Contacts travel, ms; a diode that is gone is noticed within, ms: what has closed meanwhile was on its way. */
const TRAVEL = 60;
const BARE = 250;
/** A lowered limit is on the wire after this long: the spacing of duty changes and a turn of the rules, ms. */
const FOLLOW = 5600;

/** Faults that may come and go, and those that stay until an operator ends them (bits of `errs`). */
const FAULTS = ['stuckOpen', 'rcm', 'rcmTest', 'weld', 'lock', 'meter', 'reader', 'pilotShort', 'hot'];
const LATCHED = 1 | 4;
/** A weld outlives a restart; a residual current does not. */
const KEPT = 4;

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
  private trail: string[] = [];

  constructor(
    build: Build,
    readonly seed: number,
    /** Charging modes change, too. */
    private modes = false,
  ) {
    this.chance = new Chance(seed, 'walk');
    this.whole = new Whole(build, seed, { acs: '0' });
    // The rules have to hold without the hardware behind them.
    this.whole.rig.bridge!();
    this.last = this.whole.shown();
    // The pilot is up since the power came.
    this.boots = this.whole.boots;
    this.limits = [[-1e9, 16]];
    this.whole.rig.onChange(() => this.look());
    this.whole.run(1500);
  }

  private fail(why: string): void {
    this.broken ||= `seed ${this.seed}, step ${this.steps}, ${Math.round(this.whole.t)} ms: ${why}\n${this.trail.slice(-12).join('\n')}`;
  }

  /** The least limit that the walk knows of. */
  private limit(): number {
    const s = this.last;
    return Math.min(this.amp, 32, s.car.state === 'unplugged' ? 32 : s.car.cable);
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
    const asks = now.car.state !== 'unplugged' && top > 1.5 && top < 7.5 && now.pilot.mode !== 'low';
    if (!c.closed || c.welded || asks) this.since = undefined;
    else this.since ??= this.whole.t;
    if (c.closed && !was.contactor.closed && !c.welded && c.commanded) this.closing(now);
    // Without supply both coils fall, each in its own time.
    if (!this.whole.off && c.phases !== was.contactor.phases && was.contactor.closed && c.closed && !c.welded)
      this.fail('phases switched with the contactor closed');
    if (now.pilot.mode === 'pwm') this.offered(now.pilot.duty);
    this.timing(was, now);
  }

  /** What IEC 61851-1 table A.6 asks of the pilot, and what the contactor can bear. */
  private timing(was: Shown, now: Shown): void {
    const { t, off, boots } = this.whole;
    const anew = off || boots !== this.boots;
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
      if (this.since !== undefined && this.whole.t - this.since > OPEN)
        this.fail('contacts closed without a car in C or D');
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
    this.act('car', body);
    if (body.state === 'unplugged') this.run(200);
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
    else if (kind === 19) this.act('temperature', { celsius: c.pick([25, 25, 25, 64, 80]) });
    else if (this.modes && kind === 20) this.set('lmo', c.pick([3, 3, 3, 4, 5]));
    else if (this.modes && kind === 21)
      this.whole.type(`set("ids", { pGrid: ${c.pick([-9000, -3000, 500])} })`);
    this.run(c.pick([40, 100, 300, 600, 900, 1500, c.below(12) ? 300 : 40000]));
    if (this.steps % 4 === 0) this.latched();
  }

  private supply(): void {
    this.trail.push(`${Math.round(this.whole.t)} supply`);
    this.whole.cut(this.chance.pick([50, 1000, 20000]));
    this.known &= KEPT;
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
    this.whole.post(what, body);
    this.look();
    this.note();
    if (!this.last.faults.includes('rcmTest')) this.deaf = false;
    else if (!plugged && this.last.car.state !== 'unplugged') this.deaf = true;
  }

  /** What is latched stays latched. */
  private latched(): void {
    const errs = this.whole.get('errs');
    if (errs === undefined) return;
    if (this.known & ~Number(errs)) this.fail(`errs ${this.known} became ${errs}`);
    this.known = Number(errs) & LATCHED;
  }

  /** Everything is healthy again: after a pardon the charger charges. */
  recover(): void {
    this.trail.push('all is well again');
    for (const name of this.last.faults) this.act('fault', { [name]: false });
    this.act('mains', { volts: [230, 230, 230] });
    this.act('temperature', { celsius: 25 });
    this.act('car', { state: 'unplugged', diode: true, ignoresPilot: false, cable: 32, amps: 32, phases: 3 });
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

/** Walks until something breaks or the steps are done. `modes`: the charging modes change, too. */
export function walk(files: Build, seed: number, steps: number, modes = false): string {
  const w = new Walk(files, seed, modes);
  try {
    while (w.steps < steps && !w.broken) w.step();
    if (!w.broken) w.recover();
    return w.broken;
  } finally {
    w.whole.end();
  }
}
