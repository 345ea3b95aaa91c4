// The resident end of the key table: finds rows and values in the data file `keys` (layout: tools/pack.mjs), and takes
// changed settings to the journal. What sets keys is the part on call `change`.

import type { Charger } from './charger';
import { file } from './parts';
import type { Settle } from './settle.part';

/**
 * A row as packed: key, type, marks, lo, hi, default, unit, OCPP name, place of its value, set, place of the next row, place
 * of what it means.
 */
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
  string,
];

/** The file, as it lies in flash, and the number of its slots. */
let data: string;
let slots = 1;
let c: Charger;
/** At hand: the engine would look for them behind all of our names. */
const number = parseInt;
const Code = Function;
let crc: typeof E.CRC32;

/** The text at a place. */
export function text(place: string): string {
  const n = number(place, 16);
  return data.substr((n >>> 16) * 4, n & 65535);
}

/** Where the slot of a name begins. */
function slot(name: string): number {
  const h = crc(name) & 0xffffff;
  return 328 + ((h + data.charCodeAt(72 + (h & 255))) % slots) * 16;
}

/** Row at a place. */
export function at(place: string): Row {
  return JSON.parse(text(place)) as Row;
}

/** Row of a key or an OCPP name. */
export function row(name: string): Row | undefined {
  const place = data.substr(slot(name), 8);
  const r = place === '00000000' ? undefined : at(place);
  return r && name && (r[0] === name || r[7] === name) ? r : undefined;
}

/** Code of a key's value, found without its row; '' = there is none, it is not for reading, or only OCPP may see it. */
export function code(name: string): string {
  const all = text(data.substr(slot(name) + 8, 8));
  return name && all.substr(0, name.length + 2) === '"' + name + '"' ? all : '';
}

/** Value of a key; undefined = there is none, it is not for reading, or only OCPP may see it. */
export function read(name: string): unknown {
  const all = code(name);
  return all ? new Code('c', all)(c) : undefined;
}

/** The i-th number of the file's head: see tools/pack.mjs. */
export function head(i: number): string {
  return data.substr(i * 8, 8);
}

/** Puts a changed setting into the journal; only what differs from the default is kept. `def` = the default, if known. */
export function save(key: string, def?: unknown): void {
  c.rev++;
  const value = JSON.stringify((c.k as unknown as { [k: string]: unknown })[key]);
  if (value === JSON.stringify(def === undefined ? row(key)![5] : def)) c.f.del('k.' + key);
  else if (!c.f.put('k.' + key, value)) c.f.log('key', key + ' not kept');
}

/** Fills `c.k` with defaults and what was kept. */
export function settings(charger: Charger): void {
  c = charger;
  crc = E.CRC32;
  data = file('keys', 0, 0)!;
  slots = number(head(0), 16);
  (c.f.part('settle') as Settle).settle(c);
}
