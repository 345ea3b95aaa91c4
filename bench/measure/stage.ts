// A bench whose engine is measured, with the moves of the story: each is a phase, and a phase ends with what it needed.

import { rmSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Measure } from '../engine/espruino';
import type { Build } from '../image';
import { fetchText, start, type Bench } from '../start';
import { CHANNEL, type Answer, type Question } from './assembly';

export type Json = Record<string, unknown>;

export interface Phase {
  name: string;
  report: Answer;
  /** Time of the bench at its beginning and end, ms of this computer. */
  from: number;
  to: number;
  /** Error flags of the engine, without those that say nothing. */
  errors: string;
}

export interface StageOptions {
  measure: Measure;
  build: Build;
  /** How much slower than usual everything is. */
  slow?: number;
  say?(text: string): void;
  ended?(phase: Phase): void;
  /** The bundle has no HTTP server. */
  deaf?: boolean;
  /** Ask the engine for its error flags after each phase. */
  ask?: boolean;
  /** Names of the phases that are wanted, none = all: others that leave nothing behind are left out, and the last one ends it. */
  only?: string[];
}

/** All phases that were wanted have been. */
export const ENOUGH = 'no more was wanted';
const LOOK = 100;
/** ms for an answer over HTTP. */
const PATIENCE = 30000;

export class Stage {
  readonly phases: Phase[] = [];
  private channel = new BroadcastChannel(CHANNEL);
  readonly slow: number;
  private seen = 0;
  private all: { frame: unknown[]; from: string }[] = [];

  private constructor(
    readonly bench: Bench,
    private folder: string,
    private o: StageOptions,
  ) {
    this.slow = o.slow ?? 1;
  }

  static async open(o: StageOptions): Promise<Stage> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'pilotwire-'));
    const address = new URL('./assembly.ts', import.meta.url);
    address.searchParams.set('how', JSON.stringify(o.measure));
    const bench = await start({
      engine: 'espruino',
      fresh: true,
      flash: path.join(folder, 'chip.flash'),
      build: o.build,
      assembly: address.href,
      deaf: o.deaf,
    });
    return new Stage(bench, folder, o);
  }

  /** Variables that the interpreter was given. */
  get room(): number {
    return this.o.measure?.room ?? Infinity;
  }

  /** The interpreter's Storage, a file. */
  get storage(): string {
    return path.join(this.folder, 'chip.espruino', 'espruino.flash');
  }

  async close(): Promise<void> {
    this.channel.close();
    await this.bench.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Error flags raised since the last call of this. */
  private async errors(): Promise<string> {
    const text = await this.bench.console('E.getErrorFlags().join()');
    return /="([A-Z_,]*)"/.exec(text)?.[1] ?? `? ${text}`;
  }

  report(question: Question = {}): Promise<Answer> {
    return new Promise((resolve) => {
      this.channel.onmessage = (e) => resolve((e as MessageEvent).data as Answer);
      this.channel.postMessage(question);
    });
  }

  /** Runs one move and keeps what it needed. */
  async phase(name: string, move: () => Promise<unknown>): Promise<Phase> {
    this.o.say?.(name);
    await this.report();
    const from = Date.now();
    let errors = '';
    try {
      await move();
    } catch (e) {
      // Timers of the script are not slowed down: one of them may come too early.
      if (this.slow === 1) throw e;
      errors = (e as Error).message.split('\n')[0];
    }
    const phase: Phase = { name, report: await this.report(), from, to: Date.now(), errors };
    this.phases.push(phase);
    this.o.ended?.(phase);
    // Asked for after the report, so that the question is in no number.
    if (this.o.ask) phase.errors = await this.errors();
    const { only } = this.o;
    if (only?.includes(name) && only.every((n) => this.phases.some((p) => p.name === n)))
      throw new Error(ENOUGH);
    return phase;
  }

  /** The same for a move that leaves nothing behind, and a rest after it. */
  async aside(name: string, move: () => Promise<unknown>, rest = 0): Promise<void> {
    if (!this.wants(name)) return;
    await this.phase(name, move);
    if (rest) await this.rest(rest);
  }

  wants(name: string): boolean {
    return !this.o.only?.length || this.o.only.includes(name);
  }

  /** Nothing is asked of the charger. */
  rest(ms: number): Promise<void> {
    return new Promise((done) => setTimeout(done, ms * this.slow));
  }

  async until(what: string, ms: number, test: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + ms * this.slow;
    while (!(await test())) {
      if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms\n${this.bench.log().text}`);
      await new Promise((done) => setTimeout(done, LOOK));
    }
  }

  async json(at: string): Promise<Json> {
    const r = await fetchText(this.bench.http + at, PATIENCE * this.slow);
    if (r.status !== 200) throw new Error(`${at}: ${r.status} ${r.body}`);
    try {
      return JSON.parse(r.body) as Json;
    } catch (e) {
      throw new Error(`${at}: ${(e as Error).message}\n${r.body}`);
    }
  }

  /** Listens to keys, from the first event on until what is answered is called. */
  async listen(keys: string): Promise<() => void> {
    const own = new AbortController();
    const r = await fetch(`${this.bench.http}/api/events?filter=${keys}`, { signal: own.signal });
    let text = '';
    const read = async (): Promise<void> => {
      for await (const piece of r.body!) text += Buffer.from(piece).toString('latin1');
    };
    read().catch(() => {});
    await this.until('the first event', PATIENCE, () => text.includes('}\n\n'));
    return () => own.abort();
  }

  /** Frames of this action from the charger since the last call of `forget`. */
  private said(action: string, status?: string): boolean {
    const { next, frames } = this.bench.frames(this.seen);
    this.seen = next;
    this.all.push(...frames);
    return this.all.some(
      (f) => f.from === 'cp' && f.frame[2] === action && (!status || (f.frame[3] as Json).status === status),
    );
  }

  /** Waits for a call of the charger that has not been waited for yet. */
  async heard(action: string, status?: string, ms = 30000): Promise<void> {
    await this.until(`${action} ${status ?? ''}`, ms, () => this.said(action, status));
  }

  /** What was said until now is no longer waited for. */
  forget(): void {
    this.said('');
    this.all = [];
  }

  /** Asks as the central system and waits for the answer, longer than that itself does. */
  async call(action: string, payload: Json): Promise<void> {
    const { next } = this.bench.frames();
    this.bench.call(action, payload).catch(() => {});
    const answered = (): boolean =>
      this.bench.frames(next).frames.some((f) => f.from === 'cp' && f.frame[0] !== 2);
    await this.until(`answer to ${action}`, PATIENCE, answered);
  }
}
