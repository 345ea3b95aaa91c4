// Part on call: takes samples, when they are due and at both ends of a transaction. A record holds its context letter, the
// bits of its measurands and all readings.

import type { Charger } from '../core/charger';
import { MEASURANDS, measurand } from './measurand';
import type { Measurand } from './measurand';
import { NEVER, VOLTS } from './state';
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

function fixed(v: number, digits: number): number {
  return parseFloat(v.toFixed(digits));
}

/** With `ocppr` the phases are told as the grid has them: R, S and T in ConnectorPhaseRotation are L1, L2 and L3. */
function wiring(c: Charger): string {
  for (const w of c.f.get('k.ocppr') === '1' ? c.k.ocr.split(',') : [])
    if (w[0] === '1' && w.length === 5) return w.substr(2);
  return 'RST';
}

/** Phases that are not wired have no reading, and none has where pulses are counted. */
function phases(c: Charger, order: string, values: number[], digits: number): (number | null)[] {
  const out: (number | null)[] = [null, null, null];
  for (let i = 0; i < c.b.phases && !c.b.meter!.pulses; i++)
    out['RST'.indexOf(order[i])] = fixed(values[i], digits);
  return out;
}

/** Power over volts times amperes, of all phases and of each: null without current. */
function factors(all: (number | null)[]): (number | null)[] {
  const out: (number | null)[] = [null, null, null, null];
  let va = 0;
  for (let i = 0; i < 3; i++) {
    const s = all[5 + i]! * all[8 + i]!;
    va += s;
    if (s > 0) out[i + 1] = fixed(Math.min(all[2 + i]! / s, 1), 2);
  }
  if (va > 0) out[0] = fixed(Math.min(all[1]! / va, 1), 2);
  return out;
}

/** All readings of now that the lists may want, in the order of the measurands; `wh` = the register. */
export function readings(c: Charger, wh: number, lists: string): (number | null)[] {
  const m = c.b.meter;
  const order = wiring(c);
  const warm = (i: number): number | null => (c.x.tmp[i] === undefined ? null : fixed(c.x.tmp[i]!, 1));
  const out: (number | null)[] = [wh];
  const chip =
    m && m.ok
      ? [Math.round(c.m.p) as number | null].concat(
          phases(c, order, m.p, 0),
          phases(c, order, m.i, 2),
          phases(c, order, m.v, 1),
          m.hz ? fixed(m.hz, 2) : null,
        )
      : [null, null, null, null, null, null, null, null, null, null, null];
  const offered = c.s.duty > 0 && c.s.duty < 10000 ? c.x.amps / 10 : 0;
  const all = out.concat(chip, offered, warm(0), warm(1), Math.round(offered * VOLTS * c.s.ph));
  // These take their time: only for those who want them.
  return lists.includes('Factor') || lists.includes('Interval') ? all.concat(factors(all), null) : all;
}

function given(v: number | null | undefined): boolean {
  return v !== null && v !== undefined;
}

/** Leaves of a measurand the phases that are named one by one, `Voltage.L1-N`; true = one of them has a reading. */
function single(words: string[], m: Measurand, values: (number | null)[]): boolean {
  let any = false;
  for (let n = 0; n < m[2] && m[2] > 2; n++) {
    const line = m[2] === 4 ? n : n + 1;
    if (!line || !words.includes(m[0] + '.L' + line + m[4])) values[m[1] + n] = null;
    else if (given(values[m[1] + n])) any = true;
  }
  return any;
}

/** Bits of the measurands in a list that have a reading; at least the register. Phases that are not wanted lose theirs. */
export function mask(list: string, values: (number | null)[]): number {
  const words = list.split(',');
  const some = list.indexOf('.L') >= 0;
  let bits = 0;
  for (let i = 0; i < MEASURANDS; i++) {
    const m = measurand(i);
    const there = given(values[m[1]]) || given(values[m[1] + m[2] - 1]);
    if (words.includes(m[0]) ? there : some && single(words, m, values)) bits |= 1 << i;
  }
  return bits ? bits : 1;
}

