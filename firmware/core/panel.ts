// What the user touches and sees at the charger: card reader, button, light; and the temperatures nobody sees.

import { tap } from './access';
import type { Bit } from '../../hal/types';
import type { Charger } from './charger';
import { HOT, ease, raise } from './fault';
import { NONE } from './limits';
import { plugged } from './session';

/** Derating, °C: full current up to WARM, 6 A at WARMEST, stop at TOO_HOT, again 5 K below. */
const WARM = 60;
const WARMEST = 70;
const TOO_HOT = 75;

/** Last button level, colour key and time of the last temperature reading. */
const p = { down: 0, key: '', at: 0 };

/** Job: the card reader; 1 = it talks with a card, which may leave soon. */
export function reader(c: Charger): Bit {
  const r = c.b.reader;
  const uid = r ? r.poll() : undefined;
  if (uid) tap(c, uid);
  return r && r.busy ? 1 : 0;
}

/** The next of the preset currents that the installation allows. */
function preset(c: Charger): void {
  for (const a of c.k.clp) if (a > c.k.amp && a <= c.k.ama) return choose(c, a);
  choose(c, c.k.clp.length ? c.k.clp[0] : c.k.amp);
}

function choose(c: Charger, amps: number): void {
  c.k.amp = amps;
  c.f.save('amp');
  c.f.log('button', amps + ' A');
  c.dirty = 1;
}

/** Job: the button steps through the preset currents (`clp`). */
export function button(c: Charger): void {
  const down = c.b.button ? c.b.button.down() : 0;
  if (down && !p.down) preset(c);
  p.down = down;
}

/** Setting that holds the colour for what is going on; '' = fault. */
function colour(c: Charger): string {
  if (c.x.err || c.x.cp === 'E') return '';
  if (c.s.on) return 'cch';
  if (c.ses.why !== '') return 'cfi';
  return plugged(c) || c.ses.ok ? 'cwc' : 'cid';
}

function paint(c: Charger, key: string): void {
  const text = key ? (c.k as unknown as { [k: string]: string })[key] : '#FF0000';
  const rgb = parseInt(text.substr(1), 16);
  const dim = c.k.lbr / 255;
  const part = (shift: number): number => Math.floor(((rgb >> shift) & 255) * dim);
  c.b.light!.set((part(16) << 16) | (part(8) << 8) | part(0));
}

/** Job: the status light. */
export function light(c: Charger): void {
  if (!c.b.light) return;
  const key = colour(c);
  const now = key + c.k.lbr;
  if (now !== p.key) paint(c, key);
  p.key = now;
}

/** Current that a temperature allows, 0.1 A. */
export function derate(c: Charger, celsius: number): number {
  if (celsius <= WARM) return NONE;
  const full = c.b.amps * 10;
  return Math.floor(full - ((full - 60) * (Math.min(celsius, WARMEST) - WARM)) / (WARMEST - WARM));
}

function heat(c: Charger): void {
  let top = -99;
  const sensors = c.b.temperature!;
  for (let i = 0; i < sensors.length; i++) {
    const t = sensors[i].read();
    c.x.tmp[i] = t;
    if (t !== undefined && t > top) top = t;
  }
  c.lim.temp = derate(c, top);
  if (top >= TOO_HOT) raise(c, HOT);
  else if (top < TOO_HOT - 5) ease(c, HOT);
}

/** Job: temperatures, once a second. */
export function sense(c: Charger): void {
  if (!c.b.temperature || c.t - p.at < 1000) return;
  p.at = c.t;
  heat(c);
}
