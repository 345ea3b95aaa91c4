// The web server's resident end: who is served, in which order, for how long, and what goes out. What a request asks for is
// done by parts on call, one after another and a step a turn: `web` takes it apart and names the one that answers.

import type { Bit } from '../../hal/types';
import type { Charger } from '../core/charger';
import type { Answer, Job, Talk, Web } from './web.part';

/** Requests at a time, one of them at work and the others in line; a further one gets 503. */
const MOST = 6;
/** A request in which nothing moves for so long is dropped: a client that neither reads nor sends, ms. */
const PATIENCE = 10000;
/** How often that is looked after, and who listens gets news, ms. */
const LOOK = 700;
/** So many of them are PATIENCE. */
const ROUNDS = 14;
/** A client that takes nothing for so long no longer keeps the next one waiting, ms. */
const HELD = 500;
/** How often that is looked at, ms. */
const AGAIN = 100;
/** Longest query or body, a certificate, encoded; one byte more is enough to refuse it. */
const LONGEST = 4001;
/** The address of a request that is so long has no room beside parts. */
const LONG = 500;
/** Bytes of two packets: the engine copies what does not fit in one. As many are sent at once, and from so few on. */
const PIECE = 1072;
const FULL = 200;

/** A connection in the engine's own list, with its answer; `clsNow` = the engine closes it, sent or not. */
interface Held {
  res: Talk;
  /** Looks that found it without anybody to serve. */
  idle?: number;
  clsNow?: Bit;
}

/** States of a request: it has more to do; it waits for its client. */
const MORE = 1;
const WAIT = 2;
/** All is told to who listens; the next round begins with the next look. */
const REST = 3;

