// Part on call: takes samples, when they are due and at both ends of a transaction. A record holds its context letter, the
// bits of its measurands and all readings.

import type { Charger } from '../core/charger';
import type { Derive } from './derive.part';
import { FIRST, LAST, MEASURANDS, NAMES, measurand } from './measurand';
import type { Measurand } from './measurand';
import { NEVER, VOLTS, kept } from './state';
import type { Ocpp } from './state';

/** Exports of this part. */
export interface Sample {
  readings(c: Charger, wh: number, lists: string): (number | null)[];
  mask(list: string, values: (number | null)[]): number;
  gap(o: Ocpp, open: number[]): void;
}

/** Most samples in the transactionData of a StopTransaction. */
const KEPT = 40;
/** Place of the energy of an interval in a sample. */
const INTERVAL = 20;

/** Phases that are not wired have no reading, and none has where pulses are counted. `k` = parts of the unit. */
function phases(c: Charger, out: (number | null)[], order: string, values: number[], k: number): void {
  const n = c.b.meter!.pulses ? 0 : c.b.phases;
  const round = Math.round;
  if (n === 3 && !order) {
    // As most have it: a loop takes twice as long.
    out.push(round(values[0] * k) / k, round(values[1] * k) / k, round(values[2] * k) / k);
    return;
  }
  for (let i = 0; i < 3; i++) {
    const p = order ? order.indexOf('RST'[i]) : i;
    out.push(p < n ? round(values[p] * k) / k : null);
  }
}

/** What the meter says: power, of each phase power, current and voltage, frequency. */
function metered(c: Charger, out: (number | null)[]): void {
  const m = c.b.meter!;
  const order = c.f.get('k.ocppr') === '1' ? (c.f.part('derive') as Derive).wiring(c) : '';
  out.push(Math.round(c.m.p));
  phases(c, out, order, m.p, 1);
  phases(c, out, order, m.i, 100);
  phases(c, out, order, m.v, 10);
  out.push(m.hz ? Math.round(m.hz * 100) / 100 : null);
}

/** All readings of now that the lists may want, in the order of the measurands; `wh` = the register. */
export function readings(c: Charger, wh: number, lists: string): (number | null)[] {
  const m = c.b.meter;
  const out: (number | null)[] = [wh];
  if (m && m.ok) metered(c, out);
  else out.push(null, null, null, null, null, null, null, null, null, null, null);
  const offered = c.s.duty > 0 && c.s.duty < 10000 ? c.x.amps / 10 : 0;
  out.push(offered);
  for (let i = 0; i < 2; i++) {
    const t = c.x.tmp[i];
    out.push(t === undefined ? null : Math.round(t * 10) / 10);
  }
  out.push(Math.round(offered * VOLTS * c.s.ph));
  // These take their time: only for those who want them.
  if (lists.includes('Factor') || lists.includes('Interval')) (c.f.part('derive') as Derive).factors(out);
  return out;
}

/** Leaves of a measurand the phases that are named one by one, `Voltage.L1-N`; true = one of them has a reading. */
function single(words: string[], m: Measurand, values: (number | null)[]): boolean {
  let any = false;
  for (let n = 0; n < m[2] && m[2] > 2; n++) {
    const line = m[2] === 4 ? n : n + 1;
    if (!line || !words.includes(m[0] + '.L' + line + m[4])) values[m[1] + n] = null;
    else if (typeof values[m[1] + n] === 'number') any = true;
  }
  return any;
}

/** Bits of the measurands in a list that have a reading; at least the register. Phases that are not wanted lose theirs. */
export function mask(list: string, values: (number | null)[]): number {
  const names = NAMES.split(',');
  const words = list.split(',');
  const number = parseInt;
  let bits = 0;
  for (const name of words) {
    const i = names.indexOf(name);
    // The first of its readings that is there.
    const got = i < 0 ? null : (values[number(FIRST[i], 36)] ?? values[number(LAST[i], 36)]);
    if (typeof got === 'number') bits |= 1 << i;
  }
  for (let i = 0; i < MEASURANDS && list.indexOf('.L') >= 0; i++) {
    const m = measurand(i);
    if (!words.includes(m[0]) && single(words, m, values)) bits |= 1 << i;
  }
  return bits ? bits : 1;
}

/** Of the samples kept for the end of the transaction every second goes, up to number `n`, and from now on every second
 * is not kept. */
function thin(o: Ocpp, n: number): void {
  o.ds *= 2;
  for (let i = o.ds / 2; i < n; i += o.ds) o.c.f.del(kept(o.ref) + i.toString(36));
}

/** Kept for the end of the transaction; the last one always. */
function aside(o: Ocpp, ts: number, rest: string, last: boolean): void {
  const c = o.c;
  const n = o.d;
  o.d = n + 1;
  if (!last && n % o.ds) return;
  c.f.put(
    kept(o.ref) + n.toString(36),
    '[0,"M",' + o.ref + ',' + ts + ',' + c.rbc + rest + ']',
    last ? 0 : 1,
  );
  if (n / o.ds >= KEPT - 2) thin(o, last ? n : n + 1);
}

