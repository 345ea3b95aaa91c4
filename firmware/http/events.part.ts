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
const STEP = 2;
/** All that changes by itself is looked at, and a comment is sent after so long without news, ms: a connection that is dead must show, at both ends. */
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
  /** A sum of each value as it was told last. */
  sums: Int32Array | undefined;
  /** Value that is next, -1 = a round is to begin, and where it ends. */
  i: number;
  to: number;
  /** Value whose part is loaded. */
  ready: number;
  /** 1 = this round has news. */
  news: number;
  /** Keys set up to this count are known; what the client had to know to be let in. */
  rev: number;
  key: number;
  /** Sums of the record and of the meter's part of it. */
  sig: number;
  m: number;
  /** When the next comment is due, and the next look at all that changes by itself. */
  due: number;
  all: number;
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
    sums: undefined,
    i: 0,
    to: 0,
    ready: -1,
    news: 0,
    rev: c.rev,
    key: lock(c),
    sig: 0,
    m: 0,
    due: 0,
    all: 0,
  };
  return job;
}

/** Finds the next name; unknown ones, those of OCPP only and what is there already are left out. */
function find(c: Charger, job: Stream): void {
  const name = job.text.substring(job.at, job.text.indexOf(',', job.at));
  job.at += name.length + 1;
  const r = name ? c.f.row(name) : undefined;
  if (!r || r[0] !== name || !r[8] || r[2].includes('o')) return;
  const code = c.f.text(r[8]);
  if (code[name.length + 3] !== ' ') job.places += r[8];
  else if (code[name.length + 4] !== ' ') job.state += r[8];
  else job.rest += r[8];
}

/** All names are found: the first round tells everything. */
function begin(job: Stream): void {
  if (!job.own) {
    job.drift = job.places.length / 8;
    job.places += job.state;
    job.own = job.places.length / 8;
    job.places += job.rest;
    job.state = job.rest = '';
  }
  job.to = job.places.length / 8;
  job.sums = new Int32Array(job.to);
  job.out += 'data: {';
}

/**
 * A round begins; false = the client may no longer read. What is looked at: after a key was set everything, after a change of the
 * record what follows from it, after one of the meter what drifts.
 */
function round(c: Charger, job: Stream): boolean {
  const sum = E.CRC32;
  const text = JSON.stringify;
  const n = c.b.net;
  const sig = sum(
    text([c.x, c.s, c.lim, c.ses, c.o, c.pv, c.frc, c.alw, c.how, c.uid, c.ntp, n.up, n.ap, n.ip, n.why]),
  );
  const m = sum(text(c.m));
  job.news = 0;
  job.to = sig !== job.sig || c.t >= job.all ? job.own : m !== job.m ? job.drift : 0;
  job.sig = sig;
  job.m = m;
  if (job.to === job.own) job.all = c.t + BEAT;
  if (job.rev === c.rev) return true;
  job.rev = c.rev;
  job.to = job.places.length / 8;
  return job.key === lock(c);
}

/** Looks at some values: what differs from what was told is told. */
function look(c: Charger, job: Stream): void {
  const Code = Function;
  const sum = E.CRC32;
  const sums = job.sums!;
  let end = Math.min(job.to, job.i + STEP);
  for (let i = job.i; i < end; i++) {
    const code = c.f.text(job.places.substr(i * 8, 8));
    // The engine finds a beginning that the end cuts off, too: no code ends with a point.
    const at = code.indexOf('.part("');
    if (at > 0) {
      // One that needs a part of its own: a step to load it, and one with it alone.
      if (i > job.i) {
        end = i;
        break;
      }
      if (job.ready !== i) {
        c.f.part(code.substr(at + 7).split('"')[0]);
        job.ready = i;
        return;
      }
      job.ready = -1;
      end = i + 1;
    }
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
    for (let n = 0; n < NAMES && job.at < job.text.length; n++) find(c, job);
    if (job.at >= job.text.length) job.text = '';
    return false;
  }
  if (!job.sums) {
    begin(job);
    return false;
  }
  if (job.live && job.i < 0) {
    job.i = 0;
    job.live = round(c, job) ? 1 : 0;
    if (!job.live || job.to) return !job.live;
  }
  look(c, job);
  if (job.i < job.to) return false;
  if (job.news || !job.live) job.out += '}\n\n';
  else if (c.t >= job.due) job.out = ':\n\n';
  if (job.out) job.due = c.t + BEAT;
  job.i = -1;
  job.live = 1;
  return true;
}
