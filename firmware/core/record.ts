// How the journal's records look in flash: for the ring that writes them and the part on call that reads them in at boot.
//
// Page: word 0 = MAGIC, word 1 = sequence number (rises with each page begun).
// Record: word 0 = 0xA5, kind, length (16 bits, little-endian); word 1 = CRC32 of the payload; payload `key\ntext`,
// padded to words. Kind 1 = the key has this text, 2 = the key is gone.

import type { Nor } from '../../hal/types';

export const MAGIC = 0x314a5750;
export const MARK = 0xa5;
export const SET = 1;
export const GONE = 2;

export function word(b: Uint8Array, i: number): number {
  return b[i] + b[i + 1] * 256 + b[i + 2] * 65536 + b[i + 3] * 16777216;
}

/** Writes a word. */
export function put(nor: Nor, at: number, v: number): void {
  nor.write(new Uint8Array(new Uint32Array([v]).buffer), at);
}

/** Bytes as text. */
export function text(data: Uint8Array): string {
  // The engine gives up on flat text when memory is in small pieces.
  let t = E.toString(data);
  if (t) return t;
  t = '';
  for (const b of data) t += String.fromCharCode(b);
  return t;
}

/** Payload of the record at byte `from`, undefined when it is damaged. */
export function payload(nor: Nor, from: number): string | undefined {
  const head = new Uint32Array(nor.read(from, 8).buffer);
  const data = nor.read(from + 8, head[0] >>> 16);
  return (head[0] & 255) === MARK && E.CRC32(data) === head[1] ? text(data) : undefined;
}
