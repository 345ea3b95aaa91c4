// The one record of the OCPP client, and the names that resident code and parts on call share.

import type { Bit } from '../../hal/types';
import type { Charger } from '../core/charger';
import type { Gate } from '../net/connect';
import type { Work } from './update.part';
import type { Out } from './upload.part';
import type { Ws } from './websocket';

/** What we may want to tell, a bit each; the lowest goes first. messages.ts says which part writes it. */
export const BOOT = 1;
export const AUTH = 2;
export const STATUS0 = 4;
export const STATUS1 = 8;
export const QUEUE = 16;
export const METER = 32;
export const BEAT = 64;
export const OTHER = 128;

/** Outcome of an own call. */
export const ANSWERED = 1;
export const SILENT = 2;
export const ERROR = 3;

/** Records of the queue, the last of them in memory, and from which filling on every second meter value makes room. */
export const SLOTS = 64;
/** Most pieces of a long message in flash, `i0` and so on in the journal. */
export const PIECES = 30;
export const TIGHT = 52;
/** Transactions whose samples may wait for their ends at a time. */
export const SETS = 32;
/** A moment that never comes. */
export const NEVER = 9e15;
/** Charging profiles that can be stored, `p0` to `p9` in the journal; periods of one, highest stack level. */
export const PROFILES = 10;
export const PERIODS = 24;
export const STACK = 8;
/** A stored period: start in s (6 digits, base 36), limit in tenths (5 digits, base 36), phases. */
export const PERIOD = 12;
/** Stages of an update: while it is being installed nothing starts; behind it those that go on step by step (carry.part.ts). */
export const INSTALL = 8;
export const CLEAN = 9;
export const PREPARE = 10;
export const FETCH = 11;
export const CHECK = 12;
/** Stages of a report; those of 9 and more go on piece by piece (hand.part.ts). */
export const OPEN = 3;
export const ANSWER = 5;
export const COUNT = 9;
export const SEND = 10;
/** The last stage that takes one step. */
export const SINGLE = 8;
/** Nominal voltage, for watts. */
export const VOLTS = 230;

/** A frame from the central system: type, id, then action and payload, or payload, or code, text, details. */
export type Frame = [number, string, ...unknown[]];
/** Payload of a message. */
export interface Payload {
  [field: string]: unknown;
}
/** Record of the queue: number, kind, reference, time, boot counter, and what the kind needs. */
export type Entry = [number, 'S' | 'M' | 'E', number, number, number, ...unknown[]];
/** What a hook noted for the next turn: kind, time stamp, register, tag, reason. A sample for the queue: time stamp, reference
 * and the rest of its record; k = it is due: time stamp, register, measurands for the queue, context and those for aside; m and a = its readings, context and measurands, for the queue and aside; N = the open transaction is to be noted, O = a
 * record is no longer needed: its key, or number, distance, key and last number of samples; D = a sample of the queue makes room:
 * its slot, and the time without one where it went. */
export type Happening = [
  'S' | 'B' | 'X' | 'E' | 'T' | 'M' | 'k' | 'm' | 'a' | 'N' | 'O' | 'D',
  number,
  number,
  string,
  string,
];

/** A part that takes a turn. */
export interface Turn {
  turn(o: Ocpp): void;
}
/** A part that writes a message piece by piece: '' = there is no more, ' ' = nothing this time. */
export interface Writer extends Turn {
  more(o: Ocpp, n: number): string;
}

/** What parts may use of the resident code. */
export interface Resident {
  attach(w: Ws, s: EspSocket, soak: (w: Ws) => void): void;
  soak(w: Ws): void;
  send(w: Ws, op: number, body: string): void;
  stamp(o: Ocpp): number;
  go(o: Ocpp): void;
  /** The call under way has an outcome; whoever wrote it takes the next turn. */
  end(o: Ocpp, how: number): void;
}

