// Part on call: the link ends, and when it is tried again.

import type { Frames } from './frames.part';
import { AUTH, OTHER, PIECES } from './state';
import type { Ocpp } from './state';

/** Exports of this part; `look` is that of every part that works on the link. */
export interface Away {
  look(o: Ocpp): void;
  down(o: Ocpp, why: string): void;
}

/** Wait before the first tries again, ms, and doublings of it. */
const FIRST = 5000;
const DOUBLINGS = 5;
/** Pieces and rows each that a turn forgets. */
const SOME = 3;
/** A connection that lasted this long was a good one, ms. */
const STABLE = 60000;

/** After a good connection 1 to 10 s; otherwise 5 s, doubled with each try, and up to 10 s more. */
function pause(o: Ocpp): number {
  const good = o.c.o.up && o.c.t - o.c.o.upAt >= STABLE;
  if (good) o.n = 0;
  if (good && o.w.code !== 1006) return 1000 + Math.random() * 9000;
  return FIRST * (1 << Math.min(o.n++, DOUBLINGS)) + Math.random() * 10000;
}

/** The call under way was not made, unless its answer has been read already. What was asked of us is forgotten; a waiting
 * tag is decided without the central system. */
function abandon(o: Ocpp): void {
  // Pieces of a message and rows of a list may wait in flash.
  o.w.big = o.w.big < 0 || o.in || o.got || o.sa ? PIECES : 0;
  if (o.how) o.f.go(o);
  o.want = (o.want | (o.act & OTHER)) & ~AUTH;
  o.p = '';
  o.id = '';
  o.act = 0;
  o.in = undefined;
  o.sp = '';
  o.sb = '';
  o.sf = 0;
  o.sa = undefined;
  o.got = undefined;
  o.un = '';
  o.bad = 0;
  o.mute = 0;
  o.via = 0;
}

/** Forgets some of the pieces and rows that may wait in flash. */
function forget(o: Ocpp): void {
  const w = o.w;
  for (let i = 0; i < SOME && w.big; i++) {
    o.c.f.del('i' + --w.big);
    o.c.f.del('j' + w.big);
  }
}

/** Back to the start, with the reason. */
export function down(o: Ocpp, why: string): void {
  const c = o.c;
  o.due = c.t + Math.round(pause(o));
  if (o.w.s) o.w.s.end();
  o.w.s = undefined;
  o.w.st = 0;
  o.g.n++;
  o.g.st = 0;
  o.st = 0;
  abandon(o);
  c.o.up = 0;
  c.o.ok = 0;
  c.dirty = 1;
  c.o.err = why;
  c.o.errAt = c.t;
  c.f.log('ocpp', why + '; again in ' + Math.round((o.due - c.t) / 1000) + ' s');
}

function leave(o: Ocpp): void {
  if (o.w.st === 2) {
    const frames = o.c.f.ready('frames') as Frames | undefined;
    if (!frames) return;
    frames.close(o, 1000);
  }
  down(o, 'settings changed');
  o.anew = 0;
  o.n = 0;
  o.url = '';
  o.due = o.c.t;
}

/** Ends what is dead or no longer wanted, keeps alive what is silent. */
export function look(o: Ocpp): void {
  const w = o.w;
  const c = o.c;
  if (!o.st && !o.anew && w.big > 0) forget(o);
  else if (o.anew || !o.run) leave(o);
  else if (!w.st) down(o, 'connection lost, code ' + w.code);
  else if (o.mute > 2 && !o.pg) down(o, 'central system is silent');
  else if (w.png) down(o, 'no answer to ping');
  else {
    w.png = c.t;
    o.f.send(w, 0x89, '');
  }
}
