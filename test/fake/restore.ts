// Root hook of mocha: tests put the engine's globals in place of Node's, and files share a process: some in parallel, all
// without. What a file found is there again when its last suite has ended, not only at the end of the run: the next file may need
// the real timers.

import type { Context } from 'mocha';
import { breaches } from './breaches';
import { Random } from '../../bench/esp32/random';

const KEPT = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'require',
  'print',
  'E',
  'getTime',
  'process',
  'peek32',
  'analogRead',
  'analogWrite',
  'Modules',
  '\xff',
];

export const mochaHooks = {
  beforeAll(this: Context): void {
    const found = KEPT.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
    const restore = (): void => {
      for (const [name, d] of found)
        if (d) Object.defineProperty(globalThis, name, d);
        else delete (globalThis as Record<string, unknown>)[name];
    };
    const { suites } = this.test!.parent!;
    suites.forEach((s, i) => s.file !== suites[i + 1]?.file && s.afterAll(restore));
  },
  /** Each test throws the same dice in every run: back-offs, delays, places of a cut. */
  beforeEach(): void {
    const dice = new Random();
    Math.random = () => dice.float();
    breaches.length = 0;
  },
  /** Frames keep to the schemas and to the order of the wire in each test. */
  afterEach(): void {
    const all = breaches.splice(0);
    if (all.length) throw new Error(all.join('\n'));
  },
};
