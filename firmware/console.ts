// What a person types on the serial line. Stubs only: the part on call `console` does the work.

import type { Charger } from './core/charger';
import type { Console } from './console.part';

/** Puts the commands into the global scope. */
export function commands(c: Charger): void {
  // Nothing local: what stands here is kept seven times.
  global.help = (key: unknown) => (c.f.part('console') as Console).help(c, key);
  global.status = () => (c.f.part('console') as Console).status(c);
  global.get = (key: unknown) => (c.f.part('console') as Console).get(c, key);
  global.set = (key: unknown, value: unknown) => (c.f.part('console') as Console).set(c, key, value);
  global.keys = (from: unknown) => (c.f.part('console') as Console).keys(c, from);
  global.log = () => (c.f.part('console') as Console).log(c);
  global.trace = (back: unknown) => (c.f.part('console') as Console).trace(c, back);
}
