// `net`: sockets as the engine's idle loop serves them, a piece of at most 536 bytes each way and turn.

import type { NetPort } from '../types';
import type { Emitter } from './emitter';
import type { Loop } from './loop';
import type { Any, Realm } from './realm';
import { chars, latin } from './text';

export const CHUNK = 536;
/** Bytes under way that the chip's stack takes. */
const WINDOW = 5744;
const SOCKETS = 10;
/** Data kept for a socket without a listener. */
export const KEPT = 512;
const UNSENT = { code: -8, message: 'unsent data' };

export interface World {
  realm: Realm;
  loop: Loop;
  emitter: Emitter;
  net: NetPort;
  /** Throws when the script's life is over. */
  check(): void;
  /** The module has an address. */
  online(): boolean;
}

/** A connection, with what the script sees of it. */
export class Link {
  /** Received, not yet read by the engine. */
  rx = '';
  /** Read, not yet taken by a listener. */
  data = '';
  tx: string | undefined;
  /** Close when everything is sent. */
  closing = false;
  closeNow = false;
  connected = false;
  gone = false;
  flight: number[] = [];

  constructor(
    private w: World,
    readonly id: number,
    /** Who gets the events. */
    readonly face: Any,
  ) {}

  get sending(): boolean {
    return !!this.tx;
  }

  write(data: string): void {
    if (this.closing || this.closeNow) throw this.w.realm.error('This socket is closed');
    this.tx = (this.tx ?? '') + data;
    this.w.loop.wake();
  }

  /** Sends what fits. */
  pump(): boolean {
    const under = this.flight.reduce((sum, n) => sum + n, 0);
    const n = Math.min(CHUNK, WINDOW - under, this.tx?.length ?? 0);
    if (n <= 0) return false;
    this.flight.push(n);
    this.w.net.send(this.id, latin(this.tx!.slice(0, n)));
    this.tx = this.tx!.slice(n);
    if (!this.tx && !this.closing) this.w.emitter.emit(this.face, 'drain', this.face);
    return true;
  }

  take(): number {
    const piece = this.rx.slice(0, CHUNK);
    this.rx = this.rx.slice(CHUNK);
    this.data += piece;
    return piece.length;
  }
}

/** Hands data to the listener at once, or keeps a little of it. False: no room. */
export function push(w: World, face: Any, data: string, force: boolean): boolean {
  if (w.emitter.fire(face, 'data', data)) return true;
  const kept: string = face['#buf'] ?? '';
  if (kept.length + data.length <= KEPT || !kept) w.realm.hide('#buf', kept + data, face);
  else if (force) w.realm.hide('#buf', (kept + data).slice(0, KEPT), face);
  else return false;
  return true;
}

export class Sockets {
  private links = new Map<number, Link>();
  private servers = new Map<number, (id: number) => void>();
  /** Served by others: accepted connections of HTTP. */
  private foreign = new Map<number, Link>();
  private waiting: { id: number; port: number; rx: string }[] = [];

  constructor(private w: World) {
    const { net, loop } = w;
    const all = (id: number): Link | undefined => this.links.get(id) ?? this.foreign.get(id);
    net.onAccept = (id, port) => {
      this.waiting.push({ id, port, rx: '' });
      loop.wake();
    };
    net.onData = (id, data) => {
      const to = all(id) ?? this.waiting.find((x) => x.id === id);
      if (!to) return;
      to.rx += chars(data);
      loop.wake();
    };
    net.onClose = (id) => {
      this.waiting = this.waiting.filter((x) => x.id !== id);
      const link = all(id);
      if (!link) return;
      link.gone = true;
      loop.wake();
    };
    net.onDrain = (id) => {
      const link = all(id);
      link?.flight.shift();
      if (link?.sending || link?.closing) loop.wake();
    };
  }

  /** `require('net')`. */
  library(): Any {
    const { realm } = this.w;
    return realm.object({
      connect: (o: Any, then?: unknown) => this.connect(o, then),
      createServer: (fn: unknown) => this.createServer(fn),
    });
  }

  listen(port: number, accept: (id: number) => void): void {
    this.servers.set(port, accept);
    this.w.net.listen(port);
    this.w.loop.wake();
  }

