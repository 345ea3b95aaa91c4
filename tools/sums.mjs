// The file `sums` beside a bundle in Storage: a line of name and beginning of its SHA-256 for each of its files. The start-up code
// compares them before it starts the bundle (firmware/boot.ts).
import { createHash } from 'node:crypto';

export const SUMS = 'sums';
/** Letters of the sum in base64. */
const LETTERS = 8;

const sum = (data) => createHash('sha256').update(data).digest('base64').slice(0, LETTERS);

/** @param {Map<string, Uint8Array>} files of the build; names with a point are the chip's own */
export function sums(files) {
  const own = [...files].filter(([name]) => !name.startsWith('.') && name !== SUMS);
  return Buffer.from(own.map(([name, data]) => `${name} ${sum(data)}\n`).join(''));
}
