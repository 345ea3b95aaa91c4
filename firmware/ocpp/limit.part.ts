// Part on call: what the charging profiles allow at a moment, OCPP 1.6 3.13. Each stored profile says what it wants and until
// when; of each purpose the highest stack level that wants something counts, and the least of the purposes is the limit.
// `watch` makes it the charger's limit. While the clock is unknown nobody knows which period it is: then the least limit of
// all that is installed holds.

import { FLOOR, NONE } from '../core/limits';
import type { Restore } from './restore.part';
import { NEVER, PERIOD, PROFILES, VOLTS, head } from './state';
import type { Ocpp } from './state';

/** One phase is asked for at once, three again so long after the last time, ms. */
const REST = 300000;
/** A pause lasts this long, ms, unless this much is allowed after it, 0.1 A. */
const PAUSE = 10000;
const CLEAR = FLOOR + 5;
/** Empty slots that are looked at in one step. */
const STEP = 3;

/** What a profile wants. */
export interface Want {
  /** Purpose; stack level and connector in one number; number of the installation. */
  p: number;
  k: number;
  q: number;
  /** 0 not valid now, 1 valid, 2 and has a limit. */
  s: number;
  /** Limit in tenths, 1 = of a watt, and its phases. */
  l: number;
  w: number;
  n: number;
  /** Until when, s since 1970. */
  u: number;
}

/** All of them at a moment. */
export interface Survey {
  /** The moment and the start of the transaction, s since 1970; 0 = unknown. */
  t: number;
  tx: number;
  /** Next slot to look at; what each wants, 0 = empty slot. */
  i: number;
  wants: (Want | 0)[];
}

/** Limit in tenths of A per phase or W in all, NEVER = none; phases; until when it holds. */
export interface Held {
  l: number;
  n: number;
  u: number;
}

/** Exports of this part. */
export interface Limit {
  begin(o: Ocpp): Survey;
  step(o: Ocpp, s: Survey): boolean;
  fold(o: Ocpp, s: Survey, watts: number): Held;
}

/** Starts a survey of now. */
export function begin(o: Ocpp): Survey {
  const c = o.c;
  const t = Math.floor(c.f.wall(c) / 1000);
  // Where no transaction runs, it starts now.
  return { t, tx: c.ses.on ? Math.floor((c.ses.t0 + c.w) / 1000) : t, i: 0, wants: [] };
}

/** 1 = a TxProfile whose transaction is over, or that waits for one which will not come. */
function dead(o: Ocpp, h: number[]): boolean {
  const ses = o.c.ses;
  if (h[2] !== 2) return false;
  return ses.on ? h[5] !== ses.n : h[5] !== ses.n + 1 || (!ses.ok && !o.tag);
}

function until(r: Want, t: number): void {
  if (t < r.u) r.u = t;
}

/** The last period that has begun at `off` s, and when the next one does. */
function period(r: Want, text: string, off: number): number {
  const at = text.indexOf(']') + 1;
  let lo = 0;
  let hi = (text.length - at) / PERIOD;
  const n = hi;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (parseInt(text.substr(at + mid * PERIOD, 6), 36) > off) hi = mid;
    else lo = mid;
  }
  const from = at + lo * PERIOD;
  r.s = 2;
  r.l = parseInt(text.substr(from + 6, 5), 36);
  r.n = parseInt(text[from + 11], 10);
  return hi < n ? parseInt(text.substr(from + PERIOD, 6), 36) : NEVER;
}

/** Where in its schedule a valid profile is. */
function place(r: Want, h: number[], text: string, s: Survey): void {
  const every = h[8];
  let base = every === 1 ? s.tx : h[9];
  if (s.t < base) {
    until(r, base);
    return;
  }
  if (every > 1) {
    base = s.t - ((s.t - base) % every);
    until(r, base + every);
  }
  const off = s.t - base;
  if (h[10] >= 0) {
    if (off >= h[10]) return;
    until(r, base + h[10]);
  }
  until(r, base + period(r, text, off));
}

/** What the profile in slot `i` wants. */
function want(o: Ocpp, s: Survey, i: number): Want | 0 {
  const text = o.c.f.get('p' + i);
  if (text === undefined) return 0;
  const h = head(text);
  if (dead(o, h)) {
    o.c.f.del('p' + i);
    return 0;
  }
  const r = { p: h[2], k: h[3] * 2 + h[4], q: h[0], s: 0, l: h[12], w: h[11], n: h[13], u: NEVER };
  // Without a clock it is the least of its limits, in 0.1 A.
  if (!s.t) r.w = 0;
  else if (s.t < h[6]) r.u = h[6];
  else if (!h[7] || s.t < h[7]) {
    r.s = 1;
    r.u = h[7] ? h[7] : NEVER;
    place(r, h, text, s);
  }
  return r;
}

/** Looks at the next profile that has not been looked at, or that wants something else by now; true = there was none. */
export function step(o: Ocpp, s: Survey): boolean {
  const all = s.wants;
  let n = STEP;
  if (o.bare) return true;
  while (s.i < PROFILES) {
    const i = s.i++;
    const r = all[i];
    if (r !== undefined && (!r || r.u > s.t)) continue;
    all[i] = want(o, s, i);
    if (all[i] || !--n) return false;
  }
  return true;
}

