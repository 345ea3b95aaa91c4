// One life of the script, from a start of the engine to the next: its world, its loop, its sockets. When the supply
// falls or the chip resets, the life is over and every native function throws.

import { PowerCut, type Host } from '../types';
import { ERASE, install, VERSION } from './api';
import { Emitter } from './emitter';
import { Dgram } from './dgram';
import { Http } from './http';
import { Loop } from './loop';
import type { Esp32 } from './module';
import { PROMISE } from './promise';
import { type Any, display, Interrupt, Realm, TYPED } from './realm';
import { Random } from './random';
import { Sockets, type World } from './socket';
import { Storage } from './storage';
import { chars, CONSOLE, show } from './text';
import { Watchdog } from './watchdog';
import { Watches } from './watch';
import { Wifi } from './wifi';

const INTERRUPTED = 'Execution Interrupted';

/** Where an error in a typed line stands, as the engine of this computer tells it. */
const LINE = `${TYPED}:`;

export class Script {
  readonly realm: Realm;
  readonly loop: Loop;
  readonly emitter: Emitter;
  readonly storage: Storage;
  readonly sockets: Sockets;
  readonly dgram: Dgram;
  readonly http: Http;
  readonly wifi: Wifi;
  readonly watches: Watches;
  readonly watchdog: Watchdog;
  readonly random = new Random();
  readonly modules = new Map<string, unknown>();
  readonly console = { echo: true, on: true };
  /** Error flags since they were read. */
  flags: string[] = [];
  builtin: Record<string, () => Any> = {};
  /** Native calls until the engine runs out of memory. */
  budget: number | undefined;
  readonly serial: string;
  private dead = false;
  private error: { e: unknown } | undefined;
  private interrupted = false;
  private flagged: string[] = [];
  private offset = 0;
  private todo: 'load' | 'reset' | undefined;

  constructor(
    private host: Host,
    private next: (reset: boolean) => void,
  ) {
    const { clock, module, net, air } = host;
    const now = (): number => clock.now() + this.offset;
    const random = (): number => this.random.float();
    this.realm = new Realm({ now, random, caught: (e) => this.caught(e) });
    this.loop = new Loop(clock, {
      sockets: () => this.sockets.idle() || this.http.idle(),
      done: () => this.done(),
      stuck: () => (this.watchdog.on ? this.reboot('watchdog') : this.end()),
    });
    this.emitter = new Emitter(this.realm, this.loop, (fn, self, args) => this.call(fn, self, args));
    this.storage = new Storage(host.flash, { print: (t) => this.write(t), erased: () => this.erased() });
    const tail = host.serial.padStart(6, '0').slice(-6);
    this.serial = `240ac4${tail}`.replace(/^(.{8})/, '$1-');
    const world: World = {
      realm: this.realm,
      loop: this.loop,
      emitter: this.emitter,
      net,
      check: this.check,
      online: () => this.wifi.online,
    };
    this.sockets = new Sockets(world);
    this.dgram = new Dgram(world);
    this.http = new Http(world, this.sockets, VERSION);
    this.wifi = new Wifi(world, clock, air, tail);
    this.watches = new Watches(this, module);
    this.watchdog = new Watchdog(clock, () => !this.loop.busy, () => this.reboot('watchdog')); // prettier-ignore
    (module as Partial<Esp32>).complain = (t) => this.write(t);
    install(this, host);
    const lost = (e: unknown): void =>
      this.fail(this.realm.error(`Unhandled promise rejection: ${String(e)}`));
    const queue = (fn: unknown): void => this.loop.queue(() => this.call(fn, undefined, []));
    this.realm.hide('Promise', (this.realm.run(PROMISE, 'Promise') as Any)(queue, lost));
  }

  /** Runs the boot files. `reset`: without the code of the application. */
  boot(reset = false): void {
    const names = ['.boot0', '.boot1', '.boot2', '.boot3'];
    const last = ['.bootrst', '.bootcde'].find((name) => !!this.storage.read(name));
    if (last && !(reset && last === '.bootcde')) names.push(last);
    this.loop.enter(() => {
      for (const name of names) {
        const code = this.storage.read(name);
        if (code) this.guarded(() => this.realm.run(chars(code), name));
        if (this.dead) return;
        this.report();
      }
      this.guarded(() => this.emitter.fire(this.realm.global.E, 'init'));
    });
  }

  /** No power, or about to start again. `net`: sockets are closed properly. */
  end(net = false): void {
    if (this.dead) return;
    this.dead = true;
    this.loop.stop();
    this.watchdog.stop();
    this.watches.remove();
    this.wifi.stop();
    if (net) this.sockets.stop();
    if (net) this.dgram.stop();
  }

  /** First thing in every native function. */
  readonly check = (): void => {
    if (this.dead) throw new PowerCut();
    if (this.budget !== undefined && --this.budget < 0) {
      this.budget = undefined;
      this.flag('MEMORY');
      throw new Interrupt('memory');
    }
  };

  /** Calls script code. False when the engine broke it off. */
  call(fn: unknown, self: unknown, args: unknown[]): boolean {
    return this.guarded(() => {
      if (typeof fn === 'string') this.realm.run(fn, 'event');
      else (fn as (...a: unknown[]) => unknown).apply(self, args);
    });
  }

  /** A timer or watch that was broken off: what repeats is gone for good. Returns whether it stays. */
  lost(repeats: boolean): boolean {
    if (repeats && !this.dead) this.flag('CALLBACK');
    return false;
  }

