// A module with nothing around it, for tests of the engine: world clock, pins, flash, and a network that loops back.

import { WorldClock } from '../../bench/clock';
import { createNode, type NodeEngine } from '../../bench/engine/node';
import { Nor } from '../../bench/esp32/flash';
import { Esp32 } from '../../bench/esp32/module';
import { Storage } from '../../bench/esp32/storage';
import { PowerCut, type Air, type Host, type NetPort } from '../../bench/types';

/** Connections from the module to itself. */
export class Loopback implements NetPort {
  onAccept?: (id: number, port: number) => void;
  onData?: (id: number, data: Uint8Array) => void;
  onClose?: (id: number) => void;
  onDrain?: (id: number) => void;
  /** ms that a connect takes. */
  slow = 0;
  private ports = new Set<number>();
  private peers = new Map<number, number>();
  private count = 0;

  constructor(
    private clock: WorldClock,
    private stall: (ms: number) => void,
  ) {}

  connect(_host: string, port: number): number {
    if (this.slow) this.stall(this.slow);
    if (!this.ports.has(port)) throw 'Unable to create socket';
    const id = this.open(port);
    return id;
  }

  /** A host connects. Returns its end. */
  open(port: number): number {
    const mine = ++this.count;
    const theirs = ++this.count;
    this.peers.set(mine, theirs);
    this.peers.set(theirs, mine);
    this.soon(() => this.onAccept?.(theirs, port));
    return mine;
  }

  listen(port: number): void {
    this.ports.add(port);
  }

  send(id: number, data: Uint8Array): void {
    const peer = this.peers.get(id);
    this.soon(() => this.onDrain?.(id));
    if (peer !== undefined) this.soon(() => this.onData?.(peer, data));
  }

  close(id: number): void {
    const peer = this.peers.get(id);
    this.peers.delete(id);
    if (peer !== undefined) this.soon(() => this.peers.has(peer) && this.onClose?.(peer));
  }

  resolve(_host: string, then: (ip: string | undefined) => void): void {
    this.soon(() => then('10.0.0.1'));
  }

  ping(_host: string, then: (ms: number | undefined) => void): void {
    this.soon(() => then(1));
  }

  /** Nobody answers datagrams. */
  bind(): void {}
  unbind(): void {}
  datagram(): void {}

  private soon(fn: () => void): void {
    this.clock.at(this.clock.now() + 1, fn);
  }
}

export class Bench {
  readonly clock = new WorldClock();
  readonly module: Esp32;
  readonly flash: Nor;
  readonly storage: Storage;
  readonly net: Loopback;
  readonly air: Air = { up: true };
  readonly engine: NodeEngine;
  readonly host: Host;
  out = '';
  reboots: string[] = [];
  private life = 0;

  constructor(files: Record<string, string> = {}, seed = 1, image?: Uint8Array) {
    this.module = new Esp32(this.clock, seed);
    this.flash = new Nor(image);
    this.storage = new Storage(this.flash);
    this.net = new Loopback(this.clock, (ms) => this.stall(ms));
    for (const [name, text] of Object.entries(files)) this.storage.write(name, Buffer.from(text));
    this.host = {
      clock: this.clock,
      module: this.module,
      flash: this.flash,
      net: this.net,
      air: this.air,
      print: (text) => (this.out += text.replace(/\r/g, '')),
      reboot: (why) => this.reboot(why),
      stall: (ms) => this.stall(ms),
      serial: '123456',
    };
    this.engine = createNode(this.host);
    this.module.reset(true);
  }

  boot(): this {
    this.engine.boot();
    return this;
  }

  run(ms: number): this {
    this.clock.run(this.clock.now() + ms);
    return this;
  }

  /** What was printed since it was last asked. */
  take(): string {
    const text = this.out;
    this.out = '';
    return text;
  }

  /** The supply falls and comes back. */
  cut(): this {
    this.life++;
    this.engine.stop();
    this.module.reset(true);
    return this;
  }

  private reboot(why: string): void {
    this.life++;
    this.reboots.push(why);
    this.engine.stop();
    this.module.reset(false);
    this.clock.at(this.clock.now() + 300, () => this.engine.boot());
  }

  private stall(ms: number): void {
    const { life } = this;
    this.clock.run(this.clock.now() + ms, () => this.life !== life);
    if (this.life !== life) throw new PowerCut();
  }
}
