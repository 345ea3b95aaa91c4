// OCPP-J frames: calls, results, errors. One own call is under way at a time; answers to the central system never wait.

import type { Charger } from '../core/charger';
import type { Actions } from './actions.part';
import type { Calls } from './calls.part';
import type { Frame, Ocpp } from './state';
import { close, send } from './websocket';

/** Unreadable messages in a row after which the connection ends. */
const PATIENCE = 5;
/** A message written piece by piece goes out in fragments of at least this length. */
const FRAGMENT = 1400;
/** Time that one turn may spend on writing, s. */
const SLICE = 0.003;

/** JSON text of a string. Bytes above 127 stay: the engine's own writer would make \u00XX of them. */
export function quote(s: string): string {
  const t = JSON.stringify(s);
  return t.length === s.length + 2 ? t : careful(s);
}

function careful(s: string): string {
  let out = '"';
  for (let i = 0; i < s.length; i++) out += s.charCodeAt(i) > 127 ? s[i] : JSON.stringify(s[i]).slice(1, -1);
  return out + '"';
}

function say(o: Ocpp, text: string): void {
  send(o.w, text, 1, 1);
}

function result(o: Ocpp, id: string, payload: string): void {
  say(o, '[3,' + quote(id) + ',' + payload + ']');
}

export function refuse(o: Ocpp, id: string, code: string, why: string): void {
  say(o, '[4,' + quote(id) + ',"' + code + '",' + quote(why) + ',{}]');
}

function calls(c: Charger): Calls {
  return c.f.part('calls') as Calls;
}

/** The call under way has ended without a result: `how` 1 = no answer, 2 = CALLERROR. */
export function failed(o: Ocpp, how: number): void {
  const act = o.act;
  o.id = '';
  o.act = 0;
  calls(o.c).fail(o, act, how);
}

/** The connection is gone: the call under way was not made. */
export function abandon(o: Ocpp): void {
  o.id = '';
  o.act = 0;
  o.sp = '';
  o.sb = '';
  o.in = undefined;
  o.bad = 0;
  o.mute = 0;
}

/** Starts writing a call; `act` is its bit. */
export function call(o: Ocpp, act: number): void {
  o.id = o.c.rbc.toString(36) + '-' + (++o.k).toString(36);
  o.act = act;
  o.at = o.c.t;
  write(o, 'calls', '[2,"' + o.id + '",');
}

/** Starts writing a message; `pour` goes on with it. */
function write(o: Ocpp, part: 'calls' | 'configuration', head: string): void {
  o.sp = part;
  o.sn = 0;
  o.sb = head;
  o.sf = 0;
}

function flush(o: Ocpp, last: 0 | 1): void {
  send(o.w, o.sb, o.sf ? 0 : 1, last);
  o.sf = 1;
  o.sb = '';
}

function done(o: Ocpp): void {
  o.sp = '';
  o.sb += ']';
  o.at = o.c.t;
  flush(o, 1);
}

/** One more piece. A writer that breaks down half-way leaves a message that cannot be finished. */
function piece(o: Ocpp): void {
  const part = o.c.f.part(o.sp) as { more(o: Ocpp, n: number): string };
  const text = part.more(o, o.sn++);
  if (text === '') done(o);
  else o.sb += text;
  if (o.sb.length > FRAGMENT) flush(o, 0);
}

function broken(o: Ocpp, e: unknown): void {
  o.c.f.log('ocpp', 'message: ' + e);
  close(o.w, 1011);
}

/** Goes on writing for one slice of time. */
export function pour(o: Ocpp): void {
  const t = getTime();
  try {
    do {
      piece(o);
    } while (o.sp && getTime() - t < SLICE);
  } catch (e) {
    broken(o, e);
  }
}

/** Answers the call that waits. Its consequences come after the answer has left. */
export function serve(o: Ocpp): void {
  const m = o.in!;
  const part = o.c.f.part('actions') as Actions;
  o.in = undefined;
  try {
    const a = part.answer(o, m[2] as string, m[3] as object);
    if (a === '') write(o, 'configuration', '[3,' + quote(m[1]) + ',');
    else if (a[0] === '{') result(o, m[1], a);
    else refuse(o, m[1], a, '');
  } catch (e) {
    o.c.f.log('ocpp', m[2] + ': ' + e);
    refuse(o, m[1], 'InternalError', '');
  }
  part.after(o, m[2] as string, m[3] as { [k: string]: unknown });
}

function garbage(o: Ocpp): void {
  if (++o.bad < PATIENCE) refuse(o, '-1', 'GenericError', '');
  else close(o.w, 1002);
}

function called(o: Ocpp, m: Frame): void {
  const id = m[1];
  if (o.reg !== 1 && o.reg !== 2) return;
  if (m[3] === null) m[3] = {};
  if (typeof id !== 'string' || !id || id.length > 36) garbage(o);
  else if (typeof m[2] !== 'string') refuse(o, id, 'FormationViolation', 'action');
  else if (typeof m[3] !== 'object' || Array.isArray(m[3])) refuse(o, id, 'FormationViolation', 'payload');
  else o.in = m;
}

function answered(o: Ocpp, m: Frame): void {
  if (!o.id || m[1] !== o.id) return;
  const act = o.act;
  o.id = '';
  o.act = 0;
  o.mute = 0;
  o.beat = o.c.t;
  calls(o.c).done(o, act, (m[2] ?? {}) as { [k: string]: unknown });
}

function erred(o: Ocpp, m: Frame): void {
  if (!o.id || m[1] !== o.id) return;
  o.mute = 0;
  o.beat = o.c.t;
  o.c.f.log('ocpp', 'error ' + m[2] + ' ' + m[3]);
  failed(o, 2);
}

function parse(text: string): Frame | undefined {
  if (text[0] !== '[' || text[text.length - 1] !== ']') return undefined;
  try {
    const m = JSON.parse(text);
    return Array.isArray(m) ? (m as Frame) : undefined;
  } catch (e) {
    return undefined;
  }
}

/** A message of which only the beginning was kept: a call is refused, an answer counts as none. */
function cut(o: Ocpp, head: string): void {
  const part = head.split('"');
  const type = part[0].replaceAll(' ', '');
  if (type === '[2,') refuse(o, part[1], 'GenericError', 'too large');
  else if (part[1] === o.id) failed(o, 1);
}

function read(o: Ocpp, text: string): void {
  const m = parse(text);
  if (!m || typeof m[0] !== 'number') {
    garbage(o);
    return;
  }
  o.bad = 0;
  if (m[0] === 2) called(o, m);
  else if (m[0] === 3) answered(o, m);
  else if (m[0] === 4) erred(o, m);
}

/** Takes in one message. */
export function message(o: Ocpp, text: string): void {
  if (o.w.big) cut(o, text);
  else read(o, text);
}
