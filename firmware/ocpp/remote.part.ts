// Part on call: remote start and stop, reset, unlocking.

import type { Profile } from './profile.part';
import type { Reserve } from './reserve.part';
import { INSTALL, quote } from './state';
import type { Ocpp, Payload } from './state';

/** Takes the periods of a long profile. */
export const entry = 'install';
const ACCEPTED = '{"status":"Accepted"}';
const REJECTED = '{"status":"Rejected"}';
/** The lock has this long to open, ms. */
const UNLOCK = 10000;

function same(a: string, b: unknown): boolean {
  return a.toLowerCase() === (b as string).toLowerCase();
}

/** Starts for others or in vain are refused; asking twice for the same is not. */
function mayStart(o: Ocpp, q: Payload): boolean {
  const c = o.c;
  if (o.reg !== 1 || (q.connectorId ?? 1) !== 1) return false;
  if (c.ses.on || c.o.ino || o.ino || c.x.bad || o.rst || !q.idTag) return false;
  if (o.fw && o.fw.st === INSTALL) return false;
  const r = c.f.part('reserve') as Reserve;
  // Who is asked first may turn out to be of the group.
  if (c.o.rv && !(c.k.oar ? r.fits(o, q.idTag as string) : r.meant(o, q.idTag as string))) return false;
  return (!c.ses.ok || same(c.ses.tag, q.idTag)) && (!o.tag || same(o.tag, q.idTag));
}

/** A tag from afar: authorised as it is, or after asking. */
function begin(o: Ocpp, q: Payload): void {
  const c = o.c;
  const tag = q.idTag as string;
  if (c.ses.ok || o.tag) return;
  if (c.k.oar) o.tag = tag;
  else {
    o.par = '';
    c.f.grant(c, tag, 0);
  }
}

function mayStop(o: Ocpp, q: Payload): boolean {
  return o.reg === 1 && o.ref > 0 && o.ref === o.tr && q.transactionId === o.tx;
}

function reset(o: Ocpp, hard: boolean): void {
  o.rst = hard ? 2 : 1;
  o.rstAt = o.c.t;
  if (o.c.ses.on || o.c.ses.ok) o.c.f.stop(o.c, hard ? 'HardReset' : 'SoftReset');
}

/** The session ends and with it the lock opens; the answer waits for its feedback. */
function unlock(o: Ocpp, id: string): string {
  const c = o.c;
  o.un = id;
  o.unAt = c.t;
  if (c.ses.on || c.ses.ok) c.f.stop(c, 'UnlockCommand');
  // A cable without a vehicle, too (`ust` 2): until the next plug.
  if (c.x.cp === 'A') c.x.free = 1;
  else c.ses.why = 'UnlockCommand';
  c.dirty = 1;
  return 'later';
}

/** With a profile the answer depends on it: the part `profile` writes it. */
function start(o: Ocpp, q: Payload, id: string): string {
  if (!mayStart(o, q)) return REJECTED;
  if (!q.chargingProfile) return ACCEPTED;
  (o.c.f.part('profile') as Profile).take(o, q, id);
  return '';
}

export function more(o: Ocpp): string {
  o.sp = 'profile';
  return ' ';
}

export function run(o: Ocpp, action: string, q: Payload, id: string): string {
  const c = o.c;
  if (action === 'RemoteStartTransaction') return start(o, q, id);
  if (action === 'RemoteStopTransaction') return mayStop(o, q) ? ACCEPTED : REJECTED;
  if (action === 'Reset') return ACCEPTED;
  if (!c.b.lock || c.b.fixed || q.connectorId !== 1) return '{"status":"NotSupported"}';
  return o.un ? '{"status":"UnlockFailed"}' : unlock(o, id);
}

export function then(o: Ocpp, action: string, q: Payload): void {
  if (action === 'Reset') reset(o, q.type === 'Hard');
  else if (action === 'RemoteStartTransaction' && mayStart(o, q)) begin(o, q);
  else if (action === 'RemoteStopTransaction' && mayStop(o, q)) o.c.f.stop(o.c, 'Remote');
}

/** The answer to UnlockConnector, when the lock has opened or will not. Other messages wait for it. */
function unlocked(o: Ocpp): void {
  const open = o.c.b.lock!.locked() === 0 && o.c.x.lck === 0;
  if (!open && o.c.t - o.unAt < UNLOCK) return;
  o.f.send(o.w, 0x81, '[3,' + quote(o.un) + ',{"status":"' + (open ? 'Unlocked' : 'UnlockFailed') + '"}]');
  o.un = '';
}

/** Restart as asked for: when everything is told, or at the latest after 30 s (soft) or 3 s (hard). One without effect is
 * tried ResetRetries times more, the last time with the chip; `o.rst` counts in fours. */
function restart(o: Ocpp): void {
  const c = o.c;
  const age = c.t - o.rstAt;
  const soft = (o.rst & 3) === 1;
  const n = o.rst >> 2;
  const limit = soft ? 30000 : 3000;
  if (age < 1000 || (age < limit && (o.id || o.ev.length || (o.q.length && o.st === 3)))) return;
  if (n > c.k.orr) {
    c.f.log('ocpp', 'the reset has no effect');
    o.rst = 0;
    return;
  }
  o.rst += 4;
  o.rstAt = c.t;
  if (o.w.st === 2 && !n) o.f.send(o.w, 0x88, '\x03\xe9');
  c.f.reset(soft && !(n && n === c.k.orr) ? 0 : 1);
}

export function watch(o: Ocpp): void {
  if (o.un) unlocked(o);
  else restart(o);
}
