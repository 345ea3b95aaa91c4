// Part on call: takes a request apart and names the part that answers it.

import type { Bit } from '../../hal/types';
import type { Charger } from '../core/charger';
import type { Owner } from './set.part';

/** An answer in the making. Parts add fields of their own. */
export interface Job {
  /** Text made so far and not sent. */
  out: string;
  status: number;
  type: string;
  /** Bytes of the whole answer; 0 = the sum of what is made, -1 = not known, sent in pieces and ended by the close. */
  size: number;
  /** Headers beside the usual ones. */
  head?: { [name: string]: string };
  /** 1 = all of it is made. */
  end?: Bit;
  /** 1 = never the last of it: its client goes on listening. */
  live?: Bit;
}

/** An answer that the key table has code for. */
export interface Chunks extends Job {
  /** The next chunk. */
  place: string;
}

/** Exports of the parts that answer. */
export interface Answer {
  /** `all`: the open requests. The part `set` reads on in the text from `from`: a copy of a long query would have no room. */
  start(c: Charger, path: string, query: string, all: Talk[], from?: number): Job;
  /** Goes a step further; true = the text is complete. Another part may go on with it for a while: `by.part`. */
  step(c: Charger, job: Job, by?: Owner): boolean;
}

/** An open request: the engine's response, and what the server notes on it. */
export interface Talk extends EspResponse {
  /** Until it is taken apart. */
  q: EspRequest | undefined;
  /** Part that answers. */
  part: string;
  path: string | undefined;
  /** Body, or the address in the first line, whose query begins at `from`: a copy of a long one has no room beside this part. */
  text: string;
  from: number;
  /** Bytes of the body that are announced: -1 = in chunks, 0 = all of it has come. */
  need: number | undefined;
  job: Job | undefined;
  /** 1 = the head is out; 1 = nothing else goes out. */
  sent: Bit;
  mute: Bit;
  /** undefined = not looked at yet, 1 = has been let in. */
  in: Bit | undefined;
  /** 1 = has more to do, 2 = waits, 3 = listens. */
  wait: number;
  /** When something last moved, ms since boot. */
  at: number;
}

/** Exports of this part. */
export interface Web {
  open(c: Charger, t: Talk, guard: number[]): void;
}

/** Longest query or body: a certificate, encoded. */
const MOST = 4000;
const WAIT = 2;
/** Longest time for which no password is looked at, ms. */
const SLOWEST = 60000;

/** The request is taken apart: what the engine holds of it is freed. */
function done(t: Talk, q: EspRequest): void {
  t.q = undefined;
  q.headers = {};
  q.url = '';
}

/** Answers without a part. */
function tell(t: Talk, q: EspRequest, status: number, text: string, head?: { [name: string]: string }): void {
  done(t, q);
  const out = text && JSON.stringify({ error: text });
  t.job = { out, status, type: 'application/json', size: 0, head, end: 1 };
}

/** Clients write the names of headers as they like: here in small letters. Before `header`; most requests need none. */
function lower(q: EspRequest): void {
  const all: { [name: string]: string } = {};
  for (const k of Object.keys(q.headers)) all[k.toLowerCase()] = q.headers[k];
  q.headers = all;
}

/** A header by its name in small letters; '' = none. */
function header(q: EspRequest, name: string): string {
  return q.headers[name] || '';
}

/** Bytes of the body that the client announces; -1 = in chunks. */
function announced(q: EspRequest): number {
  lower(q);
  return header(q, 'transfer-encoding') ? -1 : parseInt(header(q, 'content-length'), 10) || 0;
}

/** There is a filter, and one that says something. No group: the engine takes what follows one to match at the end of a text. */
const FILTER = /[?&]filter=[^&]/;

function route(c: Charger, t: Talk): string {
  const path = t.path;
  if (path === '/api/status') return c.k.hai ? (FILTER.test(t.text) ? 'get' : 'dump') : '';
  if (path === '/api/set') return c.k.hai ? 'set' : '';
  if (path === '/api/events') return c.k.hai ? 'events' : '';
  if (path === '/api/keys') return c.k.hai ? 'about' : '';
  if (path === '/metrics') return c.k.hai ? 'metrics' : '';
  if (path === '/status') return c.k.hla ? 'dump' : '';
  if (path === '/mqtt') return c.k.hla ? 'v1' : '';
  if (path === '/report' || path === '/trace') return 'report';
  if (path!.startsWith('/update/')) return 'flash';
  if (path === '/console') return 'console';
  return path === '/' ? 'page' : '';
}

/** Reads the first line and the headers. */
function read(c: Charger, t: Talk, q: EspRequest): void {
  const url = q.url;
  const i = url.indexOf('?');
  t.path = i < 0 ? url : url.substr(0, i);
  const query = i >= 0 && i + 1 < url.length;
  if (query || q.method === 'GET' || q.method === 'HEAD') {
    t.text = query ? url : '';
    t.from = query ? i + 1 : 0;
    t.need = 0;
  } else if (t.need === undefined) t.need = announced(q);
  t.mute = q.method === 'HEAD' ? 1 : 0;
  t.part = route(c, t);
}

