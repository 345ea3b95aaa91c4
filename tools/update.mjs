// The update file dist/<board>.pwu: a head of 160 bytes, a directory, the main chunk, and every other file of the build.
//
// Head: `PWU1 board version length sum directory main`, padded with spaces and a line end. `length` counts the bytes behind the
// head, `directory` and `main` are the lengths of the first two things there. The sum is a chain, so that the charger can
// check it a piece at a time: SHA-256 of the head up to the sum, then for every 2048 bytes behind the head SHA-256 of the
// sum so far and the SHA-256 of the piece.
import { createHash } from 'node:crypto';

export const HEAD = 160;
export const PIECE = 2048;
/** Most that a slot of the charger takes (firmware/core/slot.part.ts). */
export const ROOM = 72 * 4096 - 32;
/** A slot with its header, and what there is for the factory's files and both slots. */
const SLOT = 73 * 4096 + 96;
const STORAGE_SIZE = 0xe0000;

const sha = (...data) => data.reduce((h, d) => h.update(d), createHash('sha256')).digest();

/** Chain over a body, in hexadecimal digits. */
export function chain(head, body) {
  let sum = sha(head);
  for (let at = 0; at < body.length; at += PIECE) sum = sha(sum, sha(body.subarray(at, at + PIECE)));
  return sum.toString('hex');
}

/** @param {Map<string, Uint8Array>} files of the build, `main` among them; names with a point are the chip's own. */
export function packUpdate(board, version, files) {
  const all = [...files].filter(([name]) => name !== 'main' && !name.startsWith('.'));
  all.unshift(['main', files.get('main')]);
  // The engine's search may find a beginning that the end cuts off: the point at the end is none.
  const lines = (from) => {
    let at = from;
    return `\n${all.map(([name, data]) => `${name} ${(at += data.length) - data.length} ${data.length}\n`).join('')}.`;
  };
  let size = 0;
  while (lines(HEAD + size).length !== size) size = lines(HEAD + size).length;
  const body = Buffer.concat([Buffer.from(lines(HEAD + size)), ...all.map(([, data]) => Buffer.from(data))]);
  const start = `PWU1 ${board} ${version} ${body.length} `;
  const head = `${start}${chain(start, body)} ${size} ${all[0][1].length} `;
  if (head.length >= HEAD) throw new Error(`the head of the update has ${head.length} bytes`);
  if (HEAD + body.length > ROOM || body.length + 64 * all.length + 2 * SLOT > STORAGE_SIZE)
    throw new Error(`the bundle has ${body.length} bytes: Storage does not hold it and two slots of ${ROOM}`);
  return Buffer.concat([Buffer.from(head.padEnd(HEAD - 1) + '\n'), body]);
}
