// A charger in memory: the record as main builds it, on a board whose pilot, contactor, lock, monitor, meter and sensors a
// test moves by hand; scans and jobs run on a virtual clock.

import Module from 'node:module';
import type { Bit, Board } from '../../hal/types';
import { free, judge } from '../../firmware/core/access';
import type { Charger, Event, Later, Letter } from '../../firmware/core/charger';
import { fault, heal, pardon, recall } from '../../firmware/core/fault';
import { FAULTS } from '../../firmware/core/faults';
import { meter, resume } from '../../firmware/core/meter';
import { p as panel, sense } from '../../firmware/core/panel';
import { p as poles, phases } from '../../firmware/core/phases';
import { plan } from '../../firmware/core/plan';
import * as press from '../../firmware/core/press.part';
import * as sched from '../../firmware/core/sched.part';
import { prove, t as monitor } from '../../firmware/core/rcm';
import { safe, scanner } from '../../firmware/core/scan';
import { expire, grant, restore, stop } from '../../firmware/core/session';
import * as mountPart from '../../firmware/core/mount.part';
import { mount } from '../../firmware/core/strip';
import { event } from '../../firmware/core/trace';
import { asleep, w as wake } from '../../firmware/core/wake';
import { crc32 } from '../../tools/crc32.mjs';
import { packFaults } from '../../tools/faults.mjs';
import { Flash } from './flash';

/** The data file `faults`. */
export const FAULTS_FILE = packFaults(FAULTS);
/** Built-in modules of the engine, for `require` in modules and in rows of the table. */
export const BUILTIN: { [name: string]: unknown } = {};
const load = Module.prototype.require;
Module.prototype.require = Object.assign(function (this: Module, name: string): unknown {
  // Some have the names of Node's.
  const ours = Object.hasOwn(BUILTIN, name) && this.filename.includes('/firmware/');
  return ours ? BUILTIN[name] : load.call(this, name);
}, load);

const TOP: { [letter: string]: number } = { A: 12000, B: 9000, C: 6000, D: 3000, E: 0, '?': 7500 };
/** Jobs run this often, ms. */
const CYCLE = 140;
const MINUTE = 60000;
/** Age of a fresh charger, ms: the first x1 is over. */
const AGE = 3000;
/** The monitor follows its test winding after this, ms. */
const TRIPS = 60;

export interface Fake {
  c: Charger;
  /** What the car shows. */
  cp: Letter;
  diode: boolean;
  /** Mirror contact follows the coil unless set. */
  aux: Bit | undefined;
  /** A residual current flows; the test winding works. */
  trip: Bit;
  winding: boolean;
  cable: number;
  lock: Bit;
  /** The bolt does not move. */
  jam: boolean;
  celsius: number | undefined;
  /** V and A of the phases, through an open contactor too; the meter answers. */
  volts: number[];
  amps: number[];
  through: boolean;
  metered: boolean;
  /** Register of the meter, Wh, and how much of the power it counts. */
  wh: number;
  counts: number;
  /** Offered on the wire: 'high', 'low' or the duty in 0.01 %. */
  wire: string | number;
  coil: Bit;
  poles: number;
  fan: Bit;
  events: string[];
  lines: string[];
  journal: { [key: string]: string };
  flash: Flash;
  scan(): void;
  /** Runs scans every 20 ms, and jobs between them, until `t`. */
  until(t: number): void;
  /** The same where nothing is going on: the last second of each minute. */
  idle(t: number): void;
  /** The supply falls and comes back: what is not in flash is forgotten. */
  reboot(): void;
}

/** A loop: the start reads all of the journal's flash, byte by byte, hundreds of times in a test. */
function sum(bytes: Uint8Array): number {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all += bytes[i];
  return all;
}

