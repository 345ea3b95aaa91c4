// Part on call: takes a value out of a query where that needs several turns: a long one, and one with bytes above 127. The engine looks
// at each byte, and its own decoder refuses those.

import type { Charger } from '../core/charger';
import { quick, slow } from './query';
import type { Sets } from './set.part';

/** Bytes that are decoded in a turn: a long value has no room for more copies; of a text that the engine's own decoder refuses; and of
 * one with sequences that are none. */
const PIECE = 120;
const MOST = 60;
const FEW = 15;

/** The beginning of a text, without half an escape at its end. */
function head(text: string, most: number): string {
  const s = text.substr(0, most);
  const i = s.lastIndexOf('%');
  return i > most - 3 && s.length < text.length ? s.substr(0, i) : s;
}

/** Decodes the beginning of a text that the engine's own decoder refuses: how much of it, and what that says. */
function bite(text: string): [number, string] {
  const s = head(text, MOST);
  // As escapes of JSON it takes a third of the time.
  if (!/[\\"]|%[^0-9a-fA-F]|%.[^0-9a-fA-F]/.test(s) && !s.substr(-2).includes('%'))
    return [s.length, JSON.parse('"' + s.replaceAll('+', ' ').replaceAll('%', '\\u00') + '"') as string];
  const less = head(text, FEW);
  return [less.length, slow(less.replaceAll('+', ' '))];
}

/** A turn of it; true = the value is whole. */
export function next(_c: Charger, job: Sets): boolean {
  const rest = job.text.substr(job.at, PIECE + 1);
  const i = rest.indexOf('&');
  const text = i < 0 ? head(rest, PIECE) : rest.substr(0, i);
  let n = text.length;
  // What it has refused once it is not asked again.
  let said = job.v ? undefined : quick(text);
  if (said === undefined) {
    job.v = 1;
    const b = bite(text);
    n = b[0];
    said = b[1];
  }
  job.raw += said;
  job.at += n;
  if (n < text.length || (i < 0 && rest.length > PIECE)) return false;
  job.at++;
  if (job.at >= job.text.length) job.text = '';
  job.on = 0;
  return true;
}
