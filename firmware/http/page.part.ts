// Part on call: what is sent as it lies in flash: the charger's own page, the Storage file `page.gz`, and the descriptions of the
// keys, `/api/keys`.

import type { Charger } from '../core/charger';
import type { Job } from './web.part';

/** Bytes of one step. */
const STEP = 536;

interface Page extends Job {
  text: string;
  at: number;
}

/** Takes a request in. */
export function start(c: Charger, path: string): Job {
  const own = path === '/';
  const file = own ? c.f.file('page.gz', 0, 0) : c.f.text(c.f.head(6));
  const text = file || 'Pilotwire ' + c.b.serial + '. API: /api/status, /api/set';
  const job: Page = {
    out: '',
    status: 200,
    type: own ? 'text/html; charset=utf-8' : 'application/json',
    size: text.length,
    head: own && file ? { 'Content-Encoding': 'gzip' } : undefined,
    text,
    at: 0,
  };
  return job;
}

/** Goes a step further; true = the text is complete. A slice of the file costs no memory. */
export function step(_c: Charger, job: Page): boolean {
  job.out = job.text.substr(job.at, STEP);
  job.at += STEP;
  return job.at >= job.size;
}
