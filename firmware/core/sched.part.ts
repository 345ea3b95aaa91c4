// Part on call: the weekly timers `sch_week`, `sch_satur`, `sch_sund`: checks what is written, says whether they forbid
// charging now, and when to look again: at the next edge of today's ranges, and at every full hour, since a day and
// daylight saving begin and end there. Without a clock none is applied.

import type { Charger } from './charger';
import { NONE } from './limits';
import type { Zone } from './zone.part';

/** What looks at something and says in `c.ns` or `c.nx` when to do so again. */
export interface Plan {
  look(c: Charger): void;
}

/** Exports of this part. */
export interface Sched extends Plan {
  check(c: Charger, v: unknown, n: number): string | undefined;
}

interface Moment {
  hour: number;
  minute: number;
  second?: number;
}
interface Timer {
  control: number;
  ranges: { begin: Moment; end: Moment }[];
}

const NAMES = ['sch_sund', 'sch_week', 'sch_week', 'sch_week', 'sch_week', 'sch_week', 'sch_satur'];
const RANGES = 5;
const HOUR = 3600;
const DAY = 86400;
/** A moment that never comes. */
const NEVER = 9e15;

function whole(v: unknown, most: number): boolean {
  return typeof v === 'number' && v >= 0 && v <= most && Math.floor(v) === v;
}

/** 1 = a time of day. */
function moment(m: Moment): boolean {
  return (
    !!m &&
    whole(m.hour, 24) &&
    whole(m.minute, 59) &&
    (m.second === undefined || whole(m.second, 59)) &&
    seconds(m) <= DAY
  );
}

function seconds(m: Moment): number {
  return m.hour * HOUR + m.minute * 60 + (m.second ? m.second : 0);
}

/** Checks a timer, a range in each turn `n`: '' or what is wrong with it, undefined = there is more to check. */
export function check(c: Charger, v: unknown, n: number): string | undefined {
  const t = v as Timer;
  if (!n) {
    if (!t || !whole(t.control, 4) || !Array.isArray(t.ranges))
      return 'value must be {"control":0,"ranges":[]}';
    if (t.control > 2) return 'control 3 and 4 are not built: it is not known where energy comes from';
    return t.ranges.length > RANGES || JSON.stringify(t).length > 600 ? 'up to 5 ranges' : undefined;
  }
  const r = t.ranges[n - 1];
  if (n > t.ranges.length) return '';
  return !r || !moment(r.begin) || !moment(r.end)
    ? 'a range is {"begin":{"hour":22,"minute":0},"end":{"hour":6,"minute":0}}'
    : undefined;
}

function timer(c: Charger, name: string): Timer | undefined {
  const text = c.f.get('k.' + name);
  const t = text === undefined ? undefined : (JSON.parse(text) as Timer);
  return t && t.control ? t : undefined;
}

/** 1 = `s`, seconds of the day, is in the range. */
function within(s: number, begin: number, end: number): boolean {
  return begin < end ? s >= begin && s < end : begin > end && (s >= begin || s < end);
}

/** Whether today's timer forbids, and when that may change. */
function today(c: Charger): void {
  const now = (c.f.part('zone') as Zone).local(c) / 1000;
  const t = timer(c, NAMES[(Math.floor(now / DAY) + 4) % 7]);
  const s = now % DAY;
  let next = HOUR - (s % HOUR);
  let inside = 0;
  for (const r of t ? t.ranges : []) {
    const begin = seconds(r.begin);
    const end = seconds(r.end);
    if (within(s, begin, end)) inside = 1;
    if (begin > s) next = Math.min(next, begin - s);
    if (end > s) next = Math.min(next, end - s);
  }
  c.sch = t && inside === t.control - 1 ? 1 : 0;
  c.ns = c.t + Math.ceil(next * 1000);
}

export function look(c: Charger): void {
  const any = timer(c, 'sch_week') || timer(c, 'sch_satur') || timer(c, 'sch_sund');
  const known = c.f.wall(c);
  c.ns = NEVER;
  c.sch = 0;
  if (c.k.lmo === 3) {
    c.how = any && !known ? 14 : 13;
    // A look on the way here may have found the other mode.
    c.lim.lmo = NONE;
  }
  if (c.k.lmo !== 4) c.one = 0;
  if (any && known) today(c);
}
