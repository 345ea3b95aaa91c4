// Part on call: GetCompositeSchedule and ClearChargingProfile, a profile at a time.

import type { Held, Limit, Survey } from './limit.part';
import { PERIODS, PROFILES, VOLTS, head } from './state';
import type { Ocpp, Payload } from './state';

/** Longest schedule, s. */
const WEEK = 604800;
/** Slots that are compared in one step. */
const STEP = 2;
const REJECTED = '{"status":"Rejected"}';

/** A schedule on its way. */
interface Schedule {
  s: Survey;
  c: number;
  /** Begin and end, s since 1970; 1 = in watts. */
  from: number;
  to: number;
  watts: number;
  /** Periods so far; limit and phases of the last one; 1 = done. */
  n: number;
  l: number;
  ph: number;
  end: number;
}

/** What is to be cleared: next slot, -1 = done; profiles so far. */
interface Clearing {
  q: Payload;
  i: number;
  n: number;
}

function compose(o: Ocpp, q: Payload): string {
  const n = q.connectorId as number;
  const s = (o.c.f.part('limit') as Limit).begin(o);
  if (n < 0 || n > 1 || (q.duration as number) <= 0 || !s.t) return REJECTED;
  const to = s.t + Math.min(q.duration as number, WEEK);
  const watts = q.chargingRateUnit === 'W' ? 1 : 0;
  o.sa = { s, c: n, from: s.t, to, watts, n: 0, l: -1, ph: 0, end: 0 };
  return '';
}

export function run(o: Ocpp, action: string, q: Payload): string {
  if (action === 'GetCompositeSchedule') return compose(o, q);
  o.sa = { q, i: 0, n: 0 };
  return '';
}

function same(want: unknown, is: number): boolean {
  return want === undefined || want === null || want === is;
}

const PURPOSES = 'ChargePointMaxProfile,TxDefaultProfile,TxProfile';

/** 1 = all that is asked for fits; an id is asked for alone. */
function fits(q: Payload, h: number[]): boolean {
  if (q.id !== undefined && q.id !== null) return q.id === h[1];
  const p = (q.chargingProfilePurpose ?? undefined) as string | undefined;
  const purpose = p ? PURPOSES.split(',').indexOf(p) : undefined;
  return same(q.connectorId, h[4]) && same(purpose, h[2]) && same(q.stackLevel, h[3]);
}

function clear(o: Ocpp, w: Clearing): string {
  for (let n = 0; n < STEP && w.i < PROFILES; n++) {
    const text = o.c.f.get('p' + w.i);
    if (text !== undefined && fits(w.q, head(text))) {
      o.c.f.del('p' + w.i);
      o.pn = 0;
      w.n++;
    }
    w.i++;
  }
  if (w.i < PROFILES) return ' ';
  w.i = -1;
  return '{"status":"' + (w.n ? 'Accepted' : 'Unknown') + '"}';
}

/** The period that begins with what the profiles allow at `s.t`; ' ' = it is that of the last one. */
function next(o: Ocpp, w: Schedule, a: Held): string {
  const b = o.c.b;
  const ph = Math.min(a.n, b.phases);
  const most = Math.min(b.amps, o.c.k.ama) * 10 * (w.watts ? VOLTS * ph : 1);
  const l = Math.round(Math.min(a.l, most));
  if (l === w.l && ph === w.ph) return ' ';
  if (w.n === PERIODS) {
    w.to = w.s.t;
    return ' ';
  }
  w.l = l;
  w.ph = ph;
  const more = ph < 3 ? ',"numberPhases":' + ph : '';
  return (w.n++ ? ',' : '') + '{"startPeriod":' + (w.s.t - w.from) + ',"limit":' + l / 10 + more + '}';
}

function schedule(o: Ocpp, w: Schedule): string {
  const f = o.c.f.part('limit') as Limit;
  if (!f.step(o, w.s)) return ' ';
  const a = f.fold(o, w.s, w.watts);
  const text = next(o, w, a);
  w.s.t = a.u;
  w.s.i = 0;
  if (a.u < w.to) return text;
  w.end = 1;
  return text + '],"duration":' + (w.to - w.from) + '}}';
}

function begin(o: Ocpp, w: Schedule): string {
  return (
    '{"status":"Accepted","connectorId":' +
    w.c +
    ',"scheduleStart":"' +
    o.c.f.iso(w.from * 1000) +
    '","chargingSchedule":{"chargingRateUnit":"' +
    (w.watts ? 'W' : 'A') +
    '","chargingSchedulePeriod":['
  );
}

export function more(o: Ocpp, n: number): string {
  const w = o.sa as Schedule & Clearing;
  if (!w.s) return w.i < 0 ? '' : clear(o, w);
  if (!n) return begin(o, w);
  return w.end ? '' : schedule(o, w);
}
