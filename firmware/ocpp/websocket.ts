// WebSocket client, RFC 6455, after the handshake: frames in, frames out, ping and close. One record per connection.
//
// Our frames carry a masking key of zero. Masking exists so that a script in a browser cannot make a proxy see bytes of
// its choice; here nobody chooses bytes, and XOR would take 40 ms for a message of 500 bytes. Invalid UTF-8 is not
// refused: looking at each byte costs as much.

import type { Bit } from '../../hal/types';

/** Longest message that is taken in; of a longer one the first bytes are kept and the rest is dropped. */
export const MOST = 3000;
const HEAD = 200;
const ZERO = '\x00\x00\x00\x00';

export interface Ws {
  s: EspSocket | undefined;
  /** 0 closed, 1 handshake, 2 open. */
  st: 0 | 1 | 2;
  /** What has arrived and is not read yet, its length, and the length that is worth a look. */
  q: string[];
  n: number;
  need: number;
  /** Opcode of the message whose fragments are collected, 0 = none; its pieces and their length. */
  op: number;
  msg: string[];
  len: number;
  /** Bytes still to be thrown away. */
  skip: number;
  /** 1 = the message is too long: `msg` holds its beginning only. */
  big: Bit;
  /** Last sign of life; ping sent and not answered since, 0 = none. */
  rx: number;
  png: number;
  /** Close code: the peer's, or ours; 1006 = the connection just broke. */
  code: number;
}

export function socket(): Ws {
  return {
    s: undefined,
    st: 0,
    q: [],
    n: 0,
    need: 2,
    op: 0,
    msg: [],
    len: 0,
    skip: 0,
    big: 0,
    rx: 0,
    png: 0,
    code: 1006,
  };
}

function take(w: Ws, d: string): void {
  w.rx = -1;
  if (w.skip) discard(w, d);
  else {
    w.q.push(d);
    w.n += d.length;
  }
}

function discard(w: Ws, d: string): void {
  const cut = Math.min(w.skip, d.length);
  w.skip -= cut;
  if (cut < d.length) {
    w.q.push(d.substr(cut));
    w.n += d.length - cut;
  }
}

function gone(w: Ws): void {
  w.s = undefined;
  w.st = 0;
}

/** Takes over a fresh TCP connection. */
export function attach(w: Ws, s: EspSocket): void {
  w.s = s;
  w.st = 1;
  s.on('data', (d) => take(w, d));
  s.on('close', () => gone(w));
  s.on('error', () => gone(w));
}

/** Ends the TCP connection. */
export function drop(w: Ws): void {
  const s = w.s;
  gone(w);
  if (s) s.end();
}

function write(w: Ws, op: number, body: string): void {
  const n = body.length;
  const size = n < 126 ? String.fromCharCode(128 | n) : String.fromCharCode(254, n >> 8, n & 255);
  if (w.s) w.s.write(String.fromCharCode(op) + size + ZERO + body);
}

/** Sends a text message, or a piece of one: `first` and `last` say which. */
export function send(w: Ws, text: string, first: Bit, last: Bit): void {
  write(w, (last ? 128 : 0) | (first ? 1 : 0), text);
}

export function ping(w: Ws, t: number): void {
  w.png = t;
  write(w, 0x89, '');
}

/** Says why and ends the connection. */
export function close(w: Ws, code: number): void {
  if (w.st === 2) write(w, 0x88, String.fromCharCode(code >> 8, code & 255));
  w.code = code;
  drop(w);
}

/** The peer closes: its code goes back. */
function closed(w: Ws, body: string): undefined {
  write(w, 0x88, body.substr(0, 2));
  w.code = body.length > 1 ? body.charCodeAt(0) * 256 + body.charCodeAt(1) : 1005;
  drop(w);
  return undefined;
}

function fail(w: Ws, code: number): undefined {
  close(w, code);
  return undefined;
}

