// Part on call: the entries of SendLocalList, which come one by one while the message is read (bulk.part.ts). They wait as rows, most of
// them in flash, for the part `locals`.

import type { Utf8 } from '../core/utf8.part';
import type { Bulk } from './bulk.part';
import { GONE, NEXT, letter, odd, place, second, seek, without } from './rows';
import { chars } from './state';
import type { Ocpp, Payload, Turn } from './state';

/** Exports of this part. */
export interface Enrol extends Turn {
  add(o: Ocpp, json: string): void;
}

/** Most entries that one message may bring: LocalAuthListMaxLength. */
const MOST = 64;
/** Entries of the message so far. */
export interface Stage {
  n: number;
  /** Code of the refusal; 1 = a tag twice, 2 = one without idTagInfo, 4 = too many, or no room. */
  bad: string;
  odd: number;
  /** Rows for each record; texts of them that wait in flash. */
  b: string[];
  m: number;
}

/** '' or what is wrong with a text of 20 characters. */
function text(v: unknown): string {
  if (typeof v !== 'string') return 'TypeConstraintViolation';
  return odd(v) || (v.length > 20 && chars(v, 20) !== v) ? 'PropertyConstraintViolation' : '';
}

/** What stands behind the tag in a row; without its `\r`: what is wrong with the idTagInfo. */
function tail(i: Payload | undefined): string {
  if (!i) return GONE + '\r';
  if (typeof i !== 'object' || Array.isArray(i)) return 'TypeConstraintViolation';
  const st = i.status;
  const end = i.expiryDate;
  const parent = i.parentIdTag || '';
  const at = end ? second(end) : '';
  const first = letter(st);
  if (st === undefined || st === null) return 'OccurenceConstraintViolation';
  if (typeof st !== 'string' || (end && typeof end !== 'string')) return 'TypeConstraintViolation';
  if (!first || (end !== undefined && end !== null && !at)) return 'PropertyConstraintViolation';
  return text(parent) || first + at + '\r' + parent;
}

/** Rows that wait in memory, bytes. */
const ROOM = 250;

/** Rows that wait in memory go to flash when they are too many. */
function rest(o: Ocpp, s: Stage): void {
  const text = s.b.join(NEXT);
  if (text.length < ROOM) return;
  if (!o.c.f.put('j' + s.m++, text, 1)) s.odd |= 4;
  s.b = ['', '', '', '', '', '', '', ''];
}

/** Takes an entry in: '' or what is wrong with it. */
function take(s: Stage, e: Payload): string {
  const tag = e.idTag as string;
  if (tag === undefined || tag === null) return 'OccurenceConstraintViolation';
  const rest = text(tag) || tail((e.idTagInfo ?? undefined) as Payload | undefined);
  if (rest.indexOf('\r') < 0) return rest;
  if (!tag) return 'PropertyConstraintViolation';
  const at = place(tag);
  const twice = seek(s.b[at], tag);
  if (twice >= 0) {
    s.odd |= 1;
    s.b[at] = without(s.b[at], twice);
  }
  if (rest[0] === GONE) s.odd |= 2;
  s.b[at] += '\n' + tag.toLowerCase() + '\t' + rest;
  return '';
}

/** Takes an entry in, or notes what is wrong with it. */
export function add(o: Ocpp, json: string): void {
  const s = (o.got || { n: 0, bad: '', odd: 0, b: ['', '', '', '', '', '', '', ''], m: 0 }) as Stage;
  o.got = s;
  if (++s.n > MOST) s.odd |= 4;
  if (s.bad || s.odd & 4) return;
  try {
    const plain = json.includes('\\u') ? (o.c.f.part('utf8') as Utf8).plain(json) : json;
    s.bad = take(s, JSON.parse(plain) as Payload);
  } catch (e) {
    s.bad = 'FormationViolation';
  }
}

/** A turn: an entry, or flash. */
export function turn(o: Ocpp): void {
  const b = o.in as Bulk;
  const e = b.e;
  b.e = '';
  if (e) add(o, e);
  else rest(o, o.got as Stage);
  o.p = e ? 'enrol' : 'bulk';
}
