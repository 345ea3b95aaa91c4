// Part on call: the next trip (`lmo` 5): `ate` Wh in the vehicle at `att`, begun as late as that allows. How much it draws is
// learnt in the first minute of a plug-in. Without a clock it charges at once.

import type { Charger, Limits, Trip } from './charger';
import { FLOOR, NONE } from './limits';
import type { Zone } from './zone.part';

/** Looked at again after, ms. */
const AGAIN = 10000;
/** Draws for so long before its power is believed, ms, and at least so much, W. */
const LEARN = 60000;
const DRAWS = 500;
/** Vehicles slow down at the end: more time by a tenth, and ten minutes, ms. */
const MORE = 1.1;
const SPARE = 600000;
const HOUR = 3600000;
const DAY = 86400000;

function setting(c: Charger, key: string): number {
  const text = c.f.get('k.' + key);
  return text === undefined ? (c.f.row(key)![5] as number) : +text;
}

function say(c: Charger, how: number): void {
  c.how = how;
  c.lim.lmo = how === 18 ? 0 : NONE;
}

/** Current that everybody else allows, 0.1 A. */
function allowed(lim: Limits): number {
  let least = NONE;
  for (const k of Object.keys(lim) as (keyof Limits)[]) if (k !== 'lmo' && lim[k] < least) least = lim[k];
  return Math.max(FLOOR, least);
}

/** Measures what the vehicle draws; modelStatus meanwhile. */
function learn(c: Charger, s: Trip): number {
  if (!c.s.on || c.m.p < DRAWS) s.t = 0;
  else if (!s.t) s.t = c.t;
  else if (c.t - s.t >= LEARN) {
    s.w = c.m.p;
    s.a = c.x.amps;
  }
  return 8;
}

/** Begins when the time that is left is what it takes. More current than at the measurement may not be more power. */
function wait(c: Charger, s: Trip, left: number): number {
  const takes = (left / (s.w * Math.min(1, allowed(c.lim) / s.a))) * HOUR * MORE + SPARE;
  const now = (c.f.part('zone') as Zone).local(c) % DAY;
  const until = (s.by * 1000 - now + DAY) % DAY;
  if (!s.on && takes >= until) s.on = takes > until + SPARE ? 9 : 10;
  return s.on ? s.on : 18;
}

function trip(c: Charger): number {
  let s = c.tr;
  if (!s || s.ep !== c.ses.ep) {
    // Finding the settings is a step of its own.
    s = { ep: c.ses.ep, w: 0, a: 0, t: 0, on: 0, wh: setting(c, 'ate'), by: setting(c, 'att') };
    c.tr = s;
    c.nx = 0;
    return c.how === 18 ? 18 : 8;
  }
  const left = s.wh - (c.m.eto - s.ep);
  if (left <= 0) return 18;
  return s.w ? wait(c, s, left) : learn(c, s);
}

export function look(c: Charger): void {
  c.nx = c.t + AGAIN;
  if (c.frc === 2) say(c, 13);
  else if (!c.ses.on) say(c, 10);
  else say(c, c.f.wall(c) ? trip(c) : 11);
}
