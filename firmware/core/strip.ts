// The lifetime register in flash: a counter that costs one bit a Wh. Writing may only turn bits from 1 to 0, and a power cut
// in the middle leaves a byte old or new, never half: so the register loses nothing and cannot run back.
//
// Three pages take turns. Page: word 0 = MAGIC, written last; word 1 = Wh at its begin; then a bit for each Wh, from the
// lowest bit of each word on. 32 704 Wh a page: at 30 MWh a year a page is erased once in 13 days.

import type { Bit, Nor } from '../../hal/types';
import type { Mount } from './mount.part';
import { part } from './parts';
import { put } from './record';

const MAGIC = 0x31505453;
/** Pages of the strip, at the end of the area. */
export const PAGES = 3;
/** First word of the bits, and bits of a page. */
const HEAD = 2;
/** Words that are written at a time: 128 Wh, a minute at 7 kW. */
const WORDS = 4;

const s = {
  nor: undefined as unknown as Nor,
  /** Start of the strip, of the page in use; erased pages behind it. */
  from: 0,
  page: 0,
  spare: 0,
  /** Wh at the begin of the page; bits used in it. */
  base: 0,
  n: 0,
};

function place(p: number): number {
  return s.from + p * s.nor.page;
}

function begin(p: number, wh: number): void {
  s.page = p;
  s.base = wh;
  s.n = 0;
  put(s.nor, place(p) + 4, wh);
  put(s.nor, place(p), MAGIC);
}

/** Erases one more page ahead; true = something was done. Stands still for some 50 ms: only with the contactor open. */
export function ahead(): boolean {
  if (s.spare >= PAGES - 1) return false;
  s.nor.erase(place((s.page + s.spare + 1) % PAGES));
  s.spare++;
  return true;
}

/** 1 = the last erased page is nearly used up. */
export function low(): Bit {
  return !s.spare && s.n > s.nor.page * 7 ? 1 : 0;
}

/** Reads the strip at the end of `nor`: Wh. */
export function mount(nor: Nor): number {
  s.nor = nor;
  s.from = nor.size - PAGES * nor.page;
  Object.assign(s, (part('mount') as Mount).strip(nor, s.from, PAGES, MAGIC, HEAD));
  if (s.page < 0) fresh();
  return s.base + s.n;
}

/** Nothing of ours is there: page 0 is begun, whatever it holds. */
function fresh(): void {
  s.nor.erase(place(0));
  begin(0, 0);
}

/** Turns bits until the register stands at `wh`, as far as pages are erased and at most of some words at a time; `may` = one
 * may be erased now. */
export function advance(wh: number, may: Bit): void {
  const most = (s.nor.page / 4 - HEAD) * 32;
  for (let i = 0; i < WORDS && s.base + s.n < wh; i++) {
    if (s.n === most && !turn(may)) return;
    const at = s.n & 31;
    const k = Math.min(32 - at, wh - s.base - s.n);
    s.n += k;
    put(s.nor, place(s.page) + ((s.n - k) >> 5) * 4 + HEAD * 4, at + k > 31 ? 0 : -1 << (at + k));
  }
}

function turn(may: Bit): boolean {
  if (!s.spare && !(may && ahead())) return false;
  s.spare--;
  begin((s.page + 1) % PAGES, s.base + s.n);
  return true;
}
