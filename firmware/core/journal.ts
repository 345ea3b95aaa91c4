// A ring of records in the 64 kB of flash beside Storage: settings that changed, counters, transactions. Small texts
// under short keys; the last record of a key counts. Safe against a power cut at every byte: a record's payload and
// checksum are written before its first word, and a page is only erased when all that lives in it stands elsewhere.
//
// Page: word 0 = MAGIC, word 1 = sequence number (rises with each page begun).
// Record: word 0 = 0xA5, kind, length (16 bits, little-endian); word 1 = CRC32 of the payload; payload `key\ntext`,
// padded to words. Kind 1 = the key has this text, 2 = the key is gone.

import type { Bit, Nor } from '../../hal/types';

const MAGIC = 0x314a5750;
const MARK = 0xa5;
const SET = 1;
const GONE = 2;
/** Longest payload: a record lies in one page. */
const LONGEST = 2000;
/** Pages kept erased ahead while an erase, some 50 ms, may be waited for. */
const AHEAD = 8;

let nor: Nor;
let pages = 0;
/** Where each key's last record starts, in words. */
let index: { [key: string]: number } = {};
/** Page being written, next free byte in it, its sequence number. */
let page = 0;
let at = 0;
let seq = 0;
/** Erased pages after `page`. */
let spare = 0;
/** 1 = an erase, during which everything stands still, hurts nobody now. */
let quiet: Bit = 1;

function word(b: Uint8Array, i: number): number {
  return b[i] + b[i + 1] * 256 + b[i + 2] * 65536 + b[i + 3] * 16777216;
}

function bytes(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255];
}

/** Starts the next page; it must be erased. */
function turn(): void {
  page = (page + 1) % pages;
  seq++;
  spare--;
  const from = page * nor.page;
  nor.write(new Uint8Array(bytes(seq)), from + 4);
  nor.write(new Uint8Array(bytes(MAGIC)), from);
  at = from + 8;
}

/** Bytes as text; E.toString() gives up when memory is in small pieces. */
function text(data: Uint8Array): string {
  return E.toString(data) || slow(data);
}

function slow(data: Uint8Array): string {
  let out = '';
  for (const b of data) out += String.fromCharCode(b);
  return out;
}

/** Payload of the record at byte `from`, undefined when it is damaged. */
function payload(from: number): string | undefined {
  const head = nor.read(from, 8);
  const data = nor.read(from + 8, head[2] + head[3] * 256);
  if (head[0] !== MARK || E.CRC32(data) >>> 0 !== word(head, 4) >>> 0) return undefined;
  return text(data);
}

/** Writes one record; there must be room. */
function append(kind: number, key: string, value: string): void {
  const data = E.toUint8Array(key + '\n' + value);
  const length = data.length;
  const padded = new Uint8Array((length + 3) & ~3);
  padded.fill(255);
  padded.set(data);
  const sum = E.CRC32(data);
  nor.write(padded, at + 8);
  nor.write(new Uint8Array(bytes(sum)), at + 4);
  nor.write(new Uint8Array([MARK, kind, length & 255, length >> 8]), at);
  if (kind === SET) index[key] = at >> 2;
  else delete index[key];
  at += 8 + padded.length;
}

/** Copies a live record into the current page. */
function move(key: string): void {
  const text = get(key);
  if (text === undefined) return;
  room(key.length + text.length);
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

/** Makes room for key and text in the current page. */
function room(length: number): void {
  if ((page + 1) * nor.page - at < length + 12) turn();
}

/** The text under `key`, undefined = none. */
export function get(key: string): string | undefined {
  if (!index.hasOwnProperty(key)) return undefined;
  const p = payload(index[key] << 2);
  return p === undefined ? undefined : p.substr(key.length + 1);
}

/** Says whether an erase would hurt; see core/scan.ts for what waits 100 ms at most. */
export function calm(now: Bit): void {
  quiet = now;
}

function store(kind: number, key: string, text: string): boolean {
  // Two erased pages stay in reserve, so that reclaim() cut off at any point finds room again at the next boot. While an
  // erase would hurt the reserve is used up to its last page.
  if (spare < 3 && quiet) reclaim();
  if (spare < 2) return false;
  room(key.length + text.length);
  append(kind, key, text);
  return true;
}

/** Keeps `text` under `key` (no line break in the key); nothing is written when it stands there already. */
export function put(key: string, text: string): boolean {
  if (key.length + text.length > LONGEST) return false;
  return get(key) === text || store(SET, key, text);
}

/** Forgets `key`. */
export function del(key: string): void {
  if (index.hasOwnProperty(key)) store(GONE, key, '');
}

/** All keys that begin with `prefix`, in no order. */
export function keys(prefix: string): string[] {
  const out: string[] = [];
  for (const k of Object.keys(index)) if (k.startsWith(prefix)) out.push(k);
  return out;
}

/** Housekeeping while the contactor is open: erases ahead, one page a call. True when something was done. */
export function tidy(): boolean {
  if (spare >= AHEAD) return false;
  reclaim();
  return true;
}

/** Takes in one record; returns the byte behind it, or 0 when there is no good record. */
function replay(from: number, end: number): number {
  if (from + 8 > end) return 0;
  const head = nor.read(from, 4);
  const length = head[2] + head[3] * 256;
  if (head[0] !== MARK || (head[1] !== SET && head[1] !== GONE) || from + 8 + length > end) return 0;
  const p = payload(from);
  if (p !== undefined) learn(head[1], p.substr(0, p.indexOf('\n')), from);
  else return 0;
  return from + 8 + ((length + 3) & ~3);
}

function learn(kind: number, key: string, from: number): void {
  if (kind === SET) index[key] = from >> 2;
  else delete index[key];
}

function blank(from: number, end: number): boolean {
  while (from < end) {
    const b = nor.read(from, Math.min(256, end - from));
    if (E.sum(b) !== b.length * 255) return false;
    from += b.length;
  }
  return true;
}

/** Reads one page in. Behind a torn record the next good one is searched word by word; writing goes on after all. */
function load(p: number): void {
  const end = (p + 1) * nor.page;
  let from = p * nor.page + 8;
  while (from < end) {
    const next = replay(from, end);
    if (!next && blank(from, end)) break;
    from = next ? next : from + 4;
  }
  page = p;
  at = from;
}

/** Sequence number of a page, 0 = not begun. */
function sequence(p: number): number {
  const head = nor.read(p * nor.page, 8);
  return word(head, 0) === MAGIC ? word(head, 4) : 0;
}

function free(p: number): boolean {
  return blank(p * nor.page, (p + 1) * nor.page);
}

/** Counts the erased pages after the current one. */
function measure(): void {
  spare = 0;
  while (spare < pages - 1 && free((page + spare + 1) % pages)) spare++;
}

/** Page with the smallest sequence number above `low`, -1 = none. */
function following(order: number[], low: number): number {
  let best = -1;
  for (let p = 0; p < order.length; p++) if (order[p] > low && (best < 0 || order[p] < order[best])) best = p;
  return best;
}

/** Reads the ring in, oldest page first; it fills all but the last `rest` pages. An empty or foreign area is begun anew. */
export function mount(area: Nor, rest: number): void {
  nor = area;
  pages = area.size / area.page - rest;
  index = {};
  seq = 0;
  const order: number[] = [];
  for (let p = 0; p < pages; p++) order.push(sequence(p));
  for (let p = following(order, 0); p >= 0; p = following(order, seq)) {
    seq = order[p];
    load(p);
  }
  if (!seq) page = pages - 1;
  measure();
  while (spare < 2) reclaim();
  if (!seq) turn();
}
