// What the interpreter asks for, letter by letter as prelude.js writes it, done on the host.

import net from 'node:net';
import type { EngineOptions } from '../assembly';
import { ERASE } from '../esp32/api';
import { Watchdog } from '../esp32/watchdog';
import type { Host, PinMode } from '../types';
import { Memory } from './memory';
import { Station } from './station';
import { Edges, type Options } from './edges';

/** ms between two samples of a native loop over `analogRead`. */
const SAMPLE = 0.06;
/** Address of the first byte that a script may use, and of `Flash`. */
const FLASH = 0x310000;
const PAGE = 4096;
const EVENTS = 1;
const ALONE = 2;
const TYPED = 4;
/** Bytes that are typed between two turns: one event of the engine. */
const TYPING = 63;
const DONE = Buffer.of(1);

/** The module may know more than its contract. */
type Extra = { peek?(at: number): number; auto?(gpio: number): void };
type Call = { op: string } & Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
export type Tell = (to: number | string, args: unknown[], again?: boolean) => void;

const json = (o: unknown): Buffer => {
  const text = Buffer.from(JSON.stringify(o), 'latin1');
  return Buffer.concat([Buffer.of(text.length & 255, text.length >> 8), text]);
};

/** A part, and when it was asked for, ms of this computer; + before its name = it was loaded for that. */
export interface Asked {
  at: number;
  name: string;
}

export class Requests {
  readonly memory = new Memory();
  /** Parts that callbacks asked for, while the profiler is told. */
  asked: Asked[] = [];
  private station!: Station;
  private edges!: Edges;
  private dog!: Watchdog;
  private events: [number | string, unknown[], boolean][] = [];
  /** Callbacks of UDP sockets by port. */
  private bound = new Map<number, number>();
  private ports: number[] = [];
  /** What has come in at the serial ports. */
  private inbox: Record<2 | 3, number[]> = { 2: [], 3: [] };
  private started = false;
  /** What is to be typed at the console. */
  private keys = '';
  /** The next scan is to end all other timers. */
  private lonely = false;
  /** Counts lives of the interpreter: what one asked for is no answer to another. */
  private life = 0;

  constructor(
    private host: Host,
    private proxies: EngineOptions['proxies'],
    private reply: (data: Uint8Array) => void,
  ) {}

  begin(): void {
    const { host } = this;
    this.life++;
    this.started = false;
    this.keys = '';
    this.memory.begin();
    this.dog = new Watchdog(
      host.clock,
      () => true,
      () => host.reboot('watchdog'),
    );
    this.fresh();
  }

  end(): void {
    this.life++;
    this.dog.stop();
    this.station.stop();
    this.edges.clear();
  }

  /** Script memory is new: after power, reset and `load()`. */
  private fresh(): void {
    this.station?.stop();
    this.edges?.clear();
    this.events = [];
    this.station = new Station(this.host, this.tell);
    this.edges = new Edges(this.host, this.tell);
    for (const port of this.ports.splice(0)) this.proxies.upstream(port, 0);
    for (const port of this.bound.keys()) this.host.net.unbind(port);
    this.bound.clear();
    this.host.net.onDatagram = (port, address, from, data) => {
      const id = this.bound.get(port);
      const info = { address, port: from, size: data.length };
      if (id) this.tell(id, [Buffer.from(data).toString('base64'), info], true);
    };
  }

  private tell: Tell = (to, args, again = false) => {
    this.events.push([to, args, again]);
  };

  take(op: number, body: Buffer): void {
    const { module, flash } = this.host;
    switch (String.fromCharCode(op)) {
      case 'w':
        return module.write(body[0], body[1] ? 1 : 0);
      case 'm':
        return this.mode(body[0], body.toString('latin1', 1));
      case 'p': {
        const [value, hz] = body.toString('latin1', 1).split(',').map(Number);
        return module.pwm(body[0], value, hz);
      }
      case 'k':
        return this.dog.kick();
      case 'x':
        return module.pixelWrite(body[0], Uint8Array.from(body.subarray(1)));
      case 'u':
        return this.memory.saw(body.readUInt16LE(0), body.toString('latin1', 2));
      case 'r':
        return this.reply(Buffer.of(module.read(body[0])));
      case 'a':
        return this.reply(new Uint8Array(Float32Array.of(module.analogRead(body[0])).buffer));
      case 'A':
        return this.burst(body);
      case 's':
        return this.reply(module.spiSend(body[0] as 1 | 2, Uint8Array.from(body.subarray(2)), body[1]));
      case 'v':
        return module.serialWrite(body[0] as 2 | 3, Uint8Array.from(body.subarray(1)));
      case 'V':
        return this.received(body[0] as 2 | 3);
      case 'o':
        return this.reply(Buffer.of(module.oneWireReset(body[0]) ? 1 : 0));
      case 'O':
        return body.subarray(1).forEach((b) => module.oneWireWrite(body[0], b));
      case 'i':
        return this.reply(Uint8Array.from({ length: body[1] }, () => module.oneWireRead(body[0])));
      case 'f':
        return this.reply(flash.read(body.readUInt32LE(0) - FLASH, body.readUInt32LE(4)));
      case 'F':
        flash.write(body.readUInt32LE(0) - FLASH, Uint8Array.from(body.subarray(4)));
        return this.reply(DONE);
      case 'e':
        flash.erase(Math.floor((body.readUInt32LE(0) - FLASH) / PAGE));
        return this.later(ERASE, () => this.reply(DONE));
      case 'E':
        return this.reply(Buffer.of(this.wanted()));
      case 'T':
        return this.typed();
      case 'n':
        this.asked.push({ at: Date.now(), name: body.toString('latin1') });
        return this.reply(DONE);
      case 'J':
        return this.call(JSON.parse(body.toString('latin1')));
    }
  }

