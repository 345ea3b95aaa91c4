// Part on call: `/api/status` and `/api/set`, in steps short enough for the charging scan. A step works off a few keys
// and leaves its text in `job.out`.

import type { Charger } from '../core/charger';
import type { Conf } from '../core/conf.part';

/** A request that is being answered. */
export interface Job {
  /** 'get', 'all' or 'set'. */
  kind: string;
  /** Names left for get; names and raw texts in turn for set. */
  list: string[];
  /** Next row of a full status. */
  place: string;
  /** Text made so far and not sent. */
  out: string;
  /** Set: keys that were accepted, refused. */
  good: number;
  bad: number;
  /** 1 = something stands in the object already, or was refused: the status is 500. */
  status: number;
}

/** Exports of this part and of `v1`. */
export interface Api {
  start(c: Charger, path: string, query: string): Job;
  step(c: Charger, job: Job): boolean;
}

/** Keys worked off by one step. */
const STEP = 3;

/** Text of a query: + and %XX; a sequence that is none stays as it is. */
function decode(text: string): string {
  const parts = text.replaceAll('+', ' ').split('%');
  let out = parts[0];
  for (let i = 1; i < parts.length; i++) out += byte(parts[i]);
  return out;
}

function byte(part: string): string {
  const hex = part.substr(0, 2);
  return hex.length === 2 && !/[^0-9a-fA-F]/.test(hex)
    ? String.fromCharCode(parseInt(hex, 16)) + part.substr(2)
    : '%' + part;
}

/** Names and values of a query in turn, decoded; empty parameters are left out. */
function pairs(query: string): string[] {
  const out: string[] = [];
  for (const p of query.split('&')) {
    const i = p.indexOf('=');
    if (p) out.push(decode(i < 0 ? p : p.substr(0, i)), i < 0 ? '' : decode(p.substr(i + 1)));
  }
  return out;
}

/** Value of the parameter `filter`: 'a,b' or '["a","b"]'. */
function filter(query: string): string {
  const list = pairs(query);
  for (let i = 0; i < list.length; i += 2) if (list[i] === 'filter') return list[i + 1];
  return '';
}

function words(text: string): string[] {
  const out: string[] = [];
  for (const w of text.split(',')) {
    const name = w.replaceAll('"', '').replaceAll('[', '').replaceAll(']', '').trim();
    if (name && !out.includes(name)) out.push(name);
  }
  return out;
}

/** Takes a request in. */
export function start(c: Charger, path: string, query: string): Job {
  const set = path === '/api/set';
  const names = set ? '' : filter(query);
  const list = set ? pairs(query) : words(names);
  const kind = set ? 'set' : list.length ? 'get' : 'all';
  return { kind, list, place: kind === 'all' ? c.f.first() : '', out: '{', good: 0, bad: 0, status: 200 };
}

function add(job: Job, name: string, json: string): void {
  job.out += (job.good + job.bad ? ',"' : '"') + name + '":' + json;
}

/** One key of a filter; unknown and OCPP-only ones are left out. */
function get(c: Charger, conf: Conf, job: Job): void {
  const name = job.list.shift()!;
  const r = c.f.row(name);
  const v = r && r[0] === name && !r[2].includes('o') ? conf.value(c, r) : undefined;
  if (v === undefined) return;
  add(job, name, conf.json(v));
  job.good++;
}

/** One row of the full status. */
function next(c: Charger, conf: Conf, job: Job): void {
  const r = c.f.at(job.place);
  const v = r[2].includes('o') ? undefined : conf.value(c, r);
  job.place = r[10];
  if (v === undefined) return;
  job.out += (job.good++ ? ',"' : '"') + r[0] + '":' + conf.json(v);
}

function refused(c: Charger, name: string, raw: string, why: string): string {
  const r = c.f.row(name);
  const shown = r && r[2].includes('h') ? '' : ' (' + raw.substr(0, 60) + ')';
  return name + ': ' + why + shown;
}

/** One key to set. */
function set(c: Charger, conf: Conf, job: Job): void {
  const name = job.list.shift()!;
  const raw = job.list.shift()!;
  const r = c.f.row(name);
  const why = r && r[0] === name && !r[2].includes('o') ? conf.write(c, name, raw) : 'unknown key';
  add(job, conf.json(name).slice(1, -1), why ? conf.json(refused(c, name, raw, why)) : 'true');
  if (!why) job.good++;
  else job.bad++;
  // An unknown key beside good ones is as good as absent.
  if (why && why !== 'unknown key') job.status = 500;
}

function finish(job: Job): boolean {
  if (job.bad && !job.good) job.status = 500;
  job.out += '}';
  return true;
}

/** Goes a step further; true = the text is complete. */
export function step(c: Charger, job: Job): boolean {
  const conf = c.f.part('conf') as Conf;
  const one = job.kind === 'set' ? set : job.kind === 'get' ? get : next;
  for (let i = 0; i < STEP && (job.list.length || job.place); i++) one(c, conf, job);
  return job.list.length || job.place ? false : finish(job);
}
