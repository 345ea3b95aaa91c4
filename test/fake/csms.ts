// A central system in memory, with its end of the socket, and a charger that talks to it on a virtual clock.

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import * as carry from '../../firmware/ocpp/carry.part';
import * as change from '../../firmware/core/change.part';
import * as keep from '../../firmware/core/keep.part';
import type { Bit, Nor } from '../../hal/types';
import type { Charger } from '../../firmware/core/charger';
import * as conf from '../../firmware/core/conf.part';
import * as journal from '../../firmware/core/journal';
import * as creds from '../../firmware/core/creds.part';
import * as sched from '../../firmware/core/sched.part';
import * as answer from '../../firmware/ocpp/answer.part';
import * as auth from '../../firmware/ocpp/auth.part';
import * as away from '../../firmware/ocpp/away.part';
import * as boot from '../../firmware/ocpp/boot.part';
import * as bulk from '../../firmware/ocpp/bulk.part';
import * as compose from '../../firmware/ocpp/compose.part';
import * as configuration from '../../firmware/ocpp/configuration.part';
import * as derive from '../../firmware/ocpp/derive.part';
import * as dial from '../../firmware/ocpp/dial.part';
import * as frames from '../../firmware/ocpp/frames.part';
import * as hand from '../../firmware/ocpp/hand.part';
import * as inbox from '../../firmware/ocpp/inbox.part';
import * as install from '../../firmware/ocpp/install.part';
import * as known from '../../firmware/ocpp/known.part';
import * as learn from '../../firmware/ocpp/learn.part';
import * as enrol from '../../firmware/ocpp/enrol.part';
import * as locals from '../../firmware/ocpp/locals.part';
import * as limit from '../../firmware/ocpp/limit.part';
import * as manage from '../../firmware/ocpp/manage.part';
import * as notify from '../../firmware/ocpp/notify.part';
import * as profile from '../../firmware/ocpp/profile.part';
import * as queue from '../../firmware/ocpp/queue.part';
import * as remote from '../../firmware/ocpp/remote.part';
import * as renew from '../../firmware/ocpp/renew.part';
import * as reserve from '../../firmware/ocpp/reserve.part';
import * as restore from '../../firmware/ocpp/restore.part';
import * as sample from '../../firmware/ocpp/sample.part';
import * as shake from '../../firmware/ocpp/shake.part';
import * as tail from '../../firmware/ocpp/tail.part';
import * as tx from '../../firmware/ocpp/tx.part';
import * as update from '../../firmware/ocpp/update.part';
import * as upload from '../../firmware/ocpp/upload.part';
import * as values from '../../firmware/ocpp/values.part';
import * as gate from '../../firmware/net/gate.part';
import * as fetch from '../../firmware/net/fetch.part';
import * as slot from '../../firmware/core/slot.part';
import { ASKED, TOLD } from '../../firmware/ocpp/messages';
import { tap } from '../../firmware/core/access';
import { clock } from '../../firmware/core/time';
import * as zone from '../../firmware/core/zone.part';
import { file } from '../../firmware/core/parts';
import { at, code, head, read, row, save, settings, text } from '../../firmware/core/config';
import * as settle from '../../firmware/core/settle.part';
import { FILE } from './table';
import { packMessages } from '../../tools/messages.mjs';
import { flow, hook, link, watch } from '../../firmware/ocpp/link';
import { restore as recover } from '../../firmware/core/session';
import { breaches } from './breaches';
import * as utf8 from '../../firmware/core/utf8.part';
import { BUILTIN, FAULTS_FILE, charger } from './charger';
import type { Fake } from './charger';

