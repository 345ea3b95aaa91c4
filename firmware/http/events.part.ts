// Part on call: `/api/events`, server-sent events (WHATWG HTML 9.2): the whole state first, then in each round the keys that
// have changed. What is kept of a client is a sum for each value; the values themselves are read anew.

import type { Charger } from '../core/charger';
import { look, place, round } from '../core/walk';
import type { Walk } from '../core/walk';
import { decode } from './query';
import type { Job, Talk } from './web.part';

/** Those who listen at a time, and where a central system needs memory, too. */
const MOST = 2;
const FEW = 1;
/** What the one hears that has to make room, ms. */
const BYE = 'retry: 60000\n\n';
const MORE = 1;
/** Names found, and values looked at, in one step; a name whose place lies so far back that it takes long to find has a step of
 * its own. */
const NAMES = 2;
const FAR = 700;
const STEP = 2;
/** A comment is sent after so long without news, ms: a connection that is dead must show, at both ends. */
const BEAT = 5000;

interface Stream extends Job {
  /** Names that are to be found, each with a comma behind it, and the place of the next; undefined = all are. */
  text?: string;
  at?: number;
  /** Places of all values, by kinds (tools/pack.mjs). */
  places: string;
  /** Numbers of those that are wanted, by kinds; in the end `w.pick` has them. */
  pick?: string[];
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

/** Its place goes to somebody else; unless it is in the middle of a round it learns to stay away for a while. */
function leave(t: Talk): void {
  const job = t.job as Stream;
  job.out = job.w && job.w.i < 0 ? job.out + BYE : '';
  job.live = 0;
  job.end = 1;
  t.wait = MORE;
}

/** Takes a request in. Who came first makes room: it may have left without a word, which the engine does not tell. */
export function start(c: Charger, _path: string, query: string, all: Talk[]): Job {
  const i = ('&' + query).indexOf('&filter=');
  const names = i < 0 ? '' : decode(query.substr(i + 7).split('&')[0]);
  const others = all.filter((t) => t.part === 'events' && t.job !== undefined);
  if (others.length >= (c.k.ocppe ? FEW : MOST)) leave(others[0]);
  const n = parseInt(c.f.head(5), 16);
  const job: Stream = {
    out: 'retry: 3000\n',
    status: 200,
    type: 'text/event-stream',
    size: -1,
    end: 0,
    live: 0,
    places: c.f.text(c.f.head(4)),
    drift: n >> 16,
    own: n & 65535,
    w: undefined,
    news: 0,
    key: lock(c),
    due: 0,
  };
  if (names) {
    job.text = names + ',';
    job.at = 0;
    job.pick = ['', '', ''];
  }
  return job;
}

/** Finds the next name; unknown ones, those of OCPP only and what is there already are left out. Answers as how many it counts. */
function find(c: Charger, job: Stream): number {
  const text = job.text!;
  const name = text.substring(job.at!, text.indexOf(',', job.at));
  job.at! += name.length + 1;
  const p = place(c, name);
  if (!p) return 1;
  let i = job.places.indexOf(p);
  // It is there, but the digits may also stand across two others.
  while (i > 0 && i & 7) i = job.places.indexOf(p, i + 1);
  const n = i >> 3;
  const kind = n < job.drift ? 0 : n < job.own ? 1 : 2;
  const s = String.fromCharCode(n);
  if (!job.pick![kind].includes(s)) job.pick![kind] += s;
  return i > FAR ? NAMES : 1;
}

/** All names are found: the first round tells everything. */
function begin(c: Charger, job: Stream): void {
  let to = job.places.length / 8;
  const pick = job.pick;
  const all = pick ? pick.join('') : '';
  if (pick) {
    to = all.length;
    job.drift = pick[0].length;
    job.own = job.drift + pick[1].length;
    delete job.pick;
  }
  job.w = { sums: new Uint8Array(2 * to), i: 0, to, live: 0, rev: c.rev, sig: 0, m: 0, all: 0 };
  if (pick) job.w.pick = all;
  job.out += 'data: {';
}

/** Goes a step further; true = the round is over. */
export function step(c: Charger, job: Stream): boolean {
  if (job.text) {
    for (let n = 0; n < NAMES && job.at! < job.text.length;) n += find(c, job);
    if (job.at! >= job.text.length) {
      delete job.text;
      delete job.at;
    }
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
    round(c, w, job.drift, job.own, w.sums.length / 2);
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
