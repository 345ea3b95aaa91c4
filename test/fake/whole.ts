// The built bundle on the reference board with all its parts, in this process and on a virtual clock: for walks and mutants
// that need thousands of steps. What the bench's thread and API add is tested elsewhere.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBuild, type Build } from '../../bench/image';
import { Nor } from '../../bench/esp32/flash';
import { Storage } from '../../bench/esp32/storage';
import type { Rig } from '../../bench/types';
import wiring from '../../bench/wiring/reference';
import { Bench, type Loopback } from './host';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the rig shows; shapes in docs/bench.md. */
export interface Shown {
  pilot: { duty: number; high: number; low: number; mode: string };
  car: { state: string; cable: number; amps: number; diode: boolean; drawing: number[]; energy: number };
  contactor: {
    commanded: boolean;
    closed: boolean;
    welded: boolean;
    phases: number;
    operations: number;
    openedUnderLoad: number;
    lastOpenDelay: number | null;
  };
  lock: { locked: boolean; jammed: boolean };
  meter: { energy: number };
  faults: string[];
}

const DIST = path.join(ROOT, 'dist');
/** What was read last, by the build's mark. */
let kept: { mark: string; build: Build } | undefined;

export function reference(): Build {
  const mark = readFileSync(path.join(DIST, 'reference.stamp'), 'latin1');
  if (kept?.mark !== mark) kept = { mark, build: readBuild(DIST, 'reference') };
  return new Map(kept!.build);
}

/** Flash with a build in it, as the last charger began: its many files are written once for all that begin the same. */
let begun: { build: Build; flash: Uint8Array } | undefined;

function same(a: Build, b: Build): boolean {
  const other = [...b];
  return (
    a.size === b.size &&
    [...a].every(([name, data], i) => name === other[i][0] && !Buffer.compare(data, other[i][1]))
  );
}

function flashed(build: Build): Uint8Array {
  if (begun && same(begun.build, build)) return begun.flash;
  const flash = new Nor();
  const storage = new Storage(flash);
  for (const [name, data] of build) storage.write(name, data);
  begun = { build: new Map(build), flash: flash.read(0, flash.size) };
  return begun.flash;
}

export class Whole {
  readonly bench: Bench;
  readonly rig: Rig;
  boots = 0;
  /** The supply is off. */
  off = false;

  constructor(
    build: Build,
    seed = 1,
    settings: Record<string, string> = {},
    net?: (bench: Bench) => void,
    kind?: typeof Loopback,
    wires = wiring,
  ) {
    this.bench = new Bench({}, seed, flashed(build), kind);
    net?.(this.bench);
    if (Object.keys(settings).length)
      this.bench.storage.write('preset', Buffer.from(JSON.stringify(settings)));
    this.rig = wires(this.bench.module, this.bench.clock, seed);
    this.power();
  }

  get t(): number {
    return this.bench.clock.now();
  }

  shown(): Shown {
    return this.rig.snapshot() as unknown as Shown;
  }

  post(what: Parameters<Rig['post']>[0], body: Record<string, unknown>): void {
    const why = this.rig.post(what, body);
    if (why) throw new Error(why);
  }

  run(ms: number): this {
    this.bench.run(ms);
    return this;
  }

  /** Types a line; what is printed within `ms`: a line of an answer takes 20. */
  type(line: string, ms = 60): string {
    this.bench.take();
    this.bench.engine.type(line + '\n');
    this.bench.run(ms);
    return this.bench.take();
  }

  /** A key's value; undefined while nobody answers. */
  get(key: string): unknown {
    const m = new RegExp(`^${key} = (.*)$`, 'm').exec(this.type(`get("${key}")`));
    if (!m) return undefined;
    try {
      return JSON.parse(m[1]);
    } catch {
      return JSON.parse(m[1].slice(0, m[1].lastIndexOf(' '))); // with its unit
    }
  }

  /** The supply falls for `ms`. */
  cut(ms: number): void {
    if (this.off) return;
    this.off = true;
    this.bench.cut();
    this.rig.power(false);
    this.bench.clock.at(this.t + ms, () => this.power());
  }

  end(): void {
    this.bench.engine.stop();
  }

  private power(): void {
    this.off = false;
    this.boots++;
    this.rig.power(true);
    this.bench.module.reset(true);
    this.bench.boot();
  }
}
