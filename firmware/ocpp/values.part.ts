// Part on call: writes meter values, a measurand at a time: the rest of a MeterValues or of transactionData.

import { MEASURANDS, measurand } from './measurand';
import { time } from './state';
import type { Entry, Ocpp } from './state';

/** Samples to write: their key in the journal, their transaction, and numbers behind it (-1 = none), and how far the writing has come. */
export interface Cursor {
  key: string;
  ref: number;
  i: number;
  to: number;
  /** Distance of the numbers; the last one is out of step. */
  by: number;
  /** Piece of the sample, samples written, and the text behind the last one. */
  n: number;
  k: number;
  end: string;
  /** The sample, from its first piece on. */
  e?: Entry;
}

/** Bytes that are enough for one step: a measurand. */
const PIECE = 100;

function context(letter: string): string {
  if (letter === 'P') return 'Sample.Periodic';
  if (letter === 'C') return 'Sample.Clock';
  if (letter === 'B') return 'Transaction.Begin';
  if (letter === 'I') return 'Interruption.Begin';
  if (letter === 'R') return 'Interruption.End';
  return letter === 'E' ? 'Transaction.End' : 'Trigger';
}

/** Sampled values of one measurand, each behind a comma. */
function sampled(i: number, e: Entry): string {
  const m = measurand(i);
  const of = m[2];
  const values = e[7] as (number | null)[];
  // What they have in common is put together once.
  const head = '","context":"' + context(e[5] as string) + '","measurand":"' + m[0];
  const tail = m[3] ? '","unit":"' + m[3] + '"}' : '"}';
  let out = '';
  for (let n = 0; n < of; n++) {
    const v = values[m[1] + n];
    if (v === null || v === undefined) continue;
    const line = of === 3 ? n + 1 : of === 4 ? n : 0;
    const place = line ? '","phase":"L' + line + m[4] : of === 2 && n ? '","location":"Body' : '';
    // Appending in place copies nothing.
    out += ',{"value":"' + v;
    out += head;
    if (place) out += place;
    out += tail;
  }
  return out;
}

/** The next piece of the sample: its opening, then a measurand each, then its end; '' = behind the end. */
function value(o: Ocpp, w: Cursor): string {
  const e = w.e!;
  const n = w.n;
  w.n = 1;
  if (!n) return '{"timestamp":"' + time(o, e[3], e[4]) + '","sampledValue":[';
  const bits = e[6] as number;
  let i = n - 1;
  while (i < MEASURANDS && !((bits >> i) & 1)) i++;
  w.n = i + 2;
  if (i >= MEASURANDS) return i === MEASURANDS ? ']}' : '';
  const text = sampled(i, e);
  return bits & ((1 << i) - 1) ? text : text.substr(1);
}

/** The sample to write; what an earlier transaction has left under the same key does not count. */
function sample(o: Ocpp, w: Cursor): Entry | undefined {
  if (!w.key) return w.e;
  const text = o.c.f.get(w.key + (w.i < 0 ? '' : w.i.toString(36)));
  const e = text === undefined ? undefined : (JSON.parse(text) as Entry);
  return e && e[2] === w.ref ? e : undefined;
}

export function more(o: Ocpp): string {
  const w = o.sa as Cursor;
  let out = '';
  while (w.i <= w.to && out.length < PIECE) {
    if (!w.n) w.e = sample(o, w);
    const first = !w.n;
    const text = w.e ? value(o, w) : '';
    if (text) out += (first && w.k++ ? ',' : '') + text;
    else {
      w.i = w.i < w.to ? Math.min(w.i + w.by, w.to) : w.to + 1;
      w.n = 0;
    }
  }
  if (w.i > w.to) {
    out += w.end;
    w.end = '';
  }
  return out;
}
