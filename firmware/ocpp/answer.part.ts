// Part on call: answers the central system. The table of messages (messages.ts) says which part knows the answer and
// which shape the payload must have. One turn checks, the next one answers, and only then anything follows.

import type { Charger } from '../core/charger';
import { chars, quote } from './state';
import type { Frame, Ocpp, Payload, Turn } from './state';

/** Exports of this part. */
export interface Answer extends Turn {
  row(c: Charger, action: string): string | undefined;
  misfit(shape: string, q: Payload): string;
}

/** A part that answers: text of the payload, '' = it writes the answer itself, or the code of a refusal; and what
 * follows once the answer has left. */
export interface Answers {
  run(o: Ocpp, action: string, q: Payload, id: string): string;
  then?(o: Ocpp, action: string, q: Payload): void;
  /** Part that takes the entries of a list that is too long to be held, before `run` sees the message with an empty list: it
   * gets a turn for each, with the entry in `o.in.e`, and hands the turn back to `bulk`. */
  entry?: string;
}

/** The answer is given later, by whoever holds the id. */
const LATER = 'later';

function text(v: unknown, most: number): string {
  if (typeof v !== 'string') return 'TypeConstraintViolation';
  return chars(v, most) !== v ? 'PropertyConstraintViolation' : '';
}

function whole(v: unknown, least: number, most: number): string {
  if (typeof v !== 'number' || Math.floor(v) !== v) return 'TypeConstraintViolation';
  return v < least || v > most ? 'PropertyConstraintViolation' : '';
}

function word(v: unknown, words: string): string {
  if (typeof v !== 'string') return 'TypeConstraintViolation';
  return words.split('|').includes(v) ? '' : 'PropertyConstraintViolation';
}

function list(v: unknown): string {
  if (!Array.isArray(v)) return 'TypeConstraintViolation';
  for (const t of v) if (text(t, 50)) return text(t, 50);
  return '';
}

/** '' or the code of the refusal for a field of this type. */
function field(type: string, v: unknown, detail: string): string {
  if (type === 's') return text(v, +detail);
  if (type === 'e') return word(v, detail);
  if (type === 'a') return list(v);
  if (type === 'o') return typeof v === 'object' && !Array.isArray(v) ? '' : 'TypeConstraintViolation';
  // Ids may be times in ms.
  return type === 'u' ? whole(v, 0, 2147483647) : whole(v, -9007199254740991, 9007199254740991);
}

/** '' or the code of the refusal. What the shape does not name is ignored. */
export function misfit(shape: string, q: Payload): string {
  for (const f of shape ? shape.split(',') : []) {
    const at = f.indexOf(' ');
    const free = f.endsWith('?');
    const v = q[f.substr(0, at)];
    const missing = v === undefined || v === null;
    if (missing && !free) return 'OccurenceConstraintViolation';
    const bad = missing ? '' : field(f[at + 1], v, f.substring(at + 2, f.length - (free ? 1 : 0)));
    if (bad) return bad;
  }
  return '';
}

function reply(o: Ocpp, id: string, a: string): void {
  const good = a[0] === '{';
  o.f.send(o.w, 0x81, (good ? '[3,' : '[4,') + quote(id) + ',' + (good ? a : '"' + a + '","",{}') + ']');
}

/** A question whose shape is good, for the next turn. */
interface Question {
  part: string;
  id: string;
  action: string;
  q: Payload;
}

/** Part and shape of an action out of the table, a space between; undefined = there is no such action. */
export function row(c: Charger, action: string): string | undefined {
  const all = c.f.file('messages', 0, 0)!;
  const at = action.includes(' ') ? -1 : all.indexOf('\n' + action + ' ');
  return at < 0 ? undefined : all.substring(at + action.length + 2, all.indexOf('\n', at + 1));
}

/** Finds the action and checks the payload. */
function check(o: Ocpp, id: string, action: string, q: Payload): string {
  const r = row(o.c, action);
  if (r === undefined) return 'NotImplemented';
  const cut = r.indexOf(' ');
  const part = r.substr(0, cut);
  const bad = part ? misfit(r.substr(cut + 1), q) : 'NotSupported';
  o.in = { part, id, action, q };
  o.p = bad ? '' : 'answer';
  return bad;
}

function run(o: Ocpp, m: Question, part: Answers): void {
  let a = 'InternalError';
  try {
    a = part.run(o, m.action, m.q, m.id);
  } catch (e) {
    o.c.f.log('ocpp', m.action + ': ' + e);
  }
  if (a === '') {
    o.sp = m.part;
    o.sn = 0;
    o.sb = '[3,' + quote(m.id) + ',';
  } else if (a !== LATER) reply(o, m.id, a);
  if (part.then && (a[0] === '{' || a === LATER)) part.then(o, m.action, m.q);
}

export function turn(o: Ocpp): void {
  const m = o.in as Frame;
  const later = o.in as Question;
  if (!Array.isArray(m)) {
    const part = o.c.f.ready(later.part) as Answers | undefined;
    o.in = part ? undefined : m;
    if (part) run(o, later, part);
    else o.p = 'answer';
    return;
  }
  o.in = undefined;
  const bad = check(o, m[1], m[2] as string, m[3] as Payload);
  if (bad) reply(o, m[1], bad);
}
