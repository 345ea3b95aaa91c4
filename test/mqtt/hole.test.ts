// MQTT on the bench, against a broker that a network swallows.

import assert from 'node:assert/strict';
import { Meeting } from '../fake/mqtt';
import { describeLong } from '../fake/depth';

type Json = Record<string, unknown>;

describeLong('MQTT with a broker in a black hole', function () {
  this.timeout(90000);
  let s: Meeting;
  beforeEach(async () => {
    s = await Meeting.open();
  });
  afterEach(() => s.close());

  it('is a black hole while charging: nothing stands still, the charge goes on', async () => {
    await s.on();
    await s.holds('connected', 20000, s.connected);
    await s.b.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    await s.pass(15000);
    const { blocked } = ((await s.b.snapshot()) as unknown as { network: { blocked: number } }).network;
    await s.b.post('wifi', { blackhole: true });
    const seen = async (): Promise<Json> => (await s.b.snapshot()) as unknown as Json;
    for (let i = 0; i < 12; i++) {
      await s.b.advance(15000);
      const { contactor, network, boots } = await seen();
      assert.deepEqual([(contactor as Json).closed, (network as Json).blocked, boots], [true, blocked, 1]);
    }
    assert.equal(await s.connected(), false);
    assert.ok(((await s.key('gap')) as number) < 100);
    await s.b.post('wifi', { blackhole: false });
    await s.holds('again', 400000, s.connected);
  });

  it('is a black hole while nobody charges: it is not tried blindly', async () => {
    await s.on();
    await s.holds('connected', 20000, s.connected);
    await s.b.post('wifi', { blackhole: true });
    for (let i = 0; i < 40; i++) await s.b.advance(5000);
    assert.equal(((await s.b.snapshot()) as unknown as Json).boots, 1);
    assert.equal(await s.key('mlr'), 'no answer to ping');
    await s.b.post('wifi', { blackhole: false });
    await s.holds('again', 400000, s.connected);
  });
});
