// What a person types on the serial line. Stubs only: the part on call `console` does the work. Commands without a stub come to
// it as the engine's error, main.ts.

import type { Charger } from './core/charger';
import type { Console } from './console.part';

/** Puts the commands into the global scope. */
export function commands(c: Charger): void {
  // Nothing local: what stands here is kept seven times.
  global.help = (key: unknown) => (c.f.part('console') as Console).run(c, 'help', [key]);
  global.status = () => (c.f.part('console') as Console).run(c, 'status', []);
  global.get = (key: unknown) => (c.f.part('console') as Console).run(c, 'get', [key]);
  global.set = (key: unknown, value: unknown) => (c.f.part('console') as Console).run(c, 'set', [key, value]);
  global.keys = (from: unknown) => (c.f.part('console') as Console).run(c, 'keys', [from]);
  global.log = () => (c.f.part('console') as Console).run(c, 'log', []);
  global.trace = (back: unknown) => (c.f.part('console') as Console).run(c, 'trace', [back]);
}
