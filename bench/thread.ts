// The device's thread as the main thread sees it: questions, answers, console text and snapshots.

import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Answer, Command, DeviceOptions, Event, Snapshot } from './device';
import type { Gateway } from './gateway';

/** Characters of console output that are kept. */
const KEPT = 2e6;
/** Real ms for the device to put its things away. */
const FAREWELL = 400;

/** Threads whose device has stopped: what the next one runs is compiled there already. They hold up nobody's end. */
const idle: Worker[] = [];

function hire(): Worker {
  const worker =
    idle.pop() ??
    new Worker(new URL('./device.mjs', import.meta.url), { execArgv: [], workerData: { device: true } });
  worker.ref();
  return worker;
}

export class Thread {
  private worker = hire();
  private commands: MessagePort;
  private answers = new Map<number, [(v: unknown) => void, (e: Error) => void]>();
  private count = 0;
  private watchers = new Set<(s: Snapshot) => void>();
  private shared = new SharedArrayBuffer(16);
  private bell = new Int32Array(this.shared, 0, 1);
  private time = new Float64Array(this.shared, 8, 1);
  private text = '';
  private trimmed = 0;
  private ended = false;
  readonly ready: Promise<void>;

  constructor(
    readonly engine: 'node' | 'espruino',
    o: Omit<DeviceOptions, 'commands' | 'net' | 'shared' | 'engine'>,
    gateway: Gateway,
    private hooks: { print?(text: string): void; crashed?(e: Error): void },
  ) {
    const commands = new MessageChannel();
    const net = new MessageChannel();
    this.commands = commands.port1;
    gateway.attach(net.port1, () => this.ring());
    const options: DeviceOptions = {
      ...o,
      engine,
      commands: commands.port2,
      net: net.port2,
      shared: this.shared,
    };
    this.ready = new Promise((resolve, reject) => {
      this.commands.on('message', (m: Answer | Event | { event: 'ready' }) => {
        if (!('event' in m)) this.answered(m);
        else if (m.event === 'ready') resolve();
        else this.happened(m);
      });
      this.worker.on('error', (e) => {
        reject(e);
        this.died(e);
      });
      this.worker.on('exit', () => this.died(new Error('the device has ended')));
    });
    this.ready.catch(() => {});
    this.worker.postMessage(options, [commands.port2, net.port2]);
  }

  /** World ms. */
  now(): number {
    return this.time[0];
  }

  ask(command: Command): Promise<unknown> {
    if (this.ended) return Promise.reject(new Error('the bench has stopped'));
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.answers.set(id, [resolve, reject]);
      this.commands.postMessage({ id, ...command });
      this.ring();
    });
  }

  log(since: number): { next: number; text: string } {
    return {
      next: this.trimmed + this.text.length,
      text: this.text.slice(Math.max(0, since - this.trimmed)),
    };
  }

  watch(fn: (s: Snapshot) => void): () => void {
    if (!this.watchers.size) this.ask({ op: 'watch', on: true }).catch(() => {});
    this.watchers.add(fn);
    return () => {
      this.watchers.delete(fn);
      if (!this.watchers.size) this.ask({ op: 'watch', on: false }).catch(() => {});
    };
  }

  async stop(): Promise<void> {
    const late = new Promise<boolean>((done) => setTimeout(done, FAREWELL, false));
    const stopped = this.ask({ op: 'stop' }).then(
      () => true,
      () => false,
    );
    const well = await Promise.race([stopped, late]);
    this.ended = true;
    this.commands.close();
    if (!well || this.engine !== 'node') return void (await this.worker.terminate());
    this.worker.removeAllListeners();
    this.worker.unref();
    idle.push(this.worker);
  }

  private ring(): void {
    Atomics.add(this.bell, 0, 1);
    Atomics.notify(this.bell, 0);
  }

  private answered(m: Answer): void {
    const [resolve, reject] = this.answers.get(m.id)!;
    this.answers.delete(m.id);
    if (m.error === undefined) resolve(m.value);
    else reject(new Error(m.error));
  }

  private happened(m: Event): void {
    if (m.event === 'change') for (const fn of this.watchers) fn(m.snapshot);
    else {
      this.text += m.text;
      if (this.text.length > KEPT) {
        this.trimmed += KEPT / 2;
        this.text = this.text.slice(KEPT / 2);
      }
      this.hooks.print?.(m.text);
    }
  }

  private died(e: Error): void {
    for (const [, reject] of this.answers.values()) reject(e);
    this.answers.clear();
    if (this.ended) return;
    this.ended = true;
    this.hooks.crashed?.(e);
  }
}
