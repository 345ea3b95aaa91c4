// Part on call: UpdateFirmware (OCPP 1.6 4.5, 5.19): waits for its time, fetches, checks, waits until nobody charges, restarts into
// the new bundle. That one proves itself here, or gives way.

import { INTERNAL } from '../core/faults';
import type { Slots } from '../core/slot.part';
import type { Fetch, Transfer } from '../net/connect';
import { CHECK, CLEAN, FETCH, INSTALL, NEVER, OTHER, PREPARE, moment } from './state';
import type { Ocpp, Payload } from './state';

/** Exports of this part. */
export interface Update {
  watch(o: Ocpp): void;
  done(o: Ocpp, w: Work, r: string): void;
  status(o: Ocpp): string;
}

/** An update under way. */
export interface Work extends Transfer {
  st: number;
  /** When it is to be fetched, ms since 1970; attempts that are left, and the wait before each, s. */
  date: number;
  left: number;
  pause: number;
}

/** Stages besides those of state.ts. */
const WAIT = 1;
const FAILED = 2;
const READY = 7;
/** Journal: [stage, url, date, attempts left, pause, slot] of the update under way. */
const KEPT = 'fw';
/** Journal: host whose connect only the watchdog ended; see fetch.part.ts. */
const BLOCKED = 'cu';
/** A new bundle that works for so long has proved itself, ms; with a central system only once that has accepted it. */
const PROOF = 60000;
/** If that takes longer than this, the old one comes back, as soon as nobody charges. */
const PATIENCE = 300000;
/** Wait for the last status to be told, ms. */
const LAST = 5000;

function say(o: Ocpp, status: string): void {
  o.out.push('"FirmwareStatusNotification",{"status":"' + status + '"}');
  o.want |= OTHER;
}

/** What runs now, as the answer to a trigger. */
export function status(o: Ocpp): string {
  if (E.slot && !E.slot.ok) return 'Installing';
  const names = 'Idle,Idle,DownloadFailed,,,,,Downloaded,Installing,Idle,Downloading,Downloading,Downloading';
  return names.split(',')[o.fw ? o.fw.st : 0];
}

function fresh(o: Ocpp, st: number, url: string): Work {
  const w = {
    st,
    url,
    date: 0,
    left: 0,
    pause: 60,
    slot: (o.c.f.part('slot') as Slots).other(),
    addr: 0x320000,
    from: 0,
    n: 0,
    sum: '',
    g: { st: 0, host: '', port: 0, ip: '', at: 0, blind: 0, n: 0, key: BLOCKED },
    s: undefined,
    head: '',
    on: 0,
  };
  return Object.assign(w, { pos: 0, skip: 0, size: 0, rest: '', at: 0, hops: 0, end: '' }) as unknown as Work;
}

/** Goes to a stage; what outlives a restart is noted. */
function enter(o: Ocpp, w: Work, st: number): void {
  w.st = st;
  w.n = 0;
  o.fa = o.c.t;
  if (st !== CHECK) o.c.f.put(KEPT, JSON.stringify([st, w.url, w.date, w.left, w.pause, w.slot]));
}

/** Over: the slot is erased while nobody charges, so that the next update finds it blank. */
function over(o: Ocpp): void {
  o.c.f.del(KEPT);
  o.fw = fresh(o, CLEAN, '');
  o.fa = o.c.t;
}

export function run(_o: Ocpp, _action: string, q: Payload): string {
  return moment(q.retrieveDate) > 0 ? '{}' : 'PropertyConstraintViolation';
}

/** A later request takes the place of an earlier one, unless that is being installed. */
export function then(o: Ocpp, _action: string, q: Payload): void {
  const old = o.fw;
  if (old && old.st === INSTALL) return;
  if (old && old.s) {
    const s = old.s;
    old.s = undefined;
    s.end();
  }
  const w = fresh(o, WAIT, q.location as string);
  w.date = moment(q.retrieveDate);
  w.left = Math.min((q.retries ?? 3) as number, 100);
  w.pause = (q.retryInterval ?? 60) as number;
  o.fw = w;
  enter(o, w, WAIT);
}

/** Nobody charges, or is about to. */
function idle(o: Ocpp): boolean {
  const c = o.c;
  return !c.s.on && !c.ses.on && !c.ses.ok;
}

