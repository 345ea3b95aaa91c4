// Transaction messages that wait for the central system, oldest first, across reboots. Each is a record of the journal,
// `q0` to `q63`: [number, kind, transaction reference, time, boot, …]. Kinds: S start, M meter values, E end.

import type { Bit } from '../../hal/types';
import type { Charger } from '../core/charger';
import type { Ocpp } from './state';

const SLOTS = 64;
/** From here on every second meter value makes room. */
const TIGHT = 52;

/** A record: number, kind, reference, time, boot counter, and what the kind needs. */
export type Entry = [number, 'S' | 'M' | 'E', number, number, number, ...unknown[]];

/** Time of now for a record: ms since 1970, or negative ms since boot while the clock is unknown. Never runs back. */
export function stamp(o: Ocpp): number {
  const t = o.c.f.wall(o.c);
  if (!t) return -o.c.t - 1;
  if (t > o.ts) o.ts = t;
  return o.ts;
}

function read(c: Charger, slot: number): Entry | undefined {
  const text = c.f.get('q' + slot);
  return text === undefined ? undefined : (JSON.parse(text) as Entry);
}

/** The oldest record, undefined = none. */
export function head(o: Ocpp): Entry | undefined {
  return o.q.length ? read(o.c, o.q[0] % SLOTS) : undefined;
}

function free(o: Ocpp): number {
  for (let i = 0; i < SLOTS; i++) {
    const slot = (o.qn + i) % SLOTS;
    if (!o.q.includes(slot) && !o.q.includes(slot + SLOTS)) return slot;
  }
  return -1;
}

/** Drops every second meter value, one a call. */
function thin(o: Ocpp): void {
  for (let i = o.th; i < o.q.length; i++) if (o.q[i] >= SLOTS) return cut(o, i);
  o.th = 1;
}

function cut(o: Ocpp, i: number): void {
  o.c.f.del('q' + (o.q[i] % SLOTS));
  o.q.splice(i, 1);
  o.th = i + 1;
}

function full(o: Ocpp): void {
  o.c.f.log('ocpp', 'MemoryExhaustion: transaction message lost');
}

function store(o: Ocpp, slot: number, kind: string, text: string): void {
  const kept = slot >= 0 && o.c.f.put('q' + slot, text);
  if (!kept) full(o);
  else o.q.push(kind === 'M' ? slot + SLOTS : slot);
}

/** Appends a record; `rest` is the JSON text of what the kind needs, with a comma in front. */
export function put(o: Ocpp, kind: string, ref: number, ts: number, rest: string): void {
  if (o.q.length >= TIGHT) thin(o);
  store(o, free(o), kind, '[' + o.qn++ + ',"' + kind + '",' + ref + ',' + ts + ',' + o.c.rbc + rest + ']');
}

/** Removes the head: it was processed, or given up. */
export function drop(o: Ocpp): void {
  o.c.f.del('q' + (o.q.shift()! % SLOTS));
  o.qa = 0;
  o.qd = 0;
}

/** Remembers which transactionId a reference got. */
export function pair(o: Ocpp, ref: number, tx: number): void {
  o.tr = ref;
  o.tx = tx;
  o.c.f.put('qx', '[' + ref + ',' + tx + ']');
}

/** Notes the open transaction, in case the power fails: reference, time, register. */
export function note(o: Ocpp): void {
  o.note = o.c.t;
  o.c.f.put('qo', '[' + o.ref + ',' + stamp(o) + ',' + Math.floor(o.c.m.eto) + ',' + o.c.rbc + ']');
}

/** Takes in one record at boot, by its number. Returns its reference. */
function learn(o: Ocpp, e: Entry, slot: number, order: number[]): number {
  let i = order.length;
  while (i > 0 && order[i - 1] > e[0]) i--;
  order.splice(i, 0, e[0]);
  o.q.splice(i, 0, e[1] === 'M' ? slot + SLOTS : slot);
  if (e[0] >= o.qn) o.qn = e[0] + 1;
  return e[1] === 'E' ? 0 : e[2];
}

/** A transaction was open when the power failed: it ends with what was noted last. */
function close(o: Ocpp, open: number[], known: Bit): void {
  const c = o.c;
  const wh = Math.max(open[2], Math.floor(c.m.eto));
  c.f.del('qo');
  if (!known) return;
  put(
    o,
    'E',
    open[0],
    open[1] < 0 && open[3] !== c.rbc ? stamp(o) : open[1],
    ',"",' + wh + ',"PowerLoss",-1',
  );
}

/** Reads the queue in after a boot. */
export function load(o: Ocpp): void {
  const order: number[] = [];
  let ref = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const e = read(o.c, slot);
    if (e) ref = Math.max(ref, learn(o, e, slot, order));
  }
  const x = JSON.parse(o.c.f.get('qx') ?? '[0,-1]');
  const open = JSON.parse(o.c.f.get('qo') ?? '[0]');
  o.tr = x[0];
  o.tx = x[1];
  o.qn = Math.max(o.qn, x[0] + 1, open[0] + 1);
  if (open[0]) close(o, open, open[0] === ref || open[0] === o.tr ? 1 : 0);
}
