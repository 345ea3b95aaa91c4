// The part of the flash chip that belongs to scripts: 64 kB for their own use, then Storage.

import fs from 'node:fs';
import { PowerCut, type Flash } from '../types';

export const PAGE = 4096;
/** Start of Storage, counted as all addresses of `Flash` are. */
export const STORAGE = 0x10000;
export const SIZE = STORAGE + 0xe0000;

export class Nor implements Flash {
  readonly size = SIZE;
  writes = 0;
  erases = 0;
  stored = 0;
  private bytes = new Uint8Array(SIZE).fill(0xff);
  /** Bytes until the supply fails. */
  private left: number | undefined;

  constructor(image?: Uint8Array) {
    if (image) this.bytes.set(image.subarray(0, SIZE));
  }

  read(at: number, length: number): Uint8Array {
    return this.bytes.slice(at, at + length);
  }

  write(at: number, data: Uint8Array): void {
    if (at < 0 || at + data.length > SIZE)
      throw new RangeError(`write beyond the flash: ${at}+${data.length}`);
    const n = this.left === undefined ? data.length : Math.min(this.left, data.length);
    for (let i = 0; i < n; i++) this.bytes[at + i] &= data[i];
    this.writes++;
    if (at + data.length > STORAGE) this.stored++;
    if (this.left === undefined) return;
    this.left -= n;
    if (this.left > 0) return;
    this.left = undefined;
    throw new PowerCut();
  }

  erase(page: number): void {
    if (page < 0 || page * PAGE >= SIZE) throw new RangeError(`no page ${page}`);
    this.bytes.fill(0xff, page * PAGE, (page + 1) * PAGE);
    this.erases++;
    if (page * PAGE >= STORAGE) this.stored++;
  }

  tear(n: number | undefined): void {
    this.left = n;
  }

  /** Writes the whole image; the file is either the old or the new one whatever happens. */
  save(file: string): void {
    fs.writeFileSync(`${file}.new`, this.bytes);
    fs.renameSync(`${file}.new`, file);
  }

  static load(file: string): Nor {
    return new Nor(fs.existsSync(file) ? fs.readFileSync(file) : undefined);
  }
}
