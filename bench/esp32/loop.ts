// The engine's idle loop on the world's clock: watches and typed lines, timers that are due, sockets, then the queue of
// events. While the script runs or stands still nothing of it happens; it is made up for afterwards.

import type { Clock } from '../types';

/** Shortest time of a timer. */
const LEAST = 0.1;
/** Queued events in one turn after which the engine is taken to be caught in them. */
const STORM = 100000;

interface Timer {
  id: number;
  due: number;
  /** 0 for a timeout. */
  every: number;
  run: () => boolean;
}

export interface Turn {
  /** Sockets: true when something was done. */
  sockets(): boolean;
  /** The turn is over: report errors, restart. */
  done(): void;
  /** Listeners queue events for ever. */
  stuck(): void;
}

export class Loop {
  dead = false;
  /** The script runs, or stands in native code. */
  busy = false;
  private timers: Timer[] = [];
  private changed = false;
  private io: (() => void)[] = [];
  private events: (() => void)[] = [];
  private again = false;
  private alarm = NaN;
  private alarmId = 0;

  constructor(
    private clock: Clock,
    private turn: Turn,
  ) {}

  /** Something happened outside. */
  wake(): void {
    this.again = true;
    if (this.busy || this.dead) return;
    this.busy = true;
    try {
      while (this.again && !this.dead) this.pass();
    } finally {
      this.busy = false;
    }
    this.arm();
  }

  /** Script code that does not come from a turn: start-up. */
  enter(fn: () => void): void {
    this.busy = true;
    try {
      fn();
    } finally {
      this.busy = false;
    }
    this.wake();
  }

  stop(): void {
    this.dead = true;
    this.timers = [];
    this.io = [];
    this.events = [];
    if (this.alarmId) this.clock.cancel(this.alarmId);
  }

  /** `run` returns false when the engine interrupted it. */
  add(ms: number, repeat: boolean, run: () => boolean): number {
    const wait = ms >= LEAST ? ms : LEAST;
    const id = this.timers.length ? this.timers[this.timers.length - 1].id + 1 : 1;
    this.timers.push({ id, due: this.clock.now() + wait, every: repeat ? wait : 0, run });
    this.changed = true;
    return id;
  }

  /** No id: all. */
  remove(id?: number): void {
    this.timers = id === undefined ? [] : this.timers.filter((t) => t.id !== id);
    this.changed = true;
  }

  every(id: number, ms: number): void {
    const timer = this.timers.find((t) => t.id === id);
    if (!timer) return;
    timer.every = Math.max(ms, LEAST);
    timer.due = this.clock.now() + timer.every;
    this.changed = true;
  }

  /** An event of the hardware, before the timers. */
  input(fn: () => void): void {
    this.io.push(fn);
    this.wake();
  }

  /** An event from the script or its sockets, after the timers. */
  queue(fn: () => void): void {
    this.events.push(fn);
    this.wake();
  }

  private pass(): void {
    this.again = false;
    if (this.io.length) for (const fn of this.io.splice(0)) fn();
    this.dueTimers();
    if (!this.dead && this.turn.sockets()) this.again = true;
    let count = 0;
    for (let fn; !this.dead && (fn = this.events.shift());) {
      fn();
      if (++count < STORM) continue;
      this.events = [];
      this.turn.stuck();
    }
    if (!this.dead) this.turn.done();
  }

  /** In the order they were made. A timer made or removed meanwhile starts the search again. */
  private dueTimers(): void {
    const now = this.clock.now();
    do {
      this.changed = false;
      for (let i = 0; i < this.timers.length && !this.changed; i++) {
        const timer = this.timers[i];
        if (timer.due > now) continue;
        this.again = true;
        const ok = timer.run();
        if (this.dead) return;
        if (timer.every && ok) {
          // Counted from when it was due: missed turns are made up one after the other.
          timer.due += timer.every;
        } else {
          this.drop(timer);
          if (!this.changed) i--;
        }
      }
    } while (this.changed);
  }

  /** As a splice, without the array that it makes. */
  private drop(timer: Timer): void {
    const { timers } = this;
    let at = timers.indexOf(timer);
    if (at < 0) return;
    for (; at + 1 < timers.length; at++) timers[at] = timers[at + 1];
    timers.pop();
  }

  private arm(): void {
    if (this.dead) return;
    let due = Infinity;
    for (const timer of this.timers) if (timer.due < due) due = timer.due;
    if (due === this.alarm) return;
    if (this.alarmId) this.clock.cancel(this.alarmId);
    this.alarm = due;
    this.alarmId = 0;
    if (due === Infinity) return;
    this.alarmId = this.clock.at(due, this.ring);
  }

  private readonly ring = (): void => {
    this.alarm = NaN;
    this.alarmId = 0;
    this.wake();
  };
}
