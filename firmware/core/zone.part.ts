// Part on call: the clock as clients write and read it: UTC, and local time with the rules of daylight saving.

import type { Charger } from './charger';

/** Exports of this part. */
export interface Zone {
  utc(c: Charger, v: string): string;
  loc(c: Charger): string;
  local(c: Charger): number;
}

const HOUR = 3600000;
const DAY = 86400000;

/** `n` digits of `v` at `at` as a number of `lo` to `hi`; NaN = something else. */
function digits(v: string, at: number, n: number, lo: number, hi: number): number {
  const part = v.substr(at, n);
  const d = part.length === n && /^[0-9]+$/.test(part) ? Number(part) : NaN;
  return d >= lo && d <= hi ? d : NaN;
}

/** Takes YYYY-MM-DDThh:mm:ss with or without ms and Z. */
export function utc(c: Charger, v: string): string {
  const sum =
    digits(v, 0, 4, 2024, 2099) +
    digits(v, 5, 2, 1, 12) +
    digits(v, 8, 2, 1, 31) +
    digits(v, 11, 2, 0, 23) +
    digits(v, 14, 2, 0, 59) +
    digits(v, 17, 2, 0, 59);
  if (sum !== sum || v[4] + v[7] + v[10] + v[13] + v[16] !== '--T::')
    return 'value must be UTC as 2026-01-31T12:00:00';
  c.f.clock(c, new Date(v.substr(0, 19) + '.000Z').getTime());
  return '';
}

/** Sunday on or after the day `from`, MM-DD, 0 h. */
function sunday(year: string, from: string): number {
  const t = new Date(year + '-' + from + 'T00:00:00.000Z').getTime();
  // 1 January 1970 was a Thursday, day 4 of the week.
  return t + ((10 - ((t / DAY) % 7)) % 7) * DAY;
}

/** By month from January on, for each rule: 1 = daylight saving, ? = from or to some Sunday. */
const MONTHS = ['', '00?111111?00', '00?1111111?0', '111?00000?11'];

/** Daylight saving at `t`, UTC, which is `local` in standard time: Europe at 1 h UTC, elsewhere at 2 h of the local clock. */
function turning(rule: number, t: number, local: number, year: string): boolean {
  if (rule === 1) return t >= sunday(year, '03-25') + HOUR && t < sunday(year, '10-25') + HOUR;
  if (rule === 2) return local >= sunday(year, '03-08') + 2 * HOUR && local < sunday(year, '11-01') + HOUR;
  return local >= sunday(year, '10-01') + 2 * HOUR || local < sunday(year, '04-01') + 2 * HOUR;
}

function summer(c: Charger, t: number): boolean {
  const local = t + c.k.tof * 60000;
  const day = c.f.iso(local);
  const how = MONTHS[c.k.tds][Number(day.substr(5, 2)) - 1];
  return how === '?' ? turning(c.k.tds, t, local, day.substr(0, 4)) : how === '1';
}

/** Minutes by which local time is ahead of UTC. */
function ahead(c: Charger, t: number): number {
  return c.k.tof + (c.k.tds && summer(c, t) ? 60 : 0);
}

/** Local time as ms since 1970; the clock must be known. */
export function local(c: Charger): number {
  const t = c.f.wall(c);
  return t + ahead(c, t) * 60000;
}

export function loc(c: Charger): string {
  const t = c.f.wall(c);
  const m = ahead(c, t);
  const a = Math.abs(m);
  const zone = ('' + Math.floor(a / 60)).padStart(2, '0') + ':' + ('' + (a % 60)).padStart(2, '0');
  return c.f.iso(t + m * 60000).slice(0, -1) + (m < 0 ? ' -' : ' +') + zone;
}
