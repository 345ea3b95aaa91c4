// Part on call: SetChargingProfile, and the profile that comes with RemoteStartTransaction: checked step by step; the part
// `install` packs and stores it, and writes the answer.

import type { Answer } from './answer.part';
import type { Install } from './install.part';
import { STACK, moment } from './state';
import type { Ocpp, Payload } from './state';

/** Takes the periods of a long profile. */
export const entry = 'install';
const REJECTED = '{"status":"Rejected"}';
const TYPE = 'TypeConstraintViolation';
const VALUE = 'PropertyConstraintViolation';
const LACK = 'OccurenceConstraintViolation';

/** A profile on its way. */
export interface Work {
  /** Id of the call; its payload if it is a remote start; connector. */
  id: string;
  q: Payload | undefined;
  c: number;
  p: Payload;
  s: Payload;
  list: unknown[];
  /** Periods in stored form, start of the last one; least limit, least limit per phase, least phases. */
  text: string;
  last: number;
  lo: number;
  lw: number;
  ph: number;
  /** What was wrong with a period that came before the rest of the message, '' = nothing. */
  bad: string;
  /** Next step; next slot; the one that is taken, one to fall back on, and those that are replaced besides. */
  at: number;
  i: number;
  to: number;
  free: number;
  gone: number[];
  h: number[];
}

/** Exports of this part. */
export interface Profile {
  take(o: Ocpp, q: Payload, id: string): void;
}

/** Takes a profile up; `more` goes on. */
export function take(o: Ocpp, q: Payload, id: string): void {
  const set = q.csChargingProfiles;
  const p = (set ? set : q.chargingProfile) as Payload;
  const most = 99999999;
  const work = {
    id,
    q: set ? undefined : q,
    c: set ? q.connectorId : 1,
    p,
    s: {},
    list: [],
    text: '',
    last: -1,
    lo: most,
    lw: most,
    ph: 3,
    bad: '',
    at: 0,
    i: 0,
    to: -1,
    free: -1,
    gone: [],
    h: [],
  };
  o.sa = Object.assign(work, o.got);
  o.got = undefined;
}

export function run(o: Ocpp, _action: string, q: Payload, id: string): string {
  if ((q.connectorId as number) > 1) return VALUE;
  take(o, q, id);
  return '';
}

function misfit(o: Ocpp, shape: string, q: Payload): string {
  return (o.c.f.part('answer') as Answer).misfit(shape, q);
}

function refuse(o: Ocpp, why: string): string {
  o.c.f.log('ocpp', 'profile: ' + why);
  return REJECTED;
}

/** Step: what a profile must have. */
function profile(o: Ocpp, w: Work): string {
  return misfit(
    o,
    'chargingProfileId i,transactionId i?,stackLevel u,chargingProfilePurpose eChargePointMaxProfile|TxDefaultProfile|TxProfile',
    w.p,
  );
}

/** Step: the rest of its fields. */
function kinds(o: Ocpp, w: Work): string {
  w.s = w.p.chargingSchedule as Payload;
  return misfit(
    o,
    'chargingProfileKind eAbsolute|Recurring|Relative,recurrencyKind eDaily|Weekly?,validFrom s40?,validTo s40?,chargingSchedule o',
    w.p,
  );
}

/** Step: fields of the schedule. */
function schedule(o: Ocpp, w: Work): string {
  return misfit(o, 'duration i?,startSchedule s40?,chargingRateUnit eA|W', w.s);
}

/** A TxProfile for a transaction that is not there. */
function stray(o: Ocpp, w: Work): boolean {
  const tx = w.p.transactionId ?? undefined;
  if (w.q) return tx !== undefined;
  return !o.c.ses.on || (tx !== undefined && (!o.ref || o.ref !== o.tr || tx !== o.tx));
}

/** Step: what fits together; the head as it is stored. */
function rules(o: Ocpp, w: Work): string {
  const p = w.p;
  const name = p.chargingProfilePurpose as string;
  const own = name === 'TxProfile';
  const purpose = own ? 2 : name[0] === 'C' ? 0 : 1;
  if (w.q ? !own : own ? !w.c : !purpose && w.c) return refuse(o, name + ' on connector ' + w.c);
  if (own && stray(o, w)) return refuse(o, 'transaction');
  if ((p.stackLevel as number) > STACK) return refuse(o, 'stackLevel');
  const ses = own ? o.c.ses.n + (w.q ? 1 : 0) : 0;
  w.h = [0, p.chargingProfileId as number, purpose, p.stackLevel as number, w.c, ses];
  w.list = w.s.chargingSchedulePeriod as unknown[];
  if (w.list === undefined || w.list === null) return LACK;
  return Array.isArray(w.list) ? '' : TYPE;
}

/** A date in s since 1970, `none` = there is none. */
function date(v: unknown, none: number): number {
  return v === undefined || v === null ? none : Math.floor(moment(v) / 1000);
}

/** Step: dates, kind and duration. */
function times(o: Ocpp, w: Work): string {
  const p = w.p;
  const now = Math.floor(o.c.f.wall(o.c) / 1000);
  const from = date(p.validFrom, 0);
  const to = date(p.validTo, 0);
  let start = date(w.s.startSchedule, -1);
  if (!(from + to + start >= -1)) return VALUE;
  if (to && (to <= from || to <= now)) return refuse(o, 'validTo');
  const dur = (w.s.duration ?? -1) as number;
  if (w.s.duration && dur < 0) return refuse(o, 'duration');
  let kind = p.chargingProfileKind === 'Relative' ? 1 : 0;
  if (p.chargingProfileKind === 'Recurring') {
    if (!p.recurrencyKind || start < 0) return refuse(o, 'recurrencyKind or startSchedule missing');
    kind = p.recurrencyKind === 'Daily' ? 86400 : 604800;
  } else if (kind || start < 0) {
    // Counts from the start of the transaction; a profile of the charge point from now.
    kind = w.h[2] ? 1 : 0;
    start = kind ? 0 : now;
    if (!kind && !now) return refuse(o, 'the clock is not set');
  }
  // One period for ever: when it began does not matter. Some send it anew every few seconds; what is the same is not written.
  if (!kind && dur < 0 && w.list.length === 1 && start <= now) start = 0;
  w.h = w.h.concat([from, to, kind, start, dur, w.s.chargingRateUnit === 'W' ? 1 : 0]);
  return '';
}

export function more(o: Ocpp): string {
  const w = o.sa as Work;
  const out = [profile, kinds, schedule, rules, times][w.at](o, w);
  if (!out && ++w.at > 4) o.sp = 'install';
  return out ? (o.c.f.part('install') as Install).end(o, out) : ' ';
}
