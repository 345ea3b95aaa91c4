// Part on call: whether a tag may charge: Authorize, what is known here, and tags that turn out to be refused.

import type { Charger } from '../core/charger';
import { ANSWERED, AUTH, ERROR, NEVER, TIGHT, quoteTag } from './state';
import type { Ocpp, Payload } from './state';

/** Exports of this part; `watch` is that of every part that looks at the charger. */
export interface Auth {
  watch(o: Ocpp): void;
  refused(o: Ocpp): void;
}

export function more(o: Ocpp, n: number): string {
  return n ? '' : '"Authorize",{"idTag":' + quoteTag(o.tag) + '}';
}

/** Index of a card in the card table, -1 = none. */
function card(c: Charger, tag: string): number {
  const list = c.k.cards;
  const t = tag.toLowerCase();
  for (let i = 0; i < list.length; i++) if (list[i].id && list[i].id.toLowerCase() === t) return i;
  return -1;
}

/** The waiting tag is decided. While a transaction runs it may only end it, as one of the same group. */
function decide(o: Ocpp, yes: boolean, parent: string): void {
  const c = o.c;
  const tag = o.tag;
  o.tag = '';
  if (tag === c.uid) c.ask = 0;
  c.f.log('ocpp', tag + (yes ? ' accepted' : ' refused'));
  if (c.ses.on) {
    if (yes && parent && parent === o.par) c.f.stop(c, 'Local', tag);
  } else if (yes) {
    o.par = parent;
    c.f.grant(c, tag, card(c, tag) + 1);
  }
}

/** Nobody to ask: what is known here decides. No transaction begins that the queue could not keep. */
function offline(o: Ocpp): void {
  const k = o.c.k;
  const yes = card(o.c, o.tag) >= 0 ? k.ocpplo : k.ocppao;
  decide(o, yes === 1 && o.q.length < TIGHT + 6, '');
}

/** A tag waits: decided here, or asked for. */
function ask(o: Ocpp): void {
  if (o.st !== 3 || o.reg !== 1) offline(o);
  else if (o.c.k.olp && !o.c.ses.on && card(o.c, o.tag) >= 0) decide(o, true, '');
  else o.want |= AUTH;
}

/** The outcome of Authorize. */
export function turn(o: Ocpp): void {
  const r = (o.in || {}) as Payload;
  const i = r.idTagInfo;
  const info = (i && typeof i === 'object' ? i : {}) as Payload;
  if (!o.tag) return;
  if (o.how === ANSWERED) decide(o, info.status === 'Accepted', '' + (info.parentIdTag || ''));
  else if (o.how === ERROR) decide(o, false, '');
  else offline(o);
}

/** A refused tag ends the transaction, or only the current: StopTransactionOnInvalidId. */
function deny(o: Ocpp): void {
  const c = o.c;
  o.max = NEVER;
  if (c.k.osi) c.f.stop(c, 'DeAuthorized');
  else c.lim.ocpp = 0;
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
