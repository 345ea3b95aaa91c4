// The module's network: TCP by way of the gateway in the main thread, with the latency, losses and time-outs of the air
// in world time.

import { PowerCut, type Clock, type NetPort } from '../types';
import type { FromGateway, ToGateway } from '../gateway';
import type { Pace } from '../pace';

/** How long the chip's stack tries to connect to a host that does not answer. */
const SYN = 18000;
/** A name server that does not answer. */
const DNS = 5000;
const PING = 1000;
/** Real ms that fast time waits for a connection before world time goes on. */
const HANDSHAKE = 5000;
const REFUSED = 'Unable to create socket';

/** For an interpreter with sockets of its own; bench/gateway.ts explains. */
export interface Proxies {
  proxy(host: string, port: number, then: (r: { port?: number; error?: string }) => void): void;
  upstream(port: number, local: number): void;
}

interface Link {
  outgoing: 0 | 1;
  /** World times of the last arrival and departure: bytes never overtake each other. */
  in: number;
  out: number;
}

export class DeviceNet implements NetPort, Proxies {
  onAccept?: (id: number, port: number) => void;
  onData?: (id: number, data: Uint8Array) => void;
  onClose?: (id: number) => void;
  onDrain?: (id: number) => void;
  /** World ms the script stood in connects since boot. */
  blocked = 0;
  onDatagram?: (port: number, ip: string, from: number, data: Uint8Array) => void;
  readonly air = {
    up: true,
    blackhole: false,
    latency: 0,
    onChange: undefined as ((up: boolean) => void) | undefined,
  };
  private links = new Map<number, Link>();
  private asks = new Map<number, (m: FromGateway) => void>();
  /** What the blackhole or a stall holds back. */
  private held: (() => void)[] = [];
  private late: (() => void)[] = [];
  private count = 1;
  /** Counts boots: answers for the life before are dropped. */
  private life = 0;

  constructor(
    private clock: Clock,
    private pace: Pace,
    private post: (m: ToGateway) => void,
    /** Somebody who has come gets an answer. */
    private onAnswer = (): void => {},
  ) {}

  connect(host: string, port: number): number {
    const from = this.clock.now();
    const life = this.life;
    try {
      return this.dial(host, port, from + SYN);
    } finally {
      if (life === this.life) this.blocked += this.clock.now() - from;
    }
  }

  private dial(host: string, port: number, end: number): number {
    if (!this.air.up) throw REFUSED;
    this.stand(() => !this.air.blackhole || !this.air.up, end);
    if (this.air.blackhole || !this.air.up) throw REFUSED;
    const id = (this.count += 2);
    let answer: FromGateway | undefined;
    this.asks.set(id, (m) => (answer = m));
    this.send_({ op: 'connect', id, host, port });
    this.stand(() => !!answer || !this.air.up, end, HANDSHAKE);
    this.asks.delete(id);
    if (answer?.op !== 'up') {
      this.post({ op: 'close', id });
      throw answer?.op === 'failed' ? answer.text : REFUSED;
    }
    this.links.set(id, { outgoing: 1, in: 0, out: 0 });
    if (this.air.latency) this.stand(() => false, this.clock.now() + 2 * this.air.latency);
    return id;
  }

  /** The script stands still; throws when it has no power any more. */
  private stand(done: () => boolean, end: number, hold = 0): void {
    if (!this.pace.wait(done, end, hold)) throw new PowerCut();
    this.flush();
  }

  listen(port: number): void {
    this.send_({ op: 'listen', port });
  }

  send(id: number, data: Uint8Array): void {
    const copy = Uint8Array.from(data);
    this.depart(id, (link) => {
      this.pace.touch(link.outgoing || undefined);
      if (!link.outgoing) this.onAnswer();
      this.post({ op: 'send', id, data: copy });
    });
  }

  close(id: number): void {
    this.depart(id, () => {
      this.links.delete(id);
      this.send_({ op: 'close', id });
    });
  }

  bind(port: number): void {
    this.send_({ op: 'bind', port });
  }

  unbind(port: number): void {
    this.send_({ op: 'unbind', port });
  }

  datagram(port: number, host: string, to: number, data: Uint8Array): void {
    this.after(this.air.latency, () =>
      this.send_({ op: 'datagram', port, host, to, data: Uint8Array.from(data) }),
    );
  }

  resolve(host: string, then: (ip: string | undefined) => void): void {
    if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return this.after(10, () => then(host));
    if (this.lost()) return this.after(DNS, () => then(undefined));
    this.ask({ op: 'resolve', host }, (m) => then(m.op === 'resolved' ? m.ip : undefined));
  }

  ping(host: string, then: (ms: number | undefined) => void): void {
    if (this.lost()) return this.after(PING, () => then(undefined));
    this.ask({ op: 'ping', host }, (m) => {
      if (m.op === 'pong' && m.alive && !this.lost()) then(1 + 2 * this.air.latency);
      else this.after(PING, () => then(undefined));
    });
  }

