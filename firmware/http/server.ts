// The web server's resident end: who is served, in which order, and for how long. What a request asks for is done by parts
// on call, a step a turn: `web` takes it apart and sends, others make the answer.

import type { Bit } from '../../hal/types';
import type { Charger } from '../core/charger';
import type { Talk, Web } from './web.part';

/** Requests at a time, one of them at work and the others in line; a further one gets 503. */
const MOST = 6;
/** A request in which nothing moves for so long is dropped: a client that neither reads nor sends, ms. */
const PATIENCE = 10000;

let c: Charger;
let open = 0;
/** Requests that have something to do, and whether the timer for the first of them runs. */
const line: Talk[] = [];
let armed: Bit = 0;

/** Frees the place of a request; harmless when done before. */
function over(t: Talk): void {
  if (!t.timer) return;
  clearTimeout(t.timer);
  t.timer = 0;
  open--;
  // The listeners hold `t`: without this the circle would wait for the collector.
  t.q = t.r = t.job = undefined as never;
}

/** Ends a request with an error, as far as that is still possible. */
function fail(t: Talk, status: number, text: string): void {
  try {
    (c.f.part('web') as Web).fail(t, status, text);
  } catch (e) {
    c.f.log('http', '' + e);
  }
  over(t);
}

function arm(): void {
  if (armed) return;
  armed = 1;
  setTimeout(turn, 1);
}

function stand(t: Talk): void {
  if (t.job) line.unshift(t);
  else line.push(t);
  arm();
}

/** A step. Who has an answer in the making stays first until it waits or is over: so there is only one. */
function move(t: Talk): void {
  try {
    t.wait = (c.f.part('web') as Web).step(c, t, ready);
    if (t.wait === 0) over(t);
    else if (t.wait === 1) stand(t);
  } catch (e) {
    c.f.log('http', t.path + ' ' + e);
    fail(t, 500, 'internal error');
  }
}

function turn(): void {
  armed = 0;
  const t = line.shift()!;
  // Before anything can fail: a request that breaks the engine must not take the others along.
  if (line.length) arm();
  if (t.timer) move(t);
}

/** Something has moved: a piece has left, the body has come. */
function ready(t: Talk): void {
  t.late = 0;
  if (t.wait !== 2) return;
  t.wait = 1;
  line.push(t);
  arm();
}

/** Looks after a request every now and then. */
function look(t: Talk): void {
  if (t.late) return fail(t, 503, 'too slow');
  t.late = 1;
  t.timer = setTimeout(look.bind(0, t), PATIENCE);
}

function enter(t: Talk): void {
  open++;
  look(t);
  // Bound, not closures: these would hold what holds them.
  t.r.on('drain', ready.bind(0, t));
  t.r.on('close', over.bind(0, t));
  // At once: what listens for the body must be there before it comes.
  move(t);
}

/** A body that nobody listens for would pile up in memory. */
function drop(): void {}

function request(q: EspRequest, r: EspResponse): void {
  const t: Talk = {
    q,
    r,
    part: '',
    path: '',
    query: '',
    job: undefined,
    sent: 0,
    wait: 2,
    late: 0,
    timer: 0,
  };
  if (open < MOST) enter(t);
  else fail(t, 503, 'busy');
  // After those who want the body: what has come already goes to the first listener.
  q.on('data', drop);
}

/** Opens port 80. */
export function serve(charger: Charger): void {
  c = charger;
  require('http').createServer(request).listen(80);
}
