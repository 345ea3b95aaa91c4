// Part on call: SendLocalList and GetLocalListVersion. The part `enrol` has taken the entries in; once the rest of the message is
// accepted, the part `renew` writes the list.

import type { Enrol, Stage } from './enrol.part';
import { head } from './rows';
import type { Head } from './rows';
import type { Ocpp, Payload } from './state';

/** Part that takes the entries. */
export const entry = 'enrol';

/** Version of the list as it is told: that of an empty one is 0. */
function version(h: Head): number {
  return h[2] ? h[1] : 0;
}

/** Code or status of a refusal, '' = the update goes on. */
function refusal(o: Ocpp, q: Payload, s: Stage | undefined, h: Head): string {
  const full = q.updateType === 'Full';
  const v = q.listVersion as number;
  if (!o.c.k.ocppla) return '{"status":"NotSupported"}';
  if (s && s.bad) return s.bad;
  if (v < 1 || (s && s.odd & (full ? 7 : 4))) return '{"status":"Failed"}';
  return !full && v <= version(h) ? '{"status":"VersionMismatch"}' : '';
}

function update(o: Ocpp, q: Payload, id: string): string {
  const list = (q.localAuthorizationList ?? []) as Payload[];
  const h = head(o);
  if (!Array.isArray(list)) return 'TypeConstraintViolation';
  // What stands in the list is no object: it came the usual way.
  for (const e of list) (o.c.f.part('enrol') as Enrol).add(o, JSON.stringify(e));
  const s = o.got as Stage | undefined;
  o.got = undefined;
  const no = refusal(o, q, s, h);
  if (no) {
    for (let i = 0; s && i < s.m; i++) o.c.f.del('j' + i);
    return no;
  }
  const b = s ? s.b : ['', '', '', '', '', '', '', ''];
  o.in = {
    id,
    v: q.listVersion,
    full: q.updateType === 'Full',
    b,
    m: s ? s.m : 0,
    i: s ? s.m : 0,
    h,
    which: h[0],
    k: 0,
    t: undefined,
    n: 0,
    size: 0,
    at: 0,
  };
  o.p = 'renew';
  return 'later';
}

export function run(o: Ocpp, action: string, q: Payload, id: string): string {
  if (action === 'SendLocalList') return update(o, q, id);
  return '{"listVersion":' + (o.c.k.ocppla ? version(head(o)) : -1) + '}';
}