/** Takes a sample: for the queue as MeterValues of the measurands `list`, and aside those of `end`. What becomes of either has
 * a turn of its own. */
function take(o: Ocpp, context: string, ts: number, wh: number, list: string, end: string): void {
  const lists = list + ',' + end;
  const values = readings(o.c, wh, lists);
  if (lists.includes('Interval'))
    values[INTERVAL] = (o.c.f.part('derive') as Derive).interval(o, context, ts, wh);
  const all = JSON.stringify(values);
  if (list !== '-') o.ev.push(['m', ts, o.ref, all, context + list]);
  if (o.ref && end !== '' && end !== ',') o.ev.unshift(['a', ts, o.ref, all, context + end]);
}

/** The readings of a sample that was due a turn ago. What has happened since comes behind it. */
function taken(o: Ocpp): void {
  const e = o.ev.shift()!;
  const since = o.ev;
  o.ev = [];
  take(o, e[4][0], e[1], e[2], e[3], e[4].substr(1));
  o.ev = o.ev.concat(since);
}

/** A sample gets the bits of its measurands, and goes to the queue, or aside. */
function masked(o: Ocpp): void {
  const e = o.ev.shift()!;
  const context = e[4][0];
  const list = e[4].substr(1);
  const values = JSON.parse(e[3]) as (number | null)[];
  const bits = mask(list, values);
  const rest = ',"' + context + '",' + bits + ',' + (list.includes('.L') ? JSON.stringify(values) : e[3]);
  if (e[0] === 'm') {
    o.ev.unshift(['M', e[1], e[2], rest, '']);
    return;
  }
  if (context === 'B') o.ds = 1;
  aside(o, e[1], rest, context === 'E');
  o.ev.unshift(['N', 0, 0, '', '']);
}

/** The transaction goes on after a restart: what was noted last before it, and readings of now, at places that are kept. */
export function gap(o: Ocpp, open: number[]): void {
  const k = o.c.k;
  if (!k.oss && !k.osa) return;
  while (o.d / o.ds >= KEPT - 4) thin(o, o.d);
  o.d = Math.ceil(o.d / o.ds) * o.ds;
  o.c.f.put(
    kept(o.ref) + o.d.toString(36),
    '[0,"M",' + o.ref + ',' + open[1] + ',' + open[3] + ',"I",1,[' + open[2] + ']]',
  );
  o.d += o.ds;
  take(o, 'R', o.f.stamp(o), Math.floor(o.c.m.eto), '-', k.oss + ',' + k.osa);
}

/** Samples of the running transaction, at exact multiples of the interval from its start. */
function periodic(o: Ocpp): void {
  const c = o.c;
  const step = c.k.ocppi * 1000;
  const late = c.t - o.smp;
  if (!step || late < 0) return;
  o.smp += step * (Math.floor(late / step) + 1);
  const ts = o.f.stamp(o) - (late % step) * (c.w ? 1 : -1);
  o.ev.push(['k', ts, Math.floor(c.m.eto), c.k.oms, 'P' + c.k.oss]);
}

/** Samples on the clock's grid, from midnight UTC. `o.grid` = when the next one is due, ms since boot. */
function aligned(o: Ocpp): void {
  const c = o.c;
  const step = c.k.ocppai * 1000;
  const late = c.t - o.grid;
  if (late >= 0) {
    const ts = o.f.stamp(o) - late;
    if (late < step) o.ev.push(['k', ts, Math.floor(c.m.eto), c.k.oma, 'C' + c.k.osa]);
  }
  const day = c.f.wall(c) % 86400000;
  const rest = Math.min(step - (day % step), 86400000 - day);
  o.grid = c.t + rest;
}

/** Which moment comes next. After a change of settings or clock both grids are laid anew. */
function plan(o: Ocpp): void {
  const c = o.c;
  const step = c.k.ocppi * 1000;
  if (!o.nx) {
    o.grid = NEVER;
    if (o.ref && step && (o.smp < c.t || o.smp > c.t + step)) o.smp = c.t + step;
  }
  const grid = c.k.ocppai && c.w ? 1 : 0;
  if (!grid) o.grid = NEVER;
  if (o.ref && step) periodic(o);
  if (grid && (o.grid === NEVER || c.t >= o.grid)) aligned(o);
  o.nx = Math.min(o.ref && step ? o.smp : NEVER, o.grid);
}

/** Both ends of a transaction: register and time are those of the start and stop records. */
function edge(o: Ocpp): void {
  const e = o.ev.shift()!;
  const k = o.c.k;
  if (o.ref) take(o, e[0] === 'B' ? 'B' : 'E', e[1], e[2], '-', k.oss + ',' + k.osa);
}

export function watch(o: Ocpp): void {
  const kind = o.ev.length ? o.ev[0][0] : '';
  if (kind === 'm' || kind === 'a') masked(o);
  else if (kind === 'k') taken(o);
  else if (kind === 'B' || kind === 'X') edge(o);
  else plan(o);
}
