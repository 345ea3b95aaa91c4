// A list of 64 tags arrives while a car charges, on both engines: the scan goes on, the list holds, a tag of it may end
// the transaction, and another one may not.

import assert from 'node:assert/strict';
import { start } from '../../bench/start';
import type { Bench } from '../../bench/start';

type Json = Record<string, unknown>;
const TAG = '04A1B2C3D4E5F6';
const MATE = '04A1B2C3D4E5F7';
const list = Array.from({ length: 64 }, (_, i) => ({
  idTag: i ? '04A1B2C3D4' + (1000 + i) : MATE,
  idTagInfo: Object.assign(
    { status: 'Accepted', expiryDate: '2099-01-01T00:00:00Z' },
    i ? {} : { parentIdTag: 'G' },
  ),
}));

class Scene {
  constructor(
    private bench: Bench,
    private engine: 'node' | 'espruino',
  ) {}

  async pass(ms: number): Promise<void> {
    if (this.engine === 'node') await this.bench.advance(ms);
    else await new Promise((done) => setTimeout(done, ms));
  }
  async until<T>(what: string, ms: number, test: () => Promise<T | undefined>): Promise<T> {
    for (let t = 0; t < ms; t += 200) {
      const found = await test();
      if (found) return found;
      await this.pass(200);
    }
    return assert.fail(`${what}: not within ${ms} ms\n${this.bench.log().text}`);
  }
  /** Calls of the charger, with their payloads. */
  told(action: string): Json[] {
    const calls = this.bench.frames().frames.filter((f) => f.from === 'cp' && f.frame[2] === action);
    return calls.map((f) => f.frame[3] as Json);
  }
  heard(action: string, status?: string): Promise<unknown> {
    const there = (): boolean => this.told(action).some((q) => !status || q.status === status);
    return this.until(action + ' ' + (status ?? ''), 30000, () => Promise.resolve(there()));
  }
  /** Asks as the central system. */
  async call(action: string, payload: Json): Promise<Json> {
    const { next } = this.bench.frames();
    this.bench.call(action, payload).catch(() => undefined);
    return this.until('answer to ' + action, 20000, () => {
      const answers = this.bench.frames(next).frames.filter((f) => f.from === 'cp' && f.frame[0] === 3);
      return Promise.resolve(answers.length ? (answers[0].frame[2] as Json) : undefined);
    });
  }
  async keys(filter: string): Promise<Json> {
    return JSON.parse((await this.bench.get('/api/status?filter=' + filter)).body) as Json;
  }
}

async function play(bench: Bench, s: Scene): Promise<void> {
  const closed = async (): Promise<boolean> =>
    ((await bench.snapshot()).contactor as unknown as Json).closed === true;
  await bench.get(`/api/set?acs=1&ocppu=${encodeURIComponent(bench.csms!)}&ocppe=true`);
  await s.heard('StatusNotification', 'Available');
  const group = {
    listVersion: 1,
    updateType: 'Full',
    localAuthorizationList: [{ idTag: TAG, idTagInfo: list[0].idTagInfo }],
  };
  assert.deepEqual(await s.call('SendLocalList', group), { status: 'Accepted' });
  await s.call('ChangeConfiguration', { key: 'LocalPreAuthorize', value: 'true' });
  await bench.post('car', { state: 'C', cable: 32, amps: 16, phases: 3 });
  await s.heard('StatusNotification', 'Preparing');
  await bench.post('card', { uid: TAG, ms: 1500 });
  await s.heard('StatusNotification', 'Charging');
  assert.deepEqual(s.told('Authorize'), [], 'known here');

  const before = await s.keys('late,gap');
  const all = { listVersion: 2, updateType: 'Full', localAuthorizationList: list };
  assert.deepEqual(await s.call('SendLocalList', all), { status: 'Accepted' });
  assert.ok(await closed(), 'charging went on');
  const after = await s.keys('late,gap');
  // The watchdog's patience is 10 s; what the scan really waits is measured in docs/engine.md.
  assert.ok((after.gap as number) < 3000, `${JSON.stringify(before)} ${JSON.stringify(after)}`);
  assert.deepEqual(await s.call('GetLocalListVersion', {}), { listVersion: 2 });
  await bench.post('card', { uid: '04A1B2C3D41001'.padEnd(14, '0'), ms: 1500 });
  await s.pass(3000);
  assert.ok(await closed(), 'a tag without the group does not end it');
  await bench.post('card', { uid: MATE, ms: 1500 });
  await s.heard('StopTransaction');
  assert.equal(s.told('StopTransaction')[0].idTag, MATE);
  await bench.post('car', { state: 'unplugged' });
  const reserve = { connectorId: 1, expiryDate: '2099-01-01T00:00:00Z', idTag: TAG, reservationId: 9 };
  await s.until('free again', 20000, async () => (await s.call('ReserveNow', reserve)).status === 'Accepted');
  await s.heard('StatusNotification', 'Reserved');
  assert.deepEqual(await s.call('CancelReservation', { reservationId: 9 }), { status: 'Accepted' });
  assert.ok(!bench.frames().frames.some((f) => f.invalid), 'every frame keeps to the schemas');
}

describe('story: lists', function () {
  this.timeout(240000);
  for (const engine of ['node', 'espruino'] as const)
    (engine === 'node' || process.env.ESPRUINO ? it : it.skip)(
      `a list of 64 while charging (${engine})`,
      async () => {
        const bench = await start({ engine, http: 0, bench: 0, csms: 0, fresh: true });
        try {
          await play(bench, new Scene(bench, engine));
        } finally {
          await bench.stop();
        }
      },
    );
});