/** Takes a limit into account. */
function lower(a: Held, r: Want, watts: number): void {
  const v = VOLTS * r.n;
  const l = r.w === watts ? r.l : watts ? r.l * v : r.l / v;
  if (l < a.l) a.l = l;
  if (r.n < a.n) a.n = r.n;
}

function above(r: Want, best: Want | undefined): boolean {
  return !best || r.k > best.k || (r.k === best.k && r.q > best.q);
}

/** A default of the whole charge point gives way to one of the connector at the same level, valid or not: true = it did. */
function hidden(s: Survey, best: Want): boolean {
  if (best.k & 1) return false;
  for (const r of s.wants)
    if (r && r.p === 1 && r.k === best.k + 1) {
      best.s = 1;
      return true;
    }
  return false;
}

/** The limit of all profiles together, in watts or in amperes. */
export function fold(o: Ocpp, s: Survey, watts: number): Held {
  const a = { l: NEVER, n: 3, u: NEVER };
  const best: (Want | undefined)[] = [undefined, undefined, undefined];
  let own = 0;
  for (const r of s.wants)
    if (r) {
      if (r.u < a.u) a.u = r.u;
      if (!s.t) lower(a, r, 0);
      else if (r.s) {
        if (r.p === 2) own = 1;
        if (r.s === 2 && above(r, best[r.p])) best[r.p] = r;
      }
    }
  if (best[1] && hidden(s, best[1])) return fold(o, s, watts);
  if (best[0]) lower(a, best[0], watts);
  // A TxProfile hides the defaults as long as it is valid, also where its schedule has ended.
  const tx = best[2] ?? (own && !o.c.k.opf ? undefined : best[1]);
  if (tx) lower(a, tx, watts);
  return a;
}

/** Rounded down to 0.1 A; a pause that ends with little more than the least current lasts a while. */
function amps(o: Ocpp, a: Held): void {
  const c = o.c;
  const to = o.den ? 0 : Math.floor(Math.min(a.l, NONE));
  const was = c.lim.ocpp;
  const rest = c.s.at + PAUSE;
  if (to === was) return;
  if (to >= FLOOR && to < CLEAR && was < FLOOR && c.ses.on && c.t < rest) {
    o.pn = Math.min(o.pn, rest);
    return;
  }
  // After a boot it is no news that there is none.
  if (to < NONE || o.ld < 0) c.f.log('ocpp', to < NONE ? 'limit ' + to / 10 + ' A' : 'no limit');
  c.lim.ocpp = to;
  c.dirty = 1;
}

/** Asks for one phase or does not; nothing changes while there is no current to share out. */
function phases(o: Ocpp, n: number): void {
  const c = o.c;
  const rest = o.p1 + REST;
  if (c.lim.ocpp < FLOOR || (n === 1) === (c.o.ph === 1)) return;
  if (n === 1) o.p1 = c.t;
  else if (c.ses.on && c.t < rest) {
    o.pn = Math.min(o.pn, rest);
    return;
  }
  c.o.ph = n === 1 ? 1 : 0;
}

function apply(o: Ocpp, a: Held): void {
  o.pn = a.u === NEVER ? NEVER : a.u * 1000 - o.c.w;
  amps(o, a);
  phases(o, a.n);
}

/** The clock has been set: the grid of the meter values has moved, and a transaction of an earlier boot shows its age. What
 * happened before is told by it, over the next boot too: [boot, offset of its clock] of this one and the one before. False =
 * there is more to do, in turns of its own. */
function moved(o: Ocpp): boolean {
  const c = o.c;
  o.nx = 0;
  if (!c.w) return true;
  // To load it is enough for one turn.
  const part = o.ref ? (c.f.ready('restore') as Restore | undefined) : undefined;
  if (o.ref && !part) return false;
  const old = JSON.parse(c.f.get('bw') ?? '[0,0]') as number[];
  if (old[0] !== c.rbc && c.f.put('bw', JSON.stringify([c.rbc, c.w, old[0], old[1]]))) return false;
  if (part) part.outlived(o);
  return true;
}

/** A turn of the look at now. What changes meanwhile makes another one. */
export function watch(o: Ocpp): void {
  if (!o.on) {
    o.pw = o.c.w;
    o.ps = undefined;
    apply(o, { l: NEVER, n: 3, u: NEVER });
    return;
  }
  if (o.pw !== o.c.w) {
    // Enough for one turn.
    if (!moved(o)) return;
    o.ps = undefined;
    o.pn = 0;
    o.pw = o.c.w;
    return;
  }
  if (!o.ps || !o.pn) {
    o.ps = begin(o);
    o.pn = 1;
  }
  const s = o.ps as Survey;
  if (!step(o, s)) return;
  o.ps = undefined;
  o.bare = s.wants.some((r) => r !== 0) ? 0 : 1;
  apply(o, fold(o, s, 0));
}
