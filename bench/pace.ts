// How fast world time goes: with real time times a rate, or as fast as possible while an advance runs. Fast time waits
// for the network: what is on its way to or from a host takes real milliseconds, which must not turn into virtual minutes.

import { performance } from 'node:perf_hooks';
import type { WorldClock } from './clock';
import { PowerCut } from './types';

/** Real ms without traffic after which the network counts as quiet. */
const QUIET = 2.5;
/** Real ms for a host to answer what the module sent on a connection of its own. */
const ANSWER = 20;
/** Real ms for the main thread's echo, after which it is looked for without being told. */
const ECHO = 5;
/** Real ms of work between looks at the messages. */
const SLICE = 4;
/** Real ms that a slow machine may be behind before the world gives up catching up. */
const BEHIND = 2000;
/** A stall up to this length, in ms, runs at once and is made good by waiting later. */
const SHORT = 5;

export interface PaceOptions {
  world: WorldClock;
  /** Raised by the main thread with every message: word 0 of shared memory. */
  bell: Int32Array;
  /** Serves messages that wait, without returning to the event loop. */
  drain(): void;
  /** Asks the main thread for an echo, which comes back by `echoed`. */
  sync(id: number): void;
  /** World time of all kinds moved on. */
  moved?(): void;
}

export class Pace {
  /** > 0 while native code of the script stands still: nothing may call into the script. */
  stalled = 0;
  rate = 1;
  private o: PaceOptions;
  private real0 = performance.now();
  private world0 = 0;
  private goals: { t: number; done: () => void }[] = [];
  private running = false;
  private ended = false;
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Immediate | undefined;
  private quietAt = 0;
  private traffic = 0;
  private echo = 0;
  private asked = 0;
  /** Counts supply cuts: a stall of the life before ends at once. */
  private life = 0;

  constructor(o: PaceOptions) {
    this.o = o;
  }

  start(): void {
    this.real0 = performance.now();
    this.world0 = this.o.world.now();
    this.kick();
  }

  stop(): void {
    this.ended = true;
    clearTimeout(this.timer);
    clearImmediate(this.soon);
  }

  setRate(rate: number): void {
    this.catchUp();
    this.rate = rate;
    this.anchor();
    this.kick();
  }

  get fast(): boolean {
    return this.goals.length > 0;
  }

  /** Runs `ms` of virtual time as fast as possible. Two at the same time run one after the other. */
  advance(ms: number, done: () => void): void {
    if (!this.fast) this.catchUp();
    const from = this.fast ? this.goals[this.goals.length - 1].t : this.o.world.now();
    this.goals.push({ t: from + ms, done });
    this.kick();
  }

  /** Ends all advances here. */
  enough(): void {
    for (const goal of this.goals) goal.t = this.o.world.now();
  }

  /** The network was touched; `answer` 1: the module waits for a host's answer, 0: here it is. */
  touch(answer?: 0 | 1): void {
    const now = performance.now();
    this.traffic++;
    if (answer === 0) this.quietAt = now + QUIET;
    else this.quietAt = Math.max(this.quietAt, now + (answer ? ANSWER : QUIET));
    if (!this.running) this.kick();
  }

  /** One that waits for a name may be overtaken by the next. */
  echoed(id: number): void {
    this.echo = Math.max(this.echo, id);
  }

  /** Brings the world up to now. */
  catchUp(): void {
    if (this.running || this.fast) return;
    if (this.waits()) return this.anchor();
    this.runTo(this.due());
  }

  /** Native code stands still for `ms` of world time. Returns false when the supply fell meanwhile. */
  stall(ms: number): boolean {
    const end = this.o.world.now() + ms;
    if (ms <= SHORT) {
      const life = this.life;
      this.stand(() => this.o.world.run(end, () => this.life !== life));
      return this.life === life;
    }
    return this.wait(() => this.o.world.now() >= end, end);
  }

