// Part on call: the two slots of Storage that updates are written to. A slot is one file that is made once and stays where
// it is: what lies before it never dies, so that Storage is never compacted. Its content is erased by pages and
// written anew, never while it runs. The text at its beginning says where its first whole page begins; there 32
// bytes of state (firmware/boot.ts reads them), then the update (tools/update.mjs).

import type { Charger } from './charger';

/** A slot that is being filled. */
export interface Slot {
  /** File in Storage. */
  slot: string;
  /** Address looked at, and then that of the file's header in flash; where its pages begin in the file, 0 = not known yet. */
  addr: number;
  from: number;
  /** Page that is to be blank, or piece that is to be checked; sum over the pieces so far. */
  n: number;
  sum: string;
}

/** Exports of this part. */
export interface Slots {
  other(): string;
  blank(c: Charger, w: Slot): string | undefined;
  check(c: Charger, w: Slot, size: number): string | undefined;
  arm(w: Slot): void;
  confirm(): void;
  condemn(): void;
}

const STORAGE = 0x320000;
const END = 0x400000;
const PAGE = 4096;
const PAGES = 72;
/** Bytes of the file: wherever it lies, so many whole pages begin behind its first 64 bytes. */
const SIZE = (PAGES + 1) * PAGE + 64;
const STATE = 32;
const HEAD = 160;
const PIECE = 2048;
const DONE = '\0\0\0\0';
/** CRC of an erased page. */
const BLANK = 0xf154670a;
/** Headers that are looked at in one turn. */
const STEP = 6;

/** The slot that does not run. */
export function other(): string {
  return E.slot && E.slot.name === 'pw1' ? 'pw2' : 'pw1';
}

/** Finds the file's header, some headers a turn; behind the last one the file is made. */
function locate(w: Slot): string | undefined {
  const flash = require('Flash');
  for (let i = 0; i < STEP; i++) {
    const h = flash.read(32, w.addr);
    const size = h[0] | (h[1] << 8) | (h[2] << 16);
    const next = (w.addr + 35 + size) & ~3;
    if (E.toString(h.subarray(4, 8)) === w.slot + '\0') {
      w.from = ((w.addr + 96 + PAGE - 1) & ~(PAGE - 1)) - w.addr - 32;
      w.n = 0;
      return undefined;
    }
    // No header: the files may go on at the next page, but only there.
    if (size < 0xffffff && next <= END) {
      w.addr = next;
      w.n = 0;
    } else if (w.n++) return make(w);
    else w.addr = (w.addr & ~(PAGE - 1)) + PAGE;
  }
  return undefined;
}

function make(w: Slot): string | undefined {
  const s = require('Storage');
  w.addr = STORAGE;
  w.n = 0;
  // With less room Storage would be compacted.
  if (s.read(w.slot, 0, 8) !== undefined || s.getFree() < SIZE + 64) return 'no room for the slot ' + w.slot;
  s.write(w.slot, '    ', 0, SIZE);
  return undefined;
}

/** Writes where the pages begin, [dddd], into the first of seven places that is blank: a power cut may have spoiled one. */
function note(w: Slot): void {
  const s = require('Storage');
  const text = '[' + ('000' + w.from).substr(-4) + ']\n\n';
  const all = '' + s.read(w.slot, 0, 64);
  let at = 8;
  while (at < 56 && all[at] !== '\xff') {
    if (all.substr(at, 8) === text) return;
    at += 8;
  }
  s.write(w.slot, text, at);
}

/** Finds the slot and erases what is left in it, a step a turn: undefined = more to do, '' = it is blank, or why it cannot be. */
export function blank(c: Charger, w: Slot): string | undefined {
  const s = require('Storage');
  if (!w.from) return locate(w);
  const at = w.from + w.n * PAGE;
  const page = s.read(w.slot, at, PAGE)!;
  // Never a byte of another file.
  if (page.length < PAGE) return 'the slot is too short';
  if (E.CRC32(page) ^ BLANK) {
    // An erase stands still for some 50 ms.
    if (c.s.on && !c.b.interlock) return undefined;
    require('Flash').erasePage(w.addr + 32 + at);
  }
  if (++w.n < PAGES) return undefined;
  note(w);
  w.n = 0;
  return '';
}

function digest(text: string): string {
  return E.toString(require('crypto').SHA256(text));
}

function hex(bytes: string): string {
  let t = '';
  for (let i = 0; i < bytes.length; i++) t += bytes.charCodeAt(i).toString(16).padStart(2, '0');
  return t;
}

/** What is wrong with the head, '' = nothing. What begins with ! would be no better if it were fetched again. */
function judge(c: Charger, head: string, size: number): string {
  const f = head.split(' ');
  if (f[0] !== 'PWU1') return 'no update of Pilotwire';
  if (parseInt(f[3], 10) !== size - HEAD || size > PAGES * PAGE - STATE) return 'wrong length';
  if (f[1] !== c.b.name) return '!for the board ' + f[1].substr(0, 20) + ', this is ' + c.b.name;
  return parseInt(f[2], 10) >= parseInt(VERSION, 10) ? '' : '!version ' + f[2].substr(0, 20) + ' is too old';
}

/** Checks what was written, a piece a turn: undefined = more to do, '' = good, or why not. */
export function check(c: Charger, w: Slot, size: number): string | undefined {
  const s = require('Storage');
  const at = w.from + STATE;
  const head = '' + s.read(w.slot, at, HEAD);
  const sum = head.split(' ')[4];
  if (!w.n++) {
    w.sum = digest(head.substr(0, head.indexOf(sum || '?')));
    const bad = judge(c, head, size);
    return bad === '' ? undefined : bad;
  }
  const from = HEAD + (w.n - 2) * PIECE;
  if (from < size) {
    w.sum = digest(w.sum + digest(s.read(w.slot, at + from, Math.min(PIECE, size - from))!));
    return undefined;
  }
  w.n = 0;
  return hex(w.sum) === sum ? '' : 'wrong checksum';
}

/** From the next boot on this slot runs, if it proves itself. It may be asked for again: the answer got lost. */
export function arm(w: Slot): void {
  const s = require('Storage');
  if (s.read(w.slot, w.from + 4, 4) === DONE) return;
  const seq = E.slot ? E.slot.seq : 0;
  const size = HEAD + parseInt(s.read(w.slot, w.from + STATE, HEAD)!.split(' ')[3], 10);
  const word = digest(s.read(w.slot, w.from + STATE, size)!).substr(0, 4);
  s.write(w.slot, ('000' + (seq + 1)).substr(-4), w.from);
  s.write(w.slot, word, w.from + 28);
  s.write(w.slot, DONE, w.from + 4);
}

/** The bundle that runs has proved itself. */
export function confirm(): void {
  const slot = E.slot!;
  slot.ok = 1;
  require('Storage').write(slot.name, DONE, slot.at - 12);
}

/** The bundle that runs is no good: another one starts at the next boot. */
export function condemn(): void {
  require('Storage').write(E.slot!.name, DONE, E.slot!.at - 8);
}
