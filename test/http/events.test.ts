// /api/events, /metrics and /api/keys against the running bundle: in time, beside other requests, with a password.

import assert from 'node:assert/strict';
import { start, type Bench } from '../../bench/start';
import { readTable } from '../../tools/keys.mjs';
import { Listener, ask, raw, type Json } from './wire';

/** No request of the charger waits for those who listen. */
function suite(engine: 'node' | 'espruino'): void {
  let b: Bench;
  before(async () => (b = await start({ engine, csms: 'off', http: 0, bench: 0, fresh: true, flash: '' })));
  after(() => b.stop());

  it('describes every key, as the table has it', async () => {
    const r = await ask(b.http, '/api/keys');
    assert.deepEqual([r.status, r.headers['content-type']], [200, 'application/json']);
    const told = JSON.parse(r.body) as Record<string, Json>;
    const rows = readTable().filter((k) => !(k.f ?? '').includes('o'));
    assert.deepEqual(Object.keys(told), rows.map((k) => k.name)); // prettier-ignore
    for (const { name, doc } of rows) assert.equal(told[name].text, doc);
    assert.deepEqual(told.amp, {
      type: 'integer',
      access: 'rw',
      unit: 'A',
      min: 6,
      max: 32,
      default: 16,
      ocpp: 'RequestedCurrent',
      text: 'Current that the user asks for, per phase; not above `ama`.',
    });
    assert.deepEqual(
      [told.hak.access, told.car.access, told.dwo.nullable, told.fup.default],
      ['w', 'r', true, true],
    );
  });

  it('and so does the console', async () => {
    const said = async (line: string): Promise<string> => (await b.console(line)).replace(/\s+/g, ' ');
    const text = 'Current that the user asks for, per phase; not above `ama`.';
    assert.ok((await said('help("amp")')).includes(`${text} amp takes an integer from 6 to 32, A`));
    assert.ok((await said('help("HeartbeatInterval")')).includes('ocpph takes an integer'));
    assert.match(await said('help("oma")'), /Measurands of clock-aligned/);
    assert.match(await said('help("nosuch")'), /no key "nosuch"/);
  });

  /** A client that has heard something. */
  async function listen(path: string): Promise<Listener> {
    const l = new Listener(b.http, path);
    await l.until(() => l.events.length > 0 || l.ended, 20000);
    assert.equal(l.status, 200);
    return l;
  }

  it('without a filter everything', async () => {
    const l = await listen('/api/events');
    assert.deepEqual(
      Object.keys(l.events[0]).sort(),
      Object.keys(JSON.parse((await ask(b.http, '/api/status')).body)).sort(),
    );
    l.close();
  });

  it('tells a change within a second, to two, and serves others meanwhile', async () => {
    const path = '/api/events?filter=car,amp,alw,frc,acu,nrg';
    const [l, m] = [await listen(path), await listen('/api/events?filter=amp')];
    assert.deepEqual([l.status, l.headers['content-type']], [200, 'text/event-stream']);
    assert.deepEqual(Object.keys(l.events[0]).sort(), ['acu', 'alw', 'amp', 'car', 'frc', 'nrg']);
    const three = await Promise.all([
      ask(b.http, '/api/status'),
      ask(b.http, '/metrics'),
      ask(b.http, '/api/set?amp=11'),
    ]);
    assert.deepEqual(three.map((r) => r.status), [200, 200, 200]); // prettier-ignore
    await l.until(() => l.state.amp === 11 && m.state.amp === 11);
    const before = [l.events.length, m.events.length];
    await ask(b.http, '/api/set?amp=12');
    if (engine === 'node') await b.advance(1000);
    await l.until(() => l.state.amp === 12 && m.state.amp === 12);
    assert.deepEqual(m.events.slice(before[1]), [{ amp: 12 }]);
    assert.ok(l.events.slice(before[0]).some((e) => Object.keys(e).join() === 'amp'));
    await b.post('car', { state: 'C', amps: 16, phases: 3 });
    await l.until(() => l.state.car === 2 && (l.state.nrg as number[])[11] > 1000, 30000);
    for (const x of [l, m]) x.close();
  });

  it('a third has the place of the first at once, whether that has left or not', async () => {
    for (let n = 0; n < 5; n++) (await listen('/api/events?filter=amp')).close();
    const path = '/api/events?filter=car,amp';
    const [first, second] = [await listen(path), await listen(path)];
    const third = await listen(path);
    await first.until(() => first.ended);
    assert.equal(first.retry, 60000, 'told to stay away for a while');
    await ask(b.http, '/api/set?amp=13');
    if (engine === 'node') await b.advance(1000);
    await third.until(() => second.state.amp === 13 && third.state.amp === 13);
    for (const x of [second, third]) x.close();
  });

  const timed = engine === 'node' ? it : it.skip;
  timed('hears a comment in silence; nobody waits for one that does not read', async () => {
    const l = await listen('/api/events?filter=fna');
    await b.advance(12000);
    await l.until(() => l.comments >= 2);
    assert.equal(l.events.length, 1);
    const s = await listen('/api/events');
    s.stall();
    const from = Date.now();
    for (let i = 0; i < 3; i++) assert.equal((await ask(b.http, '/api/status?filter=amp')).status, 200);
    assert.ok(Date.now() - from < 3000);
    l.close();
  });

  it('HEAD has the head alone', async () => {
    for (const path of ['/api/events?filter=amp', '/metrics', '/api/keys'])
      assert.match(
        await raw(b.http, [`HEAD ${path} HTTP/1.1\r\nHost: x\r\n\r\n`]),
        /^HTTP\/1\.1 200 [^]*\r\n\r\n$/,
      );
  });

  it('with a password for reading', async () => {
    const word = 'correct horse';
    const free = await listen('/api/events?filter=amp');
    await ask(b.http, `/api/set?hak=${encodeURIComponent(word)}&hrp=1`);
    await free.until(() => free.ended);
    for (const path of ['/api/events', '/metrics', '/api/keys'])
      assert.equal((await ask(b.http, path)).status, 401);
    const l = new Listener(b.http, '/api/events?filter=amp', { Authorization: 'Bearer ' + word });
    await l.until(() => l.events.length > 0);
    l.close();
  });
}

describe('events, metrics and keys on the wire', function () {
  this.timeout(60000);
  suite('node');
});
if (process.env.ESPRUINO)
  describe('events, metrics and keys on the wire, the real interpreter', function () {
    this.timeout(90000);
    suite('espruino');
  });