/** A new bundle on trial: true = it has just proved itself. */
function proved(o: Ocpp): boolean {
  const c = o.c;
  const slots = c.f.part('slot') as Slots;
  const bad = c.x.err & INTERNAL || E.slot!.up > 1;
  o.fa = c.t + 1000;
  if (c.t < PROOF) return false;
  if (!bad) E.slot!.up = 1;
  if (!bad && (!o.run || o.reg === 1)) {
    slots.confirm();
    c.f.log('update', VERSION + ' works');
    return true;
  }
  if ((!bad && c.t < PATIENCE) || !idle(o)) return false;
  c.f.log('update', VERSION + ' does not work, back to the old');
  slots.condemn();
  c.f.reset(1);
  return false;
}

/** Only the watchdog ended the connect to this host. A few more of those would end in safe mode. */
function blocked(o: Ocpp, url: string): boolean {
  const host = (o.c.f.part('fetch') as Fetch).place(url).host;
  if (o.c.f.get(BLOCKED) !== host) return false;
  o.c.f.log('update', host + ' blocked the charger until the watchdog reset it');
  return true;
}

/** After a boot: what became of the update that was under way. */
function remember(o: Ocpp): void {
  const k = JSON.parse(o.c.f.get(KEPT) ?? '[0]') as [number, string, number, number, number, string];
  o.fa = NEVER;
  if (k[0] === INSTALL) {
    say(o, E.slot && E.slot.name === k[5] ? 'Installed' : 'InstallationFailed');
    over(o);
  } else if (k[0] === FETCH && blocked(o, k[1])) {
    say(o, 'DownloadFailed');
    over(o);
  } else if (k[0]) {
    const w = fresh(o, WAIT, k[1]);
    w.date = k[2];
    w.left = k[3];
    w.pause = k[4];
    o.fw = w;
    enter(o, w, WAIT);
  }
}

/** An attempt failed; with ! in front of the reason another one would too. */
function failed(o: Ocpp, w: Work, why: string): void {
  const final = why[0] === '!';
  o.c.f.log('update', final ? why.substr(1) : why);
  if (final && w.st === CHECK) {
    say(o, 'Downloaded');
    say(o, 'InstallationFailed');
  } else say(o, 'DownloadFailed');
  if (final || w.left < 1) {
    over(o);
    return;
  }
  w.left--;
  if (w.st === CHECK) w.pos = w.size = 0;
  enter(o, w, FAILED);
  o.fa = o.c.t + w.pause * 1000;
}

function attempt(o: Ocpp, w: Work): void {
  const why = (o.c.f.part('fetch') as Fetch).place(w.url).error;
  say(o, 'Downloading');
  // What an earlier attempt has written in this boot stays.
  if (why) failed(o, w, '!' + why);
  else enter(o, w, w.pos ? FETCH : PREPARE);
}

/** A stage that goes on step by step is over, with this result: part `carry`. */
export function done(o: Ocpp, w: Work, r: string): void {
  if (w.st === CLEAN) {
    o.fw = undefined;
    o.fa = NEVER;
  } else if (w.st === FETCH ? r !== 'done' : r) failed(o, w, r);
  else if (w.st === CHECK) {
    say(o, 'Downloaded');
    enter(o, w, READY);
  } else enter(o, w, w.st + 1);
}

function ready(o: Ocpp, w: Work): void {
  o.fa = o.c.t + 1000;
  if (!idle(o)) return;
  say(o, 'Installing');
  w.at = o.c.t;
  w.st = INSTALL;
}

function install(o: Ocpp, w: Work): void {
  const c = o.c;
  o.fa = c.t + 200;
  if (!idle(o)) w.st = READY;
  else if (!o.out.length || c.t - w.at > LAST) {
    enter(o, w, INSTALL);
    (c.f.part('slot') as Slots).arm(w);
    c.f.log('update', 'restart into the new bundle');
    c.f.reset(1);
  }
}

/** Whatever is not repeated: the rest is in the part `carry`. */
export function watch(o: Ocpp): void {
  const c = o.c;
  const w = o.fw;
  if (E.slot && !E.slot.ok) {
    if (!proved(o)) return;
    say(o, 'Installed');
    if (!w) over(o);
  } else if (!w) remember(o);
  else if (w.st === WAIT) {
    o.fa = c.t + 1000;
    // After a restart the central system brings the time.
    if (c.w ? c.f.wall(c) >= w.date : !o.run || o.reg === 1) attempt(o, w);
  } else if (w.st === FAILED) attempt(o, w);
  else if (w.st === READY) ready(o, w);
  else install(o, w);
}
