// Part on call: `/api/keys`, what there is to read and set, from the table that the charger itself works with.

import type { Charger } from '../core/charger';
import type { Row } from '../core/config';
import { json } from '../core/json';
import type { Job } from './web.part';

interface List extends Job {
  /** The next row; 1 = a comma is needed in front of it. */
  place: string;
  n: number;
}

/** Rows of one step. */
const STEP = 2;
const TYPES = 'boolean,integer,number,string,string,json';

/** Takes a request in. */
export function start(c: Charger): Job {
  const job: List = { out: '{', status: 200, type: 'application/json', size: -1, place: c.f.head(1), n: 0 };
  return job;
}

/** What the value may be. */
function range(r: Row): string {
  if (r[1] === 'c') return ',"words":' + json((r[3] as string).split(','));
  const most = r[4] === null ? '' : (r[1] === 's' ? ',"maxLength":' : ',"max":') + r[4];
  return (r[3] === null ? '' : ',"min":' + r[3]) + most;
}

/** A row as member of the object. */
function member(c: Charger, r: Row): string {
  const f = r[2];
  return (
    '"' +
    r[0] +
    '":{"type":"' +
    TYPES.split(',')['binscj'.indexOf(r[1])] +
    (f.includes('z') ? '","nullable":true,"access":"' : '","access":"') +
    (f.includes('w') ? (f.includes('h') ? 'w"' : 'rw"') : 'r"') +
    (r[6] ? ',"unit":' + json(r[6]) : '') +
    range(r) +
    (f.includes('k') || f.includes('p') ? ',"default":' + json(r[1] === 'b' ? !!r[5] : r[5]) : '') +
    (r[7] ? ',"ocpp":"' + r[7] + '"' : '') +
    ',"text":' +
    json(c.f.text(r[11])) +
    '}'
  );
}

/** Goes a step further; true = the text is complete. */
export function step(c: Charger, job: List): boolean {
  for (let i = 0; i < STEP && job.place; i++) {
    const r = c.f.at(job.place);
    job.place = r[10];
    if (r[2].includes('o')) continue;
    job.out += (job.n ? ',' : '') + member(c, r);
    job.n = 1;
  }
  if (!job.place) job.out += '}';
  return !job.place;
}
