// The resident end of the key table: finds rows in the data file `keys` (layout: tools/pack.mjs), and takes changed
// settings to the journal. What reads and writes keys is the part on call `conf`.

import type { Charger } from './charger';
import type { Conf } from './conf.part';
import { file } from './parts';

/** A row as packed: key, type, marks, lo, hi, default, unit, OCPP name, get, set, place of the next row. */
export type Row = [
  string,
  string,
  string,
  number | string | null,
  number | null,
  unknown,
  string,
  string,
  string,
  string,
  string,
];

const FILE = 'keys';

/** Slots, place of the first row, offset and length of the OCPP names. */
let head: [number, string, number, number];
let c: Charger;

/** Row at a place: 4 + 4 hexadecimal digits. */
export function at(place: string): Row {
  const from = parseInt(place.substr(0, 4), 16) * 4;
  return JSON.parse(file(FILE, from, parseInt(place.substr(4), 16))!) as Row;
}

/** Row of a key or an OCPP name. */
export function row(name: string): Row | undefined {
  const slot = (E.CRC32(name) & 0xffffff) % head[0];
  const place = '' + file(FILE, 64 + slot * 8, 8);
  const r = place === '00000000' ? undefined : at(place);
  return r && (r[0] === name || r[7] === name) ? r : undefined;
}

/** Place of the first row; the others follow by their last element. */
export function first(): string {
  return head[1];
}

/** OCPP names, comma separated. */
export function names(): string {
  return file(FILE, head[2], head[3])!;
}

/** Puts a changed setting into the journal; only what differs from the default is kept. */
export function save(key: string): void {
  const text = JSON.stringify((c.k as unknown as { [k: string]: unknown })[key]);
  if (text === JSON.stringify(row(key)![5])) c.f.del('k.' + key);
  else if (!c.f.put('k.' + key, text)) c.f.log('key', key + ' not kept');
}

/** Fills `c.k` with defaults and what was kept. */
export function settings(charger: Charger): void {
  c = charger;
  head = JSON.parse(file(FILE, 0, 64)!);
  (c.f.part('conf') as Conf).load(c);
}

/** Applies the file `preset`, {key: raw text}, which whoever set the charger up has left; once. */
export function preset(_c: Charger): void {
  const s = require('Storage');
  if (s.read('preset') === undefined) return;
  (c.f.part('conf') as Conf).preset(c);
  s.erase('preset');
}