  proxy(host: string, port: number, then: (r: { port?: number; error?: string }) => void): void {
    const from = this.clock.now();
    const life = this.life;
    const done = (r: { port?: number; error?: string }): void => {
      if (life !== this.life) return;
      this.blocked += this.clock.now() - from;
      then(r);
    };
    const go = (): void => {
      if (life !== this.life) return;
      if (!this.air.up) return done({ error: REFUSED });
      if (!this.air.blackhole) {
        return this.ask({ op: 'proxy', host, port }, (m) =>
          done(m.op === 'proxied' ? m : { error: REFUSED }),
        );
      }
      if (this.clock.now() - from >= SYN) return done({ error: REFUSED });
      this.clock.at(Math.min(this.clock.now() + 100, from + SYN), go);
    };
    go();
  }

  upstream(port: number, local: number): void {
    this.send_({ op: 'upstream', port, local });
  }

  /** From the bench API. */
  setAir(o: { up?: boolean; blackhole?: boolean; latency?: number }): void {
    const was = this.air.up;
    Object.assign(this.air, o);
    const { up, blackhole, latency } = this.air;
    this.post({ op: 'air', up, blackhole, latency });
    if (!up) this.links.clear();
    if (!up) this.held = [];
    if (!blackhole) for (const fn of this.held.splice(0)) fn();
    if (was !== up) this.script(() => this.air.onChange?.(up));
  }

  /** The module lost power or was reset: no socket, no listener, no answer of before. */
  reset(power: boolean): void {
    this.life++;
    this.links.clear();
    this.asks.clear();
    this.held = [];
    this.late = [];
    this.blocked = 0;
    this.post({ op: 'reset', power });
  }

  receive(m: FromGateway): void {
    if (m.op === 'sync') return this.pace.echoed(m.id);
    if (m.op === 'datagram') {
      const { port, ip, from, data } = m;
      this.pace.touch();
      return this.after(this.air.latency, () => this.script(() => this.onDatagram?.(port, ip, from, data)));
    }
    const ask = this.asks.get(m.id);
    const link = this.links.get(m.id);
    if (m.op === 'data' && link?.outgoing) this.pace.touch(0);
    else this.pace.touch();
    if (ask) ask(m);
    else if (m.op === 'accept') this.accept(m.id, m.port);
    else if (m.op === 'data') this.arrive(m.id, () => this.onData?.(m.id, m.data));
    else if (m.op === 'sent') this.arrive(m.id, () => this.onDrain?.(m.id));
    else if (m.op === 'close') this.arrive(m.id, () => this.links.delete(m.id) && this.onClose?.(m.id));
  }

  private accept(id: number, port: number): void {
    this.links.set(id, { outgoing: 0, in: 0, out: 0 });
    this.arrive(id, () => this.onAccept?.(id, port));
  }

  /** Something for the script comes in on a connection, after the latency and never during a stall. */
  private arrive(id: number, fn: () => void): void {
    const link = this.links.get(id);
    if (!link) return;
    link.in = Math.max(link.in, this.clock.now() + this.air.latency);
    this.clock.at(link.in, () => {
      if (this.links.get(id) === link) this.pass(link, () => this.links.get(id) === link && this.script(fn));
    });
  }

  /** Something leaves on a connection. */
  private depart(id: number, fn: (link: Link) => void): void {
    const link = this.links.get(id);
    if (!link) return;
    const go = (): void => {
      if (this.links.get(id) === link) this.pass(link, () => this.links.get(id) === link && fn(link));
    };
    link.out = Math.max(link.out, this.clock.now() + this.air.latency);
    if (link.out > this.clock.now()) this.clock.at(link.out, go);
    else go();
  }

  private pass(link: Link, fn: () => void): void {
    if (link.outgoing && this.air.blackhole) this.held.push(fn);
    else fn();
  }

  /** Calls into the script, or waits until it stands still no more. */
  script(fn: () => void): void {
    if (this.pace.stalled) this.late.push(fn);
    else fn();
  }

  /** After a stall. */
  private flush(): void {
    if (this.pace.stalled) return;
    const life = this.life;
    for (const fn of this.late.splice(0))
      this.clock.at(this.clock.now(), () => life === this.life && this.script(fn));
  }

  /** To be called when a stall of other native code is over. */
  woke(): void {
    this.flush();
  }

  private lost(): boolean {
    return !this.air.up || this.air.blackhole;
  }

  private after(ms: number, fn: () => void): void {
    const life = this.life;
    this.clock.at(this.clock.now() + ms, () => life === this.life && this.script(fn));
  }

  private ask(
    m: { op: 'resolve' | 'ping' | 'proxy'; host: string; port?: number },
    then: (m: FromGateway) => void,
  ): void {
    const id = (this.count += 2);
    this.asks.set(id, (answer) => {
      this.asks.delete(id);
      this.after(m.op === 'proxy' ? 0 : 2 * this.air.latency, () => then(answer));
    });
    this.send_({ ...m, id } as ToGateway);
  }

  private send_(m: ToGateway): void {
    this.pace.touch();
    this.post(m);
  }
}
