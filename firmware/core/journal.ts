// A ring of records in the 64 kB of flash beside Storage: settings that changed, counters, transactions. Small texts
// under short keys; the last record of a key counts. Safe against a power cut at every byte: a record's payload and
// checksum are written before its first word, and a page is only erased when all that lives in it stands elsewhere.

import type { Bit, Nor } from '../../hal/types';
import type { Mount } from './mount.part';
import { log } from './log';
import { part } from './parts';
import { GONE, MAGIC, MARK, SET, payload, put as write } from './record';

/** Longest payload: a record lies in one page. */
const LONGEST = 2000;
/** Pages kept erased ahead while an erase, some 50 ms, may be waited for: a start reads in what stands in the others. */
const AHEAD = 10;
/** Of these, pages that limits and settings leave to transactions while it may not. */
const SHARE = 7;
/** Pages that are left to what must not be lost. */
const SOFT = 4;
/** Most bytes that wait in memory, and what a key costs there besides its text. */
const HOLD = 700;
const EACH = 30;

let nor: Nor;
let pages = 0;
/** Where each key's last record starts, in words. */
let index: { [key: string]: number } = {};
/** Page being written, next free byte in it, its sequence number. */
let page = 0;
let at = 0;
let seq = 0;
/** Erased pages after `page`; how many of them can be had, as far as is known, and pages tried since. */
let spare = 0;
let goal = AHEAD;
let tries = 0;
/** 1 = an erase, during which everything stands still, hurts nobody now. */
let quiet: Bit = 1;
/** What waits in memory for a page, the last text of each key; undefined = the key is to be forgotten. */
let held: { [key: string]: string | undefined } = {};

/** Starts the next page; it must be erased. */
function turn(): void {
  page = (page + 1) % pages;
  seq++;
  spare--;
  const from = page * nor.page;
  write(nor, from + 4, seq);
  write(nor, from, MAGIC);
  at = from + 8;
}

/** Writes one record, into the next page where this one has no room for it. */
function append(kind: number, key: string, value: string): void {
  let text = key + '\n' + value;
  const length = text.length;
  if ((page + 1) * nor.page - at < length + 11) turn();
  const sum = E.CRC32(text);
  const bytes = String.fromCharCode;
  // In place: to put the checksum in front would copy a text that may be long.
  text += '\xff\xff\xff'.substr(0, -length & 3);
  nor.write(text, at + 8);
  nor.write(bytes(sum & 255, (sum >> 8) & 255, (sum >> 16) & 255, (sum >> 24) & 255), at + 4);
  nor.write(bytes(MARK, kind, length & 255, length >> 8), at);
  if (kind === SET) index[key] = at >> 2;
  else delete index[key];
  at += (length + 11) & ~3;
}

/** Copies a live record into the current page. */
function move(key: string): void {
  const text = kept(key);
  if (text === undefined) return;
  append(SET, key, text);
}

/** Frees the page behind the erased ones, the oldest: what lives there is written again first. */
function reclaim(): void {
  const victim = (page + spare + 1) % pages;
  const from = (victim * nor.page) >> 2;
  const to = from + (nor.page >> 2);
  for (const key of Object.keys(index)) if (index[key] >= from && index[key] < to) move(key);
  nor.erase(victim * nor.page);
  spare++;
}

/** The text that flash has under `key`, undefined = none. */
function kept(key: string): string | undefined {
  const from = index[key];
  const p = from === undefined ? undefined : payload(nor, from << 2);
  return p === undefined ? undefined : p.substr(key.length + 1);
}

/** The text under `key`, undefined = none. */
export function get(key: string): string | undefined {
  // Most that is asked for is in neither: without a call.
  return held.hasOwnProperty(key) ? held[key] : index[key] === undefined ? undefined : kept(key);
}

/** Says whether an erase would hurt; see core/scan.ts for what waits 100 ms at most. */
export function calm(now: Bit): void {
  quiet = now;
}

/** Keeps a text in memory until pages may be erased: the last one of each key, as far as there is room. Where there is none the
 * text before it stays: it is the one that was promised. What is to be forgotten takes hardly any, and its key is in flash. */
