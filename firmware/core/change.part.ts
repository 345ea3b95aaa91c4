// Part on call: checks and sets keys, for HTTP, OCPP and console, and fills the settings at the start.

import type { Charger } from './charger';
import type { Row } from './config';

/** Exports of this part. */
export interface Change {
  load(c: Charger): void;
  preset(c: Charger): void;
  set(c: Charger, r: Row, raw: string): string;
  write(c: Charger, name: string, raw: string): string;
  accept(c: Charger, ocpp: string, text: string): string;
}

type Kept = { [key: string]: unknown };

/** Raw text of a boolean or a number; undefined = neither. The engine's own parser takes too much. */
function plain(raw: string): unknown {
  if (raw === 'true') return true;
  if (raw === 'false') return false;
  const n = '-0123456789'.includes(raw[0]) && !/[^0-9.eE+-]/.test(raw) ? Number(raw) : NaN;
  return n === n ? n : undefined;
}

function parse(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch (e) {
    return undefined;
  }
}

/** Strict JSON text as value; undefined = it is none. */
function decode(raw: string): unknown {
  if (raw === 'null') return null;
  const end = { '"': '"', '{': '}', '[': ']' }[raw[0]];
  if (!end) return plain(raw);
  return raw.length > 1 && raw.endsWith(end) ? parse(raw) : undefined;
}

/** Raw text as the value it stands for; text may come without quotes. */
function meant(r: Row, raw: string): unknown {
  if (r[2].includes('a')) return raw;
  if (r[1] !== 's' && r[1] !== 'c') return decode(raw);
  const v = raw[0] === '"' || raw === 'null' ? decode(raw) : raw;
  return v === undefined ? raw : v;
}

function within(r: Row, n: number): string {
  const under = r[3] !== null && n < (r[3] as number);
  return under || (r[4] !== null && n > r[4])
    ? 'failed: exceeds range ' + r[3] + ' to ' + (r[4] ?? 'any')
    : '';
}

function words(text: string): string[] {
  const out: string[] = [];
  for (const w of text.split(',')) {
    const word = w.replaceAll('"', '').trim();
    if (word) out.push(word);
  }
  return out;
}

function listed(r: Row, v: string): string {
  const list = words(v);
  const known = (r[3] as string).split(',');
  for (const w of list) if (!known.includes(w)) return 'failed: unknown word ' + w;
  return list.length > r[4]! ? 'failed: more than ' + r[4] + ' words' : '';
}

function number(r: Row, v: unknown): string {
  if (r[1] === 'i')
    return typeof v === 'number' && Math.floor(v) === v ? within(r, v) : 'failed: value must be integer';
  return typeof v === 'number' ? within(r, v) : 'failed: value must be number';
}

function string(r: Row, v: unknown): string {
  if (typeof v !== 'string') return 'failed: value must be string';
  if (r[1] === 'c') return listed(r, v);
  return r[4] !== null && v.length > r[4] ? 'failed: longer than ' + r[4] + ' bytes' : '';
}

/** Reason why `v` is not of the row's type or range. */
function check(r: Row, v: unknown): string {
  if (r[2].includes('a')) return '';
  if (v === null) return r[2].includes('z') ? '' : 'failed: null not allowed';
  const t = r[1];
  if (t === 'b')
    return v === true || v === false || v === 0 || v === 1 ? '' : 'failed: value must be boolean';
  return t === 's' || t === 'c' ? string(r, v) : t === 'j' ? '' : number(r, v);
}

/** The form in which a setting is kept. */
function shape(r: Row, v: unknown): unknown {
  if (r[1] === 'b') return v ? 1 : 0;
  return r[1] === 'c' ? words(v as string).join(',') : v;
}

function store(c: Charger, r: Row, v: unknown): void {
  const k = c.k as unknown as Kept;
  const merged = r[2].includes('m');
  if (!merged && k[r[0]] === v) return;
  if (!merged) k[r[0]] = v;
  c.f.save(r[0]);
}

/** Keeps a setting that has no field. */
function lay(c: Charger, r: Row, text: string): void {
  if (text === JSON.stringify(r[5])) c.f.del('k.' + r[0]);
  else if (!c.f.put('k.' + r[0], text)) c.f.log('key', r[0] + ' not kept');
}

function apply(c: Charger, r: Row, v: unknown): string {
  const bad = r[9] ? (new Function('c', 'v', 'return ' + r[9])(c, v) as string) : '';
  if (bad) return bad.startsWith('failed') ? bad : 'failed: ' + bad;
  if (r[2].includes('k')) store(c, r, v);
  if (r[2].includes('p')) lay(c, r, JSON.stringify(v));
  c.dirty = 1;
  for (const hook of c.hooks) hook(c, 'setting', r[0]);
  return '';
}

/** Checks and sets; '' or the reason. */
function put(c: Charger, r: Row, v: unknown): string {
  const bad = check(r, v);
  if (bad) return bad;
  try {
    return apply(c, r, shape(r, v));
  } catch (e) {
    return 'failed: ' + e;
  }
}

/** Sets a key from raw text, JSON or bare: '' or the reason, without the key's name. */
export function set(c: Charger, r: Row, raw: string): string {
  if (!r[2].includes('w')) return 'tried to set api key without setter';
  if (raw === '' && r[1] !== 's' && r[1] !== 'c') return 'tried to set api key with invalid json EmptyInput';
  const v = meant(r, raw);
  return v === undefined ? 'tried to set api key with invalid json InvalidInput' : put(c, r, v);
}

/** The same by name. */
export function write(c: Charger, name: string, raw: string): string {
  const r = c.f.row(name);
  return r ? set(c, r, raw) : 'unknown key';
}

/** Sets from the text of a ChangeConfiguration: no bare numbers for booleans, no signs, no quotes. */
export function accept(c: Charger, ocpp: string, text: string): string {
  const r = c.f.row(ocpp);
  if (!r || !r[2].includes('w') || r[2].includes('r')) return 'failed: read-only';
  const t = text.toLowerCase();
  if (r[1] === 'b') return put(c, r, t === 'true' ? 1 : t === 'false' ? 0 : null);
  if (r[1] === 'i' || r[1] === 'n') return put(c, r, /^[0-9]+$/.test(text) ? Number(text) : '');
  return put(c, r, text);
}

/** Fills `c.k`: default or journal value of every kept key. */
export function load(c: Charger): void {
  const k = c.k as unknown as Kept;
  let place = c.f.first();
  while (place) {
    const r = c.f.at(place);
    const text = r[2].includes('k') ? c.f.get('k.' + r[0]) : undefined;
    const v = text === undefined ? undefined : parse(text);
    if (r[2].includes('k')) k[r[0]] = v === undefined ? r[5] : v;
    place = r[10];
  }
}

/** Applies the file `preset`. */
export function preset(c: Charger): void {
  const all = parse('' + require('Storage').read('preset')) as { [key: string]: string } | undefined;
  for (const key of Object.keys(all ?? {})) {
    const bad = write(c, key, '' + all![key]);
    if (bad) c.f.log('preset', key + ': ' + bad);
  }
}
