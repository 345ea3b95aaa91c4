// The engine's Storage: a log of files in flash. A file is a header of 32 bytes (length, flags in its top byte, name) and
// data padded to 4 bytes. Writing appends, replacing kills the old file by clearing the first word of its name. All of
// it is decided from the bytes in flash, so that a torn write looks to the engine as it does on the chip.

import type { Files } from '../assembly';
import type { Flash } from '../types';
import { PAGE, STORAGE } from './flash';

const HEADER = 32;
const NAME = 28;
const ALL_ONES = 0xffffffff;

interface Header {
  at: number;
  size: number;
  flags: number;
  name: string;
  /** First word of the name is zero: replaced or erased. */
  dead: boolean;
}

export interface Hooks {
  /** A page was erased, which takes its time. */
  erased?(): void;
  print?(text: string): void;
}

const align = (n: number): number => (n + 3) & ~3;
const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');

export class Storage implements Files {
  private end: number;
  /** Where files lie; looked up anew after every write. */
  private found = new Map<string, Header>();
  private stamp = -1;

  constructor(
    private flash: Flash,
    private hooks: Hooks = {},
    private start = STORAGE,
    size = flash.size - start,
  ) {
    this.end = start + size;
  }

  read(name: string, offset = 0, length = 0): Uint8Array | undefined {
    const file = this.find(name);
    if (!file) return undefined;
    const from = Math.min(Math.max(offset, 0), file.size);
    const n = Math.min(length > 0 ? length : file.size, file.size - from);
    return this.flash.read(file.at + HEADER + from, n);
  }

  /** Throws the engine's text when it refuses. */
  write(name: string, data: Uint8Array, offset = 0, total = 0): boolean {
    if (offset < 0 || total < 0) return false;
    const size = total || data.length;
    if (!size) throw "Can't create zero length file";
    let file = this.find(name);
    if (!offset && !(file && file.size === size && !file.flags && this.erased(file.at + HEADER, size))) {
      if (file && this.holds(file, data)) return true;
      if (file) this.kill(file);
      file = this.create(name, size);
    }
    if (!file) throw 'Unable to find or create file';
    if (offset + data.length > file.size) throw 'Too much data for file size';
    const at = file.at + HEADER + offset;
    if (!this.erased(at, data.length)) throw 'File already written with different data';
    const known = this.stamp === this.count();
    this.flash.write(at, data);
    // What is in a file moves none.
    if (known) this.stamp = this.count();
    return true;
  }

  erase(name: string): void {
    const file = this.find(name);
    if (file) this.kill(file);
  }

  list(): string[] {
    return this.headers()
      .filter((h) => this.real(h))
      .map((h) => h.name);
  }

  getFree(): number {
    return this.end - this.last();
  }

  /** Bytes of dead files. */
  trash(): number {
    return this.headers().reduce((sum, h) => sum + (h.dead ? HEADER + align(h.size) : 0), 0);
  }

  used(): number {
    return this.last() - this.start;
  }

  /** Moves all files together. Returns whether there was anything to gain. */
  compact(): boolean {
    const all = this.headers();
    const first = all.findIndex((h) => h.dead);
    if (first < 0) return false;
    this.hooks.print?.('Compacting... ');
    const from = this.firstPage(all, first);
    const live = all.filter((h) => h.at >= from && this.real(h));
    const content = Buffer.concat(live.map((h) => this.flash.read(h.at, HEADER + align(h.size))));
    const old = this.last();
    for (let at = from; at < old; at += PAGE) {
      this.flash.erase(at / PAGE);
      this.hooks.erased?.();
      const page = content.subarray(at - from, at - from + PAGE);
      if (page.length) this.flash.write(at, page);
    }
    this.hooks.print?.('\n');
    return true;
  }

  eraseAll(): void {
    for (let at = this.start; at < this.end; at += PAGE) {
      this.flash.erase(at / PAGE);
      this.hooks.erased?.();
    }
  }

  /** The engine's test at start-up; what fails it is erased, all of it. */
  valid(): boolean {
    let at = this.start;
    let h = this.header(at);
    if (!h) return this.blank(at) && this.erased(this.start, this.end - this.start);
    for (;;) {
      const after = this.after(h);
      if (after + HEADER > this.end) return after <= this.end;
      at = after;
      h = this.header(at);
      if (h) continue;
      // A header that makes no sense hides the rest of its page only.
      at = (Math.floor(at / PAGE) + 1) * PAGE;
      if (at >= this.end) return this.blank(after);
      h = this.header(at);
      if (!h) return this.blank(at);
    }
  }

