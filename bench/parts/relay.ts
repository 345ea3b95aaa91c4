// A set of contacts and its coil: travel times, bounce, and the two ways in which contacts fail.

import type { Clock } from '../types';

/** ms. */
export interface Travel {
  pullIn: number;
  release: number;
  bounce: number;
}

/** Edges within the bounce time, as fractions of it, after the first touch. */
const EDGES = [0.25, 0.5, 0.75, 1];

export class Relay {
  /** From the first touch until the contacts part; bounce left out. */
  closed = false;
  /** The contacts touch in this moment. */
  touching = false;
  energised = false;
  welded = false;
  stuck = false;
  private pending: number | undefined;
  private edges: number[] = [];

  constructor(
    private clock: Clock,
    private travel: Travel,
    /** `bounce`: only `touching` changed. */
    private moved: (bounce: boolean) => void,
  ) {}

  coil(on: boolean): void {
    this.energised = on;
    this.settle();
  }

  /** The contacts are fused: closed whatever the coil does, at once. */
  weld(on: boolean): void {
    this.welded = on;
    this.settle();
  }

  /** The armature does not pull in. */
  stick(on: boolean): void {
    this.stuck = on;
    this.settle();
  }

  private settle(): void {
    const goal = this.welded || (this.energised && !this.stuck);
    if (this.pending !== undefined && (goal === this.closed || this.welded)) {
      this.clock.cancel(this.pending);
      this.pending = undefined;
    }
    if (goal === this.closed || this.pending !== undefined) return;
    if (this.welded) return this.move(true, false);
    const delay = goal ? this.travel.pullIn : this.travel.release;
    this.pending = this.clock.at(this.clock.now() + delay, () => this.move(goal, goal));
  }

  private move(closed: boolean, bounce: boolean): void {
    this.pending = undefined;
    for (const id of this.edges) this.clock.cancel(id);
    this.edges = [];
    this.closed = this.touching = closed;
    if (bounce) for (const [i, f] of EDGES.entries()) this.edges.push(this.edge(f, i % 2 === 1));
    this.moved(false);
  }

  private edge(fraction: number, touching: boolean): number {
    return this.clock.at(this.clock.now() + fraction * this.travel.bounce, () => {
      this.touching = touching || this.welded;
      this.moved(true);
    });
  }
}
