// Part on call: `/api/events`, server-sent events (WHATWG HTML 9.2): the whole state first, then in each round the keys that
// have changed. What is kept of a client is a sum for each value; the values themselves are read anew.

import type { Charger } from '../core/charger';
import { look, place, round } from '../core/walk';
import type { Walk } from '../core/walk';
import { decode } from './query';
import type { Job, Talk } from './web.part';

/** Those who listen at a time. */
const MOST = 2;
/** Names found, and values looked at, in one step. */
const NAMES = 2;
const STEP = 2;
/** A comment is sent after so long without news, ms: a connection that is dead must show, at both ends. */
const BEAT = 5000;

interface Stream extends Job {
  /** Names that are to be found, each with a comma behind it, and the place of the next; '' = all are. */
  text: string;
  at: number;
  /** Places of the values by kinds (tools/pack.mjs), then all in the first. */
  places: string;
  state: string;
  rest: string;
  /** How many drift, and how many do or follow from the record. */
  drift: number;
  own: number;
  /** How far this client is; undefined until all names are found. */
  w: Walk | undefined;
  /** 1 = this round has news. */
  news: number;
  /** What the client had to know to be let in. */
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
  const n = names ? 0 : parseInt(c.f.head(5), 16);
  const job: Stream = {
    out: busy ? '{"error":"busy"}' : 'retry: 3000\n',
    status: busy ? 503 : 200,
    type: busy ? 'application/json' : 'text/event-stream',
    size: busy ? 0 : -1,
    end: busy ? 1 : 0,
    live: 0,
    text: names ? names + ',' : '',
    at: 0,
    places: names ? '' : c.f.text(c.f.head(4)),
    state: '',
    rest: '',
    drift: n >> 16,
    own: n & 65535,
    w: undefined,
    news: 0,
    key: lock(c),
    due: 0,
  };
  return job;
}

/** Finds the next name; unknown ones, those of OCPP only and what is there already are left out. */
function find(c: Charger, job: Stream): void {
  const name = job.text.substring(job.at, job.text.indexOf(',', job.at));
  job.at += name.length + 1;
  const p = place(c, name);
  const code = c.f.text(p);
  if (code[name.length + 3] !== ' ') job.places += p;
  else if (code[name.length + 4] !== ' ') job.state += p;
  else job.rest += p;
}

/** All names are found: the first round tells everything. */
function begin(c: Charger, job: Stream): void {
  if (!job.own) {
    job.drift = job.places.length / 8;
    job.places += job.state;
    job.own = job.places.length / 8;
    job.places += job.rest;
    job.state = job.rest = '';
  }
  const to = job.places.length / 8;
  job.w = { sums: new Uint8Array(2 * to), i: 0, to, live: 0, rev: c.rev, sig: 0, m: 0, all: 0 };
  job.out += 'data: {';
}

/** Goes a step further; true = the round is over. */
export function step(c: Charger, job: Stream): boolean {
  if (job.text) {
    for (let n = 0; n < NAMES && job.at < job.text.length; n++) find(c, job);
    if (job.at >= job.text.length) job.text = '';
    return false;
  }
  const w = job.w;
  if (!w) {
    begin(c, job);
    return false;
  }
  if (w.i < 0) {
    job.news = 0;
    // Who may no longer read is let go.
    job.live = w.rev === c.rev || job.key === lock(c) ? 1 : 0;
    round(c, w, job.drift, job.own, job.places.length / 8);
    if (!job.live || w.to) return !job.live;
  }
  look(c, job.places, w, STEP, (key, text) => {
    job.out += (job.news ? ',' : job.live ? 'data: {' : '') + key + ':' + text;
    job.news = 1;
  });
  if (w.i < w.to) return false;
  if (job.news || !job.live) job.out += '}\n\n';
  else if (c.t >= job.due) job.out = ':\n\n';
  if (job.out) job.due = c.t + BEAT;
  w.i = -1;
  w.live = 1;
  job.live = 1;
  return true;
}