export const PARTS: { [name: string]: unknown } = {
  conf,
  creds,
  sched,
  gate,
  fetch,
  slot,
  answer,
  auth,
  away,
  boot,
  bulk,
  carry,
  compose,
  configuration,
  derive,
  dial,
  enrol,
  frames,
  hand,
  inbox,
  install,
  known,
  learn,
  locals,
  limit,
  manage,
  notify,
  profile,
  queue,
  remote,
  renew,
  reserve,
  restore,
  sample,
  settle,
  shake,
  tail,
  tx,
  update,
  upload,
  utf8,
  values,
  zone,
};
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const load = createRequire(import.meta.url);
/** Validator of the published OCPP 1.6 schemas, without those of 2.x. */
const strict = (load('ocpp-rpc/lib/validator.js') as typeof import('ocpp-rpc')).createValidator(
  'ocpp1.6',
  load('ocpp-rpc/lib/schemas/ocpp1_6.json'),
);

export const accept = (key: string): string =>
  createHash('sha1')
    .update(key + GUID)
    .digest('base64');

/** What a call of the central system may bring about, and not before its answer. */
const CAUSED: { [action: string]: (q: Payload, said: string, p: Payload) => boolean } = {
  RemoteStartTransaction: (q, said, p) => /^(Auth|Start)/.test(said) && p.idTag === q.idTag,
  RemoteStopTransaction: (q, said, p) => p.reason === 'Remote' && p.transactionId === q.transactionId,
  Reset: (q, _, p) => p.reason === `${q.type}Reset`,
  UnlockConnector: (_q, _s, p) => p.reason === 'UnlockCommand',
  ChangeAvailability: (q, _, p) => p.status === 'Unavailable' && q.type === 'Inoperative',
  ReserveNow: (_q, _s, p) => p.status === 'Reserved',
  UpdateFirmware: (_q, _s, p) => p.status === 'Downloading',
  GetDiagnostics: (_q, _s, p) => p.status === 'Uploading',
  TriggerMessage: (q, said, p) =>
    said === q.requestedMessage && (said !== 'MeterValues' || JSON.stringify(p).includes('"Trigger"')),
};

/** A frame as a server sends it: unmasked. */
export function frame(op: number, body: string, fin = true): string {
  const n = body.length;
  const size =
    n < 126
      ? [n]
      : n < 65536
        ? [126, n >> 8, n & 255]
        : [127, 0, 0, 0, 0, (n >>> 24) & 255, (n >> 16) & 255, (n >> 8) & 255, n & 255];
  return String.fromCharCode((fin ? 128 : 0) | op, ...size) + body;
}

/** A client frame taken apart. */
export interface Sent {
  op: number;
  fin: boolean;
  body: string;
}

export function parse(bytes: string): { frame: Sent; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const b = Buffer.from(bytes, 'latin1');
  if (!(b[1] & 128)) throw new Error('client frame without mask');
  let n = b[1] & 127;
  let at = 2;
  if (n === 126) {
    n = b.readUInt16BE(2);
    at = 4;
  }
  const mask = b.subarray(at, at + 4);
  if (b.length < at + 4 + n) return undefined;
  const body = b.subarray(at + 4, at + 4 + n).map((x, i) => x ^ mask[i & 3]);
  return {
    frame: { op: b[0] & 15, fin: b[0] > 127, body: Buffer.from(body).toString('latin1') },
    length: at + 4 + n,
  };
}

type Handler = (data: never) => void;
type Payload = Record<string, unknown>;

/** The charger's end of a TCP connection; what it writes goes to `wrote`. */
export class Wire {
  on_: { [event: string]: Handler } = {};
  ended = false;
  constructor(private wrote: (s: string) => void) {}
  on(event: string, fn: Handler): void {
    this.on_[event] = fn;
  }
  write(s: string): boolean {
    if (!this.ended) this.wrote(s);
    return true;
  }
  end(): void {
    this.ended = true;
  }
  push(s: string): void {
    if (!this.ended) (this.on_['data'] as (s: string) => void)(s);
  }
  cut(): void {
    this.ended = true;
    if (this.on_['close']) (this.on_['close'] as () => void)();
  }
}

export interface Message {
  t: number;
  from: 'cp' | 'cs';
  type: number;
  id: string;
  action: string;
  payload: Record<string, unknown>;
}

export type Answers = {
  [action: string]: (q: Record<string, never>, n: number) => object | string | undefined;
};

