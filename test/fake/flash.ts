// NOR flash in memory that loses power after `cut` more bytes; a cut erase leaves the page half erased.

import assert from 'node:assert';
import type { Nor } from '../../hal/types';

export const PAGE = 4096;

export class Flash implements Nor {
  page = PAGE;
  size: number;
  cut = Infinity;
  writes = 0;
  erases = 0;
  bytes: Uint8Array;
  constructor(pages: number) {
    this.size = pages * PAGE;
    this.bytes = new Uint8Array(this.size).fill(255);
  }
  read(at: number, length: number): Uint8Array {
    return this.bytes.slice(at, at + length);
  }
  write(what: Uint8Array | string, at: number): void {
    const data = typeof what === 'string' ? Buffer.from(what, 'latin1') : what;
    assert.equal(at % 4, 0);
    assert.equal(data.length % 4, 0);
    this.writes++;
    for (let i = 0; i < data.length; i++) {
      if (this.cut-- <= 0) throw new Error('power');
      this.bytes[at + i] &= data[i];
    }
  }
  erase(at: number): void {
    assert.equal(at % PAGE, 0);
    this.erases++;
    for (let i = 0; i < PAGE; i++) {
      if (i % 64 === 0 && this.cut-- <= 0) throw new Error('power');
      this.bytes[at + i] = 255;
    }
  }
}
