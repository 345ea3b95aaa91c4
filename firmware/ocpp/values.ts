// Meter values: one table of measurands. A sample is kept as bare numbers and becomes JSON only when it is sent, a
// measurand at a time.

import type { Charger } from '../core/charger';

/** Place of the first number in a sample, how many there are (1, 3 phases, 4 = total and phases), unit, phase suffix. */
interface Measurand {
  name: string;
  at: number;
  of: 1 | 3 | 4;
  unit: string;
  to: string;
}

export const MEASURANDS: Measurand[] = [
  { name: 'Energy.Active.Import.Register', at: 0, of: 1, unit: 'Wh', to: '' },
  { name: 'Power.Active.Import', at: 1, of: 4, unit: 'W', to: '' },
  { name: 'Current.Import', at: 5, of: 3, unit: 'A', to: '' },
  { name: 'Voltage', at: 8, of: 3, unit: 'V', to: '-N' },
  { name: 'Frequency', at: 11, of: 1, unit: '', to: '' },
  { name: 'Current.Offered', at: 12, of: 1, unit: 'A', to: '' },
  // The misspelling is what schemas know.
  { name: 'Temperature', at: 13, of: 1, unit: 'Celcius', to: '' },
];

export const CONTEXTS: { [letter: string]: string } = {
  P: 'Sample.Periodic',
  C: 'Sample.Clock',
  B: 'Transaction.Begin',
  E: 'Transaction.End',
  T: 'Trigger',
};

/** Bits of the measurands in a list; an empty list means the register. */
export function mask(list: string): number {
  let bits = 0;
  const words = list.split(',');
  for (let i = 0; i < MEASURANDS.length; i++) if (words.includes(MEASURANDS[i].name)) bits |= 1 << i;
  return bits ? bits : 1;
}

function fixed(v: number, digits: number): number {
  return parseFloat(v.toFixed(digits));
}

/** Phases that are not wired have no reading. */
function phases(c: Charger, values: number[], digits: number): (number | null)[] {
  const out: (number | null)[] = [null, null, null];
  for (let i = 0; i < c.b.phases; i++) out[i] = fixed(values[i], digits);
  return out;
}

const NOTHING = [null, null, null, null, null, null, null, null, null, null, null];

function chip(c: Charger): (number | null)[] {
  const m = c.b.meter;
  if (!m || !m.ok) return NOTHING;
  return [Math.round(c.m.p) as number | null].concat(
    phases(c, m.p, 0),
    phases(c, m.i, 2),
    phases(c, m.v, 1),
    m.hz ? fixed(m.hz, 2) : null,
  );
}

/** All readings of now, as JSON text. */
export function readings(c: Charger): string {
  const offered = c.s.duty > 0 && c.s.duty < 10000 ? c.x.amps / 10 : 0;
  const warm = c.x.tmp[0];
  const all = [Math.floor(c.m.eto) as number | null].concat(
    chip(c),
    offered,
    warm === undefined ? null : warm,
  );
  return JSON.stringify(all);
}

/** Several samples share a moment: bits that have at least one reading. */
export function present(bits: number, values: (number | null)[]): number {
  let left = 0;
  for (let i = 0; i < MEASURANDS.length; i++)
    if (bits & (1 << i) && values[MEASURANDS[i].at] !== null) left |= 1 << i;
  return left ? left : 1;
}

function one(m: Measurand, value: number, phase: string, context: string): string {
  return (
    '{"value":"' +
    value +
    '","context":"' +
    context +
    '","measurand":"' +
    m.name +
    (phase ? '","phase":"' + phase : '') +
    (m.unit ? '","unit":"' + m.unit : '') +
    '"}'
  );
}

/** Sampled values of one measurand, comma separated. */
export function sampled(i: number, values: (number | null)[], context: string): string {
  const m = MEASURANDS[i];
  const out: string[] = [];
  for (let n = 0; n < m.of; n++) {
    const v = values[m.at + n];
    const line = m.of === 3 ? n + 1 : m.of === 4 ? n : 0;
    if (v !== null && v !== undefined) out.push(one(m, v, line ? 'L' + line + m.to : '', context));
  }
  return out.join(',');
}
