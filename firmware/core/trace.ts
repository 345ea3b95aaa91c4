// The last 256 events of pilot and contactor in a flat ring: what a person with a strange car sends us. A word an event:
// time in units of 10 ms (22 bits: round after 11 h), kind (4 bits), detail (6 bits).

/** Kinds, where they stand in the word; the part on call `report` has their words. */
export const STATE = 0 << 6;
export const LETTER = 1 << 6;
export const COIL = 2 << 6;
export const MIRROR = 3 << 6;
export const OFFER = 4 << 6;
export const RAISED = 5 << 6;
export const GONE = 6 << 6;
export const GAP = 7 << 6;
export const TEST = 8 << 6;
export const PHASES = 9 << 6;
export const BOOT = 10 << 6;

export const SIZE = 256;
/** Next place, and the ring. */
const n = { at: 0 };
const ring = new Uint32Array(SIZE);

/** Notes kind and detail, added, at the time `t`, ms since boot. */
export function mark(t: number, what: number): void {
  const i = n.at;
  ring[i] = ((t / 10) << 10) | what;
  n.at = (i + 1) % SIZE;
}

/** Event `i`, the oldest first; 0 = none. */
export function event(i: number): number {
  return ring[(n.at + i) % SIZE];
}
