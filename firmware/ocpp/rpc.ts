// OCPP-J calls as far as they are hot: who has the next turn, which call goes next, and the way out piece by piece. One
// own call is under way at a time; answers to the central system never wait.

import type { Bit } from '../../hal/types';
import { BOOT, SILENT } from './state';
import type { Ocpp, Turn, Writer } from './state';
import { send } from './websocket';
import type { Frames } from './frames.part';

/** A message written piece by piece goes out in fragments of about this length. */
const FRAGMENT = 500;

/** Part that writes the call under way and takes its outcome: the first line of the data file, 8 letters for each bit. */
function teller(o: Ocpp): string {
  let i = 0;
  while (o.act >> (i + 1)) i++;
  return o.c.f.file('messages', i * 8, 8)!.trim();
}

/** Gives a turn to the part that has it; after an outcome the call is over. */
export function go(o: Ocpp): void {
  const name = o.p;
  const how = o.how;
  const part = o.c.f.ready(name) as Turn | undefined;
  if (!part) return;
  o.p = '';
  try {
    part.turn(o);
  } catch (e) {
    o.c.f.log('ocpp', name + ': ' + e);
  }
  if (!how) return;
  o.how = 0;
  o.id = '';
  o.act = 0;
  o.in = undefined;
  o.sa = undefined;
  o.beat = o.c.t;
}

/** The call under way has an outcome; whoever wrote it takes the next turn. */
export function outcome(o: Ocpp, how: number): void {
  o.how = how;
  o.p = teller(o);
}

/** Starts the most urgent call that may go out. */
function next(o: Ocpp): void {
  const may = o.reg === 1 ? 255 : o.reg === 2 ? o.trg | BOOT : BOOT;
  const now = o.want & may;
  if (!now || o.un) return;
  o.act = now & -now;
  o.want &= ~o.act;
  o.trg &= ~o.act;
  o.id = o.c.rbc.toString(36) + '-' + (++o.k).toString(36);
  o.sp = teller(o);
  o.sn = 0;
  o.sb = '[2,"' + o.id + '",';
}

/** Sends what is written so far: a fragment, or the end. */
function flush(o: Ocpp): void {
  send(o.w, (o.sp ? 0 : 128) | (o.sf ? 0 : 1), o.sb);
  o.sb = '';
  o.sf = o.sp ? 1 : 0;
  o.at = o.c.t;
}

/** Writes one piece. */
function pour(o: Ocpp): void {
  const part = o.c.f.ready(o.sp) as Writer | undefined;
  if (!part) return;
  const text = part.more(o, o.sn++);
  o.sb += text ? text : ']';
  if (!text) o.sp = '';
  // An answer's work may be long, and the next call of ours, which would end it, hours away.
  if (!text && !o.id) o.sa = undefined;
  if (!text || o.sb.length > FRAGMENT) flush(o);
}

/** A writer that breaks down leaves a message that cannot be finished. */
function write(o: Ocpp): void {
  try {
    pour(o);
  } catch (e) {
    o.c.f.log('ocpp', o.sp + ': ' + e);
    o.sp = '';
    (o.c.f.part('frames') as Frames).close(o, 1011);
  }
}

/** Messages, one step of one message a turn; 1 = one is under way. */
export function step(o: Ocpp): Bit {
  if (o.sp) write(o);
  else if (o.p) go(o);
  else if (o.w.n >= o.w.need) o.p = 'frames';
  else if (!o.id) {
    if (o.want) next(o);
    if (o.sp) write(o);
  } else if (o.c.t - o.at > o.c.k.omt * 1000) {
    o.mute++;
    outcome(o, SILENT);
  }
  return o.sp || o.p ? 1 : 0;
}
