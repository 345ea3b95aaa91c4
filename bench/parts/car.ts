// An electric car: what it shows on CP, what it makes of the pilot and what it draws.
//
// State `C` (or `D`) means that the car wants energy. A car that keeps to IEC 61851-1 closes S2 only when it sees PWM
// of a valid duty, so with steady +12 V the wire stays at the level of B; when the offer is withdrawn it ramps down and
// opens S2, and closes it again when PWM returns. With `ignoresPilot` it closes S2 whatever it sees and draws its own
// maximum, within the rating of the cable. `B` opens S2 at once and stops drawing in the same moment.

import type { Clock } from '../types';
import { Chance } from './chance';
import type { Mains } from './mains';
import type { Pilot } from './pilot';
import { Signal } from './signal';

export const STATES = ['unplugged', 'B', 'C', 'D', 'E'] as const;

export interface CarSettings {
  state: (typeof STATES)[number];
  /** Rating that the cable codes, A. */
  cable: number;
  /** The most that the on-board charger takes per phase, A. */
  amps: number;
  phases: number;
  diode: boolean;
  ignoresPilot: boolean;
}

/** What the charger's contacts let through to the inlet. */
export interface Inlet {
  /** Phase k (0 = L1) is connected to the mains. */
  connected(k: number): boolean;
}

/** Always across CP and PE; in parallel when S2 is closed: C and D, ohms. */
const BASE = 2740;
const S2 = { C: 1300, D: 270 };
/** cos φ of the on-board charger. */
export const COS = 0.995;
/** A/ms. */
const UP = 0.02;
const DOWN = 0.04;
const TICK = 100;
/** From the end of the current to S2 open. */
const IDLE = 300;

/** A that a duty in % allows, IEC 61851-1 table A.8; 3…7 % would need digital communication, which this car lacks. */
export function allowed(duty: number): number {
  if (duty < 8 || duty > 97) return 0;
  if (duty < 10) return 6;
  if (duty <= 85) return duty * 0.6;
  return duty <= 96 ? (duty - 64) * 2.5 : 80;
}

export class Car {
  /** A current changed. */
  readonly changed = new Signal();
  readonly settings: CarSettings = {
    state: 'unplugged',
    cable: 32,
    amps: 32,
    phases: 3,
    diode: true,
    ignoresPilot: false,
  };
  /** A simplified pilot circuit knows no S2: it shows C as soon as it is plugged. Not offered by the API. */
  simplified = false;
  /** S2. */
  closed = false;
  /** Current per phase since the last event, A. */
  drawing = [0, 0, 0];
  /** S2 opened or closed: the moment that the charger has to answer to. */
  onS2: (closed: boolean) => void = () => {};

  private amps = 0;
  private wh = 0;
  private watts = 0;
  private since = 0;
  /** Offer on the wire and the one that the car has taken in, A. */
  private heard = 0;
  private obeyed = 0;
  private wanted: number | undefined;
  private idle: number | undefined;
  private fed: number | undefined;
  private stepped = 0;
  private timer = 0;
  private ear = 0;
  private reaction: number;
  private closing: number;
  private start: number;

  constructor(
    private clock: Clock,
    seed: number,
    private pilot: Pilot,
    private mains: Mains,
    private inlet: Inlet,
  ) {
    const c = new Chance(seed, 'car');
    this.reaction = c.between(500, 900);
    this.closing = c.between(450, 800);
    this.start = c.between(400, 800);
    this.since = clock.now();
    pilot.changed.on(() => this.hear());
    mains.changed.on(() => this.step());
  }

  /** Wh taken since the bench started. */
  get energy(): number {
    this.count();
    return this.wh;
  }

  set(patch: Partial<CarSettings>): void {
    Object.assign(this.settings, patch);
    const s = this.settings.state;
    if (s !== 'C' && s !== 'D') {
      this.amps = 0;
      this.wanted = undefined;
      this.s2(false);
    }
    this.show();
    this.step();
  }

