// Part on call: packs a charging profile that has passed its checks, finds its place and stores it, step by step, because 24
// periods take longer than one. The answer is written when the journal has it.

import type { Answers } from './answer.part';
import type { Bulk } from './bulk.part';
import type { Work } from './profile.part';
import { PERIOD, PERIODS, PROFILES, VOLTS, head, quote } from './state';
import type { Ocpp, Payload } from './state';

/** Periods packed, and slots looked at, in one step. */
const STEP = 3;
const REJECTED = '{"status":"Rejected"}';
const TYPE = 'TypeConstraintViolation';
const LACK = 'OccurenceConstraintViolation';

/** Exports of this part. */
export interface Install {
  end(o: Ocpp, out: string): string;
}

/** Periods in stored form, and what is known about them all. */
type Packed = Pick<Work, 'text' | 'last' | 'lo' | 'lw' | 'ph' | 'bad'>;

function refuse(o: Ocpp, why: string): string {
  o.c.f.log('ocpp', 'profile: ' + why);
  return REJECTED;
}

/** Appends a period in stored form: '' or why not. */
function pack(t: Packed, e: Payload): string {
  const at = e.startPeriod;
  const l = e.limit;
  const ph = e.numberPhases ?? 3;
  if (at === undefined || at === null || l === undefined || l === null) return LACK;
  if (typeof at !== 'number' || typeof l !== 'number' || typeof ph !== 'number') return TYPE;
  if (Math.floor(at) !== at || Math.floor(ph) !== ph) return TYPE;
  if (at <= t.last || (t.last < 0 && at) || !(l >= 0) || ph < 1 || ph > 3) return REJECTED;
  if (t.text.length >= PERIODS * PERIOD || at > 2147483647) return REJECTED;
  // Rounded down to tenths; what is written with one decimal must not lose a tenth to binary fractions.
  const v = Math.min(Math.floor(l * 10 + 0.000001), 60466175);
  t.last = at;
  t.text += at.toString(36).padStart(6, '0') + v.toString(36).padStart(5, '0') + ph;
  if (v < t.lo) t.lo = v;
  if (v / ph < t.lw) t.lw = v / ph;
  if (ph < t.ph) t.ph = ph;
  return '';
}

/** A turn: a period of a long message, for `take` in the part `profile`. */
export function turn(o: Ocpp): void {
  const t = (o.got || { text: '', last: -1, lo: 99999999, lw: 99999999, ph: 3, bad: '' }) as Packed;
  o.got = t;
  o.p = 'bulk';
  if (t.bad) return;
  try {
    t.bad = pack(t, JSON.parse((o.in as Bulk).e) as Payload);
  } catch (e) {
    t.bad = 'FormationViolation';
  }
}

/** Step, again and again: periods. */
function periods(o: Ocpp, w: Work): string {
  if (w.bad) return w.bad === REJECTED ? refuse(o, 'periods') : w.bad;
  for (let i = 0; i < STEP && w.list.length; i++) {
    const e = w.list.shift();
    const bad = e && typeof e === 'object' ? pack(w, e as Payload) : TYPE;
    if (bad) return bad === REJECTED ? refuse(o, 'periods') : bad;
  }
  if (w.list.length) return ' ';
  if (!w.text) return refuse(o, 'no period');
  w.h = w.h.concat([w.h[11] ? Math.floor(w.lw / VOLTS) : w.lo, w.ph]);
  return '';
}

/** Step, again and again: the slot to take: the profile with the same id, the one with the same purpose, level and connector,
 * a free one, or one that has expired. */
function slots(o: Ocpp, w: Work): string {
  const h = w.h;
  const now = o.c.f.wall(o.c) / 1000;
  for (let n = 0; n < STEP && w.i < PROFILES; n++) {
    const text = o.c.f.get('p' + w.i);
    const x = text === undefined ? undefined : head(text);
    if (x) {
      const same = x[2] === h[2] && x[3] === h[3] && x[4] === h[4];
      // Newer than another one in the same place, should a power cut leave both.
      if (same) h[0] = Math.max(h[0], x[0] + (x[1] === h[1] ? 0 : 1));
      // Not before the new one is there: the one with the same id gives it its slot.
      if (x[1] === h[1] || (same && w.to < 0)) {
        if (w.to >= 0) w.gone.push(w.to);
        w.to = w.i;
      } else if (same) w.gone.push(w.i);
    }
    if (w.free < 0 && (!x || (x[7] && x[7] <= now))) w.free = w.i;
    w.i++;
  }
  return w.i < PROFILES ? ' ' : '';
}

/** Step: into the journal. A remote start goes on from here, because its profile would not outlive a look without one. */
function store(o: Ocpp, w: Work): string {
  const f = o.c.f;
  const to = w.to < 0 ? w.free : w.to;
  if (to < 0) return refuse(o, 'MaxChargingProfilesInstalled');
  o.bare = 0;
  if (!f.put('p' + to, JSON.stringify(w.h) + w.text)) return refuse(o, 'not kept');
  for (const i of w.gone) f.del('p' + i);
  o.pn = 0;
  if (w.q) (f.part('remote') as Answers).then!(o, 'RemoteStartTransaction', w.q);
  return '{"status":"Accepted"}';
}

/** The answer: its payload, or the code of a refusal. */
export function end(o: Ocpp, out: string): string {
  const w = o.sa as Work;
  o.sp = 'install';
  w.at = -1;
  if (out[0] === '{') return out;
  o.sb = '[4,' + quote(w.id) + ',';
  return '"' + out + '","",{}';
}

export function more(o: Ocpp): string {
  const w = o.sa as Work;
  if (w.at < 0) {
    o.sa = undefined;
    return '';
  }
  const out = [periods, slots, store][w.at - 5](o, w);
  if (!out) w.at++;
  return !out || out === ' ' ? ' ' : end(o, out);
}
