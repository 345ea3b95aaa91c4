// The connect gate: how long the engine stands in connects while the contactor is closed, with and without the interlock.

import type { Build } from '../image';
import { Stage, type Json } from './stage';

export interface Gate {
  interlock: boolean;
  /** ms in connects and look-ups: contactor closed with hosts far away, then with hosts that swallow packets, then open. */
  far: number;
  blackhole: number;
  open: number;
  /** Longest stretch without a scan while the contactor was closed. */
  gap: number;
  /** Boots while the network was a black hole and no car there: the watchdog ends a connect that takes too long. */
  resets: number;
}

/** ms that a connect to a host takes that is far away. */
const FAR = 2000;
/** Until a lost link is tried again, at the latest, and a connect to a far host is through. */
const AGAIN = 25000;

/** The bundle of a board that declares no interlock. */
export function withoutInterlock(build: Build): Build {
  const code = Buffer.from(build.get('main')!).toString('latin1');
  if (code.split('interlock:1').length !== 2) throw new Error('the bundle declares no interlock once');
  return new Map([...build, ['main', Buffer.from(code.replace('interlock:1', 'interlock:0'), 'latin1')]]);
}

/** The link has to connect anew while the network is as in `air`; ms that the engine stood in connects. */
async function anew(s: Stage, air: Json, path: string): Promise<number> {
  const { stood } = await s.report();
  await s.bench.post('wifi', air);
  await s.json(`/api/set?ocppu=${encodeURIComponent(s.bench.csms! + path)}`);
  await s.rest(AGAIN);
  return Math.round((await s.report()).stood - stood);
}

export async function gate(build: Build, interlock: boolean): Promise<Gate> {
  const s = await Stage.open({ measure: {}, build: interlock ? build : withoutInterlock(build) });
  try {
    await s.json(`/api/set?ocppu=${encodeURIComponent(s.bench.csms!)}&ocppe=true`);
    await s.heard('StatusNotification', 'Available');
    await s.bench.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
    const closed = async (): Promise<boolean> =>
      ((await s.bench.snapshot()).contactor as Json).closed === true;
    await s.until('charging', 20000, closed);
    await s.report({ far: FAR });
    const far = await anew(s, {}, 'far/');
    await s.report({ far: 0 });
    const blackhole = await anew(s, { blackhole: true }, 'gone/');
    if (!(await closed())) throw new Error('the contactor opened');
    const gap = Math.round(((await s.bench.snapshot()).engine as Json).worstGap as number);
    const { boots } = await s.bench.snapshot();
    await s.bench.post('car', { state: 'unplugged' });
    const open = await anew(s, {}, 'still/');
    return { interlock, far, blackhole, open, gap, resets: (await s.bench.snapshot()).boots - boots };
  } finally {
    await s.close();
  }
}
