// Part on call: the surplus mode (`lmo` 4): what the site has left, as `ids` tells it, becomes a limit and a number of
// phases. Every start costs the contactor a life, so it begins late, ends late and lasts a while.

import type { Charger, Surplus } from './charger';
import { FLOOR, NONE } from './limits';

/** Values older than this say nothing about now; after so long nobody speaks any more, ms. */
const STALE = 10000;
const LOST = 60000;
/** Rest between a stop and the next start at the least, ms. */
const REST = 60000;
/** Looked at again at the latest, ms. */
const AGAIN = 10000;

/** Settings in `k` of the record, and how many are read in one step. */
const KEYS = ['pgt', 'sh', 'fst', 'fmt', 'spl3', 'psh', 'mpwst', 'mptwt', 'acp', 'mcpd'];
const PGT = 0;
const SH = 1;
const FST = 2;
const FMT = 3;
const SPL3 = 4;
const PSH = 5;
const MPWST = 6;
const MPTWT = 7;
const ACP = 8;
const MCPD = 9;
const STEP = 2;

/** Reads some settings that have no field. */
function learn(c: Charger, k: number[]): void {
  for (let i = 0; i < STEP && k.length < KEYS.length; i++) {
    const key = KEYS[k.length];
    const text = c.f.get('k.' + key);
    k.push(text === undefined ? (c.f.row(key)![5] as number) : +text);
  }
}

function offer(c: Charger, amps: number): void {
  c.lim.lmo = Math.min(NONE, amps);
  c.how = amps ? 12 : 17;
}

/** Power of 1 A on `n` phases, W. */
function ampere(c: Charger, n: number): number {
  const m = c.b.meter;
  return (m && m.ok && m.v[0] > 100 ? m.v[0] : 230) * n;
}

/** 1 = this charger may choose between one and three phases. */
function free(c: Charger): boolean {
  return c.b.phases > 1 && !!c.b.contactor.phases && c.k.psm === 0 && c.o.ph !== 1;
}

/** Changes the phases once `have` has called for it long enough; while nothing flows at once. */
function choose(c: Charger, s: Surplus, have: number): void {
  const three = have >= s.k[SPL3] - (c.one ? 0 : s.k[PSH]);
  if (three !== (c.one === 1)) s.d = 0;
  else if (!s.d) s.d = c.t;
  if (!s.d) return;
  if (s.on && (c.t - s.d < s.k[MPWST] || (s.ps && c.t - s.ps < s.k[MPTWT]))) return;
  c.one = three ? 0 : 1;
  s.ps = c.t;
  s.d = 0;
}

/** Phases that a vehicle draws on, or will. */
function used(c: Charger): number {
  const n = c.b.phases < 3 || c.k.psm === 1 || c.o.ph === 1 || (c.one && free(c)) ? 1 : 3;
  return c.s.on && c.m.n > 0 && c.m.n < n ? c.m.n : n;
}

function start(c: Charger, s: Surplus, have: number): boolean {
  if (have < s.k[FST] || (s.t && c.t - s.t < Math.max(REST, s.k[MCPD]))) return false;
  if (free(c)) choose(c, s, have);
  return have >= (FLOOR / 10) * ampere(c, used(c));
}

/** 1 = too little for too long. One phase is tried before that. */
function short(c: Charger, s: Surplus, have: number): boolean {
  const least = (FLOOR / 10) * ampere(c, free(c) ? 1 : used(c));
  return s.k[ACP] > 0 && have < least - s.k[SH] && c.t - s.t >= s.k[FMT];
}

function regulate(c: Charger, s: Surplus): void {
  const have = s.s + s.k[PGT];
  if (s.on ? short(c, s, have) : start(c, s, have)) {
    s.on = s.on ? 0 : 1;
    s.t = c.t;
  } else if (s.on && free(c)) choose(c, s, have);
  offer(c, s.on ? Math.max(FLOOR, Math.floor((have * 10) / ampere(c, used(c)))) : 0);
}

/** Nobody tells: 6 A for a while, then nothing, and nothing begins. */
function blind(c: Charger, s: Surplus | undefined): void {
  if (s && s.on && c.t - s.at < LOST) {
    offer(c, FLOOR);
    return;
  }
  if (s && s.on) {
    s.on = 0;
    s.t = c.t;
  }
  offer(c, 0);
}

export function look(c: Charger): void {
  const s = c.pv;
  c.nx = c.t + AGAIN;
  if (c.frc === 2 || !c.k.fup) {
    c.lim.lmo = NONE;
    c.how = 13;
    c.one = 0;
  } else if (!s || c.t - s.at >= STALE) blind(c, s);
  else if (s.k.length === KEYS.length) regulate(c, s);
  else {
    if (c.how !== 12) offer(c, 0);
    learn(c, s.k);
    c.nx = 0;
  }
}
