// Part on call: a call that is too long to be held as a whole. Its list of objects is taken out entry by entry as JSON text,
// for the part that answers; the rest, with an empty list, then goes the usual way.

import type { Answer, Answers } from './answer.part';
import type { Ocpp } from './state';

/** Longest entry, and longest text in front of the list and behind it. */
const ENTRY = 1000;

export interface Bulk {
  /** Pieces not looked at yet, text being looked at, text up to the list ('' = not found yet), entries so far. */
  q: string[];
  t: string;
  head: string;
  n: number;
}

function count(text: string, what: string): number {
  return text.split(what).length - 1;
}

/** 1 = a whole object: its braces outside of texts match. */
function whole(text: string): boolean {
  const bare = text.replaceAll('\\\\', '').replaceAll('\\"', '');
  let out = '';
  const parts = bare.split('"');
  for (let i = 0; i < parts.length; i += 2) out += parts[i];
  return count(out, '{') === count(out, '}');
}

/** Length of the entry that the text begins with, 0 = it is not complete. */
function entry(text: string): number {
  let at = text.indexOf('}');
  while (at >= 0 && !whole(text.substr(0, at + 1))) at = text.indexOf('}', at + 1);
  return at + 1;
}

/** Gives the complete entries away. */
function give(o: Ocpp, b: Bulk): void {
  const action = b.head.split('"')[3];
  const row = (o.c.f.part('answer') as Answer).row(action);
  const name = row ? row.substr(0, row.indexOf(' ')) : '';
  const part = name ? (o.c.f.part(name) as Answers) : undefined;
  let n = entry(b.t);
  while (n) {
    if (part && part.entry) part.entry(o, action, b.n, b.t.substr(0, n));
    b.n++;
    b.t = b.t.substr(n).trim();
    if (b.t[0] === ',') b.t = b.t.substr(1).trim();
    n = b.t[0] === '{' ? entry(b.t) : 0;
  }
}

/** It is treated as one of which only the beginning was kept. */
function refuse(o: Ocpp, b: Bulk): void {
  o.in = (b.head + b.t).substr(0, 200);
  o.w.big = 1;
  o.p = 'inbox';
}

/** A turn: the next piece. */
export function turn(o: Ocpp): void {
  const b = o.in as Bulk;
  const next = b.q.shift();
  if (next !== undefined) b.t += next;
  const at = b.head ? -1 : b.t.indexOf('[{');
  if (at >= 0) {
    b.head = b.t.substr(0, at + 1);
    b.t = b.t.substr(at + 1);
  }
  if (b.head && b.t[0] === '{' && o.reg > 0 && o.reg < 3) give(o, b);
  if (o.reg < 1 || o.reg > 2) o.in = undefined;
  else if (b.t.length > ENTRY + 600 || (!b.q.length && b.t[0] !== ']')) refuse(o, b);
  else if (b.q.length) o.p = 'bulk';
  else {
    o.in = b.head + b.t;
    o.p = 'inbox';
  }
}
