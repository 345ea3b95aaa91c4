// Part on call: SendLocalList and GetLocalListVersion. The entries come one by one while the message is read (bulk.part.ts)
// and wait as rows, most of them in flash; once the rest of it is accepted, the part `renew` writes the list.

import type { Bulk } from './bulk.part';
import type { Inbox } from './inbox.part';
import { GONE, NEXT, head, letter, odd, place, second, seek, without } from './rows';
import type { Head } from './rows';
import { chars } from './state';
import type { Ocpp, Payload } from './state';

export const entry = 'locals';
/** Entries of the list (LocalAuthListMaxLength), and the most that one message may bring. */
const MOST = 64;
/** Entries of the message so far. */
interface Stage {
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

function add(o: Ocpp, json: string): void {
  const s = (o.got || { n: 0, bad: '', odd: 0, b: ['', '', '', '', '', '', '', ''], m: 0 }) as Stage;
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
  for (const e of list) {
    add(o, JSON.stringify(e));
    rest(o, o.got as Stage);
  }
  const s = o.got as Stage | undefined;
  o.got = undefined;
  const no = refusal(o, q, s, h);
  if (no) {
    for (let i = 0; s && i < s.m; i++) o.c.f.del('j' + i);
    return no;
  }
  const b = s ? s.b : ['', '', '', '', '', '', '', ''];
  o.in = {
    id,
    v: q.listVersion,
    full: q.updateType === 'Full',
    b,
    m: s ? s.m : 0,
    i: s ? s.m : 0,
    h,
    which: h[0],
    k: 0,
    t: undefined,
    n: 0,
    size: 0,
    at: 0,
  };
  o.p = 'renew';
  return 'later';
}

export function run(o: Ocpp, action: string, q: Payload, id: string): string {
  if (action === 'SendLocalList') return update(o, q, id);
  return '{"listVersion":' + (o.c.k.ocppla ? version(head(o)) : -1) + '}';
}

/** A turn: an entry, or flash. */
export function turn(o: Ocpp): void {
  const b = o.in as Bulk;
  const e = b.e;
  b.e = '';
  if (e) add(o, e);
  else rest(o, o.got as Stage);
  o.p = e ? 'locals' : 'bulk';
}
