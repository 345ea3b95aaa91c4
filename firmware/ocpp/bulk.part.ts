// Part on call: a call that is too long to be held as a whole. Its list of objects is taken out entry by entry as JSON text,
// one a turn, for the part that answers; the rest, with an empty list, then goes the usual way.

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
  /** Part that takes the entries, '' = nobody. */
  part: string;
}

function count(text: string, what: string): number {
  return text.split(what).length - 1;
}

/** 1 = a whole object: its braces outside of texts match. */
function whole(text: string): boolean {
  const bare = text.indexOf('\\') < 0 ? text : text.replaceAll('\\\\', '').replaceAll('\\"', '');
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

/** Where the list of objects begins, -1 = not yet. */
function list(text: string): number {
  let at = text.indexOf('[', 1);
  while (at >= 0 && text.substr(at + 1, 20).trim()[0] !== '{') at = text.indexOf('[', at + 1);
  return at;
}

/** Takes the next piece in. */
function read(o: Ocpp, b: Bulk): void {
  b.t += b.q.shift();
  const at = b.head ? -1 : list(b.t);
  if (at < 0) return;
  b.head = b.t.substr(0, at + 1);
  b.t = b.t.substr(at + 1).trim();
  const row = (o.c.f.part('answer') as Answer).row(o.c, b.head.split('"')[3]);
  b.part = row ? row.substr(0, row.indexOf(' ')) : '';
}

/** Gives an entry of this length away. */
function give(o: Ocpp, b: Bulk, length: number): void {
  const part = b.part ? (o.c.f.part(b.part) as Answers) : undefined;
  if (part && part.entry) part.entry(o, b.head.split('"')[3], b.n, b.t.substr(0, length));
  b.n++;
  b.t = b.t.substr(length).trim();
  if (b.t[0] === ',') b.t = b.t.substr(1).trim();
}

/** It is treated as one of which only the beginning was kept. */
function refuse(o: Ocpp, b: Bulk): void {
  o.in = (b.head + b.t).substr(0, 200);
  o.w.big = 1;
  o.p = 'inbox';
}

/** The entries are gone; what is left is a message of the usual kind. */
function end(o: Ocpp, b: Bulk): void {
  o.in = b.head + b.t;
  o.p = 'inbox';
}

/** A turn: an entry, or the next piece. */
export function turn(o: Ocpp): void {
  const b = o.in as Bulk;
  let n = b.head && b.t[0] === '{' ? entry(b.t) : 0;
  if (o.reg < 1 || o.reg > 2) {
    o.in = undefined;
    return;
  }
  if (!n && b.q.length) {
    read(o, b);
    n = b.head && b.t[0] === '{' ? entry(b.t) : 0;
  }
  o.p = 'bulk';
  if (n) give(o, b, n);
  else if (b.t.length > ENTRY + 600) refuse(o, b);
  else if (!b.q.length) (b.head && b.t[0] !== ']' ? refuse : end)(o, b);
}
