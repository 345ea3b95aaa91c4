// Smart charging through the whole house, on both engines: profiles of the central system on the wire of the pilot, in
// amperes and watts, a pause, one phase, the edge of a period, a power cut.

import assert from 'node:assert';
import { start } from '../../bench/start';
import type { Bench } from '../../bench/start';
import { Scene, duty, near } from '../fake/scene';
import type { Json } from '../fake/scene';
import { itLong } from '../fake/depth';

const TAG = '04A1B2C3D4E5F6';

interface Period {
  startPeriod: number;
  limit: number;
  numberPhases?: number;
}

/** Duty of a current, %: IEC 61851-1 table A.7. */
const coded = (amps: number): number => amps / 0.6;

async function clock(s: Scene): Promise<number> {
  return Date.parse(((await s.status('utc')).utc as string) + 'Z');
}

/** Installs a profile that began some s ago. */
async function install(
  s: Scene,
  periods: Period[],
  more: { purpose?: string; unit?: string; ago?: number; connectorId?: number; level?: number } = {},
): Promise<void> {
  const from = (await clock(s)) - (more.ago ?? 60) * 1000;
  const answer = await s.call('SetChargingProfile', {
    connectorId: more.connectorId ?? 1,
    csChargingProfiles: {
      chargingProfileId: more.purpose ? 2 : 1,
      stackLevel: more.level ?? 0,
      chargingProfilePurpose: more.purpose ?? 'TxDefaultProfile',
      chargingProfileKind: 'Absolute',
      chargingSchedule: {
        startSchedule: new Date(from).toISOString(),
        chargingRateUnit: more.unit ?? 'A',
        chargingSchedulePeriod: periods,
      },
    },
  });
  assert.deepEqual(answer, { status: 'Accepted' });
}

const flat = (limit: number, numberPhases?: number): Period[] => [
  { startPeriod: 0, limit, ...(numberPhases && { numberPhases }) },
];

const contactor = async (s: Scene): Promise<Json> => (await s.snapshot()).contactor as Json;

/** The pilot shows this current, and the contactor is closed. */
const offers = (s: Scene, amps: number, ms = 15000): Promise<void> =>
  s.until(
    `${amps} A`,
    ms,
    async () => near(await duty(s), coded(amps), 0.15) && !!(await contactor(s)).closed,
  );

const last = async (s: Scene): Promise<string | undefined> =>
  (await s.said()).filter((c) => c.startsWith('StatusNotification ')).pop();

async function play(s: Scene, bench: Bench): Promise<void> {
  await s.set(`acs=1&amp=16&ocppi=0&psmd=10000&ocppu=${encodeURIComponent(bench.csms!)}&ocppe=true`);
  await s.heard('StatusNotification Available', 30000);
  await s.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
  await s.heard('StatusNotification Preparing');
  // A remote start with a profile of its own: under it from the first ampere.
  const own = {
    chargingProfileId: 3,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: flat(12) },
  };
  assert.deepEqual(
    await s.call('RemoteStartTransaction', { idTag: TAG, connectorId: 1, chargingProfile: own }),
    { status: 'Accepted' },
  );
  await s.heard('StatusNotification Charging', 20000);
  await offers(s, 12);
  assert.deepEqual(await s.call('ClearChargingProfile', { chargingProfilePurpose: 'TxProfile' }), {
    status: 'Accepted',
  });
  await offers(s, 16);

  // Amperes, then the ceiling of the whole charge point in watts: 5520 W on three phases are 8 A.
  await install(s, flat(10));
  await offers(s, 10);
  await install(s, flat(5520), { purpose: 'ChargePointMaxProfile', unit: 'W', connectorId: 0 });
  await offers(s, 8);
  const both = await s.call('GetCompositeSchedule', { connectorId: 1, duration: 300, chargingRateUnit: 'W' });
  assert.deepEqual((both.chargingSchedule as Json).chargingSchedulePeriod, [{ startPeriod: 0, limit: 5520 }]);
  assert.deepEqual(await s.call('ClearChargingProfile', { id: 2 }), { status: 'Accepted' });
  await offers(s, 10);

  // Nothing: the car stops by itself, and goes on afterwards in the same transaction.
  await install(s, flat(0));
  await s.until('suspended', 20000, async () => (await last(s)) === 'StatusNotification SuspendedEVSE');
  assert.equal((await contactor(s)).closed, false);
  assert.equal((await contactor(s)).openedUnderLoad, 0);
  assert.equal((await s.status('modelStatus')).modelStatus, 28);
  await install(s, [
    { startPeriod: 0, limit: 10 },
    { startPeriod: 80, limit: 12.5 },
  ]);
  await s.until('charging again', 20000, async () => (await last(s)) === 'StatusNotification Charging');
  await offers(s, 10);
  await offers(s, 12.5, 30000);

  // 3680 W on one phase: 16 A, after the poles have moved with the contactor open.
  await install(s, flat(3680, 1), { unit: 'W' });
  await s.until('one phase', 40000, async () => (await contactor(s)).phases === 1);
  await offers(s, 16, 40000);
  const drawing = async (): Promise<number[]> => ((await s.snapshot()).car as { drawing: number[] }).drawing;
  await s.until('16 A drawn', 15000, async () => (await drawing())[0] > 15);
  assert.deepEqual((await drawing()).slice(1), [0, 0]);

  // The power fails: the same transaction, under the same profile from its first ampere.
  await install(s, flat(7));
  await offers(s, 7);
  assert.equal((await contactor(s)).openedUnderLoad, 0);
  await s.post('supply', { off: 1000 });
  await s.pass(2000);
  const seen: number[] = [];
  await s.until('charging after the cut', 40000, async () => {
    const { mode, duty: now } = (await s.snapshot()).pilot as { mode: string; duty: number };
    if (mode === 'pwm') seen.push(now);
    return !!(await contactor(s)).closed;
  });
  assert.ok(Math.max(...seen) < coded(7.1), seen.join());
  await s.until('one start', 5000, async () => (await s.said()).filter((c) => c === 'StartTransaction').length === 1); // prettier-ignore

  await s.until('connected', 40000, async () => (await s.status('ocppa')).ocppa === true);
  assert.deepEqual(await s.call('ClearChargingProfile', {}), { status: 'Accepted' });
  await offers(s, 16);
  assert.deepEqual((await s.frames()).filter((f) => f.invalid), []); // prettier-ignore
}

function story(engine: 'node' | 'espruino', test: Mocha.PendingTestFunction = it): void {
  test(`amperes, watts, a pause, one phase, an edge, a power cut (${engine})`, async function () {
    this.timeout(400000);
    const bench = await start({ engine, http: 0, bench: 0, csms: 0, fresh: true });
    try {
      await play(new Scene(bench, engine), bench);
    } finally {
      await bench.stop();
    }
  });
}

describe('story of charging profiles', () => {
  story('node', itLong);
  if (process.env.ESPRUINO) story('espruino');
  else it('SKIPPED on the real interpreter: ESPRUINO is not set');
});
