// Part on call: GetConfiguration and ChangeConfiguration over the key table. The whole configuration is written a key
// at a time, because each costs milliseconds.

import type { Bit } from '../../hal/types';
import type { Change } from '../core/change.part';
import type { Charger } from '../core/charger';
import type { Row } from '../core/config';
import type { Keep } from '../core/keep.part';
import { quote } from './state';
import type { Ocpp, Payload } from './state';

interface Work {
  names: string[];
  unknown: string[];
  /** 1 = the whole configuration: what is not for reading is passed over. */
  all: Bit;
  /** Keys written so far. */
  n: number;
}

/** Spelling of the table for a name in any letter case, '' = unknown. */
function spelling(o: Ocpp, name: string): string {
  const names = o.c.f.text(o.c.f.head(2));
  const at = (',' + names.toLowerCase() + ',').indexOf(',' + name.toLowerCase() + ',');
  return at < 0 || name.includes(',') ? '' : names.substr(at, name.length);
}

/** Starts the answer; '' = `more` writes it. */
function get(o: Ocpp, names: string[] | undefined): string {
  const all = !names || !names.length;
  o.sa = { names: all ? o.c.f.text(o.c.f.head(2)).split(',') : names, unknown: [], all: +all as Bit, n: 0 };
  return '';
}

/** One key as JSON, '' = unknown, or not for reading. */
function entry(o: Ocpp, w: Work, asked: string): string {
  const c = o.c;
  const name = w.all ? asked : spelling(o, asked);
  const r = name ? c.f.row(name) : undefined;
  if (!r || !r[8]) return '';
  const v = new Function('c', c.f.text(r[8]))(c);
  if (v === undefined) return '';
  const marks = r[2];
  const cable = c.b.fixed === 1 && name === 'UnlockConnectorOnEVSideDisconnect';
  const fixed = !marks.includes('w') || marks.includes('r') || cable;
  const text = v === null ? '' : ('' + v).substr(0, 500);
  return '{"key":"' + name + '","readonly":' + fixed + ',"value":' + quote(text) + '}';
}

function end(w: Work): string {
  const u = w.unknown;
  return u.length ? '],"unknownKey":[' + u.map(quote).join(',') + ']}' : ']}';
}

/** Piece `n` of the answer; '' = there is no more. */
export function more(o: Ocpp, n: number): string {
  const w = o.sa as Work;
  const open = n ? '' : '{"configurationKey":[';
  if (n === w.names.length) return open + end(w);
  if (n > w.names.length) return '';
  const name = w.names[n];
  const text = entry(o, w, name);
  if (!text && !w.all) w.unknown.push(name);
  // A space stands for nothing: '' would end the message.
  return open + (!text ? ' ' : w.n++ ? ',' + text : text);
}

/** A key that is to be set; the answer. `r` is there when it was admitted, and then it is kept. */
export interface Wish {
  r: Row | undefined;
  v: unknown;
  kept: Bit;
  id: string;
  key: string;
  value: string;
}

/** Checks the text: no bare numbers for booleans, no signs, no quotes. */
export function wish(c: Charger, change: Change, w: Wish): string {
  const text = w.value;
  const r = c.f.row(w.key);
  if (!r || !r[2].includes('w') || r[2].includes('r')) return 'failed: read-only';
  const t = text.toLowerCase();
  const kind = r[1];
  w.r = r;
  if (kind === 's' && text.length < (r[3] as number)) return 'failed: shorter than ' + r[3] + ' bytes';
  const v =
    kind === 'b'
      ? t === 'true'
        ? 1
        : t === 'false'
          ? 0
          : null
      : kind !== 'i' && kind !== 'n'
        ? text
        : /^[0-9]+$/.test(text)
          ? Number(text)
          : '';
  return change.admit(c, r, v, w)!;
}

/** Checks, keeps what was admitted, and lets those who follow settings learn of it in later turns. Why it is not taken, '' = it
 * is, undefined = there is more to do. */
function settle(c: Charger, w: Wish): string | undefined {
  const r = w.r;
  if (!r) {
    const change = c.f.ready('change') as Change | undefined;
    return (change && wish(c, change, w)) || undefined;
  }
  if (!w.kept) {
    w.kept = 1;
    c.f.drop('change');
    (c.f.part('keep') as Keep).store(c, r, w.v);
    return undefined;
  }
  for (const hook of c.hooks) c.ev.push([hook, 'setting', r[0]]);
  return '';
}

/** A turn: a step towards a key that is set. */
export function turn(o: Ocpp): void {
  const f = o.c.f;
  const w = o.in as Wish;
  let a = '[4,' + quote(w.id) + ',"InternalError","",{}]';
  try {
    const bad = settle(o.c, w);
    if (bad === undefined) {
      o.p = 'configuration';
      return;
    }
    if (bad) f.log('ocpp', w.key + ' ' + bad);
    a = '[3,' + quote(w.id) + ',{"status":"' + (bad ? 'Rejected' : 'Accepted') + '"}]';
  } catch (e) {
    f.log('ocpp', w.key + ': ' + e);
  }
  o.in = undefined;
  o.f.send(o.w, 0x81, a);
}

function change(o: Ocpp, id: string, name: string, value: string): string {
  const key = spelling(o, name);
  if (!key) return '{"status":"NotSupported"}';
  o.in = { kept: 0, id, key, value, r: undefined, v: undefined };
  o.p = 'configuration';
  return 'later';
}

export function run(o: Ocpp, action: string, q: Payload, id: string): string {
  if (action === 'GetConfiguration') return get(o, q.key as string[]);
  return change(o, id, q.key as string, q.value as string);
}
