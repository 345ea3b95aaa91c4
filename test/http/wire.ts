// A running charger for tests of its web interface: requests as clients send them, byte by byte where that matters.

import http from 'node:http';
import net from 'node:net';

export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}
export type Json = Record<string, unknown>;

/** A request with the path exactly as given. */
export function ask(base: string, path: string, method = 'GET', body = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(base);
    const headers = body ? { 'Content-Length': Buffer.byteLength(body) } : {};
    const q = http.request(
      { host: '127.0.0.1', port, path, method, agent: false, headers, timeout: 8000 },
      (r) => {
        let text = '';
        r.setEncoding('utf8');
        r.on('data', (d) => (text += d));
        r.on('end', () => resolve({ status: r.statusCode!, headers: r.headers, body: text }));
        r.on('error', reject);
      },
    );
    q.on('timeout', () => q.destroy(new Error(`${path}: no answer`)));
    q.on('error', reject);
    q.end(body || undefined);
  });
}

/** Sends pieces, one after another; answers what came until the close. `stop`: leaves at the first piece of the answer. */
export function raw(base: string, pieces: string[], stop = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(base).port), '127.0.0.1');
    let text = '';
    const next = (i: number): void => {
      if (i < pieces.length) socket.write(pieces[i], 'latin1', () => setImmediate(next, i + 1));
    };
    socket.setNoDelay(true);
    socket.setTimeout(8000, () => socket.destroy(new Error(`silence after "${text}"`)));
    socket.on('data', (d) => {
      text += d.toString('latin1');
      if (stop) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.on('connect', () => next(0));
  });
}

/** A client of server-sent events. */
export class Listener {
  status = 0;
  headers: http.IncomingHttpHeaders = {};
  /** Data of the events, in order; comments; everything together. */
  readonly events: Json[] = [];
  readonly state: Json = {};
  comments = 0;
  /** What it was told last about coming back, ms. */
  retry = 0;
  ended = false;
  private text = '';
  private request: http.ClientRequest;
  private response?: http.IncomingMessage;

  constructor(base: string, path: string, headers: http.OutgoingHttpHeaders = {}) {
    const { port } = new URL(base);
    this.request = http.get({ host: '127.0.0.1', port, path, headers, agent: false }, (r) => {
      this.response = r;
      this.status = r.statusCode!;
      this.headers = r.headers;
      r.setEncoding('latin1');
      r.on('data', (d: string) => this.take(d));
      r.on('close', () => (this.ended = true));
      r.on('error', () => (this.ended = true));
    });
    this.request.on('error', () => (this.ended = true));
  }

  private take(data: string): void {
    const blocks = (this.text + data).split('\n\n');
    this.text = blocks.pop()!;
    for (const line of blocks.flatMap((b) => b.split('\n'))) {
      if (line.startsWith(':')) this.comments++;
      if (line.startsWith('retry: ')) this.retry = Number(line.slice(7));
      if (!line.startsWith('data: ')) continue;
      this.events.push(JSON.parse(line.slice(6)));
      Object.assign(this.state, this.events.at(-1));
    }
  }

  /** Reads no more. */
  stall(): void {
    this.response!.pause();
    this.response!.socket.pause();
  }

  close(): void {
    this.request.destroy();
  }

  async until(what: (l: Listener) => boolean, ms = 10000): Promise<void> {
    for (const end = Date.now() + ms; !what(this); await new Promise((go) => setTimeout(go, 10)))
      if (Date.now() > end) throw new Error(`not in ${ms} ms: ${what}; ${JSON.stringify(this.events)}`);
  }
}
