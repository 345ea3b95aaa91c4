// Part on call: the trace and the problem report, one text to attach to a message for help. Line by line, since the whole is
// longer than memory likes; nothing in it is secret.

import type { Charger } from './core/charger';
import type { Conf } from './core/conf.part';

/** Exports of this part. */
export interface Report {
  line(c: Charger, n: number): string | undefined;
  traced(c: Charger, i: number): string;
}

const SIZE = 256;
const STATES = 'A1 B1 B2 C1 C2 CW D1 D2 E F';
const KINDS = 'state pilot coil mirror offer fault gone late test phases boot';

/** Event `i` of the trace in words, '' = none: seconds since boot (round after 11 h), kind, detail. */
export function traced(c: Charger, i: number): string {
  const e = c.f.event(i);
  if (!e) return '';
  const kind = (e >> 6) & 15;
  const d = e & 63;
  const words = [STATES.split(' ')[d], 'ABCDEF?'[d], d ? 'on' : 'off', d ? 'closed' : 'open', d ? d + ' A' : 'none'];
  const text = kind < 5 ? words[kind] : kind === 7 ? d * 20 + ' ms' : kind === 8 ? (d ? 'passed' : 'failed') : '' + d;
  return ((e >>> 10) / 100).toFixed(2) + ' ' + KINDS.split(' ')[kind] + ' ' + text;
}

function head(c: Charger): string {
  const m = process.memory(false);
  return (
    'Pilotwire ' + VERSION + ' on ' + c.b.name + ', serial ' + c.b.serial + ', boot ' + c.rbc + ', up ' + Math.floor(c.t / 1000) +
    ' s\nengine ' + process.version + ', ' + m.usage + ' of ' + m.total + ' variables, longest gap ' + c.gap + ' ms, late scans ' + c.late + '\n'
  );
} // prettier-ignore

/** Line `n` of the report, '' = an empty place, undefined = behind the end: head, trace, log, all keys that may be read. */
export function line(c: Charger, n: number): string | undefined {
  if (!n) return head(c) + '\n# trace\n';
  if (n <= SIZE) {
    const t = traced(c, n - 1);
    return t ? t + '\n' : '';
  }
  if (n === SIZE + 1) return '\n# log\n' + c.f.lines().join('\n') + '\n# settings\n';
  return setting(c, n - SIZE - 2);
}

/** Row `i` of the key table as a line; OCPP's own by their OCPP name. */
function setting(c: Charger, i: number): string | undefined {
  let place = c.f.first();
  while (place && i--) place = c.f.at(place)[10];
  if (!place) return undefined;
  const r = c.f.at(place);
  const conf = c.f.part('conf') as Conf;
  const v = conf.value(c, r);
  return v === undefined ? '' : (r[2].includes('o') ? r[7] : r[0]) + ' ' + conf.json(v) + '\n';
}
