// Part on call: `/api/set`, a key a step.

import type { Charger } from '../core/charger';
import type { Change } from '../core/change.part';
import type { Row } from '../core/config';
import { CODE, HIGH, hear, odd } from '../core/keep';
import type { Keep } from '../core/keep.part';
import type { Utf8 } from '../core/utf8.part';
import type { Param } from './param.part';
import type { Job } from './web.part';

/** A request to set keys. */
export interface Sets extends Job {
  /** Query that is left, NAME=VALUE&..., or a JSON body and its names that are left; undefined = nobody has looked for one yet. */
  text: string;
  body: { [name: string]: unknown } | undefined;
  list: string[] | undefined;
  /** Key at work, its row as long as it is, and what is said about it. */
  name: string;
  r?: Row;
  raw: string;
  /**
   * Below 0 the value is taken from the query: -4 = it is to be cut out, -3 = its + are blanks, -2 = its escapes, -1 = those that the
   * engine's decoder refused wait in `v`. 0 = the part that checks is to be loaded, 1 = it checks, 2 = admitted: `v` is to be kept; from
   * 3 on the hooks are told.
   */
  on: number;
  v: unknown;
  /** Turn of a row's function that needs several, from 1 on. */
  turn: number;
  /** Keys accepted, and refused. */
  good: number;
  bad: number;
}

/** A request with an answer longer than this is broken off. */
const LONG = 2500;
/** Below this length a value is looked at in the turn in which the part that checks is loaded. */
const SHORT = 500;

/** Takes a request in. */
export function start(_c: Charger, _path: string, query: string): Job {
  const job: Sets = {
    out: '{',
    status: 200,
    type: 'application/json',
    size: 0,
    text: query,
    body: undefined,
    list: undefined,
    name: '',
    raw: '',
    on: 0,
    v: undefined,
    turn: 0,
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
  job.out += JSON.stringify(name) + ':' + JSON.stringify(text);
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

/** The part that a row calls, '' = none. */
function needs(r: Row): string {
  // To split all of it would take fifty times as long.
  const i = r[9].indexOf('.part("') + 7;
  return i < 7 ? '' : r[9].substring(i, r[9].indexOf('"', i));
}

/** It is kept, or the next hook learns of it. */
function follow(c: Charger, job: Sets, r: Row): void {
  if (job.on === 2) {
    const part = c.f.ready('keep') as Keep | undefined;
    if (!part) return;
    part.store(c, r, job.v);
  } else c.hooks[job.on - 3](c, 'setting', r[0]);
  if (++job.on < c.hooks.length + 3) return;
  job.out += '"' + job.name + '":true';
  job.good++;
  job.on = 0;
  job.r = undefined;
}

/** It is UTF-8, and the part that checks is loaded. */
function check(c: Charger, job: Sets): void {
  if (odd(job.raw)) {
    const part = c.f.ready('utf8') as Utf8 | undefined;
    if (!part) return;
    const text = part.proper(job.raw);
    if (text === undefined) return refused(job, CODE);
    job.raw = text;
  } else if (job.raw.length < SHORT) c.f.part('change');
  job.on = 1;
}

/** What the row itself says, in as many turns as it takes; the part that it calls is loaded first. */
function ask(c: Charger, job: Sets, r: Row): string | undefined {
  const name = needs(r);
  return name && !c.f.ready(name) ? undefined : hear(c, r, job.v, job.turn++ - 1);
}

/** Checks what is said and does it; in the steps after that it is kept and told. */
function settle(c: Charger, job: Sets, r: Row): void {
  if (job.on > 1) return follow(c, job, r);
  if (!job.on) return check(c, job);
  let why: string | undefined;
  if (job.turn) why = ask(c, job, r);
  else {
    const part = c.f.ready('change') as Change | undefined;
    if (!part) return;
    why = part.take(c, r, job.raw, job);
    if (why === undefined) {
      job.turn = 1;
      // What takes several turns may be long: all that has done its work makes room.
      for (const name of ['param', 'escape', 'change']) c.f.drop(name);
    }
    // Enough to say what was refused.
    job.raw = job.raw.substr(0, 60);
  }
  if (why === undefined) return;
  if (job.turn) c.f.drop(needs(r));
  job.turn = 0;
  if (why) refused(job, why);
  else job.on = 2;
}

/** Goes a step further; true = the text is complete. */
export function step(c: Charger, job: Sets): boolean {
  if (job.r) settle(c, job, job.r);
  else {
    const part = c.f.ready(job.on < 0 ? 'escape' : 'param') as Param | undefined;
    if (!part) return false;
    if (part.next(c, job)) find(c, job);
  }
  const long = job.out.length > LONG;
  if (job.r || job.on < 0 || (!long && (job.text || job.list!.length))) return false;
  if (long || (job.bad && !job.good)) job.status = 500;
  job.out += '}';
  return true;
}
