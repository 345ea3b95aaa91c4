// The OCPP client hangs on the charger here: jobs for what is looked at again and again, a hook for what happens once.
// What is done only now and then stands in parts on call.

import type { Bit } from '../../hal/types';
import type { Charger, Event } from '../core/charger';
import { AFTER_RESET } from '../net/connect';
import type { Auth } from './auth.part';
import type { Away } from './away.part';
import type { Frames } from './frames.part';
import { go, outcome, step } from './rpc';
import { AUTH, BEAT, BOOT, NEVER, QUEUE, SINGLE } from './state';
import type { Happening, Ocpp } from './state';
import { PREPARING, observe } from './status';
import { attach, send } from './websocket';
import type { Ws } from './websocket';

/** Answer to our ping, and to the handshake, ms. */
const PONG = 10000;
/**
 * Settings that need a new connection, and those that move the next sample. Both end in a comma: the engine's search takes a
 * beginning that the text's end cuts off, and would find `clf` in `osc`.
 */
const LINK = 'ocppe,ocppu,ocppak,osc,';
const SAMPLES = 'ocppi,ocppai,';
/** Bytes that wait for no turn in which a part is loaded. */
const FLOOD = 1500;
/** The open transaction is noted again after this long, ms. */
const NOTE = 300000;

/** Time of now for a record: ms since 1970, or negative ms since boot while the clock is unknown. In a
 * transaction it does not run back. */
function stamp(o: Ocpp): number {
  const t = o.c.f.wall(o.c);
  if (!t) return -o.c.t - 1;
  if (t > o.ts || !o.ref) o.ts = t;
  return o.ts;
}

let state: Ocpp | undefined;

/** A long message comes faster than turns do. */
function soak(w: Ws): void {
  const o = state!;
  try {
    const f = o.c.f;
    const part = (w.n > FLOOD ? f.part('frames') : f.ready('frames')) as Frames | undefined;
    if (part && o.w === w) part.soak(o);
  } catch (e) {
    o.c.f.log('ocpp', 'frames: ' + e);
  }
}

/** State of one boot. What is read in every turn comes first: a record is searched from its beginning. */
function fresh(c: Charger): Ocpp {
  return {
    c,
    st: 0,
    sp: '',
    p: '',
    w: {
      n: 0,
      need: 2,
      st: 0,
      rx: 0,
      png: 0,
      s: undefined,
      q: [],
      op: 0,
      left: 0,
      mop: 0,
      msg: [],
      len: 0,
      big: 0,
      code: 1006,
    },
    id: '',
    want: 0,
    run: 0,
    on: 0,
    ld: 0,
    ev: [],
    tag: '',
    max: NEVER,
    nx: 0,
    rst: 0,
    un: '',
    via: 0,
    pn: 0,
    pw: 0,
    s1: 0,
    ino: +(c.f.get('ino') || 0),
    s0: -1,
    ack0: -1,
    ack1: -1,
    reg: 0,
    beat: 0,
    hb: 0,
    q: [],
    qd: 0,
    anew: 0,
    mute: 0,
    pg: 0,
    md: 0,
    due: 0,
    s1At: 0,
    boot: 0,
    act: 0,
    ref: 0,
    note: 0,
    f: { attach, soak, send, stamp, go, end: outcome },
    g: { st: 0, host: '', port: 0, ip: '', at: 0, blind: 0, n: 0 },
    n: 0,
    hops: 0,
    url: '',
    trg: 0,
    at: 0,
    how: 0,
    k: 0,
    bad: 0,
    in: undefined,
    sn: 0,
    sb: '',
    sf: 0,
    sa: undefined,
    qn: 1,
    qa: 0,
    th: 1,
    ts: 0,
    old: undefined,
    tr: 0,
    tx: -1,
    smp: 0,
    grid: NEVER,
    d: 0,
    ds: 1,
    sent: 0,
    miss: 0,
    par: '',
    unAt: 0,
    rstAt: 0,
    ps: undefined,
    bare: 0,
    p1: 0,
    den: 0,
    out: [],
    got: undefined,
    fw: undefined,
    fa: 0,
    dg: undefined,
    da: c.f.get('k.ocpprl') === '1' ? 0 : NEVER,
  };
}

