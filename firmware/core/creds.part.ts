// Part on call: what the charger proves itself with: to the central system, a new password or security profile counts once a
// connection was made with it, and refused three times, it gives way to what worked before; and to Wi-Fi.

import type { Charger } from './charger';
import type { Network } from './keys';

/** Exports of this part. */
export interface Creds {
  keep(c: Charger, key: string): string;
  refused(c: Charger): void;
  pem(c: Charger, file: string, v: string, n: number): string | undefined;
  setWifis(c: Charger, v: unknown): string;
  forget(c: Charger, i: number, n: number): string | undefined;
}

/** Journal: [refusals so far, password, profile] of what worked last. Whoever makes a connection removes it. */
const KEPT = 'oc';
const TRIES = 3;

/** Known networks. */
const NETWORKS = 3;

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

/** Certificates and keys are files. A store without room is not compacted: that would stand still for seconds. */
export function pem(c: Charger, file: string, v: string, n: number): string | undefined {
  const s = require('Storage');
  if (n) {
    s.write(file, v);
    c.pem = 1;
  } else if (!v) s.erase(file);
  else if (!v.startsWith('-----BEGIN ')) return 'value must be PEM text';
  else return s.getFree() < v.length + 8192 ? 'no room' : undefined;
  return '';
}

function network(old: Network | undefined, v: { ssid?: unknown; key?: unknown }): Network {
  return {
    ssid: typeof v.ssid === 'string' ? v.ssid : old ? old.ssid : '',
    key: typeof v.key === 'string' ? v.key : old ? old.key : '',
  };
}

/** `v` is what is to be kept in the end. */
export function setWifis(c: Charger, v: unknown): string {
  if (!Array.isArray(v) || v.length > NETWORKS) return 'value must be an array of up to 3 objects';
  const out: Network[] = [];
  for (let i = 0; i < v.length; i++) {
    if (!v[i] || typeof v[i] !== 'object') return 'value must be an array of objects';
    const w = network(c.k.wifis[i], v[i]);
    if (w.ssid.length > 32 || w.key.length > 63) return 'ssid up to 32, key up to 63 bytes';
    if (w.ssid) out.push(w);
  }
  v.splice(0, v.length);
  for (const w of out) v.push(w);
  return '';
}

/** Removes a known network. */
export function forget(c: Charger, i: number, n: number): string | undefined {
  if (!n) {
    c.k.wifis.splice(i, 1);
    c.f.save('wifis', []);
    return undefined;
  }
  for (const hook of c.hooks) c.ev.push([hook, 'setting', 'wifis']);
  return '';
}
