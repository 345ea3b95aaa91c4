// The charging scan: read, step, drive, every 20 ms. A scan in which nothing changed ends in a handful of
// comparisons; all else is in functions of its own, because the engine reads past every statement that it skips.

import type { Bit } from '../../hal/types';
import { judge } from './access';
import { DRIVE, LOCK, LOW, POWER, PWM, step } from './charge';
import type { Charger, Letter } from './charger';
import { ease, pulled, raise } from './fault';
import { CABLE, DIODE, PILOT, STUCK, WELD } from './faults';
import { settle } from './limits';
import { BOTTOM, duty, letter, readings, window } from './pilot';
import { proved, tripped } from './rcm';
import { plug, tell, unplug } from './session';
import { COIL, LETTER, MIRROR, OFFER, STATE, mark } from './trace';
import { rouse } from './wake';

/** The contactor's mirror contact must follow the coil within this time, ms. */
const FOLLOW = 500;
/** Rest between two closings, ms. */
const DWELL = 5000;
/** Steady +12 V before PWM starts again, ms. */
const X1 = 3000;
/** Between two changes of the duty, ms: the car has 5 s to follow the first. */
const SPACING = 5000;
/** What the scan expects and counts. */
const START = {
  /** Next full scan at the latest. */
  due: 0,
  /** Inputs at the last full scan, as `look` has them. */
  io: -1,
  /** Reading that differs from the confirmed letter, and how often in a row. */
  raw: '?' as Letter,
  n: 0,
  /** Diode readings in a row, good above 0, bad below. */
  d: 0,
  /** 1 = a car is plugged. */
  in: 0 as Bit,
  /** Times: coil switched, pilot went steady. */
  coil: 0,
  x1: -X1,
};
const n = Object.assign({}, START);
/** Mirror contact and trip output in one number. */
let look: () => number;

/** Shortens the wait until the next full scan. */
function soon(t: number): void {
  if (t < n.due) n.due = t;
}

function open(c: Charger, cp: Letter): void {
  const w = window(cp);
  c.b.pilot.watch(w[0], w[1], BOTTOM);
  n.n = 0;
}

/** A new confirmed letter, and what it means for the plug. */
function confirm(c: Charger, cp: Letter): void {
  const was = c.x.cp;
  c.x.cp = cp;
  open(c, cp);
  mark(LETTER, 'ABCDEF?'.indexOf(cp));
  if ('ABCD'.includes(cp)) ease(c, PILOT);
  else raise(c, PILOT);
  if (cp === 'B') c.x.sim = 0;
  // A car that is plugged with S2 closed while nothing is on offer does not read the pilot; after a power failure it may
  // be one that has not opened S2 yet.
  if (was === 'A' && (cp === 'C' || cp === 'D')) c.x.sim = 1;
  const plugged = cp === 'A' ? 0 : 'BCD'.includes(cp) ? 1 : n.in;
  if (plugged === n.in) return;
  n.in = plugged;
  if (plugged) arrive(c);
  else depart(c);
}

function arrive(c: Charger): void {
  c.x.dio = 0;
  c.x.tst = 0;
  n.d = 0;
  cable(c);
  plug(c);
}

function depart(c: Charger): void {
  c.x.dio = 0;
  c.x.sim = 0;
  c.x.cbl = 0;
  ease(c, CABLE);
  ease(c, DIODE);
  ease(c, STUCK);
  pulled(c);
  unplug(c);
}

/** Latches the cable rating for this plug-in. */
function cable(c: Charger): void {
  const amps = c.b.proximity ? c.b.proximity.read() : 0;
  c.x.cbl = amps > 0 ? amps : 0;
  if (c.b.proximity && amps <= 0) raise(c, CABLE);
}

/** Debounces the letter: see readings(). */
function read(c: Charger): void {
  const l = letter(c.b.pilot.hi);
  if (c.s.duty === 0) return; // steady -12 V hides the car
  if (l === c.x.cp) n.n = 0;
  else count(c, l);
}

