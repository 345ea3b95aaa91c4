// ./flash.sh as a person runs it, and what it needs around it: a folder, an engine's release, and an esptool that writes down
// what it was told.

import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Build } from '../../bench/image';
import { Charger, Terminal, plug } from './line';
import { release } from './release';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where it is run; each file of tests has its own, and removes it. */
export const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-flash-'));

export interface Run {
  status: number | null;
  out: string;
  err: string;
}
let child: ChildProcess;
/** Who runs it now. */
export const running = (): ChildProcess => child;
/** Runs it until it ends; `listen` may look at what is said and end it. */
export function flash(
  args: string[],
  env: Record<string, string> = {},
  listen = (_r: Run, _end: () => void): void => {},
): Promise<Run> {
  const now = spawn(path.join(ROOT, 'flash.sh'), args, {
    cwd: dir,
    env: { ...process.env, BOARD: '', ...env },
  });
  child = now;
  const r: Run = { status: null, out: '', err: '' };
  now.stdout.on('data', (t) => ((r.out += t), listen(r, () => now.killed || now.kill('SIGINT'))));
  now.stderr.on('data', (t) => (r.err += t));
  return new Promise((resolve) => now.on('close', (status) => resolve({ ...r, err: r.err.trim(), status })));
}

/** An esptool: says what chip it sees, keeps the images that it is told to write, and writes down its arguments. */
const ESPTOOL = `#!/bin/sh
echo "$*" >> "$LOG"
while :; do
  case $1 in version | flash?id | read?flash | write?flash) break ;; *) shift ;; esac
done
say() { printf '%s\\n' "$1"; }
case $1 in
version) say "esptool v$MAKE"; say "$MAKE"; exit ;;
esac
if [ "$SAYS" ]; then say "$SAYS"; exit 2; fi
case $1 in
flash?id) say "$CHIP" ;;
read?flash) printf %b "$HEAD" > "$4" ;;
*) while [ $# -gt 1 ]; do
  case $1 in 0x*) cp "$2" "$LOG.$1" ;; esac
  shift
done ;;
esac
`;
export const CHIP =
  'Chip type:          ESP32-D0WD-V3 (revision v3.0)\nFeatures: Wi-Fi, BT, Dual Core\nMAC: 24:0a:c4:01:e2:40\nDetected flash size: 4MB';
export const OLDER =
  'Chip is ESP32-D0WDQ6 (revision v1.0)\nFeatures: WiFi, BT, Dual Core\nMAC: 24:0a:c4:01:e2:40\nDetected flash size: 4MB';
/** Bytes as the shell's printf takes them. */
export const octal = (bytes: Uint8Array): string => [...bytes].map((b) => '\\0' + b.toString(8)).join('');
const BLANK = octal(Buffer.alloc(64, 255));
export const log = path.join(dir, 'log');
export const tool = (more: Record<string, string> = {}): Record<string, string> => ({
  PATH: `${dir}:${process.env.PATH}`, LOG: log, MAKE: '5.1.0', CHIP, HEAD: BLANK, SAYS: '', ESPTOOL: path.join(dir, 'esptool'), ...more,
}); // prettier-ignore
export const engine = path.join(dir, 'engine');

/** Makes the folder for a file of tests. */
export function desk(): void {
  before(() => {
    fs.mkdirSync(dir, { recursive: true });
    fs.writeFileSync(path.join(dir, 'esptool'), ESPTOOL, { mode: 0o755 });
    fs.mkdirSync(engine, { recursive: true });
    for (const [name, data] of Object.entries(release())) fs.writeFileSync(path.join(engine, name), data);
  });
  beforeEach(() => fs.writeFileSync(log, ''));
  after(() => fs.rmSync(dir, { recursive: true }));
}

/** A charger on a pseudo-terminal, for each test that asks for one. */
export class Port {
  tty!: Terminal;
  charger!: Charger;
  private unplug = (): void => {};

  constructor() {
    afterEach(() => {
      this.unplug();
      this.charger.whole.end();
      this.tty.close();
    });
  }

  /** Nobody listens yet. */
  async bare(build: Build = new Map()): Promise<void> {
    this.tty = await Terminal.open();
    this.charger = new Charger(build);
  }

  async board(build: Build): Promise<void> {
    await this.bare(build);
    this.plug();
  }

  plug(): void {
    this.unplug = plug(this.charger, this.tty);
  }
}
