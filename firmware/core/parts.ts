// Parts on call: rarely used code lies in flash as a file of its own and is loaded for a request. A bounded set stays
// loaded: what was not used for the longest time goes first, and whatever nobody has called for a while.

import { now } from './time';

/** Variables that loaded parts may hold, the last one included. */
export const ROOM = 282;
/** Bytes of a part for one variable, about; docs/engine.md has what each costs. To weigh it would take longer than loading. */
export const BYTES = 19;
/** What was not used since one look but one is dropped; between two looks, ms. */
const IDLE = 2000;

/** Variables of each loaded part, in the order of last use, negative = not used since the last look; their sum; the last look. */
const cost: { [name: string]: number } = {};
let sum = 0;
let looked = 0;
/** The part used last, if it is loaded. */
let last = '';
/** Parts that were loaded for a later turn, and how often. */
const asked: { [name: string]: number } = {};
/** The last of them, while it waits for that turn, how often it was loaded for one, and since when. */
let due = '';
let tries = 0;
let since = 0;
/**
 * So many times at most a part is loaded for a later turn. Others wait so long for that turn, ms: three turns of work, and longer
 * each time that was not enough.
 */
const TRIES = 4;
const PATIENCE = 60;

/** Drops a part, if it is loaded; '' = all of them. */
export function drop(name: string): void {
  if (!name) for (const each of Object.keys(cost)) drop(each);
  const n = cost[name];
  if (!n) return;
  sum -= n < 0 ? -n : n;
  delete cost[name];
  if (name === last) last = '';
  Modules.removeCached(name);
}

/** Text of a file of the running bundle, which points into flash: `length` bytes from `from`, 0 = all that follow. */
export function file(name: string, from: number, length: number): string | undefined {
  const s = require('Storage');
  const slot = E.slot;
  if (!slot) return s.read(name, from, length);
  // An update: its directory has lines of name, place and length.
  const d = slot.dir;
  const i = d.indexOf('\n' + name + ' ');
  if (i < 0) return undefined;
  const f = d.substring(i, d.indexOf('\n', i + 1)).split(' ');
  return s.read(slot.name, slot.at + +f[1] + from, length || +f[2] - from);
}

function load(name: string): unknown {
  const text = file(name, 0, 0)!;
  const n = 1 + ((text.length / BYTES) | 0);
  const most = ROOM - n;
  if (sum > most)
    for (const old of Object.keys(cost)) {
      drop(old);
      if (sum <= most) break;
    }
  cost[name] = n;
  sum += n;
  // By itself the engine would look for the file once more, and it walks over all that lie before it.
  Modules.addCached(name, text);
  last = name;
  return require(name);
}

/** Exports of a part. Do not keep them: call and forget. */
export function part(name: string): unknown {
  if (name === last) return require(name);
  const n = cost[name];
  if (!n) return load(name);
  // To the end of the order.
  delete cost[name];
  cost[name] = n < 0 ? -n : n;
  last = name;
  return require(name);
}

/**
 * Exports of a part that is loaded. Otherwise it is loaded now, which is enough for one turn, and undefined: who asks again
 * finds it, because nobody else loads one until then, for a while. Parts that drive each other out all the same are let
 * through in the end.
 */
export function ready(name: string): unknown {
  if (name === last && name !== due) return require(name);
  const loaded = cost[name];
  if (!loaded && due && cost[due] && now() - since < PATIENCE * tries) return undefined;
  if (loaded) {
    if (due === name) due = '';
    delete asked[name];
    return part(name);
  }
  tries = asked[name] ?? 0;
  // In the end it is let through.
  const late = tries === TRIES;
  if (late) delete asked[name];
  else asked[name] = ++tries;
  due = late ? '' : name;
  since = now();
  const exports = part(name);
  return late ? exports : undefined;
}

/** Job: drops the parts that have been idle. */
export function sweep(): void {
  if (!sum || now() - looked < IDLE) return;
  looked = now();
  last = '';
  for (const name of Object.keys(cost))
    if (cost[name] < 0) drop(name);
    else cost[name] = -cost[name];
}
