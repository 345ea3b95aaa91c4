// The last 256 events of pilot and contactor in a flat ring: what a person with a strange car sends us. A word an event:
// time in units of 10 ms (22 bits: round after 11 h), kind (4 bits), detail (6 bits).

import { now } from './time';

/** Kinds; the part on call `report` has their words. */
export const STATE = 0;
export const LETTER = 1;
export const COIL = 2;
export const MIRROR = 3;
export const OFFER = 4;
export const RAISED = 5;
export const GONE = 6;
export const GAP = 7;
export const TEST = 8;
export const PHASES = 9;
export const BOOT = 10;

export const SIZE = 256;
/** Next place, and the ring. */
const n = { at: 0 };
const ring = new Uint32Array(SIZE);

export function mark(kind: number, detail: number): void {
  ring[n.at] = (((now() / 10) & 0x3fffff) << 10) | (kind << 6) | (detail & 63);
  n.at = (n.at + 1) % SIZE;
}

/** Event `i`, the oldest first; 0 = none. */
export function event(i: number): number {
  return ring[(n.at + i) % SIZE];
}
