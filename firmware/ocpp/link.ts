// The link to the central system: connects and comes back, decides which call goes next, and hangs the client on the
// charger: jobs for what is looked at again and again, a hook for what happens once.

import type { Bit } from '../../hal/types';
import type { Charger, Event } from '../core/charger';
import { NONE } from '../core/limits';
import { forget, gate, open } from '../net/connect';
import type { Calls } from './calls.part';
import type { Handshake, Place } from './handshake.part';
import { drop, load, note, pair, put, stamp } from './queue';
import { abandon, call, failed, message, pour, quote, serve } from './rpc';
import { AUTH, BEAT, BOOT, QUEUE } from './state';
import type { Ocpp } from './state';
import { avail, observe, pass } from './status';
import { attach, close, drop as hangUp, gather, ping, receive, rest, socket } from './websocket';

/** Wait before the first tries again, ms, and doublings of it. */
const FIRST = 5000;
const DOUBLINGS = 5;
/** A connection that lasted this long was a good one, ms. */
const STABLE = 60000;
/** Answer to our ping, and to the handshake, ms. */
const PONG = 10000;
/** Settings that need a new connection. */
const LINK = ['ocppe', 'ocppu', 'oak'];
/** The open transaction is noted again after this long, ms. */
const NOTE = 300000;

/** State of one boot. */
function fresh(c: Charger): Ocpp {
  const o: Ocpp = {
    c,
    w: socket(),
    st: 0,
    due: 0,
    n: 0,
    hops: 0,
    url: '',
    anew: 0,
    reg: 0,
    boot: 0,
    beat: 0,
    want: 0,
    trg: 0,
    id: '',
    act: 0,
    at: 0,
    k: 0,
    mute: 0,
    bad: 0,
    in: undefined,
    sp: '',
    sn: 0,
    sb: '',
    sf: 0,
    sa: undefined,
    q: [],
    qn: 1,
    qa: 0,
    qd: 0,
    th: 1,
    ts: 0,
    ref: 0,
    tr: 0,
    tx: -1,
    smp: 0,
    grid: -1,
    note: 0,
    d: 0,
    ds: 1,
    s0: -1,
    s1: 0,
    s1At: 0,
    ack0: -1,
    ack1: -1,
    sent: 0,
    miss: 0,
    via: 0,
    tag: '',
    ino: +(c.f.get('ino') || 0),
    inv: 0,
    max: 0,
    rst: 0,
    rstAt: 0,
    out: [],
    f: { quote, put, drop, pair, stamp },
  };
  c.o.ino = o.ino ? 1 : 0;
  c.o.st = 0;
  forget();
  load(o);
  return o;
}

let state: Ocpp | undefined;

/** The record; a new one for a new charger. */
function own(c: Charger): Ocpp {
  if (!state || state.c !== c) state = fresh(c);
  return state;
}

function calls(o: Ocpp): Calls {
  return o.c.f.part('calls') as Calls;
}

/** After a good connection 1 to 10 s; otherwise 5 s, doubled with each try, and up to 10 s more. */
function pause(o: Ocpp): number {
  const good = o.c.o.up && o.c.t - o.c.o.upAt >= STABLE;
  if (good) o.n = 0;
  if (good && o.w.code !== 1006) return 1000 + Math.random() * 9000;
  return FIRST * (1 << Math.min(o.n++, DOUBLINGS)) + Math.random() * 10000;
}

/** Back to the start, with the reason. */
function down(o: Ocpp, why: string): void {
  const c = o.c;
  o.due = c.t + Math.round(pause(o));
  hangUp(o.w);
  o.st = 0;
  o.via = 0;
  abandon(o);
  c.o.up = 0;
  c.o.ok = 0;
  c.o.err = why;
  c.o.errAt = c.t;
  c.f.log('ocpp', why + '; again in ' + Math.round((o.due - c.t) / 1000) + ' s');
}

function connected(o: Ocpp, p: Place, s: EspSocket | undefined, error: string): void {
  if (o.st !== 1) return;
  if (!s) {
    down(o, error);
    return;
  }
  o.w = socket();
  o.sa = p;
  o.at = o.c.t;
  o.st = 2;
  attach(o.w, s);
  s.write((o.c.f.part('handshake') as Handshake).hello(p, o.c.b.serial, o.c.k.oak));
}

