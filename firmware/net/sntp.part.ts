// Part on call: asks a time server, RFC 4330. The engine has a client of its own, but that moves the clock under its timers.

import type { Charger } from '../core/charger';
import type { Air } from './radio.part';

/** Exports of this part. */
export interface Sntp {
  ask(c: Charger, a: Air): void;
  take(c: Charger, a: Air, m: string): void;
}

const PORT = 123;
/** Port of ours. */
const OWN = 10123;
/** Asked again after a success, after a failure; a server that says nothing; ms. */
const AGAIN = 3600000;
const RETRY = 60000;
const SILENT = 5000;
/** From 1900 to 1970, s. */
const EPOCH = 2208988800;
/** Bytes of a packet; places of what the server repeats and of its time. */
const SIZE = 48;
const ORIGIN = 24;
const SENT = 40;

function word(m: string, at: number): number {
  let n = 0;
  for (let i = at; i < at + 4; i++) n = n * 256 + m.charCodeAt(i);
  return n;
}

function over(a: Air): void {
  if (a.udp) a.udp.close();
  a.udp = undefined;
}

/** Eight bytes that a liar elsewhere does not know. */
function nonce(): string {
  let text = '';
  for (let i = 0; i < 8; i++) text += String.fromCharCode(E.hwRand() & 255);
  return text;
}

function send(c: Charger, a: Air, ip: string, port: number): void {
  const s = require('dgram').createSocket('udp4');
  const mine = nonce();
  a.udp = s;
  a.mark = mine;
  a.sent = c.t;
  // By its name and not the function: parts come and go.
  s.on('message', (m) => (c.f.part('sntp') as Sntp).take(c, a, m));
  s.bind(OWN);
  s.send('\x23' + '\x00'.repeat(SIZE - 9) + mine, port, ip);
  setTimeout(() => {
    if (a.udp === s) over(a);
  }, SILENT);
}

/** The server is a name or an address, with or without a port. */
export function ask(c: Charger, a: Air): void {
  const parts = c.k.tsh.split(':');
  over(a);
  a.due = c.t + RETRY;
  // Without an answer since the last time: said already.
  const told = c.ntp === 2;
  c.ntp = 2;
  c.b.net.resolve(parts[0], (ip) => {
    if (ip) send(c, a, ip, +parts[1] || PORT);
    else if (!told) c.f.log('ntp', 'unknown host ' + parts[0]);
  });
}

/** A server's answer to this question, from a clock that runs: mode 4, stratum 1 to 15, no alarm. */
function good(a: Air, m: string): boolean {
  const first = m.charCodeAt(0);
  const stratum = m.charCodeAt(1);
  return (
    m.length >= SIZE &&
    (first & 7) === 4 &&
    first < 192 &&
    stratum > 0 &&
    stratum < 16 &&
    m.substr(ORIGIN, 8) === a.mark &&
    word(m, SENT) > 0
  );
}

export function take(c: Charger, a: Air, m: string): void {
  if (!a.udp || !good(a, m)) return;
  const s = word(m, SENT);
  // The count of seconds begins anew in 2036.
  const sec = s < 2147483648 ? s + 4294967296 - EPOCH : s - EPOCH;
  const ms = sec * 1000 + Math.floor(word(m, SENT + 4) / 4294967.296) + (c.t - a.sent) / 2;
  const off = c.w ? Math.round(ms - c.f.wall(c)) : 0;
  over(a);
  c.ntp = 1;
  a.due = c.t + AGAIN;
  c.f.clock(c, Math.floor(ms));
  if (!off || Math.abs(off) > 1000) c.f.log('ntp', off ? 'clock moved ' + off + ' ms' : 'clock set');
}
