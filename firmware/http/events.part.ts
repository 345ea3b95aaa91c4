// Part on call: `/api/events`, server-sent events (WHATWG HTML 9.2): the whole state first, then in each round the keys that
// have changed. What is kept of a client is a sum for each value; the values themselves are read anew.

import type { Charger } from '../core/charger';
import { json } from '../core/json';
import { decode } from './query';
import type { Job, Talk } from './web.part';

/** Those who listen at a time. */
const MOST = 2;
/** Names found, and values looked at, in one step. */
const NAMES = 2;
const STEP = 4;
/** A comment is sent after so long without news, ms: a connection that is dead must show, at both ends. */
const BEAT = 5000;

interface Stream extends Job {
  /** Names that are still to be found, each with a comma behind it. */
  text: string;
  /** Places of the values that change by themselves, and of those that change only when a setting is kept; then all. */
  places: string;
  rest: string;
  /** How many change by themselves. */
  own: number;
  /** A sum of each value as it was told last. */
  sums: Int32Array | undefined;
  /** Value that is next, and where the round ends. */
  i: number;
  to: number;
  /** 1 = this round has news. */
  news: number;
  /** Settings as of this count are known; what the client had to know to be let in. */
  rev: number;
  key: number;
  /** When the next comment is due. */
  due: number;
}

/** What a client has to know to read. */
function lock(c: Charger): number {
  return E.CRC32((c.k.hai ? 'a' : '') + (c.k.hrp ? c.k.hak : '')) | 0;
}

/** Takes a request in. */
export function start(c: Charger, _path: string, query: string, all: Talk[]): Job {
  const i = ('&' + query).indexOf('&filter=');
  const names = i < 0 ? '' : decode(query.substr(i + 7).split('&')[0]);
  const busy = all.filter((t) => t.part === 'events' && t.job !== undefined).length >= MOST;
  const job: Stream = {
    out: busy ? '{"error":"busy"}' : 'retry: 3000\n',
    status: busy ? 503 : 200,
    type: busy ? 'application/json' : 'text/event-stream',
    size: busy ? 0 : -1,
    end: busy ? 1 : 0,
    live: 0,
    text: names ? names + ',' : '',
    places: names ? '' : c.f.text(c.f.head(4)),
    rest: '',
    own: names ? 0 : parseInt(c.f.head(5), 16),
    sums: undefined,
    i: 0,
    to: 0,
    news: 0,
    rev: c.rev,
    key: lock(c),
    due: 0,
  };
  return job;
}

/** Finds the next name; unknown ones, those of OCPP only and what is there already are left out. */
function find(c: Charger, job: Stream): void {
  const name = job.text.split(',')[0];
  job.text = job.text.substr(name.length + 1);
  const r = name ? c.f.row(name) : undefined;
  if (!r || r[0] !== name || !r[8] || r[2].includes('o')) return;
  // The blank: see tools/pack.mjs.
  if (c.f.text(r[8])[name.length + 9] === ' ') job.rest += r[8];
  else job.places += r[8];
}

/** All names are found: the first round tells everything. */
function begin(job: Stream): void {
  if (job.rest || !job.own) job.own = job.places.length / 8;
  job.places += job.rest;
  job.rest = '';
  job.to = job.places.length / 8;
  job.sums = new Int32Array(job.to);
  job.out += 'data: {';
}

/** A round begins; false = the client may no longer read. Settings are looked at when one was kept. */
function round(c: Charger, job: Stream): boolean {
  job.news = 0;
  job.to = job.rev === c.rev ? job.own : job.places.length / 8;
  if (job.rev !== c.rev && job.key !== lock(c)) return false;
  job.rev = c.rev;
  return true;
}

/** Looks at some values: what differs from what was told is told. */
function look(c: Charger, job: Stream): void {
  const Code = Function;
  const sum = E.CRC32;
  const sums = job.sums!;
  const end = Math.min(job.to, job.i + STEP);
  for (let i = job.i; i < end; i++) {
    const code = c.f.text(job.places.substr(i * 8, 8));
    const v = new Code('c', code)(c);
    const text = typeof v === 'number' ? '' + v : json(v);
    const n = sum(text) | 0;
    if (n === sums[i] && job.live) continue;
    sums[i] = n;
    job.out += (job.news ? ',' : job.live ? 'data: {' : '') + code.substr(0, code.indexOf(';')) + ':' + text;
    job.news = 1;
  }
  job.i = end;
}

/** Goes a step further; true = the round is over. */
export function step(c: Charger, job: Stream): boolean {
  if (job.text) {
    for (let n = 0; n < NAMES && job.text; n++) find(c, job);
    return false;
  }
  if (!job.sums) {
    begin(job);
    return false;
  }
  if (job.live && !job.i && !round(c, job)) {
    job.live = 0;
    return true;
  }
  look(c, job);
  if (job.i < job.to) return false;
  if (job.news || !job.live) job.out += '}\n\n';
  else if (c.t >= job.due) job.out = ':\n\n';
  if (job.out) job.due = c.t + BEAT;
  job.i = 0;
  job.live = 1;
  return true;
}
