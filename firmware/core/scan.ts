// The charging scan: read, step, drive, every 20 ms. A scan in which nothing changed ends in quiet(), a handful of
// comparisons; all else is in functions of its own, because the engine reads past every statement that it skips.

import type { Bit } from '../../hal/types';
import { DRIVE, step } from './charge';
import type { Driven } from './charge';
import type { Charger, Letter } from './charger';
import { CABLE, DIODE_SHORT, LOCK, RCM, STUCK, WELD, ease, raise } from './fault';
import { NONE, settle } from './limits';
import { DIODE, duty, letter, readings, window } from './pilot';
import { plug, tell, unplug } from './session';

/** The contactor's mirror contact must follow the coil within this time, ms. */
const FOLLOW = 500;
/** Rest between two closings, ms. */
const DWELL = 5000;
/** Steady +12 V before PWM starts again, ms. */
const X1 = 3000;
/** Between two changes of the duty, ms: the car has 5 s to follow the first. */
const SPACING = 5000;
/** The lock gets this long to report, ms. */
const TURN = 3000;

/** What the scan expects and counts. */
const START = {
  /** Window of the confirmed letter, mV. */
  lo: 1,
  hi: 0,
  /** Reading that differs from the confirmed letter, and how often in a row. */
  raw: '?' as Letter,
  n: 0,
  /** Good or bad diode readings in a row. */
  d: 0,
  /** 1 = a car is plugged. */
  in: 0 as Bit,
  /** Times: coil switched, coil released, pilot went steady, lock commanded; next full scan at the latest. */
  coil: 0,
  off: -DWELL,
  x1: -X1,
  lock: 0,
  due: 0,
};
let n = START;

/** Shortens the wait until the next full scan. */
function soon(t: number): void {
  if (t < n.due) n.due = t;
}

function quiet(c: Charger): boolean {
  const p = c.b.pilot;
  return (
    !c.dirty &&
    p.hi >= n.lo &&
    p.hi <= n.hi &&
    (c.s.duty === 10000 || (c.x.dio === 1 && p.lo < DIODE)) &&
    c.b.contactor.closed() === c.x.aux &&
    c.t < n.due &&
    !(c.b.rcm && c.b.rcm.tripped())
  );
}

function open(w: number[]): void {
  n.lo = w[0];
  n.hi = w[1];
  n.n = 0;
}

/** A new confirmed letter, and what it means for the plug. */
function confirm(c: Charger, cp: Letter): void {
  c.x.cp = cp;
  open(window(cp));
  const was = n.in;
  n.in = cp === 'A' ? 0 : 1;
  if (n.in !== was) (n.in ? arrive : depart)(c);
}

function arrive(c: Charger): void {
  c.x.dio = 0;
  n.d = 0;
  cable(c);
  plug(c);
}

function depart(c: Charger): void {
  c.x.dio = 0;
  c.x.cbl = 0;
  ease(c, CABLE);
  ease(c, DIODE_SHORT);
  ease(c, LOCK);
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

/** The low half of the PWM must reach -12 V: only the car's diode lets it. */
function diode(c: Charger): void {
  if (c.s.duty === 10000 || c.s.duty === 0 || c.x.cp === 'A') return;
  const good: Bit = c.b.pilot.lo < DIODE ? 1 : 0;
  if (good === c.x.dio) n.d = 0;
  else if (++n.d >= 5) judged(c, good);
}

function judged(c: Charger, good: Bit): void {
  n.d = 0;
  c.x.dio = good;
  if (good) ease(c, DIODE_SHORT);
  else raise(c, DIODE_SHORT);
}

/** Mirror contact against coil. */
function mirror(c: Charger): void {
  const aux = c.b.contactor.closed();
  c.x.aux = aux;
  if (aux === undefined || aux === c.s.on) return;
  if (c.t - n.coil >= FOLLOW) raise(c, aux ? WELD : STUCK);
  soon(n.coil + FOLLOW);
}

function residual(c: Charger): void {
  if (c.b.rcm && c.b.rcm.tripped()) raise(c, RCM);
}

/** The lock has to report before energy is offered. */
function locked(c: Charger): Bit {
  if (!c.b.lock || c.b.lock.locked() === 1) return 1;
  soon(c.t + 100);
  if (n.lock && c.t - n.lock > TURN) raise(c, LOCK);
  return 0;
}

/** All that must hold besides letter, offer and diode before the contactor may close. */
function ready(c: Charger): Bit {
  if (c.s.on) return 1;
  const rest = n.off + DWELL;
  if (c.t < rest) soon(rest);
  return c.t >= rest && c.x.aux !== 1 && locked(c) ? 1 : 0;
}

/** PWM for the offered current, not more often than the car can follow. */
function modulate(c: Charger): void {
  const s = c.s;
  const want = duty(c.x.amps);
  const at = s.duty === 10000 || s.duty === 0 ? n.x1 + X1 : s.dat + SPACING;
  if (want === s.duty) return;
  if (c.t < at) {
    soon(at);
    return;
  }
  s.duty = want;
  s.dat = c.t;
  c.b.pilot.pwm(want);
}

function steady(c: Charger, low: Bit): void {
  const want = low ? 0 : 10000;
  if (c.s.duty === want) return;
  if (c.s.duty !== 0) n.x1 = c.t;
  c.s.duty = want;
  if (low) c.b.pilot.low();
  else c.b.pilot.high();
}

function coil(c: Charger, on: Bit): void {
  const s = c.s;
  if (s.on !== on) {
    n.coil = c.t;
    if (!on) n.off = c.t;
    soon(c.t + FOLLOW);
  }
  s.on = on;
  c.b.contactor.set(on);
}

/** Locked as the state says, but released when charging has ended and `ust` is 1, or when the central system says so. */
function latch(c: Charger, d: Driven): void {
  const l = c.b.lock;
  if (!l) return;
  const why = c.ses.why;
  const on: Bit = d.lock && why !== 'UnlockCommand' && (why === '' || c.k.ust !== 1) ? 1 : 0;
  if (on !== c.x.lck) n.lock = on ? c.t : 0;
  c.x.lck = on;
  l.set(on);
}

/** Writes everything that the state says, each time: a lost effect cannot leave a contactor closed. */
function drive(c: Charger): void {
  const d = DRIVE[c.s.st];
  if (!d.power) coil(c, 0);
  if (d.cp === 'pwm') modulate(c);
  else steady(c, d.cp === 'low' ? 1 : 0);
  if (d.power) coil(c, 1);
  latch(c, d);
}

function full(c: Charger): void {
  c.dirty = 0;
  n.due = c.t + 3600000;
  settle(c);
  residual(c);
  mirror(c);
  read(c);
  diode(c);
  c.x.go = ready(c);
  const changed = step(c.s, c.x, c.t);
  if (c.s.due) soon(c.s.due);
  // C behind a condition that still waits is looked at again in every scan.
  if (c.s.st === 'B2' && c.x.cp !== 'B') n.due = 0;
  drive(c);
  if (changed) tell(c, 'state', c.s.st);
}

/** One scan at `c.t`. */
export function scan(c: Charger): void {
  c.b.pilot.sample();
  if (!quiet(c)) full(c);
}

/** State before the first scan: pilot steady, contactor open, nobody plugged until the pilot has shown it. */
export function safe(c: Charger): void {
  n = Object.assign({}, START);
  c.x.cp = 'A';
  open(window('A'));
  c.b.contactor.set(0);
  c.b.pilot.high();
  c.x.aux = c.b.contactor.closed();
  c.lim.ocpp = NONE;
  c.lim.temp = NONE;
}
