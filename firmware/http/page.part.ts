// Part on call: the charger's own page, which is sent as it lies in flash: the Storage file `page.gz`.

import type { Charger } from '../core/charger';
import type { Job } from './web.part';

/** Bytes of one step. */
const STEP = 536;

interface Page extends Job {
  text: string;
  at: number;
}

/** Takes a request in. */
export function start(c: Charger): Job {
  const file = c.f.file('page.gz', 0, 0);
  const text = file || 'Pilotwire ' + c.b.serial + '. API: /api/status, /api/set';
  const job: Page = {
    out: '',
    status: 200,
    type: 'text/html; charset=utf-8',
    size: text.length,
    head: file ? { 'Content-Encoding': 'gzip' } : undefined,
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
