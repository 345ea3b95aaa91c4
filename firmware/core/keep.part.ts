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
  c.rev++;
  if (r[2].includes('k') && k[r[0]] !== v) {
    k[r[0]] = v;
    c.f.save(r[0], r[5]);
  }
  if (r[2].includes('p')) {
    const text = JSON.stringify(v);
    k[r[0]] = 1;
    if (text === JSON.stringify(r[5])) {
      delete k[r[0]];
      c.f.del('k.' + r[0]);
    } else if (!c.f.put('k.' + r[0], text)) c.f.log('key', r[0] + ' not kept');
  }
  c.dirty = 1;
}
