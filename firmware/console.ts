// What a person types on the serial line. Stubs only: the parts on call `console` and `tell` do the work. Commands without a
// stub come as the engine's error, main.ts.

import type { Charger } from './core/charger';
import type { Console, Typed } from './console.part';

/** ms in which the serial line takes up a line: 115200 baud, 200 characters. */
const PAUSE = 20;

/** Prints a line of what a command says, and goes on: all of it at once would stop the scan for 0.1 s and more. */
export function speak(c: Charger, t: Typed): void {
  // Each is loaded in a turn of its own.
  const part = c.f.ready(t.part) as Console | undefined;
  if (!part || !c.f.ready('conf')) {
    setTimeout(speak, 0, c, t);
    return;
  }
  const text = part.line(c, t);
  if (text === undefined) return;
  if (text) print(text);
  if (!t.r) t.n++;
  setTimeout(speak, text ? PAUSE : 0, c, t);
}

/** Begins in the next turn, without the part that has taken the command in. */
function begin(c: Charger, name: string, a: unknown[]): void {
  setTimeout(speak, 0, c, (c.f.part('console') as Console).typed(name, a));
}

/** Puts the commands into the global scope. */
export function commands(c: Charger): void {
  // Nothing local: what stands here is kept seven times.
  global.help = (key: unknown) => begin(c, 'help', [key]);
  global.status = () => begin(c, 'status', []);
  global.get = (key: unknown) => begin(c, 'get', [key]);
  global.set = (key: unknown, value: unknown) => begin(c, 'set', [key, value]);
  global.keys = (from: unknown) => begin(c, 'keys', [from]);
  global.log = () => begin(c, 'log', []);
  global.trace = (back: unknown) => begin(c, 'trace', [back]);
}
