// Part on call: reads the queue in after a boot, some slots a turn, and closes the transaction that a power cut has ended.

import type { Queue } from './queue.part';
import { SLOTS } from './state';
import type { Entry, Ocpp } from './state';

/** Slots a turn. */
const STEP = 8;

/** What the records teach: their numbers in order; the newest reference without an end, and those with one. */
interface Lesson {
  order: number[];
  open: number;
  ended: number[];
}

function learn(o: Ocpp, l: Lesson, e: Entry, slot: number): void {
  o.qn = Math.max(o.qn, e[0] + 1);
  if (e[1] === 'E') l.ended.push(e[2]);
  else l.open = Math.max(l.open, e[2]);
  // A start that is confirmed was cut off while it was removed.
  if (e[1] === 'S' && e[2] === o.tr) {
    o.c.f.del('q' + slot);
    return;
  }
  let i = l.order.length;
  while (i > 0 && l.order[i - 1] > e[0]) i--;
  l.order.splice(i, 0, e[0]);
  o.q.splice(i, 0, e[1] === 'M' ? slot + SLOTS : slot);
}

/** The vehicle is still plugged: the same transaction goes on. */
function resume(o: Ocpp, ref: number, samples: number, parent: string): void {
  o.ref = ref;
  o.par = parent;
  o.d = samples + 1;
  o.nx = 0;
  o.smp = o.c.t;
  if (o.tr === ref) o.c.o.tx = o.tx;
}

/** A transaction was open when the power failed: it goes on, or ends with what was noted last. The note of one whose start
 * was not written, or whose end was, is void. */
function close(o: Ocpp, l: Lesson, open: number[]): void {
  const c = o.c;
  const ref = open[0];
  if (ref && (ref === l.open || ref === o.tr) && !l.ended.includes(ref)) {
    if (c.ses.on) {
      resume(o, ref, open[4] === undefined ? -1 : open[4], (open as unknown[])[5] as string);
      return;
    }
    const wh = Math.max(open[2], Math.floor(c.m.eto));
    const ts = open[1] < 0 && open[3] !== c.rbc ? o.f.stamp(o) : open[1];
    const n = open[4] === undefined ? -1 : open[4];
    (c.f.part('queue') as Queue).put(o, 'E', ref, ts, ',"",' + wh + ',"PowerLoss",' + n);
  }
  if (ref) c.f.del('qo');
}

function finish(o: Ocpp, l: Lesson): void {
  const c = o.c;
  const open = JSON.parse(c.f.get('qo') ?? '[0]') as number[];
  o.qn = Math.max(o.qn, o.tr + 1, open[0] + 1);
  close(o, l, open);
  o.old = undefined;
  o.ld = -1;
}

function begin(o: Ocpp): Lesson {
  const x = JSON.parse(o.c.f.get('qx') ?? '[0,-1]') as number[];
  const l = { order: [], open: 0, ended: [] };
  o.tr = x[0];
  o.tx = x[1];
  o.old = l;
  return l;
}

export function watch(o: Ocpp): void {
  const l = o.old ? (o.old as Lesson) : begin(o);
  for (let i = 0; i < STEP; i++) {
    const text = o.c.f.get('q' + o.ld);
    if (text !== undefined) learn(o, l, JSON.parse(text) as Entry, o.ld);
    o.ld++;
  }
  if (o.ld >= SLOTS) finish(o, l);
}
