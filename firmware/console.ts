// What a person types on the serial line. Stubs only: the part on call `console` does the work.

import type { Charger } from './core/charger';
import type { Console } from './console.part';

/** Puts the commands into the global scope. */
export function commands(c: Charger): void {
  const part = (): Console => c.f.part('console') as Console;
  global.help = (key: unknown) => part().help(c, key);
  global.status = () => part().status(c);
  global.get = (key: unknown) => part().get(c, key);
  global.set = (key: unknown, value: unknown) => part().set(c, key, value);
  global.keys = (from: unknown) => part().keys(c, from);
  global.log = () => part().log(c);
  global.trace = (back: unknown) => part().trace(c, back);
}
