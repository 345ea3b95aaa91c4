// The engine look-alike: runs the boot files from Storage in a world of their own, on the bench's clock.
// What it does not imitate stands at the end of test/conformance/conformance.js.

import { bare } from '../esp32/realm';
import { Script } from '../esp32/script';
import { Storage } from '../esp32/storage';
import type { Engine, Host } from '../types';

export class NodeEngine implements Engine {
  readonly name = 'node';
  private script: Script | undefined;
  private typed = '';

  constructor(private host: Host) {}

  boot(): void {
    this.stop();
    this.check();
    this.start(false);
  }

  stop(): void {
    this.script?.end();
    this.script = undefined;
    this.typed = '';
  }

  type(text: string): void {
    if (!this.script?.console.on) return;
    for (const c of text.replace(/\r\n?/g, '\n')) {
      this.typed += c;
      if (c !== '\n' || open(this.typed)) continue;
      const line = this.typed.slice(0, -1);
      this.typed = '';
      this.script?.line(line);
    }
  }

  /** Variables are not counted here. */
  memory(): undefined {
    return undefined;
  }

  /** For tests: the script runs out of memory at its n-th native call from now. */
  exhaust(calls: number): void {
    if (this.script) this.script.budget = calls;
  }

  private start(reset: boolean): void {
    const mine = (this.script = new Script(this.host, (again) => {
      this.host.module.reset(false, true);
      this.host.clock.at(this.host.clock.now(), () => this.script === mine && this.start(again));
    }));
    mine.boot(reset);
  }

  /** A start of the chip erases a Storage whose headers make no sense: all of it, the code too. */
  private check(): void {
    const storage = new Storage(this.host.flash);
    if (storage.valid()) return;
    this.host.print('Storage is corrupt.\r\nErasing Storage Area...\r\nErase complete.\r\n');
    storage.eraseAll();
  }
}

/** A line with open brackets goes on. */
function open(text: string): boolean {
  let depth = 0;
  for (const c of bare(text)) {
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
  }
  return depth > 0;
}

export function createNode(host: Host): NodeEngine {
  return new NodeEngine(host);
}
