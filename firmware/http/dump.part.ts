// Part on call: `/api/status` without a filter. The table has code for it, a few keys in a chunk.

import type { Charger } from '../core/charger';
import { bytes } from '../core/json';
import type { Job } from './web.part';

interface Chunks extends Job {
  place: string;
}

/** At hand: the engine would look for them behind all of our names. */
const math = Math;
const Code = Function;
const stringify = JSON.stringify;

/** JSON text with its bytes above 127. */
function proper(text: string): string {
  return text.includes('u00') ? bytes(text) : text;
}

/** Takes a request in. */
export function start(c: Charger): Job {
  const place = c.f.head(3);
  const job: Chunks = { out: '', status: 200, type: 'application/json', size: -1, place };
  return job;
}

/** Goes a chunk further; true = the text is complete. */
export function step(c: Charger, job: Chunks): boolean {
  const code = c.f.text(job.place);
  // To load its part takes a step of its own.
  if (code[0] === '"' && !c.f.ready(code.substring(1, code.indexOf('"', 1)))) return false;
  const k = c.k;
  const run = new Code('J', 'K', 'c', 'j', 'G', 'b', 'C', 'Math', code);
  run(job, k, c, stringify, c.f.get, proper, k.cards, math);
  const next = code.slice(-8);
  job.place = next;
  return next === '00000000';
}
