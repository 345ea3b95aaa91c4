// Part on call: reads what has arrived on the WebSocket, one frame a turn, RFC 6455. Payload moves from the packets into
// the message as it comes; the packets are never joined. Invalid UTF-8 is not refused: looking at each byte would cost
// as much as masking.

import { PIECES } from './state';
import type { Ocpp, Turn } from './state';
import type { Ws } from './websocket';

/** Exports of this part. */
export interface Frames extends Turn {
  close(o: Ocpp, code: number): void;
  soak(o: Ocpp): void;
}

/** Frame types with their last-fragment bit. */
const CLOSE = 0x88;
const PING = 0x89;
const PONG = 0x8a;
/** Longest message that is taken in; of a longer one the first bytes are kept and the rest is dropped. */
const MOST = 8000;
/** Longest message that is read as a whole. */
const WHOLE = 3000;
const HEAD = 200;
/** A message that is longer waits in flash, from its second piece on, in pieces of this length at most: that of a packet. */
const LONG = 1000;
const PIECE = 536;
/** Bytes that may go on waiting: another packet makes it more than may. */
const FEW = 560;
const MANY = 1100;
/** And most that wait behind a message which nobody has taken yet, some 800 variables: nothing slows the peer down. */
const FLOODED = 9000;

/** Ends the TCP connection. */
function drop(w: Ws, code: number): void {
  const s = w.s;
  w.code = code;
  w.s = undefined;
  w.st = 0;
  w.q = [];
  w.n = 0;
  if (s) s.end();
}

/** Says why and ends the connection. */
export function close(o: Ocpp, code: number): void {
  if (o.w.st === 2) o.f.send(o.w, CLOSE, String.fromCharCode(code >> 8, code & 255));
  drop(o.w, code);
}

/** At most `n` of the bytes that have arrived, out of the first packet. */
function some(w: Ws, n: number): string {
  const t = w.q.shift()!;
  const part = t.length > n ? t.substr(0, n) : t;
  if (t.length > n) w.q.unshift(t.substr(n));
  w.n -= part.length;
  return part;
}

/** Exactly `n` bytes; they must be there. */
function bytes(w: Ws, n: number): string {
  let t = some(w, n);
  while (t.length < n) t += some(w, n - t.length);
  return t;
}

function control(o: Ocpp, op: number, body: string): void {
  const w = o.w;
  if (op === PONG) w.png = 0;
  else if (op === PING) o.f.send(w, PONG, body);
  else {
    // The peer closes: its code goes back.
    o.f.send(w, CLOSE, body.substr(0, 2));
    drop(w, body.length > 1 ? body.charCodeAt(0) * 256 + body.charCodeAt(1) : 1005);
  }
}

/** The long forms of the length; -1 = more than 32 bits. */
function long(t: string): number {
  let n = 0;
  for (let i = 0; i < t.length; i++) n = n * 256 + t.charCodeAt(i);
  return n > 0x7fffffff ? -1 : n;
}

/** A text frame, or one that goes on with a text, begins: 0, or the close code when it may not come now. */
function begin(w: Ws, op: number): number {
  const kind = op & 15;
  if (kind > 1) return kind === 2 ? 1003 : 1002;
  if (!kind === !w.mop) return 1002;
  if (kind) {
    w.mop = kind;
    w.msg = [];
    w.len = 0;
    w.big = 0;
  }
  return 0;
}

/** From now on only the beginning counts. */
function giveUp(o: Ocpp): void {
  for (let i = -2 - o.w.big; i >= 0; i--) o.c.f.del('i' + i);
  o.w.big = 1;
}

/** The last piece of a long message goes to flash, and its number takes its place. What finds no room is treated as too long. */
function store(o: Ocpp): void {
  const w = o.w;
  const n = -1 - w.big;
  if (n < PIECES && o.c.f.put('i' + n, w.msg[n + 1] as string, 1)) {
    w.msg[n + 1] = n;
    w.big--;
  } else giveUp(o);
}

/** A message is complete and waits to be taken. */
function whole(w: Ws): boolean {
  return w.mop > 0 && !w.left && w.op > 127;
}

/** The rest of a long message: what does not fit into its last piece begins another one. */
function hold(o: Ocpp, part: string): void {
  const msg = o.w.msg;
  const n = -o.w.big;
  if (msg.length === n) msg.push(part);
  else if ((msg[n] as string).length + part.length <= PIECE) msg[n] += part;
  else {
    store(o);
    msg.push(part);
  }
}

