// Part on call: what few want of meter values, and what has to be worked out for it.

import type { Charger } from '../core/charger';
import type { Sample } from './sample.part';
import { txId } from './state';
import type { Entry, Ocpp } from './state';
import type { Cursor } from './values.part';

/** Exports of this part. */
export interface Derive {
  wiring(c: Charger): string;
  factors(all: (number | null)[]): void;
  interval(o: Ocpp, context: string, ts: number, wh: number): number | null;
}

/**
 * Order of the phases, '' = as wired. With `ocppr` they are told as the grid has them: R, S and T in ConnectorPhaseRotation
 * are L1, L2 and L3.
 */
export function wiring(c: Charger): string {
  for (const w of c.k.ocr.split(',')) if (w[0] === '1' && w.length === 5) return w.substr(2);
  return '';
}

/** Power over volts times amperes, of all phases and of each: null without current; and a place for the interval's energy. */
export function factors(all: (number | null)[]): void {
  const share = (w: number | null, va: number): number | null =>
    va > 0 ? Math.round(Math.min(w! / va, 1) * 100) / 100 : null;
  const va = [0, 0, 0];
  for (let i = 0; i < 3; i++) va[i] = all[5 + i]! * all[8 + i]!;
  all.push(share(all[1], va[0] + va[1] + va[2]));
  for (let i = 0; i < 3; i++) all.push(share(all[2 + i], va[i]));
  all.push(null);
}

/** Energy since the sample of this kind before, Wh; null = that one is missing. The first of a transaction counts from its start. */
export function interval(o: Ocpp, context: string, ts: number, wh: number): number | null {
  const f = o.c.f;
  const key = 'm' + context;
  const step = (context === 'P' ? o.c.k.ocppi : o.c.k.ocppai) * 1000;
  if (context !== 'P' && context !== 'C') return null;
  const k = JSON.parse(f.get(key) ?? '[-1,0,0]') as number[];
  f.put(key, '[' + o.ref + ',' + ts + ',' + wh + ']', 1);
  if (context === 'P' && k[0] !== o.ref) return wh - Math.floor(o.c.ses.e0);
  return Math.abs(ts - k[1] - step) < 1000 ? wh - k[2] : null;
}

/** The answer to a trigger: readings of now, in the next turn the bits of its measurands; the part `values` goes on. */
export function more(o: Ocpp, n: number): string {
  const c = o.c;
  const part = c.f.ready('sample') as Sample | undefined;
  if (!part) {
    o.sn = n;
    return ' ';
  }
  if (!n) {
    const all = part.readings(c, Math.floor(c.m.eto), c.k.oms);
    const e: Entry = [0, 'M', 0, o.f.stamp(o), c.rbc, 'T', 0, all];
    const w: Cursor = { key: '', ref: 0, i: -1, to: -1, by: 1, n: 0, k: 0, end: ']}', e };
    o.sa = w;
    return ' ';
  }
  const e = (o.sa as Cursor).e!;
  e[6] = part.mask(c.k.oms, e[7] as (number | null)[]);
  o.sp = 'values';
  const known = o.ref && o.ref === o.tr;
  return (
    '"MeterValues",{"connectorId":1' + (known ? ',"transactionId":' + txId(o, o.ref) : '') + ',"meterValue":['
  );
}

/** Nothing follows from the answer. */
export function turn(_o: Ocpp): number {
  return 0;
}
