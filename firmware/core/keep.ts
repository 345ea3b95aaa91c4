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
