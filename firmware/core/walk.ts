// Walks over the values of the key table and tells what has changed, for whoever listens. What is kept of a value is a sum; the
// value itself is read anew. Parts on call have a copy of their own: no state.

import type { Charger } from './charger';
import { json } from './json';

/** All that changes by itself is looked at after so long, whatever the sums of the record say, ms. */
const ALL = 5000;

/** How far a walk is; the places of its values are ordered by kinds, see tools/pack.mjs. */
export interface Walk {
  /** A sum of each value as it was told last, in two bytes: of 65536 changes one is not seen. Beyond its end none is kept. */
  sums: Uint8Array;
  /** Value that is next, -1 = a round is to begin, and where it ends. */
  i: number;
  to: number;
  /** 1 = everything has been told once. */
  live?: number;
  /** Keys set up to this count are known. */
  rev: number;
  /** Sums of the record and of the meter's part of it: 13 bits, such a number needs no more than its name. */
  sig: number;
  m: number;
  /** When all that changes by itself is looked at next. */
  all: number;
  /** The values that are wanted, a byte each, by their number among all; undefined = all of them. */
  pick?: string;
}

/** Place of the value of a key, '' = there is none that everybody may see, or it is not told. */
export function place(c: Charger, name: string): string {
  const r = name ? c.f.row(name) : undefined;
  return r && r[0] === name && !r[2].includes('o') && !r[2].includes('x') ? r[8] : '';
}

/**
 * A round begins: after a key was set the first `whole` values are looked at, after a change of the record those that follow from
 * it or drift, `own`, after one of the meter those that drift.
 */
export function round(c: Charger, w: Walk, drift: number, own: number, whole: number): void {
  const sum = E.CRC32;
  const text = JSON.stringify;
  const n = c.b.net;
  let sig = 0;
  // One after another: the text of all of it would need many variables at once.
  for (const v of [
    c.x,
    c.s,
    c.lim,
    c.ses,
    c.o,
    [c.pv, c.frc, c.alw, c.how, c.uid, c.ntp, n.up, n.ap, n.ip, n.why],
  ])
    sig = (sig * 31 + sum(text(v))) & 8191;
  const m = sum(text(c.m)) & 8191;
  w.i = 0;
  w.to = w.rev !== c.rev ? whole : sig !== w.sig || c.t >= w.all ? own : m !== w.m ? drift : 0;
  w.sig = sig;
  w.m = m;
  w.rev = c.rev;
  if (w.to >= own) w.all = c.t + ALL;
}

/** Who is told: key in quotes, and JSON. */
export type Tell = (key: string, text: string) => void;

/** Looks at up to `most` values of those at `places`, and tells what differs from what was told. */
export function look(c: Charger, places: string, w: Walk, most: number, tell: Tell): void {
  const Code = Function;
  const sum = E.CRC32;
  const sums = w.sums;
  let end = Math.min(w.to, w.i + most);
  for (let i = w.i; i < end; i++) {
    const code = c.f.text(places.substr((w.pick ? w.pick.charCodeAt(i) : i) * 8, 8));
    // The engine finds a beginning that the end cuts off, too: no code ends with a point.
    const at = code.indexOf('.part("');
    if (at > 0) {
      // One that needs a part of its own: a step to load it, and one with it alone.
      if (i > w.i) {
        end = i;
        break;
      }
      if (!c.f.ready(code.substr(at + 7).split('"')[0])) return;
      end = i + 1;
    }
    const v = new Code('c', code)(c);
    const text = typeof v === 'number' ? '' + v : json(v);
    const n = sum(text) & 65535;
    if (w.live && n === sums[2 * i] * 256 + sums[2 * i + 1]) continue;
    sums[2 * i] = n >> 8;
    sums[2 * i + 1] = n;
    tell(code.substr(0, code.indexOf(';')), text);
  }
  w.i = end;
}
