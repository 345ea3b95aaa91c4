// Part on call: what we tell the central system, and what its answers change.

import type { Charger } from '../core/charger';
import { AUTH, METER, QUEUE } from './state';
import type { Ocpp } from './state';
import type { Entry } from './queue';
import { CONTEXTS, mask, present, readings, sampled } from './values';

/** Exports of this part. */
export interface Calls {
  more(o: Ocpp, n: number): string;
  done(o: Ocpp, act: number, r: Conf): void;
  fail(o: Ocpp, act: number, how: number): void;
  ask(o: Ocpp): void;
  deny(o: Ocpp): void;
  take(o: Ocpp, context: string, ts: number): void;
}

type Conf = { [k: string]: unknown };
type Readings = (number | null)[];

/** Wait for a registration that gave none of its own, ms. */
const RETRY = 60000;
/** Samples kept for the end of a transaction, and the longest number of them. */
const KEPT = 40;
const STATUSES = [
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEVSE',
  'SuspendedEV',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted',
];
/** OCPP error of each fault bit, gravest first; see core/fault.ts. */
const ERRORS: [number, string][] = [
  [1, 'GroundFailure'],
  [4, 'PowerSwitchFailure'],
  [8, 'PowerSwitchFailure'],
  [64, 'HighTemperature'],
  [32, 'ConnectorLockFailure'],
  [2, 'OtherError'],
  [16, 'OtherError'],
  [128, 'InternalError'],
];

/** ms since 1970 of a text in RFC 3339, any zone, any fraction; NaN = no such thing. */
export function moment(text: unknown): number {
  const t = typeof text === 'string' ? text : '';
  if (t.length < 20 || t[4] !== '-' || t[10] !== 'T' || t[13] !== ':') return NaN;
  const ms = Date.parse(t.substr(0, 19) + 'Z');
  const zone = t.substr(19);
  const sign = zone.indexOf('+') >= 0 ? '+' : zone.indexOf('-') >= 0 ? '-' : '';
  const cut = sign ? zone.indexOf(sign) : zone.length - 1;
  const part = parseFloat('0' + zone.substr(0, cut));
  const off = zone.substr(cut + 1).replace(':', '');
  const shift = sign ? parseInt(off.substr(0, 2), 10) * 60 + parseInt(off.substr(2, 2) || '0', 10) : 0;
  return ms + Math.round((part || 0) * 1000) - shift * (sign === '-' ? -60000 : 60000);
}

/** Integer, or text that is one; undefined = neither. */
function integer(v: unknown): number | undefined {
  const n = typeof v === 'string' && v !== '' ? Number(v) : v;
  return typeof n === 'number' && Math.floor(n) === n ? n : undefined;
}

/** Takes the central system's time: only forwards while a transaction runs, so that its times do not fall. */
function clock(o: Ocpp, text: unknown): void {
  const ms = moment(text);
  const c = o.c;
  const off = ms - c.f.wall(c);
  if (!(ms > 1e12) || (c.w && (Math.abs(off) <= 1000 || (off < 0 && c.ses.on)))) return;
  c.f.clock(c, ms);
  o.grid = -1;
}

/** When an entry happened, ISO. Noted before a reboot without a clock: now is the best guess. */
function time(o: Ocpp, ts: number, boot: number): string {
  const c = o.c;
  const known = ts >= 0 ? ts : boot === c.rbc ? c.w - ts - 1 : c.f.wall(c);
  return c.f.iso(known);
}

function boot(o: Ocpp): string {
  const c = o.c;
  return (
    '"BootNotification",{"chargePointVendor":"Pilotwire","chargePointModel":' +
    o.f.quote(c.b.name.substr(0, 20)) +
    ',"chargePointSerialNumber":' +
    o.f.quote(c.b.serial) +
    ',"firmwareVersion":"' +
    VERSION +
    '"}'
  );
}

function beat(_o: Ocpp): string {
  return '"Heartbeat",{}';
}

function authorize(o: Ocpp): string {
  return '"Authorize",{"idTag":' + o.f.quote(o.tag.substr(0, 20)) + '}';
}

function errorCode(code: number): string {
  for (const e of ERRORS) if ((code >> 4) & e[0]) return e[1];
  if ((code & 15) === 8) return 'OtherError';
  return code & 4096 ? 'PowerMeterFailure' : 'NoError';
}

