// A whole bench in this process: the device in its thread, the gateway, the central system and the API.

import { existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Api } from './api';
import { Csms } from './csms';
import type { Answer, Command, DeviceOptions, Event, Snapshot } from './device';
import { Gateway } from './gateway';
import { readBuild, type Build } from './image';
import { Mistake, type Options } from './options';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Real ms for the device to boot and to answer its first request. */
const PATIENCE = 60000;
/** Characters of console output that are kept. */
const KEPT = 2e6;
const SERIAL = '100001';

export interface StartOptions extends Partial<Options> {
  /** Console output as it comes. */
  print?(text: string): void;
  /** The device died of an error of the bench itself. */
  crashed?(e: Error): void;
  seed?: number;
  serial?: string;
  /** Instead of building: what stands in dist/ already, or these files. */
  build?: 'dist' | Build;
  /** Stand-in for bench/assembly.ts: a module's URL. */
  assembly?: string;
  /** Do not wait for the HTTP port of the device. */
  deaf?: boolean;
}

export interface Bench {
  http: string;
  bench: string;
  csms: string | null;
  /** Of the device's HTTP server. */
  get(path: string): Promise<{ status: number; body: string }>;
  /** POST /bench/<what>; answers the snapshot, throws when refused. */
  post(what: string, body: Record<string, unknown>): Promise<Snapshot>;
  advance(ms: number): Promise<Snapshot>;
  /** Types a line on the console; answers its output. */
  console(line: string): Promise<string>;
  type(text: string): void;
  log(since?: number): { next: number; text: string };
  frames(since?: number): ReturnType<Csms['log']>;
  call(action: string, payload: Record<string, unknown>, station?: string): ReturnType<Csms['call']>;
  snapshot(): Promise<Snapshot>;
  watch(fn: (s: Snapshot) => void): () => void;
  stop(): Promise<void>;
}

const built = new Map<string, Promise<Build>>();

/** Builds a board's bundle, once a process. */
function make(board: string): Promise<Build> {
  const known = built.get(board);
  if (known) return known;
  const making = (async () => {
    const tool = new URL('../tools/build.mjs', import.meta.url).href;
    await (await import(tool)).build(board);
    return readBuild(path.join(ROOT, 'dist'), board);
  })();
  built.set(board, making);
  return making;
}

/** A port that cannot be had is the starter's mistake. */
async function claim(what: string, port: number, listen: () => Promise<number>): Promise<number> {
  try {
    return await listen();
  } catch (e) {
    const code = (e as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') throw new Mistake(`--${what}: port ${port} is in use`);
    throw new Mistake(`--${what}: cannot listen on port ${port} (${code ?? (e as Error).message})`);
  }
}

export function fetchText(url: string, timeout: number): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const q = http.get(url, { agent: false, timeout }, (r) => {
      let body = '';
      r.setEncoding('utf8');
      r.on('data', (chunk) => (body += chunk));
      r.on('end', () => resolve({ status: r.statusCode!, body }));
      r.on('error', reject);
    });
    q.on('timeout', () => q.destroy(new Error('no answer')));
    q.on('error', reject);
  });
}

/** The device's thread, seen from here. */
class Thread {
  private worker: Worker;
  private commands: MessageChannel['port1'];
  private answers = new Map<number, [(v: unknown) => void, (e: Error) => void]>();
  private count = 0;
  private watchers = new Set<(s: Snapshot) => void>();
  private shared = new SharedArrayBuffer(16);
  private bell = new Int32Array(this.shared, 0, 1);
  private time = new Float64Array(this.shared, 8, 1);
  private text = '';
  private trimmed = 0;
  private ended = false;
  readonly ready: Promise<void>;

  constructor(
    readonly engine: 'node' | 'espruino',
    o: Omit<DeviceOptions, 'commands' | 'net' | 'shared' | 'engine'>,
    gateway: Gateway,
    private hooks: Pick<StartOptions, 'print' | 'crashed'>,
  ) {
    const commands = new MessageChannel();
    const net = new MessageChannel();
    this.commands = commands.port1;
    gateway.attach(net.port1, () => this.ring());
    const workerData: DeviceOptions = { ...o, engine, commands: commands.port2, net: net.port2, shared: this.shared };
    this.worker = new Worker(new URL('./device.ts', import.meta.url), {
      execArgv: ['--import', 'tsx'],
      workerData,
      transferList: [commands.port2, net.port2],
    });
    this.ready = new Promise((resolve, reject) => {
      this.commands.on('message', (m: Answer | Event | { event: 'ready' }) => {
        if (!('event' in m)) this.answered(m);
        else if (m.event === 'ready') resolve();
        else this.happened(m);
      });
      this.worker.on('error', (e) => {
        reject(e);
        this.died(e);
      });
      this.worker.on('exit', () => this.died(new Error('the device has ended')));
    });
    this.ready.catch(() => {});
  }

  /** World ms. */
  now(): number {
    return this.time[0];
  }

