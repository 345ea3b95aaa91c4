// The measurands of meter values. A sample is kept as bare numbers and becomes JSON only when it is sent, a measurand at a
// time.

/** Measurands there are. */
export const MEASURANDS = 10;
/** The names in their order, and of each the places of its first and last number (base 36), for whoever looks at all. */
export const NAMES =
  'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,Frequency,Current.Offered,Temperature,Power.Offered,Power.Factor,Energy.Active.Import.Interval';
export const FIRST = '0158bcdfgk';
export const LAST = '047abcefjk';

/** Name, place of its first number in a sample, how many there are (1, 2 = socket and board, 3 phases, 4 = total and
 * phases), unit, end of the phase's name. Of the two spellings of Celsius that schemas know, SteVe refuses the wrong one. */
export type Measurand = [name: string, at: number, of: number, unit: string, phase: string];

/** One row. Branches, because a table would be made anew for each: what is skipped costs a sixth of that. */
export function measurand(i: number): Measurand {
  if (i < 2)
    return i ? ['Power.Active.Import', 1, 4, 'W', ''] : ['Energy.Active.Import.Register', 0, 1, 'Wh', ''];
  if (i < 4) return i < 3 ? ['Current.Import', 5, 3, 'A', ''] : ['Voltage', 8, 3, 'V', '-N'];
  if (i < 6) return i < 5 ? ['Frequency', 11, 1, '', ''] : ['Current.Offered', 12, 1, 'A', ''];
  if (i < 8) return i < 7 ? ['Temperature', 13, 2, 'Celsius', ''] : ['Power.Offered', 15, 1, 'W', ''];
  return i < 9 ? ['Power.Factor', 16, 4, '', ''] : ['Energy.Active.Import.Interval', 20, 1, 'Wh', ''];
}
