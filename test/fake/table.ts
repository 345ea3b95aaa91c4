// The key table in memory: packs the rows as the build does, and plays Storage, journal, parts and timers under them.

import * as change from '../../firmware/core/change.part';
import * as keep from '../../firmware/core/keep.part';
import * as creds from '../../firmware/core/creds.part';
import * as press from '../../firmware/core/press.part';
import * as cards from '../../firmware/core/cards.part';
import * as utf8 from '../../firmware/core/utf8.part';
import * as conf from '../../firmware/core/conf.part';
import * as console_ from '../../firmware/console.part';
import * as tell from '../../firmware/tell.part';
import * as dump from '../../firmware/http/dump.part';
import * as escape_ from '../../firmware/http/escape.part';
import * as events from '../../firmware/http/events.part';
import * as get from '../../firmware/http/get.part';
import * as metrics from '../../firmware/http/metrics.part';
import * as set from '../../firmware/http/set.part';
import * as v1 from '../../firmware/http/v1.part';
import * as nets from '../../firmware/net/nets.part';
import * as page from '../../firmware/http/page.part';
import * as param from '../../firmware/http/param.part';
import * as apply from '../../firmware/http/apply.part';
import * as web from '../../firmware/http/web.part';
import * as eco from '../../firmware/core/eco.part';
import * as sched from '../../firmware/core/sched.part';
import * as site from '../../firmware/core/site.part';
import * as trip from '../../firmware/core/trip.part';
import * as trx from '../../firmware/core/trx.part';
import * as why from '../../firmware/core/why.part';
import { clock } from '../../firmware/core/time';
import * as settle from '../../firmware/core/settle.part';
import * as zone from '../../firmware/core/zone.part';
import { at, code, head, read, row, save, settings, text } from '../../firmware/core/config';
import type { Charger } from '../../firmware/core/charger';
import { KEYS } from '../../firmware/core/keys';
import type { Key } from '../../firmware/core/keys';
import { KEYS as OLD, type Row } from '../../firmware/http/v1';
import { model } from '../../firmware/core/access';
import { file } from '../../firmware/core/parts';
import { crc32 } from '../../tools/crc32.mjs';
import { pack } from '../../tools/pack.mjs';
import { BUILTIN, FAULTS_FILE, charger } from './charger';
import type { Fake, Options } from './charger';

const body = (f: unknown): string => (f ? String(f).replace(/^\(?[\w, ]*\)?\s*=>\s*/, '') : '');

/** The data file `keys`. */
export const FILE = Buffer.from(
  pack(
    Object.entries<Key>(KEYS).map(([name, k]) => ({ name, ...k, get: body(k.get), set: body(k.set) })),
    Object.entries<Row>(OLD).map(([name, r]) => ({ name, ...r, get: body(r.get) })),
  ),
).toString('latin1');

export interface Table extends Fake {
  files: { [name: string]: string };
  journal: { [key: string]: string };
  printed: string[];
  /** Timers that wait; run() fires them, and what they start, and counts. */
  timers: { id: number; fn: () => void; ms: number }[];
  run(upTo?: number, most?: number): number;
  resets: number[];
  /** What the web server listens with. */
  request(q: unknown, r: unknown): void;
}

/** A charger with all of the table in place. */
export function table(
  o: { files?: { [name: string]: string }; journal?: { [key: string]: string } } = {},
  board: Options = {},
): Table {
  const t = charger(board) as Table;
  t.files = Object.assign({ keys: FILE, faults: FAULTS_FILE }, o.files);
  t.journal = o.journal ?? {};
  t.printed = [];
  t.timers = [];
  t.resets = [];
  t.run = (upTo = 1000, most = Infinity): number => {
    let n = 0;
    for (let i; n < most && (i = t.timers.findIndex((x) => x.ms <= upTo)) >= 0; n++)
      t.timers.splice(i, 1)[0].fn();
    return n;
  };
  const storage = {
    read: (name: string, from = 0, length?: number) => t.files[name]?.substr(from, length || undefined),
    write: (name: string, text: string) => ((t.files[name] = text), true),
    erase: (name: string) => delete t.files[name],
    getFree: () => 500000,
  };
  BUILTIN.Storage = storage;
  BUILTIN.http = { createServer: (fn: Table['request']) => ((t.request = fn), { listen: () => undefined }) };
  let id = 0;
  Object.assign(globalThis, {
    require: (name: string) => BUILTIN[name],
    print: (line: string) => t.printed.push(line),
    setTimeout: (fn: () => void, ms: number) => (t.timers.push({ id: ++id, fn, ms }), id),
    clearTimeout: (n: number) => (t.timers = t.timers.filter((x) => x.id !== n)),
  });
  Object.assign((globalThis as unknown as { E: object }).E, {
    on: () => undefined,
    CRC32: (v: string | Uint8Array) => crc32(typeof v === 'string' ? Buffer.from(v, 'latin1') : v),
  });
  const c = t.c;
  const parts: { [name: string]: unknown } = {
    conf,
    change,
    keep,
    cards,
    trx,
    creds,
    press,
    zone,
    eco,
    sched,
    site,
    utf8,
    nets,
    trip,
    why,
    console: console_,
    tell,
    web,
    dump,
    escape: escape_,
    param,
    apply,
    events,
    get,
    metrics,
    set,
    settle,
    v1,
    page,
  };
  const net = { up: 1, ip: '10.0.0.2', ssid: 'home', ap: 0, why: '', rest: 0, sta: 2, rssi: () => -60 };
  Object.assign(c.b, { net });
  BUILTIN.Wifi = {
    scan: () => undefined,
    getStatus: () => ({ rssi: -60, channel: 11, bssid: '02:00:00:00:00:07', authMode: 'wpa2' }),
    getIP: () => ({ ip: '10.0.0.2', netmask: '255.0.0.0', gw: '10.0.0.1', mac: '24:0a:c4:01:86:a1' }),
  };
  Object.assign(process, { memory: () => ({ free: 1600, usage: 2900, total: 4500 }) });
  Object.assign(c.f, {
    row,
    at,
    text,
    head,
    code,
    read,
    save,
    part: (name: string) => parts[name],
    ready: (name: string) => parts[name],
    file,
    drop: () => undefined,
    lines: () => t.lines,
    model,
    wall: () => (c.w ? c.t + c.w : 0),
    clock,
    due: () => false,
    iso: (ms: number) => new Date(ms).toISOString(),
    reset: (hard: number) => t.resets.push(hard),
    put: (key: string, text: string) => ((t.journal[key] = text), true),
    get: (key: string) => t.journal[key],
    del: (key: string) => delete t.journal[key],
  });
  c.k = {} as Charger['k'];
  settings(c);
  return t;
}

export { conf };