// Settings are set by a part of their own.
PARTS.change = change;
PARTS.keep = keep;

export const NOW = Date.parse('2026-01-10T12:00:00Z');

export class Csms {
  /** Everything said, with the action also at answers. */
  log: Message[] = [];
  requests: string[] = [];
  closes: number[] = [];
  wire: Wire | undefined;
  /** 1 = TCP connects. */
  up = true;
  /** How the handshake is answered. */
  greet = (key: string): string =>
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' +
    accept(key) +
    '\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n';
  t = (): number => 0;
  tx = 100;
  pongs = 0;
  answers: Answers = {};
  private _in = '';
  private _msg = '';
  asked: { [id: string]: string } = {};
  /** Calls that wait for their answer: ours, and the one of the charger, which waits `patience` ms. */
  private _asking: { [id: string]: [action: string, q: Payload] } = {};
  private _waits: { id: string; t: number } | undefined;
  patience = (): number => 30000;
  private _count: { [action: string]: number } = {};
  private _n = 0;
  private _open = false;

  connect(): Wire {
    if (!this.up) throw 'Unable to create socket';
    this._in = '';
    this._msg = '';
    this._open = false;
    this._asking = {};
    this._waits = undefined;
    return (this.wire = new Wire((s) => this._take(s)));
  }

  /** Actions that the charger called, in order. */
  said(from = 0): string[] {
    return this.log
      .slice(from)
      .filter((m) => m.from === 'cp' && m.type === 2)
      .map(brief);
  }

  calls(action: string): Record<string, unknown>[] {
    return this.log
      .filter((m) => m.from === 'cp' && m.type === 2 && m.action === action)
      .map((m) => m.payload);
  }

  /** Calls the charger; the id finds the answer. */
  call(action: string, payload: unknown): string {
    const id = 'cs' + ++this._n;
    this.asked[id] = action;
    this._asking[id] = [action, payload as Payload];
    this.text(JSON.stringify([2, id, action, payload]));
    return id;
  }

  /** Payload or error code that came back. */
  answer(id: string): unknown {
    const m = this.log.find((x) => x.id === id && x.from === 'cp');
    return m && (m.type === 3 ? m.payload : m.action);
  }

