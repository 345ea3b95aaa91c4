// Part on call: keys by row or OCPP name, for OCPP, console and report. What sets one is the part `change`.

import type { Change } from './change.part';
import type { Charger } from './charger';
import type { Row } from './config';
import { json as text_ } from './json';

/** Exports of this part. */
export interface Conf {
  value(c: Charger, r: Row): unknown;
  read(c: Charger, name: string): unknown;
  write(c: Charger, name: string, raw: string): string;
  text(c: Charger, ocpp: string): string | undefined;
  json(v: unknown): string;
}

/** Value of a row as it is shown: booleans as booleans; undefined = it is not for reading. */
export function value(c: Charger, r: Row): unknown {
  return r[8] ? new Function('c', c.f.text(r[8]))(c) : undefined;
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

/** JSON text of a value. */
export const json = (v: unknown): string => text_(v);
