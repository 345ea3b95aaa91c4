// Connector lock: a motor on an H bridge that moves a bolt, and a switch at the end of its way. The bolt stays where it
// is when the motor stops.

import type { Clock, Drive } from '../types';
import { Chance } from './chance';
import { Signal } from './signal';

/** Full way; a pulse of 300 ms is enough for every sample, ms. */
const TRAVEL = 260;
/** Part of the way at which the switch closes. */
const SWITCH = 0.9;

const on = (d: Drive): boolean => d.mode === 'output' && d.level === 1;

export class Lock {
  readonly changed = new Signal();
  locked = false;
  jammed = false;
  private a = false;
  private b = false;
  private power = true;
  /** 0 = open, 1 = locked. */
  private place = 0;
  private speed = 0;
  private since = 0;
  private timer = 0;
  private travel: number;

  constructor(
    private clock: Clock,
    seed: number,
  ) {
    this.travel = new Chance(seed, 'lock').part(TRAVEL, 0.08);
  }

  driveA(d: Drive): void {
    this.a = on(d);
    this.run();
  }

  driveB(d: Drive): void {
    this.b = on(d);
    this.run();
  }

  jam(jammed: boolean): void {
    this.jammed = jammed;
    this.run();
    this.changed.emit();
  }

  supply(power: boolean): void {
    this.power = power;
    this.run();
  }

  /** Switch to ground: 0 = locked. */
  feedback(): 0 | 1 {
    return this.locked ? 0 : 1;
  }

  /** Both sides at the same level: the bridge brakes. */
  private run(): void {
    this.advance();
    const push = (this.a ? 1 : 0) - (this.b ? 1 : 0);
    this.speed = this.power && !this.jammed ? push / this.travel : 0;
    this.clock.cancel(this.timer);
    const end = this.speed > 0 ? SWITCH : 0;
    const way = this.speed > 0 ? Math.max(0, end - this.place) : this.place - SWITCH;
    if (this.speed === 0 || (this.speed < 0 && way < 0)) return;
    // A hair beyond the switch, so that rounding cannot leave the bolt in front of it.
    this.timer = this.clock.at(this.clock.now() + way / Math.abs(this.speed) + 0.01, () => this.advance());
  }

  private advance(): void {
    const now = this.clock.now();
    this.place = Math.min(1, Math.max(0, this.place + this.speed * (now - this.since)));
    this.since = now;
    const locked = this.place >= SWITCH;
    if (locked === this.locked) return;
    this.locked = locked;
    this.changed.emit();
  }
}