/** Takes over the settings that are looked at in every turn: finding one in the whole table costs more than the rest. */
function adopt(o: Ocpp): void {
  const k = o.c.k;
  o.on = k.ocppe;
  o.run = k.ocppe && k.ocppu ? 1 : 0;
  o.hb = Math.min(k.ocpph, 86400) * 1000;
  o.pg = k.owp * 1000;
  o.md = k.omd * 1000;
  o.c.o.rv = k.ocppe ? JSON.parse(o.c.f.get('rv') ?? '[0]')[0] : 0;
  if (!k.ocppe) o.c.o.ino = 0;
  o.pn = 0;
}

/**
 * The last connect never came back: the watchdog ended it. That host is left alone for a while; its note stays until a connect
 * comes back, because another host may block the next boot: in turns they would end in safe mode.
 */
function blocked(o: Ocpp, host: string): void {
  o.due = o.c.t + AFTER_RESET;
  o.c.o.err = host + ' blocked the charger';
  o.c.o.errAt = o.c.t;
  o.c.f.log('ocpp', o.c.o.err + ' until the watchdog reset it');
}

/** The record; a new one for a new charger. */
function own(c: Charger): Ocpp {
  if (state && state.c === c) return state;
  state = fresh(c);
  adopt(state);
  const host = c.f.get('cg');
  if (host !== undefined) blocked(state, host);
  // One that waited for the end of a transaction which goes on still does.
  c.o.ino = state.on && state.ino && !c.ses.on ? 1 : 0;
  c.o.st = 0;
  // Until the profiles have been looked at: what is on offer cannot be lowered again for 5 s.
  if (state.on) c.lim.ocpp = 0;
  return state;
}

/** Something about an open connection needs a closer look: it is lost, silent for too long, or no longer wanted. */
function odd(o: Ocpp): boolean {
  const w = o.w;
  const t = o.c.t;
  if (w.rx < 0) w.rx = t;
  if (!w.st || o.anew || !o.run || (o.mute > 2 && !o.pg)) return true;
  return w.png ? t - w.png > PONG : o.pg > 0 && t - w.rx >= o.pg;
}

/** Part that has something to do for a link that is not open yet, '' = none. */
function pending(o: Ocpp): string {
  const c = o.c;
  if (o.st ? o.anew || !o.run : o.w.big > 0) return 'away';
  if (!o.st) return o.run && c.t >= o.due && o.ld < 0 && c.b.net.up ? 'dial' : '';
  // Not asked yet; or the gate waits for the contactor.
  const g = o.g.st;
  if (o.st === 1) return !g || (g > 2 && (g > 3 || !c.s.on || c.b.interlock)) ? 'dial' : '';
  return o.w.n >= o.w.need || !o.w.st || c.t - o.at > PONG ? 'shake' : '';
}

/** A reservation ends: by time, use, fault, or because the connector was taken out of service. An authorisation that found
 * no plug has used it up as well. */
function over(o: Ocpp): boolean {
  const c = o.c;
  const idle = (o.s1 & 15) === PREPARING && !c.ses.ok;
  return c.f.wall(c) >= c.o.rv || c.ses.on > 0 || c.x.bad > 0 || o.ino > 0 || idle;
}

/** What has to be told. A status comes behind the start or the stop that brought it about, and behind the end of a reservation. */
function tell(o: Ocpp): void {
  const t = o.c.t;
  observe(o);
  if (o.id) return;
  // What time alone makes due.
  if (o.reg !== 1) {
    if (t >= o.boot) o.want |= BOOT;
  } else if (t - o.beat >= o.hb) o.want |= BEAT;
  if (o.q.length && t >= o.qd) o.want |= QUEUE;
}

