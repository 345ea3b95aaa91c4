// The one record of the OCPP client, and the names that resident code and parts on call share.

import type { Bit } from '../../hal/types';
import type { Charger } from '../core/charger';
import type { Ws } from './websocket';

/** What we may want to tell, a bit each; the lowest goes first. */
export const BOOT = 1;
export const AUTH = 2;
export const STATUS0 = 4;
export const STATUS1 = 8;
export const QUEUE = 16;
export const METER = 32;
export const BEAT = 64;
export const OTHER = 128;

/** A frame from the central system: type, id, then action and payload, or payload, or code, text, details. */
export type Frame = [number, string, ...unknown[]];

export interface Ocpp {
  c: Charger;
  w: Ws;
  /** Link: 0 down, 1 gate and connect, 2 handshake, 3 open. */
  st: 0 | 1 | 2 | 3;
  /** Next try to connect, failed tries in a row, redirects followed, and where to. */
  due: number;
  n: number;
  hops: number;
  url: string;
  /** 1 = the settings of the link changed: connect anew. */
  anew: Bit;
  /** Registration: 0 none yet, 1 Accepted, 2 Pending, 3 Rejected. */
  reg: 0 | 1 | 2 | 3;
  /** Next BootNotification; last answered call. */
  boot: number;
  beat: number;
  /** What is to be told, and what of it was asked for by TriggerMessage. */
  want: number;
  trg: number;
  /** Own call under way: id ('' = none), its bit, when sent; number of ids used; time-outs in a row. */
  id: string;
  act: number;
  at: number;
  k: number;
  mute: number;
  /** Unreadable messages in a row. */
  bad: number;
  /** A call from the central system that waits for its turn. */
  in: Frame | undefined;
  /** Message being written piece by piece: part that writes it ('' = none), step, text so far, 1 = begun on the wire. */
  sp: '' | 'calls' | 'configuration';
  sn: number;
  sb: string;
  sf: Bit;
  /** What the writing part needs to remember. */
  sa: unknown;
  /** Queue: slots in order (slot + 64 for meter values), next number, failed attempts of the head and when it is due. */
  q: number[];
  qn: number;
  qa: number;
  qd: number;
  /** Where thinning went on, and the greatest time stamp so far. */
  th: number;
  ts: number;
  /** Reference of the running or last transaction: the number of its start record. */
  ref: number;
  /** Confirmed pair: reference and transactionId. */
  tr: number;
  tx: number;
  /** Next sample; slot of the clock's grid; last note of the open transaction; samples counted for its end, and
   * how many of them become one. */
  smp: number;
  grid: number;
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
  /** Tag that waits for Authorize, '' = none. */
  tag: string;
  /** Availability as asked for: 1 = charge point inoperative, 2 = connector inoperative. */
  ino: number;
  /** 1 = tag refused while charging; energy register at which that takes effect. */
  inv: Bit;
  max: number;
  /** Reset asked for: 0 none, 1 soft, 2 hard; not later than. */
  rst: 0 | 1 | 2;
  rstAt: number;
  /** Messages of other parts: 'action",{payload}' texts. */
  out: string[];
  /** What parts may use of the resident code. */
  f: {
    quote(s: string): string;
    put(o: Ocpp, kind: string, ref: number, ts: number, rest: string): void;
    drop(o: Ocpp): void;
    pair(o: Ocpp, ref: number, tx: number): void;
    stamp(o: Ocpp): number;
  };
}