/** The time is that of the report: some central systems ignore a status that is a minute old. */
function report(o: Ocpp, connector: number, code: number): string {
  const c = o.c;
  const st = code & 15;
  o.sent = code;
  return (
    '"StatusNotification",{"connectorId":' +
    connector +
    ',"errorCode":"' +
    errorCode(code) +
    '","status":"' +
    STATUSES[st] +
    (st === 5 && o.via ? '","info":"EV side disconnected' : '') +
    (c.w ? '","timestamp":"' + c.f.iso(c.f.wall(c)) : '') +
    '"}'
  );
}

function status0(o: Ocpp): string {
  return report(o, 0, o.s0);
}

function status1(o: Ocpp): string {
  return report(o, 1, o.s1);
}

/** transactionId of a reference; -1 = its start was given up. */
function id(o: Ocpp, ref: number): number {
  return ref === o.tr ? o.tx : -1;
}

function start(o: Ocpp, e: Entry): string {
  return (
    '"StartTransaction",{"connectorId":1,"idTag":' +
    o.f.quote((e[5] as string).substr(0, 20)) +
    ',"meterStart":' +
    e[6] +
    ',"timestamp":"' +
    time(o, e[3], e[4]) +
    '"}'
  );
}

/** Piece `n` of a meter value: its opening, then a measurand each, then its end; '' = behind the end. */
function value(o: Ocpp, e: Entry, n: number): string {
  if (!n) return '{"timestamp":"' + time(o, e[3], e[4]) + '","sampledValue":[';
  const bits = e[6] as number;
  let left = bits;
  let i = 0;
  while (left && !(left & 1 && !--n)) {
    left = left >> 1;
    i++;
  }
  if (!left) return n === 1 ? ']}' : '';
  return (bits & ((1 << i) - 1) ? ',' : '') + sampled(i, e[7] as Readings, CONTEXTS[e[5] as string]);
}

function meter(o: Ocpp, e: Entry, n: number): string {
  const tx = e[2] ? ',"transactionId":' + id(o, e[2]) : '';
  const text = n ? value(o, e, n - 1) : '"MeterValues",{"connectorId":1' + tx + ',"meterValue":[';
  return text === ']}' ? ']}]}' : text;
}

function tail(o: Ocpp, e: Entry): string {
  return e[5] ? ',"idTag":' + o.f.quote((e[5] as string).substr(0, 20)) : '';
}

function stop(o: Ocpp, e: Entry, n: number): string {
  if (n) return (e[8] as number) < 0 ? '' : data(o, e);
  return (
    '"StopTransaction",{"transactionId":' +
    id(o, e[2]) +
    tail(o, e) +
    ',"meterStop":' +
    e[6] +
    ',"timestamp":"' +
    time(o, e[3], e[4]) +
    '","reason":"' +
    e[7] +
    ((e[8] as number) < 0 ? '"}' : '","transactionData":[')
  );
}

/** Key of a kept sample. */
function key(ref: number, n: number): string {
  return 'd' + (ref % 8) + n.toString(36);
}

interface Cursor {
  /** Sample, its step, and how many were written. */
  i: number;
  n: number;
  k: number;
}

/** One more piece of transactionData. */
function data(o: Ocpp, e: Entry): string {
  const at = (o.sa ?? { i: 0, n: 0, k: 0 }) as Cursor;
  o.sa = at;
  while (at.i <= (e[8] as number)) {
    const kept = o.c.f.get(key(e[2], at.i));
    const s = kept === undefined ? undefined : (JSON.parse(kept) as Entry);
    const text = s ? value(o, s, at.n++) : '';
    if (text) return (at.n === 1 && at.k++ ? ',' : '') + text;
    at.i++;
    at.n = 0;
  }
  return at.i++ === (e[8] as number) + 1 ? ']}' : '';
}

const WRITE: { [kind: string]: (o: Ocpp, e: Entry, n: number) => string } = {
  S: (o, e, n) => (n ? '' : start(o, e)),
  M: meter,
  E: stop,
};

function oldest(o: Ocpp): Entry | undefined {
  const text = o.c.f.get('q' + (o.q[0] % 64));
  return text === undefined ? undefined : (JSON.parse(text) as Entry);
}

function queued(o: Ocpp, n: number): string {
  const e = oldest(o);
  if (!e) throw 'record lost';
  if (!n) o.sa = undefined;
  return WRITE[e[1]](o, e, n);
}

