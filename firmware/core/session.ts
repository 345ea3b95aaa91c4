// From plug-in to unplug: who is authorised, the transaction with its energy and time, and why it ended. What must outlive
// a power cut goes to the journal whenever it changes.
//
// Writing flash and telling others take longer than a scan may: both are left to the next turns of work.

import type { Bit } from '../../hal/types';
import type { Charger, Event, Reason } from './charger';

/** Key of the journal. */
const KEPT = 'ses';
/** A vehicle that is still plugged after a restart shows itself within this time, ms. */
const SHOW = 4000;

/** Tells everybody who follows events, now. */
export function spread(c: Charger, what: Event, arg: string): void {
  for (const hook of c.hooks) hook(c, what, arg);
}

/** Tells everybody who follows events. */
export function tell(c: Charger, what: Event, arg: string): void {
  c.dirty = 1;
  c.ev.push([spread, what, arg]);
}

/** 1 = a car is plugged, as far as the pilot shows. */
export function plugged(c: Charger): boolean {
  return c.x.cp !== 'A' && c.x.cp !== '?';
}

function write(c: Charger, plugged: Bit): void {
  const s = c.ses;
  const k = [s.n, plugged, s.on, s.ok, s.tag, s.trx, Math.floor(s.ep), Math.floor(s.e0), s.why, s.w0];
  c.f.put(KEPT, JSON.stringify(k));
}

function keep(c: Charger, plugged: Bit): void {
  c.ev.push([write, plugged, '']);
}

function forget(c: Charger): void {
  c.ses.ok = 0;
  c.ses.trx = -1;
  c.ses.due = 0;
}

/** Why a transaction ends that did not outlive the restart. */
function cut(c: Charger): Reason {
  return c.ses.re > 1 ? 'Reboot' : 'PowerLoss';
}

/** Reads back what ran when the power failed, or the chip restarted without that. true = a transaction ends here, with what the
 * register has. */
export function restore(c: Charger, again?: Bit): boolean {
  const s = c.ses;
  const k = JSON.parse(c.f.get(KEPT) ?? '[0,0]');
  s.n = k[0];
  if (!k[1]) return false;
  s.on = k[2];
  s.ok = k[3];
  s.tag = k[4];
  s.trx = k[5];
  s.ep = k[6];
  s.e0 = k[7];
  s.why = k[8];
  s.w0 = k[9] ? k[9] : 0;
  s.t0 = c.t;
  s.re = again ? 2 : 1;
  if (!c.k.osr || !s.on) return false;
  // The central system hears of its end from what the journal kept of the transaction.
  s.on = 0;
  s.t1 = c.t;
  s.e1 = c.m.eto;
  s.why = cut(c);
  forget(c);
  keep(c, 1);
  return true;
}

/** The clock has become known: a transaction that began before a restart gets its start back, another one is kept with it. */
export function date(c: Charger): void {
  const s = c.ses;
  if (!s.on) return;
  if (s.w0) s.t0 = s.w0 * 1000 - c.w;
  else if (!s.re) {
    s.w0 = began(c);
    keep(c, 1);
  }
}

/** Start of the transaction, s since 1970. */
function began(c: Charger): number {
  return c.w ? Math.round((c.ses.t0 + c.w) / 1000) : 0;
}

/** 1 = the plug cannot be pulled under load: locked, or there is no lock. */
export function locked(c: Charger): boolean {
  return !c.b.lock || c.b.lock.locked() === 1;
}

/**
 * The transaction begins: authorised, plugged, and the connector locked. Where the bolt does not move there is none: its
 * fault is told, and what was authorised waits for it as for a plug. Behind a short of the pilot nobody may be plugged.
 */
function begin(c: Charger): void {
  const s = c.ses;
  if (!locked(c) || c.x.cp > 'D') return;
  s.on = 1;
  s.n++;
  s.t0 = c.t;
  s.w0 = began(c);
  s.e0 = c.m.eto;
  s.why = '';
  s.by = '';
  keep(c, 1);
  tell(c, 'start', s.tag);
}

/** Authorises `tag`: the transaction starts now, or with the plug until ConnectionTimeOut (0 = for ever). */
export function grant(c: Charger, tag: string, trx: number): void {
  const s = c.ses;
  if (s.on) return;
  s.ok = 1;
  s.tag = tag;
  s.trx = trx;
  s.due = c.k.txt ? c.t + c.k.txt * 1000 : 0;
  c.ask = 0;
  if (plugged(c)) {
    // Nothing of what ended before keeps the lock open.
    s.why = '';
    c.x.free = 0;
    begin(c);
  }
  if (!s.on) tell(c, 'state', '');
}

/** Ends transaction and authorisation. `by` = the tag that asked. */
export function stop(c: Charger, why: Reason, by?: string): void {
  const s = c.ses;
  const ran = s.on;
  forget(c);
  if (!ran) {
    tell(c, 'state', '');
    return;
  }
  s.on = 0;
  s.t1 = c.t;
  s.e1 = c.m.eto;
  s.why = why;
  s.by = by ? by : '';
  keep(c, 1);
  tell(c, 'stop', why);
}

/** A cable was plugged, or it still is after a restart. */
export function plug(c: Charger): void {
  const s = c.ses;
  if (s.re) {
    s.re = 0;
    tell(c, s.on ? 'resume' : 'plug', '');
    return;
  }
  s.ep = c.m.eto;
  s.why = '';
  // One that was opened without a vehicle has to lock for this one.
  c.x.free = 0;
  tell(c, 'plug', '');
  if (s.ok) begin(c);
  if (!s.on) keep(c, 1);
}

/** The cable was pulled: everything that lasts for one car ends. */
export function unplug(c: Charger): void {
  const s = c.ses;
  if (s.on) stop(c, s.re ? cut(c) : 'EVDisconnected');
  // What was free for this plug waits for no other.
  else if (s.tag === c.k.ocppd) forget(c);
  c.frc = 0;
  s.why = '';
  s.re = 0;
  keep(c, 0);
  tell(c, 'unplug', '');
}

/** Job: an authorisation that found no plug or no lock in time, and a vehicle that left while the power was off. */
export function expire(c: Charger): void {
  const s = c.ses;
  if (s.re && c.t > SHOW && c.x.cp === 'A') unplug(c);
  else if (!s.ok || s.on) return;
  else if (s.due && c.t >= s.due) stop(c, 'Other');
  else if (!s.re && plugged(c)) begin(c);
}

/** Energy of this plug-in (`wh`), Wh. */
export function energy(c: Charger): number {
  return c.m.eto - c.ses.ep;
}
