// The one gate to every outgoing connection. On this engine a connect stops everything, timers included, until the other
// side answers or the network stack gives up, which may take minutes. So: resolve and ping without blocking, and connect
// only while nothing can be hurt by standing still.

import type { Bit } from '../../hal/types';
import type { Charger } from '../core/charger';

/** A sign of life is good for this long, ms. */
const FRESH = 5000;
/** A host that answers no ping is tried blindly at most this often, ms. */
const BLIND = 900000;

export type Opened = (s: EspSocket | undefined, error: string) => void;

const g = {
  /** Whom to tell; undefined = nothing under way. */
  then: undefined as Opened | undefined,
  host: '',
  port: 0,
  /** Address and when it answered, ms since boot; 0 = not yet. */
  ip: '',
  at: 0,
  /** No blind try before. */
  blind: 0,
};

function finish(s: EspSocket | undefined, error: string): void {
  const then = g.then;
  g.then = undefined;
  if (then) then(s, error);
}

function connect(): void {
  let s: EspSocket | undefined;
  let error = '';
  try {
    s = require('net').connect({ host: g.ip, port: g.port });
  } catch (e) {
    error = '' + e;
  }
  finish(s, error);
}

/** 1 = standing still hurts nobody now. */
function calm(c: Charger): boolean {
  return !c.s.on || c.b.interlock === 1;
}

/** Some hosts answer no ping. With no car plugged one connect is risked, and again at once if that worked before. */
function silent(c: Charger): void {
  if (c.x.cp !== 'A' || c.t < g.blind) {
    finish(undefined, 'no answer to ping');
    return;
  }
  g.blind = c.t + BLIND;
  const then = g.then!;
  g.then = (s, error) => {
    if (s) g.blind = 0;
    then(s, error);
  };
  connect();
}

function pinged(c: Charger, alive: Bit): void {
  if (!g.then) return;
  g.at = c.t;
  if (!alive) silent(c);
  else if (calm(c)) connect();
}

function resolved(c: Charger, ip: string | undefined): void {
  if (!g.then) return;
  if (!ip) {
    finish(undefined, 'unknown host ' + g.host);
    return;
  }
  g.ip = ip;
  c.b.net.ping(ip, (alive) => pinged(c, alive));
}

/** A sign of life has become old while the contactor was closed: asks again. */
function again(c: Charger): void {
  g.at = 0;
  c.b.net.ping(g.ip, (alive) => pinged(c, alive));
}

/** Job: a connect that waits for the contactor to open. */
export function gate(c: Charger): void {
  if (!g.then || !g.at || !calm(c)) return;
  if (c.t - g.at > FRESH) again(c);
  else connect();
}

/** Opens a TCP connection; false = another is under way. `then` gets the socket or the reason why there is none. */
export function open(c: Charger, host: string, port: number, then: Opened): boolean {
  if (g.then) return false;
  g.then = then;
  g.host = host;
  g.port = port;
  g.at = 0;
  c.b.net.resolve(host, (ip) => resolved(c, ip));
  return true;
}

/** Gives up what is under way without telling anybody. */
export function forget(): void {
  g.then = undefined;
}
