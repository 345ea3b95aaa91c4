// Hosts in memory that the whole bundle connects to on a virtual clock: a central system and a file server.

import assert from 'node:assert';
import type { Build } from '../../bench/image';
import type { WorldClock } from '../../bench/clock';
import { Loopback } from './host';
import { packUpdate } from '../../tools/update.mjs';
import { Csms } from './csms';
import { Whole, reference } from './whole';

/** A host's end of a connection. */
export interface Peer {
  /** Bytes from the charger. */
  take(data: string): void;
  /** The charger has closed. */
  gone?(): void;
}
export interface Line {
  send(data: string): void;
  end(): void;
}

/** What listens on which port; every name leads here. */
export class Hosts extends Loopback {
  ports_: { [port: number]: (line: Line) => Peer } = {};
  /** ms that a packet takes. */
  latency = 5;
  private lines = new Map<number, Peer>();
  private next = 100001;

  constructor(
    private world: WorldClock,
    stall: (ms: number) => void,
  ) {
    super(world, stall);
  }

  override connect(host: string, port: number): number {
    const serve = this.ports_[port];
    if (!serve) return super.connect(host, port);
    const id = this.next++;
    const at = (fn: () => void): unknown => this.world.at(this.world.now() + this.latency, fn);
    this.lines.set(
      id,
      serve({
        send: (data) => at(() => this.lines.has(id) && this.onData?.(id, Buffer.from(data, 'latin1'))),
        end: () => at(() => this.lines.delete(id) && this.onClose?.(id)),
      }),
    );
    return id;
  }

  override send(id: number, data: Uint8Array): void {
    const peer = this.lines.get(id);
    if (!peer) return super.send(id, data);
    const text = Buffer.from(data).toString('latin1');
    this.world.at(this.world.now() + this.latency, () => {
      this.onDrain?.(id);
      if (this.lines.has(id)) peer.take(text);
    });
  }

  override close(id: number): void {
    const peer = this.lines.get(id);
    if (!peer) return super.close(id);
    this.lines.delete(id);
    peer.gone?.();
  }

  /** The module lost its power: nobody says a word. */
  forget(): void {
    this.lines.clear();
  }
}

/** A central system on a port. */
export function central(cs: Csms): (line: Line) => Peer {
  return (line) => {
    const wire = cs.connect();
    wire.on('data', ((s: string) => line.send(s)) as never);
    wire.on('close', (() => line.end()) as never);
    return { take: (s) => wire.write(s), gone: () => wire.end() };
  };
}

export interface Asked {
  method: string;
  path: string;
  headers: { [name: string]: string };
  body: string;
}

/** An HTTP server with files. It sends them in packets, and its connections can be made to break. */
export class Files {
  files: { [path: string]: Buffer } = {};
  asked: Asked[] = [];
  /** Bytes of a packet, ms between two, and bytes of a body after which the connection breaks (once each). */
  packet = 536;
  gap = 2;
  breaks: number[] = [];
  /** Status that is answered instead, once each. */
  statuses: number[] = [];
  /** Whether it knows Range. */
  ranges = true;
  location = '';
  /** Takes uploads; says nothing to anybody. */
  takes = false;
  mute = false;

  constructor(private clock: WorldClock) {}

  readonly serve = (line: Line): Peer => {
    let text = '';
    let done = false;
    return {
      take: (data) => {
        text += data;
        const end = text.indexOf('\r\n\r\n');
        if (end < 0 || done || this.mute) return;
        const [first, ...rest] = text.slice(0, end).split('\r\n');
        const [method, path] = first.split(' ');
        const headers: Asked['headers'] = {};
        for (const h of rest)
          headers[h.slice(0, h.indexOf(':')).toLowerCase()] = h.slice(h.indexOf(':') + 1).trim();
        const body = text.slice(end + 4);
        if (body.length < Number(headers['content-length'] ?? 0)) return;
        done = true;
        this.asked.push({ method, path, headers, body });
        this.answer(line, this.asked.at(-1)!);
      },
    };
  };

  private answer(line: Line, q: Asked): void {
    const status = this.statuses.shift();
    const file = this.takes ? Buffer.from('ok') : this.files[q.path];
    if ((status && status !== 200) || !file) {
      const to = this.location ? `Location: ${this.location}\r\n` : '';
      line.send(`HTTP/1.1 ${status ?? 404} No\r\n${to}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      line.end();
      return;
    }
    const from = this.ranges ? Number(/^bytes=(\d+)-$/.exec(q.headers.range ?? '')?.[1] ?? 0) : 0;
    const body = file.subarray(from);
    const most = this.breaks.shift() ?? Infinity;
    line.send(
      `HTTP/1.1 ${from ? '206 Partial Content' : '200 OK'}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
    );
    const send = (at: number): void => {
      if (at >= Math.min(body.length, most)) return line.end();
      line.send(body.subarray(at, Math.min(at + this.packet, most)).toString('latin1'));
      this.clock.at(this.clock.now() + this.gap, () => send(at + this.packet));
    };
    send(0);
  }
}

/** Version of the build. */
export const VERSION = '0.1.0';

/** The bundle with another version, and with one text in its main chunk replaced. */
export function bundle(version: string, text = '', instead = ''): Build {
  // The file `keys` is read by places.
  assert.equal(version.length, VERSION.length, 'a version must be as long as that of the build');
  const files: Build = new Map();
  const renamed = (data: Uint8Array): Buffer =>
    Buffer.from(Buffer.from(data).toString('latin1').replaceAll(`"${VERSION}"`, `"${version}"`), 'latin1');
  for (const [name, data] of reference()) files.set(name, renamed(data));
  if (text) {
    const main = Buffer.from(files.get('main')!).toString('latin1');
    assert.ok(main.includes(text), text);
    files.set('main', Buffer.from(main.replace(text, instead), 'latin1'));
  }
  return files;
}

/** Its update file. */
export const image = (version: string, board = 'reference', text = '', instead = ''): Buffer =>
  packUpdate(board, version, bundle(version, text, instead)) as Buffer;

/** A charger with a central system and a file server. */
export interface Scene {
  w: Whole;
  cs: Csms;
  web: Files;
  /** Statuses that were told. */
  told(): string[];
  update(q?: object): void;
}

const PAST = '2020-01-01T00:00:00Z';

export function scene(seed = 1, more: Record<string, string> = {}, build = reference()): Scene {
  const cs = new Csms();
  let web!: Files;
  const settings = {
    wifis: '[{"ssid":"bench","key":"bench-key"}]',
    ocppu: 'ws://cs.test:9000/ocpp',
    ocppe: 'true',
    ...more,
  };
  const w = new Whole(
    build,
    seed,
    settings,
    (b) => {
      const net = b.net as Hosts;
      web = new Files(b.clock);
      net.ports_[9000] = central(cs);
      net.ports_[8000] = web.serve;
    },
    Hosts,
  );
  cs.t = () => w.t;
  w.run(20000);
  assert.equal(cs.calls('BootNotification').length, 1, w.bench.out);
  return {
    w,
    cs,
    web,
    told: () => cs.calls('FirmwareStatusNotification').map((p) => p.status as string),
    update: (q = {}) =>
      void cs.call('UpdateFirmware', {
        location: 'http://files.test:8000/new.pwu',
        retrieveDate: PAST,
        ...q,
      }),
  };
}

/** Numbers from 0 to 1, the same each time. */
export function chance(seed: number): () => number {
  return () => (seed = (seed * 16807) % 2147483647) / 2147483647;
}
