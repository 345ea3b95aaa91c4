// Part on call: checks and sets keys, for HTTP, OCPP and console.

import type { Bit } from '../../hal/types';
import type { Charger } from './charger';
import type { Row } from './config';
import { parse } from './json';
import { keep, store } from './keep';
import type { Utf8 } from './utf8.part';

/** Exports of this part. */
export interface Change {
  take(c: Charger, r: Row, raw: string, to: { v: unknown }): string;
  store(c: Charger, r: Row, v: unknown): void;
  write(c: Charger, name: string, raw: string): string;
  fits(c: Charger, r: Row, v: unknown): string;
  wish(c: Charger, ocpp: string, text: string, to: Wanted): string;
}

/** What was admitted: its row and value. */
export interface Wanted {
  r: Row | undefined;
  v: unknown;
}

/** What may be no UTF-8, or an escape. */
const ODD = /[^\t-~]|\\u/;

/** Strict JSON text as value; undefined = it is none. The engine's own parser takes too much. */
function decode(raw: string): unknown {
  const first = raw[0];
  const kind = '"{['.indexOf(first);
  if (kind >= 0) return raw.length > 1 && raw.endsWith('"}]'[kind]) ? parse(raw) : undefined;
  if (raw === 'null') return null;
  if (raw === 'true' || raw === 'false') return raw === 'true';
  const n = '-0123456789'.includes(first) && !/[^0-9.eE+-]/.test(raw) ? Number(raw) : NaN;
  return n === n ? n : undefined;
}

/** Raw text as the value it stands for; text may come without quotes. */
function meant(r: Row, raw: string): unknown {
  if (r[2].includes('a')) return raw;
  if (r[1] !== 's' && r[1] !== 'c') return decode(raw);
  const v = raw[0] === '"' || raw === 'null' ? decode(raw) : raw;
  return v === undefined ? raw : v;
}

function words(text: string): string[] {
  return text
    .replaceAll('"', '')
    .split(',')
    .map((w) => w.trim())
    .filter((w) => w);
}

function number(r: Row, v: unknown): string {
  if (typeof v !== 'number' || (r[1] === 'i' && Math.floor(v) !== v))
    return 'failed: value must be ' + (r[1] === 'i' ? 'integer' : 'number');
  return (r[3] !== null && v < (r[3] as number)) || (r[4] !== null && v > r[4])
    ? 'failed: exceeds range ' + r[3] + ' to ' + (r[4] ?? 'any')
    : '';
}

function string(r: Row, v: unknown): string {
  if (typeof v !== 'string') return 'failed: value must be string';
  if (r[1] === 's') return r[4] !== null && v.length > r[4] ? 'failed: longer than ' + r[4] + ' bytes' : '';
  const list = words(v);
  const known = (r[3] as string).split(',');
  for (const w of list) if (!known.includes(w)) return 'failed: unknown word ' + w;
  return list.length > r[4]! ? 'failed: more than ' + r[4] + ' words' : '';
}

/** Reason why `v` is not of the row's type or range. */
function check(r: Row, v: unknown): string {
  if (r[2].includes('a')) return '';
  if (v === null) return r[2].includes('z') ? '' : 'failed: null not allowed';
  const t = r[1];
  if (t === 'b') return [true, false, 0, 1].includes(v as Bit) ? '' : 'failed: value must be boolean';
  return t === 's' || t === 'c' ? string(r, v) : t === 'j' ? '' : number(r, v);
}

/** Checks a value and acts on it: '' or the reason. What is to be kept is left in `to.v`. */
function admit(c: Charger, r: Row, v: unknown, to: { v: unknown }): string {
  let bad = check(r, v);
  if (bad) return bad;
  to.v = r[1] === 'b' ? (v ? 1 : 0) : r[1] === 'c' ? words(v as string).join(',') : v;
  try {
    bad = r[9] ? (new Function('c', 'v', 'return ' + r[9])(c, to.v) as string) : '';
  } catch (e) {
    bad = '' + e;
  }
  return !bad || bad.startsWith('failed') ? bad : 'failed: ' + bad;
}

/** Why a kept value is none of this row, '' = it is one. */
export function fits(c: Charger, r: Row, v: unknown): string {
  return r[1] === 'j' ? admit(c, r, v, { v }) : check(r, v);
}

/** Takes raw text, JSON or bare; '' or the reason, without the key's name. `to.v` is then for `keep`. */
export function take(c: Charger, r: Row, raw: string, to: { v: unknown }): string {
  const no = 'tried to set api key with';
  if (!r[2].includes('w')) return no + 'out setter';
  if (raw === '' && r[1] !== 's' && r[1] !== 'c') return no + ' invalid json EmptyInput';
  const text = ODD.test(raw) ? (c.f.part('utf8') as Utf8).proper(raw) : raw;
  if (text === undefined) return 'failed: bad or too much UTF-8';
  const v = meant(r, text);
  return v === undefined ? no + ' invalid json InvalidInput' : admit(c, r, v, to);
}

export { store };

/** Sets a key by name from raw text. */
export function write(c: Charger, name: string, raw: string): string {
  const r = c.f.row(name);
  const to = { v: undefined };
  const bad = r ? take(c, r, raw, to) : 'unknown key';
  if (!bad) keep(c, r!, to.v);
  return bad;
}

/** Checks the text of a ChangeConfiguration: no bare numbers for booleans, no signs, no quotes. `to` is then for `store`. */
export function wish(c: Charger, ocpp: string, text: string, to: Wanted): string {
  const r = c.f.row(ocpp);
  if (!r || !r[2].includes('w') || r[2].includes('r')) return 'failed: read-only';
  const t = text.toLowerCase();
  to.r = r;
  if (r[1] === 'b') return admit(c, r, t === 'true' ? 1 : t === 'false' ? 0 : null, to);
  if (r[1] === 'i' || r[1] === 'n') return admit(c, r, /^[0-9]+$/.test(text) ? Number(text) : '', to);
  return r[1] === 's' && text.length < (r[3] as number)
    ? 'failed: shorter than ' + r[3] + ' bytes'
    : admit(c, r, text, to);
}