/** The password that a request brings, and how: [B for Bearer or b for Basic, text]; ['', ''] = none. */
function brought(q: EspRequest): [string, string] {
  const h = header(q, 'authorization');
  const text = h.substr(h.indexOf(' ') + 1);
  if (h.substr(0, 7).toLowerCase() === 'bearer ') return ['B', text];
  if (h.substr(0, 6).toLowerCase() !== 'basic ') return ['', ''];
  const pair = atob(text);
  return ['b', pair.substr(pair.indexOf(':') + 1)];
}

/** Looks at the password. After a wrong one the next is not looked at for a while, twice as long each time. */
function checked(c: Charger, given: string, guard: number[]): [number, string] | undefined {
  if (given && guard.length && c.t < guard[0])
    return [429, 'wrong password: none is looked at for ' + Math.ceil((guard[0] - c.t) / 1000) + ' s'];
  if (given === c.k.hak) {
    guard.splice(0, 2);
    return undefined;
  }
  const wait = Math.min(SLOWEST, (guard[1] || 500) * 2);
  if (!given) return [401, 'password needed'];
  guard.splice(0, 2, c.t + wait, wait);
  return [401, 'wrong password: none is looked at for ' + wait / 1000 + ' s'];
}

/** A host that no stranger can give an address in this network: an address, a plain name, a name of private use. */
function homely(host: string): boolean {
  const labels = host.split(':')[0].split('.');
  const last = labels[labels.length - 1];
  // The last ones: of names that nobody can register.
  return (
    labels.length === 1 ||
    /^[0-9]+$/.test(last) ||
    ['local', 'lan', 'home', 'internal', 'localdomain', 'arpa', 'localhost'].includes(last)
  );
}

/** A browser may have been sent by a page of somebody else; other clients act for whoever runs them. */
function foreign(q: EspRequest, proven: boolean): boolean {
  const agent = header(q, 'user-agent');
  const from = header(q, 'origin') || header(q, 'referer');
  if (!from && !header(q, 'sec-fetch-site') && (!agent.includes('Mozilla/') || agent.includes('PowerShell')))
    return false;
  const host = header(q, 'host').toLowerCase();
  return (from.split('/')[2] || '').toLowerCase() !== host || !(proven || homely(host));
}

/** Who may not: without the password where it is needed; a page of somebody else that wants to change something. */
function barred(c: Charger, t: Talk, q: EspRequest, guard: number[]): [number, string] | undefined {
  const change = t.part === 'set' || t.part === 'flash' || t.part === 'console' || t.path === '/mqtt';
  if ((t.part === 'flash' || t.part === 'console') && c.k.hak === '')
    return [403, 'needs a password: set the key hak'];
  const locked = c.k.hak !== '' && (change || c.k.hrp === 1 || t.path === '/' || t.part === 'report');
  if (locked || change) lower(q);
  const given: [string, string] = locked ? brought(q) : ['', ''];
  const bad = locked ? checked(c, given[1], guard) : undefined;
  if (bad) return bad;
  return change && !(locked && given[0] === 'B') && foreign(q, locked)
    ? [403, 'not from a page of another address']
    : undefined;
}

/** What is wrong with the request, as [status, text]; undefined = nothing. */
function refused(t: Talk, q: EspRequest): [number, string] | undefined {
  if (!t.part) return [404, 'This URI does not exist'];
  if (t.text.length - t.from > MOST) return q.method === 'GET' ? [414, 'too long'] : [413, 'too long'];
  return t.need! > MOST ? [413, 'body too long'] : undefined;
}

/** Waits for the body; true = it has come. */
function whole(t: Talk): boolean {
  if (t.text.length >= t.need! && t.need! >= 0) return true;
  t.wait = WAIT;
  return false;
}

/** Says no, or lets the part that answers have it. What few requests need is made where it is needed: each loads this. */
function admit(c: Charger, t: Talk, q: EspRequest, guard: number[]): void {
  if (q.method === 'OPTIONS')
    return tell(t, q, 204, '', {
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, OPTIONS',
      'Access-Control-Allow-Headers': '*, Authorization',
    });
  // While the access point is open: where phones ask whether there is an Internet (generate_204 and the like), they learn of
  // the page.
  if (!t.part && c.b.net.ap && !t.path!.startsWith('/api/'))
    return tell(t, q, 302, '', { Location: 'http://192.168.4.1/' });
  const bad = refused(t, q) || (t.in ? undefined : barred(c, t, q, guard));
  // For a request that waits for its body: it is asked once.
  t.in = 1;
  if (bad)
    tell(
      t,
      q,
      bad[0],
      bad[1],
      bad[0] === 401 ? { 'WWW-Authenticate': 'Basic realm="Pilotwire"' } : undefined,
    );
  else if (whole(t)) done(t, q);
}

/** Parts that show what everybody may see, where no password guards it. */
const SHOW = ['get', 'dump'];

/**
 * Takes the request apart, in two turns where it has to be looked at more closely; for one with a body again and again until
 * that has come.
 */
export function open(c: Charger, t: Talk, guard: number[]): void {
  const q = t.q!;
  if (t.path !== undefined) return admit(c, t, q, guard);
  read(c, t, q);
  if (q.method === 'GET' && SHOW.includes(t.part) && c.k.hak === '' && t.text.length - t.from <= MOST)
    done(t, q);
}
