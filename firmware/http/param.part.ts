// Part on call: takes the next key and its value out of what a request sets.

import type { Charger } from '../core/charger';
import type { Conf } from '../core/conf.part';
import type { Utf8 } from '../core/utf8.part';
import { quick } from './query';
import type { Sets } from './set.part';

/** Exports of this part, and of the part `escape`. */
export interface Param {
  /** true = a name and its value stand in the job. */
  next(c: Charger, job: Sets): boolean;
}

/** Longest name; and a value of which more is done in a turn. */
const NAME = 64;
const SHORT = 500;

function parse(c: Charger, text: string): { [name: string]: unknown } | undefined {
  try {
    return JSON.parse(text.includes('\\u') ? (c.f.part('utf8') as Utf8).plain(text) : text);
  } catch (e) {
    return undefined;
  }
}

/** Looks once whether the text is a JSON body; what is none is taken for a query. */
function open(c: Charger, job: Sets): string[] {
  const body = job.text[job.at] === '{' ? parse(c, job.at ? job.text.substr(job.at) : job.text) : undefined;
  if (!body) return [];
  job.text = '';
  job.body = body;
  return Object.keys(body);
}

/** The value, where one turn is enough for it. */
function take(job: Sets): void {
  const long = job.text.substr(job.at, SHORT);
  const i = long.indexOf('&');
  const t = i < 0 && long.length === SHORT ? undefined : quick(i < 0 ? long : long.substr(0, i));
  job.v = undefined;
  if (t === undefined) job.on = -1;
  else {
    job.raw = t;
    job.at += (i < 0 ? long.length : i) + 1;
  }
}

/** The next parameter of the query; empty ones are passed over. */
function parameter(job: Sets): boolean {
  const head = job.text.substr(job.at, NAME);
  const end = head.indexOf('&');
  const eq = head.indexOf('=');
  const bare = end >= 0 && (eq < 0 || eq > end);
  const n = bare ? end : eq;
  job.at += n < 0 ? NAME : n + 1;
  if (!n && bare) return false;
  job.name = quick(n < 0 ? head : head.substr(0, n)) ?? '\xff';
  job.raw = '';
  if (!bare) take(job);
  return !job.on;
}

export function next(c: Charger, job: Sets): boolean {
  const list = job.list ?? (job.list = open(c, job));
  if (!list.length) return parameter(job);
  job.name = list.shift()!;
  job.raw = (c.f.part('conf') as Conf).json(job.body![job.name]);
  return true;
}
