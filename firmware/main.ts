// A list: the board, the record, the modules and their timers. Two chains of timers carry everything: the scan, which
// alone feeds the watchdog, and the work, one short job a turn. Both are re-armed on their first line, so that neither
// an error nor a stall of the engine ends them or makes them up in a burst.

import type { Bit } from '../hal/types';
// First, because the engine searches names in the order of their declaration, and these are searched in every scan.
import { release, safe, scanner } from './core/scan';
import make from '@board';
import { card, free, judge, model } from './core/access';
import type { Charger } from './core/charger';
import { at, code, head, read, row, save, settings, text } from './core/config';
import { ease, fault, heal, pardon, raise, recall } from './core/fault';
import { INTERNAL, SAFE } from './core/faults';
import * as journal from './core/journal';
import { NONE } from './core/limits';
import type { Cards } from './core/cards.part';
import { lines, log } from './core/log';
import { meter, resume } from './core/meter';
import { button, light, reader, sense } from './core/panel';
import { drop, file, part, ready, sweep } from './core/parts';
import { phases } from './core/phases';
import { plan } from './core/plan';
import { prove } from './core/rcm';
import type { Rescue } from './core/rescue.part';
import { expire, grant, restore, stop } from './core/session';
import * as strip from './core/strip';
import { clock, iso, now, origin, started, wall } from './core/time';
import { BOOT, GAP, STATE, event, mark } from './core/trace';
import { asleep } from './core/wake';
import { commands, speak } from './console';
import type { Console } from './console.part';
import { serve } from './http/server';
import { broker, mqtt, noted } from './mqtt/link';
import { air, tend, want } from './net/air';
import { flow, hook, link, watch } from './ocpp/link';

const PERIOD = 20;
const TURN = 10;
/** After an error work has gone on within this time, or never will, ms. */
const REVIVE = 100;
/** Pause for the journal: the vehicle has 6 s to stop, and eight pages take 2 s; then none for a while, ms. */
const PAUSE = 10000;
const APART = 1200000;
/** A scan that comes this long after the one before came late, ms. */
const LATE = 40;
/** RTC_CNTL_RESET_STATE_REG, whose lowest 6 bits are the reason of the last reset: 1 = the power came. */
const CAUSE = 0x3ff48034;
const POWER = 1;

origin();
const b = make();
b.contactor.set(0);
b.pilot.high();

/** Restarts with the contactor open: the script (soft) or the chip. */
function reset(hard: Bit): void {
  release(c);
  // What was ordered is no crash.
  journal.del('bad');
  journal.flush();
  if (hard) ESP32.reboot();
  else load();
}

/** Returns 1 when it has more to do soon. */
type Job = (c: Charger) => Bit | void;

// A record is searched from its beginning: what every scan reads comes first.
const c: Charger = {
  dirty: 1,
  t: 0,
  gap: 0,
  b,
  w: 0,
  k: {} as Charger['k'],
  x: {
    cp: 'A',
    amps: 0,
    err: 0,
    bad: 0,
    top: 0,
    dio: 0,
    go: 0,
    vent: 0,
    tst: 0,
    sim: 0,
    lck: 0,
    free: 0,
    aux: 0,
    cbl: 0,
    tmp: [],
  },
  s: {
    st: 'A1',
    at: 0,
    due: 0,
    duty: 10000,
    dat: 0,
    on: 0,
    off: 0,
    ph: b.contactor.phases ? 0 : b.phases,
    sw: 0,
  },
  lim: { brd: 0, cbl: NONE, usr: 0, ocpp: NONE, temp: NONE, car: NONE, mtr: NONE, lmo: NONE },
  ses: {
    on: 0,
    ok: 0,
    tag: '',
    trx: -1,
    n: 0,
    due: 0,
    t0: 0,
    t1: 0,
    ep: 0,
    e0: 0,
    e1: 0,
    why: '',
    by: '',
    re: 0,
    w0: 0,
  },
  m: { eto: 0, p: 0, avg: 0, n: 0, ops: 0, cut: 0 },
  o: { run: 0, up: 0, upAt: 0, ok: 0, okAt: 0, err: '', errAt: 0, st: -1, tx: -1, ino: 0, rv: 0, ph: 0 },
  frc: 0,
  alw: 0,
  sch: 0,
  ns: 0,
  nx: 0,
  how: 13,
  one: 0,
  wait: 0,
  ask: 0,
  no: 0,
  uid: '',
  rbc: 0,
  ntp: 0,
  late: 0,
  rev: 0,
  hooks: [],
  ev: [],
  f: {
    log,
    save,
    row,
    at,
    text,
    head,
    code,
    read,
    part,
    ready,
    file,
    drop,
    lines,
    grant,
    stop,
    wall,
    clock,
    due: () => false,
    iso,
    model,
    fault,
    pardon,
    event,
    reset,
    put: journal.put,
    get: journal.get,
    del: journal.del,
  },
};

