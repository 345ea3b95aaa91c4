// The networks in the air as somebody sees them who sets the charger up, on both engines: on the access point, while it joins,
// joined, charging.

import assert from 'node:assert/strict';
import { start, type Bench } from '../../bench/start';
import { Scene, type Json } from '../fake/scene';
import { Listener, ask } from '../http/wire';

const NEIGHBOURS = ['Nachbar', 'Müllers WLAN', 'Gasthof "Zur Post"', 'Neubau'];

function suite(engine: 'node' | 'espruino'): void {
  let b: Bench;
  let s: Scene;
  before(async () => {
    b = await start({
      engine,
      csms: 'off',
      http: 0,
      bench: 0,
      fresh: true,
      flash: '',
      set: [['wifis', '[]']],
    });
    s = new Scene(b, engine);
  });
  after(() => b.stop());

  const names = async (): Promise<string[]> =>
    ((await s.status('scan')).scan as { ssid: string }[]).map((w) => w.ssid);
  const age = async (): Promise<number | null> => (await s.status('scaa')).scaa as number | null;
  const joined = async (): Promise<boolean> => (await s.status('wst')).wst === 3;

  it('on the access point: nothing yet, and 2 s later all, each once, the strongest first', async () => {
    assert.deepEqual(await s.status('scan,scaa'), { scan: [], scaa: null });
    await s.until('a list', 6000, async () => (await age()) !== null);
    const { scan } = await s.status('scan');
    assert.deepEqual(scan, [
      { ssid: 'bench', encryptionType: 3, rssi: -47, channel: 6 },
      { ssid: 'Nachbar', encryptionType: 3, rssi: -58, channel: 1 },
      { ssid: 'Müllers WLAN', encryptionType: 4, rssi: -67, channel: 11 },
      { ssid: 'Gasthof "Zur Post"', encryptionType: 0, rssi: -79, channel: 3 },
      { ssid: 'Neubau', encryptionType: 7, rssi: -86, channel: 8 },
    ]);
  });

  it('nobody is told who has not asked by name', async () => {
    const all = JSON.parse((await ask(b.http, '/api/status')).body) as Json;
    assert.deepEqual([Object.hasOwn(all, 'scan'), Object.hasOwn(all, 'scaa')], [false, false]);
    assert.ok(!(await ask(b.http, '/report')).body.includes('Nachbar'));
    const l = new Listener(b.http, '/api/events?filter=scan,car,scaa');
    await l.until(() => l.events.length > 0, 20000);
    l.close();
    assert.deepEqual(Object.keys(l.events[0]), ['car']);
    assert.match(await b.console('get("scan")'), /"ssid":"Gasthof \\"Zur Post\\""/);
    assert.match(await b.console('help("scan")'), /Networks in the air/);
  });

  it('a network that is picked while a search runs is joined all the same', async () => {
    await s.until('an old list', 15000, async () => ((await age()) ?? 0) > 10000);
    await names();
    await s.set(`wifis=${encodeURIComponent('[{"ssid":"bench","key":"bench-key"}]')}`);
    await s.until('joined', 15000, joined);
    await s.until('a new list', 6000, async () => ((await age()) ?? 20000) < 10000);
  });

  it('of a network that has gone only its neighbours are left', async () => {
    await s.until('an old list', 15000, async () => ((await age()) ?? 0) > 10000);
    await names();
    await s.post('wifi', { up: false });
    await s.pass(2500);
    await s.post('wifi', { up: true });
    await s.until('a new list', 6000, async () => ((await age()) ?? 20000) < 10000);
    assert.deepEqual(await names(), NEIGHBOURS);
  });

  it('while charging nobody looks around, and the list is forgotten', async () => {
    await s.post('car', { state: 'C', amps: 16, phases: 3 });
    await s.until('charging', 20000, async () => (await s.status('car')).car === 2);
    await s.until('forgotten', 3000, async () => (await age()) === null);
    assert.deepEqual(await names(), []);
    await s.pass(4000);
    assert.deepEqual([await names(), await age()], [[], null]);
    await s.post('car', { state: 'unplugged' });
    await s.until('no vehicle', 10000, async () => (await s.status('car')).car === 1);
    await names();
    await s.until('a new list', 6000, async () => ((await age()) ?? 20000) < 10000);
    assert.deepEqual(await names(), ['bench', ...NEIGHBOURS]);
  });
}

describe('networks in the air', function () {
  this.timeout(150000);
  describe('node', () => suite('node'));
  (process.env.ESPRUINO ? describe : describe.skip)('espruino', () => suite('espruino'));
});
