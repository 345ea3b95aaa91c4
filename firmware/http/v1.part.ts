// Part on call: API version 1, `/status` and `/mqtt?payload=`, which older clients still need. Texts nearly throughout,
// other units in places; nothing but the names of that version may appear.

import type { Charger } from '../core/charger';
import type { Conf } from '../core/conf.part';
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
const SAME = 'rbc rbt amp err cbl fsp amt adi wst tds lbr ust ama';

function same(c: Charger, k: string): string {
  return field(k, +((c.f.part('conf') as Conf).read(c, k) as number) || 0);
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
function phases(c: Charger): number {
  const pha = (c.f.part('conf') as Conf).read(c, 'pha') as boolean[];
  let bits = 0;
  for (let i = 0; i < 6; i++) if (pha[i]) bits |= 1 << i;
  return bits;
}

/** V; 0.1 A; 0.1 kW, the total 0.01 kW; %. */
function energy(c: Charger): string {
  const v = (c.f.part('conf') as Conf).read(c, 'nrg') as number[];
  const by = [1, 1, 1, 1, 10, 10, 10, 0.01, 0.01, 0.01, 0.01, 0.1, 1, 1, 1, 1];
  const out: number[] = [];
  for (let i = 0; i < 16; i++) out.push(Math.round(v[i] * by[i]));
  return ',"nrg":[' + out.join(',') + ']';
}

function state(c: Charger): string {
  const conf = c.f.part('conf') as Conf;
  const car = conf.read(c, 'car') as number;
  return (
    field('car', car < 5 ? car : c.x.cp === 'A' ? 1 : 3) +
    field('ast', c.k.acs) +
    field('alw', c.alw) +
    field('amx', conf.read(c, 'amp')) +
    field('stp', c.k.dwo === null ? 0 : 2)
  );
}

function figures(c: Charger): string {
  return (
    field('dwo', Math.round((c.k.dwo || 0) / 100)) +
    field('dws', Math.round((c.m.eto - c.ses.ep) * 360)) +
    field('eto', Math.floor(c.m.eto / 100)) +
    field('pha', phases(c)) +
    field('uby', Math.max(0, c.ses.trx - 1))
  );
}

function network(c: Charger): string {
  const w = c.k.wifis[0];
  const conf = c.f.part('conf') as Conf;
  return (
    ',"tma":' +
    conf.json(conf.read(c, 'tma')) +
    ',"wss":' +
    conf.json(w ? w.ssid : '-') +
    field('wke', '********') +
    field('wak', '********') +
    field('wen', 1) +
    field('cdi', 1) +
    field('tof', 100 + Math.floor(c.k.tof / 60)) +
    field('fwv', conf.read(c, 'fwv')) +
    field('sse', c.b.serial) +
    field('r1x', 2)
  );
}

/** What this charger has no use for, at rest. */
function rest(c: Charger): string {
  let out = field('sch', 'AAAA') + field('dto', 0);
  for (const k of 'aho afi azo lse nmo sdp'.split(' ')) out += field(k, 0);
  for (let i = 0; i < 5; i++) out += field('al' + (i + 1), c.k.clp.length > i ? c.k.clp[i] : 0);
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
    (c.f.part('conf') as Conf).json(k ? k.name : '')
  );
}

function last(): string {
  let out = '';
  for (const k of 'loe lot lom lop lof loa lch'.split(' ')) out += ',"' + k + '":0';
  return out + ',"log":""}';
}

/** What is made in one go, behind `SAME` and before the ten cards. */
const REST: ((c: Charger) => string)[] = [clock, state, rgb, figures, energy, network, rest];

/** Version 1 name and text of a write as those of version 2; undefined = nothing to do. */
function newer(name: string, v: string): string[] | undefined {
  if (name === 'amx') return ['amp', v];
  if (name === 'alw') return ['frc', v === '0' ? '1' : '0'];
  if (name === 'ast') return ['acs', v];
  if (name === 'stp') return v === '0' ? ['dwo', 'null'] : undefined;
  if (name === 'dwo') return ['dwo', '' + Number(v) * 100];
  if (['cid', 'cch', 'cfi'].includes(name))
    return [name, '#' + Number(v).toString(16).toUpperCase().padStart(6, '0')];
  return ['amp', 'ust', 'lbr'].includes(name) ? [name, v] : undefined;
}

function write(c: Charger, text: string): void {
  const i = text.indexOf('=');
  const w = i < 0 ? undefined : newer(text.substr(0, i), text.substr(i + 1));
  const bad = w ? (c.f.part('conf') as Conf).write(c, w[0], w[1]) : '';
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

/** Goes a step further; true = the text is complete. */
export function step(c: Charger, job: Whole): boolean {
  const keys = SAME.split(' ');
  const i = job.n++ - keys.length;
  if (i < 0) job.out += same(c, keys[job.n - 1]);
  else if (i < REST.length) job.out += REST[i](c);
  else if (i < REST.length + 10) job.out += card(c, i - REST.length);
  else job.out += last();
  return i === REST.length + 10;
}
