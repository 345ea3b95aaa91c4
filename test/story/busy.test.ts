// A client that asks again as soon as it has an answer, and what else the charger has to do meanwhile.

import assert from 'node:assert/strict';
import { start } from '../../bench/start';
import type { Bench } from '../../bench/start';
import { itLong } from '../fake/depth';

/** About a second each if nobody asks for anything else, ms. */
const CONNECT = 5000;
const CHARGE = 5000;
const STEP = 10;
const ASKED = ['/api/status?filter=ocppc,ocppa,ocpple', '/api/status', '/status', '/metrics'];

describe('a client that asks without a pause', function () {
  this.timeout(120000);
  let bench: Bench;
  let asking = true;
  let answers = 0;
  let client: Promise<void>;

  before(async () => {
    bench = await start({ flash: '' });
    await bench.get(`/api/set?acs=1&ocppu=${encodeURIComponent(bench.csms!)}&ocppe=true`);
    client = (async () => {
      for (; asking; answers++) {
        // Each by other parts on call.
        const { status } = await bench.get(ASKED[answers % ASKED.length]);
        assert.equal(status, 200);
      }
    })();
  });
  after(async () => {
    asking = false;
    await client;
    await bench.stop();
  });

  /** Calls of the charger come in time, while the client is answered. */
  const calls = async (actions: string[], ms: number): Promise<void> => {
    const before = answers;
    const missing = (): string[] =>
      actions.filter((a) => !bench.frames().frames.some((f) => f.from === 'cp' && f.frame[2] === a));
    let t = 0;
    for (; t < ms && missing().length; t += STEP) await bench.advance(STEP);
    assert.deepEqual(missing(), [], `not in ${t} ms of the charger`);
    assert.ok(answers > before, 'no answer meanwhile');
  };

  it('does not keep the central system waiting', () => calls(['BootNotification'], CONNECT));

  itLong('does not keep a driver with a card waiting', async () => {
    await bench.post('car', { state: 'C', amps: 16, phases: 3 });
    await bench.post('card', { uid: '04A1B2C3D4E5F6', ms: 800 });
    await calls(['Authorize', 'StartTransaction'], CHARGE);
  });
});
