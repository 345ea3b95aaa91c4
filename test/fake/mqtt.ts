// MQTT 3.1.1 for tests: packets taken apart by the standard, a client, a broker that misbehaves, and the real one.

import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { start, type Bench } from '../../bench/start';

export interface Packet {
  type: number;
  flags: number;
  body: Buffer;
}
export interface Message {
  topic: string;
  text: string;
  retain: boolean;
}

/** Takes whole packets off a stream. */
export class Packets {
  private rest = Buffer.alloc(0);
  feed(data: Buffer): Packet[] {
    this.rest = Buffer.concat([this.rest, data]);
    const out: Packet[] = [];
    for (;;) {
      let length = 0;
      let i = 1;
      let more = true;
      for (; more; i++) {
        if (i >= this.rest.length) return out;
        if (i > 4) throw new Error('remaining length of more than four bytes');
        length += (this.rest[i] & 127) * 128 ** (i - 1);
        more = this.rest[i] > 127;
      }
      if (this.rest.length < i + length) return out;
      out.push({
        type: this.rest[0] >> 4,
        flags: this.rest[0] & 15,
        body: this.rest.subarray(i, i + length),
      });
      this.rest = this.rest.subarray(i + length);
    }
  }
}

export function encode(first: number, ...parts: (Buffer | number[])[]): Buffer {
  const body = Buffer.concat(parts.map((p) => Buffer.from(p)));
  const head = [first];
  let n = body.length;
  do {
    head.push((n % 128) | (n > 127 ? 128 : 0));
    n = Math.floor(n / 128);
  } while (n);
  return Buffer.concat([Buffer.from(head), body]);
}
export const text = (s: string): Buffer => {
  const b = Buffer.from(s);
  return Buffer.concat([Buffer.from([b.length >> 8, b.length & 255]), b]);
};
export const publication = (topic: string, payload: string, retain = false): Buffer =>
  encode(retain ? 0x31 : 0x30, text(topic), Buffer.from(payload));

export function message(p: Packet): Message {
  const n = p.body.readUInt16BE(0);
  return {
    topic: p.body.toString('utf8', 2, 2 + n),
    text: p.body.toString('utf8', 2 + n + (p.flags & 6 ? 2 : 0)),
    retain: (p.flags & 1) === 1,
  };
}

/** What CONNECT says (3.1). */
export function connection(p: Packet): Record<string, unknown> {
  const b = p.body;
  let at = 0;
  const next = (): string => {
    const n = b.readUInt16BE(at);
    at += 2 + n;
    return b.toString('latin1', at - n, at);
  };
  const protocol = next();
  const [level, flags] = [b[at++], b[at++]];
  const keep = b.readUInt16BE(at);
  at += 2;
  const id = next();
  const will =
    flags & 4 ? { topic: next(), text: next(), qos: (flags >> 3) & 3, retain: !!(flags & 32) } : undefined;
  const user = flags & 128 ? next() : undefined;
  const password = flags & 64 ? next() : undefined;
  if (at !== b.length || flags & 1) throw new Error('CONNECT: malformed');
  return { protocol, level, clean: !!(flags & 2), keep, id, will, user, password };
}

/** Listens and publishes. */
export class Client {
  /** Each has a name of its own: the dice are the same in every test, and a broker lets go of the elder namesake. */
  private static count = 0;
  /** The last text of each topic, and everything in the order in which it came. */
  readonly last = new Map<string, Message>();
  readonly all: Message[] = [];
  private constructor(private socket: net.Socket) {}

  static connect(port: number, filter: string, user = '', password = ''): Promise<Client> {
    const socket = net.connect(port, '127.0.0.1');
    const c = new Client(socket);
    const packets = new Packets();
    const auth = user ? [text(user), text(password)] : [];
    socket.on('error', () => {});
    socket.write(
      encode(
        0x10,
        text('MQTT'),
        [4, user ? 0xc2 : 2, 0, 0],
        text(`test${process.pid}-${++Client.count}`),
        ...auth,
      ),
    );
    return new Promise((resolve, reject) => {
      socket.on('close', () => reject(new Error('the broker has closed')));
      socket.on('data', (d) => {
        for (const p of packets.feed(d)) {
          if (p.type === 2 && p.body[1]) reject(new Error(`refused ${p.body[1]}`));
          else if (p.type === 2) socket.write(encode(0x82, [0, 1], text(filter), [0]));
          else if (p.type === 9) resolve(c);
          else if (p.type === 3) c.take(message(p));
        }
      });
    });
  }
  private take(m: Message): void {
    this.all.push(m);
    this.last.set(m.topic, m);
  }
  publish(topic: string, payload: string, retain = false): void {
    this.socket.write(publication(topic, payload, retain));
  }
  close(): void {
    this.socket.destroy();
  }
}

