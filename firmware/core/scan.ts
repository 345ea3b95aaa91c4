// The charging scan: look, decide, drive, every 20 ms. A scan in which nothing changed ends in a handful of comparisons.
// What has changed is worked off in steps, one a scan, because all of it at once would make the scans behind it late. What
// opens the contactor is no step: a letter that leaves C or D, a fault and a withdrawn offer go from the reading to the
// coil within one scan. And the engine reads past every statement that it skips, so what is rare has functions of its own.

import type { Bit } from '../../hal/types';
import { judge } from './access';
import { DRIVE, LOCK, LOW, POWER, PWM, X1, step } from './charge';
import type { Charger, Letter } from './charger';
import { ease, pulled, raise } from './fault';
import { CABLE, DIODE, PILOT, STUCK, WELD } from './faults';
import { settle } from './limits';
import { BOTTOM, LEAVE, duty, letter, readings, window } from './pilot';
import { proved, tripped } from './rcm';
import { locked, plug, spread, unplug } from './session';
import { COIL, LETTER, MIRROR, OFFER, mark } from './trace';
import { rouse, w as wake } from './wake';

/**
 * The contactor's mirror contact must follow the coil within this time, ms, and for so long it may differ later: the hardware
 * interlock opens without asking and may be seen before the pilot, and a reading may be noise. Only what stands that long and
 * still does is believed.
 */
const FOLLOW = 500;
/** Rest between two closings, ms. */
const DWELL = 5000;
/** Between two changes of the duty, ms: the car has 5 s to follow the first. */
const SPACING = 5000;
/** Steps that wait, a bit each, in their order: a state without an offer goes to pilot and coil; the cable of a car that came,
 * or the faults of one that left; limits; what may flow; the window of the confirmed letter; may the contactor close; pilot and
 * coil, with an offer that the limits allow; lock and fan. */
const QUIET = 1;
const CAR = 2;
const LIMITS = 4;
const JUDGE = 8;
const AIM = 16;
const READY = 32;
const DRIVES = 64;
const REST = 128;
/** `c.dirty`: 1 = something that the rules read has changed, this = steps wait or a reading has to be followed. */
const MORE = 2;

/** What the scan expects and counts. */
const n = {
  /** Steps. */
  todo: 0,
  /** All of them are due at the latest then. */
  due: 0,
  /** Inputs when they were last looked at, as `look` has them. */
  io: -1,
  /** Letter that the next scan confirms, '' = none. */
  to: '' as Letter | '',
  /** 1 = the state is decided in this scan. */
  now: 0,
  /** Reading that differs from the confirmed letter, and how often in a row. */
  raw: '?' as Letter,
  n: 0,
  /** 1 = the last scan was for a step, 2 = for a reading or a letter, 0 = an input held it up. */
  odd: 0,
  /** 1 = the reading of this scan lies in the window of the confirmed letter, once that has been set. */
  same: 0 as Bit,
  /** Diode readings in a row, good above 0, bad below. */
  d: 0,
  /** 1 = a car is plugged. */
  in: 0 as Bit,
  /** Times: coil switched or mirror contact moved, pilot went steady. */
  coil: 0,
  x1: 0,
};
/** Mirror contact and trip output in one number. */
let look: () => number;

/** Shortens the wait until the next full scan. */
function soon(t: number): void {
  if (t < n.due) n.due = t;
}

/** From now on the scan is quiet while the level stays in the window of the confirmed letter. */
function aim(c: Charger): void {
  const w = window(c.x.cp);
  c.b.pilot.watch(w[0], w[1], BOTTOM);
}

/** A new confirmed letter. */
function show(c: Charger, cp: Letter): void {
  c.x.cp = cp;
  n.n = 0;
  n.todo |= AIM | JUDGE | REST;
  mark(c.t, LETTER + 'ABCDEF?'.indexOf(cp));
  if (cp < 'A' || cp > 'D') raise(c, PILOT);
}

/** One that shows C or D while nothing is on offer does not read the pilot; after a power failure it may be one that has not
 * opened S2 yet. */