/** Engine built-ins that core code calls. */
export function engine(): void {
  BUILTIN.Storage = {
    read: (name: string, from = 0, length?: number) =>
      name === 'faults' ? FAULTS_FILE.substr(from, length || undefined) : name === 'mount' ? ' ' : undefined,
  };
  BUILTIN.mount = mountPart;
  Object.assign(globalThis, {
    Modules: { removeCached: () => undefined, addCached: () => undefined },
    getTime: () => 0,
    print: () => undefined,
    require: (name: string) => BUILTIN[name],
    '\xff': {},
    E: {
      CRC32: (v: string | Uint8Array) => crc32(typeof v === 'string' ? Buffer.from(v, 'latin1') : v),
      sum,
      toString: (b: Uint8Array) => Buffer.from(b).toString('latin1'),
      toUint8Array: (s: string) => new Uint8Array(Buffer.from(s, 'latin1')),
    },
  });
}

export interface Options {
  lock?: boolean;
  rcm?: boolean;
  /** The monitor has no test winding. */
  bare?: boolean;
  proximity?: boolean;
  meter?: boolean;
  heat?: boolean;
  phases?: boolean;
  outdoor?: boolean;
  fan?: boolean;
  interlock?: Bit;
  settings?: object;
}

function board(f: Fake, o: Options): Board {
  const testing = { on: 0 as Bit, since: 0 };
  let bounds = [1, 0, 0];
  const b: Partial<Board> = {
    name: 'fake',
    amps: 32,
    phases: 3,
    interlock: o.interlock ?? 0,
    serial: '123456',
    nor: f.flash,
    pilot: {
      hi: 0,
      lo: 0,
      high: () => (f.wire = 'high'),
      low: () => (f.wire = 'low'),
      pwm: (d) => (f.wire = d),
      same() {
        const p = b.pilot!;
        p.read();
        const [lo, hi, bottom] = bounds;
        return p.hi >= lo && p.hi <= hi && (typeof f.wire !== 'number' || p.lo < bottom);
      },
      watch: (...now) => (bounds = now),
      read() {
        this.hi = f.wire === 'low' ? -12000 : TOP[f.cp];
        this.lo = typeof f.wire === 'number' ? (f.diode || f.cp === 'A' ? -12000 : -TOP[f.cp]) : this.hi;
      },
    },
    contactor: { set: (on) => (f.coil = on), closed: () => (f.aux === undefined ? f.coil : f.aux) },
  };
  if (o.phases) b.contactor!.phases = (n) => (f.poles = n);
  if (o.lock)
    b.lock = {
      set: (l) => (f.jam ? undefined : (f.lock = l)),
      locked: () => f.lock,
      jammed: () => (f.jam && f.lock !== f.c.x.lck ? 1 : 0),
    };
  if (o.rcm)
    b.rcm = {
      tripped: () => (f.trip || (testing.on && f.winding && f.c.t - testing.since >= TRIPS) ? 1 : 0),
      test(on) {
        testing.on = on;
        testing.since = f.c.t;
      },
    };
  if (o.bare) b.rcm!.test = undefined;
  if (o.proximity) b.proximity = { read: () => f.cable };
  if (o.heat) b.temperature = [{ read: () => f.celsius }];
  if (o.outdoor) b.outdoor = 1;
  if (o.fan) b.air = { set: (on) => (f.fan = on) };
  if (o.meter) b.meter = chip(f);
  return b as Board;
}

/** A meter that integrates what the test says; a round a call. */
function chip(f: Fake): Board['meter'] {
  const m = { v: [0, 0, 0], i: [0, 0, 0], p: [0, 0, 0], wh: 0, hz: 50, ok: 1 as Bit, at: 0 };
  return Object.assign(m, {
    sample(): boolean {
      m.ok = f.metered ? 1 : 0;
      if (!f.metered) return false;
      for (let k = 0; k < 3; k++) {
        m.v[k] = f.volts[k];
        m.i[k] = f.coil || f.through ? f.amps[k] : 0;
        m.p[k] = f.volts[k] * m.i[k];
      }
      const wh = ((m.p[0] + m.p[1] + m.p[2]) * (f.c.t - m.at)) / 3600000;
      m.at = f.c.t;
      f.wh += wh;
      m.wh += wh * f.counts;
      return true;
    },
  });
}

