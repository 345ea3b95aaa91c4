// Part on call: sends the head of the queue, StartTransaction, MeterValues or StopTransaction, and takes what comes back.

import type { Charger } from '../core/charger';
import type { Auth } from './auth.part';
import { ANSWERED, ERROR, SLOTS, integer, kept, quoteTag, time, txId } from './state';
import type { Entry, Ocpp, Payload } from './state';
import type { Cursor } from './values.part';

function oldest(o: Ocpp): Entry | undefined {
  const text = o.c.f.get('q' + (o.q[0] % SLOTS)) ?? (o.q[0] === SLOTS * 2 - 1 ? o.ram : undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Entry);
}

/** When it started. A clock that came behind the record, and a power cut after it: the session knows. */
function began(o: Ocpp, e: Entry): string {
  const c = o.c;
  const lost = e[3] < 0 && e[4] !== c.rbc && e[2] === o.ref && c.ses.w0 > 0;
  return lost ? c.f.iso(c.ses.w0 * 1000) : time(o, e[3], e[4]);
}

function start(o: Ocpp, e: Entry): string {
  return (
    '"StartTransaction",{"connectorId":1,"idTag":' +
    quoteTag(e[5]) +
    ',"meterStart":' +
    e[6] +
    ',"timestamp":"' +
    began(o, e) +
    (e[7] === undefined ? '"}' : '","reservationId":' + e[7] + '}')
  );
}

function stop(o: Ocpp, e: Entry): string {
  return (
    '"StopTransaction",{"transactionId":' +
    txId(o, e[2]) +
    (e[5] ? ',"idTag":' + quoteTag(e[5]) : '') +
    ',"meterStop":' +
    e[6] +
    ',"timestamp":"' +
    time(o, e[3], e[4]) +
    '","reason":"' +
    e[7] +
    ((e[8] as number) < 0 ? '"}' : '","transactionData":[')
  );
}

export function more(o: Ocpp, n: number): string {
  const e = n ? undefined : oldest(o);
  if (n) return '';
  if (!e) throw 'record lost';
  if (e[1] === 'S') return start(o, e);
  // The part `values` goes on with the samples.
  const w: Cursor = { key: '', ref: e[2], i: -1, to: -1, by: 1, n: 0, k: 0, end: ']}', e };
  const last = e[8] as number;
  if (e[1] === 'E') {
    if (last < 0) return stop(o, e);
    w.key = kept(e[2]);
    w.e = undefined;
    w.i = 0;
    w.to = last;
    w.by = (e[9] || 1) as number;
  }
  o.sp = 'values';
  o.sa = w;
  if (e[1] === 'E') return stop(o, e);
  return (
    '"MeterValues",{"connectorId":1' + (e[2] ? ',"transactionId":' + txId(o, e[2]) : '') + ',"meterValue":['
  );
}

function keep(c: Charger, _: never, text: string): void {
  c.f.put('qx', text);
}

/** Remembers which transactionId a reference got; of a refused tag also, for after a restart, up to which register it may charge.
 * In flash in the next turn, and before the start's record goes. */
function pair(o: Ocpp, ref: number, tx: number, most: string): void {
  o.tr = ref;
  o.tx = tx;
  o.c.ev.push([keep, 0, '[' + ref + ',' + tx + most + ']']);
}

/** The head was processed, or given up; samples kept for it are no longer needed, which is noted until they are gone. A start
 * goes in a turn of its own: that it is confirmed has just been written, and says as much. */
function drop(o: Ocpp, e: Entry | undefined): void {
  const key = 'q' + (o.q[0] % SLOTS);
  if (e && e[1] === 'S') o.ev.unshift(['O', 0, 0, key, '']);
  else o.c.f.del(key);
  if (e && e[1] === 'E' && (e[8] as number) >= 0) {
    const set = kept(e[2]);
    // Their distance.
    const by = (e[9] || 1) as number;
    o.c.f.put('qg', '[' + by + ',"' + set + '",' + e[8] + ']');
    o.ev.unshift(['O', 0, by, set, '' + e[8]], ['O', 0, 0, 'qg', '']);
  }
  o.q.shift();
  o.qa = 0;
  o.qd = 0;
}

/** The central system does not take meter values, or not these: they would keep the end of the transaction waiting. */
function vain(o: Ocpp, e: Entry): boolean {
  // Silence has no code.
  if (e[1] !== 'M' || o.how !== ERROR) return false;
  const code = '' + (o.in as Payload).code;
  return code.endsWith('Violation') || code.startsWith('Not');
}

/** The head was not processed: again after a while, or given up. */
function retry(o: Ocpp, e: Entry | undefined): void {
  const k = o.c.k;
  if (e && !vain(o, e) && ++o.qa < k.ota) {
    o.qd = o.c.t + o.qa * k.otr * 1000;
    return;
  }
  o.c.f.log('ocpp', 'gave up ' + (e ? e[1] : 'record'));
  if (e && e[1] === 'S') pair(o, e[2], -1, '');
  drop(o, e);
}

/** What an answer says about a tag is learned in the next turn. */
function told(o: Ocpp, tag: unknown, info: unknown): void {
  o.got = [tag, info && typeof info === 'object' ? info : {}];
  o.p = 'learn';
}

function started(o: Ocpp, e: Entry, tx: number, info: Payload): void {
  const c = o.c;
  const bad = info.status !== 'Accepted' && o.ref === e[2] && c.ses.on;
  pair(o, e[2], tx, bad ? ',' + (Math.floor(c.m.eto) + c.k.ome) : '');
  drop(o, e);
  told(o, e[5], info);
  if (o.ref !== e[2]) return;
  c.o.tx = tx;
  if (info.parentIdTag) o.par = '' + info.parentIdTag;
  if (bad) (c.f.part('auth') as Auth).refused(o);
}

export function turn(o: Ocpp): void {
  const e = oldest(o);
  const r = (o.in || {}) as Payload;
  const tx = e && e[1] === 'S' ? integer(r.transactionId) : 0;
  if (o.how !== ANSWERED || !e || tx === undefined) retry(o, e);
  else if (e[1] === 'S') started(o, e, tx, (r.idTagInfo || {}) as Payload);
  else {
    drop(o, e);
    if (e[1] === 'E') told(o, e[5], r.idTagInfo);
  }
}