/** Job: the link itself, or what has to be told; 1 = a part has something to do, or waits for another. */
export function link(c: Charger): Bit {
  const o = state && state.c === c ? state : own(c);
  c.o.run = o.run;
  const name = o.st < 3 ? pending(o) : odd(o) ? 'away' : '';
  const part = name && (c.f.ready(name) as Away | undefined);
  if (part) part.look(o);
  else if (!name && o.on && !o.ev.length && !(c.o.rv && over(o))) tell(o);
  return name ? 1 : 0;
}

/** Job: messages, one step of one message a turn; 1 = one is under way. `link` has made the record. */
export function flow(_c: Charger): Bit {
  const o = state;
  if (!o || o.st !== 3) return 0;
  return o.w.n >= o.w.need || o.id || o.want || o.p || o.sp ? step(o) : 0;
}

/** Part that has something to do on this side of the link, '' = none. */
function busy(o: Ocpp): string {
  const c = o.c;
  const look = c.t >= o.pn || c.w !== o.pw;
  if (o.ld >= 0) return look ? 'limit' : 'restore';
  if (o.ev.length) return 'BXkma'.includes(o.ev[0][0]) ? 'sample' : o.ev[0][0] === 'T' ? 'auth' : 'queue';
  if (o.on && c.o.rv && over(o)) return 'reserve';
  if (look) return 'limit';
  if (o.on) {
    if (c.ask && !o.tag) o.tag = c.uid;
    if (c.m.eto >= o.max || (o.tag && o.act !== AUTH && !(o.want & AUTH))) return 'auth';
    if (c.t >= o.nx) return 'sample';
    if (o.rst || o.un) return 'remote';
  }
  // Files come last: a card must not wait while flash is being erased.
  if (c.t >= o.fa) return o.fw && o.fw.st > SINGLE ? 'carry' : 'update';
  if (c.t >= o.da) return !o.dg ? 'tail' : o.dg.st > SINGLE ? 'hand' : 'upload';
  return o.on && o.ref && c.t - o.note > NOTE ? 'queue' : '';
}

/** Job: what has to be done here; 1 = charging profiles are being looked at, something has happened, or the pieces of an update
 * or a report wait. */
export function watch(c: Charger): Bit {
  const o = state;
  const name = o ? busy(o) : '';
  if (!o || !name) return 0;
  const part = c.f.ready(name) as Auth | undefined;
  if (!part) return 1;
  part.watch(o);
  return o.ps || o.ev.length || c.t >= o.fa || c.t >= o.da ? 1 : 0;
}

/** Notes what happened; `watch` makes it a message. Register and time are those of now. */
function note(o: Ocpp, kind: 'S' | 'E', wh: number, tag: string, why: string): void {
  const c = o.c;
  const ts = stamp(o);
  o.pn = 0;
  const aside: Happening = [kind === 'S' ? 'B' : 'X', ts, wh, '', ''];
  if (kind === 'E' && (c.k.oss || c.k.osa)) o.ev.push(aside);
  o.ev.push([kind, ts, wh, tag, why]);
  if (kind === 'S' && (c.k.oss || c.k.osa)) o.ev.push(aside);
}

/** A setting has changed. */
function set(o: Ocpp, key: string): void {
  adopt(o);
  if (LINK.includes(key)) {
    o.anew = 1;
    // The wait that the old settings have earned is over.
    if (!o.st) o.due = o.c.t;
    o.n = 0;
  }
  // Another central system does not know us yet.
  if (key === 'ocppu') o.reg = 0;
  if (SAMPLES.includes(key)) o.nx = 0;
  if (key === 'ocpprl' && !o.dg) o.da = o.c.t;
}

/** Hook: what the central system has to know, or the client. */
export function hook(c: Charger, what: Event, arg: string): void {
  if (what === 'start' && c.k.ocppe) note(own(c), 'S', Math.floor(c.ses.e0), c.ses.tag, '');
  else if (what === 'stop') note(own(c), 'E', Math.floor(c.ses.e1), c.ses.by, arg);
  else if (what === 'tap' && c.ses.on && arg !== c.ses.tag && c.k.ocppe) own(c).ev.push(['T', 0, 0, arg, '']);
  else if (what === 'setting') set(own(c), arg);
  else if (what === 'state' && !arg) own(c).pn = 0;
}
