// Part on call: names for whoever is on the access point. Every name is this charger, so that phones find its page.

import type { Charger } from '../core/charger';
import type { Air } from './radio.part';

/** Exports of this part. */
export interface Portal {
  open(c: Charger, a: Air): void;
  close(a: Air): void;
  answer(q: string): string;
}

/** Head of a question with one name; the longest question that is answered. */
const HEAD = 12;
const LONGEST = 300;

/** End of the name that begins at `i`. */
function end(q: string, at: number): number {
  let i = at;
  while (i < q.length && q.charCodeAt(i)) i += q.charCodeAt(i) + 1;
  return i + 1;
}

/** RFC 1035 4.1: the question again, and one address, 192.168.4.1, good for a minute; '' = no such question. */
export function answer(q: string): string {
  const i = end(q, HEAD);
  // One question, no answer yet, an ordinary one.
  if (q.length > LONGEST || i + 4 > q.length || q.charCodeAt(2) & 0xf8 || q.charCodeAt(5) !== 1) return '';
  const a = q.substr(i, 4) === '\x00\x01\x00\x01';
  return (
    q.substr(0, 2) +
    '\x85\x80\x00\x01\x00' +
    (a ? '\x01' : '\x00') +
    '\x00\x00\x00\x00' +
    q.substring(HEAD, i + 4) +
    (a ? '\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\xa8\x04\x01' : '')
  );
}

/** Answers on port 53 as long as the access point is open. */
export function open(c: Charger, a: Air): void {
  if (a.dns) return;
  const s = require('dgram').createSocket('udp4');
  a.dns = s;
  s.on('message', (q, from) => {
    const text = (c.f.part('portal') as Portal).answer(q);
    if (text) s.send(text, from.port, from.address);
  });
  s.bind(53);
}

export function close(a: Air): void {
  if (a.dns) a.dns.close();
  a.dns = undefined;
}
