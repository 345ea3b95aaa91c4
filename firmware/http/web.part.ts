// Part on call: takes a request apart, finds the part that answers it, and sends what that has made.

import type { Bit } from '../../hal/types';
import type { Charger } from '../core/charger';

/** An answer in the making. Parts add fields of their own. */
export interface Job {
  /** Text made so far and not sent. */
  out: string;
  status: number;
  type: string;
  /** Bytes of the whole answer; 0 = the sum of what is made, -1 = not known, sent in pieces and ended by the close. */
  size: number;
  /** 1 = the text is compressed. */
  zip?: Bit;
}

/** Exports of the parts that answer: `api`, `v1`, `page`. */
export interface Answer {
  start(c: Charger, path: string, query: string): Job;
  /** Goes a step further; true = the text is complete. */
  step(c: Charger, job: Job): boolean;
}

/** An open request. */
export interface Talk {
  q: EspRequest;
  r: EspResponse;
  /** Part that answers; '' = not known yet. */
  part: string;
  path: string;
  query: string;
  job: Job | undefined;
  /** The head is out. */
  sent: Bit;
  /** Result of the last step. */
  wait: number;
  /** 1 = nothing has moved since it was last looked at. */
  late: Bit;
  /** Time-out; 0 = over. */
  timer: number;
}

/** Exports of this part. */
export interface Web {
  step(c: Charger, t: Talk, go: (t: Talk) => void): number;
  fail(t: Talk, status: number, text: string): number;
}

/** Longest query or body: a certificate, encoded. */
const MOST = 4000;
/** Pieces of an answer that is sent while it is made. */
const PIECE = 450;

/** Results of a step: the request is over, has more to do, waits for its client. */
const OVER = 0;
const MORE = 1;
const WAIT = 2;

function head(t: Talk, status: number, type: string, size: number): void {
  const h: { [name: string]: string | number } = {
    'Content-Type': type,
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': 'no-store',
  };
  if (size >= 0) h['Content-Length'] = size;
  if (t.job && t.job.zip) h['Content-Encoding'] = 'gzip';
  t.r.writeHead(status, h);
  t.sent = 1;
}

/** Sends text; a HEAD has none. */
function put(t: Talk, text: string, last: boolean): number {
  if (t.q.method === 'HEAD') t.r.end();
  else if (last) t.r.end(text);
  else t.r.write(text);
  return last || t.q.method === 'HEAD' ? OVER : WAIT;
}

export function fail(t: Talk, status: number, text: string): number {
  const body = JSON.stringify({ error: text });
  if (!t.sent) head(t, status, 'application/json', body.length);
  else return put(t, '', true);
  return put(t, body, true);
}

function options(t: Talk): number {
  t.r.writeHead(204, {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, OPTIONS',
    'Access-Control-Allow-Headers': '*',
  });
  return put(t, '', true);
}

/** Bytes of the body that the client announces; -1 = in chunks. */
function announced(q: EspRequest): number {
  let n = 0;
  for (const k of Object.keys(q.headers)) {
    const name = k.toLowerCase();
    if (name === 'transfer-encoding') return -1;
    if (name === 'content-length') n = parseInt(q.headers[k], 10) || 0;
  }
  return n;
}

/** Collects the body, then takes it for the query. `n` as announced. */
function collect(t: Talk, n: number, go: (t: Talk) => void): number {
  t.q.on('data', (data) => {
    if (!t.timer || t.sent) return;
    t.late = 0;
    // One byte too many is enough to refuse it.
    t.query += data.substr(0, MOST + 1 - t.query.length);
    if (t.query.length === n || t.query.length > MOST) go(t);
  });
  if (n < 0) t.q.on('end', () => go(t));
  return WAIT;
}

function route(c: Charger, path: string): string {
  if (path === '/api/status' || path === '/api/set') return c.k.hai ? 'api' : '';
  if (path === '/status' || path === '/mqtt') return c.k.hla ? 'v1' : '';
  if (path === '/report' || path === '/trace') return 'report';
  return path === '/' ? 'page' : '';
}

/** While the access point is open: where phones ask whether there is an Internet (generate_204 and the like), they learn of the page. */
function portal(t: Talk): number {
  t.r.writeHead(302, { Location: 'http://192.168.4.1/', 'Cache-Control': 'no-store', 'Content-Length': 0 });
  return put(t, '', true);
}

/** Takes the request apart. */
function open(c: Charger, t: Talk, go: (t: Talk) => void): number {
  const q = t.q;
  const i = q.url.indexOf('?');
  t.path = i < 0 ? q.url : q.url.substr(0, i);
  t.query = i < 0 ? '' : q.url.substr(i + 1);
  if (q.method === 'OPTIONS') return options(t);
  t.part = route(c, t.path);
  if (!t.part && c.b.net.ap && !t.path.startsWith('/api/')) return portal(t);
  if (!t.part) return fail(t, 404, 'This URI does not exist');
  const n = t.query || q.method === 'GET' || q.method === 'HEAD' ? 0 : announced(q);
  if (n > MOST) return fail(t, 413, 'body too long');
  return n ? collect(t, n, go) : MORE;
}

function begin(c: Charger, t: Talk): number {
  if (t.query.length > MOST) return fail(t, t.q.method === 'GET' ? 414 : 413, 'too long');
  t.job = (c.f.part(t.part) as Answer).start(c, t.path, t.query);
  t.query = '';
  return MORE;
}

/** Lets the answer grow, and sends it when it is complete, or a piece of it. */
function grow(c: Charger, t: Talk): number {
  const job = t.job!;
  const last = (c.f.part(t.part) as Answer).step(c, job);
  if (!last && (!job.size || job.out.length < PIECE)) return MORE;
  if (!t.sent) head(t, job.status, job.type, job.size || job.out.length);
  const text = job.out;
  job.out = '';
  return put(t, text, last);
}

/** Goes a step further with a request. `go` is called for one that waits when it can go on. */
export function step(c: Charger, t: Talk, go: (t: Talk) => void): number {
  if (t.job) return grow(c, t);
  return t.part ? begin(c, t) : open(c, t, go);
}
