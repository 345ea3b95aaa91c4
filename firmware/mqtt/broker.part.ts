// Part on call: where the broker is, the way through the gate, CONNECT and what came of it, pings, and the end.

import type { Charger } from '../core/charger';
import { AFTER_RESET } from '../net/connect';
import type { Gates } from '../net/connect';
import type { Broker, Line } from './link';
import { PATIENCE, RETAINED, field, packet, prefix } from './packet';

export interface Place {
  host: string;
  port: number;
  user: string;
  password: string;
  /** 1 = user and password are there. */
  auth: number;
  /** '' or why this place cannot be used. */
  error: string;
}

/** Key of the journal: the host of a connect under way, see net/gate.part.ts. */
const BLOCKED = 'cm';
/** A broker that answers no ping is not tried blindly: a dead one would cost a reset, and two clients that take turns at that safe mode. */
const NEVER = 9e15;
/** Wait before the first tries again, ms, and doublings of it. */
const FIRST = 5000;
const DOUBLINGS = 5;
/** A connection that lasted this long was a good one, ms. */
const STABLE = 60000;
/** A ping this often, ms; when nothing has come since the last one, the broker is silent. It has twice the time, s. */
const PING = 15000;
const KEEP = 30;
/** Retain, QoS 1 for the will, a will, a clean session (3.1.2); with user name and password. */
const FLAGS = 0x2e;
const AUTH = 0xc0;
/** Most that may wait to be read. */
const FLOOD = 4000;
const REFUSALS = [
  'unknown',
  'protocol version not supported',
  'client identifier rejected',
  'server unavailable',
  'bad user name or password',
  'not authorised',
];

/** Percent-encoded text as bytes; the engine's own decoder refuses some. */
function plain(text: string): string {
  const parts = text.split('%');
  let out = parts[0];
  for (let i = 1; i < parts.length; i++)
    out += String.fromCharCode(parseInt(parts[i].substr(0, 2), 16) & 255) + parts[i].substr(2);
  return out;
}

/** Takes mqtt://user:password@host:port apart. */
export function place(url: string): Place {
  const all = url.substr(7).split('/')[0];
  const at = all.lastIndexOf('@');
  const auth = at < 0 ? '' : all.substr(0, at);
  const cut = auth.indexOf(':');
  const where = all.substr(at + 1).split(':');
  const port = where.length < 2 ? 1883 : parseInt(where[1], 10);
  const good = url.substr(0, 7).toLowerCase() === 'mqtt://' && where.length < 3 && where[0];
  return {
    host: where[0],
    port,
    user: plain(cut < 0 ? auth : auth.substr(0, cut)),
    password: cut < 0 ? '' : plain(auth.substr(cut + 1)),
    auth: at < 0 ? 0 : AUTH,
    error: good && port > 0 && port < 65536 ? '' : 'bad url',
  };
}

/** The first packet. With the will whoever listens learns that nobody is there any more. */
export function hello(p: Place, id: string, topic: string): string {
  return packet(
    '\x10',
    '\x00\x04MQTT\x04' +
      String.fromCharCode(FLAGS | p.auth, 0, KEEP) +
      field(id) +
      field(topic) +
      field('false') +
      (p.auth ? field(p.user) + field(p.password) : ''),
  );
}

/** A kept setting; undefined = as it is by default. */
function setting(c: Charger, key: string): unknown {
  const text = c.f.get('k.' + key);
  return text === undefined ? undefined : JSON.parse(text);
}

function url(c: Charger): string {
  return (setting(c, 'mcu') as string | undefined) || '';
}

/** The record of a client that waits until `due`. */
function fresh(c: Charger, due: number): Broker {
  const pre = setting(c, 'mtp') as string | undefined;
  const m: Broker = {
    st: 0,
    due,
    n: 0,
    at: 0,
    ping: 0,
    rx: 1,
    i: 0,
    to: 0,
    live: 0,
    rev: 0,
    sig: 0,
    m: 0,
    all: 0,
  };
  if (pre) m.pre = pre + (pre.endsWith('/') ? '' : '/') + c.b.serial + '/';
  c.mq = m;
  return m;
}

/** Says goodbye: a will is for those who cannot. */
function leave(c: Charger, m: Broker): void {
  if (m.s && m.st > 2) m.s.write(packet(RETAINED, field(prefix(c, m.pre) + 'mcc') + 'false') + '\xe0\x00');
  if (m.s) m.s.end();
}

