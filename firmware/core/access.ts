// Who may charge, and whether current may flow now (`alw`, `modelStatus`).

import type { Bit } from '../../hal/types';
import type { Cards } from './cards.part';
import type { Charger } from './charger';
import { HOT, SENSOR, VOLT_LOW } from './faults';
import { FLOOR, least } from './limits';
import { energy, grant, plugged, stop, tell } from './session';

/** Index of the card with this UID in the card table, -1 = unknown. */
export function card(c: Charger, uid: string): number {
  const list = c.k.cards;
  for (let i = 0; i < list.length; i++) if (list[i].id === uid) return i;
  return -1;
}

/** A card the charger itself decides on: no central system is configured. */
function local(c: Charger, uid: string): void {
  const i = card(c, uid);
  if (i >= 0) grant(c, uid, i + 1);
  else {
    c.no = c.t + c.k.obr * 600;
    c.f.log('card', 'unknown ' + uid);
  }
}

/** A card was held to the reader. */
export function tap(c: Charger, uid: string): void {
  c.uid = uid;
  c.f.log('card', uid);
  if (c.lrn && c.t < c.lrn[1]) return (c.f.part('cards') as Cards).learn(c, uid);
  tell(c, 'tap', uid);
  if (c.ses.on) {
    if (c.ses.tag === uid || (!c.k.ssc && card(c, uid) >= 0)) stop(c, 'Local', uid);
  } else if (c.ses.ok && c.ses.tag === uid) stop(c, 'Local', uid);
  else if (c.k.ocppe) c.ask = 1;
  else local(c, uid);
}

/** Access without asking: at plug-in while `acs` is 0, once per plug-in. */
export function free(c: Charger): void {
  const may = !c.k.acs && !c.o.rv && !c.ses.ok && !c.ses.why && !c.ses.re && !c.o.ino;
  if (may && plugged(c) && !c.ask && !(c.x.bad & 1)) grant(c, c.k.ocppd, 0);
}

/** 1 = the energy limit `dwo` of this session is reached. */
export function full(c: Charger): boolean {
  return c.k.dwo !== null && plugged(c) && energy(c) >= c.k.dwo;
}

/** modelStatus of what is broken. */
function broken(err: number): number {
  if (err & (HOT | SENSOR)) return 1;
  return err & VOLT_LOW ? 38 : 26;
}

/** modelStatus where neither fault nor access forbids: limits, and why it may. */
function offered(c: Charger): number {
  if (c.s.sw) return 23;
  if (full(c)) return 6;
  if (c.sch && c.frc !== 2) return 5;
  if (c.lim.temp < FLOOR) return 1;
  if (c.lim.car < FLOOR) return 26;
  if (c.lim.ocpp < FLOOR) return 28;
  if (c.lim.usr < FLOOR) return c.k.ocppf === 0 && !c.o.ok ? 35 : 39;
  return c.frc === 2 ? 3 : c.how;
}

/** Why current may or may not flow, as `modelStatus` number; see docs/keys.md. Blocking causes first. */
export function model(c: Charger): number {
  if (c.x.bad) return c.x.bad & 1 ? 26 : broken(c.x.err);
  if (c.frc === 1) return 4;
  if (c.o.ino) return 37;
  if (c.ses.why !== '' || ((c.k.acs || c.o.rv) && !c.ses.ok)) return 2;
  return c.t < c.wait ? 29 : offered(c);
}

/** Job: who may charge, and how much: recomputes `alw` and the current on offer. */
export function judge(c: Charger): void {
  const m = model(c);
  const alw: Bit = m === 3 || (m > 6 && m < 16) ? 1 : 0;
  const amps = alw && c.ses.on ? least(c.lim) : 0;
  if (alw === c.alw && amps === c.x.amps) return;
  c.alw = alw;
  c.x.amps = amps;
  c.dirty = 1;
}
