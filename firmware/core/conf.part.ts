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

function kept(c: Charger, r: Row): unknown {
  if (r[2].includes('k')) return (c.k as unknown as Kept)[r[0]];
  const text = c.f.get('k.' + r[0]);
  return text === undefined ? r[5] : JSON.parse(text);
}

/** Value of a row as it is shown: booleans as booleans. */
export function value(c: Charger, r: Row): unknown {
  if (r[2].includes('h')) return undefined;
  const v = r[8] ? new Function('c', 'return ' + r[8])(c) : kept(c, r);
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

/** 1 = the text ends in the middle of an escape: an odd number of backslashes. */
function odd(text: string): number {
  let n = 0;
  while (n < text.length && text[text.length - 1 - n] === '\\') n++;
  return n & 1;
}

/** Bytes above 127 as they are: the engine's writer makes \u00XX of them, which means something else. */
function plain(text: string): string {
  const parts = text.split('\\u00');
  let out = parts[0];
  for (let i = 1; i < parts.length; i++) {
    const code = parseInt(parts[i].substr(0, 2), 16);
    out += code > 127 && !odd(out) ? String.fromCharCode(code) + parts[i].substr(2) : '\\u00' + parts[i];
  }
  return out;
}

/** JSON text of a value. */
export function json(v: unknown): string {
  if (v === undefined) return 'null';
  const text = JSON.stringify(v);
  return text.includes('u00') ? plain(text) : text;
}

/** Fills `c.k` with defaults and what was kept. */
export function load(c: Charger): void {
  (c.f.part('change') as Change).load(c);
}

/** Applies the file `preset`. */
export function preset(c: Charger): void {
  (c.f.part('change') as Change).preset(c);
}
