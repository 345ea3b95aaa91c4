// The key table: one row feeds the HTTP API, OCPP configuration, storage, console and docs/keys.md. It is never bundled:
// the build packs it into the Storage file `keys` (tools/pack.mjs), where a row costs no memory until it is asked for.
//
// `get` and `set` are evaluated on the device from their text: they may use c, v, the engine's globals and nothing else.
// No `??` in them: what it compiles to is no expression.
// `: unknown` and `: string` behind their parameters keep the type of the table from depending on itself.

import type { Conf } from './conf.part';
import type { Bit, Fixed } from '../../hal/types';
import type { Charger } from './charger';
import type { Cards } from './cards.part';
import type { Creds } from './creds.part';
import type { Rescue } from './rescue.part';
import type { Sched } from './sched.part';
import type { Site } from './site.part';
import type { Trx } from './trx.part';
import type { Why } from './why.part';
import type { Zone } from './zone.part';

/** A card of the local list; `id` = UID in upper-case hex, '' = free slot; `e` = energy, Wh. */
export interface Card {
  id: string;
  name: string;
  e: number;
}

/** A known network. */
export interface Network {
  ssid: string;
  key: string;
}

export interface Key {
  /** b boolean, i integer, n number, s text, c list of words, comma separated, j anything that JSON can say. */
  t: 'b' | 'i' | 'n' | 's' | 'c' | 'j';
  /**
   * Marks, a letter each: w writable, k kept in the journal and in `c.k`, p kept in the journal alone (for what only parts
   * on call read; where it is not the default `c.k` has a 1), z may be null, a action (any value), h never read back, o OCPP only,
   * r read-only for OCPP, m a part of it is secret: a refusal does not repeat it, x shown only to who asks for it by its name,
   * l long: `set` is called in turn after turn, `n` from 0 on, until it says something, n what decides when to charge looks at it
   * anew once it is kept.
   */
  f?: string;
  /** Least value; of words: those allowed; of text: fewest bytes by OCPP. */
  lo?: number | string;
  /** Greatest value; of text: most bytes; of words: most words. */
  hi?: number;
  /** Default of a kept key; booleans are kept as 0 and 1. */
  def?: unknown;
  unit?: string;
  /** Name as OCPP configuration key. */
  ocpp?: string;
  get?(c: Charger): unknown;
  /** Checks `v` or acts on it: '' or the reason of the refusal. A kept value is stored afterwards. */
  set?(c: Charger, v: unknown, n: number): string | undefined;
}

/** Measurands that the meter can give, all phases of one or a single phase. */
const MEASURANDS =
  'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,Frequency,Current.Offered,Temperature,Power.Offered,Power.Factor,Energy.Active.Import.Interval,' +
  'Power.Active.Import.L1,Power.Active.Import.L2,Power.Active.Import.L3,Current.Import.L1,Current.Import.L2,Current.Import.L3,Voltage.L1-N,Voltage.L2-N,Voltage.L3-N,Power.Factor.L1,Power.Factor.L2,Power.Factor.L3';
const ROTATIONS = 'NotApplicable,Unknown,RST,RTS,SRT,STR,TRS,TSR';
const PHASES = `0.${ROTATIONS.replace(/,/g, ',0.')},1.${ROTATIONS.replace(/,/g, ',1.')}`;

