// What the bench API takes: a check for each field of each request body. A check returns what the value has to be.

import { STATES } from './car';
import { RESISTORS } from './proximity';

type Check = (value: unknown) => string | undefined;

const bool: Check = (v) => (typeof v === 'boolean' ? undefined : 'true or false');
const oneOf = (list: readonly unknown[]): Check => {
  return (v) => (list.includes(v) ? undefined : `one of ${list.join(', ')}`);
};
const inside = (v: unknown, lo: number, hi: number): boolean => typeof v === 'number' && v >= lo && v <= hi;
const number = (lo: number, hi: number): Check => {
  return (v) => (inside(v, lo, hi) ? undefined : `a number from ${lo} to ${hi}`);
};
const three = (lo: number, hi: number): Check => {
  return (v) => {
    const fits = Array.isArray(v) && v.length === 3 && v.every((x) => inside(x, lo, hi));
    return fits ? undefined : `three numbers from ${lo} to ${hi}`;
  };
};
/**
 * 88 is the cascade tag, so no UID of 4 bytes begins with it, nor does the last part of one of 7 (ISO/IEC 14443-3).
 * Of 10 bytes the first two parts stand behind a tag, and after the third there can be none.
 */
const uid: Check = (v) => {
  if (typeof v !== 'string' || !/^([0-9a-f]{8}|[0-9a-f]{14}|[0-9a-f]{20})$/i.test(v)) {
    return 'a hexadecimal UID of 4, 7 or 10 bytes';
  }
  if (v.length === 8 && v.startsWith('88'))
    return 'a UID of 4 bytes that does not begin with the cascade tag 88';
  if (v.length === 14 && v.startsWith('88', 6))
    return 'a UID of 7 bytes whose fourth is not the cascade tag 88';
  return undefined;
};

export const FAULTS = [
  'weld',
  'stuckOpen',
  'rcm',
  'rcmTest',
  'pe',
  'lock',
  'meter',
  'reader',
  'pilotShort',
  'hot',
] as const;
export type Fault = (typeof FAULTS)[number];

const HOUR = 3600000;
const FIELDS: Record<string, Record<string, Check>> = {
  car: {
    state: oneOf(STATES),
    cable: oneOf(Object.keys(RESISTORS).map(Number)),
    amps: number(0, 80),
    phases: oneOf([1, 2, 3]),
    diode: bool,
    ignoresPilot: bool,
  },
  card: { uid, ms: number(1, HOUR) },
  button: { ms: number(1, HOUR) },
  fault: Object.fromEntries(FAULTS.map((name) => [name, bool])),
  mains: { present: bool, volts: three(0, 500), hz: number(40, 70) },
  temperature: { celsius: number(-40, 150) },
};
const NEEDED: Record<string, string[]> = { card: ['uid'], temperature: ['celsius'] };

/** Why a body is refused. */
export function refuse(what: string, body: Record<string, unknown>): string | undefined {
  const fields = FIELDS[what];
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(fields, name)) return `${what}: unknown field ${name}`;
    const must = fields[name](value);
    if (must) return `${what}: ${name} must be ${must}`;
  }
  const missing = (NEEDED[what] ?? []).find((name) => !Object.hasOwn(body, name));
  return missing && `${what}: ${missing} is missing`;
}
