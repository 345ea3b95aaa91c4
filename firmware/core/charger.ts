// The one record that every rule reads and writes, by area. Field names are short because each costs a variable of the
// engine; flags are 0/1, currents are tenths of an ampere, times are ms since boot (`c.t`), energies Wh.

import type { Bit, Board } from '../../hal/types';
import type { Row } from './config';
import type { FaultRow } from './fault';
import type { Settings } from './keys';

/** What the car shows on the pilot; '?' = undecided reading between two windows. */
export type Letter = 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | '?';

/** Letter and digit as in IEC 61851-1: 1 = no energy on offer, 2 = PWM runs. CW = offer withdrawn, car still draws. */
export type State = 'A1' | 'B1' | 'B2' | 'C1' | 'C2' | 'CW' | 'D1' | 'D2' | 'E' | 'F';

/** Stop reasons with the spelling of OCPP 1.6, StopTransaction.req. */
export type Reason =
  | 'Local'
  | 'Remote'
  | 'EVDisconnected'
  | 'DeAuthorized'
  | 'SoftReset'
  | 'HardReset'
  | 'UnlockCommand'
  | 'PowerLoss'
  | 'Reboot'
  | 'EmergencyStop'
  | 'Other';

/** Inputs of the charging rules, as the last scan saw them. */
export interface Inputs {
  /** Confirmed pilot letter. */
  cp: Letter;
  /** Current on offer, 0.1 A; 0 = no energy. The least of `c.lim`, or 0 where charging is not allowed. */
  amps: number;
  /** Faults, a bit each: see core/faults.ts. */
  err: number;
  /** What they do: 1 contactor open, 2 offer withdrawn. */
  bad: number;
  /** Place of the gravest one's bit, from 1 on; 0 = none. */
  top: number;
  /** 1 = the diode check of this plug-in has passed. */
  dio: Bit;
  /** 1 = every other condition for closing the contactor holds; see core/scan.ts. */
  go: Bit;
  /** 1 = cars that ask for ventilation (D) may charge. */
  vent: Bit;
  /** 1 = the residual-current monitor's self-test of this plug-in has passed; -1 = somebody asks for one. */
  tst: Bit | -1;
  /** 1 = the car showed C without an offer, as one does that cannot read the pilot's duty; 2 = it needs ventilation that is not here. */
  sim: 0 | 1 | 2;
  /** Mirror contact: 1 closed, 0 open, undefined where there is none. */
  aux: Bit | undefined;
  /** Where the lock was last sent: 1 locked. */
  lck: Bit;
  /** 1 = the lock stays open until energy is on offer again, or the next plug: the power came back (`upo`), or the central system
   * has opened it without a vehicle. */
  free: Bit;
  /** Cable rating latched at plug-in, A; 0 = none or fixed cable. */
  cbl: number;
  /** °C, [socket, board]. */
  tmp: (number | undefined)[];
}

/** The charging state; see core/charge.ts. */
export interface Charge {
  st: State;
  /** Since when. */
  at: number;
  /** Deadline of the running wait. */
  due: number;
  /** Duty on the wire, 0.01 %; 10000 = steady +12 V, 0 = steady -12 V. */
  duty: number;
  /** When the duty last changed while PWM ran. */
  dat: number;
  /** What was written to the coil, and when it was last released; a start counts as that. */
  on: Bit;
  off: number;
  /** Phases selected: 1 or 3; 0 = the poles have not moved since the start. */
  ph: 0 | 1 | 3;
  /** 1 = the offer is withdrawn to switch phases. */
  sw: Bit;
}

/** Named current limits, 0.1 A; the least wins. An absent wish is `NONE`. */
export interface Limits {
  /** Board and wiring. */
  brd: number;
  /** Plugged cable. */
  cbl: number;
  /** `amp` and `ama` of the user. */
  usr: number;
  /** Central system: charging profiles, fallback. */
  ocpp: number;
  /** Temperature. */
  temp: number;
  /** Vehicle with the simplified pilot circuit. */
  car: number;
  /** Meter that does not answer. */
  mtr: number;
  /** Charging mode `lmo`: surplus, next trip. */
  lmo: number;
}

/** Power of the site, W, as `ids` tells it, and what the surplus mode makes of it. */
export interface Surplus {
  /** Grid, photovoltaic, battery (null = not told), and when it came. */
  g: number;
  p: number | null;
  a: number | null;
  at: number;
  /** Power that charging may take, smoothed. */
  s: number;
  /** 1 = charges; since when it does or does not. */
  on: Bit;
  t: number;
  /** Since when the surplus calls for other phases, 0 = it does not; last change of phases. */
  d: number;
  ps: number;
  /** Settings as far as they have been read, core/eco.part.ts: finding one takes a while. */
  k: number[];
}

