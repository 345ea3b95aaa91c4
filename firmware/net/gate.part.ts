// Part on call: the one gate to every outgoing connection. On this engine a connect stops everything, timers included,
// until the other side answers or the network stack gives up, which may take minutes. So: resolve and ping without
// blocking, and connect only while nothing can be hurt by standing still.

import type { Charger } from '../core/charger';
import type { Gate, Gates, Passed } from './connect';

/** Key of the journal: the host of the connect that is under way; firmware/ocpp/link.ts looks for it at boot. */
const BLOCKED = 'cg';

/** A sign of life is good for this long, ms. */
const FRESH = 5000;
/** A host that answers no ping is tried blindly at most this often, ms. */
const BLIND = 900000;

/** The engine has room for one question of a kind: attempts wait for each other, so long at most, and look this often; ms. */
const LONGEST = 20000;
const AGAIN = 500;

function ping(c: Charger, g: Gate): void {
  const n = g.n;
  g.st = 2;
  c.gate = c.t + LONGEST;
  c.b.net.ping(g.ip, (alive) => {
    c.gate = 0;
    if (g.n !== n || g.st !== 2) return;
    g.at = c.t;
    g.st = alive ? 3 : 4;
  });
}

/** Starts an attempt. `pass` tells what came of it. */
export function open(c: Charger, g: Gate, host: string, port: number): void {
  const n = ++g.n;
  g.st = 1;
  g.host = host;
  g.port = port;
  ask(c, g, n);
}

/** Asks for the address and for a sign of life, unless somebody else asks just now. */
export function ask(c: Charger, g: Gate, n: number): void {
  if (g.n !== n) return;
  if (c.gate && c.t < c.gate) {
    setTimeout(() => (c.f.part('gate') as Gates).ask(c, g, n), AGAIN);
    return;
  }
  c.gate = c.t + LONGEST;
  c.b.net.resolve(g.host, (ip) => {
    c.gate = 0;
    if (g.n !== n || g.st !== 1) return;
    g.ip = ip ? ip : '';
    if (ip) ping(c, g);
    else g.st = 5;
  });
}

/** It has come back, said in the next turn. */
function passed(c: Charger, _: never, key: string): void {
  c.f.del(key);
}

/** What is noted here when a boot begins has cost the watchdog's patience: see BLOCKED. */
function connect(c: Charger, g: Gate): Passed {
  g.st = 0;
  const key = g.key || BLOCKED;
  c.f.put(key, g.host);
  try {
    const s = require('net').connect({ host: g.ip, port: g.port });
    return { s, error: '' };
  } catch (e) {
    return { error: '' + e };
  } finally {
    c.ev.push([passed, 0, key]);
  }
}

/** Some hosts answer no ping. With no car plugged one connect is risked, and again at once if that worked before. */
function silent(c: Charger, g: Gate): Passed {
  g.st = 0;
  if (c.x.cp !== 'A' || c.t < g.blind) return { error: 'no answer to ping' };
  const p = connect(c, g);
  g.blind = p.s ? 0 : c.t + BLIND;
  return p;
}

/** Goes on with an attempt, when standing still hurts nobody; undefined = later. */
export function pass(c: Charger, g: Gate): Passed | undefined {
  if (g.st < 3) return undefined;
  if (g.st === 5) {
    g.st = 0;
    return { error: 'unknown host ' + g.host };
  }
  if (g.st === 4) return silent(c, g);
  const fresh = c.t - g.at <= FRESH;
  // The sign of life has become old while the contactor was closed.
  if (!fresh && !(c.gate && c.t < c.gate)) ping(c, g);
  return fresh ? connect(c, g) : undefined;
}
