// Part on call: tells the keys, a few values a step: all of them after the connection, then in each round what has changed.

import type { Charger } from '../core/charger';
import { look, place, round } from '../core/walk';
import type { Tell, Walk } from '../core/walk';
import type { Broker } from './link';
import { RETAINED, field, packet, prefix } from './packet';

/** Values looked at in one step of a round; where all are told, one. */
const STEP = 2;
/** Between two rounds, ms. */
const REST = 800;
/** Texts longer than this, certificates, are not told: a message is in memory as a whole. */
const MOST = 1000;
/** Parts that only a round needs: between two of them their room is free. */
const IDLE = ['why', 'zone', 'topics'];
/** What changes in each round is told with each ping only. */
const RESTLESS = ['rbt', 'lcs', 'utc', 'loc', 'cdi'];

/** The round is over. */
function rest(c: Charger, m: Broker): void {
  m.i = -1;
  m.live = 1;
  m.due = c.t + REST;
  if (m.to) delete m.slow;
  for (const part of IDLE) c.f.drop(part);
}

/** Goes on with the round. What follows from a key that was set is looked at; the key itself comes by its name. */
function walk(c: Charger, m: Broker, tell: Tell): void {
  const n = parseInt(c.f.head(5), 16);
  const own = n & 65535;
  const places = c.f.text(c.f.head(4));
  const w = m as Walk;
  if (!m.sums) {
    m.sums = new Uint8Array(2 * own);
    m.to = places.length / 8;
  }
  if (m.i < 0) round(c, w, n >> 16, own, own);
  else look(c, places, w, m.live ? STEP : 1, tell);
  if (m.i >= m.to) rest(c, m);
}

/** The next of the keys that were set, if it changes in no other way. */
function set(c: Charger, m: Broker, tell: Tell): void {
  const key = m.say!.split(',')[0];
  m.say = m.say!.substr(key.length + 1);
  if (!m.say) delete m.say;
  const p = place(c, key);
  if (!p || c.f.text(p)[key.length + 4] !== ' ') return;
  look(c, p, { sums: new Uint8Array(2), i: 0, to: 1, rev: 0, sig: 0, m: 0, all: 0 }, 1, tell);
}

/** Goes a step further. */
export function turn(c: Charger, m: Broker): void {
  const pre = prefix(c, m.pre);
  let out = '';
  const tell = (quoted: string, text: string): void => {
    const key = quoted.slice(1, -1);
    if (text.length > MOST || (m.live && !m.slow && RESTLESS.includes(key))) return;
    out += packet(RETAINED, field(pre + key) + text);
  };
  (m.say ? set : walk)(c, m, tell);
  if (!out) return;
  m.s!.d = 0;
  m.s!.write(out);
}
