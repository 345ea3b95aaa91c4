// The gateway owns the real sockets of the bench: what the module sends and receives ends here, in the main thread.
//
// It has two faces.
//
// 1. Messages (`ToGateway`, `FromGateway`) with the device's thread. bench/esp32/net.ts makes a `NetPort` of them, with
//    latency and time-outs in world time. The look-alike engine uses nothing else.
//
// 2. Local TCP ports, for an interpreter with real sockets of its own. Its engine calls two methods of the
//    `Proxies` that bench/esp32/net.ts offers beside `NetPort`:
//
//      proxy(host, port, then)   The script wants to connect. `then({port})` names a port of 127.0.0.1 that takes ONE
//                                connection, already joined to the host; `then({error})` is the text to throw. While
//                                this waits, the script has to stand still: in a blackhole the answer takes 18 s.
//                                The waiting is counted in `network.blocked`.
//      upstream(port, local)     The script listens on its port `port` (80), really on 127.0.0.1:`local`. What comes
//                                to the bench's HTTP port is joined to that. `local` 0: it listens no more.
//
//    `resolve` and `ping` of `NetPort` serve this engine as well. Conditions and latency are applied inside
//    the gateway, in real time.
//
// Conditions. Air gone: all open sockets are forgotten by both sides without a word; new connections from hosts
// wait until the module can be reached. Blackhole: packets of connections that the module opened are held back, as TCP would
// send them again later; connections to the module go on. A module without power forgets its
// sockets; a host that sends on such a socket later is reset once the module can be reached.

import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import { Pipes } from './pipes';

export type ToGateway =
  | { op: 'connect'; id: number; host: string; port: number }
  | { op: 'send'; id: number; data: Uint8Array }
  | { op: 'close'; id: number }
  | { op: 'listen'; port: number }
  | { op: 'resolve' | 'ping'; id: number; host: string }
  | { op: 'proxy'; id: number; host: string; port: number }
  | { op: 'upstream'; port: number; local: number }
  | { op: 'air'; up: boolean; blackhole: boolean; latency: number }
  | { op: 'bind' | 'unbind'; port: number }
  | { op: 'datagram'; port: number; host: string; to: number; data: Uint8Array }
  /** The module forgets all its sockets and listeners. */
  | { op: 'reset'; power: boolean }
  /** Answered when everything that is already in the main thread's hands has been passed on. */
  | { op: 'sync'; id: number };

export type FromGateway =
  | { op: 'up'; id: number }
  | { op: 'failed'; id: number; text: string }
  | { op: 'accept'; id: number; port: number }
  | { op: 'data'; id: number; data: Uint8Array }
  | { op: 'close' | 'sent' | 'sync'; id: number }
  | { op: 'resolved'; id: number; ip?: string }
  | { op: 'pong'; id: number; alive: boolean }
  | { op: 'datagram'; id: 0; port: number; ip: string; from: number; data: Uint8Array }
  | { op: 'proxied'; id: number; port?: number; error?: string };

/** Ways to wake the device's thread after a message: it may be standing still. */
type Post = (m: FromGateway) => void;

/** Longest real wait for a host that does not answer at all. */
const CONNECT_TIMEOUT = 18000;

/** Real ms that an echo waits for names at most. */
const NAME = 500;

export class Gateway {
  readonly pipes = new Pipes();
  private post: Post = () => {};
  /** Sockets the module knows. */
  private open = new Map<number, net.Socket>();
  /** Connections of hosts that wait until the module can be reached. */
  private waiting: { port: number; socket: net.Socket }[] = [];
  private listening = new Set<number>();
  private upstreams = new Map<number, number>();
  private servers = new Map<number, net.Server>();
  private sockets = new Set<net.Socket>();
  /** By the port of the module. */
  private datagrams = new Map<number, dgram.Socket>();
  /** Names that are being looked up. */
  private names = 0;
  private air = { up: true, blackhole: false, latency: 0 };
  private powered = true;
  private count = 0;

  constructor(private bind: string) {}

