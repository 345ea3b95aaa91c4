// The interpreter's Storage as a file: taken apart and written anew, without dead files, before it starts.

import fs from 'node:fs';
import { Storage } from '../esp32/storage';
import type { Flash } from '../types';

/** No step of a file's time is longer, ms. */
const STEP = 50;

/** Flash in memory: an image of `size` bytes, the rest erased. */
function memory(size: number, image: Uint8Array = new Uint8Array()): Flash & { bytes: Buffer } {
  const bytes = Buffer.alloc(size, 0xff);
  bytes.set(image.subarray(0, size));
  return {
    bytes,
    size,
    writes: 0,
    erases: 0,
    read: (at, length) => Uint8Array.prototype.slice.call(bytes, at, at + length),
    write(at, data) {
      bytes.set(data, at);
      this.writes++;
    },
    erase: () => {},
    tear: () => {},
  };
}

/** Files of an image, in order. */
export function unpack(image: Uint8Array): Map<string, Uint8Array> {
  const storage = new Storage(memory(image.length, image), {}, 0);
  return new Map(storage.list().map((name) => [name, storage.read(name)!]));
}

/** The image with these files, as long as it has to be. */
export function pack(files: Map<string, Uint8Array>): Buffer {
  let size = 0;
  for (const data of files.values()) size += 64 + data.length;
  const flash = memory(size);
  const storage = new Storage(flash, {}, 0);
  for (const [name, data] of files) if (data.length) storage.write(name, data);
  return flash.bytes.subarray(0, storage.used());
}

/** Tells the bytes in use in the file, dead ones included; it is read anew only when it was written. */
export function gauge(file: string): () => number {
  let seen = '';
  let used = 0;
  return () => {
    const s = fs.statSync(file, { throwIfNoEntry: false });
    if (!s) return 0;
    const stamp = `${s.mtimeMs} ${s.size}`;
    if (stamp !== seen) used = new Storage(memory(s.size, fs.readFileSync(file)), {}, 0).used();
    // Times of files go in steps of some ms: within one it may be written again.
    seen = Date.now() - s.mtimeMs > STEP ? stamp : '';
    return used;
  };
}

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean => !!a && Buffer.compare(a, b) === 0;

/** Puts `first` in front of what the file holds already, or of nothing when `fresh`. One that has it all stays as it is. */
export function furnish(file: string, first: Map<string, Uint8Array>, fresh: boolean): void {
  const old = fresh || !fs.existsSync(file) ? new Map<string, Uint8Array>() : unpack(fs.readFileSync(file));
  if (first.size && [...first].every(([name, data]) => same(old.get(name), data))) return;
  const all = new Map(first);
  for (const [name, data] of old) if (!all.has(name)) all.set(name, data);
  fs.writeFileSync(file, pack(all));
}
