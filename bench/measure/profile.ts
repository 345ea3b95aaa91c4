// The interpreter under callgrind: one dump for each callback of the engine, read as it comes and deleted.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { solo } from '../engine/solo';
import type { Build } from '../image';

/** One callback of the engine, from its start to the start of the next. */
export interface Step {
  /** ms of this computer when it was over. */
  at: number;
  /** Instructions of the callback alone; and all until its end, those of a start without any callback included. */
  cost: number;
  total: number;
  /** What the bench's wrappers are called for, which the chip has in native code. */
  native: number;
  calls: number;
  kind: 'scan' | 'bench' | 'work';
  /** Collections of garbage, those at idle after the callback included, and their instructions. */
  collections: number;
  collecting: number;
  /** Of these, those in mid-statement, for want of a variable, and their instructions. */
  forced: number;
  forcing: number;
  /** Of the calibration. */
  step: number;
  method: number;
}

/** The engine runs every timer, event and watch through this function. */
const CALLBACK = 'jsiExecuteEventCallback';
const COLLECT = 'jsvGarbageCollect';
/** Makes variables, and collects when there is none. */
const NEW = 'jsvNew';
/** A collection among the chip's 4500 variables, 83 instructions each. Here it looks at 16383, of which most are garbage by then. */
const COLLECTION = 375e3;
/** Once in a scan, twice in a callback of the bench's own. */
const MARK = 'jswrap_espruino_getTemperature';
/** Through this the bench's boot file calls what stands for native code of the chip. */
const CALL = 'jswrap_array_reduce';
/** Called by the calibration only: how often says which step it is; and a method of a pin. */
const STEP = 'jswrap_math_sin';
const METHOD = 'jswrap_pin_getMode';
const COUNTED = new Set([CALLBACK, COLLECT, MARK, CALL, STEP, METHOD]);

