// Metering: the chip's readings become the lifetime register, and are watched: current against the offer, voltage, and
// whether the meter tells the truth.

import type { Charger } from './charger';
import { ease, raise } from './fault';
import { CURRENT, METER, VOLT_HIGH, VOLT_LOW, WELD } from './faults';
import { advance } from './strip';

/** Current that counts as a used phase, A. */
const USED = 0.5;
/** Weight of a reading in the mean of `tpa`: its time constant, ms. */
const MEAN = 30000;
/** More than offered: margin in A and factors, soft for SOFT ms, hard for HARD ms (EVerest, OpenEVCharger). */
const MARGIN = 0.5;
const SOFT = 7000;
const HARD = 5000;
/** After a lowered offer the larger one counts for the reaction time of the vehicle, ms. */
const REACT = 5000;
/** Bounds of a phase in use, V: 0.8 and 1.15 of 230 V; for HOLD ms. */
const LOW = 184;
const HIGH = 264.5;
const HOLD = 3000;
/** Current through an open contactor, A, for HOLD ms: welded. Filters of vehicles take some for a second after it has opened, ms. */
const LEAK = 1;
const SETTLED = 4000;
/** A meter is silent after this long; it lies when power and energy differ by half over this many Wh. */
const SILENT = 10000;
const SPAN = 100;

const r = {
  /** Register at boot; time of the last round. */
  base: 0,
  t: 0,
  /** Since when the current is too high, soft and hard; the voltage too low, too high. 0 = is not. */
  soft: 0,
  hard: 0,
  low: 0,
  high: 0,
  /** Since when current flows through an open contactor. */
  weld: 0,
  /** Offer on the wire, 0.1 A, and since when; the larger one that counts besides it for a while. */
  now: 0,
  from: 0,
  was: 0,
  /** Turns that a complete round of the chip still takes. */
  all: 0,
  /** Energy by integrating power, and by the register, since the last comparison, Wh. */
  sum: 0,
  reg: 0,
};

/** Starts from the register that flash holds. Nobody has charged yet: who is still plugged is told by the session. */
export function resume(c: Charger, wh: number): void {
  r.base = c.m.eto = c.ses.ep = wh;
  r.t = c.t;
  r.soft = r.hard = r.low = r.high = r.weld = r.sum = r.was = r.now = r.from = r.all = 0;
  r.reg = wh;
}

/** 1 = `bad` has lasted for `ms`; `since` is where its begin is noted. */
function lasts(
  c: Charger,
  bad: boolean,
  since: 'soft' | 'hard' | 'low' | 'high' | 'weld',
  ms: number,
): boolean {
  if (!bad) r[since] = 0;
  else if (!r[since]) r[since] = c.t;
  return bad && c.t - r[since] >= ms;
}

/** Offer on the wire, 0.1 A: duty() of core/pilot read backwards. */
function wire(duty: number): number {
  if (duty <= 0 || duty >= 10000) return 0;
  return duty <= 8500 ? duty * 0.06 : (duty - 6400) / 4;
}

/** Offer to compare with, A: the one before it was lowered while the vehicle may still follow. */
function offer(c: Charger): number {
  const now = wire(c.s.duty);
  const follows = c.t < r.from + REACT;
  if (now !== r.now) {
    r.was = follows ? Math.max(r.was, r.now) : r.now;
    r.now = now;
    r.from = c.t;
  } else if (!follows) r.was = 0;
  return Math.max(r.was, now) / 10;
}

function current(c: Charger): void {
  const i = c.b.meter!.i;
  const most = Math.max(i[0], i[1], i[2]);
  const may = offer(c) + MARGIN;
  // With the offer withdrawn the state machine opens within 6 s whatever flows.
  const open = !c.s.on || may <= MARGIN;
  const soft = lasts(c, !open && most > may * 1.1, 'soft', SOFT);
  const hard = lasts(c, !open && most > may * 1.2, 'hard', HARD);
  if (soft || hard) raise(c, CURRENT);
  else ease(c, CURRENT);
  const settled = !c.s.on && (!c.s.off || c.t - c.s.off > SETTLED);
  if (lasts(c, settled && most > LEAK, 'weld', HOLD)) raise(c, WELD);
  else if (most <= LEAK && !c.x.aux) ease(c, WELD);
}

function voltage(c: Charger): void {
  const v = c.b.meter!.v;
  const n = Math.min(c.b.phases, c.s.ph);
  let low = v[0];
  let high = v[0];
  for (let k = 1; k < n; k++) {
    if (v[k] < low) low = v[k];
    if (v[k] > high) high = v[k];
  }
  if (lasts(c, low < LOW, 'low', HOLD)) raise(c, VOLT_LOW);
  else if (low >= LOW) ease(c, VOLT_LOW);
  if (lasts(c, high > HIGH, 'high', HOLD)) raise(c, VOLT_HIGH);
  else if (high <= HIGH) ease(c, VOLT_HIGH);
}

/** Compares the register with the integral of the power: a wrong constant or a stuck counter shows. */
function honest(c: Charger): void {
  const by = c.m.eto - r.reg;
  if (r.sum < SPAN && by < SPAN) return;
  if (by < r.sum / 2 || by > r.sum * 2 + 10) raise(c, METER);
  else ease(c, METER);
  r.sum = 0;
  r.reg = c.m.eto;
}

/** A round of the chip is complete. */
function round(c: Charger): void {
  const chip = c.b.meter!;
  const m = c.m;
  const dt = c.t - r.t;
  r.t = c.t;
  m.eto = r.base + chip.wh;
  m.p = chip.p[0] + chip.p[1] + chip.p[2];
  m.avg += (m.p - m.avg) * Math.min(1, dt / MEAN);
  m.n = (chip.i[0] > USED ? 1 : 0) + (chip.i[1] > USED ? 1 : 0) + (chip.i[2] > USED ? 1 : 0);
  r.sum += (m.p * dt) / 3600000;
  if (chip.pulses) return;
  current(c);
  voltage(c);
}

/** The register, a turn later. */
function count(c: Charger): void {
  honest(c);
  advance(Math.floor(c.m.eto), c.s.on && !c.b.interlock ? 0 : 1);
}

/** Nothing to show any more; supervision has no eyes. */
function silent(c: Charger): void {
  c.m.p = c.m.n = 0;
  raise(c, METER);
}

/** Job: one step of the chip; a full round refreshes the totals in the next two. */
export function meter(c: Charger): void {
  const chip = c.b.meter;
  if (!chip) return;
  if (r.all === 2) {
    r.all = 1;
    if (c.t - r.t > SILENT) ease(c, METER);
    round(c);
  } else if (r.all) {
    r.all = 0;
    count(c);
  } else if (chip.sample()) r.all = 2;
  else if (c.t - r.t > SILENT && !chip.ok) silent(c);
}
