// Part on call: reads in at boot what the journal's ring and the register's strip hold, whatever a power cut has left.

import type { Nor } from '../../hal/types';
import { GONE, MAGIC, MARK, SET, text, word } from './record';

/** First halves of the word that a record begins with. */
const PUT = MARK | (SET << 8);
const DEL = MARK | (GONE << 8);

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

/** Words of a page, read in one piece. */
function words(nor: Nor, from: number): Uint32Array {
  const b = nor.read(from, nor.page);
  return new Uint32Array(b.buffer, b.byteOffset, nor.page >> 2);
}

/** 1 = all words from `i` on are erased. */
function erased(w: Uint32Array, i: number): boolean {
  const b = new Uint8Array(w.buffer, w.byteOffset + 4 * i);
  return E.sum(b) === b.length * 255;
}

/** The same of a whole page. */
function blank(nor: Nor, from: number): boolean {
  return erased(words(nor, from), 0);
}

/** Payload of a record, byte by byte. */
function slow(w: Uint32Array, i: number, length: number): string {
  return text(new Uint8Array(w.buffer, w.byteOffset + 4 * i + 8, length));
}

/** 1 = a record was lost here. One that a power cut has left without its first word, or without the end of that, is none: nothing
 * is gone that was ever kept. */
function lost(head: number): number {
  return head >>> 24 === 255 ? 0 : 1;
}

/**
 * Reads one page in. Behind a torn record the next good one is searched word by word; writing goes on after all. All in one
 * loop, the good record first, names declared outside: a start sees some hundred of them.
 */
function load(nor: Nor, r: Ring, p: number): void {
  // At hand: the engine would look for it behind all of our names.
  const crc = E.CRC32;
  const w = words(nor, p * nor.page);
  const n = w.length;
  // Nothing when memory is in small pieces.
  const flat = E.toString(new Uint8Array(w.buffer, w.byteOffset, nor.page));
  const page = (p * nor.page) >> 2;
  const index = r.index;
  let i = 2;
  let good = 1;
  let head = 0;
  let kind = 0;
  let next = 0;
  let t = '';
  while (i < n) {
    head = w[i];
    kind = head & 0xffff;
    next = i + 2 + (((head >>> 16) + 3) >> 2);
    if (
      (kind === PUT || kind === DEL) &&
      next <= n &&
      crc((t = flat ? flat.substr(4 * i + 8, head >>> 16) : slow(w, i, head >>> 16))) >>> 0 === w[i + 1]
    ) {
      t = t.substr(0, t.indexOf('\n'));
      if (kind === PUT) index[t] = page + i;
      else delete index[t];
      i = next;
      good = 1;
    } else {
      if (erased(w, i)) break;
      if (good) r.bad += lost(head);
      good = 0;
      i++;
    }
  }
  r.page = p;
  r.at = (page + i) << 2;
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
    if (!blank(nor, p * nor.page)) break;
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
    if (!blank(nor, from + p * nor.page)) break;
  }
  return s;
}
