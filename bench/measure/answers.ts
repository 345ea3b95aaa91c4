// How long an answer of the HTTP API takes on the chip while the charger charges: all that its steps need, in what scans and jobs
// leave of the time.

import { net, type Profile } from './profile';
import type { Stage } from './stage';
import { k, row, type Row, type Section } from './table';

/** What is promised, ms. */
const ANSWER = 300;
/** A scan begins every so many ms, and one short job; firmware/main.ts. */
const PERIOD = 20;
const TURN = 10;
/** Instructions of a ms. */
const MS = 1e5;

/** What the clients ask for most. */
const REQUESTS: [name: string, path: string][] = [
  ['one key', '/api/status?filter=alw'],
  ['ten keys', '/api/status?filter=car,alw,amp,acu,nrg,wh,eto,trx,modelStatus,psm'],
  ["evcc's seven keys, the cards among them", '/api/status?filter=alw,car,eto,nrg,wh,trx,cards'],
  ['all keys', '/api/status'],
  ['API v1', '/status'],
  ['amp is set', '/api/set?amp=13'],
];

export async function answers(s: Stage, profile: Profile, standin: number): Promise<Section> {
  const costs = (from: number, to: number, kind: 'scan' | 'work'): number[] =>
    profile
      .between(from, to)
      .filter((x) => x.kind === kind)
      .map((x) => net(x, standin));
  const sum = (all: number[]): number => all.reduce((n, x) => n + x, 0);
  const mean = (all: number[]): number => sum(all) / all.length;
  await s.json('/api/set?acs=0');
  await s.bench.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
  const drawing = async (): Promise<boolean> =>
    ((await s.bench.snapshot()).car as { drawing: number[] }).drawing[0] > 0;
  await s.until('it charges', 60000, drawing);
  await s.rest(3000);
  const quiet = await s.phase('charging, nothing asked', () => s.rest(3000));
  const scan = mean(costs(quiet.from, quiet.to, 'scan'));
  const job = mean(costs(quiet.from, quiet.to, 'work'));
  const left = 1 - scan / (PERIOD * MS) - job / (TURN * MS);
  const rows: Row[] = [row('a scan, mean', scan, undefined, k), row('a job, mean', job, undefined, k)];
  // No job runs from here on: each answer is alone with the scans.
  await s.report({ alone: true });
  await s.rest(1000);
  for (const [name, path] of REQUESTS) {
    const { from, to } = await s.phase(name, () => s.json(path));
    const all = costs(from, to, 'work');
    const ms = Math.round(sum(all) / MS / left);
    rows.push(row(`${name}: all steps`, sum(all), undefined, k), row(`${name}: ms on the chip`, ms, ANSWER));
  }
  return {
    title: 'How long an answer takes while charging',
    text:
      `A scan every ${PERIOD} ms and a job every ${TURN} ms leave ${Math.round(left * 100)} % of the time. What the radio takes is ` +
      'not in it.',
    head: 'request',
    rows,
  };
}
