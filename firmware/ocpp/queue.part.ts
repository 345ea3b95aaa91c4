// Part on call: transaction messages that wait for the central system, oldest first, across reboots. Each is a record of
// the journal, `q0` to `q62`: [number, kind, transaction reference, time, boot, …]. Kinds: S start, M meter values, E end.
// One sample may wait in memory: while a board without interlock charges for hours, flash is not erased and fills up.

import { NEVER, SETS, SLOTS, STATUS1, TIGHT, kept, quoteTag } from './state';
import type { Happening, Ocpp } from './state';

/** Exports of this part. */
export interface Queue {
  put(o: Ocpp, kind: string, ref: number, ts: number, rest: string): boolean;
}

/** The slot in memory. */
const LAST = SLOTS - 1;

/** A slot of the journal that is not in use, -1 = none. */
function free(o: Ocpp): number {
  for (let i = 0; i < LAST; i++) {
    const slot = (o.qn + i) % LAST;
    if (!o.q.includes(slot) && !o.q.includes(slot + SLOTS)) return slot;
  }
  return -1;
}

/** When record `i` happened. */
function when(o: Ocpp, i: number): number {
  const text = o.c.f.get('q' + (o.q[i] % SLOTS)) ?? o.ram ?? '';
  const at = text.indexOf(',', text.indexOf(',', text.indexOf(',') + 1) + 1);
  return parseFloat(text.substr(at + 1, 16));
}

/** Time without a record where `i` is dropped and the next one happens at `ts`. */
function hole(o: Ocpp, i: number, ts: number): number {
  return Math.abs((i + 1 < o.q.length ? when(o, i + 1) : ts) - when(o, i - 1));
}

/** Place of the next meter value that may go, -1 = none. */
function victim(o: Ocpp): number {
  for (let k = o.th; k < o.q.length; k++) if (o.q[k] >= SLOTS) return k;
  for (let k = 1; k < o.th && k < o.q.length; k++) if (o.q[k] >= SLOTS) return k;
  return -1;
}

/** Room for what happened: a meter value before it goes, every second, in turn, or the last one where those are further apart
 * already; so what is left of a long time offline lies all over it. Reading times takes a turn, dropping one another. False =
 * there is none. */
function thin(o: Ocpp, e: Happening): boolean {
  const i = victim(o);
  if (i < 0) return false;
  o.th = i + 1;
  o.ev.unshift(['D', o.q[i], i + 1 < o.q.length ? hole(o, i, e[1]) : 0, '', ''], e);
  return true;
}

/** Drops the meter value in a slot, or the last one; it may have been sent meanwhile. */
function drop(o: Ocpp, e: Happening): void {
  const last = o.q.length - 1;
  let i = o.q.indexOf(e[1]);
  if (i < 0) return;
  if (i < last && o.q[last] >= SLOTS && e[2] > hole(o, last, o.ev[0][1])) i = last;
  o.c.f.del('q' + (o.q[i] % SLOTS));
  o.q.splice(i, 1);
}

/** Appends a record; `rest` is the JSON text of what the kind needs, with a comma in front. The last slots are for
 * starts and ends, the very last for the end of what has started. False = it is lost. */
export function put(o: Ocpp, kind: string, ref: number, ts: number, rest: string): boolean {
  const c = o.c;
  const sample = kind === 'M' ? 1 : 0;
  const n = o.q.length;
  const slot = n >= (sample ? TIGHT + 4 : kind === 'S' ? LAST - 1 : LAST) ? -1 : free(o);
  const text = '[' + o.qn++ + ',"' + kind + '",' + ref + ',' + ts + ',' + c.rbc + rest + ']';
  if (slot >= 0 && c.f.put('q' + slot, text, sample)) o.q.push(sample ? slot + SLOTS : slot);
  else if (slot >= 0 && sample && !o.q.includes(LAST + SLOTS)) {
    o.ram = text;
    o.q.push(LAST + SLOTS);
  } else {
    c.f.log('ocpp', 'MemoryExhaustion: transaction message lost');
    return false;
  }
  return true;
}

/** Notes the open transaction, in case the power fails: reference, time, register, boot, samples for its end and their
 * distance, parent of its tag. The time that an earlier boot has noted stays until the clock is known and the part `limit` has
 * seen how long the power was gone. */
