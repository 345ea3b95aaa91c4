// Part on call: SendLocalList and GetLocalListVersion. The entries come one by one while the message is read (bulk.part.ts)
// and wait as rows; once the rest of it is accepted, one record of the list a turn is written beside the old one.

import type { Bulk } from './bulk.part';
import type { Inbox } from './inbox.part';
import { CACHE, GONE, PLACES, end, head, letter, odd, place, record, second, seek, without } from './rows';
import type { Head } from './rows';
import { chars, quote } from './state';
import type { Ocpp, Payload } from './state';

/** Entries of the list (LocalAuthListMaxLength), and the most that one message may bring. */
const MOST = 64;
/** Bytes of all rows. */
const BYTES = 4000;
/** Rows that a turn takes into a record. */
const SOME = 2;

/** Entries of the message so far. */
interface Stage {
  n: number;
  /** Code of the refusal; 1 = a tag twice, 2 = one without idTagInfo, 4 = too many. */
  bad: string;
  odd: number;
  /** Rows for each record. */
  b: string[];
}

/** An update under way. */
interface Work {
  id: string;
  v: number;
  full: boolean;
  b: string[];
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

export function entry(o: Ocpp, json: string): void {
  const s = (o.got || { n: 0, bad: '', odd: 0, b: ['', '', '', '', '', '', '', ''] }) as Stage;
  o.got = s;
  if (++s.n > MOST) s.odd |= 4;
  if (s.bad || s.odd & 4) return;
  try {
    const plain = json.indexOf('\\') < 0 ? json : (o.c.f.part('inbox') as Inbox).plain(json);
    s.bad = take(s, JSON.parse(plain) as Payload);
  } catch (e) {
    s.bad = 'FormationViolation';
  }
}

/** Version of the list as it is told: that of an empty one is 0. */
function version(h: Head): number {
  return h[2] ? h[1] : 0;
}

/** Code or status of a refusal, '' = the update goes on. */
function refusal(o: Ocpp, q: Payload, s: Stage | undefined, h: Head): string {
  const full = q.updateType === 'Full';
  const v = q.listVersion as number;
  if (!o.c.k.ocppla) return '{"status":"NotSupported"}';
  if (s && s.bad) return s.bad;
  if (v < 1 || (s && s.odd & (full ? 7 : 4))) return '{"status":"Failed"}';
  return !full && v <= version(h) ? '{"status":"VersionMismatch"}' : '';
}

function update(o: Ocpp, q: Payload, id: string): string {
  const list = (q.localAuthorizationList ?? []) as Payload[];
  const h = head(o);
  if (!Array.isArray(list)) return 'TypeConstraintViolation';
  // One that came the usual way.
  for (const e of list) entry(o, JSON.stringify(e));
  const s = o.got as Stage | undefined;
  o.got = undefined;
  const no = refusal(o, q, s, h);
  if (no) return no;
  const b = s ? s.b : ['', '', '', '', '', '', '', ''];
  o.in = {
    id,
    v: q.listVersion,
    full: q.updateType === 'Full',
    b,
    h,
    which: h[0],
    k: 0,
    t: undefined,
    n: 0,
    size: 0,
    at: 0,
  };
  o.p = 'locals';
  return 'later';
}

export function run(o: Ocpp, action: string, q: Payload, id: string): string {
  if (action === 'SendLocalList') return update(o, q, id);
  return '{"listVersion":' + (o.c.k.ocppla ? version(head(o)) : -1) + '}';
}

function rows(text: string): number {
  let n = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) n++;
  return n;
}

/** Takes some of the new rows into the record; true = there are more. */
function merge(w: Work): boolean {
  for (let i = 0; i < SOME; i++) {
    const add = w.b[w.k];
    const cut = end(add, 0);
    const tab = add.indexOf('\t');
    if (!add) return false;
    w.t = without(w.t!, seek(w.t!, add.substring(1, tab)));
    if (add[tab + 1] !== GONE) w.t += add.substr(0, cut);
    w.b[w.k] = add.substr(cut);
  }
  return true;
}

/** Writes record `k` beside the one that counts, unless it stays as it is; false = there is no room. */
function write(o: Ocpp, w: Work, text: string): boolean {
  const f = o.c.f;
  w.n += rows(text);
  w.size += text.length;
  if (text === (f.get(record(w.h[0], w.k)) ?? '')) return true;
  w.which ^= 1 << w.k;
  const key = record(w.which, w.k);
  if (text) return f.put(key, text);
  f.del(key);
  return f.get(key) === undefined;
}

/** The answer; after a refusal the old records go on. */
function reply(o: Ocpp, w: Work, yes: boolean): void {
  if (!yes) w.which = w.h[0];
  else o.c.f.log('ocpp', 'local list ' + w.v + ', ' + w.n + ' entries');
  o.f.send(o.w, 0x81, '[3,' + quote(w.id) + ',{"status":"' + (yes ? 'Accepted' : 'Failed') + '"}]');
  w.k = PLACES;
}

/** A turn for record `k`: true = it is done. */
function renew(o: Ocpp, w: Work): boolean {
  if (w.t === undefined) w.t = w.full ? w.b[w.k] : (o.c.f.get(record(w.h[0], w.k)) ?? '');
  if (!w.full && merge(w)) return false;
  if (!write(o, w, w.t)) reply(o, w, false);
  w.t = undefined;
  return true;
}

function commit(o: Ocpp, w: Work): void {
  const good = w.n <= MOST && w.size <= BYTES;
  reply(o, w, good && o.c.f.put('lv', '[' + w.which + ',' + w.v + ',' + w.n + ']'));
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

/** Step `k` of the update: each record, the switch, each record that no longer counts, each row of the cache. False = it
 * is over. */
function step(o: Ocpp, w: Work): boolean {
  if (w.k > PLACES * 2) return sieve(o, w);
  if (w.k > PLACES) o.c.f.del(record(~w.which, w.k - PLACES - 1));
  else if (w.k === PLACES) commit(o, w);
  else if (!renew(o, w)) return true;
  w.k++;
  return true;
}

export function turn(o: Ocpp): void {
  const w = o.in as Work & Bulk;
  if (w.e !== undefined) {
    entry(o, w.e);
    o.p = 'bulk';
  } else if (step(o, w)) o.p = 'locals';
  else o.in = undefined;
}
