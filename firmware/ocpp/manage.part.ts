// Part on call: availability, triggers, data of vendors.

import { BEAT, BOOT, METER, OTHER, STATUS0, STATUS1 } from './state';
import type { Ocpp, Payload } from './state';
import type { Update } from './update.part';

const ACCEPTED = '{"status":"Accepted"}';
const REJECTED = '{"status":"Rejected"}';

/** An authorisation without a plug gives way; a car or a transaction does not. */
function available(o: Ocpp, q: Payload): string {
  const c = o.c;
  const n = q.connectorId as number;
  const on = q.type === 'Operative';
  if (n > 1) return REJECTED;
  const ino = n === 0 ? (on ? 0 : o.ino | 1) : on ? o.ino & 1 : o.ino | 2;
  o.ino = ino;
  c.f.put('ino', '' + ino);
  if (ino && c.ses.ok && !c.ses.on && c.x.cp === 'A') c.f.stop(c, 'Other');
  const waits = ino && !c.o.ino && (c.ses.on || (c.x.cp !== 'A' && c.ses.why === ''));
  if (waits) return '{"status":"Scheduled"}';
  // What has ended before it was taken out of service is not Finishing at once.
  if (!ino && (o.ack1 & 15) === 7 && c.x.cp !== 'A') o.via = 1;
  // From Preparing it becomes Available first: status.ts.
  if (!ino || c.o.st !== 1) c.o.ino = ino ? 1 : 0;
  c.dirty = 1;
  return ACCEPTED;
}

/** Part that tells how a transfer stands, '' = the message is about none. */
function teller(q: Payload): string {
  if (q.requestedMessage === 'DiagnosticsStatusNotification') return 'upload';
  return q.requestedMessage === 'FirmwareStatusNotification' ? 'update' : '';
}

/** What a trigger asks for, as bits; 0 = nothing we have. */
function asked(q: Payload): number {
  const n = q.connectorId ?? -1;
  if (q.requestedMessage === 'BootNotification') return BOOT;
  if (q.requestedMessage === 'Heartbeat') return BEAT;
  if (q.requestedMessage === 'MeterValues') return METER;
  if (teller(q)) return OTHER;
  if (q.requestedMessage !== 'StatusNotification') return 0;
  return n === 1 ? STATUS1 : n === 0 ? STATUS0 : STATUS0 | STATUS1;
}

function trigger(q: Payload): string {
  const n = (q.connectorId ?? 0) as number;
  if (!asked(q)) return '{"status":"NotImplemented"}';
  return n > 1 || n < 0 ? REJECTED : ACCEPTED;
}

export function run(o: Ocpp, action: string, q: Payload): string {
  if (action === 'ChangeAvailability') return available(o, q);
  if (action === 'TriggerMessage') return trigger(q);
  // No vendor is known.
  return '{"status":"UnknownVendorId"}';
}

export function then(o: Ocpp, action: string, q: Payload): void {
  if (action !== 'TriggerMessage' || trigger(q) !== ACCEPTED) return;
  const part = teller(q);
  if (part) {
    const text = '"' + q.requestedMessage + '",{"status":"' + (o.c.f.part(part) as Update).status(o) + '"}';
    // While the registration is pending, what else waits to be told must not come with it.
    o.out.splice(o.reg === 1 ? o.out.length : o.act === OTHER ? 1 : 0, 0, text);
  }
  o.want |= asked(q);
  o.trg |= asked(q);
}