  /** Maps a port of the module to a host port; 0: any. Returns the host port; rejects when it is in use. */
  map(port: number, hostPort: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const server = net.createServer({ allowHalfOpen: false, noDelay: true }, (socket) =>
        this.arrive(port, socket),
      );
      server.once('error', reject);
      server.listen(hostPort, this.bind, () => {
        this.servers.set(port, server);
        resolve((server.address() as net.AddressInfo).port);
      });
    });
  }

  /** Host port of a port of the module. */
  mapped(port: number): number | undefined {
    const server = this.servers.get(port);
    return server && (server.address() as net.AddressInfo).port;
  }

  /** Serves the device's thread. `wake` is called after every message to it. */
  attach(port: MessagePort, wake: () => void): void {
    this.post = (m) => {
      port.postMessage(m);
      wake();
    };
    port.on('message', (m: ToGateway) => this.receive(m));
  }

  /** Host port of a UDP port that the module has bound. */
  udp(port: number): number | undefined {
    return this.datagrams.get(port)?.address().port;
  }

  private bindUdp(port: number): void {
    const socket = dgram.createSocket('udp4');
    this.datagrams.get(port)?.close();
    this.datagrams.set(port, socket);
    socket.on('error', () => {});
    socket.on('message', (data, from) => {
      if (this.reachable())
        this.post({ op: 'datagram', id: 0, port, ip: from.address, from: from.port, data });
    });
    socket.bind(0, this.bind);
  }

  private unbindUdp(port: number): void {
    this.datagrams.get(port)?.close();
    this.datagrams.delete(port);
  }

  close(): void {
    for (const port of [...this.datagrams.keys()]) this.unbindUdp(port);
    for (const server of this.servers.values()) server.close();
    for (const socket of this.sockets) socket.destroy();
    this.pipes.close();
  }

  private receive(m: ToGateway): void {
    switch (m.op) {
      case 'connect':
        return this.connect(m.host, m.port, (socket, text) => {
          if (!socket) return this.post({ op: 'failed', id: m.id, text: text! });
          this.adopt(m.id, socket);
          this.post({ op: 'up', id: m.id });
        });
      case 'send':
        this.open.get(m.id)?.write(m.data, () => this.open.has(m.id) && this.post({ op: 'sent', id: m.id }));
        return;
      case 'close':
        this.open.get(m.id)?.end();
        this.open.delete(m.id);
        return;
      case 'listen':
        this.listening.add(m.port);
        if (!this.servers.has(m.port)) void this.map(m.port, 0).catch(() => {});
        return this.admit();
      case 'resolve':
        return this.lookup(m.host, (ip) => this.post({ op: 'resolved', id: m.id, ip }));
      case 'ping':
        return this.lookup(m.host, (ip) => this.post({ op: 'pong', id: m.id, alive: !!ip }));
      case 'proxy':
        return this.proxy(m.id, m.host, m.port);
      case 'upstream':
        if (m.local) this.upstreams.set(m.port, m.local);
        else this.upstreams.delete(m.port);
        if (m.local && !this.servers.has(m.port)) void this.map(m.port, 0).catch(() => {});
        return this.admit();
      case 'bind':
        return this.bindUdp(m.port);
      case 'unbind':
        return this.unbindUdp(m.port);
      case 'datagram':
        if (this.reachable() && !this.air.blackhole)
          this.datagrams.get(m.port)?.send(m.data, m.to, m.host, () => {});
        return;
      case 'air':
        this.air = m;
        if (!m.up) this.forget();
        this.pipes.air(m);
        return this.admit();
      case 'reset':
        this.powered = m.power;
        this.listening.clear();
        this.upstreams.clear();
        for (const port of [...this.datagrams.keys()]) this.unbindUdp(port);
        return this.forget();
      case 'sync':
        this.echo(m.id, Date.now() + NAME);
    }
  }

  private lookup(host: string, then: (ip?: string) => void): void {
    this.names++;
    dns.lookup(host, 4, (error, ip) => {
      this.names--;
      then(error ? undefined : ip);
    });
  }

  /** Two turns: what the kernel already holds is read in the first and written on in the second. A name takes longer. */
  private echo(id: number, end: number): void {
    const turns = (): void => {
      if (this.names && Date.now() < end) setTimeout(() => this.echo(id, end), 1);
      else this.post({ op: 'sync', id });
    };
    setImmediate(() => setImmediate(turns));
  }

  private track(socket: net.Socket): net.Socket {
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    return socket;
  }

  private connect(host: string, port: number, then: (socket?: net.Socket, text?: string) => void): void {
    this.lookup(host, (ip) => {
      if (!ip) return then(undefined, 'Unable to locate host');
      const socket = this.track(net.connect({ host: ip, port, noDelay: true, allowHalfOpen: false }));
      const fail = (): void => {
        socket.destroy();
        then(undefined, 'Unable to create socket');
      };
      socket.setTimeout(CONNECT_TIMEOUT, fail);
      socket.once('error', fail);
      socket.once('connect', () => {
        socket.setTimeout(0);
        socket.off('error', fail);
        then(socket);
      });
    });
  }

  private adopt(id: number, socket: net.Socket): void {
    this.open.set(id, socket);
    socket.on('data', (data) => {
      if (this.open.get(id) === socket) this.post({ op: 'data', id, data });
      else if (this.reachable()) socket.resetAndDestroy();
    });
    socket.on('close', () => {
      if (this.open.get(id) !== socket) return;
      this.open.delete(id);
      this.post({ op: 'close', id });
    });
  }

  private reachable(): boolean {
    return this.powered && this.air.up;
  }

  /** A host connects to a port of the module. */
  private arrive(port: number, socket: net.Socket): void {
    this.waiting.push({ port, socket: this.track(socket) });
    this.admit();
  }

  private admit(): void {
    if (!this.reachable()) return;
    const still: typeof this.waiting = [];
    for (const w of this.waiting) {
      const local = this.upstreams.get(w.port);
      if (w.socket.destroyed) continue;
      if (local)
        this.pipes.join(
          w.socket,
          this.track(net.connect({ host: '127.0.0.1', port: local, noDelay: true })),
          0,
        );
      else if (this.listening.has(w.port)) this.accept(w.port, w.socket);
      else still.push(w);
    }
    this.waiting = still;
  }

  private accept(port: number, socket: net.Socket): void {
    // Even numbers; the module's own connections are odd.
    const id = (this.count += 2);
    this.post({ op: 'accept', id, port });
    this.adopt(id, socket);
  }

  /** All sockets of the module die without a word: hosts keep theirs open and hear nothing. */
  private forget(): void {
    this.open.clear();
    this.pipes.forget(() => this.reachable());
  }

  private proxy(id: number, host: string, port: number): void {
    this.connect(host, port, (socket, text) => {
      if (!socket) return this.post({ op: 'proxied', id, error: text });
      const server = net.createServer({ noDelay: true }, (local) => {
        server.close();
        this.pipes.join(this.track(local), socket, 1);
      });
      server.listen(0, '127.0.0.1', () =>
        this.post({ op: 'proxied', id, port: (server.address() as net.AddressInfo).port }),
      );
      socket.once('close', () => server.close());
    });
  }
}
