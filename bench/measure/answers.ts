// How long an answer of the HTTP API takes on the chip while the charger charges: its steps among scans and jobs, as the
// engine's timers let them run.

import { WORK } from './budgets';
import { costs, mean, sum, type Profile } from './profile';
import type { Stage } from './stage';
import { k, row, type Row, type Section } from './table';

/** What is promised, ms. */
const ANSWER = 300;
/** Three cards, as of a family. */
const CARDS = ['Anna', 'Bernd', 'Firmenwagen'].map((name, i) => ({
  name,
  energy: 1234567 * (i + 1),
  cardId: `04A1B2C3D4E5F${i}`,
}));
/** A scan begins every so many ms, and one short job; firmware/main.ts. What finds a scan due comes again a ms later. */
export const PERIOD = 20;
export const TURN = 10;
const AGAIN = 1;
/** Instructions of a ms. */
export const MS = 1e5;

/** What the clients ask for most. */
const REQUESTS: [name: string, path: string][] = [
  ['one key', '/api/status?filter=alw'],
  ['ten keys', '/api/status?filter=car,alw,amp,acu,nrg,wh,eto,trx,modelStatus,psm'],
  ["evcc's seven keys, the cards among them", '/api/status?filter=alw,car,eto,nrg,wh,trx,cards'],
  ['all keys', '/api/status'],
  ['API v1', '/status'],
  ['amp is set', '/api/set?amp=13'],
];

/**
 * ms from the request to the end of its last step. In each round the engine runs all timers that are due when it begins, in the
 * order in which they were armed, and each is armed anew as it begins. A job and a step that find a scan due let it go first, for
 * the costs of a job that has nothing to do. `phase`: ms of the last scan, and so many tenths of a job's turn, before the request.
 */
export function lasts(steps: number[], scan: number, job: number, idle: number, phase: number): number {
  let now = 0;
  let seen = -phase;
  let n = 0;
  let timers: { what: 'scan' | 'job' | 'step'; at: number }[] = [
    { what: 'scan', at: seen + PERIOD },
    { what: 'job', at: ((phase * 7) % TURN) - TURN / 2 },
    { what: 'step', at: 0 },
  ];
  while (n < steps.length) {
    const due = timers.filter((t) => t.at <= now);
    if (!due.length) now = Math.min(...timers.map((t) => t.at));
    for (const t of due) {
      timers = timers.filter((x) => x !== t);
      const late = t.what !== 'scan' && now - seen >= PERIOD;
      const next = t.what === 'scan' ? PERIOD : t.what === 'job' && !late ? TURN : AGAIN;
      timers.push({ what: t.what, at: now + next });
      if (t.what === 'scan') seen = now;
      now += late ? idle : t.what === 'scan' ? scan : t.what === 'job' ? job : steps[n++];
      if (n === steps.length) break;
    }
  }
  return now;
}

export async function answers(s: Stage, profile: Profile, standin: number): Promise<Section> {
  await s.json('/api/set?acs=0');
  await s.json(`/api/set?cards=${encodeURIComponent(JSON.stringify(CARDS))}`);
  await s.bench.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
  const drawing = async (): Promise<boolean> =>
    ((await s.bench.snapshot()).car as { drawing: number[] }).drawing[0] > 0;
  await s.until('it charges', 60000, drawing);
  await s.rest(3000);
  const quiet = await s.phase('charging, nothing asked', () => s.rest(3000));
  const steps = profile.between(quiet.from, quiet.to);
  const scan = mean(costs(steps, 'scan', standin));
  const jobs = costs(steps, 'work', standin);
  const job = mean(jobs);
  const idle = Math.min(...jobs);
  const rows: Row[] = [row('a scan, mean', scan, undefined, k), row('a job, mean', job, undefined, k)];
  // No job runs from here on: each answer is alone with the scans.
  await s.report({ alone: true });
  await s.rest(1000);
  for (const [name, path] of REQUESTS) {
    const { from, to } = await s.phase(name, () => s.json(path));
    const all = costs(profile.between(from, to), 'work', standin);
    const took = (phase: number): number =>
      lasts(
        all.map((n) => n / MS),
        scan / MS,
        job / MS,
        idle / MS,
        phase,
      );
    // The longest, whenever in the period of a scan it comes.
    const ms = Math.round(Math.max(...Array.from({ length: PERIOD }, (_, i) => took(i))));
    rows.push(
      row(`${name}: all steps`, sum(all), undefined, k),
      row(`${name}: longest step`, Math.max(...all), WORK, k),
      row(`${name}: ms on the chip`, ms, ANSWER),
    );
  }
  return {
    title: 'How long an answer takes while charging',
    text:
      `A scan every ${PERIOD} ms, a job every ${TURN} ms, and the steps of the answer, as the engine's timers let them run: in each ` +
      'round all that are due, each once. So no more than one job runs between two steps, and steps of 15 ms leave jobs ' +
      'fewer turns. The longest of 20 moments in the period of a scan. What the radio takes is not in it.',
    head: 'request',
    rows,
  };
}
