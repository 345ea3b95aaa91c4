// The web server: routes, limits and time-outs. What a request asks for is done by the parts on call `api` and `v1`, a
// step a turn.

import type { Bit } from '../../hal/types';
import type { Charger } from '../core/charger';
import type { Api, Job } from './api.part';

/** Requests served at a time; a further one gets 503. */
const MOST = 3;
/** A request that takes longer is dropped: a client that stopped reading or never sent its body, ms. */
const PATIENCE = 15000;
/** Longest body of a POST, and the size of the pieces of a long answer. */
const BODY = 6000;
const PIECE = 900;

const TYPE: { [name: string]: string } = { json: 'application/json', html: 'text/html; charset=utf-8' };
/** Which part answers a path, under which switch. */
const ROUTES: { [path: string]: { part: string; on: 'hai' | 'hla' } } = {
  '/api/status': { part: 'api', on: 'hai' },
  '/api/set': { part: 'api', on: 'hai' },
  '/status': { part: 'v1', on: 'hla' },
  '/mqtt': { part: 'v1', on: 'hla' },
};

/** An open request. */
interface Talk {
  q: EspRequest;
  r: EspResponse;
  part: string;
  path: string;
  query: string;
  job: Job | undefined;
  /** Headers are out; a piece is on its way. */
  sent: Bit;
  wait: Bit;
  /** Time-out; 0 = over. */
  timer: number;
}

let c: Charger;
let live = 0;

function headers(type: string): { [name: string]: string | number } {
  return {
    'Content-Type': TYPE[type],
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': 'no-store',
    Connection: 'close',
  };
}

/** A whole answer. */
function reply(r: EspResponse, status: number, type: string, text: string): void {
  const h = headers(type);
  h['Content-Length'] = text.length;
  r.writeHead(status, h);
  r.end(text);
}

function problem(r: EspResponse, status: number, text: string): void {
  reply(r, status, 'json', JSON.stringify({ error: text }));
}

/** Frees the place of a request; harmless when done before. */
function over(t: Talk): void {
  if (!t.timer) return;
  clearTimeout(t.timer);
  t.timer = 0;
  t.job = undefined;
  live--;
  // The listeners of `r` hold `t`: without this the circle would wait for the collector.
  t.q = t.r = undefined as never;
}

/** Runs `step` for `t`; an error becomes an answer. */
function guard(t: Talk, step: (t: Talk) => void): void {
  if (!t.timer) return;
  try {
    step(t);
  } catch (e) {
    c.f.log('http', t.path + ' ' + e);
    if (t.sent) t.r.end();
    else problem(t.r, 500, 'internal error');
    over(t);
  }
}

/** Sends what is ready of a long answer. */
function piece(t: Talk, last: boolean): void {
  const out = t.job!.out;
  if (!t.sent) t.r.writeHead(200, headers('json'));
  t.sent = 1;
  if (last) {
    t.r.end(out);
    over(t);
  } else {
    t.job!.out = '';
    t.wait = 1;
    t.r.write(out);
  }
}

/** One step of the answer: goes on in the next turn, or when a piece has left. */
function turn(t: Talk): void {
  const job = t.job!;
  const last = (c.f.part(t.part) as Api).step(c, job);
  if (last && !t.sent && job.kind !== 'all') {
    reply(t.r, job.status, 'json', job.out);
    over(t);
  } else if (last || job.out.length > PIECE) piece(t, last);
  if (!last && !t.wait) setTimeout(() => guard(t, turn), 1);
}

/** The piece has left. */
function drained(t: Talk): void {
  if (!t.wait) return;
  t.wait = 0;
  guard(t, turn);
}

function begin(t: Talk): void {
  t.job = (c.f.part(t.part) as Api).start(c, t.path, t.query);
  turn(t);
}

/** Collects the body of a POST, then takes it for the query. */
function collect(t: Talk, length: number): void {
  let body = '';
  t.q.on('data', (data) => {
    body += data;
    if (body.length < length) return;
    t.query = body;
    guard(t, begin);
  });
}

/** Value of a request header, whatever case the client writes. */
function header(q: EspRequest, name: string): string {
  for (const k of Object.keys(q.headers)) if (k.toLowerCase() === name) return q.headers[k];
  return '';
}

function routed(t: Talk): void {
  const length = t.q.method === 'POST' && !t.query ? parseInt(header(t.q, 'content-length'), 10) || 0 : 0;
  if (length > BODY) {
    problem(t.r, 413, 'body too long');
    over(t);
  } else if (length) collect(t, length);
  else begin(t);
}

/** The charger's own page: the file `page`, in pieces. */
function page(t: Talk): void {
  const file = require('Storage').read('page');
  const text = file === undefined ? 'Pilotwire ' + c.b.serial + '. API: /api/status, /api/set' : file;
  let at = 0;
  const more = (): void => {
    const part = '' + text.substr(at, PIECE);
    at += PIECE;
    if (at < text.length) t.r.write(part);
    else {
      t.r.end(part);
      over(t);
    }
  };
  const h = headers('html');
  h['Content-Length'] = text.length;
  t.r.writeHead(200, h);
  t.sent = 1;
  t.r.on('drain', () => guard(t, more));
  more();
}

function dispatch(t: Talk): void {
  const route = ROUTES.hasOwnProperty(t.path) ? ROUTES[t.path] : undefined;
  if (t.q.method === 'OPTIONS') {
    t.r.writeHead(204, {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
      'Access-Control-Allow-Headers': '*',
      Connection: 'close',
    });
    t.r.end();
    over(t);
  } else if (route && c.k[route.on]) {
    t.part = route.part;
    t.r.on('drain', () => drained(t));
    routed(t);
  } else if (t.path === '/') page(t);
  else {
    problem(t.r, 404, 'This URI does not exist');
    over(t);
  }
}

function request(q: EspRequest, r: EspResponse): void {
  const i = q.url.indexOf('?');
  if (live >= MOST) return problem(r, 503, 'busy');
  const t: Talk = {
    q,
    r,
    part: '',
    path: i < 0 ? q.url : q.url.substr(0, i),
    query: i < 0 ? '' : q.url.substr(i + 1),
    job: undefined,
    sent: 0,
    wait: 0,
    timer: 0,
  };
  live++;
  t.timer = setTimeout(() => late(t), PATIENCE);
  r.on('close', () => over(t));
  guard(t, dispatch);
}

function late(t: Talk): void {
  t.r.end();
  over(t);
}

/** Opens port 80. */
export function serve(charger: Charger): void {
  c = charger;
  require('http').createServer(request).listen(80);
}
