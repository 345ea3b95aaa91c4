// The two clocks: monotonic ms since boot, and the wall clock as an offset to it. Nobody sets the engine's own clock,
// because its timers and getTime() would jump with it.

import type { Charger } from './charger';
import { date } from './session';

/** The engine's clock at the start of the script: it runs on over a reload, and may start anywhere. */
let start = 0;

/** Begins the count of ms since boot. */
export function origin(): void {
  start = getTime();
}

/** The engine's time at boot, s: for those who cannot afford the call of now(). */
export function started(): number {
  return start;
}

/** ms since boot. */
export function now(): number {
  return Math.round((getTime() - start) * 1000);
}

/** ms since 1970, 0 = not known yet. */
export function wall(c: Charger): number {
  return c.w ? c.t + c.w : 0;
}

/** Sets the wall clock: schedules look again, and the start of a transaction gets its time. */
export function clock(c: Charger, ms: number): void {
  const first = !c.w;
  c.w = ms - c.t;
  c.ns = c.nx = 0;
  if (first) date(c);
}

/** ISO 8601 with ms and Z. */
export function iso(ms: number): string {
  return new Date(Math.floor(ms)).toISOString();
}