const SETTINGS = {
  ssc: 1,
  obr: 5,
  ocppf: null,
  amp: 16,
  ama: 32,
  mca: 6,
  acs: 1,
  ust: 0,
  upo: 0,
  psm: 0,
  psmd: 60000,
  rdre: 0,
  txt: 120,
  ocppe: 0,
  ocppd: 'no-card',
  dwo: null,
  lmo: 3,
  cards: [],
};

function record(f: Fake, o: Options): Charger {
  return {
    b: board(f, o),
    t: 0,
    w: 0,
    k: Object.assign({}, SETTINGS, o.settings),
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
    s: { st: 'A1', at: 0, due: 0, duty: 10000, dat: 0, on: 0, off: 0, ph: o.phases ? 0 : 3, sw: 0 },
    lim: { brd: 320, cbl: 999, usr: 160, ocpp: 999, temp: 999, car: 999, mtr: 999, lmo: 999 },
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
    m: { eto: 1000, p: 0, avg: 0, n: 0, ops: 0, cut: 0 },
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
    rbc: 1,
    ntp: 0,
    gap: 0,
    late: 0,
    rev: 0,
    dirty: 1,
    // What is left to a turn of work happens at once here.
    ev: { push: ([run, what, arg]: Later) => run(f.c, what as never, arg) },
    hooks: [(_c: Charger, what: Event, arg: string) => f.events.push(arg ? what + ' ' + arg : what)],
    f: {
      log: (tag: string, text: string) => f.lines.push(tag + ' ' + text),
      save: () => undefined,
      part: (name: string) => ({ sched, press })[name],
      wall: (c: Charger) => (c.w ? c.t + c.w : 0),
      grant,
      stop,
      fault,
      pardon,
      event,
      put: (key: string, text: string) => ((f.journal[key] = text), true),
      get: (key: string) => f.journal[key],
      del: (key: string) => delete f.journal[key],
    },
  } as unknown as Charger;
}

/** All jobs of the core, in the order of main. */
export function jobs(c: Charger): void {
  meter(c);
  expire(c);
  heal(c);
  free(c);
  phases(c);
  plan(c);
  judge(c);
  prove(c);
  sense(c);
  asleep(c);
}

export function charger(o: Options = {}): Fake {
  engine();
  const f: Fake = {
    cp: 'A',
    diode: true,
    aux: undefined,
    trip: 0,
    winding: true,
    cable: 32,
    lock: 0,
    jam: false,
    celsius: 25,
    volts: [230, 230, 230],
    amps: [0, 0, 0],
    through: false,
    metered: true,
    wh: 0,
    counts: 1,
    wire: 'high',
    coil: 0,
    poles: o.phases ? 1 : 3,
    fan: 0,
    events: [],
    lines: [],
    journal: {},
    flash: new Flash(16),
    scan: () => undefined,
    until(t) {
      while (f.c.t + 20 <= t) {
        f.c.t += 20;
        if (f.c.t % CYCLE === 0) jobs(f.c);
        f.scan();
      }
    },
    idle(t) {
      while (f.c.t + MINUTE < t) {
        f.c.t += MINUTE - 1000;
        f.until(f.c.t + 1000);
      }
      f.until(t);
    },
    reboot() {
      f.c = record(f, o);
      f.coil = 0;
      f.wire = 'high';
      f.poles = o.phases ? 1 : 3;
      start(f);
    },
    c: undefined as unknown as Charger,
  };
  f.c = record(f, o);
  // Stories begin when it has run for a while.
  f.c.t = -AGE;
  f.c.s.off = -60000;
  start(f);
  f.c.m.eto = 1000;
  f.until(0);
  return f;
}

/** What modules remember between two calls, as it is after a boot. */
const STATES = [panel, poles, monitor, wake].map((s) => [s, { ...s }]);

function start(f: Fake): void {
  for (const [state, fresh] of STATES) Object.assign(state, fresh);
  safe(f.c);
  f.scan = scanner(f.c);
  recall(f.c);
  resume(f.c, mount(f.flash));
  restore(f.c);
}