  alone(): void {
    this.lonely = true;
  }

  type(text: string): void {
    this.keys += text;
  }

  /** The next keys; their end is told by none. */
  private typed(): void {
    const text = this.keys.slice(0, TYPING);
    this.keys = this.keys.slice(TYPING);
    this.reply(Buffer.concat([Buffer.of(text.length), Buffer.from(text, 'latin1')]));
  }

  private wanted(): number {
    return (this.events.length ? EVENTS : 0) | (this.keys ? TYPED : 0);
  }

  private burst(body: Buffer): void {
    const n = body.length - 2;
    this.memory.burst(body.readUInt16LE(0));
    const answer = Buffer.alloc(4 * n + 1);
    for (let i = 0; i < n; i++)
      answer.writeFloatLE(this.host.module.analogRead(body[2 + i], i * SAMPLE), 4 * i);
    answer[4 * n] = this.wanted() | (this.lonely ? ALONE : 0);
    this.lonely = false;
    this.reply(answer);
  }

  /** Opens a port; what comes in is kept until it is asked for. */
  private uart(o: Call): void {
    const port = o.port as 2 | 3;
    this.inbox[port] = [];
    const { inbox, life } = this;
    this.host.module.serialSetup(
      port,
      o as never,
      (b) => void (life === this.life && inbox[port].push(...b)),
    );
    this.value(undefined);
  }

  private received(port: 2 | 3): void {
    const bytes = this.inbox[port].splice(0, 512);
    this.reply(Uint8Array.from([bytes.length & 255, bytes.length >> 8, ...bytes]));
  }

  private mode(gpio: number, mode: string): void {
    const { module } = this.host;
    if (mode === 'auto') (module as Extra).auto?.(gpio);
    else module.mode(gpio, mode as PinMode);
  }

  private later(ms: number, fn: () => void): void {
    const { life } = this;
    this.host.clock.at(this.host.clock.now() + ms, () => life === this.life && fn());
  }

  private value(value: unknown): void {
    this.reply(json({ value }));
  }

  private call(o: Call): void {
    const { host, dog } = this;
    switch (o.op) {
      case 'hello':
        return this.hello();
      case 'ready':
        return this.value(this.memory.ready(o.empty, o.usage, o.total));
      case 'filled':
        return this.value(this.memory.filled(o.usage));
      case 'events':
        return this.value(this.events.splice(0));
      case 'peek':
        return this.value((host.module as Extra).peek?.(o.at) ?? 0);
      case 'spi':
        return this.value(host.module.spiSetup(o.bus, { baud: o.baud, mode: o.mode }));
      case 'uart':
        return this.uart(o);
      case 'watch':
        return this.value(this.edges.add(o.id, o.pin, o as Options));
      case 'unwatch':
        return this.value(this.edges.remove(o.id));
      case 'watchdog':
        return this.value(dog.enable(o.s, o.auto));
      case 'reboot':
        return host.reboot('by the script');
      case 'wifi':
        return this.wifi(o);
      case 'connect':
        return this.connect(o.host, o.port);
      case 'bind':
        this.bound.set(o.port, o.id);
        return this.value(host.net.bind(o.port));
      case 'unbind':
        this.bound.delete(o.port);
        return this.value(host.net.unbind(o.port));
      case 'datagram':
        return this.value(host.net.datagram(o.port, o.host, o.to, Buffer.from(o.data, 'base64')));
      case 'listen':
        return this.listen();
      case 'listening':
        this.ports.push(o.port);
        return this.value(this.proxies.upstream(o.port, o.local));
    }
    this.reply(json({ error: `the bench knows no ${o.op}` }));
  }

  private hello(): void {
    // The script was loaded anew, without a reset of the chip.
    if (this.started) {
      this.host.module.reset(false, true);
      this.fresh();
    }
    this.started = true;
    this.value(`240ac4${this.host.serial.padStart(6, '0').slice(-6)}`.replace(/^(.{8})/, '$1-'));
  }

  private wifi(o: Call): void {
    try {
      this.value(this.station.call(o.name, o.args, o.then));
    } catch (e) {
      this.reply(json({ error: String(e) }));
    }
  }

  private connect(host: string, port: number): void {
    const { life } = this;
    this.proxies.proxy(host, port, (r) => {
      if (life === this.life)
        this.reply(json(r.error === undefined ? { value: r.port } : { error: r.error }));
    });
  }

  /** A port of this computer that nobody uses. */
  private listen(): void {
    const { life } = this;
    const server = net.createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => life === this.life && this.value(port));
    });
  }
}
