// What the gate to every outgoing connection knows. Its code is the part on call `gate`.

import type { Charger } from '../core/charger';

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
}

/** Exports of the part `gate`. */
export interface Gates {
  open(c: Charger, g: Gate, host: string, port: number): void;
  pass(c: Charger, g: Gate): Passed | undefined;
}

/** What came of an attempt: the socket, or the reason why there is none. */
export interface Passed {
  s?: EspSocket;
  error: string;
}