/** Calls and instructions, what they call included, of the functions in COUNTED; `forced`: collections for a new variable. */
function count(text: string): {
  calls: Record<string, number>;
  costs: Record<string, number>;
  forced: number[];
} {
  const names = new Map<string, string>();
  const calls = Object.fromEntries([...COUNTED].map((name) => [name, 0]));
  const costs = { ...calls };
  const lines = text.split('\n');
  let callee = '';
  let caller = '';
  const forced = [0, 0];
  for (let i = 0; i < lines.length; i++) {
    const named = /^(c?fn)=\((\d+)\)(?: (.+))?$/.exec(lines[i]);
    if (named) {
      // A function that is called by itself has its depth behind its name.
      if (named[3]) names.set(named[2], named[3].replace(/'\d+$/, ''));
      if (named[1] === 'cfn') callee = names.get(named[2]) ?? '';
      else caller = names.get(named[2]) ?? '';
    } else if (lines[i].startsWith('calls=') && COUNTED.has(callee)) {
      const n = Number(lines[i].slice(6).split(' ')[0]);
      const cost = Number(lines[++i].split(' ')[1]);
      calls[callee] += n;
      costs[callee] += cost;
      if (callee === COLLECT && caller.startsWith(NEW)) {
        forced[0] += n;
        forced[1] += cost;
      }
    }
  }
  return { calls, costs, forced };
}

/** Reads one dump. */
export function parse(text: string, at = 0): Step {
  const { calls, costs, forced } = count(text);
  return {
    at,
    cost: costs[CALLBACK],
    total: Number(/^(?:totals|summary): (\d+)/m.exec(text)?.[1] ?? NaN),
    native: costs[CALL],
    calls: calls[CALL],
    kind: calls[MARK] === 1 ? 'scan' : calls[MARK] ? 'bench' : 'work',
    collections: calls[COLLECT],
    collecting: costs[COLLECT],
    forced: forced[0],
    forcing: forced[1],
    step: calls[STEP],
    method: costs[METHOD],
  };
}

/**
 * Instructions of the script in a step; `standin` = what one of the bench's wrappers costs beside what it calls. A collection in
 * mid-statement counts as what it is on the chip, whose pool is smaller.
 */
export function net(s: Step, standin: number): number {
  return s.cost - s.native - s.calls * standin - s.forcing + s.forced * COLLECTION;
}

/** Instructions of each of one kind. */
export const costs = (steps: Step[], kind: Step['kind'], standin: number): number[] =>
  steps.filter((x) => x.kind === kind).map((x) => net(x, standin));

export const sum = (all: number[]): number => all.reduce((n, x) => n + x, 0);
export const mean = (all: number[]): number => sum(all) / all.length;

function median(values: number[]): number {
  const v = values.sort((a, b) => a - b);
  return v.length ? v[v.length >> 1] : NaN;
}

export class Profile {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-profile-'));
  /** Stands in for the interpreter. */
  readonly executable = path.join(this.folder, 'espruino');
  readonly steps: Step[] = [];
  private timer: NodeJS.Timeout;

  constructor(espruino: string) {
    const options = `--tool=callgrind --dump-before=${CALLBACK} --callgrind-out-file='${this.folder}/dump'`;
    const script = `#!/bin/sh\nexec valgrind ${options} '${path.resolve(espruino)}' "$@"\n`;
    fs.writeFileSync(this.executable, script, { mode: 0o755 });
    this.timer = setInterval(() => this.read(), 250);
  }

  /** Takes in what has been dumped; the newest file may not be whole yet. */
  private read(): void {
    const all = fs.readdirSync(this.folder).filter((f) => /^dump\.\d+$/.test(f));
    const order = all.map((f) => Number(f.slice(5))).sort((a, b) => a - b);
    for (const n of order.slice(0, -1)) {
      const file = path.join(this.folder, `dump.${n}`);
      const at = fs.statSync(file).mtimeMs;
      this.steps.push(parse(fs.readFileSync(file, 'latin1'), at));
      fs.rmSync(file);
    }
  }

  /** Steps between two moments. */
  between(from: number, to: number): Step[] {
    this.read();
    return this.steps.filter((s) => s.at >= from && s.at <= to);
  }

  close(): void {
    clearInterval(this.timer);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A scan and the profiler's dump take so much longer than on the chip: what the scan looks at every 100 ms is not due each time. */
const SLOW = 12;
/** Rounds of each loop of the calibration. */
const ROUNDS = 50;
/** Three callbacks: an empty loop, a native method of a pin, the bench's stand-in for one. */
const SCRIPT = `
function loop(step, fn) {
  for (let i = 0; i < step; i++) Math.sin(0);
  fn();
}
function none() { for (let i = 0; i < ${ROUNDS}; i++) { } }
function method() { for (let i = 0; i < ${ROUNDS}; i++) { D26.getMode(1); } }
function standin() { for (let i = 0; i < ${ROUNDS}; i++) { D26.write(1); } }
setTimeout(loop, 500, 1, none);
setTimeout(loop, 600, 2, method);
setTimeout(loop, 700, 3, standin);
setTimeout(print, 800, 'calibrated');
`;

export interface Units {
  /** Instructions of one turn of an empty loop. */
  turn: number;
  /** What a stand-in costs more than a native method, beside what it calls. */
  standin: number;
}

export async function calibrate(espruino: string): Promise<Units> {
  const profile = new Profile(espruino);
  const build = new Map([['.bootcde', Buffer.from(SCRIPT)]]);
  const s = await solo({ executable: profile.executable, build, measure: { mark: true } });
  try {
    await s.until(() => s.text().includes('calibrated'), 60000);
    await s.until(() => profile.between(0, Infinity).some((x) => x.step === 3), 20000);
    const own = (n: number): number => {
      const x = profile.steps.find((x) => x.step === n);
      if (!x) throw new Error(`the profiler saw no step ${n} of the calibration\n${s.text()}`);
      return x.cost - x.native - x.method;
    };
    return { turn: own(1) / ROUNDS, standin: (own(3) - own(2)) / ROUNDS };
  } finally {
    s.stop();
    profile.close();
  }
}

export interface Scans {
  /** Instructions of a scan while nothing else runs and nothing changes. */
  idle: number;
  charging: number;
}

/** A board by itself, without a network: nothing but its scans, first with no car, then while it charges. */
export async function scans(espruino: string, board: string, build: Build, standin: number): Promise<Scans> {
  const one = async (charge: boolean): Promise<number> => {
    const profile = new Profile(espruino);
    const s = await solo({
      executable: profile.executable,
      build,
      board,
      measure: { mark: true, slow: SLOW },
    });
    try {
      if (!(await s.until(() => s.text().includes('Pilotwire'), 120000))) throw new Error(s.text());
      if (charge) s.rig!.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
      const drawing = (): boolean => (s.rig!.snapshot().car as { drawing: number[] }).drawing[0] > 0;
      if (charge && !(await s.until(drawing, 240000))) throw new Error(`it does not charge\n${s.text()}`);
      await s.until(() => false, 5000);
      s.engine.alone();
      await s.until(() => false, 3000);
      const from = Date.now();
      await s.until(() => false, 5000);
      const all = profile.between(from, Infinity).filter((x) => x.kind === 'scan');
      return median(all.map((x) => net(x, standin)));
    } finally {
      s.stop();
      profile.close();
    }
  };
  return { idle: await one(false), charging: await one(true) };
}
