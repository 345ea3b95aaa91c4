// Part on call: keeps an admitted setting. By itself, so that whoever checked it can be let go of first: the longest values take
// three times their length while they are written.

import type { Charger } from './charger';
import type { Row } from './config';

/** Exports of this part. */
export interface Keep {
  store(c: Charger, r: Row, v: unknown): void;
}

/** Keeps an admitted value. */
export function store(c: Charger, r: Row, v: unknown): void {
  const k = c.k as unknown as { [key: string]: unknown };
  const key = r[0];
  const marks = r[2];
  const here = marks.includes('k');
  c.rev++;
  c.dirty = 1;
  if (here ? k[key] === v : !marks.includes('p')) return;
  const text = JSON.stringify(v);
  const usual = text === JSON.stringify(r[5]);
  if (here) k[key] = v;
  else if (usual) delete k[key];
  else k[key] = 1;
  if (usual) c.f.del('k.' + key);
  else if (!c.f.put('k.' + key, text)) c.f.log('key', key + ' not kept');
}