/** The answer to a trigger: readings of now. */
function triggered(o: Ocpp, n: number): string {
  const c = o.c;
  if (!n) {
    const all = JSON.parse(readings(c)) as Readings;
    o.sa = [0, 'M', o.ref, o.f.stamp(o), c.rbc, 'T', present(mask(c.k.oms), all), all];
  }
  const e = o.sa as Entry;
  const known = !e[2] || e[2] === o.tr;
  return meter(o, known ? e : (([0, 'M', 0] as unknown[]).concat(e.slice(3)) as Entry), n);
}

function other(o: Ocpp): string {
  return o.out[0];
}

// Tables by the bits of state.ts; computed keys are unknown to the engine.
/** Writers in one step. */
const SHORT: { [bit: number]: (o: Ocpp) => string } = {
  1: boot,
  2: authorize,
  4: status0,
  8: status1,
  64: beat,
  128: other,
};

/** Piece `n` of the call under way; '' = there is no more. */
export function more(o: Ocpp, n: number): string {
  if (o.act === QUEUE) return queued(o, n);
  if (o.act === METER) return triggered(o, n);
  return n ? '' : SHORT[o.act](o);
}

function accepted(o: Ocpp, seconds: number): void {
  const c = o.c;
  const first = o.reg !== 1;
  o.reg = 1;
  if (seconds > 0 && seconds <= 86400 && seconds !== c.k.ocpph) {
    c.k.ocpph = seconds;
    c.f.save('ocpph');
  }
  if (!first) return;
  o.ack0 = -1;
  o.ack1 = -1;
  c.o.ok = 1;
  c.o.okAt = c.t;
  c.f.log('ocpp', 'accepted');
}

function booted(o: Ocpp, r: Conf): void {
  const seconds = integer(r.interval) ?? 0;
  o.boot = o.c.t + (seconds > 0 ? seconds * 1000 : RETRY);
  if (r.status !== 'Accepted' && r.status !== 'Pending' && r.status !== 'Rejected') return;
  clock(o, r.currentTime);
  if (r.status === 'Accepted') {
    accepted(o, seconds);
    return;
  }
  o.reg = r.status === 'Pending' ? 2 : 3;
  o.c.o.ok = 0;
  o.c.f.log('ocpp', 'registration ' + r.status);
}

function info(r: Conf): string {
  const i = r.idTagInfo as Conf | undefined | null;
  return i && typeof i === 'object' ? '' + i.status : '';
}

/** Index of a card in the card table, -1 = none. */
function card(c: Charger, tag: string): number {
  const list = c.k.cards;
  for (let i = 0; i < list.length; i++) if (list[i].id && list[i].id === tag) return i;
  return -1;
}

/** The waiting tag is decided. */
function decide(o: Ocpp, yes: boolean): void {
  const c = o.c;
  const tag = o.tag;
  o.tag = '';
  c.ask = 0;
  c.f.log('ocpp', tag + (yes ? ' accepted' : ' refused'));
  if (yes) c.f.grant(c, tag, card(c, tag) + 1);
}

/** Nobody to ask: what is known here decides. */
function offline(o: Ocpp): void {
  const k = o.c.k;
  decide(o, card(o.c, o.tag) >= 0 ? k.ocpplo === 1 : k.ocppao === 1);
}

/** A tag waits: decided here, or asked for. */
export function ask(o: Ocpp): void {
  const online = o.st === 3 && o.reg === 1;
  if (!online) offline(o);
  else if (o.c.k.olp && card(o.c, o.tag) >= 0) decide(o, true);
  else o.want |= AUTH;
}

/** A refused tag ends the transaction, or only the current: StopTransactionOnInvalidId. */
export function deny(o: Ocpp): void {
  const c = o.c;
  o.inv = 0;
  if (c.k.osi) c.f.stop(c, 'DeAuthorized');
  else c.lim.ocpp = 0;
  c.dirty = 1;
}

/** What the answer to a start means for the transaction, if it still runs. */
function invalid(o: Ocpp, e: Entry): void {
  if (o.ref !== e[2] || !o.c.ses.on) return;
  o.max = o.c.m.eto + o.c.k.ome;
  if (o.c.k.ome) o.inv = 1;
  else deny(o);
}

function started(o: Ocpp, e: Entry, r: Conf): void {
  const tx = integer(r.transactionId);
  if (tx === undefined) {
    retry(o);
    return;
  }
  o.f.pair(o, e[2], tx);
  o.f.drop(o);
  if (o.ref === e[2]) o.c.o.tx = tx;
  if (info(r) !== 'Accepted') invalid(o, e);
}