/** Where sample `n` of the running transaction is kept for its end. */
function key(o: Ocpp, n: number): string {
  return 'd' + (o.ref % 8) + n.toString(36);
}

/** Of the samples kept for the end of the transaction every second goes, up to number `n`, and from now on every second
 * is not kept. */
function thin(o: Ocpp, n: number): void {
  o.ds *= 2;
  for (let i = o.ds / 2; i < n; i += o.ds) o.c.f.del(key(o, i));
}

/** Kept for the end of the transaction; the last one always. */
function aside(o: Ocpp, ts: number, rest: string, last: boolean): void {
  const c = o.c;
  const n = o.d;
  o.d = n + 1;
  if (!last && n % o.ds) return;
  c.f.put(key(o, n), '[0,"M",' + o.ref + ',' + ts + ',' + c.rbc + rest + ']');
  if (n / o.ds >= KEPT - 2) thin(o, last ? n : n + 1);
}

/** Energy since the sample of this kind before, Wh; null = that one is missing. The first of a transaction counts from its start. */
function interval(o: Ocpp, context: string, ts: number, wh: number): number | null {
  const f = o.c.f;
  const key = 'm' + context;
  const step = (context === 'P' ? o.c.k.ocppi : o.c.k.ocppai) * 1000;
  if (context !== 'P' && context !== 'C') return null;
  const k = JSON.parse(f.get(key) ?? '[-1,0,0]') as number[];
  f.put(key, '[' + o.ref + ',' + ts + ',' + wh + ']');
  if (context === 'P' && k[0] !== o.ref) return wh - Math.floor(o.c.ses.e0);
  return Math.abs(ts - k[1] - step) < 1000 ? wh - k[2] : null;
}

/** Takes a sample: for the queue as MeterValues of the measurands `list`, and aside those of `end`. The part `queue` has a
 * turn of its own. */
function take(o: Ocpp, context: string, ts: number, wh: number, list: string, end: string): void {
  const lists = list + ',' + end;
  const all = readings(o.c, wh, lists);
  const head = ',"' + context + '",';
  const none = !o.ref || end === '' || end === ',';
  if (lists.includes('Interval')) all[INTERVAL] = interval(o, context, ts, wh);
  // Each list leaves its own phases.
  const kept = none ? all : all.concat();
  if (list !== '-') o.ev.push(['M', ts, o.ref, head + mask(list, all) + ',' + JSON.stringify(all), '']);
  if (none) return;
  if (context === 'B') o.ds = 1;
  aside(o, ts, head + mask(end, kept) + ',' + JSON.stringify(kept), context === 'E');
  o.ev.unshift(['N', 0, 0, '', '']);
}

/** The transaction goes on after a restart: what was noted last before it, and readings of now, at places that are kept. */
export function gap(o: Ocpp, open: number[]): void {
  const k = o.c.k;
  if (!k.oss && !k.osa) return;
  while (o.d / o.ds >= KEPT - 4) thin(o, o.d);
  o.d = Math.ceil(o.d / o.ds) * o.ds;
  o.c.f.put(key(o, o.d), '[0,"M",' + o.ref + ',' + open[1] + ',' + open[3] + ',"I",1,[' + open[2] + ']]');
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
  take(o, 'P', o.f.stamp(o) - (late % step) * (c.w ? 1 : -1), Math.floor(c.m.eto), c.k.oms, c.k.oss);
}

/** Samples on the clock's grid, from midnight UTC. `o.grid` = when the next one is due, ms since boot. */
function aligned(o: Ocpp): void {
  const c = o.c;
  const step = c.k.ocppai * 1000;
  const late = c.t - o.grid;
  if (late >= 0) {
    const ts = o.f.stamp(o) - late;
    if (late < step) take(o, 'C', ts, Math.floor(c.m.eto), c.k.oma, c.k.osa);
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
  if (o.ev.length && 'BX'.includes(o.ev[0][0])) edge(o);
  else plan(o);
}
