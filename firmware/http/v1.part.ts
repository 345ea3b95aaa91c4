// Part on call: API version 1, `/status` and `/mqtt?payload=`, which older clients still need. Texts nearly throughout,
// other units in places; nothing but the names of that version may appear.

import type { Charger } from '../core/charger';
import type { Change } from '../core/change.part';
import { json } from '../core/json';
import type { Press } from '../core/press.part';
import type { Zone } from '../core/zone.part';
import type { Job } from './web.part';

/** How far the object is made. */
interface Whole extends Job {
  n: number;
}

/** Letters that tell the cards apart, slots 0 to 9. */
const CARDS = 'ard4567891';
const NAMES = 'ame4567891';

function field(name: string, v: unknown): string {
  return ',"' + name + '":"' + v + '"';
}

/** Keys that read as in version 2, as text; null as 0 and booleans as 0 and 1. */
const SAME = [
  'rbc',
  'rbt',
  'amp',
  'err',
  'cbl',
  'fsp',
  'amt',
  'adi',
  'wst',
  'tds',
  'lbr',
  'ust',
  'ama',
  'lse',
];

function same(c: Charger, k: string): string {
  return field(k, +(c.f.read(k) as number) || 0);
}

function rgb(c: Charger): string {
  const k = c.k;
  const n = (text: string): number => parseInt(text.substr(1), 16);
  return field('cid', n(k.cid)) + field('cch', n(k.cch)) + field('cfi', n(k.cfi));
}

function clock(c: Charger): string {
  const t = (c.f.part('zone') as Zone).loc(c);
  return field('tme', t.substr(8, 2) + t.substr(5, 2) + t.substr(2, 2) + t.substr(11, 2) + t.substr(14, 2));
}

/** Bits 0 to 2: L1 to L3 behind the contactor, 3 to 5 in front of it. */
function phases(c: Charger): string {
  const p = c.f.read('pha') as number[];
  return field('pha', p[0] | (p[1] << 1) | (p[2] << 2) | (p[3] << 3) | (p[4] << 4) | (p[5] << 5));
}

function current(c: Charger): string {
  return field('amx', c.f.read('amp'));
}

/** V; 0.1 A; 0.1 kW, the total 0.01 kW; %. */
function energy(c: Charger): string {
  const v = c.f.read('nrg') as number[];
  const amps = [v[4] * 10, v[5] * 10, v[6] * 10];
  const power = [v[7] / 100, v[8] / 100, v[9] / 100, v[10] / 100, v[11] / 10];
  const out = v.slice(0, 4).concat(amps, power, v.slice(12));
  return ',"nrg":[' + out.map(Math.round).join(',') + ']';
}

function state(c: Charger): string {
  const car = c.f.read('car') as number;
  return (
    field('car', car < 5 ? car : c.x.cp === 'A' ? 1 : 3) +
    field('ast', c.k.acs) +
    field('alw', c.alw) +
    field('stp', c.k.dwo === null ? 0 : 2) +
    field('dwo', Math.round((c.k.dwo || 0) / 100))
  );
}

function figures(c: Charger): string {
  return (
    field('dws', Math.round((c.m.eto - c.ses.ep) * 360)) +
    field('eto', Math.floor(c.m.eto / 100)) +
    field('uby', Math.max(0, c.ses.trx))
  );
}

function network(c: Charger): string {
  const w = c.k.wifis[0];
  const name = json(w ? w.ssid : '-');
  return ',"wss":' + name + ',"wke":"********","wak":"********","wen":"1","cdi":"1","r1x":"2"';
}

function device(c: Charger): string {
  const tma = c.f.read('tma') as number[];
  return (
    field('tmp', Math.round(tma[0])) +
    ',"tma":' +
    json(tma) +
    field('tof', 100 + Math.floor(c.k.tof / 60)) +
    field('fwv', c.f.read('fwv')) +
    field('sse', c.b.serial)
  );
}

