// What a charger does in normal service, one phase after the other.

import type { Json, Stage } from './stage';

/** Time after which parts on call have been dropped, ms. */
const DROPPED = 7000;
/** ms that a card stays at the reader: long enough for a busy computer, and for the profiler, under which a round of all jobs
 * takes many seconds. */
const HELD = 2500;
const HELD_SLOW = 15000;
/** After so long a search for networks is over, ms. */
const SOUGHT = 3000;
/** Between two loads, ms. */
const QUIET = 500;
const CARD = '04A1B2C3D4E5F6';
/** As the charger's page listens. */
const LISTENED =
  'car,alw,frc,amp,acu,psm,fsp,nrg,wh,eto,modelStatus,flt,trx,cdi,acs,ama,cll,dwo,fna,pnp,sse,ocppe,ocppc,ocppa,sch_week';

export async function story(s: Stage, quiet = DROPPED): Promise<void> {
  const { bench } = s;
  const held = s.slow > 1 ? HELD_SLOW * s.slow : HELD;
  await s.rest(quiet);
  await s.aside('idle, no OCPP', () => s.rest(2000));
  await s.phase('OCPP: connect and boot', async () => {
    const url = encodeURIComponent(bench.csms!);
    await s.json(`/api/set?acs=1&amp=32&ocppi=10&ocppu=${url}&ocppe=true`);
    await s.heard('BootNotification');
    await s.heard('StatusNotification', 'Available');
  });
  await s.rest(quiet);
  await s.aside('idle, OCPP connected', () => s.rest(2000));
  await requests(s, quiet);
  await s.phase('car plugged', async () => {
    await bench.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
    await s.heard('StatusNotification', 'Preparing');
  });
  await s.phase('card, start', async () => {
    await bench.post('card', { uid: CARD, ms: held });
    await s.heard('Authorize');
    await s.heard('StartTransaction');
    await s.heard('StatusNotification', 'Charging');
  });
  await s.rest(quiet);
  s.forget();
  await s.aside('charging', () => s.rest(s.slow > 1 ? 2000 : 9000));
  await s.aside('MeterValues', async () => {
    s.forget();
    await s.heard('MeterValues');
  });
  await s.aside('current changed', async () => {
    await s.json('/api/set?amp=16');
    await s.rest(s.slow > 1 ? 5500 : 6000);
  });
  await s.aside('all at once, charging', () => crowd(s), quiet);
  const listening = 'all at once, charging, the page listening';
  if (s.wants(listening)) {
    const leave = await s.listen(LISTENED);
    await s.phase(listening, () => crowd(s));
    leave();
    await s.rest(quiet);
  }
  s.forget();
  await s.phase('card, stop', async () => {
    await bench.post('card', { uid: CARD, ms: held });
    await s.heard('StopTransaction');
    await s.heard('StatusNotification', 'Finishing');
  });
  await s.phase('car unplugged', async () => {
    await bench.post('car', { state: 'unplugged' });
    await s.heard('StatusNotification', 'Available');
  });
  await s.rest(quiet);
  await s.phase('GET scan: the networks in the air', async () => {
    await s.json('/api/status?filter=scan');
    await s.rest(SOUGHT);
    await s.json('/api/status?filter=scan,scaa');
  });
  await s.rest(quiet);
}

const list = (entries: number): Json => ({
  listVersion: 1,
  updateType: 'Full',
  localAuthorizationList: Array.from({ length: entries }, (_, i) => ({
    idTag: '04A1B2C3D4' + (1000 + i),
    idTagInfo: { status: 'Accepted', expiryDate: '2099-01-01T00:00:00Z', parentIdTag: 'FLEET' },
  })),
});

