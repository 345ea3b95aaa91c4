// Part on call: writes the local list, some rows or one record a turn, beside the one that counts; then switches.

import { CACHE, GONE, NEXT, PLACES, end, place, record, seek, without } from './rows';
import type { Head } from './rows';
import { quote } from './state';
import type { Ocpp } from './state';

/** Entries of the list: LocalAuthListMaxLength. */
const MOST = 64;
/** Bytes of all rows. */
const BYTES = 4000;
/** Rows that a turn takes into a record. */
const SOME = 2;
/** Step with the first of the records that no longer count: behind the switch and the answer. */
const OLD = PLACES + 2;

/** An update under way. */
interface Work {
  id: string;
  v: number;
  full: boolean;
  /** Rows for each record; texts of them that wait in flash, and those that are not looked at yet. */
  b: string[];
  m: number;
  i: number;
  /** The list as it was; the records that count from now on. */
  h: Head;
  which: number;
  /** Step; record that is being renewed; entries and bytes of the new list; place in the cache. */
  k: number;
  t: string | undefined;
  n: number;
  size: number;
  at: number;
}

function rows(text: string): number {
  let n = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) n++;
  return n;
}

/** The answer; after a refusal the old records go on. */
function reply(o: Ocpp, w: Work, yes: boolean): void {
  if (!yes) w.which = w.h[0];
  else o.c.f.log('ocpp', 'local list ' + w.v + ', ' + w.n + ' entries');
  o.f.send(o.w, 0x81, '[3,' + quote(w.id) + ',{"status":"' + (yes ? 'Accepted' : 'Failed') + '"}]');
  w.k = OLD;
}

/** The new rows for record `k` out of one of the texts in flash; they come before those that are there. */
function more(o: Ocpp, w: Work): void {
  const text = o.c.f.get('j' + --w.i) ?? '';
  let at = 0;
  for (let n = 0; n < w.k; n++) at = text.indexOf(NEXT, at) + 1;
  const to = text.indexOf(NEXT, at);
  w.b[w.k] = (to < 0 ? text.substr(at) : text.substring(at, to)) + w.b[w.k];
}

/** Takes some of the new rows into the record. A tag may stand in a full list once. */
function merge(o: Ocpp, w: Work): void {
  for (let i = 0; i < SOME; i++) {
    const add = w.b[w.k];
    if (!add) return;
    const cut = end(add, 0);
    const tab = add.indexOf('\t');
    const old = seek(w.t!, add.substring(1, tab));
    if (w.full && old >= 0) return reply(o, w, false);
    if (old >= 0) {
      w.t = without(w.t!, old);
      w.n--;
    }
    if (add[tab + 1] !== GONE) {
      w.t += add.substr(0, cut);
      w.n++;
    }
    w.b[w.k] = add.substr(cut);
  }
}

/** Record `k` is complete; the next one follows. */
function following(w: Work): void {
  w.size += w.t!.length;
  w.t = undefined;
  w.i = w.m;
  w.k++;
}

/** Writes record `k` beside the one that counts; without room the list is refused. */
function write(o: Ocpp, w: Work): void {
  const f = o.c.f;
  const key = record(w.which, w.k);
  if (!w.t) f.del(key);
  if (w.t ? f.put(key, w.t) : f.get(key) === undefined) following(w);
  else reply(o, w, false);
}

/** A turn for record `k`: a text of new rows, the rows that it has, some new ones, whether it has changed, its writing. */
function renew(o: Ocpp, w: Work): void {
  const bit = 1 << w.k;
  if (w.i) more(o, w);
  else if (w.t === undefined) {
    w.t = w.full ? '' : (o.c.f.get(record(w.h[0], w.k)) ?? '');
    w.n += rows(w.t);
  } else if (w.b[w.k]) merge(o, w);
  else if ((w.which ^ w.h[0]) & bit) write(o, w);
  else if (w.t === (o.c.f.get(record(w.h[0], w.k)) ?? '')) following(w);
  else w.which ^= bit;
}

/** The new list counts from now on, if it may. */
function commit(o: Ocpp, w: Work): void {
  const good = w.n <= MOST && w.size <= BYTES;
  if (good && o.c.f.put('lv', '[' + w.which + ',' + w.v + ',' + w.n + ']')) w.k++;
  else reply(o, w, false);
}

/** What is on the list is not in the cache: its next row; true = there are more. */
function sieve(o: Ocpp, w: Work): boolean {
  const f = o.c.f;
  const cache = f.get(CACHE) ?? '';
  if (w.at >= cache.length) return false;
  const tag = cache.substring(w.at + 1, cache.indexOf('\t', w.at));
  if (seek(f.get(record(w.which, place(tag))) ?? '', tag) < 0) w.at = end(cache, w.at);
  else f.put(CACHE, without(cache, w.at));
  return true;
}

/** Step `k` of the update: each record, the switch, the answer, each text that waited, each record that no longer counts, each
 * row of the cache. False = it is over. */
function step(o: Ocpp, w: Work): boolean {
  if (w.k > OLD + PLACES - 1) return sieve(o, w);
  if (w.k >= OLD && w.m) o.c.f.del('j' + --w.m);
  else if (w.k >= OLD) o.c.f.del(record(~w.which, w.k++ - OLD));
  else if (w.k > PLACES) reply(o, w, true);
  else if (w.k === PLACES) commit(o, w);
  else renew(o, w);
  return true;
}

export function turn(o: Ocpp): void {
  if (step(o, o.in as Work)) o.p = 'renew';
  else o.in = undefined;
}
