// Part on call: what a press of the button does, and whether it may: the next preset current (`clp`), or when it is held the
// access point.

import type { Bit } from '../../hal/types';
import type { Charger } from './charger';

/** Exports of this part. */
export interface Press {
  press(c: Charger, held: Bit): boolean;
  level(c: Charger, i: number, v: string): string;
}

/** What the setting `key` allows now: 3 always, 2 while nothing charges, 1 while nothing is plugged, 0 never. */
function may(c: Charger, key: string): boolean {
  const n = +(c.f.get(key) || 3);
  return n > 2 || (n === 2 ? !c.s.on : n === 1 && c.x.cp === 'A');
}

function presets(c: Charger): number[] {
  const text = c.f.get('k.clp');
  return (text === undefined ? c.f.row('clp')![5] : JSON.parse(text)) as number[];
}

/** The presets as text, with another one at place `i`, or with '0' none; behind the last one it is the next. What is no number is
 * left to the table, which refuses it. */
export function level(c: Charger, i: number, v: string): string {
  const list = presets(c);
  if (v === '0') list.splice(i, 1);
  else list[Math.min(i, list.length)] = +v;
  return JSON.stringify(list);
}

/** The next of the preset currents that the installation allows. */
function next(c: Charger): number {
  const list = presets(c);
  for (const a of list) if (a > c.k.amp && a <= c.k.ama) return a;
  return list.length ? list[0] : c.k.amp;
}

/** 1 = the access point is to be opened. */
export function press(c: Charger, held: Bit): boolean {
  if (held || !may(c, 'k.bac')) return held > 0 && may(c, 'k.bar');
  c.k.amp = next(c);
  c.f.save('amp');
  c.f.log('button', c.k.amp + ' A');
  c.dirty = 1;
  return false;
}
