// The bench's own HTTP port: its API, the log of the central system, and the page. Shapes: docs/bench.md.

import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Csms } from './csms';
import type { Command, Snapshot } from './device';

type Body = Record<string, unknown>;

/** The device as the API sees it; rejects with an `Error` whose text says why something was refused. */
export interface Target {
  engine: 'node' | 'espruino';
  ask(command: Command): Promise<unknown>;
  /** Console output since the bench started. */
  log(since: number): { next: number; text: string };
  /** One snapshot a change. Returns a function that ends it. */
  watch(fn: (snapshot: Snapshot) => void): () => void;
}

class Refused extends Error {
  constructor(
    text: string,
    readonly status = 400,
    readonly allow?: string,
  ) {
    super(text);
  }
}

const RIG = ['car', 'card', 'button', 'fault', 'mains', 'temperature'] as const;
/** Longest advance and power cut: a year. */
const LONG = 366 * 86400000;

const isMs = (v: unknown): v is number => typeof v === 'number' && v >= 0 && v <= LONG;
const isBool = (v: unknown): v is boolean => typeof v === 'boolean';

type Check = [test: (v: unknown) => boolean, must: string];
const MS: Check = [isMs, 'a number of ms'];
const BOOL: Check = [isBool, 'true or false'];

/** Refuses unknown and wrong fields. */
function fields(body: Body, checks: Record<string, Check>): void {
  for (const name of Object.keys(body)) {
    if (!Object.hasOwn(checks, name)) throw new Refused(`unknown field ${name}`);
    const [test, must] = checks[name];
    if (!test(body[name])) throw new Refused(`${name} must be ${must}`);
  }
}

function need(body: Body, name: string): void {
  if (!Object.hasOwn(body, name)) throw new Refused(`${name} is missing`);
}

/** Request body -> command of the device. */
export function command(what: string, body: Body, engine: 'node' | 'espruino'): Command | undefined {
  if ((RIG as readonly string[]).includes(what))
    return { op: 'post', what: what as (typeof RIG)[number], body };
  switch (what) {
    case 'wifi':
      fields(body, { up: BOOL, blackhole: BOOL, latency: MS });
      return { op: 'wifi', body };
    case 'supply':
      fields(body, {
        off: MS,
        tear: [(v) => Number.isInteger(v) && (v as number) >= 0, 'a number of bytes'],
      });
      need(body, 'off');
      return { op: 'supply', off: body.off as number, tear: body.tear as number | undefined };
    case 'clock': {
      if (engine === 'espruino') throw new Refused('this engine runs in real time only');
      const rate = (v: unknown): boolean => typeof v === 'number' && v >= 1 && v <= 1000;
      fields(body, { rate: [rate, 'from 1 to 1000'], advance: MS });
      if (Object.keys(body).length !== 1) throw new Refused('either rate or advance');
      if ('rate' in body) return { op: 'rate', rate: body.rate as number };
      return { op: 'advance', ms: body.advance as number };
    }
    case 'console':
      fields(body, { line: [(v) => typeof v === 'string' && !/[\r\n]/.test(v), 'one line of text'] });
      need(body, 'line');
      return { op: 'console', line: body.line as string };
  }
  return undefined;
}

async function readBody(q: IncomingMessage): Promise<Body> {
  let text = '';
  q.setEncoding('utf8');
  for await (const chunk of q) {
    text += chunk;
    if (text.length > 1e6) throw new Refused('the body is too long');
  }
  let body: unknown;
  try {
    body = JSON.parse(text || '{}');
  } catch {
    throw new Refused('the body is no JSON');
  }
  if (!body || typeof body !== 'object' || Array.isArray(body))
    throw new Refused('the body must be an object');
  return body as Body;
}

function since(url: URL): number {
  const text = url.searchParams.get('since') ?? '0';
  if (!/^\d+$/.test(text)) throw new Refused('since must be a whole number');
  return Number(text);
}

type Handler = (q: IncomingMessage, url: URL, r: ServerResponse) => unknown;

const PAGE = new URL('./page/', import.meta.url);
const TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', mjs: 'text/javascript' };

/** Where things are, for the page. */
export interface Addresses {
  board: string;
  http: string;
  bench: string;
  csms: string | null;
}

