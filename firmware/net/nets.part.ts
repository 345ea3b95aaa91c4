// Part on call: the networks in the air, so that whoever sets the charger up picks one and types no name.

import type { Charger } from '../core/charger';
import { json } from '../core/json';
import type { Utf8 } from '../core/utf8.part';

/** Exports of this part. */
export interface Nets {
  list(c: Charger): unknown;
  raw(c: Charger): string;
  take(c: Charger, all: EspHeard[], again: number): void;
  step(c: Charger, w: Work): void;
}

/** A list in the making: what was heard, the next of it and then of `out`, those that are told, their text. */
interface Work {
  all: EspHeard[];
  i: number;
  out: EspHeard[];
  text: string;
}

/** A list is good for so long; a search that has not ended by then never will; ms. */
const FRESH = 10000;
const LONGEST = 8000;
/** Variables that must be free: the engine makes 16 of each network, and in a town there are sixty. */
const ROOM = 1000;
const MOST = 12;
/** Networks of one step. */
const STEP = 3;
/** The engine's words in the order of `encryptionType`, and the number of what it has no word for. */
const AUTH = 'open wep wpa wpa2 wpa_wpa2'.split(' ');
const NEWER = 7;

/** A name that may be no UTF-8. */
const ODD = /[^ -~]/;

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
 * Value of `scan` as JSON: the last list. A search begins where that is old and nobody charges. A radio that joins refuses it, and
 * the engine then waits for its end for ever; where a search has to start the station, the engine makes that join what it joined
 * last. So only what is joined looks around, or what rests beside an open access point.
 */
export function raw(c: Charger): string {
  const l = c.nets;
  const n = c.b.net;
  const may = !c.s.on && n.sta !== 1 && (n.up || (n.ap && n.rest));
  if (may && !(l && c.t - l.at < FRESH) && process.memory(false).free > ROOM) search(c, 0);
  return l ? l.text : '[]';
}

/** Value of `scan`. */
export function list(c: Charger): unknown {
  return JSON.parse(raw(c));
}

/** Takes one in by its strength, the strongest first; they mostly come so. A name that is not UTF-8 could not be told, nor come back as
 * it was. */
function insert(c: Charger, out: EspHeard[], w: EspHeard): void {
  const n = out.length;
  if (!w.ssid || (n === MOST && out[n - 1].rssi >= w.rssi)) return;
  if (ODD.test(w.ssid) && !(c.f.part('utf8') as Utf8).good(w.ssid)) return;
  let i = 0;
  for (; i < n && out[i].rssi >= w.rssi; i++) if (out[i].ssid === w.ssid) return;
  const place = i;
  while (i < n && out[i].ssid !== w.ssid) i++;
  // A weaker one of this name, or the weakest of all, makes room.
  if (i < n || n === MOST) out.splice(i < n ? i : n - 1, 1);
  out.splice(place, 0, w);
}

function entry(w: EspHeard): string {
  const i = AUTH.indexOf(w.authMode);
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
  if (all.length || again) step(c, { all, i: 0, out: [], text: '' });
  else if (!c.s.on) search(c, 1);
}

/** Goes a step further, unless the contactor has been closed meanwhile. */
export function step(c: Charger, w: Work): void {
  if (c.s.on) return;
  const n = w.all.length;
  const to = w.i + STEP;
  for (; w.i < to; w.i++)
    if (w.i < n) {
      // To load the part that knows such names takes a turn of its own.
      if (ODD.test(w.all[w.i].ssid) && !c.f.ready('utf8')) break;
      insert(c, w.out, w.all[w.i]);
    } else if (w.i < n + w.out.length) w.text += (w.text ? ',' : '[') + entry(w.out[w.i - n]);
    else {
      c.nets = { at: c.t, text: w.text ? w.text + ']' : '[]' };
      return;
    }
  setTimeout(() => (c.f.part('nets') as Nets).step(c, w), 0);
}
