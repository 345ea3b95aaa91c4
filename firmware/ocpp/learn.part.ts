// Part on call: what the central system says about tags goes into the cache, or contradicts its own list.

import type { Charger } from '../core/charger';
import type { Known } from './known.part';
import { CACHE, end, letter, odd, second, seek, without } from './rows';
import { OTHER, chars, quote } from './state';
import type { Ocpp, Payload } from './state';

/** Bytes of the cache. */
const ROOM = 640;
/** Letters of a status that does not let charge. */
const STATUS = 'BEIC';

/** Makes room for so many bytes: what is not accepted goes first, then the oldest. */
function shrink(text: string, most: number): string {
  for (let i = 0; i < STATUS.length && text.length > most; i++) {
    const at = text.indexOf('\t' + STATUS[i]);
    if (at >= 0) text = without(text, text.lastIndexOf('\n', at));
  }
  while (text.length > most) text = without(text, 0);
  return text;
}

/** Flash has a turn of its own. */
function keep(c: Charger, _: never, cache: string): void {
  c.f.put(CACHE, cache, 1);
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
  o.c.ev.push([keep, 0, shrink(without(old, at), ROOM - row.length) + row]);
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

/** A turn after an answer that told about a tag: what the list says, and one for the cache. */
export function turn(o: Ocpp): void {
  const got = o.got as [string, Payload, number?];
  const tag = got[0];
  const info = got[1];
  if (got[2]) learn(o, tag, info);
  else if (tag && letter(info.status)) {
    const known = o.c.f.ready('known') as Known | undefined;
    if (!known) {
      o.p = 'learn';
      return;
    }
    const e = known.listed(o, tag);
    if (e && e.ok !== (info.status === 'Accepted')) conflict(o, tag);
    if (!e && o.c.k.oce) {
      got[2] = 1;
      o.p = 'learn';
      return;
    }
  }
  o.got = undefined;
}

/** ClearCache. */
export function run(o: Ocpp): string {
  if (!o.c.k.oce) return '{"status":"Rejected"}';
  o.c.f.del(CACHE);
  return '{"status":"Accepted"}';
}