function count(c: Charger, l: Letter): void {
  const cp = c.x.cp;
  // Whatever follows C or D is a leaving, even while the level still moves through the windows.
  if (l !== n.raw && cp !== 'C' && cp !== 'D') n.n = 0;
  n.raw = l;
  if (++n.n < readings(cp, l)) return;
  confirm(c, l === '?' && (cp === 'C' || cp === 'D') ? 'B' : l);
}

/** Readings in a row: until the diode counts as there, as gone, and as never having been there. */
const SEEN = 5;
const GONE = -5;
const NEVER = -50;

/** The low half of the PWM must reach -12 V: only the car's diode lets it. `n.d` counts good readings, or bad below 0. */
function diode(c: Charger): void {
  if (c.s.duty === 10000 || c.s.duty === 0 || c.x.cp === 'A') return;
  const good = c.b.pilot.lo < BOTTOM;
  n.d = good ? Math.max(n.d, 0) + 1 : Math.min(n.d, 0) - 1;
  if (n.d === SEEN) c.x.dio = 1;
  else if (n.d === (c.x.dio ? GONE : NEVER)) missing(c);
}

/** Without PWM there is nothing to see, so the cause is gone at once: the wait of the table, then another try. */
function missing(c: Charger): void {
  unproved(c);
  raise(c, DIODE);
  ease(c, DIODE);
}

/** What the diode showed counts for the PWM in which it was seen. */
function unproved(c: Charger): void {
  c.x.dio = 0;
  n.d = 0;
}

/** Mirror contact against coil, both ways. */
function mirror(c: Charger): void {
  const aux = c.b.contactor.closed();
  if (aux !== c.x.aux) mark(MIRROR, aux ? 1 : 0);
  c.x.aux = aux;
  if (aux === undefined) return;
  if (aux === c.s.on) ease(c, WELD);
  else if (c.t - n.coil < FOLLOW) soon(n.coil + FOLLOW);
  else if (aux) raise(c, WELD);
  else stuck(c);
}

/** The coil falls with the fault, so its cause is gone at once: the next try tells. */
function stuck(c: Charger): void {
  raise(c, STUCK);
  ease(c, STUCK);
}

/**
 * The one place that says when the contactor may close, besides what step() asks for (C or D, an offer, diode passed, no
 * fault): rested since the last opening and the last fault, main contacts proven open where the board can, self-test of
 * the residual-current monitor passed, connector locked.
 */
function ready(c: Charger): Bit {
  if (c.s.on) return 1;
  const rest = c.s.off + DWELL;
  if (c.t < rest) soon(rest);
  return c.t >= rest && c.x.aux !== 1 && proved(c) && locked(c) ? 1 : 0;
}

function locked(c: Charger): boolean {
  return !c.b.lock || c.b.lock.locked() === 1;
}

/** PWM for the offered current, not more often than the car can follow. */
function modulate(c: Charger): void {
  const s = c.s;
  const want = duty(c.x.amps);
  if (want === s.duty) return;
  if (s.duty === 0) steady(c, 0);
  const at = s.duty === 10000 ? n.x1 + X1 : s.dat + SPACING;
  if (c.t < at) soon(at);
  else pulse(c, want);
}

function pulse(c: Charger, want: number): void {
  const s = c.s;
  s.duty = want;
  s.dat = c.t;
  c.b.pilot.pwm(want);
  mark(OFFER, c.x.amps / 10);
}

function steady(c: Charger, low: number): void {
  const want = low ? 0 : 10000;
  if (c.s.duty === want) return;
  if (!low) n.x1 = c.t;
  c.s.duty = want;
  if (!c.s.on) unproved(c);
  if (low) c.b.pilot.low();
  else c.b.pilot.high();
  mark(OFFER, 0);
}

function coil(c: Charger, on: Bit): void {
  if (c.s.on !== on) turn(c, on);
  c.b.contactor.set(on);
}

