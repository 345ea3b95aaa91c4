// Part on call: what is known here about a tag: the local list of the central system, then the charger's own cards, then
// the cache of what the central system has said; and how the cache learns.

import { CACHE, find, head, letter, place, record, second, without } from './rows';
import { OTHER, chars, quote } from './state';
import type { Ocpp, Payload } from './state';

/** What is known about a tag. */
export interface Entry {
  from: 'list' | 'card' | 'cache';
  /** Accepted and not expired. */
  ok: boolean;
  /** Group, '' = none. */
  par: string;
}

/** Exports of this part. */
export interface Known {
  lookup(o: Ocpp, tag: string): Entry | undefined;
  card(o: Ocpp, tag: string): number;
}

/** Bytes of the cache. */
const ROOM = 800;

/** Index of a card in the charger's own table, -1 = none. */
export function card(o: Ocpp, tag: string): number {
  const list = o.c.k.cards;
  const t = tag.toLowerCase();
  for (let i = 0; i < list.length; i++) if (list[i].id && list[i].id.toLowerCase() === t) return i;
  return -1;
}

/** Row of the local list, '' = none. */
function listed(o: Ocpp, tag: string): string {
  const h = head(o);
  return h[2] ? find(o.c.f.get(record(h[0], place(tag))) ?? '', tag) : '';
}

/** While the clock is unknown, what may have expired has. */
function entry(o: Ocpp, from: 'list' | 'cache', row: string): Entry {
  const f = row.split('\t');
  const end = f[1].substr(1);
  return { from, ok: f[1][0] === 'A' && (end === '' || +end * 1000 > (o.c.f.wall(o.c) || 9e15)), par: f[2] };
}

export function lookup(o: Ocpp, tag: string): Entry | undefined {
  const k = o.c.k;
  const row = k.ocppla ? listed(o, tag) : '';
  if (row) return entry(o, 'list', row);
  if (card(o, tag) >= 0) return { from: 'card', ok: true, par: '' };
  const old = k.oce ? find(o.c.f.get(CACHE) ?? '', tag) : '';
  return old ? entry(o, 'cache', old) : undefined;
}

/** The row that goes first when room is needed: one that is not accepted, or the oldest. */
function worst(text: string): string {
  const rows = text.split('\n');
  for (let i = 1; i < rows.length; i++) if (rows[i].split('\t')[1][0] !== 'A') return '\n' + rows[i];
  return '\n' + rows[1];
}

/** What the central system said about a tag goes into the cache. */
function learn(o: Ocpp, tag: string, info: Payload): void {
  const f = o.c.f;
  const old = f.get(CACHE) ?? '';
  const parent = chars('' + (info.parentIdTag || ''), 20);
  const row = '\n' + tag.toLowerCase() + '\t' + letter(info.status) + second(info.expiryDate) + '\t' + parent;
  if (find(old, tag) === row || row.split('\n').length > 2 || row.split('\t').length > 3) return;
  let text = without(old, find(old, tag));
  while (text && text.length + row.length > ROOM) text = without(text, worst(text));
  f.put(CACHE, text + row);
}

/** The central system disagrees with its own list. */
function conflict(o: Ocpp, tag: string): void {
  const c = o.c;
  const st = o.s0 & 15;
  c.f.log('ocpp', tag + ': LocalListConflict');
  o.out.push(
    '"StatusNotification",{"connectorId":0,"errorCode":"LocalListConflict","info":' +
      quote(chars(tag, 20)) +
      ',"status":"' +
      (st === 8 ? 'Faulted' : st === 7 ? 'Unavailable' : 'Available') +
      (c.w ? '","timestamp":"' + c.f.iso(c.f.wall(c)) : '') +
      '"}',
  );
  o.want |= OTHER;
}

/** A turn after an answer that told about a tag. */
export function turn(o: Ocpp): void {
  const got = o.got as [string, Payload];
  const k = o.c.k;
  o.got = undefined;
  const info = got[1];
  if (!got[0] || !letter(info.status)) return;
  const row = k.ocppla ? listed(o, got[0]) : '';
  if (!row) {
    if (k.oce) learn(o, got[0], info);
  } else if (entry(o, 'list', row).ok !== (info.status === 'Accepted')) conflict(o, got[0]);
}

export function run(o: Ocpp): string {
  if (!o.c.k.oce) return '{"status":"Rejected"}';
  o.c.f.del(CACHE);
  return '{"status":"Accepted"}';
}