/** An error that nobody caught is a fault: contactor open, and the scan goes on. */
function broken(e: unknown): void {
  // A line that was typed is no fault: a command without a stub, or a mistake.
  const at = e ? (e as Error).stack : undefined;
  if (at && /REPL/.test(at.split('\n')[0])) {
    const t = (part('console') as Console).lost('' + e, at.split('\n')[1]);
    return t && speak(c, t);
  }
  release(c);
  if (work) work(-1);
  log('error', String(e));
  if (E.slot) E.slot.up = 2;
  raise(c, INTERNAL);
  ease(c, INTERNAL);
}

/** Notes a scan that came later than any before, or too late. */
function gap(c: Charger, ms: number): void {
  if (ms > c.gap) c.gap = ms;
  if (ms <= LATE) return;
  c.late++;
  mark(c.t, GAP + (ms < 1260 ? ms / 20 : 63));
}

/** Job: who may charge, and how much. */
function rule(): void {
  expire(c);
  heal(c);
  free(c);
  phases(c);
  judge(c);
}

/** Erased pages run out behind a closed contactor: the vehicle is asked for a pause, in which more are erased. */
function breathe(): void {
  if (c.t < again || !(journal.low() || strip.low())) return;
  again = c.t + APART;
  c.wait = c.t + PAUSE;
  log('journal', 'a pause in the charge, to erase pages');
}

/** Keeps how often the contactor has closed, and opened under load. */
function count(): void {
  counted = c.m.ops + c.m.cut;
  journal.put('con', c.m.ops + ' ' + c.m.cut);
}

/** Job: erases flash ahead while nothing can be hurt by standing still. */
function tidy(c: Charger): void {
  asleep(c);
  if (c.m.ops + c.m.cut !== counted) count();
  journal.calm(!c.s.on || c.b.interlock ? 1 : 0);
  if (c.s.on) {
    if (!c.b.interlock) breathe();
  } else if (!journal.tidy()) strip.ahead();
}

// prettier-ignore
const JOBS: Job[] = [
  meter, rule, prove, reader,
  link, flow, meter, sense, plan,
  watch, flow, mqtt, meter, button, light, tidy, sweep, tend,
];
/** From this job on those that safe mode needs. */
const HELP = 13;
/** The next pause for the journal, not before; closings and openings as they are kept. */
let again = 0;
let counted = 0;
/** A turn of work; with -1 it only looks, some time later, whether there have been others since. */
let work: ((n?: number) => void) | undefined;

/**
 * The scan's chain, and what feeds the watchdog; behind it the work's: one short job a turn; one that is in the middle of something
 * gets every second turn until it is done. What the scan has left goes first, and before all a scan that is due: the engine
 * would take what waits in the order of its times. The engine's own names are found after all of ours, in every call anew,
 * and ours one after another: here they are at hand.
 */
function chain(): void {
  const r = c;
  const arm = setTimeout;
  const clock = getTime;
  const from = started();
  const round = Math.round;
  const scan = scanner(c);
  const kick = E.kickWatchdog;
  let most = 0;
  const due = (): boolean => (clock() - from) * 1000 - r.t >= PERIOD;
  r.f.due = due;
  const tick = (): void => {
    arm(tick, PERIOD);
    const t = round((clock() - from) * 1000);
    const d = t - r.t;
    r.t = t;
    if (d > most) {
      // Told in the next turn: this scan is late enough.
      r.ev.push([gap, d, '']);
      most = d < LATE ? d : LATE;
    }
    try {
      scan();
    } catch (e) {
      broken(e);
    }
    kick();
  };
  const all = JOBS;
  let turn = 0;
  /** A job that has more to do, and whether it had the last turn. */
  let hot: Job | undefined;
  let had = 0;
  /** Turns of work, counted to a thousand. */
  let went = 0;
  const next = (n?: number): void => {
    if (n) {
      if (n < 0) return void arm(next, REVIVE, went + 1);
      // Work that was taken away while it asked for its next turn has none. (For the scan there is the watchdog.)
      if (n !== went + 1) return;
    }
    const wait = due();
    arm(next, wait ? 1 : TURN);
    went = (went + 1) % 1000;
    if (wait) return;
    if (r.ev.length) {
      const e = r.ev.shift()!;
      return e[0](r, e[1] as never, e[2]);
    }
    had = hot && !had ? 1 : 0;
    if (had) {
      if (!hot!(r)) hot = undefined;
      return;
    }
    turn = (turn + 1) % all.length;
    const job = all[turn];
    // A card that is being read is gone in a moment: nobody takes the reader's turns.
    if (job(r) && hot !== reader) hot = job;
  };
  tick();
  work = next;
  next();
}