/** Opens port 80. All in one scope: the engine would look for each name behind hundreds of others. */
export function serve(c: Charger): void {
  const part = c.f.ready;
  const later = setTimeout;
  /** Open requests, in the order in which they came. */
  const all: Talk[] = [];
  /** The one whose turn was last. */
  let served: Talk | undefined;
  /** What is known about wrong passwords; see web.part.ts. */
  const guard: number[] = [];
  /** 1 = the timer for the next turn runs; negative = one that only looks after a client that waits, its number. */
  let armed = 0;
  /** Timer of `look` while nobody is there and it runs slowly; 0 = it runs fast. */
  let watch = 0;

  /** Frees the place of a request; harmless when done before. */
  function over(this: Talk): void {
    const i = all.indexOf(this);
    if (i >= 0) all.splice(i, 1);
    if (served === this) served = undefined;
    this.job = undefined;
  }

  /** Sends the next piece of what is made; a HEAD has none. `last` = nothing comes after it. */
  function send(t: Talk, job: Job, last: boolean): void {
    if (!t.sent) {
      const h: { [name: string]: string | number } = {
        'Content-Type': job.type,
        'Access-Control-Allow-Origin': '*',
        'Cache-Control': 'no-store',
      };
      if (job.size >= 0) h['Content-Length'] = job.size || job.out.length;
      t.writeHead(job.status, job.head ? Object.assign(h, job.head) : h);
      t.sent = 1;
    }
    const out = job.out;
    const rest = out.length > PIECE ? out.substr(PIECE) : '';
    job.out = rest;
    if (!t.mute && (rest || !last)) return void t.write(rest ? out.substr(0, PIECE) : out);
    t.end(t.mute ? '' : out);
    over.call(t);
  }

  /** Ends a request with an error, as far as that is still possible. */
  function fail(t: Talk, status: number, text: string): void {
    try {
      const out = t.sent ? '' : '{"error":"' + text + '"}';
      send(t, { out, status, type: 'application/json', size: 0 }, true);
    } catch (e) {
      over.call(t);
    }
  }

  /** Goes a step further before there is an answer. To load a part takes a turn of its own, here and later. */
  function begin(t: Talk): void {
    t.wait = MORE;
    const q = t.q;
    if (q) {
      const url = q.url;
      const rest = url.substr(11, 9);
      const filter = rest.substr(0, 8) === '?filter=' && rest.length > 8 && rest[8] !== '&';
      // What clients ask for most, and everybody may see, needs no closer look.
      if (
        q.method === 'GET' &&
        (filter || rest === '') &&
        url.substr(0, 11) === '/api/status' &&
        url.length < LONGEST &&
        c.k.hai &&
        (c.k.hak === '' || !c.k.hrp)
      ) {
        t.path = url.substr(0, 11);
        t.text = url.substr(12);
        t.part = filter ? 'get' : 'dump';
        t.q = undefined;
        q.headers = {};
        q.url = '';
      } else {
        const web = part('web') as Web | undefined;
        if (web) web.open(c, t, guard);
        return;
      }
    }
    c.f.drop('web');
    const loaded = part(t.part);
    // This one is small enough to begin in the same turn.
    const answer = (loaded || t.part !== 'dump' ? loaded : c.f.part('dump')) as Answer | undefined;
    if (!answer) return;
    const text = t.from && t.part !== 'set' ? t.text.substr(t.from) : t.text;
    t.job = answer.start(c, t.path!, text, all, t.from);
    // No more use for them, and who listens stays for long.
    const gone: Partial<Talk> = t;
    delete gone.text;
    delete gone.from;
    delete gone.need;
    delete gone.in;
  }

  /** Goes a step further with the answer. What is complete is sent piece by piece, without its part. */
  function move(t: Talk, job: Job): void {
    // What is left from before goes first.
    if (!job.end) {
      if (!job.size || job.out.length < FULL) {
        const answer = part(t.part) as Answer | undefined;
        if (!answer) {
          t.wait = MORE;
          return;
        }
        if (answer.step(c, job, t)) {
          job.end = 1;
          // Where several are open, memory counts for more than the time to load it again.
          if (!job.live && all.length > 1) c.f.drop(t.part);
        }
      }
      if (!job.end) {
        if (job.size && job.out.length >= FULL) send(t, job, false);
        else t.wait = MORE;
        return;
      }
    }
    if (job.live && !job.out) {
      job.end = 0;
      t.wait = REST;
    } else send(t, job, !job.live);
  }

  /** Who is next: the answer in the making, or the first in line when there is none that still moves. */
  function next(): Talk | undefined {
    const last = all.length === 1 ? all[0] : served && served.job && served;
    if (last && last.wait === MORE) return last;
    let first: Talk | undefined;
    for (const t of all) {
      const ready = t.wait === MORE;
      if (t.job) {
        if (ready) return t;
        if (!t.job.live && c.t - t.at < HELD) {
          armed = -later(turn, AGAIN);
          return undefined;
        }
      } else if (ready && !first) first = t;
    }
    return first;
  }

  function turn(): void {
    armed = 0;
    const t = next();
    if (!t) return;
    served = t;
    armed = 1;
    later(turn, 1);
    if (c.f.due()) return;
    // Before anything can fail: a request that breaks the engine must not take the others along.
    t.wait = WAIT;
    try {
      if (t.job) move(t, t.job);
      else begin(t);
    } catch (e) {
      c.f.log('http', t.path + ' ' + e);
      fail(t, 500, 'internal error');
    }
  }

  /** Something has moved: a piece has left. */
  function ready(this: Talk): void {
    this.at = c.t;
    this.wait = MORE;
    if (armed < 0) clearTimeout(-armed);
    if (armed < 1) later(turn, 1);
    armed = 1;
  }

  /** The body, as it comes, and at its end nothing; too much of it is dropped. */
  function take(this: EspRequest, data?: string): void {
    for (const t of all) {
      if (t.q !== this) continue;
      if (data) t.text += data.substr(0, LONGEST - t.text.length);
      else t.need = 0;
      ready.call(t);
    }
  }

  /**
   * Lets go of who neither reads nor sends, while anybody is there; who listens may have the next round. The engine ends no
   * connection by itself: not one whose request or body never comes whole, nor one that does not take the end of its answer.
   * Ten of them, and nobody gets in or out. Who is not being served for that long is cut off.
   */
  function look(): void {
    const rounds = watch ? ROUNDS : 1;
    for (const t of all.slice(0))
      if (t.wait === REST) ready.call(t);
      else if (c.t - t.at >= PATIENCE) fail(t, 503, 'too slow');
    // By its keys: the list has holes.
    const list = (global['\xff'] as { HttpSC?: { [i: string]: Held } }).HttpSC || {};
    for (const i of Object.keys(list)) {
      const q = list[i];
      if (all.includes(q.res)) delete q.idle;
      else if ((q.idle = q.idle ? q.idle + rounds : 1) > ROUNDS) q.clsNow = 1;
    }
    const id = later(look, all.length ? LOOK : PATIENCE);
    watch = all.length ? 0 : id;
    if (watch || armed) return;
    later(turn, 1);
    armed = 1;
  }

  require('http')
    .createServer((q, r) => {
      const t = r as Talk;
      if (all.length >= MOST) return fail(t, 503, 'busy');
      t.q = q;
      t.text = '';
      t.from = 0;
      t.on('drain', ready);
      t.on('close', over);
      q.on('data', take);
      // Nobody waits for the body of a GET.
      if (q.method !== 'GET') q.on('end', take);
      // It needs the room of all parts that nobody is at.
      if (q.url.length > LONG) c.f.drop('');
      if (watch) {
        clearTimeout(watch);
        later(look, LOOK);
        watch = 0;
      }
      all.push(t);
      ready.call(t);
    })
    .listen(80);
  watch = later(look, PATIENCE);
}
