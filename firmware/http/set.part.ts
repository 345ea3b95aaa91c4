// Part on call: `/api/set`, a key a step.

import type { Charger } from '../core/charger';
import type { Change } from '../core/change.part';
import type { Row } from '../core/config';
import { CODE, HIGH, odd } from '../core/setting';
import type { Utf8 } from '../core/utf8.part';
import type { Param } from './param.part';
import type { Job } from './web.part';

/** Whose job it is: an open request, the broker. `part` has its next turn. */
export interface Owner {
  part?: string;
}

/** A request to set keys. */
export interface Sets extends Job {
  /** A query, NAME=VALUE&..., which is left from `at` on; or a JSON body and its names that are left; undefined = nobody has looked
   * for one yet. */
  text: string;
  at: number;
  body: { [name: string]: unknown } | undefined;
  list: string[] | undefined;
  /** Key at work, its row as long as it is, and what is said about it. */
  name: string;
  r?: Row;
  raw: string;
  /**
   * -1 = the value is taken from the query, a piece a turn; `v`: the engine's decoder has refused one. 0 = the part that checks is to be
   * loaded, 1 = it checks, or the row itself does, 2 = admitted: `v` is to be kept; from 3 on the hooks are told.
   */
  on: number;
  v: unknown;
  /** Turn of a row's function that needs several, from 1 on; -1 = `raw` is the text that is to be kept. */
  turn: number;
  /** What came of it: '' or why it was not taken. */
  why?: string;
  /** Keys accepted, and refused. */
  good: number;
  bad: number;
}

/** A request with an answer longer than this is broken off. */
const LONG = 2500;
/** Below this length a value is looked at in the turn in which the part that checks is loaded. */
const SHORT = 500;

/** Takes a request in. */
export function start(_c: Charger, _path: string, text: string, _all?: unknown, at?: number): Job {
  return {
    out: '{',
    status: 200,
    type: 'application/json',
    size: 0,
    text,
    at: at || 0,
    body: undefined,
    list: undefined,
    name: '',
    raw: '',
    on: 0,
    v: undefined,
    turn: 0,
    good: 0,
    bad: 0,
  } as Sets;
}

/** What came of a key: '' or why it was not taken. What may hold a secret is not repeated, nor what would spoil the answer. */
function said(job: Sets, why: string): void {
  if (why) {
    const hidden = job.r && /[hm]/.test(job.r[2]);
    const name = job.r || !HIGH.test(job.name) ? job.name : '?';
    const text = name + ': ' + why + (hidden || HIGH.test(job.raw) ? '' : ' (' + job.raw.substr(0, 60) + ')');
    job.out += JSON.stringify(name) + ':' + JSON.stringify(text);
    job.bad++;
    // An unknown key beside good ones is as good as absent.
    if (job.r) job.status = 500;
  } else {
    job.out += '"' + job.name + '":true';
    job.good++;
  }
  job.on = 0;
  job.r = job.why = undefined;
}

/** The key is there and everybody may see it: what is said about it is taken in the next step. */
function find(c: Charger, job: Sets): void {
  job.out += job.good + job.bad ? ',' : '';
  const r = c.f.row(job.name);
  if (r && r[0] === job.name && !r[2].includes('o')) job.r = r;
  else said(job, 'unknown key');
}

/** JSON that may be long and that its row alone knows how to check. */
function rich(job: Sets, r: Row): boolean {
  return r[1] === 'j' && r[2].includes('l') && '[{'.includes(job.raw[0]);
}

/** It is UTF-8, and the part that checks is loaded. */
function check(c: Charger, job: Sets, r: Row): void {
  if (odd(job.raw)) {
    const part = c.f.ready('utf8') as Utf8 | undefined;
    if (!part) return;
    const text = part.proper(job.raw);
    if (text === undefined) return said(job, CODE);
    job.raw = text;
  } else if (job.raw.length < SHORT && !rich(job, r)) c.f.part('change');
  job.on = 1;
}

/** Checks what is said; the part `apply` does it. */
function settle(c: Charger, job: Sets, r: Row, by: Owner): void {
  if (job.why !== undefined) return said(job, job.why);
  if (!job.on) return check(c, job, r);
  job.v = undefined;
  job.turn = 0;
  let why: string | undefined;
  if (!rich(job, r)) {
    const part = c.f.ready('change') as Change | undefined;
    if (!part) return;
    why = part.take(c, r, job.raw, job);
    if (why) return said(job, why);
  }
  by.part = 'apply';
  if (why === '') {
    job.on = 2;
    return;
  }
  job.turn = 1;
  // What takes several turns may be long: all that has done its work makes room.
  for (const name of ['param', 'escape', 'change', 'set']) c.f.drop(name);
}

/** Goes a step further; true = the text is complete. */
export function step(c: Charger, job: Sets, by: Owner): boolean {
  if (job.r) settle(c, job, job.r, by);
  else {
    const part = c.f.ready(job.on < 0 ? 'escape' : 'param') as Param | undefined;
    if (!part) return false;
    if (part.next(c, job)) find(c, job);
  }
  const long = job.out.length > LONG;
  if (job.r || job.on < 0 || (!long && (job.at < job.text.length || job.list!.length))) return false;
  if (long || (job.bad && !job.good)) job.status = 500;
  job.out += '}';
  return true;
}
