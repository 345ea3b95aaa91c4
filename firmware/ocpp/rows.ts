// How the local list and the cache lie in the journal: a row a tag, `\n` tag in small letters, `\t` first letter of the
// status, second since 1970 at which it expires, `\r` parent. The list is spread over eight records by the tag's checksum,
// each of them twice, a and b; the record `lv` says which of the two counts, so that writing it switches the list as a
// whole, whatever a power cut leaves. The cache is one record, the row that was learned last at its end. Rows are found
// by indexOf: to split a text of 800 bytes takes 40 ms.

import { moment } from './state';
import type { Ocpp } from './state';

/** Records of the list. */
export const PLACES = 8;
/** Key of the cache. */
export const CACHE = 'lc';
/** Between the rows of two records, where those of all wait in one text: `j0` and so on in the journal. */
export const NEXT = '\v';
/** Status letter of a row that deletes, in a list that is under way. */
export const GONE = '-';

/** The list that counts: a bit each record (1 = b), version, entries. */
export type Head = [number, number, number];

export function head(o: Ocpp): Head {
  return JSON.parse(o.c.f.get('lv') ?? '[0,0,0]') as Head;
}

/** Key of record `i`. */
export function record(which: number, i: number): string {
  return 'l' + ((which >> i) & 1 ? 'b' : 'a') + i;
}

/** Letter of an AuthorizationStatus, '' = there is no such status. */
export function letter(status: unknown): string {
  const all = ['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx'];
  return all.includes(status as string) ? (status as string)[0] : '';
}

/** 1 = a text that would break a row. */
export function odd(v: string): boolean {
  return v.indexOf('\n') >= 0 || v.indexOf('\t') >= 0 || v.indexOf('\r') >= 0 || v.indexOf(NEXT) >= 0;
}

/** Second since 1970 of an expiry date, '' = none. */
export function second(date: unknown): string {
  const ms = moment(date);
  return ms === ms ? '' + Math.floor(ms / 1000) : '';
}

/** The record that a tag is in; letter case does not count. */
export function place(tag: string): number {
  return E.CRC32(tag.toLowerCase()) & (PLACES - 1);
}

/** Where the row of a tag begins, -1 = there is none. */
export function seek(text: string, tag: string): number {
  const key = '\n' + tag.toLowerCase() + '\t';
  const at = text.indexOf(key);
  // The engine also finds a beginning that the end of the text cuts off.
  return at < 0 || text.substr(at, key.length) !== key ? -1 : at;
}

/** Where the row that begins at `at` ends. */
export function end(text: string, at: number): number {
  const next = text.indexOf('\n', at + 1);
  return next < 0 ? text.length : next;
}

/** The row of a tag, '' = none. */
export function find(text: string, tag: string): string {
  const at = seek(text, tag);
  return at < 0 ? '' : text.substring(at, end(text, at));
}

/** The text without the row that begins at `at`; -1 = there is none. */
export function without(text: string, at: number): string {
  return at < 0 ? text : text.substr(0, at) + text.substr(end(text, at));
}
