// Part on call: what is known here about a tag: the local list of the central system, then the charger's own cards, then
// the cache of what the central system has said.

import { CACHE, find, head, place, record } from './rows';
import { card } from './state';
import type { Ocpp } from './state';

/** What is known about a tag. */
export interface Entry {
  from: 'list' | 'card' | 'cache';
  /** Accepted and not expired. */
  ok: boolean;
  /** Group, '' = none. */
  par: string;
}

/** Exports of this part. */
export interface Known {
  lookup(o: Ocpp, tag: string): Entry | undefined;
  listed(o: Ocpp, tag: string): Entry | undefined;
}

/** While the clock is unknown, what may have expired has. */
function entry(o: Ocpp, from: 'list' | 'cache', row: string): Entry {
  const at = row.indexOf('\t') + 1;
  const cut = row.indexOf('\r', at);
  const till = row.substring(at + 1, cut);
  const ok = row[at] === 'A' && (till === '' || +till * 1000 > (o.c.f.wall(o.c) || 9e15));
  return { from, ok, par: row.substr(cut + 1) };
}

/** What the local list says. */
export function listed(o: Ocpp, tag: string): Entry | undefined {
  const h = head(o);
  if (!o.c.k.ocppla || !h[2]) return undefined;
  const row = find(o.c.f.get(record(h[0], place(tag))) ?? '', tag);
  return row ? entry(o, 'list', row) : undefined;
}

export function lookup(o: Ocpp, tag: string): Entry | undefined {
  const e = listed(o, tag);
  if (e) return e;
  if (card(o, tag) >= 0) return { from: 'card', ok: true, par: '' };
  const old = o.c.k.oce ? find(o.c.f.get(CACHE) ?? '', tag) : '';
  return old ? entry(o, 'cache', old) : undefined;
}