/** A state in plain words. The table lives only while it is read. */
function words(st: string): string {
  const w: { [st: string]: string } = {
    A1: 'no car',
    B1: 'car plugged, no energy on offer',
    B2: 'energy on offer',
    C1: 'car asks, no energy on offer',
    C2: 'charging',
    CW: 'offer withdrawn, waiting for the car to stop',
    D1: 'car asks for ventilation, no energy on offer',
    D2: 'charging with ventilation',
    E: 'not available',
    F: 'fault, pilot at -12 V',
  };
  return w[st];
}

/** Consequences that belong to nobody else. */
function follow(_c: Charger, what: string, arg: string): void {
  if (what === 'state' && arg) {
    mark(c.t, STATE + ('A1B1B2C1C2CWD1D2E F '.indexOf(arg) >> 1));
    log('state', arg + ' ' + words(arg) + (c.x.amps ? ', ' + c.x.amps / 10 + ' A' : ''));
  }
  if (what === 'button') want(c, 1);
  if (what === 'setting') noted(c, arg);
  if (what === 'setting' && (arg === 'wifis' || arg === 'sip')) want(c, 2);
  if (what === 'stop' && card(c, c.ses.tag) >= 0) (part('cards') as Cards).tally(c);
}

/** 3650 variables at the peak, and 820 that keep the engine from collecting at every pause. */
function banner(): void {
  const m = process.memory(false);
  print('Pilotwire ' + VERSION + ' on ' + b.name + ', serial ' + b.serial + ', boot ' + c.rbc);
  print('memory ' + m.usage + ' of ' + m.total + ' variables; help() lists the commands');
  if (m.total < 4470) log('memory', m.total + ' variables, 4470 are needed: is Bluetooth on?');
}

/** The reset before this boot: what it makes of the charger, core/rescue.part.ts. */
function crashed(): void {
  const power = (peek32(CAUSE) & 63) === POWER;
  // A connect that only the power cut ended has not blocked: firmware/ocpp/link.ts, mqtt/broker.part.ts, net/fetch.part.ts.
  let hosts = 0;
  for (const key of ['cg', 'cm', 'cu'])
    if (power) journal.del(key);
    else if (journal.get(key) !== undefined) hosts++;
  const mode =
    power && !E.torn && !journal.get('bad') ? 0 : (part('rescue') as Rescue).rescue(c, power, hosts);
  if (mode) raise(c, SAFE);
  if (mode < 2) return;
  c.hooks.pop();
  JOBS.splice(0, HELP);
}

/** What flash remembers: faults that an operator has to end, registers, counters, the session that ran. */
function remember(): void {
  recall(c);
  resume(c, strip.mount(b.nor));
  c.rbc = +(journal.get('rbc') || 0) + 1;
  journal.put('rbc', '' + c.rbc);
  const con = (journal.get('con') || '0 0').split(' ');
  c.m.ops = +con[0];
  c.m.cut = +con[1];
  counted = c.m.ops + c.m.cut;
  if (restore(c, (peek32(CAUSE) & 63) === POWER ? 0 : 1) && card(c, c.ses.tag) >= 0)
    (part('cards') as Cards).tally(c);
  c.x.free = c.ses.re && journal.get('k.upo') ? 1 : 0;
  if (c.ses.re) c.wait = c.t + Math.random() * +(journal.get('k.rdre') || 0) * 1000;
}

safe(c);
E.srand(peek32(0x3ff75144));
E.on('kill', () => release(c));
process.on('uncaughtException', broken);
// The engine stopped a callback for want of memory or stack, which nothing can catch.
E.on('errorFlag', (flags) => {
  if (flags.includes('CALLBACK') || flags.includes('MEMORY')) broken('engine: ' + flags.join());
});
journal.mount(b.nor, strip.PAGES);
settings(c);
c.t = now();
remember();
mark(c.t, BOOT + (c.rbc & 63));
c.hooks = [follow, hook];
crashed();
E.enableWatchdog(b.watchdog, false);
chain();
air(c);
broker(c);
serve(c);
commands(c);
banner();
