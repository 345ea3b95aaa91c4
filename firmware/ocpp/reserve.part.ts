// Part on call: reservations. There is one connector, so there is one: the record `rv` of the journal, [end in ms since
// 1970, reservationId, idTag, parentIdTag]. `c.o.rv` holds its end for those who only need to know that there is one.

import type { Known } from './known.part';
import { moment, quote } from './state';
import type { Ocpp, Payload } from './state';

/** Exports of this part. */
export interface Reserve {
  watch(o: Ocpp): void;
  fits(o: Ocpp, tag: string, parent?: string): boolean;
  meant(o: Ocpp, tag: string): boolean;
}

type Kept = [number, number, string, string];

function kept(o: Ocpp): Kept {
  return JSON.parse(o.c.f.get('rv') ?? '[0,0,"",""]') as Kept;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether this tag, or its group, has reserved. A group that is not known yet (undefined) may be the right one. */
export function fits(o: Ocpp, tag: string, parent?: string): boolean {
  const r = kept(o);
  return same(r[2], tag) || (r[3] !== '' && (parent === undefined || same(r[3], parent)));
}

/** The same with the group that is known here. */
export function meant(o: Ocpp, tag: string): boolean {
  const e = (o.c.f.part('known') as Known).lookup(o, tag);
  return fits(o, tag, e && e.ok ? e.par : '');
}

function drop(o: Ocpp): void {
  const c = o.c;
  c.f.del('rv');
  c.o.rv = 0;
  c.dirty = 1;
}

/** Status of the answer. */
function reserve(o: Ocpp, q: Payload, end: number): string {
  const c = o.c;
  const again = c.o.rv && kept(o)[1] === q.reservationId;
  if ((q.connectorId as number) > 1 || o.reg !== 1 || o.rst || !q.idTag || end <= c.f.wall(c))
    return 'Rejected';
  if (c.x.bad) return 'Faulted';
  if (c.o.ino || o.ino) return 'Unavailable';
  // Reserved follows nothing but Available: as long as another status is shown, it is not.
  const shown = o.ack1 & 15;
  const free = !c.o.rv && c.x.cp === 'A' && (shown === 0 || shown === 6);
  if (c.ses.on || c.ses.ok || o.tag || (!again && !free)) return 'Occupied';
  const who = quote(q.idTag as string) + ',' + quote((q.parentIdTag || '') as string);
  if (!c.f.put('rv', '[' + end + ',' + q.reservationId + ',' + who + ']')) return 'Rejected';
  c.o.rv = end;
  c.dirty = 1;
  return 'Accepted';
}

function cancel(o: Ocpp, id: unknown): string {
  if (!o.c.o.rv || kept(o)[1] !== id) return 'Rejected';
  drop(o);
  return 'Accepted';
}

export function run(o: Ocpp, action: string, q: Payload): string {
  const end = action === 'ReserveNow' ? moment(q.expiryDate) : 0;
  if (end !== end) return 'PropertyConstraintViolation';
  return '{"status":"' + (end ? reserve(o, q, end) : cancel(o, q.reservationId)) + '"}';
}

/** It is over. */
export function watch(o: Ocpp): void {
  o.c.f.log('ocpp', 'reservation ' + kept(o)[1] + ' ended');
  drop(o);
}
