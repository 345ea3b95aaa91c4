// Schedule and charging mode: parts on call, each of which says when it has to look again.

import type { Charger } from './charger';
import type { Plan } from './sched.part';

/** Part that has something to look at now, '' = none. */
function due(c: Charger): string {
  if (c.t >= c.ns) return 'sched';
  return c.t < c.nx || c.k.lmo < 4 ? '' : c.k.lmo > 4 ? 'trip' : 'eco';
}

/** Job: looks. */
export function plan(c: Charger): void {
  const name = due(c);
  if (name) (c.f.part(name) as Plan).look(c);
}
