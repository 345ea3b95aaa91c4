// The whole house in one story, on both engines: plug in, tap a card, charge, change the current, stop, unplug. The
// central system checks every frame against the OCPP 1.6 schemas.

import assert from 'node:assert';
import { start } from '../../bench/start';
import type { Bench } from '../../bench/start';
import { Scene, duty, near } from '../fake/scene';
import type { Json } from '../fake/scene';

function story(engine: 'node' | 'espruino'): void {
  it(`plug in, tap a card, charge, change the current, stop, unplug (${engine})`, async function () {
    this.timeout(120000);
    const bench = await start({ engine, http: 0, bench: 0, csms: 0, fresh: true });
    try {
      await play(new Scene(bench, engine), bench);
    } finally {
      await bench.stop();
    }
  });
}

async function play(s: Scene, bench: Bench): Promise<void> {
  await s.set(`acs=1&amp=32&ocppi=10&ocppu=${encodeURIComponent(bench.csms!)}&ocppe=true`);
  await s.heard('StatusNotification Available', 30000);
  assert.equal((await s.status('ocppa')).ocppa, true);
  assert.equal((await s.status('car')).car, 1);

  await s.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
  await s.heard('StatusNotification Preparing');
  assert.equal((await s.status('car')).car, 3);
  assert.equal(((await s.snapshot()).contactor as Json).closed, false);

  await s.post('card', { uid: '04A1B2C3D4E5F6', ms: 600 });
  await s.heard('Authorize');
  await s.heard('StartTransaction');
  await s.heard('StatusNotification Charging', 15000);
  assert.equal(((await s.snapshot()).contactor as Json).closed, true);
  assert.ok(near(await duty(s), 53.3, 0.1), `32 A: ${await duty(s)} %`);
  assert.equal((await s.status('car')).car, 2);

  await s.set('amp=16');
  await s.until('26.7 %', 7000, async () => near(await duty(s), 26.7, 0.1));
  await s.set('amp=10');
  await s.until('16.7 %', 7000, async () => near(await duty(s), 16.7, 0.1));

  // The energy on the wire against the register of the meter's own part, long enough for 1 %.
  await s.pass(45000);
  const before = await s.samples();
  await s.until('a sample', 12000, async () => (await s.samples()).length > before.length);
  const register = Number((await s.samples()).pop());
  const metered = ((await s.snapshot()).meter as { energy: number }).energy;
  // The car draws on, 10 A on three phases, from the meter's reading, once a second, until the sample is here: in turns of work,
  // on the interpreter in real time.
  const travelled = (3 * 230 * 10 * (s.engine === 'node' ? 1 : 2)) / 3600;
  assert.ok(
    register > 100 && register <= metered * 1.01 + 1 && register >= metered * 0.99 - 1 - travelled,
    `${register} Wh against ${metered} Wh`,
  );

  await s.post('card', { uid: '04A1B2C3D4E5F6', ms: 600 });
  await s.heard('StopTransaction');
  await s.heard('StatusNotification Finishing');
  await s.until(
    'contactor open',
    8000,
    async () => ((await s.snapshot()).contactor as Json).closed === false,
  );
  const after = await s.snapshot();
  assert.equal((after.contactor as Json).openedUnderLoad, 0);

  await s.post('car', { state: 'unplugged' });
  await s.until(
    'Available again',
    5000,
    async () => (await s.said()).pop() === 'StatusNotification Available',
  );

  const frames = await s.frames();
  assert.deepEqual(
    frames.filter((f) => f.invalid),
    [],
  );
  const payload = (action: string): Json =>
    frames.find((f) => f.from === 'cp' && f.frame[2] === action)!.frame[3] as Json;
  assert.equal(payload('Authorize').idTag, '04A1B2C3D4E5F6');
  const used = Number(payload('StopTransaction').meterStop) - Number(payload('StartTransaction').meterStart);
  // What the car drew while it was asked to stop is no part of the transaction.
  const all = (after.meter as { energy: number }).energy;
  assert.ok(used >= register && used <= all, `${register} <= ${used} <= ${all} Wh`);
  assert.equal(payload('StopTransaction').reason, 'Local');
}

describe('story', () => {
  story('node');
  if (process.env.ESPRUINO) story('espruino');
  else it('SKIPPED on the real interpreter: ESPRUINO is not set');
});
