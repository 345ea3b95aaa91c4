// Part on call: `/api/status` without a filter, and `/status`, the object of API version 1, which is of one length. The table
// has code for both, a few keys in a chunk.

import type { Charger } from '../core/charger';
import { bytes } from '../core/json';
import type { Chunks, Job } from './web.part';

/** At hand: the engine would look for them behind all of our names. */
const math = Math;
const Code = Function;
const stringify = JSON.stringify;

/** JSON text with its bytes above 127. */
function proper(text: string): string {
  return text.includes('u00') ? bytes(text) : text;
}

/** Takes a request in. */
export function start(c: Charger, path: string): Job {
  const old = path === '/status';
  const place = c.f.head(old ? 8 : 3);
  const job: Chunks = { out: '', status: 200, type: 'application/json', size: old ? 0 : -1, place };
  return job;
}

/** Goes a chunk further; true = the text is complete. */
export function step(c: Charger, job: Chunks): boolean {
  const code = c.f.text(job.place);
  // To load its part takes a step of its own.
  if (code[0] === '"' && !c.f.ready(code.substring(1, code.indexOf('"', 1)))) return false;
  const k = c.k;
  const run = new Code('J', 'K', 'c', 'j', 'G', 'b', 'C', 'Math', code);
  job.place = run(job, k, c, stringify, c.f.get, proper, k.cards, math) as string;
  return job.place === '';
}
