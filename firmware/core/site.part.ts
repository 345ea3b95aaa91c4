// Part on call: takes in what a controller of the site tells with `ids`, for the surplus mode.

import type { Charger, Surplus } from './charger';

/** Exports of this part. */
export interface Site {
  push(c: Charger, v: unknown): string;
}

/** Older values say nothing about now, ms. */
const STALE = 10000;
/** Weight of new values in the smoothed surplus: three of them, some 15 s, are most of it. */
const WEIGHT = 0.4;
/** Greatest power that is believed, W. */
const MOST = 1000000;
/** Volts where no meter says it. */
const VOLTS = 230;

function power(v: unknown): boolean {
  return typeof v === 'number' && v > -MOST && v < MOST;
}

function none(v: unknown): boolean {
  return v === undefined || v === null;
}

/** What the vehicle takes now, W: as measured, or as offered where nobody measures. */
function own(c: Charger): number {
  if (c.b.meter && c.b.meter.ok) return c.m.p;
  return c.s.on ? (c.x.amps * VOLTS * c.s.ph) / 10 : 0;
}

/** `ids`: {pGrid, pPv, pAkku}. */
export function push(c: Charger, v: unknown): string {
  const o = v as { pGrid: number; pPv?: number | null; pAkku?: number | null };
  if (!o || !power(o.pGrid) || !(none(o.pPv) || power(o.pPv)) || !(none(o.pAkku) || power(o.pAkku)))
    return 'value must be {"pGrid":W,"pPv":W,"pAkku":W}, the last two optional';
  const was = c.pv;
  const s: Surplus = was ?? { g: 0, p: null, a: null, at: 0, s: 0, on: 0, t: 0, d: 0, ps: 0, k: [] };
  // What leaves a battery is no surplus.
  const now = own(c) - o.pGrid - Math.max(0, o.pAkku ? o.pAkku : 0);
  s.s = was && c.t - s.at < STALE ? s.s + (now - s.s) * WEIGHT : now;
  s.g = o.pGrid;
  s.p = o.pPv ?? null;
  s.a = o.pAkku ?? null;
  s.at = c.t;
  c.pv = s;
  c.nx = 0;
  return '';
}
