// Control pilot arithmetic: amperes to duty, volts to letter. Windows and duty: IEC 61851-1 tables A.2 to A.6.

import type { Letter } from './charger';

/** Letters of the windows, and their bounds in mV, low and high. */
const LETTERS = 'ABCDEF';
/**
 * The midpoints between the nominal levels 12, 9, 6, 3 and 0 V, less 0.25 V on each side so that a level near a midpoint
 * is undecided instead of flickering.
 */
const BOUNDS = new Int16Array([
  10750, 13500, 7750, 10250, 4750, 7250, 1750, 4250, -2000, 1250, -13500, -10000,
]);

/** The bottom of a PWM pilot through the car's diode lies below this, mV (nominal -12 V, window to -10 V). */
export const BOTTOM = -10000;

/** Letter of a pilot top in mV; '?' between the windows. */
export function letter(mv: number): Letter {
  // The windows begin 3 V apart, those of E and F are longer: three steps of it, and what lies between them is none.
  const l = 'ABCDEE?FFF'[((13500 - mv) / 3000) | 0];
  const i = LETTERS.indexOf(l) * 2;
  return i >= 0 && mv >= BOUNDS[i] && mv <= BOUNDS[i + 1] ? (l as Letter) : '?';
}

/** Window of a letter: [lowest, highest] mV. An undecided letter has an empty one. */
export function window(cp: Letter): number[] {
  const i = LETTERS.indexOf(cp) * 2;
  return i < 0 ? [1, 0] : [BOUNDS[i], BOUNDS[i + 1]];
}

/**
 * Duty in 0.01 % for a current in 0.1 A (table A.7 read backwards): below 6 A there is no code, so nothing is offered
 * (10000 = steady +12 V). Between 51.0 and 52.5 A the two branches leave a gap; 85 % is the last code below it.
 */
export function duty(amps: number): number {
  if (amps < 60) return 10000;
  if (amps <= 510) return (amps * 100) / 6;
  if (amps < 525) return 8500;
  return Math.min(amps, 800) * 4 + 6400;
}

/**
 * Readings in a row, 20 ms each, that confirm a new letter: quick to open, slow to close. Leaving C or D takes two
 * (20…40 ms of the 100 ms that IEC 61851-1 table A.6 sequence 8.1 allows from S2 to contacts); energy waits half a
 * second, since cars flicker while they close S2.
 */
const CONFIRM = { A: 2, B: 5, C: 25, D: 25, E: 3, F: 2, '?': 50 };
export const LEAVE = 2;

/** How many equal readings turn `from` into `to`. */
export function readings(from: Letter, to: Letter): number {
  return from === 'C' || from === 'D' ? LEAVE : CONFIRM[to];
}
