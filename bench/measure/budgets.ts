// The budgets, and the variables that the firmware is measured with.

import type { Build } from '../image';
import { Stage, type Phase } from './stage';
import { long, story } from './story';
import { PEAKS, row, type Section } from './table';

/** The five rules, see docs/engine.md: variables, instructions, bytes. */
export const RESIDENT = 3000;
export const PEAK = 3650;
export const CHIP = 4500;
export const QUIET_SCAN = 300e3;
export const CHANGE = 1e6;
export const WORK = 2e6;
/** From one scan to the next. */
export const PERIOD = 2e6;
/** From power to a pilot that is ready: 2 s. */
export const START = 200e6;
/** All steps of the longest answer of the API: 300 ms on the chip. */
export const ANSWER = 30e6;
/** The central system waits so long for an answer to a call, ms on the chip. */
export const TRIP = 1000;

/** Section, row without the parts in its brackets, and figure of a budget of docs/budgets.md that is broken: it may not get worse. */
export type Known = [title: string, what: string, figure: string];
export const KNOWN: Known[] = [
  ['The whole story with 3650 variables', 'the story went to its end', 'no: socket hang up'],
  ['The whole story with 3650 variables', 'callbacks that were lost', '1'],
];

const IDLE = ['idle, no OCPP', 'idle, OCPP connected', 'charging'];

/** A charger's day, and after it the longest that a central system may say. */
export async function memory(build: Build, say: (text: string) => void): Promise<Section[]> {
  const s = await Stage.open({ measure: { collect: true }, build, say });
  try {
    await story(s);
    await long(s);
    const named = (name: string): Phase => s.phases.find((p) => p.name === name)!;
    const busy = s.phases.filter((p) => !IDLE.includes(p.name));
    return [
      {
        title: 'Variables that stay',
        text: `In use at a scan, after a collection; ${s.phases[0].report.empty} of them are the engine's own.`,
        head: 'state',
        rows: IDLE.map((name) => row(name, named(name).report.floor, RESIDENT)),
      },
      {
        title: PEAKS,
        text: 'Most that was in use at any request to the hardware, after a collection.',
        head: 'during',
        rows: busy.map((p) => row(p.name, p.report.peak, PEAK)),
      },
    ];
  } finally {
    await s.close();
  }
}
