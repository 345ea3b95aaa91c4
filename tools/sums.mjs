// The file `sums` beside a bundle in Storage: a line of name and CRC for each of its files. The start-up code compares them
// before it starts the bundle (firmware/boot.ts).
import { crc32 } from './crc32.mjs';

export const SUMS = 'sums';

/** @param {Map<string, Uint8Array>} files of the build; names with a point are the chip's own */
export function sums(files) {
  const own = [...files].filter(([name]) => !name.startsWith('.') && name !== SUMS);
  return Buffer.from(own.map(([name, data]) => `${name} ${crc32(data)}\n`).join(''));
}
