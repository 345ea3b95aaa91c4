// Parts on call: rarely used code lies in flash as a file of its own, is loaded for a request and dropped when it has
// been idle for a while.

import { now } from './time';

/** Idle time before a part is dropped, ms. */
const IDLE = 4000;

/** Last use of each loaded part. */
const used: { [name: string]: number } = {};

/** Exports of a part. Do not keep them: call and forget. */
export function part(name: string): unknown {
  used[name] = now();
  return require(name);
}

function drop(name: string): void {
  delete used[name];
  Modules.removeCached(name);
}

/** Drops the parts that have been idle. */
export function sweep(): void {
  const t = now() - IDLE;
  for (const name of Object.keys(used)) if (used[name] < t) drop(name);
}
