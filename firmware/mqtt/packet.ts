// Control packets of MQTT 3.1.1 (OASIS standard, 29 October 2014) as far as this client writes them. Texts are bytes. Parts on
// call have a copy of their own: no state.

import type { Charger } from '../core/charger';

/** What stands in front of the key in every topic; `own` = what was set (`mtp`) and the serial number behind it. */
export function prefix(c: Charger, own: string | undefined): string {
  return own || 'go-eCharger/' + c.b.serial + '/';
}

/** No answer to CONNECT for so long, ms. */
export const PATIENCE = 10000;

/** First byte: PUBLISH with QoS 0, and with RETAIN. */
export const PUBLISH = '\x30';
export const RETAINED = '\x31';

/** A packet: the first byte, the remaining length (2.2.3), and the rest. */
export function packet(first: string, rest: string): string {
  let n = rest.length;
  let head = first;
  while (n > 127) {
    head += String.fromCharCode((n & 127) | 128);
    n >>= 7;
  }
  return head + String.fromCharCode(n) + rest;
}

/** A text with its length in front (1.5.3). */
export function field(text: string): string {
  return String.fromCharCode(text.length >> 8, text.length & 255) + text;
}