function arrive(c: Charger): void {
  unproved(c);
  c.x.tst = 0;
  c.x.sim = c.x.cp === 'B' ? 0 : 1;
  // It may have charged a moment before the restart.
  if (c.ses.re) wake.hot = c.t;
  plug(c);
}

function depart(c: Charger): void {
  c.x.sim = 0;
  c.x.cbl = 0;
  pulled(c);
  unplug(c);
}

/** Rating of the cable, A; 0 = none that may carry current. */
function rated(c: Charger): number {
  return c.b.proximity ? Math.max(c.b.proximity.read(), 0) : 0;
}

/** Latches the cable rating for this plug-in. */
function cable(c: Charger): void {
  c.x.cbl = rated(c);
  if (c.b.proximity && !c.x.cbl) raise(c, CABLE);
}

/** Looked at once a second: a pilot that shows nobody hides that the plug is pulled. The resistor of the cable does not. */
export function astray(c: Charger): void {
  const cp = c.x.cp;
  if (!n.in || (cp >= 'A' && cp < 'E') || !c.b.proximity || c.b.proximity.read()) return;
  n.in = 0;
  n.todo |= CAR;
  depart(c);
}

/** The letter that waited for this scan, and what it means for fault and plug. @apart */
function confirm(c: Charger, cp: Letter): void {
  const x = c.x;
  const was = x.cp;
  n.to = '';
  if (cp !== was) show(c, cp);
  if (c.s.on) n.now = 1;
  else x.go = 0;
  if (cp >= 'A' && cp < 'E') ease(c, PILOT);
  if (cp === 'B' && x.sim === 1) x.sim = 0;
  if (cp !== 'C') n.todo |= LIMITS;
  const plugged = cp === 'A' ? 0 : cp > 'A' && cp < 'E' ? 1 : n.in;
  const hidden = was < 'A' || was > 'D';
  if (plugged === n.in && !(plugged && hidden && rated(c) !== x.cbl)) return;
  // Behind a pilot that showed nobody another cable was plugged.
  if (plugged === n.in) depart(c);
  n.in = plugged;
  n.todo |= CAR;
  if (plugged) arrive(c);
  else depart(c);
}

/** A reading that is not the confirmed letter, with the contactor open: see readings(). */
function count(c: Charger, l: Letter): void {
  const cp = c.x.cp;
  const power = cp === 'C' || cp === 'D';
  // Whatever follows C or D is a leaving, even while the level still moves through the windows.
  if (l !== n.raw && !power) n.n = 0;
  n.raw = l;
  if (++n.n >= readings(cp, l)) n.to = l === '?' && power ? 'B' : l;
}

/** Readings in a row: until the diode counts as there, as gone, and as never having been there. */
const SEEN = 5;
const GONE = -5;
const NEVER = -50;

/** The low half of the PWM must reach -12 V: only the car's diode lets it. `n.d` counts good readings, or bad below 0. */
function diode(c: Charger): void {
  const good = c.b.pilot.lo < BOTTOM;
  // Without the engine's Math: it would be looked for behind all of our names.
  n.d = good ? (n.d > 0 ? n.d : 0) + 1 : (n.d < 0 ? n.d : 0) - 1;
  if (n.d === SEEN) c.x.dio = c.dirty = 1;
  else if (n.d === (c.x.dio ? GONE : NEVER)) missing(c);
}

/** A closer look at the pilot, with the contactor open. */
function read(c: Charger): void {
  const p = c.b.pilot;
  const duty = c.s.duty;
  if (!duty) return; // steady -12 V hides the car
  p.read();
  const l = letter(p.hi);
  const cp = c.x.cp;
  if (duty < 10000 && cp !== 'A') diode(c);
  if (l !== cp) count(c, l);
  else n.n = 0;
}

/** With the contactor closed the top alone comes first: opening must not wait for the rest. */
function watch(c: Charger): void {
  const p = c.b.pilot;
  p.read(1);
  if (letter(p.hi) === c.x.cp) bottom(c);
  else n.n++;
}

