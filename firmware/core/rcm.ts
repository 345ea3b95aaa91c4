// The residual-current monitor: a trip opens at once and latches; before each session, and at least once a day, the monitor
// has to prove that it can trip and clear. The contactor is open meanwhile, so the trip of the test switches nothing.

import type { Bit } from '../../hal/types';
import type { Charger } from './charger';
import { ease, raise } from './fault';
import { RCM, RCM_TEST } from './faults';
import { TEST, mark } from './trace';

/** The test winding: a healthy monitor trips within TRIP ms and clears within CLEAR ms of its end. */
const TRIP = 1200;
const CLEAR = 2000;
const DAY = 86400000;

/** Step: 0 none, 1 the winding is driven, 2 waits for the output to clear. Since when; last test that passed. */
export const t = { st: 0, at: 0, ok: 0 };

/** 1 = the monitor may be trusted for this session; without a test winding nobody can know better. */
export function proved(c: Charger): boolean {
  return !c.b.rcm || !c.b.rcm.test || (c.x.tst === 1 && !t.st);
}

/**
 * Looked at when an input has changed, after a test, and by the job: a trip that no test has asked for. After a start the
 * monitor has time to wake up, and to clear when the power failed in a test; nothing is closed meanwhile.
 */
export function tripped(c: Charger): void {
  const r = c.b.rcm;
  if (!r) return;
  if (!r.tripped()) ease(c, RCM);
  else if (!t.st && c.t >= CLEAR) raise(c, RCM);
}

function begin(c: Charger): void {
  t.st = 1;
  t.at = c.t;
  c.b.rcm!.test!(1);
}

function end(c: Charger, good: Bit): void {
  t.st = 0;
  c.b.rcm!.test!(0);
  tripped(c);
  c.x.tst = good;
  t.ok = c.t;
  c.dirty = 1;
  mark(c.t, TEST + good);
  if (good) return;
  // Without the test there is no cause to see: the wait of the table, then the next test.
  raise(c, RCM_TEST);
  ease(c, RCM_TEST);
}

/** Is a test due? With each vehicle, after each opening, and once a day also while one waits. Not while the monitor reports something, which is no test's business. */
function due(c: Charger): boolean {
  if (c.s.on || c.x.err & (RCM | RCM_TEST) || c.b.rcm!.tripped()) return false;
  return c.x.tst < 0 || c.t - t.ok > DAY || (c.x.cp !== 'A' && !c.x.tst);
}

/** Job: goes a step further. */
export function prove(c: Charger): Bit {
  const r = c.b.rcm;
  tripped(c);
  if (!r || !r.test) return 0;
  const age = c.t - t.at;
  if (!t.st) {
    if (due(c)) begin(c);
  } else if (t.st === 1 && r.tripped()) {
    r.test(0);
    t.st = 2;
    t.at = c.t;
  } else if (t.st === 2 && !r.tripped()) end(c, 1);
  else if (age > (t.st === 1 ? TRIP : CLEAR)) end(c, 0);
  return t.st ? 1 : 0;
}
