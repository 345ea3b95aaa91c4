// Named current limits. Whoever wants less writes its own name; the least wins and is named. Nothing else but faults
// and access stops a charge.

import type { Charger, Limits } from './charger';
import { METER } from './faults';

/** No wish: above every current that a pilot can code, 0.1 A. */
export const NONE = 999;
/** Least current of the pilot code, 0.1 A. */
export const FLOOR = 60;
/** Most for a vehicle with the simplified pilot circuit, which cannot read the duty: IEC 61851-1 A.2.3, 0.1 A. */
const SIMPLE = 100;
/** Most while the meter does not answer, so that nobody watches what the vehicle draws, 0.1 A. */
const BLIND = 160;

/** At hand: the engine would look for it behind all of our names. */
const min = Math.min;

/** The least limit, 0.1 A; below 6 A there is nothing to offer, so 0. Never rounded up to 6 A. */
export function least(l: Limits): number {
  const amps = min(l.brd, l.cbl, l.usr, l.ocpp, l.temp, l.car, l.mtr, l.lmo);
  return amps < FLOOR ? 0 : amps;
}

/** Fills in the limits that follow from settings, cable and vehicle. */
export function settle(c: Charger): void {
  const lim = c.lim;
  const away = c.k.ocppf !== null && c.k.ocppe && !c.o.ok ? c.k.ocppf : NONE;
  const usr = min(c.k.amp, c.k.ama, away) * 10;
  lim.brd = c.b.amps * 10;
  lim.cbl = c.x.cbl ? c.x.cbl * 10 : NONE;
  lim.usr = usr < c.k.mca * 10 ? 0 : usr;
  // Until the plug is pulled: it would ask again with every offer.
  if (c.x.cp === 'D' && !c.x.vent) c.x.sim = 2;
  lim.car = c.x.sim ? (c.x.sim === 1 ? SIMPLE : 0) : NONE;
  lim.mtr = c.x.err & METER ? BLIND : NONE;
}
