// Part on call: takes a value out of a query where that needs several turns: a long one, and one with bytes above 127. The engine looks
// at each byte, and its own decoder refuses those.

import type { Charger } from '../core/charger';
import { slow } from './query';
import type { Sets } from './set.part';

/** Bytes that are decoded in a turn: of a text that the engine's own decoder refuses, and of one with sequences that are none. */
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
    return [s.length, JSON.parse('"' + s.replaceAll('%', '\\u00') + '"') as string];
  const less = head(text, FEW);
  return [less.length, slow(less)];
}

function escapes(job: Sets): void {
  try {
    if (job.raw.includes('%')) job.raw = decodeURIComponent(job.raw);
    job.on = 0;
  } catch (e) {
    job.v = job.raw;
    job.raw = '';
  }
}

/** A turn of it; true = the value is whole. */
export function next(_c: Charger, job: Sets): boolean {
  if (job.on === -4) {
    const i = job.text.indexOf('&');
    job.raw = i < 0 ? job.text : job.text.substr(0, i);
    job.text = i < 0 ? '' : job.text.substr(i + 1);
  } else if (job.on === -3) job.raw = job.raw.replaceAll('+', ' ');
  else if (job.on === -2) escapes(job);
  else {
    const b = bite(job.v as string);
    job.raw += b[1];
    job.v = (job.v as string).substr(b[0]);
    if (job.v) return false;
  }
  if (job.on) job.on++;
  return !job.on;
}
