// Part on call: the networks in the air, so that whoever sets the charger up picks one and types no name.

import type { Heard } from '../../hal/types';
import type { Charger } from './charger';
import { json } from './json';

/** Exports of this part. */
export interface Nets {
  list(c: Charger): unknown;
  take(c: Charger, all: Heard[] | undefined, again: number): void;
}

/** A list is good for so long, ms. */
const FRESH = 10000;
const MOST = 12;
/** The engine's words in the order of `encryptionType`, and the number of what it has no word for. */
const AUTH = 'open wep wpa wpa2 wpa_wpa2';
const NEWER = 7;

/** By its name and not the function: parts come and go. */
function search(c: Charger, again: number): void {
  c.b.net.scan((all) => (c.f.part('nets') as Nets).take(c, all, again));
}

/** Value of `scan`: the last list; a search begins where that is old, unless it would disturb. */
export function list(c: Charger): unknown {
  const l = c.nets;
  if (!c.s.on && !(l && c.t - l.at < FRESH)) search(c, 0);
  return l ? JSON.parse(l.text) : [];
}

/** Bytes that are UTF-8, RFC 3629 4: another name could not be told, nor come back as it was. */
function utf8(s: string): boolean {
  if (!/[^ -~]/.test(s)) return true;
  for (let i = 0; i < s.length; i++) {
    const b = s.charCodeAt(i);
    let n = b < 128 ? 0 : b < 194 || b > 244 ? -1 : b < 224 ? 1 : b < 240 ? 2 : 3;
    if (n < 0) return false;
    while (n--) if ((s.charCodeAt(++i) & 192) !== 128) return false;
  }
  return true;
}

/** Takes one in by its strength, the strongest first; they mostly come so. */
function insert(out: Heard[], w: Heard): void {
  const n = out.length;
  if (!w.ssid || (n === MOST && out[n - 1].rssi >= w.rssi) || !utf8(w.ssid)) return;
  let i = 0;
  for (; i < n && out[i].rssi >= w.rssi; i++) if (out[i].ssid === w.ssid) return;
  const place = i;
  while (i < n && out[i].ssid !== w.ssid) i++;
  // A weaker one of this name, or the weakest of all, makes room.
  if (i < n || n === MOST) out.splice(i < n ? i : n - 1, 1);
  out.splice(place, 0, w);
}

function entry(w: Heard): string {
  const i = AUTH.split(' ').indexOf(w.authMode);
  return (
    '{"ssid":' +
    json(w.ssid) +
    ',"encryptionType":' +
    (i < 0 ? NEWER : i) +
    ',"rssi":' +
    w.rssi +
    ',"channel":' +
    +w.channel +
    '}'
  );
}

/** What was heard. A search that had to start the station may hear nothing: the engine lets it join, which ends the search. */
export function take(c: Charger, all: Heard[] | undefined, again: number): void {
  if (!all || c.s.on) return;
  if (!all.length && !again) return search(c, 1);
  const out: Heard[] = [];
  for (const w of all) insert(out, w);
  let text = '';
  for (const w of out) text += (text ? ',' : '[') + entry(w);
  c.nets = { at: c.t, text: text ? text + ']' : '[]' };
}
