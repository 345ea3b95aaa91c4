// How long the central system waits for an answer, and for a message that it has asked for, while the charger charges: the turns
// of work that it takes, each with what it costs, among the scans.

import { MS, PERIOD, TURN } from './answers';
import { TRIP } from './budgets';
import { costs, mean, net, sum, type Profile } from './profile';
import type { Json, Stage } from './stage';
import { k, row, type Row, type Section } from './table';

/** A turn that found a scan due, and came again a ms later, costs no more than the cheapest by so much. */
const LATE = 1.1;
/** Each is asked so often, at other places of the jobs' round. */
const TIMES = 3;

const PROFILE = {
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: {
    chargingRateUnit: 'A',
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 20 }],
  },
};

/** What is asked, and the message that has to come besides the answer. */
const CALLS: [name: string, action: string, payload: Json, message?: string][] = [
  ['GetConfiguration, one key', 'GetConfiguration', { key: ['HeartbeatInterval'] }],
  ['ChangeConfiguration', 'ChangeConfiguration', { key: 'HeartbeatInterval', value: '301' }],
  ['SetChargingProfile, one period', 'SetChargingProfile', { connectorId: 1, csChargingProfiles: PROFILE }],
  [
    'TriggerMessage, until the MeterValues are there',
    'TriggerMessage',
    { requestedMessage: 'MeterValues', connectorId: 1 },
    'MeterValues',
  ],
];

/** ms of so many turns of work, `phase` ms after a scan: a scan that is due goes first, and a turn begins 10 ms after the one before,
 * or when that is over. */
export function takes(turns: number[], scan: number, phase: number): number {
  let now = 0;
  let scanAt = PERIOD - phase;
  let turnAt = phase % TURN;
  for (const turn of turns)
    for (;;) {
      now = Math.max(now, Math.min(scanAt, turnAt));
      if (scanAt > now) {
        turnAt = now + TURN;
        now += turn;
        break;
      }
      scanAt = now + PERIOD;
      now += scan;
    }
  return now;
}

export async function trips(s: Stage, profile: Profile, standin: number): Promise<Section> {
  await s.json(`/api/set?acs=0&ocppi=0&ocppu=${encodeURIComponent(s.bench.csms!)}&ocppe=true`);
  await s.heard('StatusNotification', 'Available', 60000);
  await s.bench.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
  await s.heard('StatusNotification', 'Charging', 60000);
  await s.rest(500);
  const quiet = await s.phase('charging, nothing asked', () => s.rest(1000));
  const steps = profile.between(quiet.from, quiet.to);
  const scan = mean(costs(steps, 'scan', standin)) / MS;
  const least = Math.min(...costs(steps, 'work', standin));
  const rows: Row[] = [];
  for (const [name, action, payload, message] of CALLS) {
    const all: number[][] = [];
    for (let n = 0; n < TIMES; n++) {
      s.forget();
      const { next } = s.bench.frames();
      const { from } = await s.phase(name, async () => {
        await s.call(action, payload);
        if (message) await s.heard(message);
      });
      const { frames } = s.bench.frames(next);
      const asked = frames.find((f) => f.from === 'cs' && f.frame[2] === action)!;
      const came = frames.find(
        (f) => f.from === 'cp' && (message ? f.frame[2] === message : f.frame[0] === 3),
      )!;
      await s.rest(200);
      const after = profile.between(from, Infinity).filter((x) => x.kind === 'work');
      // The turn that sends it is over a moment later.
      const end = after.findIndex((x) => x.at > from + came.t - asked.t);
      all.push(after.slice(0, end + 1).map((x) => net(x, standin)).filter((x) => x > least * LATE)); // prettier-ignore
    }
    const ms = (turns: number[]): number =>
      Math.max(...Array.from({ length: PERIOD }, (_, i) => takes(turns.map((x) => x / MS), scan, i))); // prettier-ignore
    const longest = all.sort((a, b) => ms(b) - ms(a))[0];
    rows.push(
      row(`${name}: all turns, ${longest.length} of them`, sum(longest), undefined, k),
      row(`${name}: ms on the chip`, Math.round(ms(longest)), TRIP),
    );
  }
  return {
    title: 'How long the central system waits while charging',
    text:
      `A scan every ${PERIOD} ms and between them the turns of work, one every ${TURN} ms, from the call until its answer has left: ` +
      `turns of other jobs are among them. The longest of ${TIMES} times, at the worst moment in the period of a scan. What the ` +
      'network takes is not in it.',
    head: 'call',
    rows,
  };
}
