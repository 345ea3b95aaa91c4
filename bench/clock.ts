// World time with its agenda: a binary heap of deadlines. Nothing here knows whether time is virtual or real; the owner
// advances it.

import type { Clock } from './types';

interface Entry {
  t: number;
  /** Order of calls for the same time. */
  n: number;
  fn: (() => void) | undefined;
}

const before = (a: Entry, b: Entry): boolean => a.t < b.t || (a.t === b.t && a.n < b.n);

export class WorldClock implements Clock {
  private heap: Entry[] = [];
  private count = 0;
  private time = 0;

  now(): number {
    return this.time;
  }

  at(t: number, fn: () => void): number {
    const entry = { t: Math.max(t, this.time), n: ++this.count, fn };
    let i = this.heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, this.heap[parent])) break;
      this.heap[i] = this.heap[parent];
      i = parent;
    }
    this.heap[i] = entry;
    return entry.n;
  }

  /** Looks for it: few wait at a time, and far more fall due than are cancelled. */
  cancel(id: number): void {
    const entry = this.heap.find((e) => e.n === id);
    if (entry) entry.fn = undefined;
  }

  /** Time of the next deadline, Infinity when there is none. */
  next(): number {
    while (this.heap.length && !this.heap[0].fn) this.pop();
    return this.heap.length ? this.heap[0].t : Infinity;
  }

  /** Moves time to `t`, calling what falls due on the way in order. Returns early when `halt` says so. */
  run(t: number, halt?: () => boolean): void {
    while (this.next() <= t) {
      if (halt?.()) return;
      const entry = this.pop();
      this.time = Math.max(this.time, entry.t);
      entry.fn?.();
    }
    if (!halt?.()) this.time = Math.max(this.time, t);
  }

  private pop(): Entry {
    const top = this.heap[0];
    const last = this.heap.pop()!;
    if (this.heap.length) {
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= this.heap.length) break;
        if (child + 1 < this.heap.length && before(this.heap[child + 1], this.heap[child])) child++;
        if (!before(this.heap[child], last)) break;
        this.heap[i] = this.heap[child];
        i = child;
      }
      this.heap[i] = last;
    }
    return top;
  }
}
