// Part on call: `/api/status` with a filter, a few keys a step.

import type { Charger } from '../core/charger';
import { json } from '../core/json';
import { decode } from './query';
import type { Job } from './web.part';

interface Keys extends Job {
  /** Names that are asked for, a comma before and behind each, and the place of the next. */
  text: string;
  at: number;
}

/** Keys of one step, known or not. */
const STEP = 2;
/** An answer up to this length has a Content-Length; a longer one is sent while it is made. */
const SHORT = 1100;

/** Takes a request in: 'a,b' or '["a","b"]'. */
export function start(_c: Charger, _path: string, query: string): Job {
  const i = ('&' + query).indexOf('&filter=');
  const text = decode((i < 0 ? '' : query.substr(i + 7)).split('&')[0]);
  const names = text.replaceAll('"', '').replaceAll('[', '').replaceAll(']', '').replaceAll(' ', '');
  const job: Keys = {
    out: '{',
    status: 200,
    type: 'application/json',
    size: 0,
    text: ',' + names + ',',
    at: 1,
  };
  return job;
}

/** Where the next name ends. */
function end(job: Keys): number {
  return job.text.indexOf(',', job.at);
}

/** The part that the value of the next name needs, '' = none. */
function needs(c: Charger, job: Keys): string {
  const r = c.f.row(job.text.substring(job.at, end(job)));
  const code = r && r[8] ? c.f.text(r[8]) : '';
  // The engine finds a beginning that the end cuts off, too: no code ends with a point.
  const at = code.indexOf('.part("');
  return at < 0 ? '' : code.substr(at + 7).split('"')[0];
}

/** The next name; unknown ones, those of OCPP only and what was there before are left out. */
function next(c: Charger, job: Keys): void {
  const at = job.at;
  const name = job.text.substring(at, end(job));
  job.at += name.length + 1;
  if (!name || job.text.indexOf(',' + name + ',') + 1 < at) return;
  const v = c.f.read(name);
  if (v !== undefined) job.out += (job.out === '{' ? '"' : ',"') + name + '":' + json(v);
}

/** Goes a step further; true = the text is complete. A value that needs a part has a step to load it, and one to itself. */
export function step(c: Charger, job: Keys): boolean {
  for (let i = 0; i < STEP && job.at < job.text.length; i++) {
    const part = needs(c, job);
    if (part && (i || !c.f.ready(part))) return false;
    next(c, job);
    if (part) break;
  }
  // A piece of it has left: its beginning is no longer '{'.
  if (job.out.length > SHORT) job.size = -1;
  if (job.at < job.text.length) return false;
  job.out += '}';
  return true;
}
