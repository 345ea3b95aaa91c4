// What the gate to every outgoing connection knows. Its code is the part on call `gate`.

import type { Bit } from '../../hal/types';
import type { Charger } from '../core/charger';
import type { Slot } from '../core/slot.part';

/** A host whose connect only the watchdog has ended is left alone for so long after the boot, ms. */
export const AFTER_RESET = 900000;

/** One attempt, and what earlier ones have taught. */
export interface Gate {
  /** 0 nothing under way, 1 resolving, 2 pinging, 3 the host lives, 4 it is silent, 5 its name is unknown. */
  st: 0 | 1 | 2 | 3 | 4 | 5;
  host: string;
  port: number;
  /** Address, and when it answered, ms since boot. */
  ip: string;
  at: number;
  /** No blind try before. */
  blind: number;
  /** Counts attempts: an answer to an earlier one is ignored. */
  n: number;
  /** Key of the journal for the host of the connect under way, absent = that of OCPP. */
  key?: string;
}

/** Exports of the part `gate`. */
export interface Gates {
  open(c: Charger, g: Gate, host: string, port: number): void;
  ask(c: Charger, g: Gate, n: number): void;
  pass(c: Charger, g: Gate): Passed | undefined;
}

/** What came of an attempt: the socket, or the reason why there is none. */
export interface Passed {
  s?: EspSocket;
  error: string;
}

/** A connection by HTTP, opened by the part `fetch`. */
export interface Call {
  url: string;
  g: Gate;
  s?: EspSocket;
  /** Head of the answer as far as it has come. */
  head: string;
  /** Last sign of life. */
  at: number;
  /** What ended the attempt, '' = nothing yet. With ! in front another one would end so too. */
  end: string;
}

/** A file on its way into a slot; `end` becomes `done`. */
export interface Transfer extends Slot, Call {
  /** 1 = the head of the answer is complete. */
  on: Bit;
  /** Bytes of the file that are in flash, that come once more, all of them (0 = not known), and those without a place in a word. */
  pos: number;
  skip: number;
  size: number;
  rest: string;
  /** Redirects followed. */
  hops: number;
}

/** Exports of the part `fetch`. */
export interface Fetch {
  place(url: string): Place;
  connect(c: Charger, w: Call): EspSocket | undefined;
  look(c: Charger, w: Transfer): string;
}

/** An address taken apart. */
export interface Place {
  host: string;
  port: number;
  /** What follows the method in a request: path, version, host, user. */
  head: string;
  /** Why we cannot go there. */
  error: string;
}
