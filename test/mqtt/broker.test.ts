// MQTT on the bench, against a broker that misbehaves.

import assert from 'node:assert/strict';
import { Meeting, connection } from '../fake/mqtt';
import { itLong } from '../fake/depth';

type Json = Record<string, unknown>;

describe('MQTT with a broker that misbehaves', function () {
  this.timeout(90000);
  let s: Meeting;
  beforeEach(async () => {
    s = await Meeting.open();
  });
  afterEach(() => s.close());

  itLong('refuses: the reason in words, tried again, and the password is told to nobody', async () => {
    s.broker.code = 5;
    await s.on();
    await s.holds('refused', 20000, async () => (await s.key('mlr')) === 'refused: not authorised');
    await s.holds('again', 60000, () => s.broker.count(1) > 1);
    const first = connection(s.broker.packets[0]);
    assert.deepEqual([first.user, first.password, first.keep], ['wallbox', 'hunter2', 30]);
    assert.equal((first.will as Json).topic, `go-eCharger/${await s.key('sse')}/mcc`);
    assert.equal(await s.key('mcu'), `mqtt://***@127.0.0.1:${s.broker.port}`);
    s.broker.code = 0;
    await s.holds('connected', 120000, s.connected);
    await s.holds('all', 30000, () => s.broker.count(3) > 150);
    for (const path of ['/api/status', '/report', '/status', '/api/keys', '/metrics'])
      assert.ok(!(await s.b.get(path).catch((e) => assert.fail(path + e))).body.includes('hunter2'), path);
    for (const m of s.broker.told().values()) assert.ok(!m.text.includes('hunter2'), m.topic);
    assert.ok(!s.b.log(0).text.includes('hunter2'));
    const r = await s.set({ mcu: 'mqtts://wallbox:hunter2@h' });
    assert.match(r.body, /mqtts is not supported: the engine cannot verify certificates/);
    assert.ok(!r.body.includes('hunter2'));
  });

  itLong('says nothing at all, or nothing any more', async () => {
    s.broker.code = undefined;
    await s.on();
    await s.holds('given up', 40000, async () => (await s.key('mlr')) === 'no answer to CONNECT');
    s.broker.code = 0;
    await s.holds('connected', 60000, s.connected);
    await s.pass(60000);
    assert.ok(await s.connected(), 'pings are answered');
    s.broker.pong = false;
    const ms = await s.holds('found', 60000, async () => !(await s.connected()));
    assert.ok(ms <= 35000, `${ms}`);
    assert.equal(await s.key('mlr'), 'broker is silent');
    s.broker.pong = true;
    await s.holds('again', 60000, s.connected);
  });

  itLong('closes in the middle, and talks nonsense', async () => {
    await s.on();
    await s.holds('half told', 20000, () => s.broker.count(3) > 50);
    s.broker.sockets[0].destroy();
    await s.holds('lost', 10000, async () => (await s.key('mlr')) === 'connection lost');
    await s.holds('again', 60000, s.connected);
    s.broker.sockets[1].write(Buffer.from([0x30, 255, 255, 255, 255, 255]));
    await s.holds('nonsense', 10000, async () => (await s.key('mlr')) === 'malformed packet');
    await s.holds('again', 60000, s.connected);
    s.broker.sockets[2].write(Buffer.alloc(20000, 0x30));
    await s.holds('flood', 10000, async () => !(await s.connected()));
    await s.holds('again', 60000, s.connected);
    assert.equal(((await s.b.snapshot()) as unknown as Json).boots, 1);
  });

  it('switched off: goodbye, and not a word more', async () => {
    await s.on();
    await s.holds('all', 20000, () => s.broker.count(3) > 150);
    await s.set({ mce: 'false' });
    await s.holds('goodbye', 5000, () => s.broker.count(14) === 1);
    assert.equal([...s.broker.told()].find(([t]) => t.endsWith('/mcc'))![1].text, 'false');
    const n = s.broker.packets.length;
    await s.pass(30000);
    assert.equal(s.broker.packets.length, n);
    assert.deepEqual([await s.key('mcs'), await s.key('mcc'), s.broker.sockets.length], [false, false, 1]);
  });
});
