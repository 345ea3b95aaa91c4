// A whole bench in this process: the device in its thread, the gateway, the central system and the API.

import { existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api } from './api';
import type { Csms } from './csms';
import type { Snapshot } from './device';
import { Gateway } from './gateway';
import { readBuild, type Build } from './image';
import { Mistake, type Options } from './options';
import { Thread } from './thread';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Real ms for the device to boot and to answer its first request. */
const PATIENCE = 60000;
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
  /** Ends everything, however far the start has come. */
  signal?: AbortSignal;
  /** Do not wait for the HTTP port of the device. */
  deaf?: boolean;
  /** World time goes so many times faster, once it is up. */
  rate?: number;
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
  /** Host port of a UDP port of the device, while that is bound. */
  udp(port: number): number | undefined;
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

/** Checks what only the file system knows. */
function known(board: string, engine: string): void {
  const there = (file: string): boolean => existsSync(path.join(ROOT, file));
  if (!there(`boards/${board}.ts`)) throw new Mistake(`--board: unknown board "${board}"`);
  if (!there(`bench/wiring/${board}.ts`))
    throw new Mistake(`--board: the bench has no wiring for "${board}"`);
  const { ESPRUINO = '' } = process.env;
  if (engine === 'espruino' && !existsSync(ESPRUINO))
    throw new Mistake(`ESPRUINO: no executable "${ESPRUINO}"`);
}

export async function start(o: StartOptions = {}): Promise<Bench> {
  const { board = 'reference', engine = 'node', bind = '127.0.0.1', csms: central = 0 } = o;
  if (!o.assembly) known(board, engine);
  const gateway = new Gateway(bind);
  const born = Date.now();
  let thread: Thread | undefined;
  const now = (): number => thread?.now() ?? 0;
  const csms = central === 'off' ? undefined : new (await import('./csms')).Csms(now, () => born + now());
  const api = new Api(
    {
      engine,
      ask: (c) => (thread ? thread.ask(c) : Promise.reject(new Error('the device is not up yet'))),
      log: (since) => thread?.log(since) ?? { next: 0, text: '' },
      watch: (fn) => thread?.watch(fn) ?? (() => {}),
    },
    csms,
  );
  let closed: Promise<void> | undefined;
  /** Once, however often and by whichever way: an image that is closed twice ends the process with an error. */
  const close = (): Promise<void> => {
    api.close();
    gateway.close();
    csms?.close();
    return (closed ??= thread?.stop()) ?? Promise.resolve();
  };
  o.signal?.addEventListener('abort', () => void close());
  try {
    const shown = bind === '0.0.0.0' ? '127.0.0.1' : bind.includes(':') ? `[${bind}]` : bind;
    const device = `http://${shown}:${await claim('http', o.http ?? 0, () => gateway.map(80, o.http ?? 0))}`;
    const own = `http://${shown}:${await claim('bench', o.bench ?? 0, () => api.listen(o.bench ?? 0, bind))}`;
    const backend = csms
      ? `ws://${shown}:${await claim('csms', Number(central), () => csms.listen(Number(central), bind))}/`
      : null;
    api.addresses = { board, http: device, bench: own, csms: backend };
    const build =
      o.build instanceof Map
        ? o.build
        : o.build
          ? readBuild(path.join(ROOT, 'dist'), board)
          : await make(board);
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
    await it.ask({ op: 'boot', asked: !o.deaf });
    if (!o.deaf) await fetchText(`${device}/`, PATIENCE);
    if (o.rate) await it.ask({ op: 'rate', rate: o.rate });
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
        csms?.call(action, payload, station) ??
        Promise.resolve({ error: ['NotConnected', 'the central system is off'] }),
      udp: (port) => gateway.udp(port),
      snapshot: () => it.ask({ op: 'snapshot' }) as Promise<Snapshot>,
      watch: (fn) => it.watch(fn),
      stop: close,
    };
  } catch (e) {
    await close();
    throw e;
  }
}
