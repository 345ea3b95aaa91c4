// Part on call: `/api/status` and `/api/set`, in steps short enough for the charging scan. A step works off a few keys
// and leaves its text in `job.out`.

import type { Charger } from '../core/charger';
import type { Change } from '../core/change.part';
import type { Conf } from '../core/conf.part';
import type { Job } from './web.part';

/** A request for keys. */
interface Keys extends Job {
  one(c: Charger, conf: Conf, job: Keys): void;
  /** Names of a filter, or what a set says, and how far it is worked off. */
  text: string;
  at: number;
  /** Set: what a JSON body says instead, and its names that are left. */
  body: { [name: string]: unknown };
  list: string[];
  /** Full status: place of the next row. */
  place: string;
  /** Keys shown or accepted, and refused. */
  good: number;
  bad: number;
}

/** Keys of one step at most, and the time after which it takes no further one, s. */
const STEP = 6;
const TIME = 0.003;
/** A filter's answer up to this length has a Content-Length; a longer one is sent while it is made. */
const SHORT = 1400;
/** A set with an answer longer than this is broken off. */
const LONG = 2500;
/** Most escapes that are decoded one by one. */
const ESCAPES = 200;

function byte(part: string): string {
  const hex = part.substr(0, 2);
  return hex.length === 2 && !/[^0-9a-fA-F]/.test(hex)
    ? String.fromCharCode(parseInt(hex, 16)) + part.substr(2)
    : '%' + part;
}

/** What the engine's own decoder refuses: bytes above 127, and sequences that are none, which stay as they are. */
function slow(text: string): string {
  const parts = text.split('%');
  if (parts.length > ESCAPES) return text;
  let out = parts[0];
  for (let i = 1; i < parts.length; i++) out += byte(parts[i]);
  return out;
}

/** Text of a query: + and %XX. */
export function decode(text: string): string {
  const t = text.replaceAll('+', ' ');
  if (!t.includes('%')) return t;
  try {
    return decodeURIComponent(t);
  } catch (e) {
    return slow(t);
  }
}

/** Next part of the text up to `end`. */
function cut(job: Keys, end: string): string {
  const i = job.text.indexOf(end, job.at);
  const word = job.text.substring(job.at, i < 0 ? job.text.length : i);
  job.at += word.length + 1;
  return word;
}

/** Value of the parameter `filter` as names with commas: 'a,b' or '["a","b"]'. */
function filter(query: string): string {
  const i = ('&' + query + ' ').indexOf('&filter=');
  const text = i < 0 ? '' : decode(query.substr(i + 7).split('&')[0]);
  return text.replaceAll('"', '').replaceAll('[', '').replaceAll(']', '').replaceAll(' ', '');
}

function add(job: Keys, name: string, json: string): void {
  job.out += (job.good + job.bad ? ',"' : '"') + name + '":' + json;
}

function show(c: Charger, conf: Conf, job: Keys, name: string): void {
  const r = c.f.row(name);
  const v = r && r[0] === name && !r[2].includes('o') ? conf.value(c, r) : undefined;
  if (v === undefined) return;
  add(job, name, conf.json(v));
  job.good++;
}

/**
 * One name of a filter; unknown ones, those of OCPP only and what was there before are left out. The engine finds a text
 * whose beginning stands at the very end, too: hence the full stop.
 */
function get(c: Charger, conf: Conf, job: Keys): void {
  const before = ',' + job.text.substr(0, job.at) + '.';
  const name = cut(job, ',');
  if (name && !before.includes(',' + name + ',')) show(c, conf, job, name);
  if (job.out.length > SHORT) job.size = -1;
}

/** One row of the full status. */
function next(c: Charger, conf: Conf, job: Keys): void {
  const r = c.f.at(job.place);
  const v = r[2].includes('o') ? undefined : conf.value(c, r);
  job.place = r[10];
  if (v === undefined) return;
  add(job, r[0], conf.json(v));
  job.good++;
}

/** Takes a key in; the text of the answer, '' = accepted. What may hold a secret is not repeated. */
function refused(c: Charger, name: string, raw: string): string {
  const r = c.f.row(name);
  const shown = ' (' + raw.substr(0, 60) + ')';
  if (!r || r[0] !== name || r[2].includes('o')) return name + ': unknown key' + shown;
  const why = (c.f.part('change') as Change).set(c, r, raw);
  return why && name + ': ' + why + (r[2].includes('h') || r[2].includes('m') ? '' : shown);
}

function settle(c: Charger, conf: Conf, job: Keys, name: string, raw: string): void {
  const bad = refused(c, name, raw);
  add(job, conf.json(name).slice(1, -1), bad ? conf.json(bad) : 'true');
  if (bad) job.bad++;
  else job.good++;
  // An unknown key beside good ones is as good as absent.
  if (bad && !bad.startsWith(name + ': unknown key')) job.status = 500;
  if (job.out.length < LONG) return;
  job.at = job.text.length;
  job.list = [];
  job.status = 500;
}

/** One parameter of a query, NAME=VALUE; empty ones are passed over. */
function set(c: Charger, conf: Conf, job: Keys): void {
  const p = cut(job, '&');
  const i = p.indexOf('=');
  if (p) settle(c, conf, job, decode(i < 0 ? p : p.substr(0, i)), i < 0 ? '' : decode(p.substr(i + 1)));
}

/** One field of a JSON body. */
function field(c: Charger, conf: Conf, job: Keys): void {
  const name = job.list.shift()!;
  settle(c, conf, job, name, conf.json(job.body[name]));
}

function fields(job: Keys, text: string): void {
  try {
    job.body = JSON.parse(text);
  } catch (e) {
    return;
  }
  job.text = '';
  job.list = Object.keys(job.body);
  job.one = field;
}

/** Takes a request in. */
export function start(c: Charger, path: string, query: string): Job {
  const all = { out: '{', status: 200, type: 'application/json', size: 0, at: 0, good: 0, bad: 0, place: '' };
  const job: Keys = Object.assign(all, { text: query, one: set, body: {}, list: [] as string[] });
  if (path === '/api/set') {
    if (query[0] === '{') fields(job, query);
    return job;
  }
  job.text = filter(query);
  job.one = job.text ? get : next;
  if (job.text) return job;
  job.place = c.f.first();
  job.size = -1;
  return job;
}

function left(job: Keys): boolean {
  return job.at < job.text.length || job.place !== '' || job.list.length > 0;
}

/** Goes a step further; true = the text is complete. */
export function step(c: Charger, job: Keys): boolean {
  const conf = c.f.part('conf') as Conf;
  const end = getTime() + TIME;
  for (let i = 0; i < STEP && left(job) && getTime() < end; i++) job.one(c, conf, job);
  if (left(job)) return false;
  if (job.bad && !job.good) job.status = 500;
  job.out += '}';
  return true;
}
