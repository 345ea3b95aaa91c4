// Faults at run time: causes come and go, what is set in `c.x.err` follows by the rules of the table (core/faults.ts).

import type { Charger } from './charger';
import { file } from './parts';
import type { Rescue } from './rescue.part';
import { ROW, ROWS, SAFE, STUCK, VOLT_LOW } from './faults';
import type { Fault } from './faults';
import { tell } from './session';
import { GONE, RAISED, mark } from './trace';

/** A row as packed: name, how it ends, wait, how often, `err`, OCPP code, text, flashes. */
export type FaultRow = [string, Fault['ends'], number, number, number, string, string, number];

const FILE = 'faults';
/** Key of the journal for what a restart does not end. */
const KEPT = 'flt';

const f = {
  /** Bits: open, stop, end with the car, by an operator, by one alone. */
  open: 0,
  stop: 0,
  car: 0,
  hand: 0,
  kept: 0,
  /** Places of the bits, gravest first. */
  order: new Uint8Array(0),
  /** Causes that are there now. */
  on: 0,
  /** What has lost its cause clears at this time; 0 = nothing waits. */
  due: 0,
  /** How often each came in this plug-in. */
  n: new Uint8Array(ROWS),
};

function place(bit: number): number {
  let i = 0;
  while (bit > 1) {
    bit >>= 1;
    i++;
  }
  return i;
}

function row(i: number): FaultRow {
  return JSON.parse(file(FILE, i * ROW, ROW)!) as FaultRow;
}

/** What the set bits do: bit 0 the contactor is open, bit 1 the offer is withdrawn. */
function act(c: Charger): void {
  c.x.bad = (c.x.err & f.open ? 1 : 0) | (c.x.err & f.stop ? 2 : 0);
  c.dirty = 1;
}

/** Which of them is the gravest. */
function rank(c: Charger): void {
  c.x.top = 0;
  for (const i of f.order) if (!c.x.top && c.x.err & (1 << i)) c.x.top = i + 1;
}

/** Row of the gravest fault that is set, undefined = none. A new one may be asked for before it is told. */
export function fault(c: Charger): FaultRow | undefined {
  if (c.x.err && !c.x.top) rank(c);
  return c.x.top ? row(c.x.top - 1) : undefined;
}

/** What follows from a fault beside the contactor: counted, noted, told. */
function told(c: Charger, bit: number): void {
  const i = place(bit);
  f.n[i]++;
  mark(c.t, RAISED + i);
  rank(c);
  if (f.kept & (1 << i)) c.f.put(KEPT, '' + (c.x.err & f.kept));
  const r = row(i);
  c.f.log('fault', r[6]);
  tell(c, 'fault', r[0]);
}

/** The cause of a fault is there. */
export function raise(c: Charger, bit: number): void {
  f.on |= bit;
  if (c.x.err & bit) return;
  c.x.err |= bit;
  act(c);
  c.ev.push([told, bit, '']);
}

function wane(c: Charger, i: number): void {
  const due = c.t + row(i)[2];
  if (due > f.due) f.due = due;
}

/** The cause is gone: the fault goes after its wait, or when somebody ends it. */
export function ease(c: Charger, bit: number): void {
  if (!(f.on & bit)) return;
  f.on &= ~bit;
  if (bit & (f.car | f.hand)) return;
  c.ev.push([wane, place(bit), '']);
}

function drop(c: Charger, bits: number): void {
  const gone = c.x.err & bits & ~f.on;
  if (!gone) return;
  c.x.err &= ~gone;
  act(c);
  rank(c);
  if (gone & f.kept) c.f.put(KEPT, '' + (c.x.err & f.kept));
  mark(c.t, GONE + place(gone));
  c.f.log('fault', 'gone: ' + row(place(gone))[6]);
  tell(c, 'fault', '');
}

/** 1 = it came too often: only unplugging ends it. */
function spent(i: number): boolean {
  const most = row(i)[3];
  return most > 0 && f.n[i] > most;
}

function lapse(c: Charger): void {
  f.due = 0;
  // A coil without voltage closes nothing: no reason to give the contactor up.
  if (c.x.err & VOLT_LOW) f.n[place(STUCK)] = 0;
  for (let i = 0; i < ROWS; i++) {
    const bit = 1 << i;
    if (c.x.err & bit & ~f.on & ~f.car & ~f.hand && !spent(i)) c.ev.push([drop, bit, '']);
  }
}

/** Job: ends what only time has to end. */
export function heal(c: Charger): void {
  if (f.due && c.t >= f.due) lapse(c);
}

/** The car is gone: so is what it caused, and what came too often may come again. */
export function pulled(c: Charger): void {
  f.n.fill(0);
  f.on &= ~f.car;
  f.due = c.t + 1;
  if (c.x.err & f.car) c.ev.push([drop, f.car, '']);
}

/** An operator ends what is latched and has no cause any more: '' or what still stands: a fault that opens the contactor, or
 * anything where there was nothing to end. */
export function pardon(c: Charger): string {
  const was = c.x.err;
  for (let i = 0; i < ROWS; i++) drop(c, 1 << i);
  f.n.fill(0);
  if (c.x.err & SAFE) return (c.f.part('rescue') as Rescue).leave(c);
  const left = fault(c);
  return left && (c.x.bad & 1 || c.x.err === was) ? 'the cause is still there: ' + left[6] : '';
}

/** Reads the masks, and what outlived the restart. */
export function recall(c: Charger): void {
  const m = JSON.parse(file(FILE, ROWS * ROW, 0)!) as [number, number, number, number, number, number[]];
  f.open = m[0];
  f.stop = m[1];
  f.car = m[2];
  f.hand = m[3];
  f.kept = m[4];
  f.order = new Uint8Array(m[5]);
  f.on = f.due = 0;
  f.n.fill(0);
  c.x.err = +(c.f.get(KEPT) || 0) & f.kept;
  act(c);
  rank(c);
}
