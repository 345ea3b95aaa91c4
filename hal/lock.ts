// Connector lock: a motor on an H bridge, moved by short pulses, with a feedback switch.

import type { Bit, Lock as Contract } from './types';

/** Length of a pulse, and rest before the next, ms. */
const PULSE = 300;
const REST = 1000;
/** Pulses in one direction before the lock counts as jammed; then it is tried once in a while only, ms. */
const TRIES = 5;
const RARELY = 30000;

/** `a` locks, `b` opens, both active high; `open`: level of the feedback switch while open. */
export class Lock implements Contract {
  private _a: Pin;
  private _b: Pin;
  private _feedback: Pin;
  private _open: Bit;
  private _want: Bit | undefined;
  private _busy = 0;
  private _tries = 0;
  private _due = 0;

  constructor(o: { a: Pin; b: Pin; feedback: Pin; open: Bit }) {
    this._a = o.a;
    this._b = o.b;
    this._feedback = o.feedback;
    this._open = o.open;
    o.feedback.mode('input');
    this._off();
  }

  set(locked: Bit): void {
    if (locked !== this._want) this._tries = 0;
    this._want = locked;
    if (!this._busy && this._at() !== locked) this._move();
  }

  locked(): Bit | undefined {
    return this._busy ? undefined : this._at();
  }

  jammed(): Bit {
    return this._tries >= TRIES && !this._busy && this._at() !== this._want ? 1 : 0;
  }

  private _at(): Bit {
    return (this._feedback.read() ? 1 : 0) === this._open ? 0 : 1;
  }

  private _off(): void {
    this._a.write(0);
    this._b.write(0);
  }

  /** A change of direction is free, repetitions are spaced and counted: a jammed bolt must not cook the motor. */
  private _move(): void {
    const t = getTime() * 1000;
    if (this._tries && t < this._due) return;
    if (this._tries < TRIES) this._tries++;
    this._due = t + PULSE + (this._tries < TRIES ? REST : RARELY);
    this._busy = 1;
    (this._want ? this._b : this._a).write(0);
    (this._want ? this._a : this._b).write(1);
    setTimeout(() => this._end(), PULSE);
  }

  private _end(): void {
    this._off();
    this._busy = 0;
    if (this._want !== undefined) this.set(this._want); // it may have changed meanwhile
  }
}