  text(s: string): void {
    // An answer that comes late.
    if (this._waits && s.includes(`"${this._waits.id}"`)) this._waits = undefined;
    const call = /^\[2,"([^"]+)","(\w+)"/.exec(s);
    if (call) this.asked[call[1]] = call[2];
    this.wire!.push(frame(1, s));
  }

  private _take(s: string): void {
    this._in += s;
    if (!this._open) this._shake();
    for (let p = this._open ? parse(this._in) : undefined; p; p = parse(this._in)) {
      this._in = this._in.slice(p.length);
      this._frame(p.frame);
    }
  }

  private _shake(): void {
    const end = this._in.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.requests.push(this._in.slice(0, end));
    const key = /Sec-WebSocket-Key: (.*)/.exec(this._in)![1];
    this._in = this._in.slice(end + 4);
    const hello = this.greet(key);
    this._open = hello.startsWith('HTTP/1.1 101');
    this.wire!.push(hello);
  }

  private _frame(f: Sent): void {
    if (f.op === 8) this.closes.push(f.body.charCodeAt(0) * 256 + f.body.charCodeAt(1));
    else if (f.op === 9) this._ping(f.body);
    else if (f.op < 3) {
      this._msg += f.body;
      if (f.fin) this._message(JSON.parse(Buffer.from(this._msg, 'latin1').toString('utf8')));
      if (f.fin) this._msg = '';
    }
  }

  /** `silent` = no pong. */
  silent = false;
  private _ping(body: string): void {
    this.pongs++;
    if (!this.silent) this.wire!.push(frame(10, body));
  }

  private _breach(why: string): never {
    breaches.push(why);
    throw new Error(why);
  }

  private _fits(kind: string, payload: Payload): void {
    try {
      strict.validate('urn:' + kind, payload);
    } catch (e) {
      this._breach(`${kind}: ${e as Error}`);
    }
  }

  private _message(m: [number, string, string, Record<string, unknown>]): void {
    const [type, id] = m;
    delete this._asking[id];
    if (type === 2) this._call(id, m[2], m[3]);
    else if (type === 3) {
      const payload = m[2] as unknown as Record<string, unknown>;
      this._fits(this.asked[id] + '.conf', payload);
      this.log.push({ t: this.t(), from: 'cp', type, id, action: this.asked[id], payload });
    } else this.log.push({ t: this.t(), from: 'cp', type, id, action: m[2], payload: {} });
  }

  private _call(id: string, action: string, payload: Record<string, unknown>): void {
    this._fits(action + '.req', payload);
    if (!id || id.length > 36 || this.log.some((m) => m.id === id)) this._breach(`id ${id} used twice`);
    const w = this._waits;
    if (w && this.t() - w.t < this.patience()) this._breach(`${action} while ${w.id} waits`);
    for (const [first, q] of Object.values(this._asking))
      if (CAUSED[first]?.(q, action, payload)) this._breach(`${action} before the answer to ${first}`);
    this._waits = { id, t: this.t() };
    this.log.push({ t: this.t(), from: 'cp', type: 2, id, action, payload });
    const n = (this._count[action] = (this._count[action] ?? 0) + 1);
    const make = this.answers[action] ?? DEFAULT[action] ?? (() => ({}));
    const a = make.call(this, payload as never, n);
    if (a === undefined) return;
    this._waits = undefined;
    this.wire!.push(frame(1, JSON.stringify(typeof a === 'string' ? [4, id, a, '', {}] : [3, id, a])));
  }

  now(): string {
    return new Date(NOW + this.t()).toISOString();
  }
}

const DEFAULT: Answers = {
  BootNotification(this: Csms) {
    return { status: 'Accepted', currentTime: this.now(), interval: 300 };
  },
  Heartbeat(this: Csms) {
    return { currentTime: this.now() };
  },
  Authorize: () => ({ idTagInfo: { status: 'Accepted' } }),
  StartTransaction(this: Csms) {
    return { transactionId: ++this.tx, idTagInfo: { status: 'Accepted' } };
  },
  StopTransaction: () => ({ idTagInfo: { status: 'Accepted' } }),
} as Answers;

/** Action with what matters most of it. */
function brief(m: Message): string {
  const p = m.payload;
  if (m.action === 'StatusNotification') return 'Status ' + p.connectorId + ' ' + p.status;
  if (m.action === 'StopTransaction') return 'Stop ' + p.reason;
  if (m.action === 'StartTransaction') return 'Start ' + p.idTag;
  if (m.action === 'Authorize') return 'Authorize ' + p.idTag;
  return m.action;
}

BUILTIN.crypto = {
  SHA1: (s: string) => new Uint8Array(createHash('sha1').update(s, 'latin1').digest()).buffer,
};
/** The data file of messages; a rig starts with that of the build. */
export const messages = { text: '' };
export interface Rig extends Fake {
  cs: Csms;
  /** Journal: hand it to the next rig for a reboot. */
  store: Map<string, string>;
  /** Restarts asked for. */
  resets: Bit[];
  /** ms since the rig was made. */
  run(ms: number): void;
  tap(uid: string): void;
  /** Jobs alone, without a scan. */
  step(): void;
}

export interface Options {
  cs?: Csms;
  store?: Map<string, string>;
  /** The real journal in this flash, instead of a store. */
  flash?: Nor;
  settings?: Record<string, unknown>;
  charger?: { lock?: boolean; rcm?: boolean };
  boot?: number;
  /** The chip restarted without a power cut. */
  again?: Bit;
}

