// What follows when a setting was admitted. Parts on call have a copy of their own: no state.

import type { Charger } from './charger';
import type { Row } from './config';

/** Keeps an admitted value. */
export function store(c: Charger, r: Row, v: unknown): void {
  const k = c.k as unknown as { [key: string]: unknown };
  c.rev++;
  // Merged ones are stored by their setter, and only saved here.
  const merged = r[2].includes('m');
  if (r[2].includes('k') && (merged || k[r[0]] !== v)) {
    if (!merged) k[r[0]] = v;
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

/** Keeps an admitted value, and tells that it has changed. */
export function keep(c: Charger, r: Row, v: unknown): void {
  store(c, r, v);
  for (const hook of c.hooks) hook(c, 'setting', r[0]);
}