  ask(command: Command): Promise<unknown> {
    if (this.ended) return Promise.reject(new Error('the bench has stopped'));
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.answers.set(id, [resolve, reject]);
      this.commands.postMessage({ id, ...command });
      this.ring();
    });
  }

  log(since: number): { next: number; text: string } {
    return { next: this.trimmed + this.text.length, text: this.text.slice(Math.max(0, since - this.trimmed)) };
  }

  watch(fn: (s: Snapshot) => void): () => void {
    if (!this.watchers.size) this.ask({ op: 'watch', on: true }).catch(() => {});
    this.watchers.add(fn);
    return () => {
      this.watchers.delete(fn);
      if (!this.watchers.size) this.ask({ op: 'watch', on: false }).catch(() => {});
    };
  }

  async stop(): Promise<void> {
    const late = new Promise((done) => setTimeout(done, 400).unref());
    await Promise.race([this.ask({ op: 'stop' }).catch(() => {}), late]);
    this.ended = true;
    await this.worker.terminate();
    this.commands.close();
  }

  private ring(): void {
    Atomics.add(this.bell, 0, 1);
    Atomics.notify(this.bell, 0);
  }

  private answered(m: Answer): void {
    const [resolve, reject] = this.answers.get(m.id)!;
    this.answers.delete(m.id);
    if (m.error === undefined) resolve(m.value);
    else reject(new Error(m.error));
  }

  private happened(m: Event): void {
    if (m.event === 'change') for (const fn of this.watchers) fn(m.snapshot);
    else {
      this.text += m.text;
      if (this.text.length > KEPT) {
        this.trimmed += KEPT / 2;
        this.text = this.text.slice(KEPT / 2);
      }
      this.hooks.print?.(m.text);
    }
  }

  private died(e: Error): void {
    for (const [, reject] of this.answers.values()) reject(e);
    this.answers.clear();
    if (this.ended) return;
    this.ended = true;
    this.hooks.crashed?.(e);
  }
}

/** Checks what only the file system knows. */
function known(board: string): void {
  const there = (file: string): boolean => existsSync(path.join(ROOT, file));
  if (!there(`boards/${board}.ts`)) throw new Mistake(`--board: unknown board "${board}"`);
  if (!there(`bench/wiring/${board}.ts`)) throw new Mistake(`--board: the bench has no wiring for "${board}"`);
}

export async function start(o: StartOptions = {}): Promise<Bench> {
  const { board = 'reference', engine = 'node', bind = '127.0.0.1', csms: central = 0 } = o;
  if (!o.assembly) known(board);
  const gateway = new Gateway(bind);
  const born = Date.now();
  let thread: Thread | undefined;
  const now = (): number => thread?.now() ?? 0;
  const csms = central === 'off' ? undefined : new Csms(now, () => born + now());
  const api = new Api(
    {
      engine,
      ask: (c) => (thread ? thread.ask(c) : Promise.reject(new Error('the device is not up yet'))),
      log: (since) => thread?.log(since) ?? { next: 0, text: '' },
      watch: (fn) => thread?.watch(fn) ?? (() => {}),
    },
    csms,
  );
  const close = async (): Promise<void> => {
    api.close();
    gateway.close();
    csms?.close();
    await thread?.stop();
  };
  try {
    const shown = bind.includes(':') ? `[${bind}]` : bind;
    const device = `http://${shown}:${await claim('http', o.http ?? 0, () => gateway.map(80, o.http ?? 0))}`;
    const own = `http://${shown}:${await claim('bench', o.bench ?? 0, () => api.listen(o.bench ?? 0, bind))}`;
    const backend = csms ? `ws://${shown}:${await claim('csms', Number(central), () => csms.listen(Number(central), bind))}/` : null;
    const build = o.build instanceof Map ? o.build : o.build ? readBuild(path.join(ROOT, 'dist'), board) : await make(board);
    thread = new Thread(
      engine,
      {
        board,
        build,
        flash: o.flash ?? '',
        fresh: o.fresh ?? false,
        set: o.set ?? [],
        seed: o.seed ?? 1,
        serial: o.serial ?? SERIAL,
        executable: process.env.ESPRUINO ?? '',
        assembly: o.assembly ?? new URL('./assembly.ts', import.meta.url).href,
      },
      gateway,
      o,
    );
    const it = thread;
    await it.ready;
    await it.ask({ op: 'boot' });
    if (!o.deaf) await fetchText(`${device}/`, PATIENCE);
    return {
      http: device,
      bench: own,
      csms: backend,
      get: (at) => fetchText(device + at, PATIENCE),
      post: (what, body) => api.post(what, body) as Promise<Snapshot>,
      advance: (ms) => api.post('clock', { advance: ms }) as Promise<Snapshot>,
      console: async (line) => ((await api.post('console', { line })) as { output: string }).output,
      type: (text) => void it.ask({ op: 'type', text }).catch(() => {}),
      log: (since = 0) => it.log(since),
      frames: (since = 0) => csms?.log(since) ?? { next: 0, frames: [] },
      call: (action, payload, station) =>
        csms?.call(action, payload, station) ?? Promise.resolve({ error: ['NotConnected', 'the central system is off'] }),
      snapshot: () => it.ask({ op: 'snapshot' }) as Promise<Snapshot>,
      watch: (fn) => it.watch(fn),
      stop: close,
    };
  } catch (e) {
    await close();
    throw e;
  }
}
