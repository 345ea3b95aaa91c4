// Metering: the chip's readings become the lifetime register, which never falls, and the figures that rules use.

import type { Charger } from './charger';

/** The register goes to the journal in steps of this many Wh, and when a transaction ends. */
const STEP = 10;
/** Current that counts as a used phase, A. */
const USED = 0.5;
/** Weight of a round (about once a second) in the 30 s mean. */
const WEIGHT = 1 / 30;

/** Register at boot, and as last kept. */
const r = { base: 0, kept: 0 };

/** Reads the register back. */
export function resume(c: Charger): void {
  const kept = c.f.get('eto');
  r.base = kept ? parseFloat(kept) : 0;
  r.kept = r.base;
  c.m.eto = r.base;
}

/** Writes the register down. */
export function keep(c: Charger): void {
  r.kept = c.m.eto;
  c.f.put('eto', c.m.eto.toFixed(1));
}

function round(c: Charger): void {
  const chip = c.b.meter!;
  const m = c.m;
  m.eto = r.base + chip.wh;
  m.p = chip.p[0] + chip.p[1] + chip.p[2];
  m.avg += (m.p - m.avg) * WEIGHT;
  m.n = (chip.i[0] > USED ? 1 : 0) + (chip.i[1] > USED ? 1 : 0) + (chip.i[2] > USED ? 1 : 0);
  if (m.eto - r.kept >= STEP) keep(c);
}

/** Job: one step of the chip; a full round refreshes the totals. */
export function meter(c: Charger): void {
  if (c.b.meter && c.b.meter.sample()) round(c);
}