/** Job step: connects when it is time. */
function dial(o: Ocpp): void {
  const c = o.c;
  if (!c.k.ocppu || !c.b.net.up || c.t < o.due) return;
  const p = (c.f.part('handshake') as Handshake).place(o.url || c.k.ocppu, c.b.serial);
  o.anew = 0;
  o.st = 1;
  if (p.error) down(o, p.error);
  else if (!open(c, p.host, p.port, (s, error) => connected(o, p, s, error))) o.st = 0;
}

function welcome(o: Ocpp): void {
  const c = o.c;
  o.st = 3;
  o.w.st = 2;
  o.hops = 0;
  o.boot = c.t;
  o.beat = c.t;
  o.w.rx = c.t;
  c.o.up = 1;
  c.o.upAt = c.t;
  c.o.err = '';
  if (o.reg === 1) registered(o);
  c.f.log('ocpp', 'connected');
}

/** Registration holds over reconnects. */
function registered(o: Ocpp): void {
  o.c.o.ok = 1;
  o.c.o.okAt = o.c.t;
}

function judge(o: Ocpp, head: string): void {
  const p = o.sa as Place;
  const a = (o.c.f.part('handshake') as Handshake).check(head, p.key, p);
  o.sa = undefined;
  if (!a.error) {
    welcome(o);
    return;
  }
  o.url = a.url && o.hops++ < 3 ? a.url : '';
  o.w.st = head.startsWith('HTTP/1.1 101') ? 2 : 1;
  close(o.w, 1002);
  down(o, a.error);
  if (o.url) o.due = o.c.t;
  else if (a.after) o.due = o.c.t + a.after * 1000;
}

/** Job step: the answer to the opening request; frames may follow in the same packet. */
function shake(o: Ocpp): void {
  if (o.c.t - o.at > PONG || !o.w.st) {
    down(o, o.w.st ? 'no answer to the handshake' : 'closed during the handshake');
    return;
  }
  const text = gather(o.w);
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return;
  rest(o.w, text, end + 4);
  judge(o, text.substr(0, end));
}

/** Job step: ends what is dead, keeps alive what is silent. */
function alive(o: Ocpp): void {
  const t = o.c.t;
  const w = o.w;
  if (!w.st) down(o, 'connection lost, code ' + w.code);
  else if (w.png) lame(o, t - w.png);
  else if (o.c.k.owp && t - w.rx >= o.c.k.owp * 1000 && w.rx >= 0) ping(w, t);
}

function lame(o: Ocpp, age: number): void {
  if (age > PONG) down(o, 'no answer to ping');
}

function leave(o: Ocpp, why: string): void {
  close(o.w, 1000);
  down(o, why);
  o.n = 0;
  o.url = '';
  o.due = o.c.t;
}

/** Job step: the gate may wait for the contactor. */
function knock(o: Ocpp): void {
  gate(o.c);
}

/** Job step by link state. */
const STEP = [dial, knock, shake, alive];

/** Job: the link itself. */
export function link(c: Charger): void {
  const o = own(c);
  c.o.run = c.k.ocppe && c.k.ocppu ? 1 : 0;
  if (o.st && (o.anew || !c.o.run)) leave(o, 'settings changed');
  else if (c.k.ocppe) STEP[o.st](o);
}

/** No answer in time. Without pings of our own, silence after three calls means a dead connection. */
function waiting(o: Ocpp): void {
  const c = o.c;
  if (c.t - o.at <= c.k.omt * 1000) return;
  failed(o, 1);
  if (++o.mute > 2 && !c.k.owp) down(o, 'central system is silent');
}

function next(o: Ocpp): void {
  const may = o.reg === 1 ? 255 : o.reg === 2 ? o.trg | BOOT : BOOT;
  const now = o.want & may;
  const bit = now & -now;
  if (!bit) return;
  o.want &= ~bit;
  o.trg &= ~bit;
  call(o, bit);
}

/** Job: messages, one step of one message a turn; 1 = one is under way. */
export function flow(c: Charger): Bit {
  const o = own(c);
  if (o.st !== 3) return 0;
  if (o.sp) pour(o);
  else if (o.in) serve(o);
  else listen(o);
  return o.sp || o.in ? 1 : 0;
}

