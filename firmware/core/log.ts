// The last lines of what happened: a flat ring of bytes, since texts in an array would cost five times as much.

import { now } from './time';

const SIZE = 640;
const ring = new Uint8Array(SIZE);
/** Next byte to write, and whether the ring has gone round. */
let at = 0;
let round = 0;

function keep(line: string): void {
  const bytes = E.toUint8Array(line);
  const fit = Math.min(bytes.length, SIZE - at);
  ring.set(bytes.subarray(0, fit), at);
  if (fit < bytes.length) {
    round = 1;
    ring.set(bytes.subarray(fit), 0);
  }
  at = (at + bytes.length) % SIZE;
}

/** Prints a line on the serial console and keeps it: seconds since boot, tag, text. */
export function log(tag: string, text: string): void {
  const line = (now() / 1000).toFixed(1) + ' ' + tag + ' ' + text.substr(0, 160);
  print(line);
  keep(line + '\n');
}

/** Kept lines, oldest first. */
export function lines(): string[] {
  const tail = E.toString(ring.subarray(0, at));
  if (!round) return tail.split('\n');
  const all = (E.toString(ring.subarray(at)) + tail).split('\n');
  all.shift(); // cut by the ring
  return all;
}
