// Part on call: what the charger proves itself with to the central system. A new password or security profile counts once a
// connection was made with it; refused three times, it gives way to what worked before.

import type { Charger } from './charger';

/** Exports of this part. */
export interface Creds {
  keep(c: Charger, key: string): string;
  refused(c: Charger): void;
}

/** Journal: [refusals so far, password, profile] of what worked last. Whoever makes a connection removes it. */
const KEPT = 'oc';
const TRIES = 3;

type Old = [number, string, number];

/** What works is remembered until the new one has proved itself. Without a password the profile ends as well. */
export function keep(c: Charger, key: string): string {
  const old = c.f.get(KEPT);
  const was: Old = old === undefined ? [0, c.k.ocppak, c.k.osc] : (JSON.parse(old) as Old);
  was[0] = 0;
  c.f.log('security', 'ReconfigurationOfSecurityParameters');
  if ((old !== undefined || c.o.ok) && !c.f.put(KEPT, JSON.stringify(was))) return 'failed: not kept';
  if (!key && c.k.osc) {
    c.k.osc = 0;
    c.f.save('osc');
  }
  return '';
}

/** The central system does not take it. */
export function refused(c: Charger): void {
  const old = c.f.get(KEPT);
  c.f.log('security', 'FailedToAuthenticateAtCentralSystem');
  if (old === undefined) return;
  const was = JSON.parse(old) as Old;
  if (++was[0] < TRIES) {
    c.f.put(KEPT, JSON.stringify(was));
    return;
  }
  c.k.ocppak = was[1];
  c.k.osc = was[2];
  c.f.save('ocppak');
  c.f.save('osc');
  c.f.del(KEPT);
  c.f.log('security', 'the password before is back');
}
