// From plug-in to unplug: who is authorised, the transaction with its energy and time, and why it ended.

import type { Charger, Event, Reason } from './charger';

/** Tells everybody who follows events. */
export function tell(c: Charger, what: Event, arg: string): void {
  c.dirty = 1;
  for (const hook of c.hooks) hook(c, what, arg);
}

/** 1 = a car is plugged, as far as the pilot shows. */
export function plugged(c: Charger): boolean {
  return c.x.cp !== 'A' && c.x.cp !== '?';
}

function begin(c: Charger): void {
  const s = c.ses;
  s.on = 1;
  s.n++;
  s.t0 = c.t;
  s.e0 = c.m.eto;
  s.why = '';
  s.by = '';
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
  if (plugged(c)) begin(c);
  else tell(c, 'state', '');
}

function forget(c: Charger): void {
  c.ses.ok = 0;
  c.ses.trx = -1;
  c.ses.due = 0;
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
  tell(c, 'stop', why);
}

/** A cable was plugged. */
export function plug(c: Charger): void {
  const s = c.ses;
  s.ep = c.m.eto;
  s.why = '';
  tell(c, 'plug', '');
  if (s.ok) begin(c);
}

/** The cable was pulled: everything that lasts for one car ends. */
export function unplug(c: Charger): void {
  if (c.ses.on) stop(c, 'EVDisconnected');
  c.frc = 0;
  c.ses.why = '';
  tell(c, 'unplug', '');
}

/** Time-out of an authorisation that found no plug. */
export function expire(c: Charger): void {
  const s = c.ses;
  if (s.ok && !s.on && s.due && c.t >= s.due) stop(c, 'Other');
}

/** Energy of this plug-in (`wh`), Wh. */
export function energy(c: Charger): number {
  return c.m.eto - c.ses.ep;
}