  now(): number {
    return this.host.clock.now();
  }

  seconds(): number {
    return this.secondsAt(this.host.clock.now());
  }

  secondsAt(t: number): number {
    return (t + this.offset) / 1000;
  }

  setTime(seconds: number): void {
    this.offset = seconds * 1000 - this.host.clock.now();
  }

  peek(address: number): number {
    return (this.host.module as Partial<Esp32>).peek?.(address) ?? 0;
  }

  print(...args: unknown[]): void {
    this.write(args.map(display).join(' ') + '\n');
  }

  write(text: string): void {
    if (!this.dead && this.console.on) this.host.print(text.replace(/\n/g, '\r\n'));
  }

  stall(ms: number): void {
    this.host.stall(ms);
    this.check();
  }

  reboot(why: string): void {
    this.host.reboot(why);
    this.end();
    // Called by the watchdog there is no script below.
    if (this.loop.busy) throw new PowerCut();
  }

  restart(reset: boolean): void {
    this.todo = reset ? 'reset' : 'load';
    this.loop.wake();
  }

  require(name: unknown): unknown {
    if (typeof name !== 'string') throw this.realm.error('Expecting module name as a string', 'TypeError');
    if (this.modules.has(name)) return this.modules.get(name);
    let made: unknown;
    const file = this.builtin[name] ? undefined : this.storage.read(name);
    if (this.builtin[name]) made = this.builtin[name]();
    else if (file) made = this.realm.module(chars(file), name);
    else throw this.realm.error(`Module "${name}" not found`);
    this.modules.set(name, made);
    return made;
  }

  readJSON(text: string | undefined): unknown {
    return text === undefined ? undefined : this.realm.global.JSON.parse(text);
  }

  /** Value of a typed line; an error in the line itself says so and shows it, as the engine's does. */
  private typed(text: string): unknown {
    try {
      return this.realm.run(text, TYPED);
    } catch (e) {
      const stack = String((e as { stack?: unknown } | null)?.stack);
      const at = stack.startsWith(LINE) ? LINE : /^ +at (.*)$/m.exec(stack)?.[1];
      const told = text.length < 60 ? text : text.slice(0, 60) + '...';
      if (at?.startsWith(LINE)) (e as Error).stack = `    at ${TYPED} (:1:1)\n${told}\n^\n`;
      throw e;
    }
  }

  /** A whole line from the console. Its prompt is shown with it: the engine takes it away when the script prints. */
  line(text: string): void {
    this.loop.input(() => {
      const { echo } = this.console;
      if (echo) this.write('>' + text + '\n');
      const ok = this.guarded(() => {
        const v = this.typed(text);
        if (this.console.echo && text.trim()) this.write('=' + show(v, { ...CONSOLE, bare: true }) + '\n');
      });
      if (ok) this.report();
    });
  }

  private guarded(fn: () => void): boolean {
    try {
      fn();
      return true;
    } catch (e) {
      if (this.dead || e instanceof PowerCut) {
        this.end();
        return false;
      }
      if (e instanceof Interrupt || this.realm.overflow(e)) {
        this.interrupted = true;
        this.flag(e instanceof Interrupt ? 'LOW_MEMORY' : '');
        if (e instanceof Interrupt) this.flag('MEMORY');
        else this.fail(this.realm.error('Too much recursion - the stack is about to overflow'));
        return false;
      }
      this.fail(e);
      return true;
    }
  }

  private caught(e: unknown): unknown {
    if (this.dead || e instanceof PowerCut || e instanceof Interrupt || this.realm.overflow(e)) throw e;
    return this.realm.translate(e);
  }

  /** Reported at the end of the turn; only the last one is. */
  private fail(e: unknown): void {
    this.error = { e: this.realm.translate(e) };
  }

  private flag(name: string): void {
    if (!name) return;
    if (!this.flags.includes(name)) this.flags.push(name);
    this.flagged.push(name);
  }

  private report(): void {
    if (this.interrupted) this.write(`${INTERRUPTED} during event processing.\n`);
    this.interrupted = false;
    const error = this.error;
    this.error = undefined;
    if (!error && !this.flagged.length) return;
    const { process, E } = this.realm.global;
    if (error && !this.emitter.fire(process, 'uncaughtException', error.e)) this.uncaught(error.e);
    const flags = this.flagged.splice(0);
    if (!flags.length) return;
    const list = this.realm.array(flags);
    if (this.emitter.fire(E, 'errorFlag', list)) this.write(`New interpreter error: ${flags.join(',')}\n`);
    else this.write(`New interpreter error: ${flags.join(',')}\n`);
  }

  /** As the engine tells it, with the places in the script. */
  private uncaught(e: unknown): void {
    const frames = String((e as { stack?: unknown } | null)?.stack ?? '').split('\n');
    const mine = frames.filter((l) => /^ {4}at /.test(l) && !/(node:|[\\/]esp32[\\/])[\w.:]+\)?$/.test(l));
    this.write(`Uncaught ${String(e)}\n${mine.map((l) => l + '\n').join('')}`);
  }

  private done(): void {
    this.report();
    if (!this.todo || this.dead) return;
    const reset = this.todo === 'reset';
    this.emitter.fire(this.realm.global.E, 'kill');
    if (this.dead) return;
    this.end(true);
    this.next(reset);
  }

  private erased(): void {
    this.watchdog.kick();
    this.stall(ERASE);
  }
}