/** A charger with OCPP, card first (`acs` 1), connected to a central system in memory. */
export function rig(o: Options = {}): Rig {
  const cs = o.cs ?? new Csms();
  // A central system has accepted it before: a new one starts nothing on its own.
  const store = o.store ?? new Map([['qx', '[0,-1]']]);
  const f = charger(o.charger) as Rig;
  const c = f.c;
  const resets: Bit[] = [];
  Object.assign(globalThis, {
    VERSION: '0.1.0',
    btoa: (v: string) => Buffer.from(v, 'latin1').toString('base64'),
  });
  messages.text = packMessages({ TOLD, ASKED });
  BUILTIN.Storage = {
    read: (file: string, at = 0, n = 1e6) =>
      ({ messages: messages.text, faults: FAULTS_FILE, keys: FILE, mount: ' ' })[file]?.substr(
        at,
        n || undefined,
      ),
  };
  BUILTIN.net = { connect: () => cs.connect() };
  Object.assign((globalThis as unknown as { E: object }).E, { hwRand: () => 12345 });
  c.rbc = o.boot ?? 1;
  cs.t = () => c.t;
  c.b.net = {
    up: 1,
    ip: '10.0.0.2',
    ssid: 'home',
    ap: 0,
    why: '',
    join: () => undefined,
    access: () => undefined,
    rssi: () => -60,
    rest: 0,
    sta: 2,
    resolve: (_h, then) => then('10.0.0.1'),
    ping: (_ip, then) => then(1),
  };
  c.b.meter = {
    v: [230.04, 231, 229],
    i: [15.9, 16, 16.1],
    p: [3657, 3696, 3687],
    wh: 0,
    hz: 50,
    ok: 1,
    sample: () => false,
  };
  c.m.p = 11040;
  c.x.tmp = [31, 40];
  c.hooks.unshift(hook);
  Object.assign(c.f, {
    part: (name: string) => PARTS[name],
    ready: (name: string) => PARTS[name],
    file,
    put: (k: string, v: string) => (store.set(k, v), true),
    get: (k: string) => store.get(k),
    del: (k: string) => store.delete(k),
    wall: (x: Charger) => (x.w ? x.t + x.w : 0),
    clock,
    due: () => false,
    iso: (ms: number) => new Date(Math.floor(ms)).toISOString(),
    reset: (hard: Bit) => resets.push(hard),
    model: () => 13,
    save,
    row,
    at,
    text,
    head,
    code,
    read,
    drop: () => undefined,
    lines: () => [...f.lines, ''],
  });
  if (o.flash) {
    journal.mount(o.flash, 0);
    const { put, get, del } = journal;
    Object.assign(c.f, { put, get, del });
    if (get('qx') === undefined) put('qx', '[0,-1]');
  }
  // Parts catch what they throw and log it.
  const { log } = c.f;
  c.f.log = (tag, text) => {
    if (/(Type|Reference|Range)Error/.test(text)) breaches.push(text);
    log(tag, text);
  };
  settings(c);
  cs.patience = () => c.k.omt * 1000;
  Object.assign(c.k, { acs: 1, ocppe: 1, ocppu: 'ws://cs.test:9000/ocpp' }, o.settings);
  recover(c, o.again);
  f.cs = cs;
  f.store = store;
  f.resets = resets;
  f.run = (ms) => {
    const end = c.t + ms;
    while (c.t + 20 <= end) {
      f.until(c.t + 20);
      for (const job of [link, flow, watch, flow]) job(c);
    }
  };
  f.step = () => {
    c.t += 20;
    for (const job of [link, flow, watch, flow]) job(c);
  };
  f.tap = (uid) => tap(c, uid);
  return f;
}

/** A rig that is connected and idle; `told` is what it has said since. */
export function ready(o: Options = {}): Rig & { told(): string[] } {
  const r = rig(o);
  r.run(3000);
  const from = r.cs.log.length;
  return Object.assign(r, { told: () => r.cs.said(from) });
}

/** What the charger answers to a call of the central system, `ms` later. */
export function asked(r: Rig, action: string, payload: object, ms = 1000): unknown {
  const id = r.cs.call(action, payload);
  r.run(ms);
  return r.cs.answer(id);
}
