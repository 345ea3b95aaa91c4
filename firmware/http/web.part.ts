// Part on call: takes a request apart and names the part that answers it.

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
  /** Headers beside the usual ones. */
  head?: { [name: string]: string };
  /** 1 = all of it is made. */
  end?: Bit;
}

/** Exports of the parts that answer. */
export interface Answer {
  start(c: Charger, path: string, query: string): Job;
  /** Goes a step further; true = the text is complete. */
  step(c: Charger, job: Job): boolean;
}

/** An open request: the engine's response, and what the server notes on it. */
export interface Talk extends EspResponse {
  /** Until it is taken apart. */
  q: EspRequest | undefined;
  /** Part that answers. */
  part: string;
  path: string | undefined;
  /** Query or body. */
  text: string;
  /** Bytes of the body that are announced: -1 = in chunks, 0 = all of it has come. */
  need: number | undefined;
  job: Job | undefined;
  /** 1 = the head is out; 1 = nothing else goes out. */
  sent: Bit;
  mute: Bit;
  /** 1 = has more to do, 2 = waits. */
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

const OPTIONS = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, OPTIONS',
  'Access-Control-Allow-Headers': '*',
};

/** A header by its name in small letters; '' = none. */
function header(q: EspRequest, name: string): string {
  for (const k of Object.keys(q.headers)) if (k.toLowerCase() === name) return q.headers[k];
  return '';
}

/** Bytes of the body that the client announces; -1 = in chunks. */
function announced(q: EspRequest): number {
  return header(q, 'transfer-encoding') ? -1 : parseInt(header(q, 'content-length'), 10) || 0;
}

/** The query has a filter, and one that says something. */
function filtered(query: string): boolean {
  const i = query.indexOf('&filter=');
  return i >= 0 && !['', '&'].includes(query.substr(i + 8, 1));
}

function route(c: Charger, t: Talk): string {
  const path = t.path;
  if (path === '/api/status') return c.k.hai ? (filtered('&' + t.text) ? 'get' : 'dump') : '';
  if (path === '/api/set') return c.k.hai ? 'set' : '';
  if (path === '/status' || path === '/mqtt') return c.k.hla ? 'v1' : '';
  if (path === '/report' || path === '/trace') return 'report';
  return path === '/' ? 'page' : '';
}

/** Reads the first line and the headers. */
function read(c: Charger, t: Talk, q: EspRequest): void {
  const i = q.url.indexOf('?');
  const url = q.url;
  t.path = i < 0 ? url : url.substr(0, i);
  const query = i < 0 ? '' : url.substr(i + 1);
  if (query || q.method === 'GET' || q.method === 'HEAD') {
    t.text = query;
    t.need = 0;
  } else if (t.need === undefined) t.need = announced(q);
  t.mute = q.method === 'HEAD' ? 1 : 0;
  t.part = route(c, t);
}

/** What is wrong with the request, as [status, text]; undefined = nothing. */
function refused(t: Talk, q: EspRequest): [number, string] | undefined {
  if (!t.part) return [404, 'This URI does not exist'];
  if (t.text.length > MOST) return q.method === 'GET' ? [414, 'too long'] : [413, 'too long'];
  return t.need! > MOST ? [413, 'body too long'] : undefined;
}

/** Waits for the body; true = it has come. */
function whole(t: Talk): boolean {
  if (t.text.length >= t.need! && t.need! >= 0) return true;
  t.wait = WAIT;
  return false;
}

/** Takes the request apart; for one with a body again and again until that has come. */
export function open(c: Charger, t: Talk, _guard: number[]): void {
  const q = t.q!;
  if (t.path === undefined) read(c, t, q);
  if (q.method === 'OPTIONS') return tell(t, q, 204, '', OPTIONS);
  const bad = refused(t, q);
  if (bad) tell(t, q, bad[0], bad[1]);
  else if (whole(t)) done(t, q);
}