function note(o: Ocpp): void {
  const c = o.c;
  const was = (c.w && o.pw === c.w ? [] : JSON.parse(c.f.get('qo') ?? '[]')) as number[];
  const old = was[0] === o.ref && was[3] !== c.rbc;
  o.note = c.t;
  c.f.put(
    'qo',
    '[' +
      o.ref +
      ',' +
      (old ? was[1] : o.f.stamp(o)) +
      ',' +
      Math.floor(c.m.eto) +
      ',' +
      (old ? was[3] : c.rbc) +
      ',' +
      (o.d - 1) +
      ',' +
      quoteTag(o.par) +
      ',' +
      o.ds +
      ']',
    1,
  );
}

/** While another status is shown, the one in between is passed through even if the facts have moved on: Preparing between
 * Available, Finishing or Reserved and a transaction, Finishing behind one that was shown. */
function pass(o: Ocpp, began: boolean): void {
  if (o.reg !== 1 || o.st !== 3) return;
  const was = (o.act === STATUS1 ? o.sent : o.ack1) & 15;
  if (began) o.via = was === 0 || was === 5 || was === 6 ? 1 : 0;
  else if (o.c.x.cp === 'A' && o.via !== 1) o.via = 5;
}

/** The reservation that the transaction uses up, with a comma in front. */
function used(o: Ocpp): string {
  const c = o.c;
  const id = c.o.rv ? (JSON.parse(c.f.get('rv') ?? '[]') as number[])[1] : undefined;
  return id === undefined ? '' : ',' + id;
}

/** The open transaction is noted first, in a turn of its own. */
function began(o: Ocpp, e: Happening): void {
  const c = o.c;
  if (o.ref === o.qn) {
    if (!put(o, 'S', o.ref, e[1], ',' + quoteTag(e[3]) + ',' + e[2] + used(o))) {
      // Nobody hears of this one: a charger that is free for all goes on.
      o.ref = 0;
      c.f.del('qo');
    }
    return;
  }
  o.ev.unshift(e);
  pass(o, true);
  // Samples that still wait for an end of their own stay.
  for (let i = 0; i < SETS && c.f.get(kept(o.qn) + '0') !== undefined; i++) o.qn++;
  o.ref = o.qn;
  o.d = 0;
  o.max = NEVER;
  o.smp = (e[1] < 0 ? -e[1] - 1 : e[1] - c.w) + c.k.ocppi * 1000;
  o.nx = 0;
  c.o.tx = -1;
  note(o);
}

function ended(o: Ocpp, e: Happening): void {
  const c = o.c;
  const rest = ',' + quoteTag(e[3]) + ',' + e[2] + ',"' + e[4] + '",' + (o.d - 1) + ',' + o.ds;
  pass(o, false);
  if (o.ref && !put(o, 'E', o.ref, e[1], rest) && c.s.on) {
    // There is room as soon as the contactor is open.
    o.ev.unshift(e);
    return;
  }
  o.ev.unshift(['O', 0, 0, 'qo', '']);
  o.ref = 0;
  o.d = 0;
  o.max = NEVER;
  o.par = '';
  o.nx = 0;
  c.o.tx = -1;
  o.den = 0;
  o.pn = 0;
}

/** A record is no longer needed, or samples kept for an end, one a turn: the last one is out of step. */
function gone(o: Ocpp, e: Happening): void {
  const to = e[4] ? parseInt(e[4], 10) : 0;
  o.c.f.del(e[4] ? e[3] + Math.min(e[1], to).toString(36) : e[3]);
  if (e[1] >= to) return;
  e[1] += e[2];
  o.ev.unshift(e);
}

/** What happened becomes a record; otherwise the open transaction is noted again. */
export function watch(o: Ocpp): void {
  const e = o.ev.shift();
  if (e && 'MSE'.includes(e[0]) && o.q.length >= TIGHT && thin(o, e)) return;
  if (!e || e[0] === 'N') note(o);
  else if (e[0] === 'D') drop(o, e);
  else if (e[0] === 'O') gone(o, e);
  else if (e[0] === 'M') put(o, 'M', e[2], e[1], e[3]);
  else if (e[0] === 'S') began(o, e);
  else ended(o, e);
}
