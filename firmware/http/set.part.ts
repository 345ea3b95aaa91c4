// Part on call: `/api/set`, a key a step.

import type { Charger } from '../core/charger';
import type { Change } from '../core/change.part';
import type { Row } from '../core/config';
import { json } from '../core/json';
import { store } from '../core/keep';
import type { Utf8 } from '../core/utf8.part';
import { decode } from './query';
import type { Job } from './web.part';

/** A request to set keys. */
export interface Sets extends Job {
  /** Query that is left, NAME=VALUE&..., or a JSON body and its names that are left. */
  text: string;
  body: { [name: string]: unknown } | undefined;
  list: string[];
  /** Key at work, its row as long as it is, and what is said about it. */
  name: string;
  r?: Row;
  raw: string;
  /** 0 = the part that checks is to be loaded, 1 = it checks, 2 = admitted: `v` is to be kept; from 3 on the hooks are told. */
  on: number;
  v: unknown;
  /** Keys accepted, and refused. */
  good: number;
  bad: number;
}

/** What may be no UTF-8. */
const HIGH = /[^\t-~]/;
/** A request with an answer longer than this is broken off. */
const LONG = 2500;

function parse(c: Charger, text: string): { [name: string]: unknown } | undefined {
  try {
    return JSON.parse(text.includes('\\u') ? (c.f.part('utf8') as Utf8).plain(text) : text);
  } catch (e) {
    return undefined;
  }
}

/** Takes a request in. */
export function start(c: Charger, _path: string, query: string): Job {
  const body = query[0] === '{' ? parse(c, query) : undefined;
  const job: Sets = {
    out: '{',
    status: 200,
    type: 'application/json',
    size: 0,
    text: body ? '' : query,
    body,
    list: body ? Object.keys(body) : [],
    name: '',
    raw: '',
    on: 0,
    v: undefined,
    good: 0,
    bad: 0,
  };
  return job;
}

/** Why a key was not taken. What may hold a secret is not repeated, nor what would spoil the answer. */
function refused(job: Sets, why: string): void {
  const hidden = job.r && /[hm]/.test(job.r[2]);
  const name = job.r || !HIGH.test(job.name) ? job.name : '?';
  const text = name + ': ' + why + (hidden || HIGH.test(job.raw) ? '' : ' (' + job.raw.substr(0, 60) + ')');
  job.out += json(name) + ':' + json(text);
  job.bad++;
  job.on = 0;
  // An unknown key beside good ones is as good as absent.
  if (job.r) job.status = 500;
  job.r = undefined;
}

/** The key is there and everybody may see it: what is said about it is taken in the next step. */
function find(c: Charger, job: Sets): void {
  job.out += job.good + job.bad ? ',' : '';
  const r = c.f.row(job.name);
  if (r && r[0] === job.name && !r[2].includes('o')) job.r = r;
  else refused(job, 'unknown key');
}

/** The next parameter of the query; empty ones are passed over. */
function next(c: Charger, job: Sets): void {
  const p = job.text.split('&')[0];
  const i = p.indexOf('=');
  job.text = job.text.substr(p.length + 1);
  if (!p) return;
  job.name = decode(i < 0 ? p : p.substr(0, i));
  job.raw = i < 0 ? '' : decode(p.substr(i + 1));
  find(c, job);
}

/** The next field of a JSON body. */
function field(c: Charger, job: Sets): void {
  job.name = job.list.shift()!;
  job.raw = json(job.body![job.name]);
  find(c, job);
}

/** It is kept, or the next hook learns of it. */
function follow(c: Charger, job: Sets, r: Row): void {
  if (job.on === 2) {
    c.f.drop('change');
    store(c, r, job.v);
  } else c.hooks[job.on - 3](c, 'setting', r[0]);
  if (++job.on < c.hooks.length + 3) return;
  job.out += '"' + job.name + '":true';
  job.good++;
  job.on = 0;
  job.r = undefined;
}

/** Checks what is said and does it; in the steps after that it is kept and told. */
function settle(c: Charger, job: Sets, r: Row): void {
  if (job.on > 1) return follow(c, job, r);
  if (!job.on) {
    c.f.part('change');
    job.on = 1;
    return;
  }
  const why = (c.f.part('change') as Change).take(c, r, job.raw, job);
  if (why) refused(job, why);
  else job.on = 2;
}

/** Goes a step further; true = the text is complete. */
export function step(c: Charger, job: Sets): boolean {
  if (job.r) settle(c, job, job.r);
  else if (job.list.length) field(c, job);
  else next(c, job);
  const long = job.out.length > LONG;
  if (job.r || (!long && (job.text || job.list.length))) return false;
  if (long || (job.bad && !job.good)) job.status = 500;
  job.out += '}';
  return true;
}
