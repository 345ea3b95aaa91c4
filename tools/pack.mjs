// Packs the rows of the key table into the data file `keys`: a head of 64 bytes, a hash table, the rows, the OCPP names.
//
//   head   JSON [number of slots, place of the first row, offset and length of the OCPP names], padded with spaces
//   slot   8 hexadecimal digits: a row's offset / 4 and its length, or 8 zeros. Slot of a name, key or OCPP name:
//          (CRC32 & 0xffffff) % number of slots; that number is chosen so that no two names meet.
//   row    JSON [key, type, marks, lo, hi, default, unit, OCPP name, get, set, place of the next row or ''], padded to
//          a multiple of 4; absent = null
//   names  OCPP names, comma separated
//
// So a look-up is two short reads from flash, and no index lies in memory.
import { crc32 } from './crc32.mjs';

const HEAD = 64;
const SLOT = 8;

const hash = (name) => crc32(Buffer.from(name)) & 0xffffff;

/** Least number of slots that keeps all names apart. */
function slots(names) {
  for (let m = names.length; ; m++)
    if (new Set(names.map((n) => hash(n) % m)).size === names.length) return m;
}

const pad = (text) => text + ' '.repeat(-Buffer.byteLength(text) & 3);
const place = (at, length) => (at / 4).toString(16).padStart(4, '0') + length.toString(16).padStart(4, '0');

/** `rows`: objects with name, t, f, lo, hi, def, unit, ocpp and the expressions get and set as text. */
export function pack(rows) {
  const names = rows.flatMap((r) => (r.ocpp ? [r.name, r.ocpp] : [r.name]));
  if (new Set(names).size !== names.length) throw new Error('keys: a name is used twice');
  const m = slots(names);
  const table = Array(m).fill('00000000');
  let at = HEAD + m * SLOT;
  const start = at;
  const texts = rows.map((r) =>
    JSON.stringify([
      r.name,
      r.t,
      r.f ?? '',
      r.lo ?? null,
      r.hi ?? null,
      r.def ?? null,
      r.unit ?? '',
      r.ocpp ?? '',
      r.get ?? '',
      r.set ?? '',
    ]),
  );
  // The last element, ,"oooollll"], adds 11 or, at the end of the chain, 3 bytes: known before the places are.
  const lengths = texts.map((t, i) => Buffer.byteLength(t) + (i + 1 < texts.length ? 11 : 3));
  const places = lengths.map((length) => {
    const p = place(at, length);
    at += (length + 3) & ~3;
    return p;
  });
  rows.forEach((r, i) => {
    for (const n of r.ocpp ? [r.name, r.ocpp] : [r.name]) table[hash(n) % m] = places[i];
  });
  const body = texts
    .map((t, i) => pad(t.slice(0, -1) + ',' + JSON.stringify(places[i + 1] ?? '') + ']'))
    .join('');
  const ocpp = rows
    .filter((r) => r.ocpp)
    .map((r) => r.ocpp)
    .join(',');
  const end = start + Buffer.byteLength(body);
  const head = JSON.stringify([m, places[0], end, ocpp.length]).padEnd(HEAD);
  return pad(head + table.join('') + body + ocpp);
}