function hold(key: string, text: string | undefined): boolean {
  let n = EACH + (text ?? '').length;
  for (const k of Object.keys(held)) if (k !== key) n += EACH + (held[k] ?? '').length;
  if (text !== undefined && n > HOLD) return false;
  held[key] = text;
  return true;
}

/**
 * Erased pages below which `key` waits, or is lost: limits and settings may come every few seconds, samples and pieces of
 * messages as fast as anybody asks for; starts and ends of transactions never wait for them.
 */
function floor(key: string, soft: Bit | undefined): number {
  if (quiet) return 2;
  return key[0] === 'p' || key[1] === '.' ? SHARE : soft ? SOFT : 2;
}

function store(key: string, text: string | undefined, soft?: Bit): boolean {
  // Two erased pages stay in reserve, so that reclaim() cut off at any point finds room again at the next boot. While an
  // erase would hurt the reserve is used up to its last page, by what must not be lost alone.
  if (spare < 3 && quiet) reclaim();
  if (spare < floor(key, soft)) return !quiet && !soft && hold(key, text);
  delete held[key];
  append(text === undefined ? GONE : SET, key, text ?? '');
  return true;
}

/** No record, or one of another sum or length, says that it is another text; reading it takes three times as long. */
function other(key: string, text: string): boolean {
  if (held.hasOwnProperty(key)) return false;
  const from = index[key];
  if (from === undefined) return true;
  const head = new Uint32Array(nor.read(from << 2, 8).buffer);
  return head[0] >>> 16 !== key.length + 1 + text.length || head[1] !== E.CRC32(key + '\n' + text);
}

/** Keeps `text` under `key` (no line break in the key); nothing is written when it stands there already. `soft`: it may be lost
 * where room is scarce. */
export function put(key: string, text: string, soft?: Bit): boolean {
  if (key.length + text.length > LONGEST) return false;
  return (!soft && !other(key, text) && get(key) === text) || store(key, text, soft);
}

/** Forgets `key`. */
export function del(key: string): void {
  if (index[key] === undefined) delete held[key];
  else {
    goal = AHEAD;
    store(key, undefined);
  }
}

/** Writes one of the texts that wait, now that pages may be erased; false = there is none. */
function late(): boolean {
  const key = Object.keys(held)[0];
  if (key === undefined) return false;
  const text = held[key];
  delete held[key];
  if (!(text === undefined ? store(key, text) : put(key, text))) log('journal', key + ' not kept');
  return true;
}

/** Before a restart, with the contactor open: what waits in memory must not. */
export function flush(): void {
  quiet = 1;
  while (late());
}

/** 1 = soon nothing will find room any more, and what cannot wait in memory is lost. */
export function low(): Bit {
  return spare <= SOFT ? 1 : 0;
}

/** Housekeeping while the contactor is open: writes what waits, and erases ahead, one page a call. True when something was
 * done. */
export function tidy(): boolean {
  if (late()) return true;
  if (spare >= goal) {
    tries = 0;
    return false;
  }
  reclaim();
  // A whole round that did not get there: too much lives.
  if (++tries < pages) return true;
  goal = spare;
  tries = 0;
  return true;
}

/** Outlives a factory reset. */
const KEEP = 'rbc con flt wipe';

/**
 * Factory reset: every page but one new one is erased, the oldest first, with all that is not to stay. Cut off at any byte it
 * begins again at the next boot, because its mark moves along.
 */
function wipe(): void {
  for (const key of Object.keys(index)) if (!KEEP.split(' ').includes(key)) delete index[key];
  turn();
  while (spare < pages - 1) reclaim();
  append(GONE, 'wipe', '');
}

/** Reads the ring in; it fills all but the last `rest` pages. An empty or foreign area is begun anew. */
export function mount(area: Nor, rest: number): void {
  nor = area;
  held = {};
  pages = area.size / area.page - rest;
  const r = (part('mount') as Mount).ring(nor, pages);
  index = r.index;
  page = r.page;
  at = r.at;
  seq = r.seq;
  spare = r.spare;
  if (r.bad) log('journal', r.bad + ' damaged places, what stood there is lost');
  while (spare < 2) reclaim();
  if (!seq) turn();
  if (index.wipe) wipe();
}