/** Payload as far as it has come, of a long message no more than a packet; of too long a one only the beginning is kept. */
function payload(o: Ocpp): void {
  const w = o.w;
  const long = w.big < 0;
  while (w.left && w.q.length) {
    const head = w.len < HEAD;
    const part = some(w, long ? Math.min(w.left, head ? HEAD - w.len : PIECE) : w.left);
    w.left -= part.length;
    if (long && !head) hold(o, part);
    else if (long) w.msg = [w.msg.join('') + part];
    else if (!w.big || head) w.msg.push(part);
    w.len += part.length;
    if (long) break;
  }
  if (w.big > 0 && w.msg.length) w.msg = [w.msg.join('').substr(0, HEAD)];
  w.need = w.left ? 1 : whole(w) ? 0 : 2;
}

/** A long message is still being read out of flash: there is no room for another one. */
function reading(o: Ocpp): boolean {
  const b = o.in as { q?: unknown[]; gone?: number } | undefined;
  return b !== undefined && b.q !== undefined && b.q.length + b.gone! > 0;
}

/** A data frame with `length` bytes of payload begins; false = the connection has ended. */
function data(o: Ocpp, op: number, length: number): boolean {
  const w = o.w;
  const wrong = length < 0 ? 1009 : begin(w, op);
  if (wrong) close(o, wrong);
  w.op = op;
  w.left = length;
  const all = w.len + length;
  if (all > MOST) giveUp(o);
  else if (!w.big && all > LONG) {
    w.big = reading(o) ? 1 : -1;
    if (w.len) w.msg = [w.msg.join('')];
  }
  return !wrong;
}

/** Header of the next frame; false = it is not complete, was a control frame, or the connection has ended. */
function header(o: Ocpp): boolean {
  const w = o.w;
  const t = bytes(w, 2);
  const op = t.charCodeAt(0);
  const m = t.charCodeAt(1);
  const ctl = op & 8;
  const more = m === 126 ? 2 : m === 127 ? 8 : 0;
  if (op & 0x70 || m > 127 || (ctl && (op < 128 || m > 125 || op > 0x8a))) close(o, 1002);
  else if (w.n < (ctl ? m : more)) {
    w.q.unshift(t);
    w.n += 2;
    w.need = 2 + (ctl ? m : more);
  } else if (ctl) control(o, op, m ? bytes(w, m) : '');
  else return data(o, op, more ? long(bytes(w, more)) : m);
  return false;
}

/** Reads on; the pieces of a message when that completes one, a number for each piece in flash, of a long one in the turn after
 * its last piece. `w.big` tells of one that was cut. */
export function receive(o: Ocpp): (string | number)[] | undefined {
  const w = o.w;
  if (!whole(w)) {
    if (!w.left) {
      w.need = 2;
      if (w.n < 2 || !header(o)) return undefined;
    }
    payload(o);
    if (w.big < 0 || !whole(w)) return undefined;
  }
  const pieces = w.msg;
  w.msg = [];
  w.mop = 0;
  w.need = 2;
  return pieces;
}

/**
 * More has arrived than may wait: what belongs to the next message is taken in, as far as that is not complete. A piece each
 * time, which may go to flash; more only where turns have not kept up.
 */
export function soak(o: Ocpp): void {
  const w = o.w;
  for (let most = FEW; w.n > most && w.st === 2 && !whole(w); most = MANY) {
    const n = w.n;
    if (!w.left && !header(o) && w.n === n) return;
    payload(o);
  }
  if (w.n > FLOODED && w.st === 2) close(o, 1008);
}

/** A piece out of flash. */
function fetch(o: Ocpp, n: number): string {
  const text = o.c.f.get('i' + n) ?? '';
  o.c.f.del('i' + n);
  return text;
}

/** A turn: a frame; a complete message goes on. Lists of objects are taken apart entry by entry, because each takes its
 * time. */
export function turn(o: Ocpp): void {
  const w = o.w;
  const pieces = receive(o);
  if (!pieces) return;
  const action = ('' + (pieces[0] ?? '')).substr(0, 100).split('"')[3];
  const lists = w.big < 0 ? 'SendLocalList,SetChargingProfile,RemoteStartTransaction' : 'SendLocalList';
  const apart = w.big <= 0 && (w.len > WHOLE || lists.split(',').includes(action));
  let text = '';
  if (!apart) for (const p of pieces) text += typeof p === 'number' ? fetch(o, p) : p;
  // Rows of a list that was refused before anybody saw it whole.
  const rows = o.got as { m?: number } | undefined;
  for (let i = 0; rows && rows.m && i < rows.m; i++) o.c.f.del('j' + i);
  o.got = undefined;
  o.in =
    w.big > 0 ? pieces : apart ? { q: pieces, t: '', at: 0, head: '', n: 0, part: '', e: '', gone: 0 } : text;
  o.p = apart ? 'bulk' : 'inbox';
}
