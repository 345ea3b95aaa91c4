// Part on call: BootNotification, Heartbeat, and the clock that both bring.

import type { Charger } from '../core/charger';
import { ANSWERED, BOOT, PROFILES, QUEUE, STATUS0, STATUS1, integer, moment, quote, quoteTag } from './state';
import type { Ocpp, Payload } from './state';

/** Wait for a registration that gave none of its own, ms. */
const RETRY = 60000;
/** While the clock is unknown, what happened waits so long for a time server, ms. */
const CLOCK = 30000;

/** Takes the central system's time: only forwards while a transaction runs, so that its times do not fall. */
function clock(o: Ocpp, text: unknown): void {
  const ms = moment(text);
  const c = o.c;
  if (c.f.get('k.ocppt') === '0') return;
  const off = ms - c.f.wall(c);
  if (!(ms > 1e12) || (c.w && (Math.abs(off) <= 1000 || (off < 0 && c.ses.on)))) return;
  c.f.clock(c, ms);
}

export function more(o: Ocpp, n: number): string {
  const b = o.c.b;
  if (n) return '';
  if (o.act !== BOOT) return '"Heartbeat",{}';
  return (
    '"BootNotification",{"chargePointVendor":"Pilotwire","chargePointModel":' +
    quoteTag(b.name) +
    ',"chargePointSerialNumber":' +
    quote(b.serial.substr(0, 25)) +
    ',"firmwareVersion":"' +
    VERSION +
    '"}'
  );
}

/** Another central system than the one before: what that one had imposed it could not take back, nor does the new one know
 * of it. What is known about tags stays. */
function succeed(o: Ocpp): void {
  const c = o.c;
  const host = c.k.ocppu.split('/')[2];
  const was = c.f.get('ch');
  if (was === host) return;
  if (was !== undefined) {
    c.f.log('ocpp', 'another central system: profiles, reservation, availability of ' + was + ' are void');
    for (let i = 0; i < PROFILES; i++) c.f.del('p' + i);
    c.f.del('rv');
    c.f.del('ino');
    c.o.rv = o.ino = o.pn = 0;
    o.want &= ~(STATUS0 | STATUS1);
  }
  c.f.put('ch', host);
}

/** A turn later. Before the first time nobody starts offline: auth.part.ts. */
function known(c: Charger): void {
  if (c.f.get('qx') === undefined) c.f.put('qx', '[0,-1]');
  c.f.log('ocpp', 'accepted');
}

function accepted(o: Ocpp, seconds: number): void {
  const c = o.c;
  const first = o.reg !== 1;
  o.reg = 1;
  if (seconds > 0 && seconds <= 2147483647 && seconds !== c.k.ocpph) {
    c.k.ocpph = seconds;
    // At least once a day, for the clock.
    o.hb = Math.min(seconds, 86400) * 1000;
    c.f.save('ocpph');
  }
  if (!first) return;
  succeed(o);
  if (!c.w) {
    o.qd = c.t + CLOCK;
    o.want &= ~QUEUE;
  }
  o.ack0 = -1;
  o.ack1 = -1;
  c.o.ok = 1;
  c.dirty = 1;
  c.o.okAt = c.t;
  c.ev.push([known, 0, '']);
}

function booted(o: Ocpp, r: Payload): void {
  const seconds = integer(r.interval) ?? 0;
  o.boot = o.c.t + (seconds > 0 ? seconds * 1000 : RETRY);
  if (r.status !== 'Accepted' && r.status !== 'Pending' && r.status !== 'Rejected') return;
  clock(o, r.currentTime);
  if (r.status === 'Accepted') {
    accepted(o, seconds);
    return;
  }
  o.reg = r.status === 'Pending' ? 2 : 3;
  o.c.o.ok = 0;
  o.c.f.log('ocpp', 'registration ' + r.status);
}

export function turn(o: Ocpp): void {
  const r = o.in as Payload;
  const boot = o.act === BOOT;
  if (o.how !== ANSWERED) {
    if (boot) o.boot = o.c.t + RETRY + Math.round(Math.random() * 10000);
  } else if (boot) booted(o, r);
  else clock(o, r.currentTime);
}
