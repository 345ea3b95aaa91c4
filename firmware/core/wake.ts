// Waking a vehicle that sleeps on an offer (IEC 61851-1 A.5.3; times as WARP has them): once a plug-in, short and long F with
// steady +12 V between. Only where the vehicle has not charged for an hour: some take F for a fault of the charger.

import { LOW, PWM } from './charge';
import type { Charger } from './charger';

/** The first row, and all of them: ms since the offer began, and what the pilot does from then on. */
const FIRST = 90000;
const ROWS = new Int32Array([FIRST, LOW, 94000, 0, 124000, LOW, 154000, 0, 158000, PWM]);
/** Since the last C, ms. */
const COLD = 3600000;

/** Offer without an answer since; last C or D; 1 = done for this plug-in. */
export const w = { from: 0, hot: -COLD, done: 0 };

/** The vehicle has answered, or the offer was withdrawn: what has begun by then is not begun again. */
function over(c: Charger): void {
  if (w.from && c.t - w.from >= FIRST) w.done = 1;
  w.from = 0;
}

/** Forgets the plug-in, and an offer that is over. */
export function asleep(c: Charger): void {
  if (c.x.cp !== 'B' || c.s.st !== 'B2') over(c);
  if (c.x.cp === 'A') w.done = 0;
  if (c.s.on) w.hot = c.t;
}

/** What B2 drives now, behind B: `d`, or a row of the wake-up in place of its PWM. */
export function rouse(c: Charger, d: number, soon: (t: number) => void): number {
  if (w.done || c.t - w.hot < COLD) return d;
  if (!w.from) w.from = c.t;
  const age = c.t - w.from;
  if (age < FIRST) {
    soon(w.from + FIRST);
    return d;
  }
  let i = 0;
  while (i < ROWS.length && age >= ROWS[i]) i += 2;
  if (i === ROWS.length) w.done = 1;
  else soon(w.from + ROWS[i]);
  return i ? (d & ~PWM) | ROWS[i - 1] : d;
}
