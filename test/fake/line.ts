// A board at the other end of a serial line: the engine's look-alike with all parts of the reference board around it. Line
// passes what is typed and printed without any wire, on the virtual clock; Terminal is a pseudo-terminal for a program.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import type { Build } from '../../bench/image';
import { PowerCut } from '../../bench/types';
import { Whole } from './whole';

/** Characters that the engine's console keeps to itself: no echo for this line, interrupt. */
// eslint-disable-next-line no-control-regex
const SILENT = /[\x03\x10]/g;

/** A charger with these files in its Storage, switched on. */
export class Charger {
  readonly whole: Whole;
  /** Changes what is sent, before the engine sees it. */
  tamper = (text: string): string => text;
  /** Lines that were sent. */
  lines = 0;

  constructor(build: Build, settings: Record<string, string> = {}) {
    this.whole = new Whole(build, 1, settings);
  }

  /** Bytes to the engine. */
  take(text: string): void {
    for (const line of text.split(/(?<=\n)/)) {
      this.lines += line.length > 1 ? 1 : 0;
      const sent = this.tamper(line);
      if (this.whole.off) continue;
      // An interrupt forgets what was typed so far.
      if (sent.includes('\x03')) this.whole.bench.engine['typed'] = '';
      try {
        this.whole.bench.engine.type(sent.replace(SILENT, ''));
        this.whole.run(1);
      } catch (e) {
        if (!(e instanceof PowerCut)) throw e;
      }
    }
  }

  /** The supply is gone, and comes back. */
  cut(): void {
    this.whole.cut(500);
  }
}

/** The look of tools/flash-serial.mjs. */
export class Line {
  port = 'line';
  text = '';

  constructor(readonly chip: Charger) {}

  async write(text: string): Promise<void> {
    this.chip.take(text);
  }

  async wait(pattern: RegExp, ms: number): Promise<RegExpExecArray | undefined> {
    for (let t = 0; t <= ms; t += 10) {
      this.text += this.chip.whole.bench.take();
      const m = pattern.exec(this.text);
      if (m) {
        this.text = this.text.slice(m.index + m[0].length);
        return m;
      }
      this.chip.whole.run(10);
    }
    return undefined;
  }

  async pause(ms: number): Promise<void> {
    this.chip.whole.run(ms);
  }
}

/** Whether this computer can make a pseudo-terminal without further ado. */
export const terminals =
  process.platform === 'linux' && spawnSync('script', ['--version'], { encoding: 'utf8' }).status === 0;

/** A pseudo-terminal: what is written to `path` comes to `on`, what is sent can be read there. */
export class Terminal {
  on = (_text: string): void => {};
  private constructor(
    private child: ChildProcess,
    readonly path: string,
  ) {}

  static open(): Promise<Terminal> {
    // script makes the terminal, a shell in it says its name and waits.
    const child = spawn('script', ['-qfec', 'stty raw -echo; tty; exec sleep 1000', '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdout!.setEncoding('latin1');
    return new Promise((resolve, reject) => {
      let t: Terminal | undefined;
      let first = '';
      child.on('error', reject);
      child.stdout!.on('data', (text: string) => {
        if (t) return t.on(text);
        first += text;
        const m = /(\/dev\/\S+)\r?\n/.exec(first);
        if (m) resolve((t = new Terminal(child, m[1])));
      });
      // What is sent to a terminal that was closed is lost, as on a wire that was pulled.
      child.stdin!.on('error', () => {});
    });
  }

  send(text: string): void {
    this.child.stdin!.write(text, 'latin1');
  }

  close(): void {
    this.child.kill('SIGKILL');
  }
}

/**
 * Joins a charger to a terminal: its time goes on while the process lives, and faster where something is sent. Returns what
 * ends it.
 */
export function plug(chip: Charger, tty: Terminal): () => void {
  const on = (): void => {
    chip.whole.run(20);
    const text = chip.whole.bench.take();
    if (text) tty.send(text);
  };
  tty.on = (text) => {
    chip.take(text);
    on();
  };
  const timer = setInterval(on, 10);
  return () => clearInterval(timer);
}
