// Part on call: what API version 1 writes, `/mqtt?payload=`, which older clients still need. The answer is that of `/status`:
// firmware/http/v1.ts, made by the part `dump`.

import type { Charger } from '../core/charger';
import type { Change } from '../core/change.part';
import type { Press } from '../core/press.part';
import type { Answer, Chunks, Job } from './web.part';

/** Version 1 name and text of a write as those of version 2; undefined = nothing to do. */
function newer(c: Charger, name: string, v: string): string[] | undefined {
  if (name.length === 3 && name.startsWith('al') && '12345'.includes(name[2]))
    return ['clp', (c.f.part('press') as Press).level(c, +name[2] - 1, v)];
  if (name === 'amx') return ['amp', v];
  if (name === 'alw') return ['frc', v === '0' ? '1' : '0'];
  if (name === 'ast') return ['acs', v];
  if (name === 'stp') return v === '0' ? ['dwo', 'null'] : undefined;
  if (name === 'dwo') return ['dwo', '' + Number(v) * 100];
  if (['cid', 'cch', 'cfi'].includes(name))
    return [name, '#' + Number(v).toString(16).toUpperCase().padStart(6, '0')];
  return ['amp', 'ama', 'ust', 'lbr', 'lse'].includes(name) ? [name, v] : undefined;
}

function write(c: Charger, text: string): void {
  const i = text.indexOf('=');
  const w = i < 0 ? undefined : newer(c, text.substr(0, i), text.substr(i + 1));
  const bad = w ? (c.f.part('change') as Change).write(c, w[0], w[1]) : '';
  if (bad) c.f.log('v1', text.substr(0, 40) + ': ' + bad);
}

/** Value of the parameter `payload`, NAME=VALUE; clients encode it or not. */
function payload(query: string): string {
  const i = ('&' + query).indexOf('&payload=');
  const text = i < 0 ? '' : query.substr(i + 8).split('&')[0];
  try {
    return decodeURIComponent(text);
  } catch (e) {
    return text;
  }
}

/** Takes a request in; a write is done at once. */
export function start(c: Charger, _path: string, query: string): Job {
  const text = payload(query);
  if (text) write(c, text);
  const job: Chunks = { out: '', status: 200, type: 'application/json', size: 0, place: c.f.head(8) };
  return job;
}

/** Goes a chunk further; true = the text is complete. */
export function step(c: Charger, job: Job): boolean {
  const dump = c.f.ready('dump') as Answer | undefined;
  return dump ? dump.step(c, job) : false;
}
