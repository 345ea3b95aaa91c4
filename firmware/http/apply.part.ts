// Part on call: does what a key that was taken stands for, without the part that took it: the longest values need its room.

import type { Charger } from '../core/charger';
import type { Row } from '../core/config';
import { whole } from '../core/json';
import { NONE, hear, store } from '../core/setting';
import type { Owner, Sets } from './set.part';

/** The part that a row calls, '' = none. */
function needs(r: Row): string {
  // To split all of it would take fifty times as long.
  const i = r[9].indexOf('.part("') + 7;
  return i < 7 ? '' : r[9].substring(i, r[9].indexOf('"', i));
}

/** What the row itself says, in as many turns as it takes; what is long is parsed first, then the part that it calls is loaded. */
function ask(c: Charger, job: Sets, r: Row): string | undefined {
  if (job.v === undefined) {
    if ((job.v = whole(job.raw)) === undefined) return NONE + 'InvalidInput';
    // Enough to say what was refused.
    job.raw = job.raw.substr(0, 60);
    return undefined;
  }
  const name = needs(r);
  if (name && !c.f.ready(name)) return undefined;
  const why = hear(c, r, job.v, job.turn++ - 1);
  if (why !== undefined) c.f.drop(name);
  return why;
}

/** Asks the row, keeps the value, or lets the next hook learn of it; undefined = there is more to do. */
function act(c: Charger, job: Sets, r: Row): string | undefined {
  if (job.on === 1) {
    const why = ask(c, job, r);
    if (why === '') job.on = 2;
    return why || undefined;
  }
  if (job.on === 2) {
    // What took several turns may be long: its text takes one more.
    if (job.turn > 0) {
      job.raw = JSON.stringify(job.v);
      job.turn = -1;
      return undefined;
    }
    store(c, r, job.v, job.turn && job.raw);
  } else c.hooks[job.on - 3](c, 'setting', r[0]);
  return ++job.on < c.hooks.length + 3 ? undefined : '';
}

/** Goes a step further; in the end whoever took the key says what came of it. */
export function step(c: Charger, job: Sets, by: Owner): boolean {
  if ((job.why = act(c, job, job.r!)) !== undefined) by.part = 'set';
  return false;
}
