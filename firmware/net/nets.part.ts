// Part on call: the networks in the air, so that whoever sets the charger up picks one and types no name.

import type { Charger } from '../core/charger';
import { json } from '../core/json';

/** Exports of this part. */
export interface Nets {
  list(c: Charger): unknown;
  take(c: Charger, all: EspHeard[], again: number): void;
}

/** A list is good for so long; a search that has not ended by then never will; ms. */
const FRESH = 10000;
const LONGEST = 8000;
const MOST = 12;
/** The engine's words in the order of `encryptionType`, and the number of what it has no word for. */
const AUTH = 'open wep wpa wpa2 wpa_wpa2';
const NEWER = 7;

/** The engine takes one search at a time: after one that the radio has refused it throws. */
function search(c: Charger, again: number): void {
  const n = c.b.net;
  n.sta = 1;
  setTimeout(() => (n.sta = 2), LONGEST);
  try {
    // By its name and not the function: parts come and go.
    require('Wifi').scan((all) => (c.f.part('nets') as Nets).take(c, all, again));
  } catch (e) {
    n.sta = 2;
  }
}

/**
 * Value of `scan`: the last list. A search begins where that is old and nobody charges. A radio that joins refuses it, and the
 * engine then waits for its end for ever; where a search has to start the station, the engine makes that join what it joined
 * last. So only what is joined looks around, or what rests beside an open access point.
 */
export function list(c: Charger): unknown {
  const l = c.nets;
  const n = c.b.net;
  const may = !c.s.on && n.sta !== 1 && (n.up || (n.ap && n.rest));
  if (may && !(l && c.t - l.at < FRESH)) search(c, 0);
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
function insert(out: EspHeard[], w: EspHeard): void {
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

function entry(w: EspHeard): string {
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
export function take(c: Charger, all: EspHeard[], again: number): void {
  c.b.net.sta = 2;
  if (c.s.on) return;
  if (!all.length && !again) return search(c, 1);
  const out: EspHeard[] = [];
  for (const w of all) insert(out, w);
  let text = '';
  for (const w of out) text += (text ? ',' : '[') + entry(w);
  c.nets = { at: c.t, text: text ? text + ']' : '[]' };
}