export interface Ocpp {
  c: Charger;
  w: Ws;
  g: Gate;
  f: Resident;
  /** Link: 0 down, 1 gate and connect, 2 handshake, 3 open. */
  st: 0 | 1 | 2 | 3;
  /** Next try to connect, failed tries in a row, redirects followed, and where to. */
  due: number;
  n: number;
  hops: number;
  url: string;
  /** Settings in the form in which every turn needs them: enabled, enabled with an address, heartbeat, ping, and
   * MinimumStatusDuration in ms. */
  on: Bit;
  run: Bit;
  hb: number;
  pg: number;
  md: number;
  /** 1 = the settings of the link changed: connect anew. */
  anew: Bit;
  /** Part that has the next turn, '' = none. */
  p: string;
  /** Registration: 0 none yet, 1 Accepted, 2 Pending, 3 Rejected. */
  reg: 0 | 1 | 2 | 3;
  /** Next BootNotification; last answered call. */
  boot: number;
  beat: number;
  /** What is to be told, and what of it was asked for by TriggerMessage. */
  want: number;
  trg: number;
  /** Own call under way: id ('' = none), its bit, when sent, its outcome (0 = open); number of ids used; time-outs in a
   * row. */
  id: string;
  act: number;
  at: number;
  how: number;
  k: number;
  mute: number;
  /** Unreadable messages in a row. */
  bad: number;
  /** What the part with the next turn works on: a message, a call from the central system, the payload of an answer. */
  in: unknown;
  /** Message being written: part that writes it ('' = none), next piece, text so far, 1 = begun on the wire. */
  sp: string;
  sn: number;
  sb: string;
  sf: Bit;
  /** What the writing part needs to remember. */
  sa: unknown;
  /** The record of the last slot: a sample for which flash had no room. */
  ram?: string;
  /** Queue: slots in order (slot + 64 for meter values), next number, failed attempts of the head and when it is due. */
  q: number[];
  qn: number;
  qa: number;
  qd: number;
  /** Where thinning goes on, and the greatest time stamp so far. */
  th: number;
  ts: number;
  /** Slots still to be read in after the boot; what they taught so far. */
  ld: number;
  old: unknown;
  /** What happened since the last turn. */
  ev: Happening[];
  /** Reference of the running transaction, the number of its start record; 0 = none. */
  ref: number;
  /** Confirmed pair: reference and transactionId. */
  tr: number;
  tx: number;
  /** Next sample; of the transaction, of the clock's grid. */
  nx: number;
  smp: number;
  grid: number;
  /** Last note of the open transaction; samples counted for its end, and how many of them become one. */
  note: number;
  d: number;
  ds: number;
  /** Status 0 and 1: as it is, since when, as acknowledged, as sent; times it went unanswered. */
  s0: number;
  s1: number;
  s1At: number;
  ack0: number;
  ack1: number;
  sent: number;
  miss: number;
  /** Status that is to be passed through first, 0 = none. */
  via: number;
  /** Tag that waits for Authorize, '' = none; parent of the running transaction's tag. */
  tag: string;
  par: string;
  /** Availability as asked for: 1 = charge point inoperative, 2 = connector inoperative. */
  ino: number;
  /** Energy register at which a refused tag takes effect. */
  max: number;
  /** Unlocking: id of the call that waits for the lock, and until when. */
  un: string;
  unAt: number;
  /** Reset asked for: 0 none, 1 soft, 2 hard, and 4 for each attempt; since when. */
  rst: number;
  rstAt: number;
  /** Charging profiles: next look, 0 = at once, 1 = under way; offset of the clock that the last one believed; state of one
   * that is under way. */
  pn: number;
  pw: number;
  ps: unknown;
  /** 1 = no profile is stored, for sure. */
  bare: Bit;
  /** When one phase was asked for last. */
  p1: number;
  /** 1 = the running transaction gets no energy: its tag turned out to be refused. */
  den: Bit;
  /** Messages of other parts: '"action",{payload}' texts. */
  out: string[];
  /** What a part keeps for its next turn: the entries of a list so far, what an answer told about a tag. */
  got: unknown;
  /** Update under way, and when it is looked at again. */
  fw: Work | undefined;
  fa: number;
  /** Report on its way to the central system's folder, likewise; without one, when the log is looked at for remote logging. */
  dg: Out | undefined;
  da: number;
  /** The last line of the log that the central system got. */
  line?: string;
}

