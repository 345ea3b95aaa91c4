// Part on call: reads every key through its row, for HTTP, OCPP and console. What sets one is the part `change`.

import type { Charger } from './charger';
import type { Change } from './change.part';
import type { Row } from './config';

/** Exports of this part. */
export interface Conf {
  load(c: Charger): void;
  preset(c: Charger): void;
  value(c: Charger, r: Row): unknown;
  read(c: Charger, name: string): unknown;
  write(c: Charger, name: string, raw: string): string;
  text(c: Charger, ocpp: string): string | undefined;
  accept(c: Charger, ocpp: string, text: string): string;
  json(v: unknown): string;
}

type Kept = { [key: string]: unknown };

/** Value of a row as it is shown: booleans as booleans. */
export function value(c: Charger, r: Row): unknown {
  if (r[2].includes('h')) return undefined;
  const v = r[8] ? new Function('c', 'return ' + r[8])(c) : (c.k as unknown as Kept)[r[0]];
  return r[1] === 'b' && v !== null ? !!v : v;
}

/** Value of a key or OCPP name; undefined = there is none, or it is not for reading. */
export function read(c: Charger, name: string): unknown {
  const r = c.f.row(name);
  return r ? value(c, r) : undefined;
}

/** Value as GetConfiguration shows it; undefined = not for reading. */
export function text(c: Charger, ocpp: string): string | undefined {
  const v = read(c, ocpp);
  return v === undefined ? undefined : v === null ? '' : '' + v;
}

/** Sets a key from raw text, JSON or bare: '' or the reason, without the key's name. */
export function write(c: Charger, name: string, raw: string): string {
  return (c.f.part('change') as Change).write(c, name, raw);
}

/** Sets from the text of a ChangeConfiguration. */
export function accept(c: Charger, ocpp: string, text: string): string {
  return (c.f.part('change') as Change).accept(c, ocpp, text);
}

/** Bytes above 127 stay as they are: the engine's own writer would make \u00XX of them. */
function quote(s: string): string {
  const short = JSON.stringify(s);
  if (short.length === s.length + 2) return short;
  let out = '"';
  for (let i = 0; i < s.length; i++) out += s.charCodeAt(i) > 127 ? s[i] : JSON.stringify(s[i]).slice(1, -1);
  return out + '"';
}

function fields(o: { [k: string]: unknown }): string {
  const out: string[] = [];
  for (const k of Object.keys(o)) out.push(quote(k) + ':' + json(o[k]));
  return '{' + out.join(',') + '}';
}

function items(list: unknown[]): string {
  const out: string[] = [];
  for (const v of list) out.push(json(v));
  return '[' + out.join(',') + ']';
}

/** JSON text of a value. */
export function json(v: unknown): string {
  if (typeof v === 'string') return quote(v);
  if (v === undefined || v === null || v !== v) return 'null';
  if (typeof v !== 'object') return '' + v;
  return Array.isArray(v) ? items(v) : fields(v as { [k: string]: unknown });
}

/** Fills `c.k` with defaults and what was kept. */
export function load(c: Charger): void {
  (c.f.part('change') as Change).load(c);
}

/** Applies the file `preset`. */
export function preset(c: Charger): void {
  (c.f.part('change') as Change).preset(c);
}
