// Part on call: a message from the central system: what it is, and who has the next turn with it.

import type { Frames } from './frames.part';
import { ANSWERED, BOOT, ERROR, SILENT, quote } from './state';
import type { Frame, Ocpp, Turn } from './state';

/** Exports of this part. */
export interface Inbox extends Turn {
  plain(text: string): string;
}

/** Unreadable messages in a row after which the connection ends. */
const PATIENCE = 5;

function refuse(o: Ocpp, id: string, code: string, why: string): void {
  o.f.send(o.w, 0x81, '[4,' + quote(id) + ',"' + code + '","' + why + '",{}]');
}

function garbage(o: Ocpp): void {
  if (++o.bad < PATIENCE) refuse(o, '-1', 'GenericError', '');
  else (o.c.f.part('frames') as Frames).close(o, 1002);
}

/** UTF-8 of a character. */
function utf8(n: number): string {
  const ch = String.fromCharCode;
  if (n < 0x800) return ch(0xc0 | (n >> 6), 0x80 | (n & 63));
  const tail = ch(0x80 | ((n >> 6) & 63), 0x80 | (n & 63));
  if (n < 0x10000) return ch(0xe0 | (n >> 12)) + tail;
  return ch(0xf0 | (n >> 18), 0x80 | ((n >> 12) & 63)) + tail;
}

/** Writes escapes above 127 as UTF-8: the engine's parser would keep their low byte only. */
export function plain(text: string): string {
  if (!text.includes('\\u')) return text;
  const parts = text.split('\\u');
  let out = parts[0];
  let high = 0;
  for (let i = 1; i < parts.length; i++) {
    const n = parseInt(parts[i].substr(0, 4), 16);
    // An even number of backslashes in front: this one is escaped itself.
    let k = out.length;
    while (out[k - 1] === '\\') k--;
    const own = (out.length - k) & 1 || !(n > 127);
    const pair = high && n >= 0xdc00 && n < 0xe000;
    if (own) out += '\\u' + parts[i];
    else if (n >= 0xd800 && n < 0xdc00 && parts[i].length === 4 && i + 1 < parts.length) high = n;
    else out += utf8(pair ? 0x10000 + ((high & 1023) << 10) + (n & 1023) : n) + parts[i].substr(4);
    if (own || pair || high !== n) high = 0;
  }
  return out;
}

/** The engine's parser does not mind what follows a value: a second value behind it must be the last. */
function parse(text: string): Frame | undefined {
  try {
    const two = JSON.parse('[' + plain(text) + ',7]') as unknown[];
    const m = two[0] as Frame;
    return two.length === 2 && two[1] === 7 && Array.isArray(m) && typeof m[0] === 'number' ? m : undefined;
  } catch (e) {
    return undefined;
  }
}

/** Nobody is answered who has not registered us. evcc asks just before it answers BootNotification, and waits a minute. */
function called(o: Ocpp, m: Frame): void {
  const id = m[1];
  if (o.reg === 3 || (!o.reg && o.act !== BOOT)) return;
  if (m[3] === null) m[3] = {};
  if (typeof id !== 'string' || !id || id.length > 36) garbage(o);
  else if (typeof m[2] !== 'string') refuse(o, id, 'FormationViolation', 'action');
  else if (typeof m[3] !== 'object' || Array.isArray(m[3])) refuse(o, id, 'FormationViolation', 'payload');
  else {
    o.in = m;
    o.p = 'answer';
  }
}

/** Answer to the call under way: whoever wrote it takes the next turn. */
function answered(o: Ocpp, how: number, payload: unknown): void {
  o.mute = how === SILENT ? o.mute + 1 : 0;
  o.in = payload && typeof payload === 'object' ? payload : {};
  o.f.end(o, how);
}

/** A message of which only the beginning was kept, in brackets: a call is refused, an answer counts as none. */
function cut(o: Ocpp, head: string): void {
  const part = head.split('"');
  const type = part[0].replaceAll(' ', '');
  if (type === '[2,' && (o.reg === 1 || o.reg === 2)) refuse(o, part[1], 'GenericError', 'too large');
  else if (o.id && part[1] === o.id) answered(o, SILENT, undefined);
}

export function turn(o: Ocpp): void {
  const text = o.in as string | [string];
  o.in = undefined;
  if (typeof text !== 'string') {
    cut(o, text[0]);
    return;
  }
  const m = parse(text);
  if (!m) {
    garbage(o);
    return;
  }
  const mine = o.id && m[1] === o.id;
  o.bad = 0;
  if (m[0] === 2) called(o, m);
  else if (m[0] === 3 && mine) answered(o, ANSWERED, m[2]);
  else if (m[0] === 4 && mine) {
    o.c.f.log('ocpp', 'error ' + m[2] + ' ' + m[3]);
    answered(o, ERROR, { code: m[2] });
  }
}
