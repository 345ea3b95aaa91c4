// Part on call: whether a tag may charge: Authorize, what is known here, and tags that turn out to be refused.

import type { Entry, Known } from './known.part';
import type { Reserve } from './reserve.part';
import { ANSWERED, AUTH, ERROR, NEVER, TIGHT, card, quoteTag } from './state';
import type { Ocpp, Payload } from './state';

/** Exports of this part; `watch` is that of every part that looks at the charger. */
export interface Auth {
  watch(o: Ocpp): void;
  refused(o: Ocpp): void;
}

function same(a: string, b: string): boolean {
  return a !== '' && a.toLowerCase() === b.toLowerCase();
}

export function more(o: Ocpp, n: number): string {
  return n ? '' : '"Authorize",{"idTag":' + quoteTag(o.tag) + '}';
}

function refuse(o: Ocpp, tag: string, why: string): void {
  const c = o.c;
  if (!c.ses.on) c.no = c.t + c.k.obr * 600;
  c.f.log('ocpp', tag + ' refused: ' + why);
}

/** An accepted tag. While a transaction runs it may only end it, as one of the same group. */
function accept(o: Ocpp, tag: string, parent: string): void {
  const c = o.c;
  c.f.log('ocpp', tag + ' accepted');
  if (!c.ses.on) {
    o.par = parent;
    c.f.grant(c, tag, card(o, tag) + 1);
  } else if (same(parent, o.par)) c.f.stop(c, 'Local', tag);
}

/** 1 = taken out of service: no transaction begins. */
function shut(o: Ocpp): boolean {
  return o.c.o.ino > 0 && !o.c.ses.on;
}

/** The waiting tag is decided: `no` = why it is refused. */
function decide(o: Ocpp, no: string, parent: string): void {
  const c = o.c;
  const tag = o.tag;
  o.tag = '';
  if (tag === c.uid) c.ask = 0;
  o.pn = 0;
  if (no) refuse(o, tag, no);
  else if (shut(o)) refuse(o, tag, 'unavailable');
  else if (c.o.rv && !c.ses.on && !(c.f.part('reserve') as Reserve).fits(o, tag, parent))
    refuse(o, tag, 'reserved');
  else accept(o, tag, parent);
}

/** Nobody to ask: what is known here decides, once a central system has accepted this charger (boot.part.ts). No transaction
 * begins that the queue could not keep. */
function offline(o: Ocpp, e: Entry | undefined): void {
  const k = o.c.k;
  const yes = e ? e.ok && k.ocpplo : k.ocppao;
  const fresh = o.c.f.get('qx') === undefined;
  const no = !yes
    ? 'offline'
    : fresh
      ? 'never accepted by a central system'
      : o.q.length < TIGHT + 6
        ? ''
        : 'no room';
  decide(o, no, e ? e.par : '');
}

/** A tag waits: decided here, or asked for. */
function ask(o: Ocpp): void {
  const c = o.c;
  if (shut(o)) {
    decide(o, 'unavailable', '');
    return;
  }
  const known = c.f.ready('known') as Known | undefined;
  if (!known) return;
  const e = known.lookup(o, o.tag);
  if (o.st !== 3 || o.reg !== 1) offline(o, e);
  else if (e && e.ok && (c.ses.on ? e.par : c.k.olp)) decide(o, '', e.par);
  else if (c.o.rv && !c.ses.on && !(c.f.part('reserve') as Reserve).fits(o, o.tag)) decide(o, 'reserved', '');
  else o.want |= AUTH;
}

/** The outcome of Authorize. */
export function turn(o: Ocpp): void {
  const r = (o.in || {}) as Payload;
  const i = r.idTagInfo;
  const info = (i && typeof i === 'object' ? i : {}) as Payload;
  const tag = o.tag;
  if (!tag) return;
  if (o.how === ANSWERED) {
    decide(o, info.status === 'Accepted' ? '' : '' + info.status, '' + (info.parentIdTag || ''));
    o.got = [tag, info];
    o.p = 'learn';
  } else if (o.how === ERROR) decide(o, 'error', '');
  else offline(o, (o.c.f.part('known') as Known).lookup(o, tag));
}

/** A refused tag ends the transaction, or only the current: StopTransactionOnInvalidId. */
function deny(o: Ocpp): void {
  const c = o.c;
  o.max = NEVER;
  if (c.k.osi) c.f.stop(c, 'DeAuthorized');
  else {
    o.den = 1;
    c.lim.ocpp = 0;
  }
  c.dirty = 1;
}

/** The answer to the start of the running transaction refuses its tag: at once, or MaxEnergyOnInvalidId later. */
export function refused(o: Ocpp): void {
  o.max = o.c.m.eto + o.c.k.ome;
  if (!o.c.k.ome) deny(o);
}

/** A tag was held to the reader while a transaction runs that another spelling of it, or another tag, has started. */
function tapped(o: Ocpp): void {
  const c = o.c;
  const tag = o.ev.shift()![3];
  if (!c.ses.on) return;
  if (tag.toLowerCase() === c.ses.tag.toLowerCase()) c.f.stop(c, 'Local', tag);
  else if (o.par && !o.tag) o.tag = tag;
}

export function watch(o: Ocpp): void {
  if (o.ev.length) tapped(o);
  else if (o.c.m.eto >= o.max) deny(o);
  else ask(o);
}
