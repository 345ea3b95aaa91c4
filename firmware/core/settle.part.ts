// Part on call: fills the settings at boot.

import type { Change } from './change.part';
import type { Charger } from './charger';
import type { Row } from './config';
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

/** Lists are kept in another form than they are set in: an entry as example. */
const ENTRY: { [key: string]: { [field: string]: unknown } } = {
  cards: { id: '', name: '', e: 0 },
  wifis: { ssid: '', key: '' },
};

function alike(list: unknown, entry: { [field: string]: unknown }): boolean {
  if (!Array.isArray(list)) return false;
  for (const v of list)
    for (const f of Object.keys(entry)) if (!v || typeof v[f] !== typeof entry[f]) return false;
  return true;
}

/** Why the kept text cannot be a value of this row, '' = it can: another firmware may have written it. */
function odd(c: Charger, r: Row, v: unknown): string {
  if (v === undefined) return 'no JSON';
  if (!ENTRY.hasOwnProperty(r[0])) return (c.f.part('change') as Change).fits(c, r, v);
  return alike(v, ENTRY[r[0]]) ? '' : 'no list';
}

/** The kept value of a key, undefined = there is none; one that cannot be is forgotten. */
function kept(c: Charger, key: string): unknown {
  const text = c.f.get('k.' + key);
  if (text === undefined) return undefined;
  const v = parse(text);
  const bad = odd(c, c.f.row(key)!, v);
  if (!bad) return v;
  c.f.log('key', key + ' forgotten, ' + bad);
  c.f.del('k.' + key);
  return undefined;
}

/** Fills `c.k`: default or journal value of every key there; a mark for those that stay in the journal; then what the set-up left. */
export function settle(c: Charger): void {
  const k = c.k as unknown as { [key: string]: unknown };
  const first = JSON.parse(c.f.text(c.f.head(6)));
  for (const key of Object.keys(first)) {
    const v = kept(c, key);
    k[key] = v === undefined ? first[key] : v;
  }
  for (const key of c.f.text(c.f.head(7)).split(',')) if (kept(c, key) !== undefined) k[key] = 1;
  for (const file of ['ocppcc', 'ocppsc']) if (require('Storage').read(file, 0, 1)) c.pem = 1;
  preset(c);
}
