// The real interpreter as a process of its own. Its first boot file (prelude.js) sends what the script does to pins, buses,
// flash and network through a named pipe and waits for the answer at another one. We wait for requests as patiently: the
// thread stands in a blocking read, which is left for every answer and, by the ticker, every few ms.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify_sync } from 'terser';
import type { EngineOptions } from '../assembly';
import { PowerCut, type Engine, type Host } from '../types';
import type { Report } from './memory';
import { Requests, type Asked } from './requests';
import { furnish, gauge } from './shelf';
import { Terminal } from './terminal';
import { Ticker } from './ticker';

const PRELUDE = fileURLToPath(new URL('./prelude.js', import.meta.url));
/** How a run is measured. */
export interface Measure {
  /** Collect garbage at every request, so that the peak is what is really in use. */
  collect?: boolean;
  /** Variables of the chip: all others are taken before the script starts. */
  room?: number;
  /** Mark scans and the bench's own callbacks in the profile. */
  mark?: boolean;
  /** So many times slower goes the script's clock. */
  slow?: number;
}

/** Runs from RAM: the PC's flash is a file, opened anew for every few letters of code. */
const loader = (m?: Measure): string =>
  `E.empty = process.memory().usage; ${m ? `E.measure = ${JSON.stringify(m)}; ` : ''}` +
  `eval(require('Storage').read('.bench') + ''); E.joined();`;
const HEAD = 3;
const LONGEST = 4096 + HEAD;

/** Short names are found faster; nothing else may change. */
function prelude(): Uint8Array {
  const { code } = minify_sync(fs.readFileSync(PRELUDE, 'utf8'), {
    compress: false,
    mangle: true,
    ecma: 2015,
    format: { ascii_only: true },
  });
  return Buffer.from(code!);
}

/** The bench's own boot files, which come before the script's. */
export const own = (m?: Measure): [string, Uint8Array][] => [
  ['.boot0', Buffer.from(loader(m))],
  ['.bench', prelude()],
];

export class Espruino implements Engine {
  readonly name = 'espruino';
  private folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-'));
  private ticker = new Ticker(this.folder);
  private requests: Requests;
  private terminal = new Terminal();
  private child: ChildProcess | undefined;
  private count = 0;
  /** Pipes of requests and answers. */
  private q = -1;
  private a = -1;
  private buffer = Buffer.alloc(4 * LONGEST);
  private filled = 0;
  private turn: NodeJS.Immediate | undefined;
  private image: string;
  /** Bytes in use in the interpreter's Storage. */
  readonly used: () => number;

  constructor(
    private host: Host,
    private o: EngineOptions & { measure?: Measure },
  ) {
    this.image = path.resolve(o.directory || this.folder, 'espruino.flash');
    fs.mkdirSync(path.dirname(this.image), { recursive: true });
    furnish(this.image, new Map([...own(o.measure), ...o.build]), o.fresh);
    this.used = gauge(this.image);
    this.requests = new Requests(host, o.proxies, (answer) => this.answer(answer));
    process.once('exit', this.gone);
  }

  boot(): void {
    this.stop();
    const folder = path.join(this.folder, String(++this.count));
    fs.mkdirSync(folder);
    execFileSync('mkfifo', [path.join(folder, 'q'), path.join(folder, 'a')]);
    fs.symlinkSync(this.image, path.join(folder, 'espruino.flash'));
    // Both ends, so that neither opening nor a dead child holds us up.
    this.q = fs.openSync(path.join(folder, 'q'), 'r+');
    this.a = fs.openSync(path.join(folder, 'a'), 'r+');
    this.filled = 0;
    this.terminal.begin();
    this.requests.begin();
    this.start(folder);
    this.ticker.serve(this.count);
    this.turn = setImmediate(this.serve);
  }

  private start(folder: string): void {
    const child = spawn(this.o.executable, [], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    this.child = child;
    const alive = (): boolean => this.child === child;
    child.stdout!.setEncoding('latin1');
    child.stdout!.on('data', (text: string) => alive() && this.print(text));
    child.stdin!.on('error', () => {});
    child.on('error', (e) => alive() && this.host.reboot(`no interpreter: ${e.message}`));
    child.on(
      'exit',
      (code, signal) => alive() && this.host.reboot(`the interpreter ended (${signal ?? code})`),
    );
  }

  stop(): void {
    if (!this.child) return;
    const { child, q, a } = this;
    this.child = undefined;
    clearImmediate(this.turn);
    this.ticker.serve(0);
    this.requests.end();
    child.kill('SIGKILL');
    fs.closeSync(q);
    fs.closeSync(a);
    fs.rmSync(path.join(this.folder, String(this.count)), { recursive: true });
  }

  type(text: string): void {
    // Ctrl-D would end the interpreter. Ctrl-C is for one that is busy; it takes what was typed before it.
    for (const keys of text.replaceAll('\x04', '').split(/(?<=\x03)|(?=\x03)/)) {
      if (keys === '\x03') this.child?.stdin!.write(keys, 'latin1');
      else this.requests.type(keys);
    }
  }

  memory(): ReturnType<Requests['memory']['used']> {
    return this.child ? this.requests.memory.used() : undefined;
  }

  /** What was in use since the last call of this. */
  report(): Report {
    return this.requests.memory.report();
  }

  /** Parts that were asked for since the last call of this. */
  asked(): Asked[] {
    return this.requests.asked.splice(0);
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** For profiles: at the next scan all other timers end. */
  alone(): void {
    this.requests.alone();
  }

  /** For good: nothing is left of us. */
  end(): void {
    this.stop();
    this.ticker.end();
    this.gone();
    process.off('exit', this.gone);
  }

  private print(text: string): void {
    const shown = this.terminal.show(text);
    if (shown) this.host.print(shown);
  }

  private gone = (): void => {
    this.child?.kill('SIGKILL');
    fs.rmSync(this.folder, { recursive: true, force: true });
  };

  /** Serves the interpreter until the ticker says that others want their turn. */
  private serve = (): void => {
    const { child } = this;
    try {
      this.ticker.want();
      while (this.child === child && !this.wait());
    } catch (e) {
      if (!(e instanceof PowerCut)) throw e;
    }
    if (this.child === child) this.turn = setImmediate(this.serve);
  };

  /** Waits for requests and answers them. True when the ticker woke us. */
  private wait(): boolean {
    const { child, buffer } = this;
    this.filled += fs.readSync(this.q, buffer, this.filled, buffer.length - this.filled, null);
    let at = 0;
    let ticked = false;
    while (at < this.filled && this.child === child) {
      if (buffer[at] === 0) {
        at++;
        ticked = true;
        continue;
      }
      const end = at + HEAD + (this.filled < at + HEAD ? LONGEST : buffer.readUInt16LE(at + 1));
      if (end > this.filled) break;
      const from = at;
      at = end;
      this.requests.take(buffer[from], buffer.subarray(from + HEAD, end));
    }
    if (this.child !== child) return true;
    buffer.copyWithin(0, at, this.filled);
    this.filled -= at;
    return ticked;
  }

  private answer(data: Uint8Array): void {
    for (let at = 0; at < data.length;) at += fs.writeSync(this.a, data, at);
  }
}

export function createEspruino(host: Host, o: EngineOptions & { measure?: Measure }): Espruino {
  return new Espruino(host, o);
}
