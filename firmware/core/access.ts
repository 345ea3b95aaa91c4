// Who may charge, and whether current may flow now (`alw`, `modelStatus`).

import type { Bit } from '../../hal/types';
import type { Charger } from './charger';
import { least } from './limits';
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
  else c.f.log('card', 'unknown ' + uid);
}

/** A card was held to the reader. */
export function tap(c: Charger, uid: string): void {
  c.uid = uid;
  c.f.log('card', uid);
  tell(c, 'tap', uid);
  if (c.ses.on) {
    if (c.ses.tag === uid) stop(c, 'Local', uid);
  } else if (c.ses.ok && c.ses.tag === uid) stop(c, 'Local', uid);
  else if (c.k.ocppe) c.ask = 1;
  else local(c, uid);
}

/** Access without asking: at plug-in while `acs` is 0, once per plug-in. */
export function free(c: Charger): void {
  if (!c.k.acs && !c.ses.ok && !c.ses.why && plugged(c) && !c.ask) grant(c, c.k.ocppd, 0);
}

/** 1 = the energy limit `dwo` of this session is reached. */
export function full(c: Charger): boolean {
  return c.k.dwo !== null && plugged(c) && energy(c) >= c.k.dwo;
}

/** Why current may or may not flow, as `modelStatus` number; see docs/keys.md. Blocking causes first. */
export function model(c: Charger): number {
  if (c.x.err) return 26;
  if (c.frc === 1) return 4;
  if (c.o.ino) return 37;
  if (c.ses.why !== '' || (c.k.acs && !c.ses.ok)) return 2;
  if (full(c)) return 6;
  if (c.lim.temp < 60) return 1;
  if (c.lim.ocpp < 60) return 28;
  return c.frc === 2 ? 3 : 13;
}

const ALLOWED = [3, 13];

/** Recomputes `alw` and the current on offer. */
export function judge(c: Charger): void {
  const alw: Bit = ALLOWED.includes(model(c)) ? 1 : 0;
  const amps = alw && c.ses.on ? least(c.lim) : 0;
  if (alw === c.alw && amps === c.x.amps) return;
  c.alw = alw;
  c.x.amps = amps;
  c.dirty = 1;
}
