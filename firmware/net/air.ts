// Who looks after the radio: joins the known networks, opens an access point of its own while there is none or somebody
// asks for it, and keeps the clock. Here is what stays; the deeds are the part on call `radio`.

import type { Charger } from '../core/charger';
import type { Air, Radio } from './radio.part';
import type { Sntp } from './sntp.part';

/** Time of the next look, ms since boot. */
const LOOK = 1000;
/** The list of networks in the air is kept for so long, unless the charger charges: memory, ms. */
const KEPT = 60000;

/**
 * `ask`: 1 = the access point is wanted, 2 = the networks have changed. `end`: when the access point closes, 0 = not
 * known yet. `due`: when the time server is asked.
 */
export const a: Air = { ask: 0, end: 0, due: 0, mark: '', sent: 0 };
/** The next look. */
let at = 0;
/** The address that was told. */
let told = '';

/** At boot. */
export function air(c: Charger): void {
  (c.f.part('radio') as Radio).begin(c, a);
}

/** Job: looks every second whether something is to be done. */
export function tend(c: Charger): void {
  if (c.t < at) return;
  at = c.t + LOOK;
  const n = c.b.net;
  if (n.ip !== told) {
    told = n.ip;
    c.f.log('wifi', told ? n.ssid + ', http://' + told + '/' : 'no network' + (n.why && ': ' + n.why));
  }
  if (c.nets && (c.s.on || c.t - c.nets.at > KEPT)) delete c.nets;
  if (a.ask || (n.ap && (a.end ? c.t >= a.end : n.up))) (c.f.part('radio') as Radio).tend(c, a);
  else if (n.up && c.k.tse && c.t >= a.due) (c.f.part('sntp') as Sntp).ask(c, a);
}

/** What was asked for is done when the answer to whoever asked has left. */
export function want(c: Charger, what: 1 | 2): void {
  a.ask = what;
  at = c.t + LOOK;
}