/** Samples kept for a transaction are no longer needed. */
function clear(o: Ocpp, e: Entry): void {
  if (e[1] !== 'E') return;
  for (let n = 0; n <= (e[8] as number); n++) o.c.f.del(key(e[2], n));
}

function delivered(o: Ocpp, r: Conf): void {
  const e = oldest(o)!;
  if (e[1] === 'S') {
    started(o, e, r);
    return;
  }
  clear(o, e);
  o.f.drop(o);
}

/** The head was not processed: again after a while, or given up. */
function retry(o: Ocpp): void {
  const k = o.c.k;
  if (++o.qa < k.ota) {
    o.qd = o.c.t + o.qa * k.otr * 1000;
    return;
  }
  giveUp(o, oldest(o));
}

function giveUp(o: Ocpp, e: Entry | undefined): void {
  o.c.f.log('ocpp', 'gave up ' + (e ? e[1] : 'record'));
  if (e && e[1] === 'S') o.f.pair(o, e[2], -1);
  if (e) clear(o, e);
  o.f.drop(o);
}

function told0(o: Ocpp): void {
  o.ack0 = o.sent;
}

/** A status in between is over once it is told. */
function told1(o: Ocpp): void {
  o.ack1 = o.sent;
  o.miss = 0;
  if (o.via && (o.sent & 15) === o.via) o.via = 0;
}

function authorized(o: Ocpp, r: Conf): void {
  if (o.tag) decide(o, info(r) === 'Accepted');
}

const DONE: { [bit: number]: (o: Ocpp, r: Conf) => void } = {
  1: booted,
  2: authorized,
  4: told0,
  8: told1,
  16: delivered,
  64: (o, r) => clock(o, r.currentTime),
  128: (o) => o.out.shift(),
};

/** The central system has answered. */
export function done(o: Ocpp, act: number, r: Conf): void {
  o.sa = undefined;
  if (DONE[act]) DONE[act](o, r);
}

/** A status that is not taken is told once more, then counts as told. */
function untold(o: Ocpp, how: number, tell: (o: Ocpp) => void): void {
  if (how === 2 || ++o.miss > 1) tell(o);
}

const FAIL: { [bit: number]: (o: Ocpp, how: number) => void } = {
  1: (o) => (o.boot = o.c.t + RETRY + Math.round(Math.random() * 10000)),
  2: (o, how) => (how === 2 ? decide(o, false) : offline(o)),
  4: (o, how) => untold(o, how, told0),
  8: (o, how) => untold(o, how, told1),
  16: (o) => retry(o),
  128: (o) => o.out.shift(),
};

/** No answer in time (`how` 1) or a CALLERROR (2). */
export function fail(o: Ocpp, act: number, how: number): void {
  o.sa = undefined;
  o.beat = o.c.t;
  if (FAIL[act]) FAIL[act](o, how);
}

function keep(o: Ocpp, context: string, ts: number, rest: string): void {
  const c = o.c;
  const n = o.d;
  o.d = n + 1;
  if (context !== 'E' && n % o.ds) return;
  c.f.put(key(o.ref, n), '[0,"M",' + o.ref + ',' + ts + ',' + c.rbc + rest + ']');
  if (n / o.ds < KEPT - 2) return;
  // Every second sample in between goes, and from now on every second is not kept.
  o.ds *= 2;
  for (let i = o.ds / 2; i <= n; i += o.ds) c.f.del(key(o.ref, i));
}

/** Text of a sample with the measurands of `list`. */
function sample(context: string, list: string, all: string): string {
  const bits = present(mask(list), JSON.parse(all) as Readings);
  return ',"' + context + '",' + bits + ',' + all;
}

const LISTS: { [context: string]: (c: Charger) => string } = {
  P: (c) => c.k.oss,
  C: (c) => c.k.osa,
  B: (c) => c.k.oss + ',' + c.k.osa,
  E: (c) => c.k.oss + ',' + c.k.osa,
};

/** Takes a sample at `ts`: into the queue as MeterValues, and aside for the end of the transaction. */
export function take(o: Ocpp, context: string, ts: number): void {
  const c = o.c;
  const all = readings(c);
  const list = context === 'P' ? c.k.oms : context === 'C' ? c.k.oma : '';
  const aside = o.ref ? LISTS[context](c) : '';
  if (context === 'B') o.ds = 1;
  if (context === 'P' || context === 'C') o.f.put(o, 'M', o.ref, ts, sample(context, list, all));
  if (aside) keep(o, context, ts, sample(context, aside, all));
}
