// One phase or three. The poles of L2 and L3 move only while the mirror contact proves the main contacts open, and the
// vehicle gets a pause to forget the old wiring: 1 to 3 under power has destroyed chargers in cars.

import type { Charger } from './charger';
import { PHASES, mark } from './trace';

/** Coil off before the poles move, ms. */
const OPEN = 100;
/** Pause at the least where the last opening was under load, ms. */
const LONG = 60000;

/** After a start the central system's limits are known within this time, ms: its phases among them. */
const KNOWN = 5000;
/** Key of the journal: phases that the vehicle got last. */
const KEPT = 'ph';

export const p = { at: 0, cut: 0 };

/** Phases that are asked for: setting, central system, charging mode; 3 where nobody asks. */
function wanted(c: Charger): 1 | 3 {
  return c.b.phases < 3 || c.k.psm === 1 || c.o.ph === 1 || (c.one && !c.k.psm) ? 1 : 3;
}

/** 1 = the poles may move: proven open, for a while. */
function proven(c: Charger): boolean {
  return !c.s.on && c.b.contactor.closed() === 0 && c.t - c.s.off >= OPEN;
}

/** The pause is for a vehicle that has had other phases, also before the power failed. */
function move(c: Charger, n: 1 | 3): void {
  const was = c.s.ph || +(c.f.get(KEPT) || n);
  p.at = was === n || c.x.cp === 'A' ? 0 : c.t;
  c.b.contactor.phases!(n);
  c.s.ph = n;
  mark(c.t, PHASES + n);
  c.f.log('phases', '' + n);
}

/** After a start: whether a vehicle is there is not known yet, or which phases it is to get. */
function early(c: Charger): boolean {
  return !c.s.ph && (c.ses.re > 0 || (c.k.ocppe > 0 && !c.lim.ocpp && c.t < KNOWN));
}

/** The pause is over. */
function done(c: Charger, n: number): void {
  c.s.sw = 0;
  if (c.b.contactor.phases) c.f.put(KEPT, '' + n);
}

/** Job: withdraws the offer, moves the poles, and gives the offer back after the pause. */
export function phases(c: Charger): void {
  const n = wanted(c);
  if (n === c.s.ph || !c.b.contactor.phases) {
    const pause = p.cut !== c.m.cut ? Math.max(LONG, c.k.psmd) : c.k.psmd;
    if (c.s.sw && (!p.at || c.t - p.at >= pause)) done(c, n);
    if (!c.s.sw) p.cut = c.m.cut;
    return;
  }
  c.s.sw = 1;
  if (proven(c) && !early(c)) move(c, n);
}
