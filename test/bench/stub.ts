// The smallest things that the bench can be put together from: a flash in memory, pins that hold what is written, and an
// engine whose "firmware" is a few lines over the host: a scan, an HTTP-like server, and console words that do
// what a test needs.

import type { Assembly, EngineOptions, Files } from '../../bench/assembly';
import type { WorldClock } from '../../bench/clock';
import { PowerCut, type Engine, type Flash, type Host, type Module, type Wiring } from '../../bench/types';

const PAGE = 4096;

class StubFlash implements Flash {
  readonly size = 4 * PAGE;
  writes = 0;
  erases = 0;
  private bytes = new Uint8Array(this.size).fill(0xff);
  private left: number | undefined;

  constructor(image?: Uint8Array) {
    if (image) this.bytes.set(image);
  }
  read(at: number, length: number): Uint8Array {
    return this.bytes.slice(at, at + length);
  }
  write(at: number, data: Uint8Array): void {
    this.writes++;
    for (let i = 0; i < data.length; i++) {
      if (this.left === 0) throw new PowerCut();
      if (this.left !== undefined) this.left--;
      this.bytes[at + i] &= data[i];
    }
  }
  erase(page: number): void {
    this.erases++;
    this.bytes.fill(0xff, page * PAGE, (page + 1) * PAGE);
  }
  tear(n: number | undefined): void {
    this.left = n;
  }
}

/** Files as rows of JSON, one a page of the store. */
class StubFiles implements Files {
  constructor(private flash: Flash) {}
  private all(): Record<string, string> {
    const text = Buffer.from(this.flash.read(PAGE, PAGE))
      .toString()
      .replace(/\xff|\ufffd/g, '');
    try {
      return text ? JSON.parse(text) : {};
    } catch {
      return { torn: text };
    }
  }
  private save(all: Record<string, string>): void {
    this.flash.erase(1);
    this.flash.write(PAGE, Buffer.from(JSON.stringify(all)));
  }
  list(): string[] {
    return Object.keys(this.all());
  }
  read(name: string): Uint8Array | undefined {
    const text = this.all()[name];
    return text === undefined ? undefined : Buffer.from(text);
  }
  write(name: string, data: Uint8Array): void {
    this.save({ ...this.all(), [name]: Buffer.from(data).toString() });
  }
  erase(name: string): void {
    const all = this.all();
    delete all[name];
    this.save(all);
  }
  used(): number {
    return JSON.stringify(this.all()).length;
  }
}

function stubModule(): Module {
  const nothing = (): void => {};
  return {
    drive: () => ({ mode: 'input', level: 0, duty: NaN, hz: 0 }),
    onDrive: nothing,
    digital: nothing,
    analog: nothing,
    changed: nothing,
    spi: nothing,
    serial: nothing,
    oneWire: nothing,
    serialSetup: nothing,
    serialWrite: nothing,
    oneWireReset: () => false,
    oneWireWrite: nothing,
    oneWireRead: () => 0xff,
    pixels: nothing,
    reset: nothing,
    mode: nothing,
    write: nothing,
    read: () => 0,
    analogRead: () => 0.5,
    pwm: nothing,
    spiSetup: nothing,
    spiSend: (_, bytes) => bytes,
    pixelWrite: nothing,
    watch: () => nothing,
  };
}

const wiring: Wiring = () => {
  let state = 'unplugged';
  let powered = false;
  let changed = (): void => {};
  return {
    pilotPin: 34,
    snapshot: () => ({ car: { state }, powered }),
    post(_, body) {
      if (body.state === 'wrong') return 'no such state';
      state = String(body.state);
      changed();
      return undefined;
    },
    power: (on) => (powered = on),
    onChange: (fn) => (changed = fn),
  } as ReturnType<Wiring> & { pilotPin: number };
};

class StubEngine implements Engine {
  readonly name = 'node';
  private life = 0;
  private files: Files;
  private line = '';
  private busyTill = 0;
  /** ms that each scan stands still before it samples. */
  private naps = 0;
  private link = 0;
  private heard = '';

  constructor(
    private host: Host,
    private directory: string,
  ) {
    this.files = new StubFiles(host.flash);
  }

  boot(): void {
    const { net, air, print } = this.host;
    this.life++;
    print(`boot ${this.files.list().join(' ')}\n`);
    this.scan(this.life);
    net.onAccept = () => {};
    net.onData = (id, data) => this.serve(id, Buffer.from(data).toString());
    net.onClose = (id) => print(`closed ${id}\n`);
    air.onChange = (up) => print(`air ${up}\n`);
    this.later(500, () => net.listen(80));
  }
  stop(): void {
    this.life++;
    this.line = '';
  }
  type(text: string): void {
    this.line += text;
    const lines = this.line.split('\n');
    this.line = lines.pop()!;
    for (const line of lines) this.obey(line);
  }
  memory(): { used: number; total: number } {
    return { used: 1000, total: 4500 };
  }

  private later(ms: number, fn: () => void): void {
    const { life } = this;
    const { clock } = this.host;
    clock.at(clock.now() + ms, () => life === this.life && fn());
  }
  private scan(life: number): void {
    if (life !== this.life) return;
    this.later(20, () => this.scan(life));
    if (this.naps) this.stall(this.naps);
    if (this.host.clock.now() >= this.busyTill) for (let i = 0; i < 3; i++) this.host.module.analogRead(34);
  }

  private stall(ms: number): void {
    this.busyTill = this.host.clock.now() + ms;
    this.host.stall(ms);
  }

  /** A request line answered with what it asked; on a connection of our own, what comes is kept. */
  private serve(id: number, text: string): void {
    if (id === this.link) return void (this.heard += text);
    const [, path] = text.split(' ');
    const body = `you asked ${path}`;
    this.host.net.send(
      id,
      Buffer.from(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    );
    this.host.net.close(id);
  }

  private obey(line: string): void {
    const { host } = this;
    const [word, ...rest] = line.split(' ');
    const say = (text: unknown): void => host.print(`${line}\r\n=${JSON.stringify(text)}\r\n>`);
    const from = host.clock.now();
    const took = (): number => Math.round(host.clock.now() - from);
    try {
      if (word === 'where') say(this.directory);
      else if (word === 'read') say(Buffer.from(this.files.read(rest[0]) ?? '').toString());
      else if (word === 'nap') this.naps = Number(rest[0]);
      else if (word === 'write') this.files.write(rest[0], Buffer.from(rest[1]));
      else if (word === 'stall') this.stall(Number(rest[0]));
      else if (word === 'connect')
        say([(this.link = host.net.connect(rest[0], Number(rest[1]))) > 0, took()]);
      else if (word === 'send') host.net.send(this.link, Buffer.from(rest[0]));
      else if (word === 'end') host.net.close(this.link);
      else if (word === 'heard') say(this.heard);
      else if (word === 'resolve') host.net.resolve(rest[0], (ip) => say([ip, took()]));
      else if (word === 'ping') host.net.ping(rest[0], (ms) => say([ms, took()]));
      else if (word === 'reboot') host.reboot('asked');
      if (word === 'stall' || word === 'write' || word === 'send') say(took());
    } catch (e) {
      if (e instanceof PowerCut) throw e;
      say([e, took()]);
    }
  }
}

export default {
  wiring: async () => wiring,
  module: async (_clock: WorldClock) => stubModule(),
  flash: async (image) => new StubFlash(image),
  files: async (flash) => new StubFiles(flash),
  engine: async (name, host: Host, o: EngineOptions) =>
    Object.assign(new StubEngine(host, o.directory), name === 'espruino' && { used: () => 4711 }),
} satisfies Assembly;