  unlisten(port: number): void {
    this.servers.delete(port);
  }

  adopt(link: Link): void {
    this.foreign.set(link.id, link);
  }

  drop(link: Link): void {
    this.foreign.delete(link.id);
    this.links.delete(link.id);
    if (!link.gone) this.w.net.close(link.id);
  }

  /** The script is gone, the chip is not. */
  stop(): void {
    const { net } = this.w;
    for (const link of [...this.links.values(), ...this.foreign.values()]) net.close(link.id);
    for (const { id } of this.waiting) net.close(id);
    net.onAccept = net.onData = net.onClose = net.onDrain = undefined;
  }

  idle(): boolean {
    let busy = this.accept();
    if (this.links.size) for (const link of [...this.links.values()]) busy = this.serve(link) || busy;
    return busy;
  }

  private accept(): boolean {
    if (!this.waiting.length || !this.w.online()) return false;
    if (this.links.size + this.foreign.size >= SOCKETS - this.servers.size) return false;
    const at = this.waiting.findIndex((x) => this.servers.has(x.port));
    if (at < 0) return false;
    const [{ id, port, rx }] = this.waiting.splice(at, 1);
    this.servers.get(port)!(id);
    const link = this.links.get(id) ?? this.foreign.get(id);
    if (link) link.rx = rx;
    return true;
  }

  private connect(o: Any, then?: unknown): Any {
    this.w.check();
    const { realm } = this.w;
    if (then !== undefined && typeof then !== 'function') return undefined;
    const full = this.links.size + this.foreign.size + this.servers.size >= SOCKETS;
    if (full || !this.w.online()) throw this.refuse('Unable to create socket');
    let id: number;
    try {
      id = this.w.net.connect(String(o.host ?? '127.0.0.1'), Number(o.port));
    } catch (e) {
      if (typeof e !== 'string') throw e;
      throw this.refuse(e);
    }
    this.w.check();
    const face = this.face(id);
    if (then) face['#onconnect'] = realm.array([then]);
    this.w.loop.wake();
    return face;
  }

  private refuse(text: string): Error {
    return this.w.realm.error(text, 'InternalError');
  }

  private face(id: number): Any {
    const { realm, check, loop } = this.w;
    const face = realm.object();
    const link = new Link(this.w, id, face);
    this.links.set(id, link);
    const write = (data: unknown): boolean => {
      check();
      link.write(String(data));
      return false;
    };
    const end = (data?: unknown): void => {
      check();
      if (data !== undefined) link.write(String(data));
      if (!link.sending) link.closeNow = true;
      link.closing = true;
      loop.wake();
    };
    realm.hide('write', write, face);
    realm.hide('end', end, face);
    return face;
  }

  private createServer(fn: unknown): Any {
    const { realm, emitter, check } = this.w;
    const server = realm.object();
    let port = 0;
    realm.hide('listen', (p: number) => {
      check();
      port = p;
      this.listen(p, (id) => emitter.emit(server, 'connect', this.face(id)));
      return server;
    }, server); // prettier-ignore
    realm.hide('close', () => this.unlisten(port), server);
    server['#onconnect'] = realm.array([fn]);
    return server;
  }

  private serve(link: Link): boolean {
    const { emitter } = this.w;
    let busy = false;
    if (!link.closeNow) {
      if (link.data && push(this.w, link.face, link.data, false)) link.data = '';
      if (link.sending) busy = link.pump();
      else if (link.closing) link.closeNow = true;
      if (!link.connected) {
        link.connected = busy = true;
        emitter.emit(link.face, 'connect', link.face);
        if (!link.sending) emitter.emit(link.face, 'drain', link.face);
      }
      if (link.take()) {
        busy = true;
        if (push(this.w, link.face, link.data, false)) link.data = '';
      } else if (link.gone) link.closeNow = true;
    }
    if (!link.closeNow) return busy;
    if (link.data) push(this.w, link.face, link.data, true);
    const failed = link.gone && link.sending;
    this.drop(link);
    if (failed) emitter.emit(link.face, 'error', this.w.realm.object(UNSENT));
    emitter.emit(link.face, 'end');
    emitter.emit(link.face, 'close', !!failed);
    return true;
  }
}
