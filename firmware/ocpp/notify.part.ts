// Part on call: StatusNotification, and messages that other parts have left ready.

import { ERROR, NEVER, OTHER, SILENT, STATUS0 } from './state';
import type { Ocpp, Payload } from './state';

/** Error code, and the fault in plain words, as JSON fields. */
function fault(o: Ocpp, code: number): string {
  const f = code >> 4 ? o.c.f.fault(o.c) : undefined;
  return f ? f[5] + '","info":"' + f[6] : 'NoError';
}

/** A change has its own time, unless the link was down or somebody asks: some central systems ignore a status that is a
 * minute old. */
function moment(o: Ocpp, at: number): string {
  const c = o.c;
  const age = c.t - at;
  const now = o.act === STATUS0 || o.ack1 === o.s1 || age > 50000 || at < c.o.upAt || at < c.o.okAt;
  return c.f.iso(c.f.wall(c) - (now ? 0 : age));
}

export function more(o: Ocpp, n: number): string {
  if (n) return '';
  if (o.act === OTHER) return o.out[0];
  const zero = o.act === STATUS0;
  const code = zero ? o.s0 : o.s1;
  const st = code & 15;
  const names =
    'Available,Preparing,Charging,SuspendedEVSE,SuspendedEV,Finishing,Reserved,Unavailable,Faulted';
  o.sent = code;
  return (
    '"StatusNotification",{"connectorId":' +
    (zero ? 0 : 1) +
    ',"errorCode":"' +
    fault(o, code) +
    '","status":"' +
    names.split(',')[st] +
    (st === 5 && o.via ? '","info":"EV side disconnected' : '') +
    (o.c.w ? '","timestamp":"' + moment(o, o.s1At) : '') +
    '"}'
  );
}

/** A status that is not taken is told once more, then counts as told. A status in between is over once it is told. */
export function turn(o: Ocpp): void {
  if (o.act === OTHER) {
    const said = o.out.shift()!;
    // Nobody there who takes our log: an error would be its next line.
    const known = o.how !== ERROR && !('' + ((o.in || {}) as Payload).status).startsWith('Unknown');
    if (!known && !o.dg && said.startsWith('"DataTransfer')) o.da = NEVER;
    if (o.out.length) o.want |= OTHER;
    return;
  }
  if (o.how === SILENT && ++o.miss < 2) return;
  if (o.how !== ERROR) o.miss = 0;
  if (o.act === STATUS0) {
    o.ack0 = o.sent;
    return;
  }
  o.ack1 = o.sent;
  if (o.via && (o.sent & 15) === o.via) o.via = 0;
}
