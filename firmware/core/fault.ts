// Faults are one table: bit in `c.x.err`, latch, `err` code of the key-value API (older numbering), OCPP error code.

import type { Charger } from './charger';
import { tell } from './session';

/** Bits of `c.x.err`. Any set bit keeps the contactor open. */
export const RCM = 1;
export const DIODE_SHORT = 2;
export const WELD = 4;
export const STUCK = 8;
export const CABLE = 16;
export const LOCK = 32;
export const HOT = 64;
export const INTERNAL = 128;

/** `keep` = latched until an operator clears it or the power is cycled. */
export const FAULTS = [
  { bit: RCM, keep: 1, err: 1, code: 'GroundFailure' },
  { bit: WELD, keep: 1, err: 9, code: 'PowerSwitchFailure' },
  { bit: STUCK, keep: 1, err: 10, code: 'PowerSwitchFailure' },
  { bit: HOT, keep: 0, err: 13, code: 'HighTemperature' },
  { bit: LOCK, keep: 0, err: 15, code: 'ConnectorLockFailure' },
  { bit: DIODE_SHORT, keep: 0, err: 6, code: 'EVCommunicationError' },
  { bit: CABLE, keep: 0, err: 7, code: 'OtherError' },
  { bit: INTERNAL, keep: 1, err: 12, code: 'InternalError' },
];

/** Row of the gravest fault that is set, undefined = none. */
export function fault(c: Charger): (typeof FAULTS)[number] | undefined {
  for (const f of FAULTS) if (c.x.err & f.bit) return f;
  return undefined;
}

function row(bit: number): (typeof FAULTS)[number] {
  for (const f of FAULTS) if (f.bit === bit) return f;
  return FAULTS[FAULTS.length - 1];
}

/** Sets a fault. */
export function raise(c: Charger, bit: number): void {
  if (c.x.err & bit) return;
  c.x.err |= bit;
  c.f.log('fault', row(bit).code + ' ' + row(bit).err);
  tell(c, 'fault', row(bit).code);
}

/** The cause is gone: clears the fault unless it is latched. */
export function ease(c: Charger, bit: number): void {
  if (!(c.x.err & bit) || row(bit).keep) return;
  c.x.err &= ~bit;
  c.f.log('fault', row(bit).code + ' gone');
  tell(c, 'fault', '');
}
