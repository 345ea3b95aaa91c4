// Part on call: checks and sets keys, for HTTP, OCPP and console.

import type { Bit } from '../../hal/types';
import type { Charger } from './charger';
import type { Row } from './config';
import { whole } from './json';
import { CODE, NONE, clean, hear } from './setting';
import type { Taken } from './setting';
import type { Keep } from './keep.part';

/** Exports of this part. */
export interface Change {
  take(c: Charger, r: Row, raw: string, to: Taken): string | undefined;
  write(c: Charger, name: string, raw: string): string;
  fits(c: Charger, r: Row, v: unknown): string;
  admit(c: Charger, r: Row, v: unknown, to: Taken): string | undefined;
}

/** Strict JSON text as value; undefined = it is none. */
function decode(raw: string): unknown {
  const first = raw[0];
  if ('"{['.includes(first)) return whole(raw);
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

/** Checks a value and acts on it: '' or the reason. What is to be kept is left in `to.v`. undefined = whoever asks goes on, turn after
 * turn. */
export function admit(c: Charger, r: Row, v: unknown, to: Taken): string | undefined {
  let bad: string | undefined = check(r, v);
  if (bad) return bad;
  to.v = r[1] === 'b' ? (v ? 1 : 0) : r[1] === 'c' ? words(v as string).join(',') : v;
  if (!r[9]) return '';
  if (to.turn === 0 && r[2].includes('l')) return undefined;
  let n = 0;
  do bad = hear(c, r, to.v, n++);
  while (bad === undefined);
  return bad;
}

/** Why a kept value is none of this row, '' = it is one. */
export function fits(c: Charger, r: Row, v: unknown): string {
  return r[1] === 'j' ? admit(c, r, v, { v })! : check(r, v);
}

/** Takes raw text, JSON or bare; '' or the reason, without the key's name. `to.v` is then for `keep`. Whoever goes on turn after turn has
 * cleaned it. */
export function take(c: Charger, r: Row, raw: string, to: Taken): string | undefined {
  if (!r[2].includes('w')) return 'tried to set api key without setter';
  if (raw === '' && r[1] !== 's' && r[1] !== 'c') return NONE + 'EmptyInput';
  const text = to.turn === undefined ? clean(c, raw) : raw;
  if (text === undefined) return CODE;
  const v = meant(r, text);
  return v === undefined ? NONE + 'InvalidInput' : admit(c, r, v, to);
}

/** Sets a key by name from raw text. */
export function write(c: Charger, name: string, raw: string): string {
  const r = c.f.row(name);
  const to = { v: undefined };
  const bad = r ? take(c, r, raw, to)! : 'unknown key';
  if (bad) return bad;
  (c.f.part('keep') as Keep).store(c, r!, to.v);
  for (const hook of c.hooks) hook(c, 'setting', name);
  return '';
}
