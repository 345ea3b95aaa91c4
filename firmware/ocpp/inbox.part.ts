// Part on call: a message from the central system: what it is, and who has the next turn with it.

import type { Utf8 } from '../core/utf8.part';
import type { Frames } from './frames.part';
import { ANSWERED, BOOT, ERROR, SILENT, quote } from './state';
import type { Frame, Ocpp } from './state';

/** Unreadable messages in a row after which the connection ends. */
const PATIENCE = 5;

function refuse(o: Ocpp, id: string, code: string, why: string): void {
  o.f.send(o.w, 0x81, '[4,' + quote(id) + ',"' + code + '","' + why + '",{}]');
}

function garbage(o: Ocpp): void {
  if (++o.bad < PATIENCE) refuse(o, '-1', 'GenericError', '');
  else (o.c.f.part('frames') as Frames).close(o, 1002);
}

/** The engine's parser does not mind what follows a value: a second value behind it must be the last. */
function parse(o: Ocpp, text: string): Frame | undefined {
  try {
    const plain = text.includes('\\u') ? (o.c.f.part('utf8') as Utf8).plain(text) : text;
    const two = JSON.parse('[' + plain + ',7]') as unknown[];
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
  const m = parse(o, text);
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
