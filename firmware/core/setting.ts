// What those look at who set keys. Parts on call have a copy of their own: no state.

import type { Charger } from './charger';
import type { Row } from './config';
import type { Utf8 } from './utf8.part';

/** What may be no UTF-8. */
export const HIGH = /[^\t-~]/;

/** Raw text has bytes that may be no UTF-8, or escapes of JSON; what stands bare has none of these. To look for both at once would take
 * ten times as long. */
export function odd(raw: string): boolean {
  return HIGH.test(raw) || ('"[{'.includes(raw[0]) && raw.includes('\\u'));
}

/** Raw text as it is to be kept; undefined = it is no UTF-8. */
export function clean(c: Charger, raw: string): string | undefined {
  return odd(raw) ? (c.f.part('utf8') as Utf8).proper(raw) : raw;
}

/** Why a text is refused that is no UTF-8. */
export const CODE = 'failed: bad or too much UTF-8';
/** Why one is refused that stands for no value. */
export const NONE = 'tried to set api key with invalid json ';

/** A value that is being set, and the turn of its row's function that is next; without it all of them are done at once. */
export interface Taken {
  v: unknown;
  turn?: number;
}

/** What the row's own function says to a value: '' or the reason, undefined = it has more to do. */
export function hear(c: Charger, r: Row, v: unknown, turn: number): string | undefined {
  let bad: string | undefined;
  try {
    bad = new Function('c', 'v', 'n', 'return ' + r[9])(c, v, turn) as string | undefined;
  } catch (e) {
    bad = '' + e;
  }
  return !bad || bad.startsWith('failed') ? bad : 'failed: ' + bad;
}

/** Keeps an admitted value; `made`: its JSON text, where a turn before has written that, else 0. */
export function store(c: Charger, r: Row, v: unknown, made?: string | 0): void {
  const k = c.k as unknown as { [key: string]: unknown };
  const key = r[0];
  const marks = r[2];
  const here = marks.includes('k');
  c.rev++;
  c.dirty = 1;
  if (here ? k[key] === v : !marks.includes('p')) return;
  // What it replaces may be as long: it goes first.
  if (here) k[key] = v;
  // Who decides when to charge looks again, and not before: a look at what is replaced would hold.
  if (marks.includes('n')) {
    if (c.pv) c.pv.k = [];
    c.tr = c.ns = c.nx = 0;
  }
  const text = made || JSON.stringify(v);
  const usual = text === JSON.stringify(r[5]);
  if (!here && usual) delete k[key];
  else if (!here) k[key] = 1;
  if (usual) c.f.del('k.' + key);
  else if (!c.f.put('k.' + key, text)) c.f.log('key', key + ' not kept');
}
