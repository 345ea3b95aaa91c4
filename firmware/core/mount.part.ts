// Part on call: reads in at boot what the journal's ring and the register's strip hold, whatever a power cut has left.

import type { Nor } from '../../hal/types';
import { GONE, MAGIC, MARK, SET, blank, payload, word } from './record';

/** The ring as it was found: where each key's last record starts, in words; page in use, next free byte in it, its
 * sequence number (0 = none was begun), erased pages behind it; places where a record was lost. */
export interface Ring {
  index: { [key: string]: number };
  page: number;
  at: number;
  seq: number;
  spare: number;
  bad: number;
}

/** The strip as it was found: page in use (-1 = none), Wh at its begin, bits used in it, erased pages behind it. */
export interface Strip {
  page: number;
  base: number;
  n: number;
  spare: number;
}

/** Exports of this part. */
export interface Mount {
  ring(nor: Nor, pages: number): Ring;
  strip(nor: Nor, from: number, pages: number, magic: number, head: number): Strip;
}

/** Takes in one record; returns the byte behind it, or 0 when there is no good record. */
function replay(nor: Nor, r: Ring, from: number, end: number): number {
  if (from + 8 > end) return 0;
  const head = nor.read(from, 4);
  const length = head[2] + head[3] * 256;
  if (head[0] !== MARK || (head[1] !== SET && head[1] !== GONE) || from + 8 + length > end) return 0;
  const p = payload(nor, from);
  if (p === undefined) return 0;
  const key = p.substr(0, p.indexOf('\n'));
  if (head[1] === SET) r.index[key] = from >> 2;
  else delete r.index[key];
  return from + 8 + ((length + 3) & ~3);
}

/** A power cut has left a record without its first word, or without the end of that: nothing is lost that was ever kept. */
function torn(nor: Nor, from: number): boolean {
  return nor.read(from, 4)[3] === 255;
}

/** Reads one page in. Behind a torn record the next good one is searched word by word; writing goes on after all. */
function load(nor: Nor, r: Ring, p: number): void {
  const end = (p + 1) * nor.page;
  let from = p * nor.page + 8;
  let good = 1;
  while (from < end) {
    const next = replay(nor, r, from, end);
    if (!next && blank(nor, from, end)) break;
    if (!next && good && !torn(nor, from)) r.bad++;
    good = next;
    from = next ? next : from + 4;
  }
  r.page = p;
  r.at = from;
}

/** Page with the smallest sequence number above `low`, -1 = none. */
function following(order: number[], low: number): number {
  let best = -1;
  for (let p = 0; p < order.length; p++) if (order[p] > low && (best < 0 || order[p] < order[best])) best = p;
  return best;
}

/** Reads the ring in, oldest page first. */
export function ring(nor: Nor, pages: number): Ring {
  const r: Ring = { index: {}, page: pages - 1, at: 0, seq: 0, spare: 0, bad: 0 };
  const order: number[] = [];
  for (let p = 0; p < pages; p++) {
    const head = nor.read(p * nor.page, 8);
    order.push(word(head, 0) === MAGIC ? word(head, 4) : 0);
  }
  for (let p = following(order, 0); p >= 0; p = following(order, r.seq)) {
    r.seq = order[p];
    load(nor, r, p);
  }
  for (let p = r.page; r.spare < pages - 1; r.spare++) {
    p = (p + 1) % pages;
    if (!blank(nor, p * nor.page, (p + 1) * nor.page)) break;
  }
  return r;
}

/** Bits used in a page of the strip: whole words by halving, then those of the word in use. */
function used(nor: Nor, from: number, head: number): number {
  const size = nor.page / 4;
  let lo = head;
  let hi = size;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (word(nor.read(from + mid * 4, 4), 0) === 0) lo = mid + 1;
    else hi = mid;
  }
  let n = (lo - head) * 32;
  if (lo < size) for (let v = word(nor.read(from + lo * 4, 4), 0); !(v & 1); v = (v >>> 1) | 0x80000000) n++;
  return n;
}

/** Reads the strip in: the page with the highest begin counts. */
export function strip(nor: Nor, from: number, pages: number, magic: number, head: number): Strip {
  const s: Strip = { page: -1, base: -1, n: 0, spare: 0 };
  for (let p = 0; p < pages; p++) {
    const b = nor.read(from + p * nor.page, 8);
    if (word(b, 0) !== magic || word(b, 4) <= s.base) continue;
    s.page = p;
    s.base = word(b, 4);
  }
  if (s.page >= 0) s.n = used(nor, from + s.page * nor.page, head);
  // Where there is none, page 0 is going to be begun.
  for (let p = Math.max(s.page, 0); s.spare < pages - 1; s.spare++) {
    p = (p + 1) % pages;
    if (!blank(nor, from + p * nor.page, from + (p + 1) * nor.page)) break;
  }
  return s;
}
