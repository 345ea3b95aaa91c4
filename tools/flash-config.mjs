// Settings for a charger that leaves the works: a JSON file, checked against the key table of the build before anything is
// written, put on the chip as the file `preset`, which the firmware applies at its first start and erases.
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Failure } from './flash-say.mjs';

/** Rows of the packed key table, in order; layout: tools/pack.mjs. */
export function rows(keys) {
  const out = [];
  for (let place = keys.toString('latin1', 8, 16); place;) {
    const at = 4 * parseInt(place.slice(0, 4), 16);
    const text = keys.toString('utf8', at, at + parseInt(place.slice(4), 16));
    const [name, t, f, lo, hi, , , ocpp, , set, next] = JSON.parse(text);
    out.push({ name, t, f, lo, hi, ocpp, set });
    place = next;
  }
  return out;
}

const number = (r, v) =>
  (r.lo !== null && v < r.lo) || (r.hi !== null && v > r.hi)
    ? `must be ${r.lo ?? 'any'} to ${r.hi ?? 'any'}`
    : '';

/** By type of key: why this value is none. */
const TYPES = {
  b: (_r, v) => (typeof v === 'boolean' ? '' : 'must be true or false'),
  i: (r, v) => (Number.isInteger(v) ? number(r, v) : 'must be an integer'),
  n: (r, v) => (typeof v === 'number' ? number(r, v) : 'must be a number'),
  s: (r, v) =>
    typeof v !== 'string'
      ? 'must be a text'
      : r.hi !== null && Buffer.byteLength(v) > r.hi
        ? `must have at most ${r.hi} bytes`
        : '',
  c(r, v) {
    if (typeof v !== 'string') return 'must be a text, words with commas between';
    const words = v
      .split(',')
      .map((w) => w.trim())
      .filter(Boolean);
    const strange = words.find((w) => !r.lo.split(',').includes(w));
    if (strange) return `unknown word ${strange}`;
    return words.length > r.hi ? `must have at most ${r.hi} words` : '';
  },
  j: () => '',
};

/** The row's own check, as far as it asks nothing of the charger. */
function own(r, v) {
  if (!r.set || /\bc\b|require/.test(r.set)) return '';
  try {
    return new Function('c', 'v', `return ${r.set}`)(undefined, v) || '';
  } catch (e) {
    return e.message;
  }
}

/** What the firmware would refuse but the table does not say. */
const BY_NAME = {
  wifis: (v) =>
    Array.isArray(v) &&
    v.length <= 3 &&
    v.every(
      (w) =>
        typeof w?.ssid === 'string' &&
        w.ssid.length <= 32 &&
        (w.key === undefined || typeof w.key === 'string'),
    )
      ? v.some((w) => w.key && (w.key.length < 8 || w.key.length > 63))
        ? 'a key of Wi-Fi has 8 to 63 characters'
        : ''
      : 'must be a list of up to three {"ssid", "key"}',
};

function wrong(r, v) {
  if (!r) return 'unknown key';
  if (!r.f.includes('w')) return 'cannot be set';
  if (r.f.includes('a')) return 'is an action, no setting';
  if (v === null) return r.f.includes('z') ? '' : 'must not be null';
  return TYPES[r.t](r, v) || BY_NAME[r.name]?.(v) || own(r, r.t === 'b' ? Number(v) : v);
}

/** Keys in order of the file; throws with every mistake in it. */
export function check(config, table) {
  if (typeof config !== 'object' || !config || Array.isArray(config))
    throw new Error('must be an object, {"key": value}');
  const known = new Map(table.map((r) => [r.name, r]));
  const bad = Object.entries(config)
    .map(([key, v]) => [key, wrong(known.get(key), v)])
    .filter(([, why]) => why);
  if (bad.length) throw new Error(bad.map(([key, why]) => `${key} ${why}`).join('; '));
}

/** Settings of a file, checked against the table. */
export function settings(file, keys) {
  if (!existsSync(file)) throw new Failure(`--config: there is no ${file}`);
  try {
    const config = JSON.parse(readFileSync(file, 'utf8'));
    check(config, rows(keys));
    return config;
  } catch (e) {
    throw new Failure(`--config ${file}: ${e.message}`);
  }
}

/** Content of the file `preset`: raw text for each key, as `/api/set` takes it. */
export function preset(config) {
  const raw = Object.entries(config).map(([key, v]) => [key, JSON.stringify(v)]);
  return Buffer.from(JSON.stringify(Object.fromEntries(raw)));
}

/** Letters and digits that nobody confuses, as the charger itself takes them. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 10;

/** A password for the access point, so that it can stand on the label. */
export const password = () =>
  Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
