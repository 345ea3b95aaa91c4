// What the user touches and sees at the charger: card reader, button, light; and the temperatures nobody sees.

import { tap } from './access';
import type { Bit } from '../../hal/types';
import type { Charger } from './charger';
import { ease, fault, raise } from './fault';
import { HOT, LOCK, LOCK_SHUT, READER, SENSOR } from './faults';
import { NONE } from './limits';
import type { Press } from './press.part';
import type { Rescue } from './rescue.part';
import { astray } from './scan';
import { plugged, tell } from './session';

/** Derating, °C: full current up to WARM, 6 A at WARMEST, stop at TOO_HOT, again 5 K below WARM. */
const WARM = 60;
const WARMEST = 70;
const TOO_HOT = 75;
const COOL = 55;
/** Outside of these a sensor is broken, °C; and this many readings in a row. */
const COLDEST = -40;
const HOTTEST = 120;
const MISSES = 3;
/** Rhythm of the flashes that tell a fault, ms. */
const BEAT = 300;

/** Held for so long, the button opens the access point instead, ms. */
const HOLD = 3000;
/** Down since before the start: somebody still holds it after a factory reset, ms. */
const START = 1000;
/** Pressed so soon after a start and held for so long: factory reset, ms. Not from before: the button may be a boot strap. */
const EARLY = 10000;
const FORGET = 10000;

/** Button: 0 up or when it went down, effects it has had. Then colour, faults shown and their flashes, time of the last look at the sensors, misses in a row. */
export const p = { down: 0, done: 0, rgb: -1, err: 0, n: 0, at: 0, miss: 0 };

/** Job: the card reader; 1 = it talks with a card, which may leave soon. */
export function reader(c: Charger): Bit {
  const r = c.b.reader;
  const uid = r ? r.poll() : undefined;
  if (uid) tap(c, uid);
  return r && r.busy ? 1 : 0;
}

/** The button is down. */
function hold(c: Charger): void {
  if (!p.down) {
    p.down = c.t || 1;
    if (c.t < START) p.done = 2;
  }
  const ms = c.t - p.down;
  if (ms >= HOLD && !p.done) {
    p.done = 1;
    if ((c.f.part('press') as Press).press(c, 1)) tell(c, 'button', '');
  }
  if (ms < HOLD || p.down > EARLY) return;
  // The light gives notice.
  if (p.done < 2) c.no = c.t + 300;
  if (ms < FORGET || p.done > 1) return;
  p.done = 2;
  (c.f.part('rescue') as Rescue).forget(c, c.b.serial);
}

/** Job: the button steps through the preset currents (`clp`); held, it asks for the access point, from a start on for a factory reset. */
export function button(c: Charger): void {
  if (c.b.button && c.b.button.down()) return hold(c);
  if (p.down && !p.done) (c.f.part('press') as Press).press(c, 0);
  p.down = p.done = 0;
}

/** Setting that holds the colour for what is going on. */
function colour(c: Charger): 'cch' | 'cfi' | 'cwc' | 'cid' {
  if (c.s.on) return 'cch';
  if (c.ses.why !== '') return 'cfi';
  return plugged(c) || c.ses.ok ? 'cwc' : 'cid';
}

/** Flashes of the gravest fault; looked up when the faults change. */
function flashes(c: Charger): number {
  if (c.x.err === p.err) return p.n;
  const f = fault(c);
  p.err = c.x.err;
  p.n = f ? f[7] : 0;
  return p.n;
}

/** n flashes of red, then dark for the time of three. */
function alarm(t: number, n: number): number {
  const beat = ((t / BEAT) | 0) % (2 * n + 6);
  return beat < 2 * n && !(beat & 1) ? 0xff0000 : 0;
}

/** Job: the status light. */
export function light(c: Charger): void {
  if (!c.b.light) return;
  const n = flashes(c);
  const key = colour(c);
  // Dark every other second while a card is to be learnt, and asleep.
  const dark = c.lrn && c.t < c.lrn[1] ? (c.t / 1000) & 1 : c.k.lse && key === 'cid';
  const rgb = n || c.t < c.no ? alarm(c.t, n || 99) : dark ? 0 : parseInt(c.k[key].substr(1), 16);
  // An alarm is seen also where the light is dimmed to nothing.
  const dim = (n || c.t < c.no ? Math.max(c.k.lbr, 60) : c.k.lbr) / 255;
  const part = (shift: number): number => Math.floor(((rgb >> shift) & 255) * dim);
  c.b.light.set((part(16) << 16) | (part(8) << 8) | part(0));
}

/** Current that a temperature allows, 0.1 A. */
export function derate(c: Charger, celsius: number): number {
  if (celsius <= WARM) return NONE;
  const full = c.b.amps * 10;
  return Math.floor(full - ((full - 60) * (Math.min(celsius, WARMEST) - WARM)) / (WARMEST - WARM));
}

/** A reading that cannot be is none. */
function real(t: number | undefined): boolean {
  return t !== undefined && t > COLDEST && t < HOTTEST;
}

function heat(c: Charger): void {
  let top = -99;
  let miss = 0;
  const sensors = c.b.temperature!;
  for (let i = 0; i < sensors.length; i++) {
    const t = sensors[i].read();
    c.x.tmp[i] = real(t) ? t : undefined;
    if (!real(t)) miss = 1;
    else if (t! > top) top = t!;
  }
  p.miss = miss ? p.miss + 1 : 0;
  if (p.miss >= MISSES) raise(c, SENSOR);
  if (top >= TOO_HOT) raise(c, HOT);
  // Nobody knows how hot it is where a reading is missing: what was withdrawn stays so.
  if (miss) return;
  ease(c, SENSOR);
  c.lim.temp = derate(c, top);
  if (top <= COOL) ease(c, HOT);
}

/** The lock is tried again; what it cannot do is told. */
function bolt(c: Charger): void {
  const l = c.b.lock!;
  l.set(c.x.lck);
  const bad = l.jammed();
  if (bad) raise(c, c.x.lck ? LOCK : LOCK_SHUT);
  else {
    ease(c, LOCK);
    ease(c, LOCK_SHUT);
  }
}

/** Job: what changes slowly, once a second. */
export function sense(c: Charger): void {
  if (c.t - p.at < 1000) return;
  p.at = c.t;
  if (c.b.temperature) heat(c);
  if (c.b.lock) bolt(c);
  astray(c);
  if (c.b.reader && c.b.reader.ok) ease(c, READER);
  else if (c.b.reader && c.t > 10000) raise(c, READER);
}
