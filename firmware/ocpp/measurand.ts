// The measurands of meter values. A sample is kept as bare numbers and becomes JSON only when it is sent, a measurand at a
// time.

/** Measurands there are. */
export const MEASURANDS = 8;

/** Name, place of its first number in a sample, how many there are (1, 2 = socket and board, 3 phases, 4 = total and
 * phases), unit, end of the phase's name. The misspelling of a unit is what schemas know. */
export function measurand(i: number): string[] {
  const rows =
    'Energy.Active.Import.Register 0 1 Wh,Power.Active.Import 1 4 W,Current.Import 5 3 A,Voltage 8 3 V -N,' +
    'Frequency 11 1,Current.Offered 12 1 A,Temperature 13 2 Celcius,Power.Offered 15 1 W';
  return rows.split(',')[i].split(' ');
}