/** The charger has booted. A host whose connect only the watchdog ended is left alone for a while; as in ocpp/link.ts. */
export function adopt(c: Charger): void {
  const host = c.f.get(BLOCKED);
  if (setting(c, 'mce') !== 1 || !url(c)) return;
  const m = fresh(c, c.t);
  if (host === undefined) return;
  m.due += AFTER_RESET;
  m.err = host + ' blocked the charger';
  m.errAt = c.t;
  c.f.log('mqtt', m.err + ' until the watchdog reset it');
}

/** Settings have changed. */
function renew(c: Charger, m: Broker): void {
  leave(c, m);
  if (m.g) m.g.n++;
  if (setting(c, 'mce') === 1 && url(c)) fresh(c, c.t);
  else c.mq = undefined;
}

/** The connection, or the attempt, is over. */
export function down(c: Charger, m: Broker, why: string): void {
  const n = m.st > 2 && c.t - m.at >= STABLE ? 0 : m.n;
  const wait = FIRST * (1 << Math.min(n, DOUBLINGS)) + Math.round(Math.random() * 10000);
  if (m.s) m.s.end();
  const next = fresh(c, c.t + wait);
  next.n = n + 1;
  next.g = m.g;
  if (m.g) {
    m.g.n++;
    m.g.st = 0;
  }
  next.err = why;
  next.errAt = c.t;
  c.f.log('mqtt', why + '; again in ' + Math.round(wait / 1000) + ' s');
}

/** Takes over a fresh connection. Handlers of ours would hold all of this part in memory: these hold nothing. */
function attach(s: Line): void {
  const Code = Function;
  s.q = '';
  s.d = 0;
  s.x = 0;
  s.on('data', new Code('d', 'if(this.q.length<' + FLOOD + ')this.q+=d;else this.x=1') as () => void);
  s.on('drain', new Code('this.d=1') as () => void);
  s.on('close', new Code('this.x=1') as () => void);
}

function connect(c: Charger, m: Broker): void {
  if (!c.f.ready('gate')) return;
  const a = (c.f.part('gate') as Gates).pass(c, m.g!);
  if (!a) return;
  if (!a.s) {
    down(c, m, a.error);
    return;
  }
  const s = a.s as Line;
  attach(s);
  m.s = s;
  m.st = 2;
  m.at = c.t;
  m.to = 1;
}

/** The first packet, a step later. */
function greet(c: Charger, m: Broker, s: Line): void {
  m.to = 0;
  s.write(hello(place(url(c)), 'pilotwire-' + c.b.serial, prefix(c, m.pre) + 'mcc'));
}

function begin(c: Charger, m: Broker): void {
  if (!c.f.ready('gate')) return;
  const p = place(url(c));
  if (p.error) {
    down(c, m, p.error);
    return;
  }
  if (!m.g) m.g = { st: 0, host: '', port: 0, ip: '', at: 0, blind: NEVER, n: 0, key: BLOCKED };
  m.st = 1;
  (c.f.part('gate') as Gates).open(c, m.g, p.host, p.port);
}

/** CONNACK has come (3.2): 20 02, a flag, the return code. */
function welcome(c: Charger, m: Broker, s: Line): void {
  const q = s.q;
  const code = q.charCodeAt(3);
  if (q.substr(0, 2) !== '\x20\x02') {
    down(c, m, 'no MQTT broker');
    return;
  }
  if (code) {
    down(c, m, 'refused: ' + (REFUSALS[code] || REFUSALS[0]));
    return;
  }
  s.q = q.substr(4);
  delete m.g;
  m.st = 3;
  m.at = c.t;
  m.due = c.t;
  m.ping = c.t + PING;
  c.f.log('mqtt', 'connected');
  // SUBSCRIBE with QoS 0 (3.8).
  if (setting(c, 'mcr') === 0)
    s.write(packet('\x82', '\x00\x01' + field(prefix(c, m.pre) + '+/set') + '\x00'));
}

function ping(c: Charger, m: Broker, s: Line): void {
  if (!m.rx) {
    down(c, m, 'broker is silent');
    return;
  }
  m.rx = 0;
  m.ping = c.t + PING;
  m.all = 0;
  m.slow = 1;
  s.write('\xc0\x00');
}

export function turn(c: Charger, m: Broker): void {
  const s = m.s;
  if (m.anew) renew(c, m);
  else if (!s) (m.st ? connect : begin)(c, m);
  else if (s.x) down(c, m, m.st > 2 ? 'connection lost' : 'closed during CONNECT');
  else if (m.st > 2) ping(c, m, s);
  else if (m.to) greet(c, m, s);
  else if (s.q.length > 3) welcome(c, m, s);
  else if (c.t - m.at > PATIENCE) down(c, m, 'no answer to CONNECT');
}
