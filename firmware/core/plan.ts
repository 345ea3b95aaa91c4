// Schedule and charging mode: parts on call, each of which says when it has to look again.

import type { Charger } from './charger';
import type { Plan } from './sched.part';

/** Job: looks at what is due. */
export function plan(c: Charger): void {
  const name = c.t >= c.ns ? 'sched' : c.t < c.nx || c.k.lmo < 4 ? '' : c.k.lmo > 4 ? 'trip' : 'eco';
  if (name) (c.f.part(name) as Plan).look(c);
}
