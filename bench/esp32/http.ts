// `http`: the engine's server. One request a connection, no time-outs, no mercy: what the handler does not answer hangs.

import type { Any } from './realm';
import { Link, push, type Sockets, type World } from './socket';

interface Exchange {
  link: Link;
  request: Any;
  response: Any;
  server: Any;
  headed: boolean;
  chunked: boolean;
  /** Bytes of the body still to come; with chunks 1 until the last one. */
  expects: number;
  ended: boolean;
}

export class Http {
  private all = new Set<Exchange>();
  /** The engine's own list, which a script reaches through a name that it should not know. */
  private list: Any[];

  constructor(
    private w: World,
    private sockets: Sockets,
    private version: string,
  ) {
    this.list = w.realm.array() as Any[];
    w.realm.hide('\xff', w.realm.object({ HttpSC: this.list }));
  }

  library(): Any {
    return this.w.realm.object({ createServer: (fn: unknown) => this.createServer(fn) });
  }

  idle(): boolean {
    if (!this.all.size) return false;
    let busy = false;
    for (const x of [...this.all]) busy = this.serve(x) || busy;
    return busy;
  }

  private createServer(fn: unknown): Any {
    const { realm, check } = this.w;
    const server = realm.object();
    let port = 0;
    realm.hide('listen', (p: number) => {
      check();
      port = p;
      this.sockets.listen(p, (id) => this.accept(id, server));
      return server;
    }, server); // prettier-ignore
    realm.hide('close', () => this.sockets.unlisten(port), server);
    server['#onconnect'] = realm.array([fn]);
    return server;
  }

  private accept(id: number, server: Any): void {
    const { realm } = this.w;
    const request = realm.object();
    const response = realm.object({ headers: realm.object({ Connection: 'close' }) });
    const link = new Link(this.w, id, response);
    request.res = response;
    this.list.push(request);
    this.sockets.adopt(link);
    this.answering(link, response);
    this.all.add({
      link,
      request,
      response,
      server,
      headed: false,
      chunked: false,
      expects: 0,
      ended: false,
    });
  }

  private answering(link: Link, response: Any): void {
    const { realm, check } = this.w;
    let chunked = false;
    const head = (status: number, headers: Any = {}): void => {
      check();
      if (link.tx !== undefined) return; // Sent already.
      const all = { ...response.headers, ...headers };
      let text = `HTTP/1.1 ${status} OK\r\nServer: Espruino ${this.version}\r\n`;
      for (const key of Object.keys(all)) {
        text += `${key}: ${all[key]}\r\n`;
        if (/^transfer-encoding$/i.test(key) && /^chunked$/i.test(String(all[key]))) chunked = true;
      }
      link.tx = text + '\r\n';
    };
    const write = (data?: unknown): boolean => {
      check();
      if (link.closing || link.closeNow) throw realm.error('This socket is closed');
      if (link.tx === undefined) head(200);
      const text = data === undefined ? '' : String(data);
      link.write(data !== undefined && chunked ? `${text.length.toString(16)}\r\n${text}\r\n` : text);
      return false;
    };
    const end = (data?: unknown): void => {
      if (data !== undefined) write(data);
      write(chunked ? '' : undefined);
      link.closing = true;
      this.w.loop.wake();
    };
    realm.hide('writeHead', head, response);
    realm.hide('setHeader', (name: string, value: unknown) => { response.headers[name] = value; }, response); // prettier-ignore
    realm.hide('write', write, response);
    realm.hide('end', end, response);
  }

  private serve(x: Exchange): boolean {
    const { link, request, response } = x;
    const { emitter } = this.w;
    let busy = false;
    let close = link.closeNow || !!request.clsNow;
    if (!close) {
      const read = link.take();
      if (read) this.received(x);
      const dead = !read && link.gone;
      busy = !!read || (link.sending && link.pump());
      if (dead) close = true;
      else if (!link.sending && !read) close = this.finished(x);
    }
    if (!close) return busy;
    if (x.headed) this.body(x, true);
    this.all.delete(x);
    // It leaves a hole.
    delete this.list[this.list.indexOf(request)];
    this.sockets.drop(link);
    emitter.emit(response, 'end');
    emitter.emit(request, 'close', false);
    emitter.emit(response, 'close', false);
    return true;
  }

  /** Nothing to send and nothing came: is the exchange over? */
  private finished(x: Exchange): boolean {
    if (!x.headed || x.expects > 0) return false;
    if (!x.ended) {
      x.ended = true;
      this.w.emitter.emit(x.request, 'end');
    }
    return x.link.closing;
  }

  private received(x: Exchange): void {
    const { link, request, response, server } = x;
    if (!x.headed) {
      const end = link.data.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head(x, link.data.slice(0, end));
      link.data = link.data.slice(end + 4);
      x.headed = true;
      this.w.emitter.emit(server, 'connect', request, response);
    }
    this.body(x, false);
  }

  private head(x: Exchange, text: string): void {
    const [first, ...lines] = text.split('\r\n');
    const [method, url] = first.split(' ');
    const headers = this.w.realm.object();
    let length = 0;
    for (const line of lines) {
      const colon = line.indexOf(':');
      const key = line.slice(0, colon);
      const value = line.slice(colon + 1).trimStart();
      if (colon <= 0 || !value || key in headers) continue;
      headers[key] = value;
      if (/^content-length$/i.test(key)) length = parseInt(value, 10) || 0;
      if (/^transfer-encoding$/i.test(key) && /^chunked$/i.test(value)) x.chunked = true;
    }
    x.expects = x.chunked ? 1 : length;
    Object.assign(x.request, { headers, method, url: url ?? '' });
  }

  private body(x: Exchange, force: boolean): void {
    const { link } = x;
    if (!link.data) return;
    if (x.chunked) return this.chunks(x, force);
    const { length } = link.data;
    if (!push(this.w, x.request, link.data, force)) return;
    x.expects -= length;
    link.data = '';
  }

  private chunks(x: Exchange, force: boolean): void {
    const { link } = x;
    while (link.data.length >= 5) {
      const start = link.data.indexOf('\r\n') + 2;
      const size = parseInt(link.data, 16);
      if (start < 2 || !(size >= 0)) return;
      x.expects = size ? 1 : 0;
      if (!size) {
        link.data = '';
        return;
      }
      const have = link.data.length - start;
      // Only the end of the line is missing: wait for it.
      if (have < size + 2 && have >= size) return;
      const piece = link.data.slice(start, start + size);
      if (!piece || !push(this.w, x.request, piece, force)) return;
      link.data = have < size ? `${(size - have).toString(16)}\r\n` : link.data.slice(start + size + 2);
      if (have < size) return;
    }
  }
}