function listen(o: Ocpp): void {
  const text = receive(o.w, o.c.t);
  if (text !== undefined) message(o, text);
  else if (o.id) waiting(o);
  else if (o.w.st) next(o);
}

/** What time alone makes due. */
function due(o: Ocpp): void {
  const c = o.c;
  if (o.reg !== 1 && c.t >= o.boot) o.want |= BOOT;
  if (o.reg === 1 && c.t - o.beat >= c.k.ocpph * 1000) o.want |= BEAT;
  if (o.q.length && c.t >= o.qd) o.want |= QUEUE;
}

/** Samples of the running transaction, at exact multiples of the interval from its start. */
function periodic(o: Ocpp): void {
  const c = o.c;
  const step = c.k.ocppi * 1000;
  const late = c.t - o.smp;
  if (!step || late < 0) return;
  o.smp += step * (Math.floor(late / step) + 1);
  calls(o).take(o, 'P', stamp(o) - (late % step) * (c.w ? 1 : -1));
}

/** Samples on the clock's grid, from midnight UTC. */
function aligned(o: Ocpp): void {
  const c = o.c;
  const step = c.k.ocppai * 1000;
  const day = c.f.wall(c) % 86400000;
  const slot = Math.floor(day / step);
  if (slot === o.grid) return;
  const known = o.grid >= 0;
  o.grid = slot;
  if (known) calls(o).take(o, 'C', stamp(o) - (day - slot * step));
}

function samples(o: Ocpp): void {
  const c = o.c;
  if (o.ref) periodic(o);
  if (c.k.ocppai && c.w) aligned(o);
  else o.grid = -1;
  if (o.ref && c.t - o.note > NOTE) note(o);
}

/** A card or a remote start waits for somebody to decide. */
function asking(o: Ocpp): void {
  const c = o.c;
  if (c.ask && !o.tag) o.tag = c.uid;
  if (o.tag && o.act !== AUTH && !(o.want & AUTH)) calls(o).ask(o);
}

/** Restart as asked for: when everything is told, or at the latest after 30 s (soft) or 3 s (hard). */
function restart(o: Ocpp): void {
  const age = o.c.t - o.rstAt;
  const limit = o.rst === 1 ? 30000 : 3000;
  if (age < 1000 || (age < limit && (o.id || (o.q.length && o.st === 3)))) return;
  close(o.w, 1001);
  o.c.f.reset(o.rst === 2 ? 1 : 0);
}

/** Job: looks at the charger. */
export function watch(c: Charger): void {
  const o = own(c);
  if (!c.k.ocppe) return;
  avail(o);
  observe(o);
  asking(o);
  samples(o);
  if (o.inv && c.m.eto >= o.max) calls(o).deny(o);
  if (o.rst) restart(o);
  if (!o.id) due(o);
}

function began(o: Ocpp): void {
  const c = o.c;
  pass(o, true);
  o.ref = o.qn;
  o.ts = 0;
  o.inv = 0;
  o.smp = c.t + c.k.ocppi * 1000;
  c.o.tx = -1;
  note(o);
  put(o, 'S', o.ref, stamp(o), ',' + quote(c.ses.tag) + ',' + Math.floor(c.ses.e0));
  if (c.k.oss || c.k.osa) calls(o).take(o, 'B', stamp(o));
}

function ended(o: Ocpp): void {
  const c = o.c;
  const ref = o.ref;
  pass(o, false);
  if (!ref) return;
  if (c.k.oss || c.k.osa) calls(o).take(o, 'E', stamp(o));
  const tail = ',"' + c.ses.why + '",' + (o.d ? o.d - 1 : -1);
  put(o, 'E', ref, stamp(o), ',' + quote(c.ses.by) + ',' + Math.floor(c.ses.e1) + tail);
  c.f.del('qo');
  o.ref = 0;
  o.d = 0;
  o.inv = 0;
  c.o.tx = -1;
  c.lim.ocpp = NONE;
}

/** Hook: transactions go into the queue at once; changed settings of the link make it connect anew. */
export function hook(c: Charger, what: Event, arg: string): void {
  if (what === 'start' && c.k.ocppe) began(own(c));
  else if (what === 'stop') ended(own(c));
  else if (what === 'setting' && LINK.includes(arg)) own(c).anew = 1;
  else if (what === 'setting' && arg === 'ocppi') own(c).smp = c.t + c.k.ocppi * 1000;
}
