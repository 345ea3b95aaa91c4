// ChargePointStatus, computed from facts (OCPP 1.6 chapter 4.2 of the specification maps the control pilot), and when
// a change is due to be reported.

import type { Charger } from '../core/charger';
import { INTERNAL } from '../core/faults';
import type { Ocpp } from './state';
import { STATUS0, STATUS1 } from './state';

/** Indices as in the key `ocppcs`. */
const AVAILABLE = 0;
export const PREPARING = 1;
const CHARGING = 2;
const SUSPENDED_EVSE = 3;
const SUSPENDED_EV = 4;
const FINISHING = 5;
const RESERVED = 6;
const UNAVAILABLE = 7;
const FAULTED = 8;
/** A suspension must last this long: at the start and in a pause the pilot passes through them, ms. */
const SETTLE = 2000;

/** Status of connector 1 now. */
export function status(c: Charger, was: number): number {
  const cp = c.x.cp;
  const ses = c.ses;
  if (c.x.bad) return FAULTED;
  if (cp === '?') return was;
  if (ses.on) {
    if (cp === 'A') return was;
    if (c.s.on && cp !== 'B') return CHARGING;
    return c.s.st === 'B2' && cp === 'B' ? SUSPENDED_EV : SUSPENDED_EVSE;
  }
  if (c.o.ino) return UNAVAILABLE;
  // Until a tag for which it is reserved comes, plugged or not.
  if (c.o.rv && !ses.ok) return RESERVED;
  if (cp === 'A') return ses.ok ? PREPARING : AVAILABLE;
  return ses.why !== '' ? FINISHING : PREPARING;
}

/** What was asked of availability takes effect when the connector is free, and not behind Preparing. */
function available(o: Ocpp, st: number): void {
  const c = o.c;
  const ino = o.ino ? 1 : 0;
  const shown = o.st === 3 && o.reg === 1 ? o.ack1 & 15 : 0;
  if (ino && (c.ses.on || c.ses.ok || st === PREPARING || shown === PREPARING)) return;
  c.o.ino = ino;
  c.dirty = 1;
}

/** What is to be reported; while a call is under way nothing new is decided. A status that a start or stop brought about
 * comes behind it, unless many messages wait. */
function tell(o: Ocpp): void {
  const st = o.s1 & 15;
  const wait = o.via !== PREPARING && o.q.length > 0 && o.q.length < 3 && o.c.t >= o.qd;
  const brief = st === SUSPENDED_EV || st === SUSPENDED_EVSE ? SETTLE : 0;
  const settled = o.c.t - o.s1At >= Math.max(o.md, brief) || o.ack1 < 0 || o.via;
  if (o.s1 !== o.ack1 && !wait && settled) o.want |= STATUS1;
}

/** Looks at the facts. Status with what else makes a report: the gravest fault from bit 4 on. */
export function observe(o: Ocpp): void {
  const c = o.c;
  const st = o.via ? o.via : status(c, o.s1 & 15);
  const code = st + c.x.top * 16;
  if ((o.ino ? 1 : 0) !== c.o.ino) available(o, st);
  if (code !== o.s1) {
    o.s1 = code;
    o.s1At = c.t;
    c.o.st = st;
  }
  o.s0 = c.x.err & INTERNAL ? FAULTED + c.x.top * 16 : o.ino & 1 ? UNAVAILABLE : AVAILABLE;
  if (o.id) return;
  if (o.s0 !== o.ack0) o.want |= STATUS0;
  if (o.s1 !== o.ack1) tell(o);
}
