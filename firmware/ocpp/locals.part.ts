// Part on call: SendLocalList and GetLocalListVersion. The entries come one by one while the message is read (bulk.part.ts)
// and wait as rows; once the rest of it is accepted, one record of the list a turn is written beside the old one.

import type { Inbox } from './inbox.part';
import { CACHE, GONE, PLACES, find, head, letter, place, record, second, without } from './rows';
import type { Head } from './rows';
import { chars, quote } from './state';
import type { Ocpp, Payload } from './state';

/** Entries of the list, and of one message: LocalAuthListMaxLength and SendLocalListMaxLength. */
const MOST = 64;
/** Bytes of all rows. */
const BYTES = 4000;

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
  /** Step; entries and bytes of the new list; rows of the cache that are to be looked at. */
  k: number;
  n: number;
  size: number;
  rows: string[];
}

function name(v: unknown, must: boolean): string {
  if (v === undefined || v === null) return must ? 'OccurenceConstraintViolation' : '';
  if (typeof v !== 'string') return 'TypeConstraintViolation';
  const odd = v.indexOf('\n') >= 0 || v.indexOf('\t') >= 0;
  return odd || (must && !v) || chars(v, 20) !== v ? 'PropertyConstraintViolation' : '';
}

/** '' or what is wrong with an idTagInfo. */
function wrong(i: Payload): string {
  if (typeof i !== 'object' || Array.isArray(i)) return 'TypeConstraintViolation';
  const bad = name(i.status, true) || name(i.parentIdTag, false);
  const end = i.expiryDate ?? '1970-01-01T00:00:00Z';
  if (bad) return bad;
  if (typeof end !== 'string') return 'TypeConstraintViolation';
  return letter(i.status) && second(end) ? '' : 'PropertyConstraintViolation';
}

/** Behind the tag of a row. */
function tail(i: Payload | undefined): string {
  if (!i) return GONE + '\t';
  return letter(i.status) + second(i.expiryDate) + '\t' + ((i.parentIdTag || '') as string);
}

/** Takes an entry in: '' or what is wrong with it. */
function take(s: Stage, e: Payload): string {
  const i = (e.idTagInfo ?? undefined) as Payload | undefined;
  const bad = name(e.idTag, true) || (i === undefined ? '' : wrong(i));
  if (bad) return bad;
  const tag = e.idTag as string;
  const at = place(tag);
  const twice = find(s.b[at], tag);
  if (twice) s.odd |= 1;
  if (!i) s.odd |= 2;
  s.b[at] = without(s.b[at], twice) + '\n' + tag.toLowerCase() + '\t' + tail(i);
  return '';
}

export function entry(o: Ocpp, _action: string, _n: number, json: string): void {
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
  for (const e of list) entry(o, '', 0, JSON.stringify(e));
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
    n: 0,
    size: 0,
    rows: [],
  };
  o.p = 'locals';
  return 'later';
}

export function run(o: Ocpp, action: string, q: Payload, id: string): string {
  if (action === 'SendLocalList') return update(o, q, id);
  return '{"listVersion":' + (o.c.k.ocppla ? version(head(o)) : -1) + '}';
}

/** Rows of a record with the new ones in it. */
function merged(old: string, add: string): string {
  const rows = add.split('\n');
  for (let i = 1; i < rows.length; i++) {
    const f = rows[i].split('\t');
    old = without(old, find(old, f[0]));
    if (f[1] !== GONE) old += '\n' + rows[i];
  }
  return old;
}

/** Writes record `k` beside the one that counts; false = there is no room. */
function write(o: Ocpp, w: Work): boolean {
  const f = o.c.f;
  const i = w.k;
  const old = f.get(record(w.h[0], i)) ?? '';
  const text = w.full ? w.b[i] : w.b[i] ? merged(old, w.b[i]) : old;
  w.n += text.split('\n').length - 1;
  w.size += text.length;
  w.b[i] = '';
  if (text === old) return true;
  w.which ^= 1 << i;
  if (text) return f.put(record(w.which, i), text);
  f.del(record(w.which, i));
  return f.get(record(w.which, i)) === undefined;
}

/** The answer; after a refusal the old records go on. */
function reply(o: Ocpp, w: Work, yes: boolean): void {
  if (!yes) w.which = w.h[0];
  else o.c.f.log('ocpp', 'local list ' + w.v + ', ' + w.n + ' entries');
  o.f.send(o.w, 0x81, '[3,' + quote(w.id) + ',{"status":"' + (yes ? 'Accepted' : 'Failed') + '"}]');
  w.rows = yes ? (o.c.f.get(CACHE) ?? '').split('\n') : [''];
  w.k = PLACES;
}

function commit(o: Ocpp, w: Work): void {
  const good = w.n <= MOST && w.size <= BYTES;
  reply(o, w, good && o.c.f.put('lv', '[' + w.which + ',' + w.v + ',' + w.n + ']'));
}

/** What is on the list is not in the cache. */
function sieve(o: Ocpp, row: string): void {
  const f = o.c.f;
  const tag = row.split('\t')[0];
  const text = f.get(record(head(o)[0], place(tag))) ?? '';
  const cache = f.get(CACHE) ?? '';
  if (find(text, tag)) f.put(CACHE, without(cache, find(cache, tag)));
}

/** Step `k` of the update: each record, the switch, each record that no longer counts, each row of the cache. False = it
 * is over. */
function step(o: Ocpp, w: Work): boolean {
  if (w.k < PLACES) {
    if (!write(o, w)) reply(o, w, false);
  } else if (w.k === PLACES) commit(o, w);
  else if (w.k <= PLACES * 2) o.c.f.del(record(~w.which, w.k - PLACES - 1));
  else {
    const row = w.rows.pop();
    if (!row) return false;
    sieve(o, row);
  }
  w.k++;
  return true;
}

export function turn(o: Ocpp): void {
  const w = o.in as Work;
  if (step(o, w)) o.p = 'locals';
  else o.in = undefined;
}