/** The letter stands. @apart */
function bottom(c: Charger): void {
  n.n = 0;
  if (c.s.duty === 10000) return;
  c.b.pilot.read();
  diode(c);
}

/** A reading more and the car has left C or D, even while the level still moves through the windows: this opens. */
function left(c: Charger): boolean {
  const p = c.b.pilot;
  p.read(1);
  const l = letter(p.hi);
  if (l === c.x.cp) return false;
  const to = l === '?' ? 'B' : l;
  if (to === 'A' || c.x.sim) n.to = to;
  show(c, to);
  n.odd = 1;
  if (!c.dirty) c.dirty = MORE;
  if (c.s.st !== 'CW') return decide(c);
  // A wait ends: its state follows with the next scan.
  if (to < 'C' || to > 'D') coil(c, 0);
  n.now = 1;
  return true;
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
  if (aux !== c.x.aux) {
    mark(c.t, MIRROR + (aux ? 1 : 0));
    n.coil = c.t;
  }
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
 * the residual-current monitor passed, connector locked, and the car still there: the reading of this scan is the confirmed
 * letter, so that a car that leaves while the steps to the coil wait is not followed by it.
 */
function ready(c: Charger): Bit {
  if (c.s.on) return 1;
  const rest = c.s.off + DWELL;
  if (c.t < rest) soon(rest);
  return c.t >= rest && n.same && c.x.aux !== 1 && proved(c) && locked(c) ? 1 : 0;
}

/** PWM for the offered current, not more often than the car can follow; true = it has changed. */
function modulate(c: Charger, want: number): boolean {
  const s = c.s;
  if (s.duty === 0) steady(c, 0);
  const at = s.duty === 10000 ? n.x1 + X1 : s.dat + SPACING;
  if (c.t < at) soon(at);
  else pulse(c, want);
  return c.t >= at;
}

function pulse(c: Charger, want: number): void {
  const s = c.s;
  s.duty = want;
  s.dat = c.t;
  c.b.pilot.pwm(want);
  mark(c.t, OFFER + ((c.x.amps / 10) & 63));
}

function steady(c: Charger, low: number): void {
  const want = low ? 0 : 10000;
  if (c.s.duty === want) return;
  if (!low) n.x1 = c.t;
  c.s.duty = want;
  if (!c.s.on) unproved(c);
  if (low) c.b.pilot.low();
  else c.b.pilot.high();
  mark(c.t, OFFER);
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
  mark(c.t, COIL + on);
  if (on) c.m.ops++;
  else {
    s.off = c.t;
    c.x.tst = 0;
    if (s.duty === 10000 || s.duty === 0) unproved(c);
    if (c.x.cp !== 'B' && c.m.p > 200) c.m.cut++;
  }
}

/**
 * Locked as the state says, and always while the contactor is closed; not for a fault when nobody is plugged. After a restart
 * a vehicle that was there counts as plugged until the pilot has shown it. `ust`: 0 while plugged, 1 only until charging has
 * ended, 2 also without a vehicle. The central system and `upo` may open it, with 2 as well. What lies behind a welded
 * contactor is live: a plug that is locked then stays.
 */
function latch(c: Charger, lock: number): void {
  const l = c.b.lock;
  if (c.b.air) c.b.air.set(c.s.on && c.x.cp === 'D' ? 1 : 0);
  if (!l) return;
  const why = c.ses.why;
  const weld = c.x.err & WELD;
  const free = !c.s.on && !weld && (c.x.free || why === 'UnlockCommand' || (c.k.ust === 1 && why !== ''));
  const held = c.x.lck && (c.k.ust === 2 || weld);
  const on: Bit = !free && ((lock && n.in) || c.ses.re || held) ? 1 : 0;
  c.x.lck = on;
  l.set(on);
}

/** Pilot and coil as the state says. What lets the contactor close is looked at once more. */
function drive(c: Charger): void {
  const s = c.s;
  let d = DRIVE[s.st];
  // A vehicle sleeps on an offer that it sees, or on what is to wake it.
  if (s.st === 'B2' && c.x.cp === 'B' && (wake.from || s.duty % 10000)) d = rouse(c, d, soon);
  if (s.on && !(d & POWER)) coil(c, 0);
  if (d & PWM) {
    const want = duty(c.x.amps);
    c.x.free = 0;
    // A burst for another duty takes its time: the coil comes with the next scan.
    if (want !== s.duty && modulate(c, want)) {
      n.todo |= DRIVES;
      return;
    }
  } else steady(c, d & LOW);
  if (!(d & POWER)) return;
  if (ready(c)) coil(c, 1);
  else n.todo |= JUDGE;
}

/** The coil once more, as the state says: a lost effect cannot leave a contactor closed. Lock and fan have their turn of work. */
function rest(c: Charger): void {
  const d = DRIVE[c.s.st];
  if (!(d & POWER)) coil(c, 0);
  c.ev.push([latch, d & LOCK, '']);
}

/** State from what is known now; what opens the contactor does it here. */
function decide(c: Charger): boolean {
  const s = c.s;
  n.now = 0;
  const changed = step(s, c.x, c.t);
  if (s.due) soon(s.due);
  if (s.st === 'CW' && c.x.amps) soon(s.at + X1);
  if (!changed) return false;
  const d = DRIVE[s.st];
  if (s.on && !(d & POWER)) coil(c, 0);
  n.todo |= d & PWM ? DRIVES | REST : QUIET | REST;
  c.ev.push([spread, 'state', s.st]);
  return true;
}

/** The next step that waits. */
function proceed(c: Charger): void {
  const todo = n.todo;
  const bit = todo & -todo;
  n.todo = todo ^ bit;
  if (bit & (QUIET | DRIVES)) drive(c);
  else if (bit === READY) may(c);
  else if (bit === JUDGE) allow(c);
  else if (bit === LIMITS) settle(c);
  else if (bit === AIM) aim(c);
  else if (bit === CAR) car(c);
  else rest(c);
}

/** What may flow, and the state: with the next scan where the contactor is closed, because what is withdrawn waits for the vehicle,
 * and with further ones what is to close it. */
function allow(c: Charger): void {
  const cp = c.x.cp;
  const asks = cp === 'C' || cp === 'D';
  judge(c);
  c.dirty = MORE; // what judge() has changed is decided here
  if (c.s.on) n.now = 1;
  else if (asks) n.todo |= READY;
  else {
    c.x.go = 0;
    if (decide(c)) return;
  }
  if (c.x.amps && DRIVE[c.s.st] & PWM) n.todo |= DRIVES;
}

/** The contactor is open, and C or D is shown; without the diode nothing would follow. */
function may(c: Charger): void {
  c.x.go = c.x.dio ? ready(c) : 0;
  decide(c);
}

/** A car came or left: the causes of these faults left with the one before, and limits follow. @apart */
function car(c: Charger): void {
  n.todo &= ~LIMITS;
  ease(c, CABLE);
  ease(c, DIODE);
  ease(c, STUCK);
  if (n.in) cable(c);
  settle(c);
}

/** Inputs beside the pilot. The mirror contact has to wait after a trip, for a step that waits itself, and while the pilot moves
 * behind a closed contactor: an interlock opens in the same moment. @apart */
function inputs(c: Charger, io: number): void {
  const err = c.x.err;
  tripped(c);
  if (c.x.err !== err || (n.todo && !n.odd) || (c.s.on && !n.same)) return;
  n.io = io;
  mirror(c);
}

/** 1 = PWM runs that has not shown the diode yet, or not in the last reading. */
function unseen(c: Charger): boolean {
  return (!c.x.dio || n.d < 0) && c.s.duty > 0 && c.s.duty < 10000;
}

/** No step waits: does the next scan have something to do? Readings that differ are followed one by one, up to the good one
 * that ends them. */
function calm(c: Charger): void {
  const cp = c.x.cp;
  // C behind a condition that still waits is judged again and again.
  if (c.s.st === 'B2' && cp !== 'B' && c.t >= c.s.off + DWELL) n.todo |= JUDGE;
  else if (!n.to && !n.now && !unseen(c) && !n.n) c.dirty = 0;
}

/** A wait is over, or an hour: everything is looked at. */
function overdue(c: Charger): void {
  n.due = c.t + 3600000;
  n.io = -1;
  c.dirty = 1;
}

/** Decides, or does one step. */
function act(c: Charger, busy: number): void {
  const on = c.s.on;
  let step = !busy || n.todo & QUIET;
  n.odd = busy ? 0 : 1;
  if (c.dirty === 1) {
    n.todo |= LIMITS | JUDGE | REST;
    if (on || c.x.bad & 1) n.now = 1;
  }
  c.dirty = MORE;
  // A fault opens at once, its state and the pilot follow with the next scan; so does the pilot where an input has had this one.
  if (on && c.x.bad & 1) {
    coil(c, 0);
    step = 0;
  } else if (n.now) step = decide(c) && !on && !busy ? n.todo & QUIET : 0;
  if (step && n.todo) proceed(c);
  if (!n.todo && (c.dirty as number) !== 1) calm(c);
}

/** With the contactor open a reading, or a new letter, is all of its scan; steps take turns with them. */
function looks(c: Charger, busy: number): void {
  const letter = n.to && !busy;
  if (!letter && (n.todo || c.dirty === 1) && (n.odd !== 1 || n.todo & (AIM | QUIET))) act(c, busy);
  else {
    n.odd = 2;
    if (!c.dirty) c.dirty = MORE;
    if (letter) confirm(c, n.to as Letter);
    else read(c);
  }
}

/** Looks, then decides or does one step. */
function work(c: Charger, same: boolean): void {
  const on = c.s.on;
  // Enough is done but for what goes to the pilot at once. What chatters, input or level, holds up every second step at most.
  let busy = 0;
  if (c.t >= n.due) overdue(c);
  const io = look();
  if (io !== n.io) {
    busy = n.odd;
    inputs(c, io);
  }
  if (on && (!same || n.n || unseen(c))) {
    busy = n.odd;
    watch(c);
  }
  if (on || n.now || (same && !n.n && !n.to && !unseen(c))) act(c, busy);
  else looks(c, busy);
}

/** A scan in which something has changed, or steps wait. `same`: the pilot is as it was. */
function full(c: Charger, same: boolean): void {
  n.same = same ? 1 : 0;
  if (same || n.n < LEAVE - 1 || !c.s.on || !left(c)) work(c, same);
}

/** The scan: at `c.t` the function does one. Where nothing has changed it ends in a handful of comparisons. */
export function scanner(c: Charger): () => void {
  const same = c.b.pilot.same;
  const now = look;
  const m = n;
  const whole = full;
  return () => {
    if (!same()) whole(c, false);
    else if (c.dirty || c.t >= m.due || now() !== m.io) whole(c, true);
  };
}

/**
 * Contactor open and pilot steady now, whatever the state says: before a restart, and when something has gone wrong. That may
 * have been a step, which is then done again.
 */
export function release(c: Charger): void {
  c.b.contactor.set(0);
  coil(c, 0);
  steady(c, 0);
  n.todo |= CAR | AIM;
  c.dirty = 1;
}

/** State before the first scan: pilot steady, contactor open, nobody plugged until the pilot has shown it. */
export function safe(c: Charger): void {
  n.todo = n.due = n.now = n.n = n.odd = n.d = n.in = n.coil = n.same = 0;
  n.to = '';
  n.io = -1;
  n.x1 = c.t;
  look = c.b.look ?? (() => (c.b.contactor.closed() ? 1 : 0) + (c.b.rcm && c.b.rcm.tripped() ? 2 : 0));
  c.x.cp = 'A';
  aim(c);
  c.b.contactor.set(0);
  c.b.pilot.high();
  c.x.aux = c.b.contactor.closed();
  c.x.lck = c.b.lock && locked(c) ? 1 : 0;
  c.x.vent = c.b.outdoor || c.b.air ? 1 : 0;
}
