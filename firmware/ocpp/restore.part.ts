// Part on call: reads the queue in after a boot, some slots a turn, and closes the transaction that a power cut has ended, or
// that should not have gone on.

import type { Queue } from './queue.part';
import type { Sample } from './sample.part';
import { NEVER, PIECES, SLOTS } from './state';
import type { Entry, Ocpp } from './state';

/** Exports of this part. */
export interface Restore {
  outlived(o: Ocpp): void;
}

/** A transaction does not outlive a longer outage, ms: a quarter of an hour, and what may lie between two notes of it. */
const OUTAGE = 1200000;
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

/** The note of the open transaction: reference, time, register, boot, samples for its end, parent of its tag, distance of
 * the samples. */
type Open = [number, number, number, number, number?, string?, number?];

/** The vehicle is still plugged: the same transaction goes on. */
function resume(o: Ocpp, open: Open): void {
  o.ref = open[0];
  o.d = (open[4] ?? -1) + 1;
  o.par = open[5] ?? '';
  o.ds = open[6] ?? 1;
  o.nx = 0;
  o.smp = o.c.t;
  if (o.tr === o.ref) o.c.o.tx = o.tx;
  (o.c.f.part('sample') as Sample).gap(o, open as number[]);
}

/** A transaction was open when the power failed: it goes on, or ends with what was noted last. The note of one whose start
 * was not written, or whose end was, is void. */
function close(o: Ocpp, l: Lesson, open: Open): void {
  const c = o.c;
  const ref = open[0];
  if (ref && (ref === l.open || ref === o.tr) && !l.ended.includes(ref)) {
    if (c.ses.on) {
      resume(o, open);
      return;
    }
    const wh = Math.max(open[2], Math.floor(c.m.eto));
    const ts = open[1] < 0 && open[3] !== c.rbc ? o.f.stamp(o) : open[1];
    const kept = (open[4] ?? -1) + ',' + (open[6] ?? 1);
    const why = c.ses.why === 'Reboot' ? 'Reboot' : 'PowerLoss';
    (c.f.part('queue') as Queue).put(o, 'E', ref, ts, ',"",' + wh + ',"' + why + '",' + kept);
  }
  if (ref) c.f.del('qo');
}

function finish(o: Ocpp, l: Lesson): void {
  const c = o.c;
  const open = JSON.parse(c.f.get('qo') ?? '[0]') as Open;
  o.qn = Math.max(o.qn, o.tr + 1, open[0] + 1);
  close(o, l, open);
  if (o.ref !== o.tr) o.max = NEVER;
  // Samples of an end that was told, and not yet forgotten.
  const gone = c.f.get('qg');
  if (gone !== undefined) {
    const g = JSON.parse(gone) as [number, string, number];
    o.ev.push(['O', 0, g[0], g[1], '' + g[2]], ['O', 0, 0, 'qg', '']);
  }
  o.old = undefined;
  o.ld = -1;
  // Anew, for the transaction that goes on: limit.part.ts.
  o.pw = -1;
}

/** The clock has become known, and with it how long a transaction of an earlier boot had no power. Meanwhile another vehicle may
 * have been plugged, at somebody else's expense: it ends. Where nobody has to be authorised it goes on. */
export function outlived(o: Ocpp): void {
  const c = o.c;
  const k = JSON.parse(c.f.get('qo') ?? '[0]') as number[];
  if (k[0] !== o.ref || k[3] === c.rbc || k[1] < 0 || c.w - k[1] < OUTAGE || !c.k.acs || !c.ses.on) return;
  c.f.log('ocpp', 'no power for ' + Math.round((c.w - k[1]) / 60000) + ' min');
  c.f.stop(c, 'PowerLoss');
}

function begin(o: Ocpp): Lesson {
  const x = JSON.parse(o.c.f.get('qx') ?? '[0,-1]') as number[];
  const l = { order: [], open: 0, ended: [] };
  // Of messages that the power cut.
  for (let i = 0; i < PIECES; i++) {
    o.c.f.del('i' + i);
    o.c.f.del('j' + i);
  }
  o.tr = x[0];
  o.tx = x[1];
  o.max = x[2] ?? NEVER;
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
