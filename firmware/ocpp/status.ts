// ChargePointStatus, computed from facts (OCPP 1.6 chapter 4.2 of the specification maps the control pilot), and when
// a change is due to be reported.

import type { Charger } from '../core/charger';
import type { Ocpp } from './state';
import { STATUS0, STATUS1 } from './state';

/** Indices as in the key `ocppcs`. */
const AVAILABLE = 0;
const PREPARING = 1;
const CHARGING = 2;
const SUSPENDED_EVSE = 3;
const SUSPENDED_EV = 4;
const FINISHING = 5;
const UNAVAILABLE = 7;
const FAULTED = 8;
/** A suspension must last this long: at the start and in a pause the pilot passes through them, ms. */
const SETTLE = 2000;
/** Fault bit of the controller itself, see core/fault.ts. */
const INTERNAL = 128;

function running(c: Charger, was: number): number {
  const cp = c.x.cp;
  if (cp === 'A' || cp === '?') return was;
  if (c.s.on && cp !== 'B') return CHARGING;
  return c.s.st === 'B2' && cp === 'B' ? SUSPENDED_EV : SUSPENDED_EVSE;
}

function idle(c: Charger, was: number): number {
  const cp = c.x.cp;
  if (cp === '?') return was;
  if (c.o.ino) return UNAVAILABLE;
  if (cp === 'A') return c.ses.ok ? PREPARING : AVAILABLE;
  return c.ses.why !== '' ? FINISHING : PREPARING;
}

/** Status of connector 1 now. */
export function status(c: Charger, was: number): number {
  if (c.x.err || c.x.cp === 'E') return FAULTED;
  return c.ses.on ? running(c, was) : idle(c, was);
}

/** Status with what else makes a report: faults from bit 4, 4096 = the meter does not answer. */
function report(o: Ocpp): number {
  const c = o.c;
  const st = o.via ? o.via : status(c, o.s1 & 15);
  return st + c.x.err * 16 + (c.b.meter && !c.b.meter.ok ? 4096 : 0);
}

function changed(o: Ocpp, code: number): void {
  o.s1 = code;
  o.s1At = o.c.t;
  o.c.o.st = code & 15;
}

function patience(o: Ocpp): number {
  const st = o.s1 & 15;
  if (o.ack1 < 0 || o.via) return 0;
  return Math.max(o.c.k.omd * 1000, st === SUSPENDED_EV || st === SUSPENDED_EVSE ? SETTLE : 0);
}

/** A status that a start or stop brought about comes behind it, unless many messages wait. */
function after(o: Ocpp): boolean {
  return o.via !== PREPARING && o.q.length > 0 && o.q.length < 3 && o.c.t >= o.qd;
}

/** What is to be reported; while a call is under way nothing new is decided. */
function tell(o: Ocpp): void {
  if (o.s0 !== o.ack0) o.want |= STATUS0;
  if (o.s1 !== o.ack1 && !after(o) && o.c.t - o.s1At >= patience(o)) o.want |= STATUS1;
}

/** Looks at the facts. */
export function observe(o: Ocpp): void {
  const c = o.c;
  const code = report(o);
  if (code !== o.s1) changed(o, code);
  o.s0 = (c.x.err & INTERNAL ? FAULTED : o.ino & 1 ? UNAVAILABLE : AVAILABLE) + (c.x.err & INTERNAL) * 16;
  if (!o.id) tell(o);
}

/** What was asked of availability takes effect when the connector is free. */
export function avail(o: Ocpp): void {
  const c = o.c;
  const ino = o.ino ? 1 : 0;
  if (ino === c.o.ino) return;
  if (ino && (c.ses.on || c.ses.ok || c.o.st === PREPARING)) return;
  c.o.ino = ino;
  c.dirty = 1;
}

/** A transaction begins or ends: the status in between is shown even if the facts have moved on. */
export function pass(o: Ocpp, began: boolean): void {
  if (o.reg !== 1 || o.st !== 3) return;
  const was = o.ack1 & 15;
  if (began && was === AVAILABLE) o.via = PREPARING;
  else if (!began && o.c.x.cp === 'A') o.via = FINISHING;
}
