// MQTT as go-e's chargers speak it: every key is a topic, retained, and `/set` behind it sets it. Here is what stays: a job
// that sees which part on call has something to do. While `mce` is off there is no record and nothing to do.

import type { Bit } from '../../hal/types';
import type { Charger, Mqtt } from '../core/charger';
import type { Gate } from '../net/connect';
import type { Sets } from '../http/set.part';
import { PATIENCE } from './packet';

/** The connection. Its handlers, made in broker.part.ts, know nothing but the socket: so nothing else stays for them. */
export interface Line extends EspSocket {
  /** What has come and is not read yet. */
  q: string;
  /** 1 = all that was written has left. */
  d: Bit;
  /** 1 = closed, or more has come than anybody can mean. */
  x: Bit;
}

/** State of the client; a new one for each connection. What is rare is absent: each field costs. */
export interface Broker extends Mqtt {
  /** 0 waits until `due`, 1 before the gate, 2 CONNECT is out, 3 tells Home Assistant, 4 tells the keys. */
  st: 0 | 1 | 2 | 3 | 4;
  /** Next attempt; connected: next round. */
  due: number;
  /** Attempts since the last connection that lasted. */
  n: number;
  /** 1 = settings have changed: begins anew. */
  anew?: Bit;
  /** The way through the gate, until connected. */
  g?: Gate;
  s?: Line;
  /** Bytes that are to be passed over. */
  skip?: number;
  /** Next ping; 1 = something has come since the last. */
  ping: number;
  rx: Bit;
  /** In front of the key in every topic, absent = as it is by default. */
  pre?: string;
  /** The walk over the values, core/walk.ts: `i` = -1 between two rounds. */
  sums?: Uint8Array;
  i: number;
  /** Before the connection: 1 = CONNECT is to be sent. */
  to: number;
  live: Bit;
  rev: number;
  sig: number;
  m: number;
  all: number;
  ready?: number;
  /** 1 = what changes all the time is told in this round. */
  slow?: Bit;
  /** A `/set` at work. */
  job?: Sets;
  /** Part that is at it. */
  part?: string;
}

/** Exports of the parts that work on the link. */
export interface Turn {
  turn(c: Charger, m: Broker): void;
}

/** Exports of the part `broker` beside that. */
export interface Dial extends Turn {
  adopt(c: Charger): void;
  down(c: Charger, m: Broker, why: string): void;
}

/** Job: MQTT; 1 = has more to do soon. */
export function mqtt(c: Charger): Bit {
  const m = c.mq as Broker | undefined;
  if (!m) return 0;
  const s = m.s;
  const st = m.st;
  // Part that has something to do.
  let name = '';
  if (m.anew) name = 'broker';
  else if (!s) {
    // The gate waits for the contactor.
    if (st ? m.g!.st > 2 && (m.g!.st > 3 || !c.s.on || c.b.interlock) : c.t >= m.due && c.b.net.up)
      name = 'broker';
  } else if (s.x) name = 'broker';
  else if (st < 3 ? m.to || s.q || c.t - m.at > PATIENCE : c.t >= m.ping) name = 'broker';
  else if (m.job || s.q) name = 'packets';
  else if (st > 2 && s.d && (m.i >= 0 || m.say || c.t >= m.due)) name = st > 3 ? 'topics' : 'hass';
  // To load a part is a turn, too.
  if (name && !c.f.ready(name)) return 1;
  if (name) (c.f.part(name) as Turn).turn(c, m);
  return (m.st > 2 && m.i >= 0) || m.job ? 1 : 0;
}

/** A setting was kept: it is told, or changes the connection; both later. */
export function noted(c: Charger, key: string): void {
  const m = c.mq as Broker | undefined;
  if (m) m.say = (m.say || '') + key + ',';
  if (key[0] !== 'm' || !['mce', 'mcu', 'mcr', 'mtp', 'mhe'].includes(key)) return;
  if (m) m.anew = 1;
  else c.mq = { st: 0, at: 0, anew: 1 } as Broker;
}

/** At boot. */
export function broker(c: Charger): void {
  if (c.f.get('k.mce')) (c.f.part('broker') as Dial).adopt(c);
}