  /** Contacts of the charger moved. */
  step(): void {
    const now = this.clock.now();
    this.clock.cancel(this.timer);
    const wants = this.wants();
    this.toggle(wants, now);
    const target = this.target(now);
    const dt = Math.min(now - this.stepped, TICK);
    this.stepped = now;
    if (this.amps < target) this.amps = Math.min(target, this.amps + UP * dt);
    else this.amps = Math.max(target, this.amps - DOWN * dt);
    if (!this.live(0)) this.amps = 0;
    const before = this.drawing.join();
    this.count();
    const starts = this.fed !== undefined && now - this.fed < this.start;
    if (wants !== this.closed || this.amps !== target || starts) {
      this.timer = this.clock.at(now + TICK, () => this.step());
    }
    if (before !== this.drawing.join()) this.changed.emit();
  }

  private wants(): boolean {
    const { state, ignoresPilot } = this.settings;
    return (state === 'C' || state === 'D') && (ignoresPilot || this.simplified || this.obeyed >= 6);
  }

  /** Closes S2 a while after the wish, opens it a while after the current has ended. */
  private toggle(wants: boolean, now: number): void {
    if (!wants) this.wanted = undefined;
    else if (this.wanted === undefined) this.wanted = now;
    if (wants || !this.closed || this.amps > 0) this.idle = undefined;
    else if (this.idle === undefined) this.idle = now;
    if (this.wanted !== undefined && now - this.wanted >= this.closing) this.s2(true);
    if (this.idle !== undefined && now - this.idle >= IDLE) this.s2(false);
  }

  private target(now: number): number {
    if (!this.live(0)) this.fed = undefined;
    else if (this.fed === undefined) this.fed = now;
    if (this.fed === undefined || now - this.fed < this.start || !this.closed) return 0;
    const { amps, cable, ignoresPilot } = this.settings;
    const own = Math.min(amps, cable);
    return ignoresPilot ? own : this.obeyed < 6 ? 0 : Math.min(own, this.obeyed);
  }

  private live(k: number): boolean {
    return this.settings.state !== 'unplugged' && this.inlet.connected(k) && this.mains.live(k);
  }

  /** A pilot that is dead (short, -12 V) stops the car faster than an offer withdrawn or changed. */
  private hear(): void {
    const p = this.pilot;
    const dead = p.mode === 'low' || p.high < 1;
    const offer = p.mode === 'pwm' && !dead && p.hz >= 980 && p.hz <= 1020 ? allowed(p.duty) : 0;
    if (offer === this.heard) return;
    this.heard = offer;
    const delay = dead ? 50 : !this.closed ? 50 : offer ? this.reaction : 200;
    this.clock.cancel(this.ear);
    this.ear = this.clock.at(this.clock.now() + delay, () => {
      this.obeyed = offer;
      if (dead && !this.settings.ignoresPilot) this.amps = 0;
      this.step();
    });
  }

  private s2(closed: boolean): void {
    if (this.closed === closed) return;
    this.closed = closed;
    this.show();
    this.onS2(closed);
  }

  private show(): void {
    const { state, diode } = this.settings;
    const extra = !this.closed ? Infinity : state === 'D' ? S2.D : S2.C;
    const ohms = state === 'unplugged' ? Infinity : 1 / (1 / BASE + 1 / extra);
    this.pilot.load({ ohms, diode, short: state === 'E' });
  }

  /** Energy up to now at the power so far; then the power anew. */
  private count(): void {
    const now = this.clock.now();
    this.wh += (this.watts * (now - this.since)) / 3600000;
    this.since = now;
    const on = (k: number): boolean => k < this.settings.phases && this.live(0) && this.live(k);
    this.drawing = [0, 1, 2].map((k) => (on(k) ? this.amps : 0));
    this.watts = this.drawing.reduce((w, a, k) => w + a * this.mains.volt(k) * COS, 0);
  }
}
