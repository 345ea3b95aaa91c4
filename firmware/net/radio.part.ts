// Part on call: joins and leaves networks, opens and closes the access point for the set-up.

import type { Charger } from '../core/charger';
import type { Portal } from './portal.part';

/** State of firmware/net/air.ts. */
export interface Air {
  ask: number;
  end: number;
  due: number;
  /** Sockets, while they are open: names on the access point, time. */
  dns?: EspDatagrams;
  udp?: EspDatagrams;
  /** The question to the time server: what it has to repeat, and when it left. */
  mark: string;
  sent: number;
}

/** Exports of this part. */
export interface Radio {
  begin(c: Charger, a: Air): void;
  tend(c: Charger, a: Air): void;
  password(c: Charger): string;
}

/** Key of the journal: the password of the access point, as the key `wak` keeps it. */
const PASSWORD = 'k.wak';
/** Letters and digits that nobody confuses. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 10;

/** The access point stays open so long when somebody asked for it, and after the network was joined, ms. */
const ASKED = 300000;
const JOINED = 60000;

/** Set, or made once by the chip's random numbers and kept. */
export function password(c: Charger): string {
  const old = c.f.get(PASSWORD);
  if (old) return JSON.parse(old) as string;
  let text = '';
  for (let i = 0; i < LENGTH; i++) text += LETTERS[(E.hwRand() >>> 1) % LETTERS.length];
  c.f.put(PASSWORD, JSON.stringify(text));
  return text;
}

/** The password is for the console only: the log goes into reports. */
function open(c: Charger, a: Air): void {
  const name = 'Pilotwire-' + c.b.serial;
  const key = password(c);
  if (!c.b.net.ap) c.b.net.access(name, key);
  (c.f.part('portal') as Portal).open(c, a);
  c.f.log('wifi', 'access point ' + name);
  print('access point ' + name + ', password ' + key + ', http://192.168.4.1/');
}

function join(c: Charger): void {
  c.b.net.join(c.k.wifis, c.k.sip);
}

/** At boot: without a known network the access point is the way in. */
export function begin(c: Charger, a: Air): void {
  a.end = 0;
  if (c.k.wifis.length) join(c);
  else open(c, a);
}

function close(c: Charger, a: Air): void {
  a.end = 0;
  (c.f.part('portal') as Portal).close(a);
  c.b.net.access('', '');
  c.f.log('wifi', 'access point closed');
}

/** An access point that nobody can replace stays open. */
function over(c: Charger, a: Air): void {
  if (!c.k.wifis.length) a.end = 0;
  else if (a.end) close(c, a);
  else a.end = c.t + JOINED;
}

export function tend(c: Charger, a: Air): void {
  const ask = a.ask;
  a.ask = 0;
  if (!ask) return over(c, a);
  if (ask === 1) a.end = c.t + ASKED;
  else join(c);
  if (ask === 1 || !c.k.wifis.length) open(c, a);
}
