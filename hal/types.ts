// The contract between the hardware and the charging core: what each device of a charger can do, in physical units.
// A board fills in what it has; what it lacks is left out, and the core then knows that it is not there.

/** 0 or 1: one engine variable, where a boolean would take two. */
export type Bit = 0 | 1;

/** Control pilot, IEC 61851-1 annex A. Levels are those at the CP terminal. */
export interface Pilot {
  /** Top of the burst that `read` has looked at, mV. */
  hi: number;
  /** Its bottom, mV; equals `hi` within noise while the level is steady. */
  lo: number;
  /** Steady +12 V: the car is told that no energy is on offer (x1). */
  high(): void;
  /** Steady -12 V: the charger is not available (F). */
  low(): void;
  /** 1 kHz PWM; `duty` in 0.01 %, rounded to the hardware's nearest step. Does nothing when it runs so already. */
  pwm(duty: number): void;
  /**
   * Takes a burst of samples; true = its top lies within the bounds of `watch`, and while PWM runs its bottom too. Runs every
   * 20 ms, so it is short, a function of its own and no method.
   */
  same: () => boolean;
  /** Bounds for `same`, mV: lowest and highest top, highest bottom. */
  watch(lo: number, hi: number, bottom: number): void;
  /** Sets `hi` and `lo` from the last burst; `top` = 1: `hi` alone, which is quicker. */
  read(top?: Bit): void;
}

/** Main contactor with its mirror contact and, where fitted, a second pole group for L2 and L3. */
export interface Contactor {
  /** Energises or releases the main coil. Idempotent. */
  set(on: Bit): void;
  /** The mirror contact: 1 = main contacts closed, undefined = no such contact. */
  closed(): Bit | undefined;
  /** Selects 1 or 3 phases; only ever called with the main contactor open. Absent without a second pole group. */
  phases?(n: 1 | 3): void;
}

/** Proximity resistor of the plugged cable, IEC 61851-1 table B.2. */
export interface Proximity {
  /** Cable rating in A: 13, 20, 32 or 63; 0 = no cable; -1 = outside every window (short, damaged). */
  read(): number;
}

/** Connector lock. */
export interface Lock {
  /** Starts the actuator towards locked (1) or open (0). Idempotent while it already stands or moves there. */
  set(locked: Bit): void;
  /** The feedback switch; undefined while the actuator runs. */
  locked(): Bit | undefined;
  /** 1 = the bolt has not followed a number of pulses; it is still tried now and then. */
  jammed(): Bit;
}

/** Residual-current monitor. */
export interface Rcm {
  /** 1 = the monitor reports a residual current or a failure of its own. */
  tripped(): Bit;
  /** Drives the test winding; a healthy monitor then trips. Absent where the board cannot: nothing proves the monitor then. */
  test?(on: Bit): void;
}

/** Temperature sensor. */
export interface Thermometer {
  /** °C in whole degrees; undefined = missing, shorted or broken sensor. */
  read(): number | undefined;
}

/** Status light. */
export interface Light {
  /** Colour as 0xRRGGBB. */
  set(rgb: number): void;
}

/** Push button, debounced. */
export interface Button {
  /** 1 while held. */
  down(): Bit;
}

/** RFID reader. */
export interface Reader {
  /**
   * Goes one short step further (a few ms at most) and returns the UID of a card, once per presentation, in upper-case
   * hex, first byte first: 8, 14 or 20 digits. Otherwise undefined.
   */
  poll(): string | undefined;
  /** Not 0 while an exchange with a card is under way: it may leave soon, so poll again at once. */
  busy: number;
  /** 1 = the chip answers. */
  ok: Bit;
}

/** Energy meter. Phases in order L1, L2, L3; what the chip does not measure stays 0. */
export interface Meter {
  /** V, 0.1 steps. */
  v: number[];
  /** A, 0.01 steps. */
  i: number[];
  /** W, whole. */
  p: number[];
  /** Imported energy in Wh since the driver started: a rising float. */
  wh: number;
  /** Hz. */
  hz: number;
  /** 1 = the chip answers and its last values are plausible. */
  ok: Bit;
  /** 1 = it counts energy alone: voltage and current are not measured, and nobody watches them. */
  pulses?: Bit;
  /** Reads the next quantity (a few ms at most); true when a full round is complete. */
  sample(): boolean;
}

