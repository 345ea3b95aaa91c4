// Part on call: what is known here about a tag: the local list of the central system, then the charger's own cards, then
// the cache of what the central system has said; and how the cache learns.

import { CACHE, end, find, head, letter, odd, place, record, second, seek, without } from './rows';
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
const ROOM = 640;
/** Letters of a status that does not let charge. */
const STATUS = 'BEIC';

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
  const at = row.indexOf('\t') + 1;
  const cut = row.indexOf('\r', at);
  const till = row.substring(at + 1, cut);
  const ok = row[at] === 'A' && (till === '' || +till * 1000 > (o.c.f.wall(o.c) || 9e15));
  return { from, ok, par: row.substr(cut + 1) };
}

export function lookup(o: Ocpp, tag: string): Entry | undefined {
  const k = o.c.k;
  const row = k.ocppla ? listed(o, tag) : '';
  if (row) return entry(o, 'list', row);
  if (card(o, tag) >= 0) return { from: 'card', ok: true, par: '' };
  const old = k.oce ? find(o.c.f.get(CACHE) ?? '', tag) : '';
  return old ? entry(o, 'cache', old) : undefined;
}

/** Makes room for so many bytes: what is not accepted goes first, then the oldest. */
function shrink(text: string, most: number): string {
  for (let i = 0; i < STATUS.length && text.length > most; i++) {
    const at = text.indexOf('\t' + STATUS[i]);
    if (at >= 0) text = without(text, text.lastIndexOf('\n', at));
  }
  while (text.length > most) text = without(text, 0);
  return text;
}

/** What the central system said about a tag goes into the cache. */
function learn(o: Ocpp, tag: string, info: Payload): void {
  const f = o.c.f;
  const old = f.get(CACHE) ?? '';
  const rest =
    letter(info.status) + second(info.expiryDate) + '\r' + chars('' + (info.parentIdTag || ''), 20);
  const row = '\n' + tag.toLowerCase() + '\t' + rest;
  const at = seek(old, tag);
  if (odd(tag) || odd(rest.substr(rest.indexOf('\r') + 1))) return;
  if (at >= 0 && old.substring(at, end(old, at)) === row) return;
  f.put(CACHE, shrink(without(old, at), ROOM - row.length) + row);
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
