// Part on call: the problem report, one text to attach to a message for help: trace of pilot and contactor, log, settings; or
// the trace alone.
// Nothing in it is secret: what is never read back is not in it.

import { STATES } from './core/charge';
import type { Charger } from './core/charger';
import type { Conf } from './core/conf.part';
import { ROW } from './core/faults';
import type { Job } from './http/web.part';

/** Exports of this part. */
export interface Report {
  traced(c: Charger, i: number): string;
  start(c: Charger, path: string): Lines;
  step(c: Charger, job: Lines): boolean;
}

const SIZE = 256;
const KINDS = 'state pilot coil mirror offer fault gone late test phases boot';

/** The report in the making. */
export interface Lines extends Job {
  /** Next line, and after the trace the next row of the key table. */
  n: number;
  place: string;
  /** 0 = the trace alone. */
  all: number;
}

/** Text of the fault at this place of the packed table, core/fault.ts. */
function fault(c: Charger, place: number): string {
  return JSON.parse(c.f.file('faults', place * ROW, ROW)!)[6];
}

/** Event `i` of the trace in words, '' = none: seconds since boot (round after 11 h), kind, detail. */
export function traced(c: Charger, i: number): string {
  const e = c.f.event(i);
  if (!e) return '';
  const kind = (e >> 6) & 15;
  const d = e & 63;
  const words = [
    STATES.split(' ')[d],
    'ABCDEF?'[d],
    d ? 'on' : 'off',
    d ? 'closed' : 'open',
    d ? d + ' A' : 'none',
  ];
  const text =
    kind < 5
      ? words[kind]
      : kind < 7
        ? fault(c, d)
        : kind === 7
          ? d * 20 + ' ms'
          : kind === 8
            ? d
              ? 'passed'
              : 'failed'
            : '' + d;
  return ((e >>> 10) / 100).toFixed(2) + ' ' + KINDS.split(' ')[kind] + ' ' + text;
}

function head(c: Charger): string {
  const m = process.memory(false);
  return (
    'Pilotwire ' +
    VERSION +
    ' on ' +
    c.b.name +
    ', serial ' +
    c.b.serial +
    ', boot ' +
    c.rbc +
    ', up ' +
    Math.floor(c.t / 1000) +
    ' s\nengine ' +
    process.version +
    ', ' +
    m.usage +
    ' of ' +
    m.total +
    ' variables, longest gap ' +
    c.gap +
    ' ms, late scans ' +
    c.late +
    '\n\n# trace: seconds since boot, what\n'
  );
}

/** Next row of the key table as a line; OCPP's own by their OCPP name. */
function setting(c: Charger, job: Lines): string {
  const r = c.f.at(job.place);
  const conf = c.f.part('conf') as Conf;
  const v = r[2].includes('x') ? undefined : conf.value(c, r);
  job.place = r[10];
  return v === undefined ? '' : (r[2].includes('o') ? r[7] : r[0]) + ' ' + conf.json(v) + '\n';
}

/** Takes a request in: `/report` or `/trace`. */
export function start(c: Charger, path: string): Lines {
  const all = path === '/report' ? 1 : 0;
  const job: Lines = {
    out: all ? head(c) : '',
    status: 200,
    type: 'text/plain; charset=utf-8',
    size: -1,
    n: 0,
    place: c.f.head(1),
    all,
  };
  return job;
}

/** Goes some lines further; true = the text is complete. */
export function step(c: Charger, job: Lines): boolean {
  for (let i = 0; i < 8 && job.n < SIZE; i++) {
    const t = traced(c, job.n++);
    if (t) job.out += t + '\n';
  }
  if (job.n < SIZE || !job.all) return job.n >= SIZE;
  if (job.n++ === SIZE) job.out += '\n# log\n' + c.f.lines().join('\n') + '\n# settings\n';
  else for (let i = 0; i < 3 && job.place; i++) job.out += setting(c, job);
  return !job.place;
}
