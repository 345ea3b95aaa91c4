// IEC 61851-1 charging states. The letter is what the car shows, the digit whether energy is on offer, so the state is
// computed and not wandered through. DRIVE is the one place that says what a state does to copper.

import type { Charge, Inputs, State } from './charger';

/** What a state drives, a bit each. Without PWM and LOW the pilot stands at +12 V. */
export const PWM = 1;
/** Pilot at -12 V. */
export const LOW = 2;
/** Contactor closed. */
export const POWER = 4;
/** Connector locked. */
export const LOCK = 8;

export const DRIVE: { [state: string]: number } = {
  A1: 0,
  B1: LOCK,
  B2: PWM | LOCK,
  C1: LOCK,
  C2: PWM | POWER | LOCK,
  /** Offer withdrawn, car still draws: the contactor waits for the car to open S2, 6 s at most. */
  CW: POWER | LOCK,
  D1: LOCK,
  D2: PWM | POWER | LOCK,
  /** Pilot out of range, or a fault after its F pulse: the pilot is up so that unplugging is seen. */
  E: LOCK,
  F: LOW | LOCK,
};

/** Names of the states, in the order in which the trace counts them. */
export const STATES = 'A1 B1 B2 C1 C2 CW D1 D2 E F';

/** A withdrawn offer waits this long for the car before it opens under load: table A.6, sequence 10.2. */
export const GRACE = 6000;
/** Steady +12 V before PWM starts again, ms. */
export const X1 = 3000;
/** F is shown this long after a fault (table A.5, at least 300 ms), then x1: some cars latch a fault on a long F. */
export const PULSE = 400;

/** State that the inputs ask for, before the waits of step(). */
function target(s: Charge, x: Inputs): State {
  if (x.bad & 1) return s.st === 'E' ? 'E' : 'F';
  const cp = x.cp;
  // First, because it is what opens.
  if (cp === 'B') return x.amps < 60 ? 'B1' : 'B2';
  if (cp === 'A') return 'A1';
  if (cp < 'A' || cp > 'D') return 'E';
  if (x.amps < 60 || (cp === 'D' && !x.vent)) return (cp + '1') as State;
  // The diode can only be judged while PWM runs, so C without a passed check gets PWM but no power.
  return !x.dio || !x.go ? 'B2' : ((cp + '2') as State);
}

/** Enters `to` and starts its wait. */
function enter(s: Charge, to: State, t: number): boolean {
  s.due = to === 'F' ? t + PULSE : to === 'CW' ? t + GRACE : 0;
  s.st = to;
  s.at = t;
  return true;
}

/** A wait runs, of F or of CW. */
function waits(s: Charge, to: State, t: number): State {
  if (s.st === 'F') {
    if (t < s.due) return to === 'E' ? to : 'F';
    return to === 'F' ? 'E' : to;
  }
  if (to === 'C1' || to === 'D1') return t < s.due ? 'CW' : to;
  // An offer that comes back is not on the wire before that, so the car's wait goes on.
  return (to === 'C2' || to === 'D2') && t < s.at + X1 ? 'CW' : to;
}

/** Computes the state from the inputs at time `t`; true = it changed. Knows no pin and no clock. */
export function step(s: Charge, x: Inputs, t: number): boolean {
  let to = target(s, x);
  const st = s.st;
  if (s.due) to = waits(s, to, t);
  // Only behind a closed contactor: where the coil had not followed yet there is nobody to wait for.
  else if (s.on && (to === 'C1' || to === 'D1')) to = 'CW';
  return to === st ? false : enter(s, to, t);
}