/** The coil changes. Under load = the car had no time to stop: it still shows C or D, or is gone. */
function turn(c: Charger, on: Bit): void {
  const s = c.s;
  s.on = on;
  n.coil = c.t;
  soon(c.t + FOLLOW);
  mark(COIL, on);
  if (on) c.m.ops++;
  else {
    s.off = c.t;
    c.x.tst = 0;
    if (s.duty === 10000 || s.duty === 0) unproved(c);
    if (c.x.cp !== 'B' && c.m.p > 200) c.m.cut++;
  }
}

/**
 * Locked as the state says, and always while the contactor is closed. `ust`: 0 while plugged, 1 only until charging has
 * ended, 2 also without a vehicle. The central system may open it, too.
 */
function latch(c: Charger, lock: number): void {
  const l = c.b.lock;
  if (!l) return;
  const why = c.ses.why;
  const free = !c.s.on && (c.x.free || why === 'UnlockCommand' || (c.k.ust === 1 && why !== ''));
  const held = c.k.ust === 2 && c.x.lck;
  const on: Bit = (lock && !free) || held ? 1 : 0;
  c.x.lck = on;
  l.set(on);
}

/** Writes everything that the state says, each time: a lost effect cannot leave a contactor closed. */
function drive(c: Charger): void {
  const st = c.s.st;
  const d = st === 'B2' ? rouse(c, DRIVE[st], soon) : DRIVE[st];
  if (!(d & POWER)) coil(c, 0);
  if (d & PWM) {
    c.x.free = 0;
    modulate(c);
  } else steady(c, d & LOW);
  if (d & POWER) coil(c, 1);
  latch(c, d & LOCK);
  if (c.b.air) c.b.air.set(c.s.on && c.x.cp === 'D' ? 1 : 0);
}

function full(c: Charger): void {
  n.due = c.t + 3600000;
  n.io = look();
  c.b.pilot.read();
  tripped(c);
  mirror(c);
  read(c);
  diode(c);
  settle(c);
  judge(c);
  c.x.go = ready(c);
  c.dirty = 0;
  const changed = step(c.s, c.x, c.t);
  if (c.s.due) soon(c.s.due);
  // C behind a condition that still waits is looked at again in every scan.
  if (c.s.st === 'B2' && c.x.cp !== 'B') n.due = 0;
  drive(c);
  // So is a PWM whose bottom has not shown the diode yet.
  if (c.s.duty > 0 && c.s.duty < 10000 && !c.x.dio) n.due = 0;
  if (changed) report(c);
}

function report(c: Charger): void {
  mark(STATE, 'A1B1B2C1C2CWD1D2E F '.indexOf(c.s.st) >> 1);
  tell(c, 'state', c.s.st);
}

/** The scan: at `c.t` the function does one. Where nothing has changed it ends in a handful of comparisons. */
export function scanner(c: Charger): () => void {
  const same = c.b.pilot.same;
  const inputs = look;
  const m = n;
  const whole = full;
  return () => {
    if (same() && !c.dirty && c.t < m.due && inputs() === m.io) return;
    whole(c);
  };
}

/** Contactor open and pilot steady now, whatever the state says: before a restart, and when something has gone wrong. */
export function release(c: Charger): void {
  c.b.contactor.set(0);
  coil(c, 0);
  steady(c, 0);
  c.dirty = 1;
}

/** State before the first scan: pilot steady, contactor open, nobody plugged until the pilot has shown it. */
export function safe(c: Charger): void {
  Object.assign(n, START);
  look = c.b.look ?? (() => (c.b.contactor.closed() ? 1 : 0) + (c.b.rcm && c.b.rcm.tripped() ? 2 : 0));
  c.x.cp = 'A';
  open(c, 'A');
  c.b.contactor.set(0);
  c.b.pilot.high();
  c.x.aux = c.b.contactor.closed();
  c.x.vent = c.b.outdoor || c.b.air ? 1 : 0;
}