/**
 * What stands in front of the periods of a stored profile: 0 number of the installation, 1 chargingProfileId, 2 purpose
 * (0 ChargePointMax, 1 TxDefault, 2 Tx), 3 stackLevel, 4 connectorId, 5 session of a TxProfile, 6 validFrom, 7 validTo (s since
 * 1970, 0 = open), 8 kind (0 absolute, 1 from the start of the transaction, else the recurrence in s), 9 start, 10 duration
 * (-1 = open), 11 unit (0 A, 1 W), 12 least limit in 0.1 A, 13 least phases.
 */
export function head(text: string): number[] {
  return JSON.parse(text.substr(0, text.indexOf(']') + 1)) as number[];
}

/** JSON text of a string. Bytes above 127 stay: the engine's own writer would make \u00XX of them. */
export function quote(s: string): string {
  const t = JSON.stringify(s);
  if (t.length === s.length + 2) return t;
  let out = '"';
  for (let i = 0; i < s.length; i++) out += s.charCodeAt(i) > 127 ? s[i] : JSON.stringify(s[i]).slice(1, -1);
  return out + '"';
}

/** The first `most` characters of a text; text is bytes here, and a character of UTF-8 may have several. */
export function chars(s: string, most: number): string {
  let at = 0;
  let n = 0;
  if (s.length <= most) return s;
  while (at < s.length && ((s.charCodeAt(at) & 0xc0) === 0x80 || n++ < most)) at++;
  return s.substr(0, at);
}

/** An idTag as JSON. */
export function quoteTag(tag: unknown): string {
  return quote(chars(tag as string, 20));
}

/** When something happened, ISO. Noted while the clock was unknown: by the clock that this boot, or the last one, got later
 * (limit.part.ts); otherwise at the latest when this boot began. */
export function time(o: Ocpp, ts: number, boot: number): string {
  const c = o.c;
  if (ts >= 0) return c.f.iso(ts);
  const b = boot === c.rbc ? [boot, c.w] : (JSON.parse(c.f.get('bw') ?? '[0]') as number[]);
  const i = b.indexOf(boot);
  return c.f.iso(i < 0 ? c.w : b[i + 1] - ts - 1);
}

/** Where the samples for the end of a transaction are kept: key in front of their numbers. Who begins takes one that is free. */
export function kept(ref: number): string {
  return 'd' + (ref % SETS).toString(36);
}

/** transactionId of a reference; -1 = its start was given up. */
export function txId(o: Ocpp, ref: number): number {
  return ref === o.tr ? o.tx : -1;
}

/** Index of a card in the charger's own table, -1 = none. */
export function card(o: Ocpp, tag: string): number {
  const list = o.c.k.cards;
  const t = tag.toLowerCase();
  for (let i = 0; i < list.length; i++) if (list[i].id && list[i].id.toLowerCase() === t) return i;
  return -1;
}

/** Integer, or text that is one; undefined = neither. */
export function integer(v: unknown): number | undefined {
  const n = typeof v === 'string' && v !== '' ? Number(v) : v;
  return typeof n === 'number' && Math.floor(n) === n ? n : undefined;
}

/** ms since 1970 of a text in RFC 3339, any zone, any fraction; NaN = no such thing. */
export function moment(text: unknown): number {
  const t = typeof text === 'string' ? text : '';
  if (t.length < 20 || t[4] !== '-' || t[10] !== 'T' || t[13] !== ':') return NaN;
  const ms = Date.parse(t.substr(0, 19) + 'Z');
  if (t.length === 20 && t[19] === 'Z') return ms;
  const zone = t.substr(19);
  const sign = zone.indexOf('+') >= 0 ? '+' : zone.indexOf('-') >= 0 ? '-' : '';
  const cut = sign ? zone.indexOf(sign) : zone.length - 1;
  const part = parseFloat('0' + zone.substr(0, cut));
  const off = zone.substr(cut + 1).replace(':', '');
  const shift = sign ? parseInt(off.substr(0, 2), 10) * 60 + parseInt(off.substr(2, 2) || '0', 10) : 0;
  return ms + Math.round((part || 0) * 1000) - shift * (sign === '-' ? -60000 : 60000);
}
