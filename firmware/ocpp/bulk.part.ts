// Part on call: a call that is too long to be held as a whole. Its list of objects is taken out entry by entry as JSON text,
// one a turn, for the part that takes them; the rest, with an empty list, then goes the usual way.

import type { Answer, Answers } from './answer.part';
import type { Ocpp } from './state';

/** Longest entry, and longest text in front of the list and behind it. */
const ENTRY = 1000;
const ASK = '?';

export interface Bulk {
  /** Pieces not looked at yet (a number: it lies in flash), text being looked at and from where on, text up to the list ('' = not found yet), entries
   * so far. */
  q: (string | number)[];
  t: string;
  at: number;
  head: string;
  n: number;
  /** Part that takes the entries, '' = nobody, and the entry for it. Behind ASK it is to be looked for: the part that answers the
   * call, '' = that as well. */
  part: string;
  e: string;
  /** Piece that was read and has to be forgotten, from 1 on; 0 = none. */
  gone: number;
}

/** 1 = a whole object: with a second value behind it, as the engine's parser does not mind what follows. */
function whole(text: string): boolean {
  try {
    const two = JSON.parse('[' + text + ',7]') as unknown[];
    return two.length === 2 && two[1] === 7;
  } catch (e) {
    return false;
  }
}

/** End of the entry that begins at `b.at`, 0 = it is not there yet. */
function entry(b: Bulk): number {
  const t = b.t;
  const from = b.at;
  if (!b.head || t[from] !== '{') return 0;
  let at = t.indexOf('}', from);
  // Most end with two of them.
  if (t[at + 1] === '}') at++;
  while (at >= 0 && !whole(t.substring(from, at + 1))) at = t.indexOf('}', at + 1);
  return at + 1;
}

/** Where the list of objects begins, -1 = not yet. */
function list(text: string): number {
  let at = text.indexOf('[', 1);
  while (at >= 0 && text.substr(at + 1, 20).trim()[0] !== '{') at = text.indexOf('[', at + 1);
  return at;
}

/** Passes over what stands between entries. */
function skip(b: Bulk): void {
  if (b.t[b.at] === ',') b.at++;
  if (b.t[b.at] === '{') return;
  while (b.at < b.t.length && ' ,\n\r\t'.indexOf(b.t[b.at]) >= 0) b.at++;
}

/** A step towards the part that takes the entries. */
function seek(o: Ocpp, b: Bulk): void {
  const name = b.part.substr(1);
  const part = o.c.f.ready(name || 'answer');
  if (!part) return;
  if (name) {
    b.part = (part as Answers).entry || '';
    return;
  }
  const row = (part as Answer).row(o.c, b.head.split('"')[3]);
  const cut = row ? row.indexOf(' ') : 0;
  b.part = cut > 0 ? ASK + row!.substr(0, cut) : '';
}

/** Forgets the piece that was read. */
function forget(o: Ocpp, b: Bulk): void {
  o.c.f.del('i' + (b.gone - 1));
  b.gone = 0;
}

/** The next piece. */
function next(o: Ocpp, b: Bulk): string {
  const p = b.q.shift();
  if (b.gone) forget(o, b);
  if (typeof p !== 'number') return p ?? '';
  b.gone = p + 1;
  return o.c.f.get('i' + p) ?? '';
}

/** Nobody reads the rest. */
function drop(o: Ocpp, b: Bulk): void {
  while (b.q.length) next(o, b);
  if (b.gone) forget(o, b);
}

/** Takes the next piece in. */
function read(o: Ocpp, b: Bulk): void {
  const rest = b.t.substr(b.at);
  // Two long texts less at the same time.
  b.t = '';
  b.t = rest + next(o, b);
  b.at = 0;
  if (!b.head) {
    const at = list(b.t);
    if (at < 0) return;
    b.head = b.t.substr(0, at + 1);
    b.at = at + 1;
    b.part = ASK;
  }
  skip(b);
}

/** The entry that ends there is for the other part. */
function give(o: Ocpp, b: Bulk, end: number): void {
  b.e = b.t.substring(b.at, end);
  b.n++;
  b.at = end;
  skip(b);
  if (b.part) o.p = b.part;
}

/** It is treated as one of which only the beginning was kept. */
function refuse(o: Ocpp, b: Bulk): void {
  drop(o, b);
  o.in = [(b.head + b.t).substr(0, 200)];
  o.p = 'inbox';
}

/** The entries are gone; what is left is a message of the usual kind. */
function finish(o: Ocpp, b: Bulk): void {
  o.in = b.head + b.t.substr(b.at);
  o.p = 'inbox';
}

/** A turn: an entry, or the next piece. */
export function turn(o: Ocpp): void {
  const b = o.in as Bulk;
  if (o.reg < 1 || o.reg > 2) {
    drop(o, b);
    o.in = undefined;
    return;
  }
  o.p = 'bulk';
  if (b.gone || b.part[0] === ASK) {
    (b.gone ? forget : seek)(o, b);
    return;
  }
  const end = entry(b);
  if (end) give(o, b, end);
  else if (b.t.length - b.at > ENTRY + 600) refuse(o, b);
  else if (b.q.length) read(o, b);
  else (b.head && b.t[b.at] !== ']' ? refuse : finish)(o, b);
}