export const KEYS = {
  // Charging
  /** Vehicle: 1 none, 2 charging, 3 present and waiting, 4 present and finished, 5 error. */
  car: {
    t: 'i',
    get: (c): unknown =>
      c.x.bad & 1
        ? 5
        : c.x.cp === 'A' || c.x.cp === '?'
          ? 1
          : c.s.on
            ? 2
            : c.ses.why !== '' || (c.s.st === 'B2' && c.m.eto - c.ses.ep >= 1)
              ? 4
              : 3,
  },
  /** Whether charging is allowed now by force state, access, energy limit and faults. */
  alw: { t: 'b', get: (c): unknown => c.alw },
  /** Force state: 0 neutral, 1 off, 2 on. Back to 0 when the vehicle is unplugged. */
  frc: {
    t: 'i',
    f: 'w',
    lo: 0,
    hi: 2,
    get: (c): unknown => c.frc,
    set: (c, v: 0): string => ((c.frc = v), (c.nx = 0), ''),
  },
  /** Current that the user asks for, per phase; not above `ama`. */
  amp: {
    t: 'i',
    f: 'wk',
    lo: 6,
    hi: 32,
    def: 16,
    unit: 'A',
    ocpp: 'RequestedCurrent',
    get: (c): unknown => Math.min(c.k.amp, c.k.ama, c.b.amps),
    set: (c, v: number): string =>
      v > Math.min(c.k.ama, c.b.amps) ? 'exceeds range 6 to ' + Math.min(c.k.ama, c.b.amps) : '',
  },
  /** Ceiling for `amp`: what the installation allows, and never more than the board. */
  ama: {
    t: 'i',
    f: 'wk',
    lo: 6,
    hi: 32,
    def: 32,
    unit: 'A',
    get: (c): unknown => Math.min(c.k.ama, c.b.amps),
    set: (c, v: number): string => (v > c.b.amps ? 'exceeds range 6 to ' + c.b.amps : ''),
  },
  /** Least current that is offered; a lower wish pauses. */
  mca: { t: 'i', f: 'wk', lo: 6, hi: 32, def: 6, unit: 'A', ocpp: 'MinChargingCurrent' },
  /** Current on offer to the vehicle; the pilot follows at most every 5 s; null while there is none. */
  acu: {
    t: 'i',
    f: 'z',
    unit: 'A',
    get: (c): unknown => (c.alw && c.x.amps ? Math.floor(c.x.amps / 10) : null),
  },
  /** Ceiling from the temperature. */
  amt: { t: 'i', unit: 'A', get: (c): unknown => Math.floor(Math.min(c.lim.temp / 10, c.b.amps)) },
  /** Rating of the plugged cable; null without one. */
  cbl: { t: 'i', f: 'z', unit: 'A', get: (c): unknown => c.x.cbl || null },
  /** A 16 A adapter is plugged: never, this hardware has none. */
  adi: { t: 'b', get: (): unknown => 0 },
  /** Every ceiling in force, by cause. */
  cll: {
    t: 'j',
    unit: 'A',
    get: (c): unknown =>
      ((l: { [cause: string]: number }) => (
        c.x.cbl && (l.cableCurrentLimit = c.x.cbl),
        c.lim.temp < 999 && (l.temperatureCurrentLimit = Math.floor(c.lim.temp / 10)),
        c.lim.lmo < 999 && (l.pvSurplus = Math.floor(c.lim.lmo / 10)),
        c.f.model(c) === 2 && (l.accessControl = 0),
        l
      ))({
        currentLimitMax: Math.min(c.k.ama, c.b.amps),
        requestedCurrent: Math.min(c.k.amp, c.k.ama, c.b.amps),
      }),
  },
  /** Phases: 0 automatic, 1 one phase, 2 three phases, as far as the board can. */
  psm: {
    t: 'i',
    f: 'wk',
    lo: 0,
    hi: 2,
    def: 0,
    set: (c, v: number): string =>
      (v === 2 && c.b.phases < 3) || (v === 1 && c.b.phases > 1 && !c.b.contactor.phases)
        ? 'this board cannot switch phases'
        : '',
  },
  /** Pause while phases are switched. */
  psmd: { t: 'i', f: 'wk', lo: 10000, hi: 120000, def: 60000, unit: 'ms' },
  /** One phase is in use. */
  fsp: { t: 'b', get: (c): unknown => (c.s.ph < 2 || c.b.phases < 2 ? 1 : 0) },
  /** Phases present: L1, L2, L3 behind the contactor, then L1, L2, L3 in front of it. */
  pha: {
    t: 'j',
    get: (c): unknown =>
      ((a, n, v) => [
        a > 0 && v[0] > 100,
        a > 1 && v[1] > 100,
        a > 2 && v[2] > 100,
        v[0] > 100,
        n > 1 && v[1] > 100,
        n > 2 && v[2] > 100,
      ])(
        c.s.on ? Math.min(c.s.ph, c.b.phases) : 0,
        c.b.phases,
        c.b.meter && c.b.meter.ok && !c.b.meter.pulses ? c.b.meter.v : [230, 230, 230],
      ),
  },
  /** Phases of the mains at L1, L2, L3 of the charger: ConnectorPhaseRotation, which the central system is told. */
  map: {
    t: 'j',
    f: 'wl',
    get: (c): unknown =>
      ((r, p) =>
        r && p.includes(r[0]) ? [p.indexOf(r[0]) + 1, p.indexOf(r[1]) + 1, p.indexOf(r[2]) + 1] : [1, 2, 3])(
        c.k.ocr.split('1.')[1],
        'RST',
      ),
    set: (c, v: number[]): string =>
      Array.isArray(v) && v.length === 3 && [1, 2, 3].every((n) => v.includes(n))
        ? ((c.k.ocr = '1.' + v.map((p) => 'RST'[p - 1]).join('')), c.f.save('ocr'), '')
        : 'value must have 1, 2 and 3',
  },
  /** Number of phases that carry current. */
  pnp: { t: 'i', get: (c): unknown => c.m.n },
  /** Surplus at which `lmo` 4 goes to three phases while `psm` is 0. */
  spl3: {
    t: 'n',
    f: 'wpn',
    lo: 0,
    hi: 50000,
    def: 4200,
    unit: 'W',
  },
  /** And this much below it back to one. */
  psh: {
    t: 'n',
    f: 'wpn',
    lo: 0,
    hi: 50000,
    def: 500,
    unit: 'W',
  },
  /** So long it must call for other phases while charging. */
  mpwst: {
    t: 'i',
    f: 'wpn',
    lo: 0,
    hi: 3600000,
    def: 120000,
    unit: 'ms',
  },
  /** At least between two changes of the phases while charging. */
  mptwt: {
    t: 'i',
    f: 'wpn',
    lo: 0,
    hi: 3600000,
    def: 600000,
    unit: 'ms',
  },
  /** Phases that the charging mode wants: 1 one, 2 three. */
  pwm: { t: 'i', get: (c): unknown => (c.one ? 1 : 2) },
  /** Gravest fault, older numbering: 0 none, 1 residual current, 3 phase or undervoltage, 4 overvoltage, 5 overcurrent, 6 diode, 7 cable, 9 contactor welded, 10 contactor does not close, 11 residual-current self-test, 12 internal, pilot or sensor, 13 temperature, 14 meter or reader silent, 15 does not lock, 16 does not unlock. `flt` has its name. */
  err: { t: 'i', get: (c): unknown => (c.x.err ? c.f.fault(c)![4] : 0) },
  /** The gravest fault in plain words; empty = none. */
  flt: { t: 's', get: (c): unknown => (c.x.err ? c.f.fault(c)![6] : '') },
  /** Every fault that is set, a bit each, as in docs/safety.md. */
  errs: { t: 'i', get: (c): unknown => c.x.err },
  /** Ends faults that an operator has to end (residual current, welded contactor) and lets spent retries begin anew: any value. Refused while the cause of a fault that opens the contactor is there, or where none of those that stand could be ended. */
  clf: { t: 'j', f: 'wah', set: (c, _v): string => c.f.pardon(c) },
  /** Why the charger charges or not: 1 temperature, 2 access, 3 forced on, 4 forced off, 6 energy limit, 5 schedule, 8 next trip: a minute to learn the power, 9 next trip, time is short, 10 next trip, 11 next trip without a clock, 12 surplus, 13 default, 14 schedule not applied without a clock, 17 no surplus, 18 next trip waits, 23 switching phases, 26 fault, or a vehicle that needs ventilation which is not here, 28 OCPP limit, 29 delay after power return, or a pause for flash, 35 `ocppf` is 0 and the central system away, 37 OCPP inoperative, 38 undervoltage, 39 wish below `mca`. */
  modelStatus: { t: 'i', get: (c): unknown => c.f.model(c) },
  /** The same in words, and what limits the current. */
  why: { t: 's', get: (c): unknown => (c.f.part('why') as Why).words(c) },
  /** Cable lock: 0 none, 1 open, 2 opening failed, 3 locked, 4 locking failed. */
  cus: {
    t: 'i',
    get: (c): unknown =>
      !c.b.lock
        ? 0
        : c.x.err & 384
          ? c.x.err & 128
            ? 4
            : 2
          : c.b.lock.locked() === 0 || (!c.x.lck && !c.b.lock.locked())
            ? 1
            : 3,
  },
  /** Cable lock policy: 0 locked while plugged, 1 opened when charging has ended, 2 locked once a vehicle was there, until it is opened from afar. */
  ust: { t: 'i', f: 'wk', lo: 0, hi: 2, def: 0 },
  /** The cable lock opens when the power comes back, until energy is on offer again. */
  upo: { t: 'b', f: 'wp', def: 0 },
  /** Effective lock setting: 0 normal, 1 opened automatically, 2 always locked, 3 open now for `upo` or the central system. */
  lck: { t: 'i', get: (c): unknown => (c.x.free || c.ses.why === 'UnlockCommand' ? 3 : c.k.ust) },
  /** Lock at its last move: 0 fine, 1 locking failed, 2 unlocking failed. */
  ffb: { t: 'i', get: (c): unknown => (c.x.err & 128 ? 1 : c.x.err & 256 ? 2 : 0) },
  /** Random delay before charging goes on after the power came back, at most. */
  rdre: { t: 'i', f: 'wp', lo: 0, hi: 3600, def: 0, unit: 's' },
  /** A session ends with a restart of the charger. */
  osr: { t: 'b', f: 'wk', def: 0, ocpp: 'StopChargingOnReboot' },
  /** Only the card that started a session ends it; else each that is known here. */
  ssc: { t: 'b', f: 'wk', def: 1, ocpp: 'StopWithSameCard' },
  /** Flashes of the light when a card is refused. */
  obr: { t: 'i', f: 'wko', lo: 0, hi: 20, def: 5, ocpp: 'BlinkRepeat' },
  /** Energy limit of the session; null = none. */
  dwo: { t: 'n', f: 'wkz', lo: 0, hi: 1000000, def: null as number | null, unit: 'Wh' },
  /** Charging mode: 3 default, 4 surplus of the site as `ids` tells it (there are no prices), 5 next trip: `ate` until `att`. */
  lmo: {
    t: 'i',
    f: 'wkn',
    lo: 3,
    hi: 5,
    def: 3,
    set: (c, v: number): string =>
      v === c.k.lmo ? '' : ((c.lim.lmo = 999), (c.how = 13), (c.one = 0), (c.pv = undefined), ''),
  },
  // Schedules, surplus, next trip
  /** Timer of Monday to Friday, {control, ranges}: control 0 off, 1 charging only inside the ranges, 2 only outside; up to five ranges {begin: {hour, minute}, end: {hour, minute}} of local time. An end before its begin goes on at midnight of the same timer's days. Without a clock no timer is applied: charging is not lost. */
  sch_week: {
    t: 'j',
    f: 'wpln',
    def: { control: 0, ranges: [] as object[] },
    set: (c, v, n): string | undefined => (c.f.part('sched') as Sched).check(c, v, n),
  },
  /** Timer of Saturday. */
  sch_satur: {
    t: 'j',
    f: 'wpln',
    def: { control: 0, ranges: [] as object[] },
    set: (c, v, n): string | undefined => (c.f.part('sched') as Sched).check(c, v, n),
  },
  /** Timer of Sunday. */
  sch_sund: {
    t: 'j',
    f: 'wpln',
    def: { control: 0, ranges: [] as object[] },
    set: (c, v, n): string | undefined => (c.f.part('sched') as Sched).check(c, v, n),
  },
  /** Power of the site for `lmo` 4, {pGrid, pPv, pAkku}, the last two optional: pGrid below 0 feeds in, pAkku above 0 empties the battery, which is no surplus. To be sent every 5 s: after 10 s without, 6 A are offered, after 60 s nothing. */
  ids: { t: 'j', f: 'whl', unit: 'W', set: (c, v): string => (c.f.part('site') as Site).push(c, v) },
  /** Power of the grid as `ids` told it, below 0 = fed in; null when it is older than 10 s. */
  pgrid: { t: 'n', f: 'z', unit: 'W', get: (c): unknown => (c.pv && c.t - c.pv.at < 10000 ? c.pv.g : null) },
  /** Photovoltaic power of it. */
  ppv: { t: 'n', f: 'z', unit: 'W', get: (c): unknown => (c.pv && c.t - c.pv.at < 10000 ? c.pv.p : null) },
  /** Battery power of it, above 0 = the battery is emptied. */
  pakku: { t: 'n', f: 'z', unit: 'W', get: (c): unknown => (c.pv && c.t - c.pv.at < 10000 ? c.pv.a : null) },
  /** When `ids` came last, since boot. */
  inva: { t: 'i', f: 'z', unit: 'ms', get: (c): unknown => (c.pv ? Math.floor(c.pv.at) : null) },
  /** Surplus is used: without it `lmo` 4 charges as 3. */
  fup: { t: 'b', f: 'wkn', def: 1 },
  /** Surplus needed to start; at least what 6 A take. */
  fst: {
    t: 'n',
    f: 'wpn',
    lo: 0,
    hi: 50000,
    def: 1400,
    unit: 'W',
  },
  /** Surplus may fall this far below what 6 A take before charging stops. */
  sh: {
    t: 'n',
    f: 'wpn',
    lo: 0,
    hi: 50000,
    def: 200,
    unit: 'W',
  },
  /** At least so long it charges once it has started. */
  fmt: {
    t: 'i',
    f: 'wpn',
    lo: 0,
    hi: 3600000,
    def: 300000,
    unit: 'ms',
  },
  /** The vehicle bears pauses: without it `lmo` 4 goes on with 6 A once it has begun. */
  acp: { t: 'b', f: 'wpn', def: 1 },
  /** At least so long `lmo` 4 rests once it has stopped; never less than a minute. */
  mcpd: {
    t: 'i',
    f: 'wpn',
    lo: 0,
    hi: 3600000,
    def: 0,
    unit: 'ms',
  },
  /** Power from the grid that may be used on top. */
  pgt: {
    t: 'n',
    f: 'wpn',
    lo: -50000,
    hi: 50000,
    def: 0,
    unit: 'W',
  },
  /** Energy of the next trip, from plug-in on. */
  ate: {
    t: 'n',
    f: 'wpn',
    lo: 0,
    hi: 1000000,
    def: 20000,
    unit: 'Wh',
  },
  /** Departure, local time: seconds of the day. */
  att: {
    t: 'i',
    f: 'wpn',
    lo: 0,
    hi: 86399,
    def: 32400,
    unit: 's',
  },
  /** Next trip: the power of the vehicle is being measured. */
  tls: { t: 'b', get: (c): unknown => (c.tr && c.tr.t > 0 && !c.tr.w ? 1 : 0) },
  /** Next trip: its power is known. */
  tlf: { t: 'b', get: (c): unknown => (c.tr && c.tr.w > 0 ? 1 : 0) },
  // More of charging
  /** Restarts the charger: any value. */
  rst: { t: 'j', f: 'wah', set: (c, _v): string => (setTimeout(() => c.f.reset(1), 500), '') },
  /** Forgets settings, password, cards, profiles and what the central system has not been told yet, then restarts; energy register, counters and a latched weld or residual current stay. The value is the serial number, so that nobody does it by mistake. */
  factory: {
    t: 's',
    f: 'whl',
    hi: 32,
    set: (c, v): string => (c.f.part('rescue') as Rescue).forget(c, v),
  },
  // Metering
  /** 16 numbers: V of L1, L2, L3, N; A of L1, L2, L3; W of L1, L2, L3, N and in total; power factor in % of L1, L2, L3, N. */
  nrg: {
    t: 'j',
    get: (c): unknown =>
      c.b.meter
        ? ((v, i, p) =>
            v.concat([0], i, p, [
              0,
              p[0] + p[1] + p[2],
              i[0] > 0.1 && v[0] > 50 ? Math.min(100, Math.round((p[0] * 100) / (v[0] * i[0]))) : 0,
              i[1] > 0.1 && v[1] > 50 ? Math.min(100, Math.round((p[1] * 100) / (v[1] * i[1]))) : 0,
              i[2] > 0.1 && v[2] > 50 ? Math.min(100, Math.round((p[2] * 100) / (v[2] * i[2]))) : 0,
              0,
            ]))(c.b.meter.v, c.b.meter.i, c.b.meter.p)
        : [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  },
  /** Energy since the charger was built. */
  eto: { t: 'i', unit: 'Wh', get: (c): unknown => Math.floor(c.m.eto) },
  /** Energy since the vehicle was plugged. */
  wh: { t: 'n', unit: 'Wh', get: (c): unknown => Math.max(0, Math.round((c.m.eto - c.ses.ep) * 10) / 10) },
  /** Contactor: commanded, sensed by its mirror contact (null without one), mains in front of it (null without a meter), times closed, times opened under load. */
  ctr: {
    t: 'j',
    get: (c): unknown => ({
      on: c.s.on === 1,
      closed: c.x.aux === undefined ? null : c.x.aux === 1,
      mains: c.b.meter && c.b.meter.ok ? c.b.meter.v[0] > 100 : null,
      ops: c.m.ops,
      cut: c.m.cut,
    }),
  },
  /** Mirror contact of the contactor: 1 closed, 0 open; null without one. */
  rfb: { t: 'i', f: 'z', get: (c): unknown => (c.x.aux === undefined ? null : c.x.aux) },
  /** When the contactor last opened, since boot; null = not yet. */
  lccfc: { t: 'i', f: 'z', unit: 'ms', get: (c): unknown => (c.s.off > 0 ? Math.floor(c.s.off) : null) },
  /** When the charger last looked at its pilot, since boot. */
  lcs: { t: 'i', unit: 'ms', get: (c): unknown => Math.floor(c.t) },
  /** Power, mean of 30 s. */
  tpa: { t: 'n', unit: 'W', get: (c): unknown => Math.round(c.m.avg) },
  /** Duration of the running transaction, and until the plug is pulled of the last one: type 1, value in ms; null = there is none. Counts on over a power cut as soon as the clock is known. */
  cdi: {
    t: 'j',
    f: 'z',
    unit: 'ms',
    get: (c): unknown =>
      ((ms) => (ms > 0 ? { type: 1, value: Math.floor(ms) } : null))(
        c.ses.on ? c.t - c.ses.t0 + 1 : c.ses.why ? c.ses.t1 - c.ses.t0 : 0,
      ),
  },
  /** Mains frequency. */
  fhz: { t: 'n', f: 'z', unit: 'Hz', get: (c): unknown => (c.b.meter ? c.b.meter.hz : null) },
  /** Certificate of the metering: 0 none. */
  cert: { t: 'i', get: (): unknown => 0 },
  /** Temperatures: socket, board; 0 without a sensor. */
  tma: { t: 'j', unit: '°C', get: (c): unknown => [c.x.tmp[0] || 0, c.x.tmp[1] || c.x.tmp[0] || 0] },
  // Access
  /** Access: 0 open, 1 card or `trx` first, 2 as 1, kept apart for charge management systems. */
  acs: { t: 'i', f: 'wk', lo: 0, hi: 2, def: 0 },
  /** Transaction: null none, 0 without a card, n card n-1. Writing 0 or n authorises, null ends. */
  trx: {
    t: 'i',
    f: 'wzl',
    lo: 0,
    hi: 10,
    get: (c): unknown => (c.ses.trx < 0 ? null : c.ses.trx),
    set: (c, v: number | null): string => (c.f.part('trx') as Trx).trx(c, v),
  },
  /** Card table, ten entries {name, energy, cardId}: `cardId` reads as present or not. Writing an entry sets what it names; {} leaves a slot as it is, a `cardId` of "" frees it. */
  cards: {
    t: 'j',
    f: 'wkml',
    def: [] as Card[],
    unit: 'Wh',
    get: (c): unknown =>
      ((n) =>
        c.k.cards
          .map((k) => ({ name: k.name || 'n/a', energy: Math.floor(k.e), cardId: k.id !== '' }))
          .concat([n, n, n, n, n, n, n, n, n, n].slice(c.k.cards.length)))({
        name: 'n/a',
        energy: 0,
        cardId: false,
      }),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCards(c, v, n),
  },
  /** Card 0: name, energy, and whether a UID is stored (written as the UID). */
  c0n: {
    t: 's',
    f: 'wl',
    hi: 32,
    get: (c): unknown => (c.k.cards[0] && c.k.cards[0].name) || 'n/a',
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 0, { name: v }, n),
  },
  c0e: {
    t: 'i',
    f: 'wl',
    lo: 0,
    unit: 'Wh',
    get: (c): unknown => Math.floor(c.k.cards[0] ? c.k.cards[0].e : 0),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 0, { energy: v }, n),
  },
  c0i: {
    t: 's',
    f: 'wl',
    hi: 20,
    get: (c): unknown => (c.k.cards[0] ? c.k.cards[0].id !== '' : false),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 0, { cardId: v }, n),
  },
  /** Card 1: name, energy, and whether a UID is stored (written as the UID). */
  c1n: {
    t: 's',
    f: 'wl',
    hi: 32,
    get: (c): unknown => (c.k.cards[1] && c.k.cards[1].name) || 'n/a',
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 1, { name: v }, n),
  },
  c1e: {
    t: 'i',
    f: 'wl',
    lo: 0,
    unit: 'Wh',
    get: (c): unknown => Math.floor(c.k.cards[1] ? c.k.cards[1].e : 0),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 1, { energy: v }, n),
  },
  c1i: {
    t: 's',
    f: 'wl',
    hi: 20,
    get: (c): unknown => (c.k.cards[1] ? c.k.cards[1].id !== '' : false),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 1, { cardId: v }, n),
  },
  /** Card 2: name, energy, and whether a UID is stored (written as the UID). */
  c2n: {
    t: 's',
    f: 'wl',
    hi: 32,
    get: (c): unknown => (c.k.cards[2] && c.k.cards[2].name) || 'n/a',
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 2, { name: v }, n),
  },
  c2e: {
    t: 'i',
    f: 'wl',
    lo: 0,
    unit: 'Wh',
    get: (c): unknown => Math.floor(c.k.cards[2] ? c.k.cards[2].e : 0),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 2, { energy: v }, n),
  },
  c2i: {
    t: 's',
    f: 'wl',
    hi: 20,
    get: (c): unknown => (c.k.cards[2] ? c.k.cards[2].id !== '' : false),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 2, { cardId: v }, n),
  },
  /** Card 3: name, energy, and whether a UID is stored (written as the UID). */
  c3n: {
    t: 's',
    f: 'wl',
    hi: 32,
    get: (c): unknown => (c.k.cards[3] && c.k.cards[3].name) || 'n/a',
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 3, { name: v }, n),
  },
  c3e: {
    t: 'i',
    f: 'wl',
    lo: 0,
    unit: 'Wh',
    get: (c): unknown => Math.floor(c.k.cards[3] ? c.k.cards[3].e : 0),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 3, { energy: v }, n),
  },
  c3i: {
    t: 's',
    f: 'wl',
    hi: 20,
    get: (c): unknown => (c.k.cards[3] ? c.k.cards[3].id !== '' : false),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 3, { cardId: v }, n),
  },
  /** Card 4: name, energy, and whether a UID is stored (written as the UID). */
  c4n: {
    t: 's',
    f: 'wl',
    hi: 32,
    get: (c): unknown => (c.k.cards[4] && c.k.cards[4].name) || 'n/a',
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 4, { name: v }, n),
  },
  c4e: {
    t: 'i',
    f: 'wl',
    lo: 0,
    unit: 'Wh',
    get: (c): unknown => Math.floor(c.k.cards[4] ? c.k.cards[4].e : 0),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 4, { energy: v }, n),
  },
  c4i: {
    t: 's',
    f: 'wl',
    hi: 20,
    get: (c): unknown => (c.k.cards[4] ? c.k.cards[4].id !== '' : false),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 4, { cardId: v }, n),
  },
  /** Card 5: name, energy, and whether a UID is stored (written as the UID). */
  c5n: {
    t: 's',
    f: 'wl',
    hi: 32,
    get: (c): unknown => (c.k.cards[5] && c.k.cards[5].name) || 'n/a',
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 5, { name: v }, n),
  },
  c5e: {
    t: 'i',
    f: 'wl',
    lo: 0,
    unit: 'Wh',
    get: (c): unknown => Math.floor(c.k.cards[5] ? c.k.cards[5].e : 0),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 5, { energy: v }, n),
  },
  c5i: {
    t: 's',
    f: 'wl',
    hi: 20,
    get: (c): unknown => (c.k.cards[5] ? c.k.cards[5].id !== '' : false),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 5, { cardId: v }, n),
  },
  /** Card 6: name, energy, and whether a UID is stored (written as the UID). */
  c6n: {
    t: 's',
    f: 'wl',
    hi: 32,
    get: (c): unknown => (c.k.cards[6] && c.k.cards[6].name) || 'n/a',
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 6, { name: v }, n),
  },
  c6e: {
    t: 'i',
    f: 'wl',
    lo: 0,
    unit: 'Wh',
    get: (c): unknown => Math.floor(c.k.cards[6] ? c.k.cards[6].e : 0),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 6, { energy: v }, n),
  },
  c6i: {
    t: 's',
    f: 'wl',
    hi: 20,
    get: (c): unknown => (c.k.cards[6] ? c.k.cards[6].id !== '' : false),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 6, { cardId: v }, n),
  },
  /** Card 7: name, energy, and whether a UID is stored (written as the UID). */
  c7n: {
    t: 's',
    f: 'wl',
    hi: 32,
    get: (c): unknown => (c.k.cards[7] && c.k.cards[7].name) || 'n/a',
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 7, { name: v }, n),
  },
  c7e: {
    t: 'i',
    f: 'wl',
    lo: 0,
    unit: 'Wh',
    get: (c): unknown => Math.floor(c.k.cards[7] ? c.k.cards[7].e : 0),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 7, { energy: v }, n),
  },
  c7i: {
    t: 's',
    f: 'wl',
    hi: 20,
    get: (c): unknown => (c.k.cards[7] ? c.k.cards[7].id !== '' : false),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 7, { cardId: v }, n),
  },
  /** Card 8: name, energy, and whether a UID is stored (written as the UID). */
  c8n: {
    t: 's',
    f: 'wl',
    hi: 32,
    get: (c): unknown => (c.k.cards[8] && c.k.cards[8].name) || 'n/a',
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 8, { name: v }, n),
  },
  c8e: {
    t: 'i',
    f: 'wl',
    lo: 0,
    unit: 'Wh',
    get: (c): unknown => Math.floor(c.k.cards[8] ? c.k.cards[8].e : 0),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 8, { energy: v }, n),
  },
  c8i: {
    t: 's',
    f: 'wl',
    hi: 20,
    get: (c): unknown => (c.k.cards[8] ? c.k.cards[8].id !== '' : false),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 8, { cardId: v }, n),
  },
  /** Card 9: name, energy, and whether a UID is stored (written as the UID). */
  c9n: {
    t: 's',
    f: 'wl',
    hi: 32,
    get: (c): unknown => (c.k.cards[9] && c.k.cards[9].name) || 'n/a',
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 9, { name: v }, n),
  },
  c9e: {
    t: 'i',
    f: 'wl',
    lo: 0,
    unit: 'Wh',
    get: (c): unknown => Math.floor(c.k.cards[9] ? c.k.cards[9].e : 0),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 9, { energy: v }, n),
  },
  c9i: {
    t: 's',
    f: 'wl',
    hi: 20,
    get: (c): unknown => (c.k.cards[9] ? c.k.cards[9].id !== '' : false),
    set: (c, v, n): string | undefined => (c.f.part('cards') as Cards).setCard(c, 9, { cardId: v }, n),
  },
  /** Frees a card slot. */
  del: {
    t: 'i',
    f: 'whl',
    lo: 0,
    hi: 9,
    set: (c, v: number, n): string | undefined =>
      (c.f.part('cards') as Cards).setCard(c, v, { cardId: '' }, n),
  },
  /** Learns the next card that is held to the reader into this slot, within a minute; null = no more. Reads as the slot while it waits. */
  lrn: {
    t: 'i',
    f: 'wz',
    lo: 0,
    hi: 9,
    get: (c): unknown => (c.lrn && c.t < c.lrn[1] ? c.lrn[0] : null),
    set: (c, v: number | null): string =>
      v === null || c.b.reader
        ? ((c.lrn = v === null ? undefined : [v, c.t + 60000]), '')
        : 'this charger has no card reader',
  },
  /** Shows card numbers: in `lri`, `tsi`, and in version 1 of the API. */
  rde: { t: 'b', f: 'wk', def: 0 },
  /** UID of the last card, with `rde`. */
  lri: { t: 's', f: 'z', get: (c): unknown => (c.k.rde && c.uid ? c.uid : null) },
  /** Slot of the last card, with `rde`; null = none. */
  lrc: {
    t: 'i',
    f: 'z',
    get: (c): unknown =>
      ((i) => (i < 0 ? null : i))(c.k.rde && c.uid ? c.k.cards.map((k) => k.id).indexOf(c.uid) : -1),
  },
  /** UID or tag that has started, with `rde`. */
  tsi: { t: 's', f: 'z', get: (c): unknown => (c.k.rde && c.ses.ok && c.ses.tag ? c.ses.tag : null) },
  /** Only the card that started a session ends it: `ssc`. */
  orsch: {
    t: 'b',
    f: 'wl',
    get: (c): unknown => c.k.ssc,
    set: (c, v: Bit): string => ((c.k.ssc = v), c.f.save('ssc'), ''),
  },
  /** How long an authorisation waits for the plug; 0 = for ever. */
  txt: { t: 'i', f: 'wk', lo: 0, hi: 2147483647, def: 120, unit: 's', ocpp: 'ConnectionTimeOut' },
  // OCPP
  /** OCPP client enabled. */
  ocppe: { t: 'b', f: 'wk', def: 0 },
  /** Central system: ws://host:port/path, without user and password: those are `sse` and `ocppak`. wss is refused, since the engine verifies no certificate. The identity `sse` is added to the path. Once another host or port has accepted the charger, profiles, reservation and availability of the one before are void. */
  ocppu: {
    t: 's',
    f: 'wk',
    hi: 250,
    def: '',
    set: (_c, v: string): string =>
      v.startsWith('wss://')
        ? 'wss is not supported: the engine cannot verify certificates'
        : v && !v.startsWith('ws://')
          ? 'must begin with ws://'
          : v.substr(5).split('/')[0].split('?')[0].includes('@')
            ? 'must have no user and password: those are the serial number and ocppak'
            : '',
  },
  /** Trust the built-in certificate authorities. Stored; the engine verifies no certificate. */
  ocppg: { t: 'b', f: 'wp', def: 1 },
  /** Skip the check of the common name. Stored; the engine verifies no certificate. */
  ocppcn: { t: 'b', f: 'wp', def: 0 },
  /** Skip the check of the server's certificate. Stored; the engine never checks. */
  ocppss: { t: 'b', f: 'wp', def: 0 },
  /** OCPP client running. */
  ocpps: { t: 'b', get: (c): unknown => c.o.run },
  /** WebSocket connected. */
  ocppc: { t: 'b', get: (c): unknown => c.o.up },
  /** When the WebSocket connected, since boot. */
  ocppca: { t: 'i', f: 'z', unit: 'ms', get: (c): unknown => (c.o.up ? c.o.upAt : null) },
  /** Connected and accepted. */
  ocppa: { t: 'b', get: (c): unknown => c.o.ok },
  /** When the central system accepted, since boot. */
  ocppaa: { t: 'i', f: 'z', unit: 'ms', get: (c): unknown => (c.o.ok ? c.o.okAt : null) },
  /** Heartbeat interval. */
  ocpph: {
    t: 'i',
    f: 'wk',
    lo: 1,
    hi: 2147483647,
    def: 300,
    unit: 's',
    ocpp: 'HeartbeatInterval',
    // The central system sets it, too.
    get: (c): unknown => c.k.ocpph,
  },
  /** Interval of meter values in a transaction; 0 = none. */
  ocppi: { t: 'i', f: 'wk', lo: 0, hi: 2147483647, def: 60, unit: 's', ocpp: 'MeterValueSampleInterval' },
  /** Interval of meter values on the clock's grid; 0 = none. */
  ocppai: { t: 'i', f: 'wk', lo: 0, hi: 2147483647, def: 0, unit: 's', ocpp: 'ClockAlignedDataInterval' },
  /** idTag of a session without a card. */
  ocppd: { t: 's', f: 'wk', hi: 20, def: 'no-card' },
  /** Apply the phase rotation inside the charger: meter values name the phases of the grid, as ConnectorPhaseRotation says. */
  ocppr: { t: 'b', f: 'wp', def: 0 },
  /** Last OCPP error. */
  ocpple: { t: 's', f: 'z', get: (c): unknown => c.o.err || null },
  /** When it happened, since boot. */
  ocpplea: { t: 'i', f: 'z', unit: 'ms', get: (c): unknown => (c.o.err ? c.o.errAt : null) },
  /** Remote debug logging: new lines of the log go to the central system as DataTransfer. */
  ocpprl: { t: 'b', f: 'wp', def: 0, ocpp: 'RemoteLogging' },
  /** Password of the central system (Basic, user = `sse`); empty = none. 16 bytes or more by OCPP. Never read back. */
  ocppak: {
    t: 's',
    f: 'wkh',
    lo: 16,
    hi: 40,
    def: '',
    set: (c, v: string): string =>
      /[^ -~]/.test(v)
        ? 'must have printable characters'
        : v === c.k.ocppak
          ? ''
          : (c.f.part('creds') as Creds).keep(c, v),
    ocpp: 'AuthorizationKey',
  },
  /** Private key of the client, PEM. Never read back. Stored; there is no wss:// yet. */
  ocppck: {
    t: 's',
    f: 'whl',
    hi: 3000,
    set: (c, v: string, n): string | undefined => (c.f.part('creds') as Creds).pem(c, 'ocppck', v, n),
  },
  /** Certificate of the client, PEM. Stored; there is no wss:// yet. */
  ocppcc: {
    t: 's',
    f: 'wl',
    hi: 3000,
    get: (c): unknown => (c.pem ? '' + (require('Storage').read('ocppcc') || '') : ''),
    set: (c, v: string, n): string | undefined => (c.f.part('creds') as Creds).pem(c, 'ocppcc', v, n),
  },
  /** Certificate of the server or its authority, PEM. Stored; there is no wss:// yet. */
  ocppsc: {
    t: 's',
    f: 'wl',
    hi: 3000,
    get: (c): unknown => (c.pem ? '' + (require('Storage').read('ocppsc') || '') : ''),
    set: (c, v: string, n): string | undefined => (c.f.part('creds') as Creds).pem(c, 'ocppsc', v, n),
  },
  /** Running OCPP transaction; null = none known. */
  ocppti: { t: 'i', f: 'z', get: (c): unknown => (c.o.tx < 0 ? null : c.o.tx) },
  /** Offline: unknown cards may start. */
  ocppao: { t: 'b', f: 'wk', def: 0, ocpp: 'AllowOfflineTxForUnknownId' },
  /** Offline: cards that are known locally may start. */
  ocpplo: { t: 'b', f: 'wk', def: 1, ocpp: 'LocalAuthorizeOffline' },
  /** Most current while the central system is away; null = as ever, 0 = none. */
  ocppf: { t: 'i', f: 'wkz', lo: 0, hi: 32, def: null as number | null, unit: 'A', ocpp: 'FallbackCurrent' },
  /** The local list is used. The charger's own cards count as known here in any case. */
  ocppla: { t: 'b', f: 'wk', def: 1, ocpp: 'LocalAuthListEnabled' },
  /** Value of `ocppf` as the charger is made. */
  ocppff: { t: 'i', f: 'z', unit: 'A', get: (): unknown => null },
  /** The clock is taken from the central system. */
  ocppt: { t: 'b', f: 'wp', def: 1 },
  /** When meter values are sent: 0 in a transaction. There is no charging outside of one. */
  ocppcm: { t: 'i', f: 'w', lo: 0, hi: 0, get: (): unknown => 0, set: (): string => '' },
  /** Connector status: 0 Available, 1 Preparing, 2 Charging, 3 SuspendedEVSE, 4 SuspendedEV, 5 Finishing, 6 Reserved, 7 Unavailable, 8 Faulted. */
  ocppcs: { t: 'i', get: (c): unknown => (c.o.st < 0 ? 0 : c.o.st) },
  /** Connector set inoperative by the central system. */
  ocppio: { t: 'b', get: (c): unknown => c.o.ino },
  // MQTT
  /** MQTT enabled. */
  mce: { t: 'b', f: 'wp', def: 0 },
  /** Broker: mqtt://user:password@host:port; what is special in user and password percent-encoded. They are not read back. */
  mcu: {
    t: 's',
    f: 'wpm',
    hi: 250,
    def: '',
    get: (c): unknown =>
      ((u: string) => (u.lastIndexOf('@') < 7 ? u : u.substr(0, 7) + '***' + u.substr(u.lastIndexOf('@'))))(
        JSON.parse(c.f.get('k.mcu') || '""'),
      ),
    set: (_c, v: string): string =>
      v.substr(0, 8).toLowerCase() === 'mqtts://'
        ? 'mqtts is not supported: the engine cannot verify certificates'
        : v && v.substr(0, 7).toLowerCase() !== 'mqtt://'
          ? 'must begin with mqtt://'
          : v.substr(7, 4) === '***@'
            ? 'must have user and password'
            : '',
  },
  /** Nothing can be set by MQTT. */
  mcr: { t: 'b', f: 'wp', def: 1 },
  /** What stands in front of the serial number in all topics; null = go-eCharger/. */
  mtp: {
    t: 's',
    f: 'wpz',
    hi: 40,
    def: null as string | null,
    set: (_c, v: string | null): string =>
      v === null || (v && !/[^!-~]|["#+\\]/.test(v))
        ? ''
        : 'must be null or ASCII without blanks, quotes, # and +',
  },
  /** Home Assistant is told of the charger: it appears there by itself. */
  mhe: { t: 'b', f: 'wp', def: 1 },
  /** MQTT client running. */
  mcs: { t: 'b', get: (c): unknown => (c.mq ? 1 : 0) },
  /** Connected to the broker. Its topic is the last will: false as soon as the charger is gone. */
  mcc: { t: 'b', get: (c): unknown => (c.mq && c.mq.st > 2 ? 1 : 0) },
  /** When it connected, since boot. */
  mcca: {
    t: 'i',
    f: 'z',
    unit: 'ms',
    get: (c): unknown => (c.mq && c.mq.st > 2 ? Math.floor(c.mq.at) : null),
  },
  /** Last MQTT error. */
  mlr: { t: 's', f: 'z', get: (c): unknown => (c.mq && c.mq.err ? c.mq.err : null) },
  /** When it happened, since boot. */
  mlra: {
    t: 'i',
    f: 'z',
    unit: 'ms',
    get: (c): unknown => (c.mq && c.mq.err ? Math.floor(c.mq.errAt!) : null),
  },
  // Identity and time
  /** Serial number. */
  sse: { t: 's', get: (c): unknown => c.b.serial },
  /** Friendly name. */
  fna: { t: 's', f: 'wk', hi: 64, def: '', get: (c): unknown => c.k.fna || 'Pilotwire ' + c.b.serial },
  /** Device type. */
  typ: { t: 's', get: (): unknown => 'Pilotwire' },
  /** Variant: 11 or 22 kW. */
  var: { t: 'i', unit: 'kW', get: (c): unknown => (c.b.amps < 32 ? 11 : 22) },
  /** API level of the firmware, as clients compare it. */
  fwv: { t: 's', get: (): unknown => '60.5' },
  /** Version of Pilotwire. */
  pwv: { t: 's', get: (): unknown => '0.1.0' },
  /** Version of the charge controller: this firmware. */
  fwc: { t: 's', get: (): unknown => '0.1.0' },
  /** The version that it should have. */
  ccrv: { t: 's', get: (): unknown => '0.1.0' },
  /** Update of a charge controller of its own: null, there is none. */
  ccu: { t: 'j', f: 'z', get: (): unknown => null },
  /** Manufacturer. */
  oem: { t: 's', get: (): unknown => 'Pilotwire' },
  /** Board. */
  mod: { t: 's', get: (c): unknown => c.b.name },
  /** Host name on the network. */
  host: { t: 's', get: (c): unknown => 'pilotwire-' + c.b.serial },
  /** Boot counter. */
  rbc: { t: 'i', get: (c): unknown => c.rbc },
  /** Time since boot. */
  rbt: { t: 'i', unit: 'ms', get: (c): unknown => Math.floor(c.t) },
  /** UTC of the boot, ms since 1970; null until the clock is known. */
  tab: { t: 'i', f: 'z', unit: 'ms', get: (c): unknown => (c.w ? Math.floor(c.w) : null) },
  /** Longest time between two scans since boot. */
  gap: { t: 'i', unit: 'ms', get: (c): unknown => Math.floor(c.gap) },
  /** Scans that came 20 ms late or more since boot. */
  late: { t: 'i', get: (c): unknown => c.late },
  /** UTC, ISO date and time without zone. Before the clock is known: since 1970. */
  utc: {
    t: 's',
    f: 'wl',
    hi: 24,
    get: (c): unknown => c.f.iso(c.f.wall(c)).slice(0, -1),
    set: (c, v: string): string => (c.f.part('zone') as Zone).utc(c, v),
  },
  /** Local time with offset. */
  loc: { t: 's', get: (c): unknown => (c.f.part('zone') as Zone).loc(c) },
  /** Zone offset without daylight saving. */
  tof: {
    t: 'i',
    f: 'wkn',
    lo: -720,
    hi: 840,
    def: 60,
    unit: 'min',
  },
  /** Daylight saving: 0 none, 1 European, 2 US, 3 Australian. */
  tds: { t: 'i', f: 'wkn', lo: 0, hi: 3, def: 1 },
  /** NTP enabled. The central system and `utc` set the clock as well. */
  tse: { t: 'b', f: 'wk', def: 1 },
  /** Time server: name or address, with :port where it is not 123. */
  tsh: { t: 's', f: 'wk', hi: 64, def: 'pool.ntp.org' },
  /** NTP state: 0 never asked, 1 the clock is set, 2 asked and not answered yet. */
  tsss: { t: 'i', get: (c): unknown => c.ntp },
  /** Name of the zone, for apps. Kept for them, nothing else. */
  tzt: { t: 's', f: 'wp', hi: 64, def: '' },
  /** Type of the vehicle, for apps. Kept for them, nothing else. */
  ct: { t: 's', f: 'wp', hi: 64, def: '' },
  /** Apps take the energy limit in kWh. Kept for them, nothing else. */
  esk: { t: 'b', f: 'wp', def: 0 },
  /** Consumption of the vehicle, kWh per 100 km, for apps. Kept for them, nothing else. */
  cco: { t: 'n', f: 'wp', lo: 0, hi: 200, def: 20 },
  /** The button may change the current: 0 never, 1 while nothing is plugged, 2 while nothing charges, 3 always. */
  bac: { t: 'i', f: 'wp', lo: 0, hi: 3, def: 3 },
  /** The button may open the access point, as `bac`. */
  bar: { t: 'i', f: 'wp', lo: 0, hi: 3, def: 3 },
  /** Current presets of the button, up to five. */
  clp: {
    t: 'j',
    f: 'wp',
    def: [6, 10, 12, 14, 16] as number[],
    unit: 'A',
    set: (_c, v: number[]): string =>
      Array.isArray(v) && v.length < 6 && v.every((a) => a === Math.floor(a) && a > 5 && a < 33)
        ? ''
        : 'value must be up to 5 integers of 6 to 32',
  },
  // Light
  /** The light is off while no vehicle is plugged and nobody has shown a card. */
  lse: { t: 'b', f: 'wk', def: 0 },
  /** Brightness. */
  lbr: { t: 'i', f: 'wk', lo: 0, hi: 255, def: 105 },
  /** Colour while idle, #RRGGBB. */
  cid: {
    t: 's',
    f: 'wk',
    hi: 7,
    def: '#FF00DA',
    set: (_c, v: string): string =>
      v.length === 7 && /^#[0-9a-fA-F]+$/.test(v) ? '' : 'value must be #RRGGBB',
  },
  /** Colour while waiting, #RRGGBB. */
  cwc: {
    t: 's',
    f: 'wk',
    hi: 7,
    def: '#FFFF00',
    set: (_c, v: string): string =>
      v.length === 7 && /^#[0-9a-fA-F]+$/.test(v) ? '' : 'value must be #RRGGBB',
  },
  /** Colour while charging, #RRGGBB. */
  cch: {
    t: 's',
    f: 'wk',
    hi: 7,
    def: '#003AFF',
    set: (_c, v: string): string =>
      v.length === 7 && /^#[0-9a-fA-F]+$/.test(v) ? '' : 'value must be #RRGGBB',
  },
  /** Colour while finished, #RRGGBB. */
  cfi: {
    t: 's',
    f: 'wk',
    hi: 7,
    def: '#00FF00',
    set: (_c, v: string): string =>
      v.length === 7 && /^#[0-9a-fA-F]+$/.test(v) ? '' : 'value must be #RRGGBB',
  },
  // Network
  /** HTTP API v2 enabled. Switched off, only the console can switch it on again. */
  hai: { t: 'b', f: 'wk', def: 1 },
  /** HTTP API v1 enabled. */
  hla: { t: 'b', f: 'wk', def: 1 },
  /** Password of the HTTP API, as Bearer token or with any user name as Basic: needed to set keys and for page and report; empty = none. Never read back. */
  hak: {
    t: 's',
    f: 'wkh',
    hi: 64,
    def: '',
    set: (_c, v: string): string => (v && v.length < 8 ? 'must have 8 to 64 characters' : ''),
  },
  /** Reading needs the password, too. */
  hrp: { t: 'b', f: 'wk', def: 0 },
  /** Wi-Fi: 0 no network is known, 1 not there, 3 connected, 4 failed, 6 not connected. */
  wst: {
    t: 'i',
    get: (c): unknown =>
      c.b.net.up ? 3 : !c.b.net.ssid ? 0 : c.b.net.why === 'NO_AP_FOUND' ? 1 : c.b.net.why ? 4 : 6,
  },
  /** Wi-Fi: 0 nothing, 2 connecting, 3 connected. */
  wsms: { t: 'i', get: (c): unknown => (c.b.net.up ? 3 : c.b.net.ssid ? 2 : 0) },
  /** Why the last attempt to join a network failed, in the engine's word; empty while connected. */
  wsm: { t: 's', get: (c): unknown => c.b.net.why },
  /** The access point for the set-up is open. It opens while no network is known, and for 5 minutes when the button is held for 3 s. */
  wap: { t: 'b', get: (c): unknown => c.b.net.ap },
  /** Password of the access point from its next opening on; where none is set the charger makes one. The console alone shows it. */
  wak: {
    t: 's',
    f: 'wph',
    hi: 63,
    def: '',
    set: (_c, v: string): string =>
      v && (v.length < 8 || /[^ -~]/.test(v)) ? 'must have 8 to 63 characters of ASCII' : '',
  },
  /** Interface of the default route: st = Wi-Fi station; empty = none. */
  nif: { t: 's', get: (c): unknown => (c.b.net.up ? 'st' : '') },
  /** Signal; null while not connected. */
  rssi: { t: 'i', f: 'z', unit: 'dBm', get: (c): unknown => c.b.net.rssi() || null },
  /** Connected network {ssid, encryptionType, channel, bssid, ip, netmask, gw}; encryptionType as in `scan`. */
  ccw: {
    t: 'j',
    f: 'z',
    get: (c): unknown =>
      c.b.net.up
        ? ((s, a) => ({
            ssid: c.b.net.ssid,
            encryptionType: (['open', 'wep', 'wpa', 'wpa2', 'wpa_wpa2'].indexOf(s.authMode) + 8) % 8,
            channel: s.channel,
            bssid: s.bssid,
            ip: c.b.net.ip,
            netmask: a.netmask,
            gw: a.gw,
          }))(require('Wifi').getStatus(), require('Wifi').getIP())
        : null,
  },
  /** Own address {ip, netmask, gw} instead of one from the router; null = from the router. With it names are not resolved: addresses of hosts are to be numbers. */
  sip: {
    t: 'j',
    f: 'wkzl',
    def: null as Fixed | null,
    set: (_c, v: Fixed | null): string =>
      v === null ||
      [v.ip, v.netmask, v.gw].every(
        (x) =>
          typeof x === 'string' &&
          x.split('.').length === 4 &&
          x.split('.').every((n) => /^[0-9]+$/.test(n) && +n < 256),
      )
        ? ''
        : 'value must be null or ip, netmask and gw as a.b.c.d',
  },
  /** Networks in the air {ssid, encryptionType, rssi, channel}, the strongest 12, each name once. Reading it begins a search where the list is older than 10 s, unless the charger charges or joins a network; the list is there 2 s later, for a minute. encryptionType: 0 open, 1 WEP, 2 WPA, 3 WPA2, 4 WPA or WPA2, 7 anything newer. Only in an answer to who asks for it by its name. */
  scan: { t: 'j', f: 'x', get: (c): unknown => (c.f.part('nets') as { list(c: Charger): unknown }).list(c) },
  /** Age of that list; null = there is none. */
  scaa: { t: 'i', f: 'zx', unit: 'ms', get: (c): unknown => (c.nets ? Math.floor(c.t - c.nets.at) : null) },
  /** Known networks {ssid, key}, up to three; `key` reads as present or not. {} leaves an entry as it is, an empty ssid removes it. */
  wifis: {
    t: 'j',
    f: 'wkml',
    def: [] as Network[],
    get: (c): unknown => c.k.wifis.map((w) => ({ ssid: w.ssid, key: w.key !== '' })),
    set: (c, v): string => (c.f.part('creds') as Creds).setWifis(c, v),
  },
  /** Removes the known network with this place. */
  delw: {
    t: 'i',
    f: 'whl',
    lo: 0,
    hi: 2,
    set: (c, v: number, n): string | undefined => (c.f.part('creds') as Creds).forget(c, v, n),
  },
  /** Group of the load balancing: empty, there is none. */
  log: { t: 's', get: (): unknown => '' },
  // OCPP configuration that has no key in the HTTP API
  /** Authorise the tag of a remote start first. */
  oar: { t: 'b', f: 'wko', def: 0, ocpp: 'AuthorizeRemoteTxRequests' },
  /** Phase rotation of the wiring. */
  ocr: { t: 'c', f: 'wko', lo: PHASES, hi: 2, def: '1.Unknown', ocpp: 'ConnectorPhaseRotation' },
  /** Highest stackLevel of a charging profile. */
  ops: { t: 'i', f: 'o', get: (): unknown => 8, ocpp: 'ChargeProfileMaxStackLevel' },
  /** Units of charging schedules. */
  opu: {
    t: 'c',
    f: 'o',
    get: (): unknown => 'Current,Power',
    ocpp: 'ChargingScheduleAllowedChargingRateUnit',
  },
  /** Periods of a charging schedule. */
  opp: { t: 'i', f: 'o', get: (): unknown => 24, ocpp: 'ChargingScheduleMaxPeriods' },
  /** Charging profiles that can be stored. */
  opi: { t: 'i', f: 'o', get: (): unknown => 10, ocpp: 'MaxChargingProfilesInstalled' },
  /** A profile for one phase switches to one. */
  op3: {
    t: 'b',
    f: 'o',
    get: (c): unknown => (c.b.contactor.phases ? 1 : 0),
    ocpp: 'ConnectorSwitch3to1PhaseSupported',
  },
  /** Where the schedule of a valid TxProfile has ended, the TxDefaultProfile counts; otherwise there is no limit. */
  opf: { t: 'b', f: 'wko', def: 0, ocpp: 'TxProfileFallsBack' },
  /** Items of ConnectorPhaseRotation. */
  ocx: { t: 'i', f: 'o', get: (): unknown => 2, ocpp: 'ConnectorPhaseRotationMaxLength' },
  /** Keys of one GetConfiguration. */
  ogm: { t: 'i', f: 'o', get: (): unknown => 50, ocpp: 'GetConfigurationMaxKeys' },
  /** Brightness of the light: `lbr` in per cent. */
  oli: {
    t: 'i',
    f: 'wo',
    lo: 0,
    hi: 100,
    unit: '%',
    ocpp: 'LightIntensity',
    get: (c): unknown => Math.round(c.k.lbr / 2.55),
    set: (c, v: number): string => ((c.k.lbr = Math.round(v * 2.55)), c.f.save('lbr'), ''),
  },
  /** The cache of tags is used and filled. */
  oce: { t: 'b', f: 'wko', def: 1, ocpp: 'AuthorizationCacheEnabled' },
  /** Entries of the local list. */
  oll: { t: 'i', f: 'o', get: (): unknown => 64, ocpp: 'LocalAuthListMaxLength' },
  /** Entries of one SendLocalList; more are taken as long as the message has at most 8000 bytes. */
  ols: { t: 'i', f: 'o', get: (): unknown => 50, ocpp: 'SendLocalListMaxLength' },
  /** Reservations of connector 0. */
  orz: { t: 'b', f: 'o', get: (): unknown => 1, ocpp: 'ReserveConnectorZeroSupported' },
  /** Online: start for tags that are known locally without asking. */
  olp: { t: 'b', f: 'wko', def: 0, ocpp: 'LocalPreAuthorize' },
  /** Energy after a tag turned out to be invalid. */
  ome: { t: 'i', f: 'wko', lo: 0, hi: 2147483647, def: 0, unit: 'Wh', ocpp: 'MaxEnergyOnInvalidId' },
  /** Wait for the answer to a call. */
  omt: { t: 'i', f: 'wko', lo: 5, hi: 300, def: 30, unit: 's', ocpp: 'MessageTimeout' },
  /** Measurands of clock-aligned meter values. */
  oma: {
    t: 'c',
    f: 'wko',
    lo: MEASURANDS,
    hi: 22,
    def: 'Energy.Active.Import.Register',
    ocpp: 'MeterValuesAlignedData',
  },
  /** Items of MeterValuesAlignedData. */
  omx: { t: 'i', f: 'o', get: (): unknown => 22, ocpp: 'MeterValuesAlignedDataMaxLength' },
  /** Measurands of sampled meter values. */
  oms: {
    t: 'c',
    f: 'wko',
    lo: MEASURANDS,
    hi: 22,
    def: 'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage',
    ocpp: 'MeterValuesSampledData',
  },
  /** Items of MeterValuesSampledData. */
  omy: { t: 'i', f: 'o', get: (): unknown => 22, ocpp: 'MeterValuesSampledDataMaxLength' },
  /** A status must last this long before it is reported. */
  omd: { t: 'i', f: 'wko', lo: 0, hi: 2147483647, def: 0, unit: 's', ocpp: 'MinimumStatusDuration' },
  /** Connectors. */
  onc: { t: 'i', f: 'o', get: (): unknown => 1, ocpp: 'NumberOfConnectors' },
  /** A reset that has no effect is tried again so often, the last time by the chip. */
  orr: { t: 'i', f: 'wko', lo: 0, hi: 10, def: 1, ocpp: 'ResetRetries' },
  /** Most meter values in a StopTransaction. */
  osm: { t: 'i', f: 'o', get: (): unknown => 40, ocpp: 'StopTransactionMaxMeterValues' },
  /** Unplugging at the vehicle ends the transaction. */
  ose: { t: 'b', f: 'o', get: (): unknown => 1, ocpp: 'StopTransactionOnEVSideDisconnect' },
  /** A tag that turns out to be invalid ends the transaction. */
  osi: { t: 'b', f: 'wko', def: 1, ocpp: 'StopTransactionOnInvalidId' },
  /** Clock-aligned measurands in StopTransaction. */
  osa: { t: 'c', f: 'wko', lo: MEASURANDS, hi: 22, def: '', ocpp: 'StopTxnAlignedData' },
  /** Items of StopTxnAlignedData. */
  osx: { t: 'i', f: 'o', get: (): unknown => 22, ocpp: 'StopTxnAlignedDataMaxLength' },
  /** Sampled measurands in StopTransaction. */
  oss: { t: 'c', f: 'wko', lo: MEASURANDS, hi: 22, def: '', ocpp: 'StopTxnSampledData' },
  /** Items of StopTxnSampledData. */
  osy: { t: 'i', f: 'o', get: (): unknown => 22, ocpp: 'StopTxnSampledDataMaxLength' },
  /** Feature profiles. */
  ofp: {
    t: 'c',
    f: 'o',
    get: (): unknown =>
      'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger',
    ocpp: 'SupportedFeatureProfiles',
  },
  /** How files are fetched and handed out. */
  oft: { t: 'c', f: 'o', get: (): unknown => 'HTTP', ocpp: 'SupportedFileTransferProtocols' },
  /** Transmissions of a transaction message that the central system fails to process. */
  ota: { t: 'i', f: 'wko', lo: 1, hi: 2147483647, def: 3, ocpp: 'TransactionMessageAttempts' },
  /** Wait between them, times the number so far. */
  otr: {
    t: 'i',
    f: 'wko',
    lo: 0,
    hi: 2147483647,
    def: 60,
    unit: 's',
    ocpp: 'TransactionMessageRetryInterval',
  },
  /** Unplugging at the vehicle opens the lock: not with `ust` 2. */
  oue: {
    t: 'b',
    f: 'wo',
    get: (c): unknown => !c.b.fixed && c.k.ust !== 2,
    set: (c, v): string =>
      c.b.fixed
        ? 'the cable is fixed'
        : (c.f.part('conf') as Conf).write(c, 'ust', v ? '' + (c.k.ust & 1) : '2'),
    ocpp: 'UnlockConnectorOnEVSideDisconnect',
  },
  /** Interval of WebSocket pings; 0 = none. */
  owp: { t: 'i', f: 'wko', lo: 0, hi: 2147483647, def: 60, unit: 's', ocpp: 'WebSocketPingInterval' },
  /** Security profile, only ever upwards: 0 none, 1 password. */
  osc: {
    t: 'i',
    f: 'wko',
    lo: 0,
    hi: 1,
    def: 0,
    set: (c, v: number): string =>
      v <= c.k.osc || !c.k.ocppak
        ? 'only upwards, and with an AuthorizationKey'
        : (c.f.part('creds') as Creds).keep(c, c.k.ocppak),
    ocpp: 'SecurityProfile',
  },
} as const satisfies Record<string, Key>;

type Rows = typeof KEYS;
type Kept = {
  [K in keyof Rows]: Rows[K] extends { def: unknown; f: `${string}k${string}` } ? K : never;
}[keyof Rows];
type Value<R> = R extends { t: 'b' }
  ? Bit
  : R extends { def: infer D }
    ? D extends string
      ? string
      : D extends number
        ? number
        : D
    : never;

/** The kept settings, `c.k`. */
export type Settings = { -readonly [K in Kept]: Value<Rows[K]> };
