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

/** At hand: the engine would look for it behind all of our names. */
const Code = Function;

/** A part that has the JSON of its value at hand. */
interface Raw {
  raw?(c: Charger): string;
}

/** Keys of one step, known or not; one whose code is that long is alone in it. */
const STEP = 2;
const LONG = 150;
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

/** Goes a step further; true = the text is complete. A value that needs a part has a step to load it, and one to itself. */
export function step(c: Charger, job: Keys): boolean {
  const all = job.text;
  for (let i = 0; i < STEP && job.at < all.length; i++) {
    const name = all.substring(job.at, end(job));
    // Unknown ones, those of OCPP only and what was there before are left out.
    const text = all.indexOf(',' + name + ',') + 1 < job.at ? '' : c.f.code(name);
    // The engine finds a beginning that the end cuts off, too: no code ends with a point.
    const at = text.indexOf('.part("');
    const part =
      at < 0 || i
        ? undefined
        : (c.f.ready(text.substring(at + 7, text.indexOf('"', at + 7))) as Raw | undefined);
    const much = text.length > LONG;
    if ((at >= 0 && !part) || (much && i)) return false;
    job.at += name.length + 1;
    if (text)
      job.out +=
        (job.out === '{' ? '"' : ',"') +
        name +
        '":' +
        (part && part.raw ? part.raw(c) : json(new Code('c', text)(c)));
    if (part || much) return false;
  }
  // A piece of it has left: its beginning is no longer '{'.
  if (job.out.length > SHORT) job.size = -1;
  if (job.at < job.text.length) return false;
  job.out += '}';
  return true;
}