/** A broker that does what the test says. */
export class FakeBroker {
  readonly packets: Packet[] = [];
  readonly sockets: net.Socket[] = [];
  /** Answer to CONNECT: return code, or nothing at all. */
  code: number | undefined = 0;
  /** Answers pings. */
  pong = true;
  private server: net.Server;
  port = 0;
  constructor() {
    this.server = net.createServer((s) => {
      const packets = new Packets();
      this.sockets.push(s);
      s.on('error', () => {});
      s.on('data', (d) => {
        for (const p of packets.feed(d)) {
          this.packets.push(p);
          if (p.type === 1 && this.code !== undefined) s.write(Buffer.from([0x20, 2, 0, this.code]));
          if (p.type === 8) s.write(Buffer.from([0x90, 3, p.body[0], p.body[1], 0]));
          if (p.type === 12 && this.pong) s.write(Buffer.from([0xd0, 0]));
        }
      });
    });
  }
  async listen(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.port = (this.server.address() as net.AddressInfo).port;
    return this;
  }
  /** Texts published, by topic, the last one each. */
  told(): Map<string, Message> {
    return new Map(this.packets.filter((p) => p.type === 3).map((p) => [message(p).topic, message(p)]));
  }
  count(type: number): number {
    return this.packets.filter((p) => p.type === type).length;
  }
  close(): void {
    for (const s of this.sockets) s.destroy();
    this.server.close();
  }
}

/** Path of the real broker, undefined where there is none. */
export function mosquitto(): string | undefined {
  for (const p of ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'])
    try {
      execFileSync(p, ['-h'], { stdio: 'ignore' });
      return p;
    } catch (e) {
      // `-h` ends with 3 in some versions: it is there all the same.
      if ((e as { status?: number | null }).status) return p;
    }
  return undefined;
}

/** The real broker on a free port, with one user when there is a password. */
export class Mosquitto {
  private constructor(
    readonly port: number,
    private child: ChildProcess,
    private folder: string,
  ) {}
  static async start(bin: string, password = '', port = 0): Promise<Mosquitto> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'mosquitto-'));
    const at = port || (await free());
    const file = path.join(folder, 'conf');
    const passwords = path.join(folder, 'passwords');
    if (password) execFileSync(bin + '_passwd', ['-b', '-c', passwords, 'wallbox', password]);
    writeFileSync(
      file,
      `listener ${at} 127.0.0.1\npersistence false\n` +
        (password ? `allow_anonymous false\npassword_file ${passwords}\n` : 'allow_anonymous true\n'),
    );
    const child = spawn(bin, ['-c', file], { stdio: 'ignore' });
    const m = new Mosquitto(at, child, folder);
    for (let i = 0; i < 200; i++) {
      if (await reachable(at)) return m;
      await new Promise((done) => setTimeout(done, 50));
    }
    m.stop();
    throw new Error('mosquitto does not start');
  }
  stop(): void {
    this.child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function free(): Promise<number> {
  return new Promise((done) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address() as net.AddressInfo;
      s.close(() => done(port));
    });
  });
}
function reachable(port: number): Promise<boolean> {
  return new Promise((done) => {
    const s = net.connect(port, '127.0.0.1', () => (s.destroy(), done(true)));
    s.on('error', () => done(false));
  });
}

/** A charger on a bench. */
export class Scene {
  constructor(
    readonly b: Bench,
    readonly engine: 'node' | 'espruino',
  ) {}
  async key(name: string): Promise<unknown> {
    return JSON.parse((await this.b.get(`/api/status?filter=${name}`)).body)[name];
  }
  async set(o: Record<string, string>): Promise<{ status: number; body: string }> {
    const q = Object.entries(o).map(([k, v]) => `${k}=${encodeURIComponent(v)}`);
    return this.b.get(`/api/set?${q.join('&')}`);
  }
  async pass(ms: number): Promise<void> {
    if (this.engine === 'node') await this.b.advance(ms);
    // The broker is real: on a busy computer it takes its time.
    await new Promise((done) => setTimeout(done, this.engine === 'node' ? 20 : ms));
  }
  /** Goes on until it holds; the ms that it took. What may take long on the virtual clock is looked at less often. */
  async holds(what: string, most: number, test: () => Promise<boolean> | boolean): Promise<number> {
    const step = this.engine !== 'node' || most < 20000 ? 100 : most < 300000 ? 1000 : 5000;
    for (let t = 0; ; t += step) {
      if (await test()) return t;
      if (t >= most) assert.fail(`${what}: not within ${most} ms\n${this.b.log(0).text.slice(-1500)}`);
      await this.pass(step);
    }
  }
}

/** A bench, and a broker that does what a test wants. */
export class Meeting extends Scene {
  private constructor(
    b: Bench,
    readonly broker: FakeBroker,
  ) {
    super(b, 'node');
  }
  static async open(): Promise<Meeting> {
    const broker = await new FakeBroker().listen();
    return new Meeting(await start({ csms: 0, http: 0, bench: 0, fresh: true, flash: '' }), broker);
  }
  readonly connected = async (): Promise<boolean> => (await this.key('mcc')) === true;
  on(): Promise<unknown> {
    return this.set({ mcu: `mqtt://wallbox:hunter2@127.0.0.1:${this.broker.port}`, mce: 'true' });
  }
  async close(): Promise<void> {
    await this.b.stop();
    this.broker.close();
  }
}
