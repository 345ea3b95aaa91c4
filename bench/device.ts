// The device's thread: the module, the parts on its pins, its flash, and the engine that runs the build. Commands come as
// messages, and are served even while native code of the script stands still.

import {
  isMainThread,
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from 'node:worker_threads';
import type { Assembly, Files } from './assembly';
import { WorldClock } from './clock';
import { Console } from './console';
import { DeviceNet } from './esp32/net';
import type { FromGateway } from './gateway';
import { furnish, install, keepImage, readImage, type Build } from './image';
import { Pace } from './pace';
import { PowerCut, type Engine, type Flash, type Host, type Module, type Rig } from './types';

export interface DeviceOptions {
  board: string;
  engine: 'node' | 'espruino';
  build: Build;
  /** Image file; empty: none. */
  flash: string;
  fresh: boolean;
  set: [string, string][];
  seed: number;
  serial: string;
  executable: string;
  /** URL of the module with the classes: bench/assembly.ts, or a test's stand-in. */
  assembly: string;
  commands: MessagePort;
  net: MessagePort;
  /** Word 0: bell. Bytes 8…15: world time. */
  shared: SharedArrayBuffer;
}

/** `body` is checked by the API already, except for what the rig judges. */
export type Command =
  | { op: 'snapshot' }
  | { op: 'post'; what: Parameters<Rig['post']>[0]; body: Record<string, unknown> }
  | { op: 'wifi'; body: { up?: boolean; blackhole?: boolean; latency?: number } }
  | { op: 'supply'; off: number; tear?: number }
  | { op: 'rate'; rate: number }
  | { op: 'advance'; ms: number }
  | { op: 'console'; line: string }
  | { op: 'type'; text: string }
  | { op: 'watch'; on: boolean }
  /** `asked`: somebody waits for an answer. */
  | { op: 'boot'; asked: boolean }
  | { op: 'stop' };

export type Answer = { id: number; value?: unknown; error?: string };
export type Event = { event: 'console'; text: string } | { event: 'change'; snapshot: Snapshot };
export type Snapshot = Record<string, unknown> & { t: number; boots: number };

/** ms from reset to the first line of the script. */
const RESET = 300;
/** World ms that a first boot runs fast, at most, until the device answers. */
const BOOT = 30000;

export class Device {
  private world = new WorldClock();
  private pace: Pace;
  private net: DeviceNet;
  private console = new Console(this.world, (text) => this.type(text));
  private module!: Module;
  private rig!: Rig;
  private flash!: Flash;
  private files!: Files;
  private engine!: Engine;
  private closeImage = (): void => {};
  private time: Float64Array;
  private on = false;
  private poweredAt = 0;
  private boots = 0;
  /** How long the supply stays off after a torn write. */
  private tearOff = 0;
  /** Time of the last scan, NaN before the first since boot. */
  private scanned = NaN;
  private worst = 0;
  /** Messages that have come and are not handled yet. */
  private inbox: (() => void)[] = [];
  private watching = false;
  private dirty = false;
  private usedAt = -1;
  private used = 0;
  /** The first boot runs fast, until the device answers. */
  private hurried = false;
  /** The boot to come, after a reset or a cut. */
  private next: number | undefined;

  constructor(private o: DeviceOptions) {
    this.time = new Float64Array(o.shared, 8, 1);
    this.pace = new Pace({
      world: this.world,
      bell: new Int32Array(o.shared, 0, 1),
      drain: () => this.drain(),
      sync: (id) => o.net.postMessage({ op: 'sync', id }),
      moved: () => (this.time[0] = this.world.now()),
    });
    this.net = new DeviceNet(
      this.world,
      this.pace,
      (m) => o.net.postMessage(m),
      () => this.answers(),
    );
  }

  /** Puts everything together; the supply is still off. */
  async assemble(a: Assembly): Promise<void> {
    const { o } = this;
    this.module = await a.module(this.world, o.seed);
    const wiring = await a.wiring(o.board);
    this.rig = wiring(this.module, this.world, o.seed);
    this.rig.onChange(() => this.changed());
    this.watchScans();
    const image = readImage(this.imageFile(), o.fresh);
    this.flash = await a.flash(image);
    this.files = await a.files(this.flash);
    const build = furnish(o.build, o.set, !image);
    if (o.engine === 'node') install(this.files, build);
    this.flash.writes = this.flash.erases = 0;
    this.closeImage = keepImage(this.flash, this.imageFile());
    this.watchCuts();
    this.engine = await a.engine(o.engine, this.host(), {
      proxies: this.net,
      directory: this.imageFile().replace(/\.flash$/, ''),
      executable: o.executable,
      query: new URL(o.assembly).searchParams,
      build,
      fresh: !image,
    });
    this.engineSwitch(false);
    o.net.on('message', (m: FromGateway) => this.come(() => this.net.receive(m)));
    o.commands.on('message', (m: Command & { id: number }) => this.come(() => this.command(m)));
    this.pace.start();
  }

  /** Each engine keeps its own flash: their Storage formats differ. */
  private imageFile(): string {
    const { flash, engine } = this.o;
    return engine === 'node' || !flash ? flash : flash.replace(/(\.flash)?$/, '.espruino.flash');
  }

  private host(): Host {
    const { world, pace } = this;
    const live = {
      now: () => (pace.catchUp(), world.now()),
      at: world.at.bind(world),
      cancel: world.cancel.bind(world),
    };
    return {
      // The interpreter's requests come between two turns of the clock, at real moments.
      clock: this.o.engine === 'node' ? world : live,
      module: this.module,
      flash: this.flash,
      net: this.net,
      air: this.net.air,
      print: (text) => this.print(text),
      reboot: (why) => this.reboot(why),
      stall: (ms) => this.stall(ms),
      serial: this.o.serial,
    };
  }

  /** A scan is a burst of pilot samples; the wiring may name its pin. */
  private watchScans(): void {
    const pin = this.rig.pilotPin;
    const read = this.module.analogRead.bind(this.module);
    this.module.analogRead = (gpio, after) => {
      if (pin === undefined || gpio === pin) {
        this.worst = this.gap();
        this.scanned = this.world.now();
      }
      return read(gpio, after);
    };
  }

  private gap(): number {
    return Math.max(this.worst, this.world.now() - this.scanned || 0);
  }

  private watchCuts(): void {
    const write = this.flash.write.bind(this.flash);
    this.flash.write = (at, data) => {
      try {
        write(at, data);
      } catch (e) {
        if (e instanceof PowerCut) this.cut(this.tearOff);
        throw e;
      }
    };
  }

  private print(text: string): void {
    this.console.printed(text);
    this.o.commands.postMessage({ event: 'console', text } satisfies Event);
  }

  private type(text: string): void {
    this.net.script(() => this.on && this.guard(() => this.engine.type(text)));
  }

  private stall(ms: number): void {
    if (!this.pace.stall(ms)) throw new PowerCut();
    this.net.woke();
  }

  /** Runs script code; without power it just ends. */
  private guard(fn: () => void): void {
    try {
      fn();
    } catch (e) {
      if (!(e instanceof PowerCut)) throw e;
    }
  }

  private boot(): void {
    this.next = undefined;
    this.boots++;
    this.worst = 0;
    this.scanned = NaN;
    this.changed();
    this.guard(() => this.engine.boot());
  }

  private power(): void {
    this.on = true;
    this.poweredAt = this.world.now();
    this.rig.power(true);
    this.module.reset(true);
    this.net.reset(true);
    this.bootIn(RESET);
  }

  private bootIn(ms: number): void {
    this.next = this.world.at(this.world.now() + ms, () => this.boot());
  }

  private engineSwitch(powered: boolean): void {
    if (this.next !== undefined) this.world.cancel(this.next);
    this.next = undefined;
    this.pace.cut();
    this.net.reset(powered);
    this.engine.stop();
  }

  private cut(off: number): void {
    this.flash.tear(undefined);
    this.on = false;
    this.engineSwitch(false);
    this.rig.power(false);
    this.module.reset(true);
    this.changed();
    this.next = this.world.at(this.world.now() + off, () => this.power());
  }

  private reboot(why: string): void {
    if (!this.on) return;
    this.print(`\r\nreset: ${why}\r\n`);
    this.engineSwitch(true);
    this.module.reset(false);
    this.bootIn(RESET);
  }

  private answers(): void {
    if (this.hurried) this.pace.enough();
  }

  private changed(): void {
    if (!this.watching || this.dirty) return;
    this.dirty = true;
    // After everything that happens in the same instant.
    this.world.at(this.world.now(), () => {
      this.dirty = false;
      this.o.commands.postMessage({ event: 'change', snapshot: this.snapshot() } satisfies Event);
    });
  }

  private flashUsed(): number {
    const stamp = this.flash.writes + this.flash.erases;
    if (stamp !== this.usedAt) this.used = this.files.used();
    this.usedAt = stamp;
    return this.used;
  }

  private snapshot(): Snapshot {
    const { up, blackhole, latency } = this.net.air;
    const memory = this.engine.memory();
    const { writes, erases, size } = this.flash;
    const whole = (ms: number): number => Math.round(ms * 10) / 10;
    return {
      t: this.on ? Math.round(this.world.now() - this.poweredAt) : 0,
      boots: this.boots,
      ...this.rig.snapshot(),
      network: { up, blackhole, latency, blocked: whole(this.net.blocked) },
      engine: {
        name: this.engine.name,
        usedVars: memory?.used ?? null,
        totalVars: memory?.total ?? null,
        worstGap: whole(this.gap()),
      },
      flash: { writes, erases, size, used: this.engine.used?.() ?? this.flashUsed() },
    };
  }

  /**
   * Handles a message at the world time that belongs to now. Until that is reached the script may stand still, and then all
   * that waits is handled: what has come first goes first.
   */
  private come(fn: () => void): void {
    this.inbox.push(fn);
    this.pace.catchUp();
    this.handle();
    this.pace.kick();
  }

  private handle(): void {
    for (let fn; (fn = this.inbox.shift());) fn();
  }

  private drain(): void {
    this.handle();
    for (let m; (m = receiveMessageOnPort(this.o.net));) this.net.receive(m.message);
    for (let m; (m = receiveMessageOnPort(this.o.commands));) this.command(m.message);
  }

  private command(m: Command & { id: number }): void {
    const reply = (value?: unknown, error?: string): void =>
      this.o.commands.postMessage({ id: m.id, value, error } satisfies Answer);
    switch (m.op) {
      case 'snapshot':
        return reply(this.snapshot());
      case 'post': {
        const error = this.rig.post(m.what, m.body);
        return error === undefined ? reply(this.snapshot()) : reply(undefined, error);
      }
      case 'wifi':
        this.net.setAir(m.body);
        this.changed();
        return reply(this.snapshot());
      case 'supply':
        this.supply(m.off, m.tear);
        return reply(this.snapshot());
      case 'rate':
        this.pace.setRate(m.rate);
        return reply(this.snapshot());
      case 'advance':
        return this.pace.advance(m.ms, () => reply(this.snapshot()));
      case 'console':
        return this.console.ask(m.line, (output) => reply(output));
      case 'type':
        this.type(m.text);
        return reply();
      case 'watch':
        this.watching = m.on;
        return reply();
      case 'boot':
        this.power();
        this.hurried = m.asked && this.o.engine === 'node';
        if (this.hurried) this.pace.advance(BOOT, () => (this.hurried = false));
        return reply();
      case 'stop':
        this.pace.stop();
        this.engineSwitch(false);
        this.closeImage();
        this.o.net.close();
        return reply();
    }
  }

  private supply(off: number, tear?: number): void {
    this.tearOff = off;
    if (tear === undefined) this.cut(off);
    else this.flash.tear(tear);
  }
}

/** One device after another in this thread: the next begins when the one before has stopped. */
if (!isMainThread && workerData?.device)
  parentPort!.on('message', async (o: DeviceOptions) => {
    const { default: assembly } = (await import(o.assembly)) as { default: Assembly };
    const device = new Device(o);
    await device.assemble(assembly);
    o.commands.postMessage({ event: 'ready' });
  });