/** Next trip, for the plug-in at register `ep`. */
export interface Trip {
  ep: number;
  /** Power drawn, W, at an offer of `a`, 0.1 A; 0 = not known. Since when it is measured. */
  w: number;
  a: number;
  t: number;
  /** modelStatus of the charge once it has begun, 0 = not yet. */
  on: number;
  /** Settings `ate` and `att`. */
  wh: number;
  by: number;
}

/** From authorisation or plug-in to unplugging. */
export interface Session {
  /** 1 = a transaction runs: authorised and plugged. */
  on: Bit;
  /** 1 = somebody is authorised: the transaction runs, or waits for the plug until `due`. */
  ok: Bit;
  /** idTag that authorised, '' = none. */
  tag: string;
  /** Value of `trx`: -1 none, 0 without a card, n = card n-1. */
  trx: number;
  /** Counts transactions over all boots; the local reference of the running or last one. */
  n: number;
  /** Authorisation without a plug ends here. */
  due: number;
  /** Start and end of the transaction, ms since boot; below 0 where it began in an earlier one. */
  t0: number;
  t1: number;
  /** Register at plug-in (for `wh`), at start and at stop of the transaction, Wh. */
  ep: number;
  e0: number;
  e1: number;
  /** Why it stopped; '' while it runs. */
  why: Reason | '';
  /** Tag that asked to stop, '' = nobody with a tag. */
  by: string;
  /** Read back after a restart, 1 = by a power cut, 2 = of the chip alone: goes on if the vehicle is still plugged. */
  re: 0 | 1 | 2;
  /** Start of the transaction as it is kept, s since 1970; 0 = not known. */
  w0: number;
}

/** Metering, refreshed by core/meter.ts; see hal Meter for units. */
export interface Totals {
  /** Lifetime register, Wh, float; never falls, not even over a power cut. */
  eto: number;
  /** Power, W, and its 30 s mean. */
  p: number;
  avg: number;
  /** Phases that carry current. */
  n: number;
  /** Times that the contactor closed, and opened under load, over all boots. */
  ops: number;
  cut: number;
}

/** State of the OCPP link, for keys and console; written by firmware/ocpp only. */
export interface Link {
  /** 1 = client enabled and running. */
  run: Bit;
  /** 1 = WebSocket open, and since when. */
  up: Bit;
  upAt: number;
  /** 1 = boot accepted, and since when. */
  ok: Bit;
  okAt: number;
  /** Last error and when. */
  err: string;
  errAt: number;
  /** ChargePointStatus of connector 1 as last computed, index into core/access STATUS; -1 unknown. */
  st: number;
  /** transactionId of the running transaction, -1 = none known. */
  tx: number;
  /** 1 = connector set Inoperative. */
  ino: Bit;
  /** A reservation ends here, ms since 1970; 0 = there is none. */
  rv: number;
  /** Phases that the central system asks for: 1, or 0 = does not say. */
  ph: 0 | 1;
}

/** State of the MQTT client, for keys; the rest of its record belongs to firmware/mqtt. */
export interface Mqtt {
  /** Connected from 3 on, and since when. */
  st: number;
  at: number;
  /** Last error and when. */
  err?: string;
  errAt?: number;
  /** Settings that were kept and are to be told, each with a comma behind it. */
  say?: string;
}