  /**
   * Native code stands still until `done`, at the latest at world time `end`. With `hold` fast time waits too, because what
   * it waits for takes real time. Returns false when the supply fell meanwhile.
   */
  wait(done: () => boolean, end: number, hold = 0): boolean {
    const { world, bell } = this.o;
    const life = this.life;
    const alive = (): boolean => this.life === life && !this.ended;
    const patience = performance.now() + hold;
    if (!this.fast) this.anchorAhead();
    this.stand(() => {
      while (alive()) {
        const seen = Atomics.load(bell, 0);
        this.o.drain();
        if (!alive() || done() || world.now() >= end) break;
        const held = hold && (this.fast || this.rate > 1) && performance.now() < patience;
        if (held) {
          this.anchor();
          Atomics.wait(bell, 0, seen, 1);
          continue;
        }
        const to = Math.min(end, this.fast ? Math.min(this.goals[0].t, world.now() + 20) : this.due());
        world.run(to, () => !alive() || done());
        this.reached();
        this.o.moved?.();
        if (!this.fast && alive() && !done() && world.now() < end) {
          const ms = Math.max(0.2, Math.min(5, (Math.min(world.next(), end) - to) / this.rate));
          Atomics.wait(bell, 0, seen, ms);
        }
      }
    });
    return alive();
  }

  /** Counts a stall; also one that a reset of the chip breaks off. */
  private stand(fn: () => void): void {
    this.stalled++;
    try {
      fn();
    } finally {
      this.stalled--;
    }
  }

  /** The supply fell: stalls end. */
  cut(): void {
    this.life++;
  }

  /** Looks at the world at once instead of at the next deadline. */
  kick(): void {
    if (this.ended || this.soon || this.stalled) return;
    clearTimeout(this.timer);
    this.soon = setImmediate(() => this.turn());
  }

  private turn(): void {
    this.soon = undefined;
    if (this.fast) this.hurry();
    else this.follow();
  }

  private hurry(): void {
    const { bell } = this.o;
    const seen = Atomics.load(bell, 0);
    this.o.drain();
    const busy = this.busy();
    if (busy) Atomics.wait(bell, 0, seen, busy);
    else if (this.goals.length) {
      const stop = performance.now() + SLICE;
      this.runTo(this.goals[0].t, () => performance.now() > stop || this.busy() > 0);
      this.reached();
    }
    this.kick();
  }

  /** Ends the advances whose time has come. */
  private reached(): void {
    if (!this.fast) return;
    while (this.goals.length && this.o.world.now() >= this.goals[0].t) this.goals.shift()!.done();
    if (!this.fast) this.anchor();
  }

  private follow(): void {
    const stop = performance.now() + 2 * SLICE;
    const busy = this.waits();
    if (busy) {
      this.anchor();
      this.timer = setTimeout(() => this.kick(), busy);
      return;
    }
    this.runTo(this.due(), () => performance.now() > stop || this.waits() > 0);
    const wait = (this.o.world.next() - this.due()) / this.rate;
    if (wait <= 0.3) this.kick();
    else this.timer = setTimeout(() => this.kick(), Math.min(wait, 50));
  }

  private runTo(t: number, halt?: () => boolean): void {
    if (this.running) return;
    this.running = true;
    try {
      this.o.world.run(t, halt);
    } catch (e) {
      if (!(e instanceof PowerCut)) throw e;
    } finally {
      this.running = false;
      this.o.moved?.();
    }
  }

  /** World time that belongs to now. */
  private due(): number {
    const { world } = this.o;
    const t = this.world0 + (performance.now() - this.real0) * this.rate;
    if (t - world.now() <= BEHIND * this.rate) return t;
    this.anchor();
    return world.now();
  }

  private anchor(): void {
    this.real0 = performance.now();
    this.world0 = this.o.world.now();
  }

  /** Script time spent before a long stall is not waited for again. */
  private anchorAhead(): void {
    if (this.due() < this.o.world.now()) this.anchor();
  }

  /** Something is on its way through the network, or may be: real ms until it is worth a look, unless the bell rings. */
  private busy(): number {
    const left = this.quietAt - performance.now();
    if (left > 0) return left;
    if (this.echo >= this.traffic) return 0;
    if (this.asked < this.traffic) {
      this.asked = this.traffic;
      this.o.sync(this.asked);
    }
    return ECHO;
  }

  /** The same for time that runs with the real one: only a faster one waits. */
  private waits(): number {
    return this.rate > 1 ? this.busy() : 0;
  }
}