/** All that has arrived as one text. */
export function gather(w: Ws): string {
  const t = w.q.length > 1 ? w.q.join('') : w.n ? w.q[0] : '';
  w.q = [t];
  return t;
}

/** Keeps what stands behind byte `at`. */
export function rest(w: Ws, t: string, at: number): void {
  w.q = at < t.length ? [t.substr(at)] : [];
  w.n = Math.max(0, t.length - at);
  w.skip = Math.max(0, at - t.length);
  w.need = 2;
}

function wait(w: Ws, n: number): undefined {
  w.need = n;
  return undefined;
}

/** The long forms of the length; -1 = more than 32 bits. */
function long(t: string, at: number): number {
  let n = 0;
  for (let i = 2; i < at; i++) n = n * 256 + t.charCodeAt(i);
  return n > 0x7fffffff ? -1 : n;
}

/** A whole message, or undefined while fragments are to come. */
function whole(w: Ws, fin: number): string | undefined {
  if (!fin) return undefined;
  const text = w.msg.length > 1 ? w.msg.join('') : w.msg[0];
  w.msg = [];
  w.op = 0;
  return text;
}

function data(w: Ws, b: number, body: string): string | undefined {
  if (!w.big || !w.msg.length) w.msg.push(body);
  return whole(w, b & 128);
}

/** Too long: keeps the first bytes and lets the rest of the frame pass by. */
function shorten(w: Ws, t: string, at: number, end: number): string {
  const head = w.msg.join('') + t.substr(at, HEAD);
  w.msg = [];
  w.big = 1;
  rest(w, t, end);
  return head.substr(0, HEAD);
}

/** 0, or the close code for a data frame that may not come now. */
function order(w: Ws, op: number): number {
  if (op > 1) return op === 2 ? 1003 : 1002;
  return !op === !w.op ? 1002 : 0;
}

function start(w: Ws, op: number): void {
  if (!op) return;
  w.op = op;
  w.len = 0;
  w.big = 0;
}

function text(w: Ws, t: string, at: number, len: number): string | undefined {
  const b = t.charCodeAt(0);
  const bad = order(w, b & 15);
  if (bad) return fail(w, bad);
  const fresh = w.op === 0 ? 0 : w.len;
  const enough = fresh + len > MOST ? Math.min(HEAD, len) : len;
  if (t.length < at + enough) return wait(w, at + enough);
  if (fresh + len > MOST) {
    start(w, b & 15);
    w.len = MOST;
    return data(w, b, shorten(w, t, at, at + len));
  }
  start(w, b & 15);
  w.len += len;
  rest(w, t, at + len);
  return data(w, b, t.substr(at, len));
}

function pong(w: Ws, body: string): undefined {
  write(w, 0x8a, body);
  return undefined;
}

function control(w: Ws, t: string, len: number): undefined {
  const b = t.charCodeAt(0);
  if (b < 128 || len > 125 || (b & 15) > 10) return fail(w, 1002);
  if (t.length < 2 + len) return wait(w, 2 + len);
  const body = t.substr(2, len);
  rest(w, t, 2 + len);
  if (b === 0x88) return closed(w, body);
  if (b === 0x89) return pong(w, body);
  w.png = 0;
  return undefined;
}

function frame(w: Ws, t: string): string | undefined {
  const m = t.charCodeAt(1);
  const at = m < 126 ? 2 : m === 126 ? 4 : 10;
  if (t.charCodeAt(0) & 0x70 || m > 127) return fail(w, 1002);
  if (t.charCodeAt(0) & 8) return control(w, t, m);
  if (t.length < at) return wait(w, at);
  const len = m < 126 ? m : long(t, at);
  return len < 0 ? fail(w, 1009) : text(w, t, at, len);
}

/** Reads the next frame at `now`; a text when it completes a message. `w.big` tells of one that was cut. */
export function receive(w: Ws, now: number): string | undefined {
  if (w.rx < 0) w.rx = now;
  return w.n < w.need ? undefined : frame(w, gather(w));
}