/** What may come together while a car charges; each is a phase. */
export async function loads(s: Stage): Promise<void> {
  const { bench } = s;
  const set = (query: string): Promise<Json> => s.json(`/api/set?${query}`);
  await set(`acs=0&ocppi=30&ocppu=${encodeURIComponent(bench.csms!)}&ocppe=true`);
  await s.heard('StatusNotification', 'Available', 60000);
  await bench.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
  await s.heard('StatusNotification', 'Charging', 60000);
  await s.rest(QUIET);
  const eight = async (): Promise<void> => {
    for (let n = 0; n < 4; n++) await set(`fna=Garage%20${n}&amp=${10 + n}`);
  };
  const status = (): Promise<Json> => s.json('/api/status');
  await s.aside('flash: eight settings are written', eight, QUIET);
  // 7 kB.
  await s.aside('SendLocalList, 64 entries', () => s.call('SendLocalList', list(64)), QUIET);
  await s.aside(
    'three HTTP clients, the whole status each',
    () => Promise.all([status(), status(), status()]),
    QUIET,
  );
  await s.aside('reconnect storm: Wi-Fi lost three times', async () => {
    for (let n = 0; n < 3; n++) {
      s.forget();
      await bench.post('wifi', { up: false });
      await s.rest(1500);
      await bench.post('wifi', { up: true });
      await set(`ocppu=${encodeURIComponent(bench.csms! + n + '/')}`);
      await s.heard('BootNotification', undefined, 90000);
    }
  });
}

/** The longest that a central system may say, while a car charges. */
export async function long(s: Stage): Promise<void> {
  const { bench } = s;
  s.forget();
  await bench.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
  await s.heard('StatusNotification', 'Preparing');
  await bench.post('card', { uid: CARD, ms: HELD * s.slow });
  await s.heard('StatusNotification', 'Charging');
  await s.rest(DROPPED);
  await s.phase('SendLocalList, 64 entries, charging', () => s.call('SendLocalList', list(64)));
  await s.rest(DROPPED);
  const chargingSchedulePeriod = Array.from({ length: 24 }, (_, i) => ({
    startPeriod: i * 3600,
    limit: 10.5 + i / 2,
    numberPhases: 3,
  }));
  const csChargingProfiles = {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Recurring',
    recurrencyKind: 'Daily',
    chargingSchedule: {
      chargingRateUnit: 'A',
      startSchedule: '2026-01-01T00:00:00Z',
      chargingSchedulePeriod,
    },
  };
  await s.phase('SetChargingProfile, 24 periods, charging', () =>
    s.call('SetChargingProfile', { connectorId: 1, csChargingProfiles }),
  );
  await s.rest(DROPPED);
}

/** Asked one at a time, while nothing else happens. */
async function requests(s: Stage, quiet: number): Promise<void> {
  await s.aside('GetConfiguration, all keys', () => s.call('GetConfiguration', {}), quiet);
  const change = { key: 'HeartbeatInterval', value: '301' };
  await s.aside('ChangeConfiguration', () => s.call('ChangeConfiguration', change), quiet);
  await s.aside('GET /api/status, all keys', () => s.json('/api/status'), quiet);
  await s.aside('GET /api/set', () => s.json('/api/set?amp=31'), quiet);
  await s.aside('GET /api/set, ten cards', () => cards(s), quiet);
  await s.aside('GET /status (API v1)', () => s.json('/status'), quiet);
  await s.aside('console: help()', () => typed(s, 'help()'), quiet);
  await s.aside('console: status()', () => typed(s, 'status()'), quiet);
}

/** As long a table of cards as there can be, written and freed again; where there is some reserve it is replaced by another one in
 * between, for which there are two tables for a moment. */
async function cards(s: Stage): Promise<void> {
  const all = (entry: (i: number) => object): string =>
    encodeURIComponent(JSON.stringify(Array.from({ length: 10 }, (_, i) => entry(i))));
  const name = 'Name of the owner of this card ';
  for (const n of s.room > 3650 ? [10, 30] : [10])
    await s.json(`/api/set?cards=${all((i) => ({ name: name + i, cardId: `04A1B2C3D4E5${n + i}` }))}`);
  await s.json(`/api/set?cards=${all(() => ({ cardId: '' }))}`);
}

/** Both APIs, a call of the central system and a sample at the same time. */
async function crowd(s: Stage): Promise<void> {
  await Promise.all([
    s.json('/api/status'),
    s.json('/status'),
    s.call('GetConfiguration', {}),
    s.bench.console('status()'),
  ]);
  await s.call('TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 });
}

async function typed(s: Stage, line: string): Promise<void> {
  await s.bench.console(line);
  if (s.slow > 1) await s.rest(500);
}