/** What parts on call may use of the resident code: they import types only. */
export interface Calls {
  /** A line for the log ring and the serial console. */
  log(tag: string, text: string): void;
  /** Puts a changed setting into the journal. */
  save(key: string, def?: unknown): void;
  /** Row of the key table by key or OCPP name, by place; see core/config.ts. */
  row(name: string): Row | undefined;
  at(place: string): Row;
  /** Text of the table at a place; places that its head names: 1 first row, 2 OCPP names, 3 first chunk, 8 that of API version 1. */
  text(place: string): string;
  head(i: number): string;
  /** Value of a key, undefined = none that everybody may see. */
  read(key: string): unknown;
  /** Code of its value, '' = there is none for everybody. */
  code(key: string): string;
  /** Loads a part on call. */
  part(name: string): unknown;
  /** The same if it is loaded; otherwise undefined, and it is loaded now, which is enough for one turn. */
  ready(name: string): unknown;
  /** Text of a file of the running bundle: `length` bytes from `from`, 0 = all that follow. */
  file(name: string, from: number, length: number): string | undefined;
  /** Drops one that is no longer needed. */
  drop(name: string): void;
  /** The last log lines, oldest first. */
  lines(): string[];
  /** Authorises `tag` (`trx` as in Session): the transaction starts now or at plug-in. */
  grant(c: Charger, tag: string, trx: number): void;
  /** Ends authorisation and transaction. */
  stop(c: Charger, why: Reason, by?: string): void;
  /** Wall clock in ms since 1970, 0 = unknown. */
  wall(c: Charger): number;
  /** Sets the wall clock; what hangs on it follows. */
  clock(c: Charger, ms: number): void;
  /** A scan is due: nothing else begins before it. */
  due(): boolean;
  /** ISO 8601 with ms and Z. */
  iso(ms: number): string;
  /** Why no current flows or why it does: `modelStatus` number. */
  model(c: Charger): number;
  /** Row of the gravest fault, undefined = none; ends what is latched: '' or what still stands. */
  fault(c: Charger): FaultRow | undefined;
  pardon(c: Charger): string;
  /** Event of the trace, the oldest first. */
  event(i: number): number;
  /** Restarts: contactor open first, then `load()` (soft) or a chip reset. */
  reset(hard: Bit): void;
  /** Journal: see core/journal.ts. */
  put(key: string, text: string, soft?: Bit): boolean;
  get(key: string): string | undefined;
  del(key: string): void;
}

/** Things that happen once: hooks get them in order, a turn of work later. */
export type Event =
  'resume' | 'state' | 'plug' | 'unplug' | 'start' | 'stop' | 'tap' | 'setting' | 'fault' | 'button';

export type Later = [run: (c: Charger, what: never, arg: string) => void, what: Event | number, arg: string];

export interface Charger {
  b: Board;
  /** ms since boot; the scan sets it. */
  t: number;
  /** Wall clock = t + w; 0 = not known yet. */
  w: number;
  /** Time server: 0 never asked, 1 has set the clock, 2 asked and not answered yet. */
  ntp: 0 | 1 | 2;
  k: Settings;
  x: Inputs;
  s: Charge;
  lim: Limits;
  ses: Session;
  m: Totals;
  o: Link;
  /** While MQTT is on. */
  mq?: Mqtt;
  /** Networks in the air, net/nets.part.ts, for a minute: when they were heard, and the value of `scan` as JSON. */
  nets?: { at: number; text: string };
  /** Until then a connection asks the network for its host, net/gate.part.ts; 0 or absent = none does. */
  gate?: number;
  f: Calls;
  /** 0 neutral, 1 force off, 2 force on; back to 0 at unplug. */
  frc: number;
  /** 1 = charging is allowed by access, force and schedules (`alw`). */
  alw: Bit;
  /** 1 = a schedule forbids charging now. */
  sch: Bit;
  /** When the schedule, and the charging mode, have to be looked at again. */
  ns: number;
  nx: number;
  /** modelStatus of the charging mode: why it lets charge, or with `lim.lmo` 0 why not. */
  how: number;
  /** 1 = the charging mode wants one phase. */
  one: Bit;
  pv?: Surplus;
  /** 0 = not begun: its settings are to be read. */
  tr?: Trip | 0;
  /** No offer before this time: random delay after the power came back. */
  wait: number;
  /** 1 = a tapped card waits for the central system's answer, its UID in `uid`. */
  ask: Bit;
  /** The light tells until then that a card was refused. */
  no: number;
  /** The next card is learnt into this slot, until then. */
  lrn?: [number, number];
  /** 1 = certificates may lie in files: to look for one that is not there is a walk over all of them. */
  pem?: Bit;
  /** UID of the last tapped card. */
  uid: string;
  /** Boot counter. */
  rbc: number;
  /** Longest time between two scans, ms, and how many came too late. */
  gap: number;
  late: number;
  /** 1 = something that the rules read has changed: they run again. 2 = the scan has not finished with it. */
  dirty: 0 | 1 | 2;
  /** Counts the settings that were kept. */
  rev: number;
  /** Event hooks, in order. `arg`: UID for tap, key for setting. */
  hooks: ((c: Charger, what: Event, arg: string) => void)[];
  /** What the scan leaves to the next turns of work, the oldest first: function and its arguments. */
  ev: Later[];
}
