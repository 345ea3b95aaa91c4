// Part on call: `/api/keys`, what each key is.

import type { Charger } from '../core/charger';
import type { Row } from '../core/config';
import type { Job } from './web.part';

interface About extends Job {
  /** Place of the next row, and what stands in front of its member. */
  place: string;
  sep: string;
}

/** Rows of one step. */
const STEP = 3;

/** Takes a request in. */
export function start(c: Charger): Job {
  const place = c.f.head(1);
  const job: About = { out: '', status: 200, type: 'application/json', size: -1, place, sep: '{' };
  return job;
}

/** Name and value of a member that is there. */
function one(name: string, v: string | number | null): string {
  return v === null || v === '' ? '' : ',"' + name + '":' + v;
}

function quoted(text: string): string {
  return text && '"' + text + '"';
}

/** What a value may be. */
function range(r: Row): string {
  if (r[1] === 's') return one('maxLength', r[4]);
  if (r[1] === 'c') return one('words', '["' + (r[3] as string).replaceAll(',', '","') + '"]');
  return one('min', r[3]) + one('max', r[4]);
}

function type(t: string): string {
  return t === 'b' ? 'boolean' : t === 'i' ? 'integer' : t === 'n' ? 'number' : t === 'j' ? 'json' : 'string';
}

/** A key as a member of the answer. */
function member(c: Charger, r: Row): string {
  const f = r[2];
  const kept = f.includes('k') || f.includes('p') ? (r[5] !== null ? 1 : f.includes('z')) : 0;
  return (
    quoted(r[0]) +
    ':{"type":' +
    quoted(type(r[1])) +
    (f.includes('z') ? ',"nullable":true' : '') +
    one('access', quoted(f.includes('w') ? (f.includes('h') ? 'w' : 'rw') : 'r')) +
    one('unit', quoted(r[6])) +
    range(r) +
    (kept ? one('default', JSON.stringify(r[1] === 'b' ? !!r[5] : r[5])) : '') +
    one('ocpp', quoted(r[7])) +
    one('text', c.f.text(r[11])) +
    '}'
  );
}

/** Goes some rows further; true = the text is complete. */
export function step(c: Charger, job: About): boolean {
  for (let i = 0; i < STEP && job.place; i++) {
    const r = c.f.at(job.place);
    job.place = r[10];
    if (r[2].includes('o')) continue;
    job.out += job.sep + member(c, r);
    job.sep = ',';
  }
  if (job.place) return false;
  job.out += '}';
  return true;
}
