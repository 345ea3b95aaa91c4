// Part on call: what an update repeats until a stage is over. It shares the room for parts with the one that does the work;
// the part `update` comes in between the stages only, for the three together would drive each other out.

import type { Slots } from '../core/slot.part';
import type { Fetch } from '../net/connect';
import { CHECK, CLEAN, FETCH } from './state';
import type { Ocpp } from './state';
import type { Update, Work } from './update.part';

/** Between two pages of the slot: an erase stands still for some 50 ms. Between two looks at what arrives; ms. */
const PAGE = 150;
const LOOK = 100;

/** A step: undefined or '' (fetching) = there are more. */
function step(o: Ocpp, w: Work): string | undefined {
  const c = o.c;
  if (w.st === FETCH) return (c.f.part('fetch') as Fetch).look(c, w) || undefined;
  const slots = c.f.part('slot') as Slots;
  if (w.st === CHECK) return slots.check(c, w, w.size);
  // What comes in pieces has blanked the slot itself, and is in it by now.
  if (w.st === CLEAN && E.fill) return '';
  return w.st === CLEAN && c.s.on ? undefined : slots.blank(c, w);
}

export function watch(o: Ocpp): void {
  const w = o.fw!;
  o.fa = o.c.t + (w.st === FETCH ? LOOK : w.st === CHECK ? 0 : w.st === CLEAN && o.c.s.on ? 5000 : PAGE);
  const r = step(o, w);
  if (r !== undefined) (o.c.f.part('update') as Update).done(o, w, r);
}