  private header(at: number): Header | undefined {
    const raw = this.flash.read(at, HEADER);
    const word = (raw[0] | (raw[1] << 8) | (raw[2] << 16) | (raw[3] << 24)) >>> 0;
    const size = word & 0xffffff;
    if (word === ALL_ONES || word === 0 || at + HEADER + size > this.end) return undefined;
    let name = '';
    for (let i = 4; i < HEADER && raw[i]; i++) name += String.fromCharCode(raw[i]);
    return { at, size, flags: word >>> 24, name, dead: !(raw[4] | raw[5] | raw[6] | raw[7]) };
  }

  private after(h: Header): number {
    return align(h.at + HEADER + h.size);
  }

  /** All headers in order, dead ones too. A run of files that ends goes on at the next page, if there is one there. */
  private headers(): Header[] {
    const all: Header[] = [];
    let h = this.header(this.start);
    while (h) {
      all.push(h);
      let at = this.after(h);
      if (at + HEADER > this.end) break;
      h = this.header(at);
      if (h) continue;
      at = (Math.floor(at / PAGE) + 1) * PAGE;
      h = at < this.end ? this.header(at) : undefined;
    }
    return all;
  }

  private last(): number {
    const all = this.headers();
    return all.length ? this.after(all[all.length - 1]) : this.start;
  }

  private real(h: Header): boolean {
    return !h.dead && (h.flags === 0 || h.flags === 64 || h.flags === 128);
  }

  private count(): number {
    return this.flash.stored ?? this.flash.writes + this.flash.erases;
  }

  private find(name: string): Header | undefined {
    const stamp = this.count();
    if (stamp !== this.stamp) {
      this.found.clear();
      for (const h of this.headers()) if (!h.dead && !this.found.has(h.name)) this.found.set(h.name, h);
      this.stamp = stamp;
    }
    return this.found.get(name.slice(0, NAME));
  }

  private erased(at: number, length: number): boolean {
    const bytes = this.flash.read(at, length);
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0xff) return false;
    return true;
  }

  private blank(at: number): boolean {
    return this.erased(at, HEADER);
  }

  private holds(file: Header, data: Uint8Array): boolean {
    if (file.flags || file.size !== data.length) return false;
    return Buffer.compare(this.flash.read(file.at + HEADER, file.size), data) === 0;
  }

  private kill(file: Header): void {
    this.flash.write(file.at + 4, new Uint8Array(4));
  }

  private create(name: string, size: number): Header | undefined {
    const need = align(size) + HEADER;
    let { at, free } = this.room(need);
    if (at === undefined) {
      const trash = this.headers().reduce((sum, h) => sum + (h.dead ? h.size : 0), 0);
      if (need >= free + trash || !this.compact()) return undefined;
      ({ at, free } = this.room(need));
    }
    if (at === undefined) return undefined;
    const raw = new Uint8Array(HEADER);
    new DataView(raw.buffer).setUint32(0, size, true);
    raw.set(latin(name).subarray(0, NAME), 4);
    this.flash.write(at, raw);
    return { at, size, flags: 0, name, dead: false };
  }

  /** A hole of `need` bytes: behind a run of files, up to the next page that begins with a file. */
  private room(need: number): { at?: number; free: number } {
    let free = 0;
    let at = this.start;
    while (at < this.end) {
      for (let h = this.header(at); h; h = at + HEADER > this.end ? undefined : this.header(at))
        at = this.after(h);
      if (at + HEADER > this.end) break;
      const next = (Math.floor(at / PAGE) + 1) * PAGE;
      const space = (next < this.end && this.header(next) ? next : this.end) - at;
      free += space;
      if (space >= need) return { at, free };
      at = next;
    }
    return { free };
  }

  /** Page from which everything has to be moved: the last that begins with a file before the first dead one. */
  private firstPage(all: Header[], dead: number): number {
    for (let i = dead; i > 0; i--) if (all[i].at % PAGE === 0) return all[i].at;
    return this.start;
  }
}
