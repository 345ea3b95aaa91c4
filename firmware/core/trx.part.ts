// Part on call: starts and ends a transaction by the key `trx`.

import type { Charger } from './charger';

/** Exports of this part. */
export interface Trx {
  trx(c: Charger, v: number | null): string;
}

function start(c: Charger, n: number): string {
  const k = c.k.cards[n - 1];
  if (n && !(k && k.id)) return 'no such card';
  if (c.o.rv) return 'reserved by the central system';
  if (c.o.ino) return 'taken out of service by the central system';
  c.f.grant(c, n ? k.id : c.k.ocppd, n);
  return '';
}

export function trx(c: Charger, v: number | null): string {
  if (v === c.ses.trx) return '';
  if (v !== null) return c.ses.ok || c.ses.on ? 'a transaction runs' : start(c, v);
  if (c.ses.ok || c.ses.on) c.f.stop(c, 'Remote');
  return '';
}