/** What this charger has no use for, at rest. */
function rest(c: Charger): string {
  let out = ',"sch":"AAAA","dto":"0","aho":"0","afi":"0","azo":"0","nmo":"0","sdp":"0"';
  const clp = c.f.read('clp') as number[];
  for (let i = 0; i < 5; i++) out += field('al' + (i + 1), clp.length > i ? clp[i] : 0);
  return out;
}

/** A card. Its number is shown as `lri` is: with `rde`. */
function card(c: Charger, i: number): string {
  const k = c.k.cards[i];
  const id = CARDS[i];
  return (
    field('ec' + id, k ? Math.floor(k.e / 100) : 0) +
    field('rc' + id, k && c.k.rde ? k.id : '') +
    ',"rn' +
    NAMES[i] +
    '":' +
    json(k ? k.name : '')
  );
}

const LAST = ',"loe":0,"lot":0,"lom":0,"lop":0,"lof":0,"loa":0,"lch":0,"log":""}';

/** What is made in one go, behind `SAME` and before the ten cards. */
const REST: ((c: Charger) => string)[] = [
  clock,
  state,
  current,
  phases,
  rgb,
  figures,
  energy,
  network,
  device,
  rest,
];

/** Cards, and the end. */
const PIECES = SAME.length + REST.length + 11;

/** Version 1 name and text of a write as those of version 2; undefined = nothing to do. */
function newer(c: Charger, name: string, v: string): string[] | undefined {
  if (name.length === 3 && name.startsWith('al') && '12345'.includes(name[2]))
    return ['clp', (c.f.part('press') as Press).level(c, +name[2] - 1, v)];
  if (name === 'amx') return ['amp', v];
  if (name === 'alw') return ['frc', v === '0' ? '1' : '0'];
  if (name === 'ast') return ['acs', v];
  if (name === 'stp') return v === '0' ? ['dwo', 'null'] : undefined;
  if (name === 'dwo') return ['dwo', '' + Number(v) * 100];
  if (['cid', 'cch', 'cfi'].includes(name))
    return [name, '#' + Number(v).toString(16).toUpperCase().padStart(6, '0')];
  return ['amp', 'ama', 'ust', 'lbr', 'lse'].includes(name) ? [name, v] : undefined;
}

function write(c: Charger, text: string): void {
  const i = text.indexOf('=');
  const w = i < 0 ? undefined : newer(c, text.substr(0, i), text.substr(i + 1));
  const bad = w ? (c.f.part('change') as Change).write(c, w[0], w[1]) : '';
  if (bad) c.f.log('v1', text.substr(0, 40) + ': ' + bad);
}

/** Value of the parameter `payload`, NAME=VALUE; clients encode it or not. */
function payload(query: string): string {
  const i = ('&' + query).indexOf('&payload=');
  const text = i < 0 ? '' : query.substr(i + 8).split('&')[0];
  try {
    return decodeURIComponent(text);
  } catch (e) {
    return text;
  }
}

/** Takes a request in; a write is done at once. */
export function start(c: Charger, path: string, query: string): Job {
  const text = path === '/mqtt' ? payload(query) : '';
  if (text) write(c, text);
  const job: Whole = { out: '{"version":"B"', status: 200, type: 'application/json', size: 0, n: 0 };
  return job;
}

/** The i-th piece of the object. */
function piece(c: Charger, i: number): string {
  if (i < SAME.length) return same(c, SAME[i]);
  if (i < SAME.length + REST.length) return REST[i - SAME.length](c);
  return i < PIECES - 1 ? card(c, i - SAME.length - REST.length) : LAST;
}

/** Goes a piece further, or two of the small ones; true = the text is complete. */
export function step(c: Charger, job: Whole): boolean {
  // To load the clock's part takes a step of its own.
  if (job.n === SAME.length && !c.f.ready('zone')) return false;
  job.out += piece(c, job.n++);
  if (job.n < SAME.length || (job.n > SAME.length + REST.length && job.n < PIECES))
    job.out += piece(c, job.n++);
  return job.n === PIECES;
}
