// Part on call: what GetDiagnostics repeats for each piece of the report. It is made twice: the first time only its length is
// wanted. Begin and end of an attempt are in the part `upload`, which comes in only then: with it the parts that make the report
// would not find room, and drive each other out with each piece.

import type { Report } from '../report.part';
import { ANSWER, COUNT, OPEN, SEND } from './state';
import type { Ocpp } from './state';
import type { Out, Upload } from './upload.part';

/** What may have come to the log between the two passes; the rest is filled up with line ends. */
const SPARE = 600;
/** The socket takes nothing for so long, ms. */
const PATIENCE = 30000;
/** Between two looks at the contactor, ms. */
const LATER = 1000;

/** The next lines; undefined = there are no more. One that begins with the seconds since boot must be of the time asked for. */
function lines(o: Ocpp, w: Out): string | undefined {
  const report = o.c.f.part('report') as Report;
  if (!w.job) w.job = report.start(o.c, '/report');
  const j = w.job;
  if (j.status < 0) return undefined;
  if (report.step(o.c, j)) j.status = -1;
  const all = (w.line + j.out).split('\n');
  j.out = '';
  w.line = j.status < 0 ? '' : all.pop()!;
  const w0 = o.c.w;
  const kept = all.filter((l) => {
    const t = w0 + parseFloat(l) * 1000;
    return !w0 || l < '0' || l >= ':' || (t >= w.from && t <= w.to);
  });
  return kept.join('\n') + '\n';
}

/** First pass: the length. */
function count(o: Ocpp, w: Out): void {
  const text = lines(o, w);
  if (text !== undefined) w.size += text.length;
  else {
    w.size += SPARE;
    w.job = undefined;
    w.st = OPEN;
    w.at = o.c.t;
  }
}

/** Second pass: what the socket takes. */
function send(o: Ocpp, w: Out, s: EspSocket): void {
  if (!w.free) return;
  const text = lines(o, w);
  const piece = text === undefined ? '\n'.repeat(Math.min(w.size, SPARE)) : text.substr(0, w.size);
  w.size -= piece.length;
  const last = !w.size;
  if (piece || last) {
    w.free = 0;
    s.write(piece + (last ? (o.c.f.part('upload') as Upload).form(w, 1) : ''));
  }
  if (last) w.st = ANSWER;
}

/** Without an interlock nothing can be opened now (part `fetch`): the report is made when it can, because the log goes on. */
function wait(o: Ocpp, w: Out): void {
  w.size = 0;
  w.job = undefined;
  w.line = '';
  o.da = o.c.t + LATER;
}

export function watch(o: Ocpp): void {
  const w = o.dg!;
  const c = o.c;
  o.da = c.t;
  if (w.st === COUNT && c.s.on && !c.b.interlock) wait(o, w);
  else if (w.st === COUNT) count(o, w);
  else if (w.st === SEND && w.s && w.head.indexOf('\n') < 0 && c.t - w.at <= PATIENCE) send(o, w, w.s);
  else (o.c.f.part('upload') as Upload).watch(o);
}