/** Bytes that survive power loss: the free 64 kB area of flash, pages of 4096 bytes, bits only fall from 1 to 0. */
export interface Nor {
  /** Bytes of the whole area; a multiple of `page`. */
  size: number;
  /** Bytes of a page. */
  page: number;
  read(at: number, length: number): Uint8Array;
  /** `at` and the length of `data` are multiples of 4. */
  write(data: Uint8Array | string, at: number): void;
  /** Sets one page to 0xFF; stands still for some 50 ms. */
  erase(at: number): void;
}

/** A network to join; a `key` of '' means an open one. */
export interface Known {
  ssid: string;
  key: string;
}

/** An address of one's own instead of one from the router. */
export interface Fixed {
  ip: string;
  netmask: string;
  gw: string;
}

/** Wi-Fi. */
export interface Net {
  /** 1 = joined a network and has an address. */
  up: Bit;
  /** Own address on that network, '' while down. */
  ip: string;
  /** Name of the network that is joined or tried, '' = none is wanted. */
  ssid: string;
  /** 1 = the access point of its own is open, at 192.168.4.1. */
  ap: Bit;
  /** Why the last join failed, in the engine's word. */
  why: string;
  /** 1 = nothing is joined nor tried: the last try has failed and the next is yet to come, or none is wanted. */
  rest: Bit;
  /** Its station: 0 never started, 2 it was, 1 it looks for networks, which net/nets.part.ts says: joins wait for the end. */
  sta: 0 | 1 | 2;
  /** Joins the first of these that can be joined; keeps trying for ever, one after another with growing pauses. */
  join(list: Known[], fixed: Fixed | null): void;
  /** Opens the access point; `key` has 8 characters or more. A `ssid` of '' closes it. */
  access(ssid: string, key: string): void;
  /** Signal in dBm of the joined network, undefined while down. */
  rssi(): number | undefined;
  /** Resolves a name without blocking: calls back with the address, or undefined. */
  resolve(host: string, then: (ip: string | undefined) => void): void;
  /** Asks a host for a sign of life without blocking: calls back with 1 or 0 within 3 s. */
  ping(ip: string, then: (alive: Bit) => void): void;
}

/** One wire of a board: for docs/boards.md and the board linter. Nothing of it is in the bundle. */
export interface Wire {
  /** GPIO. */
  pin: number;
  /**
   * pwm: control pilot. adc: analog input. coil: closes the contactor. drive: moves or tests something, so it must rest
   * until it is told. out: harmless. in: digital input.
   */
  as: 'pwm' | 'adc' | 'coil' | 'drive' | 'out' | 'in';
  /** What it belongs to, for the picture. */
  part: string;
  /** What is soldered there. */
  to: string;
  /** 1 = a resistor of 4.7 kOhm or less holds the driver off while the pin floats or is pulled up. */
  pulldown?: 1;
  /** Level that the circuit gives the pin during a reset; absent = none. */
  rest?: Bit;
}

/** One charger controller board: plain data and its drivers, no rules. */
export interface Board {
  /** File name of the board. */
  name: string;
  /** Rating of contactor, wiring and socket per phase, A. */
  amps: number;
  /** Phases that are wired. */
  phases: 1 | 3;
  /** 1 = the cable is fixed: no proximity, no lock. */
  fixed?: Bit;
  /**
   * 1 = the coil falls in hardware, without the processor, when the pilot leaves C and D or the residual-current
   * monitor trips. Only then may a connect, which blocks the processor, happen while charging.
   */
  interlock: Bit;
  /** Watchdog, s. */
  watchdog: number;
  /** 1 = stands in the open or in a ventilated place: vehicles that ask for ventilation (D) may charge. */
  outdoor?: Bit;
  /** A fan for such vehicles, run while they charge. Without either they get no energy. */
  air?: { set(on: Bit): void };
  pilot: Pilot;
  contactor: Contactor;
  nor: Nor;
  net: Net;
  /** Serial number, six digits, from the chip's MAC address. */
  serial: string;
  /** Mirror contact and trip output in one number, as fast as the board can: a change is enough to look closer. */
  look?: () => number;
  proximity?: Proximity;
  lock?: Lock;
  rcm?: Rcm;
  /** [socket or cable, board]. */
  temperature?: Thermometer[];
  light?: Light;
  button?: Button;
  reader?: Reader;
  meter?: Meter;
}
