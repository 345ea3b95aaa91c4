// The fault table at build time: packs firmware/core/faults.ts into the data file `faults`.
//
//   row    ROW bytes: JSON [name, ends, wait, most, err, OCPP code, text, flashes], padded with spaces. Row n belongs to
//          bit 1 << n.
//   masks  behind the rows, JSON: bits that [open, stop, end with the car, by an operator, by one alone and kept in flash],
//          and the bits in order of gravity
import { readFileSync } from 'node:fs';
import { evaluate } from './evaluate.mjs';

export const FAULTS_FILE = 'firmware/core/faults.ts';
/** Bytes of a row, and rows, as the charger reads them. */
const { ROW, ROWS } = evaluate(
  FAULTS_FILE,
  readFileSync(new URL('../' + FAULTS_FILE, import.meta.url), 'utf8'),
);

/** @typedef {import('../firmware/core/faults').Fault} Fault */

/** @returns {Record<string, Fault>} */
export function readFaults(file = FAULTS_FILE, text = readFileSync(file, 'utf8')) {
  return evaluate(file, text).FAULTS;
}

const bits = (rows, test) => rows.reduce((sum, [, f]) => sum | (test(f) ? f.bit : 0), 0);

/** The data file `faults`. */
export function packFaults(table) {
  const rows = Object.entries(table);
  const place = rows.map(([, f]) => Math.log2(f.bit));
  if ([...place].sort((a, b) => a - b).some((n, i) => n !== i))
    throw new Error('faults: a bit is missing or used twice');
  if (rows.length !== ROWS) throw new Error(`faults: ${rows.length} rows, ROWS is ${ROWS}`);
  const texts = Array(rows.length);
  rows.forEach(([name, f], i) => {
    const text = JSON.stringify([name, f.ends, f.wait, f.most, f.err, f.ocpp, f.text, f.light]);
    if (text.length > ROW || f.text.length > 50) throw new Error(`faults: the row ${name} is too long`);
    texts[place[i]] = text.padEnd(ROW);
  });
  const masks = [
    bits(rows, (f) => f.does === 'open'),
    bits(rows, (f) => f.does === 'stop'),
    bits(rows, (f) => f.ends === 'car'),
    bits(rows, (f) => f.ends === 'operator' || f.ends === 'flash'),
    bits(rows, (f) => f.ends === 'flash'),
    place,
  ];
  return texts.join('') + JSON.stringify(masks);
}
