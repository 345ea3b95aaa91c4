// What esptool writes: the image of Storage, the engine's switches in NVS, and the table that says where they belong.
import { crc32 } from './crc32.mjs';

/** What the firmware and its Storage expect of the flash; docs/flashing.md has the whole map. */
export const STORAGE = 0x320000;
export const STORAGE_SIZE = 0xe0000;
/** The journal's 64 kB: settings, transactions, counters. */
export const JOURNAL = 0x310000;
export const JOURNAL_SIZE = 0x10000;

/** A file in Storage: this much besides its data. */
export const HEADER = 32;
const NAME = 28;
const padded = (n) => (n + 3) & ~3;
/** Bytes that files take in Storage. */
export const room = (files) => [...files.values()].reduce((n, data) => n + HEADER + padded(data.length), 0);

/** Name of the file that says for which board the bundle is; the first, so that it is found without reading all. */
export const BOARD = '.board';

/**
 * Storage as the engine would have written it into erased flash: header with length and name, data, up to a multiple of
 * four; the rest erased.
 * @param {Map<string, Uint8Array>} files in this order
 */
export function storage(files, size = STORAGE_SIZE) {
  const need = room(files);
  if (need > size) throw new Error(`the bundle takes ${need} bytes, Storage has ${size}`);
  const image = Buffer.alloc(size, 0xff);
  let at = 0;
  for (const [name, data] of files) {
    if (!data.length || !name || Buffer.byteLength(name) > NAME)
      throw new Error(`no file for Storage: "${name}", ${data.length} bytes`);
    image.writeUInt32LE(data.length, at);
    image.fill(0, at + 4, at + HEADER);
    image.write(name, at + 4, 'latin1');
    image.set(data, at + HEADER);
    at += HEADER + padded(data.length);
  }
  return image;
}

/** Board of the Storage that begins with these bytes; '' = none that we wrote. */
export function boardOf(head) {
  const size = head.readUInt32LE(0);
  const name = head.toString('latin1', 4, HEADER).split('\0')[0];
  return name === BOARD && size <= head.length - HEADER ? head.toString('latin1', HEADER, HEADER + size) : '';
}

/** CRC of the chip's ROM, which begins with zero instead of all ones: the first four bytes inverted come to the same. */
const sum = (bytes) => crc32(bytes.map((b, i) => (i < 4 ? b ^ 0xff : b)));

/** Where a page of NVS keeps the state of its entries. */
const STATES = 32;

/**
 * NVS partition with 32-bit numbers in one namespace, page format 2. Written whole, so what else was there (calibration
 * of the radio) is made anew by the chip.
 * @param {Record<string, number>} values names of at most 15 letters
 */
export function nvs(space, values, size) {
  const image = Buffer.alloc(size, 0xff);
  image.writeUInt32LE(0xfffffffe, 0);
  image.writeUInt32LE(0, 4);
  image[8] = 0xfe;
  image.writeUInt32LE(sum(image.subarray(4, 28)), 28);
  // [namespace, type, name, value]; 1 = one byte, 4 = four.
  const entries = [[0, 1, space, 1], ...Object.entries(values).map(([k, v]) => [1, 4, k, v])];
  entries.forEach(([ns, type, name, value], i) => {
    // Two bits each from the bottom: 10 = written.
    image[STATES + (i >> 2)] &= ~(1 << ((i & 3) * 2));
    const e = image.subarray(STATES + 32 * (i + 1), STATES + 32 * (i + 2));
    e.set([ns, type, 1, 0xff]);
    e.fill(0, 8, 24);
    e.write(name, 8, 'latin1');
    if (type === 1) e[24] = value;
    else e.writeUInt32LE(value, 24);
    e.writeUInt32LE(sum(Buffer.concat([e.subarray(0, 4), e.subarray(8)])), 4);
  });
  return image;
}

/**
 * Rows of a partition table.
 * @returns {Record<string, { at: number, size: number }>}
 */
export function partitions(table) {
  const out = {};
  for (let at = 0; at + 32 <= table.length && table.readUInt16LE(at) === 0x50aa; at += 32) {
    const name = table.toString('latin1', at + 12, at + 28).split('\0')[0];
    out[name] = { at: table.readUInt32LE(at + 4), size: table.readUInt32LE(at + 8) };
  }
  return out;
}

/** Reason why the firmware cannot live with these partitions. */
export function unfit(table) {
  const p = partitions(table);
  if (!p.factory || !p.nvs) return 'no partition table';
  if (!p.storage || p.storage.at !== STORAGE || p.storage.size < STORAGE_SIZE)
    return 'Storage is not at 0x320000 with 896 kB';
  const taken = Object.entries(p).find(
    ([name, { at, size }]) =>
      name !== 'flash' && name !== 'storage' && at < JOURNAL + JOURNAL_SIZE && at + size > JOURNAL,
  );
  return taken ? `the partition ${taken[0]} lies where the journal is` : '';
}
