// Part on call: fills the settings at boot.

import type { Change } from './change.part';
import type { Charger } from './charger';
import { parse } from './json';

/** Exports of this part. */
export interface Settle {
  settle(c: Charger): void;
}

/** Applies the file `preset`, {key: raw text}, which whoever set the charger up has left; once. */
function preset(c: Charger): void {
  const s = require('Storage');
  const text = s.read('preset');
  if (text === undefined) return;
  const all = parse(text) as { [key: string]: string } | undefined;
  for (const key of Object.keys(all ?? {})) {
    const bad = (c.f.part('change') as Change).write(c, key, '' + all![key]);
    if (bad) c.f.log('preset', key + ': ' + bad);
  }
  s.erase('preset');
}

/** Fills `c.k`: default or journal value of every kept key, and what the set-up left. */
export function settle(c: Charger): void {
  const k = c.k as unknown as { [key: string]: unknown };
  let place = c.f.head(1);
  while (place) {
    const r = c.f.at(place);
    const text = r[2].includes('k') ? c.f.get('k.' + r[0]) : undefined;
    const v = text === undefined ? undefined : parse(text);
    if (r[2].includes('k')) k[r[0]] = v === undefined ? r[5] : v;
    place = r[10];
  }
  preset(c);
}