export class Api {
  private server: Server;
  /** Set once the ports are known. */
  addresses: Addresses | undefined;
  private routes: Record<string, { GET?: Handler; POST?: Handler }>;

  constructor(
    private device: Target,
    private csms: Csms | undefined,
  ) {
    this.server = createServer((q, r) => void this.serve(q, r));
    this.routes = {
      '/bench': { GET: () => device.ask({ op: 'snapshot' }) },
      '/bench/log': { GET: (_, url) => device.log(since(url)) },
      '/bench/events': { GET: (_q, _u, r) => this.events(r) },
      '/bench/addresses': { GET: () => this.where() },
      '/csms/log': { GET: (_, url) => this.frames(since(url)) },
      '/csms/call': { POST: async (q) => this.call(await readBody(q)) },
    };
    for (const what of [...RIG, 'wifi', 'supply', 'clock', 'console']) {
      this.routes[`/bench/${what}`] = { POST: async (q) => this.post(what, await readBody(q)) };
    }
    for (const file of readdirSync(PAGE)) {
      const text = readFileSync(new URL(file, PAGE));
      const type = `${TYPES[file.split('.').pop()!]}; charset=utf-8`;
      const head = { 'Content-Type': type, 'Cache-Control': 'no-store' };
      const path = file === 'index.html' ? '/' : `/${file}`;
      this.routes[path] = { GET: (_q, _u, r) => void r.writeHead(200, head).end(text) };
    }
  }

  listen(port: number, bind: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, bind, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** POST to `/bench/<what>` without HTTP. */
  async post(what: string, body: Body): Promise<unknown> {
    const c = command(what, body, this.device.engine);
    if (!c) throw new Refused(`no such path: /bench/${what}`, 404);
    const answer = await this.device.ask(c);
    return c.op === 'console' ? { output: answer } : answer;
  }

  private central(): Csms {
    if (!this.csms) throw new Refused('the central system is off', 404);
    return this.csms;
  }

  private where(): Addresses {
    if (!this.addresses) throw new Refused('the bench is not up yet', 503);
    return this.addresses;
  }

  private frames(since: number): unknown {
    const csms = this.central();
    return { ...csms.log(since), stations: csms.connected() };
  }

  private call(body: Body): Promise<unknown> {
    const text: Check = [(v) => typeof v === 'string' && v !== '', 'a text'];
    fields(body, {
      station: text,
      action: text,
      payload: [(v) => !!v && typeof v === 'object', 'an object'],
    });
    need(body, 'action');
    const { action, payload, station } = body as { action: string; payload?: Body; station?: string };
    return this.central().call(action, payload ?? {}, station);
  }

  private async events(r: ServerResponse): Promise<void> {
    r.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const send = (snapshot: unknown): void => void r.write(`data: ${JSON.stringify(snapshot)}\n\n`);
    r.on('close', this.device.watch(send));
    send(await this.device.ask({ op: 'snapshot' }));
  }

  private async serve(q: IncomingMessage, r: ServerResponse): Promise<void> {
    try {
      const answer = await this.route(q, r);
      if (!r.headersSent) this.json(r, 200, answer);
    } catch (e) {
      const { status = 400, allow, message } = e as Refused;
      if (r.headersSent) return void r.end();
      if (allow) r.setHeader('Allow', allow);
      this.json(r, status, { error: message });
    }
  }

  private route(q: IncomingMessage, r: ServerResponse): unknown {
    const url = new URL(q.url ?? '/', 'http://bench');
    const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/, '') : '/';
    if (!Object.hasOwn(this.routes, path)) throw new Refused(`no such path: ${url.pathname}`, 404);
    const methods = this.routes[path];
    const method = q.method === 'HEAD' ? 'GET' : q.method;
    const handler = method === 'GET' || method === 'POST' ? methods[method] : undefined;
    if (!handler) throw new Refused(`${q.method} is not for ${path}`, 405, Object.keys(methods).join(', '));
    return handler(q, url, r);
  }

  private json(r: ServerResponse, status: number, value: unknown): void {
    r.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    r.end(JSON.stringify(value) + '\n');
  }
}
