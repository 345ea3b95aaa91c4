// MQTT on the bench: against the real broker, and against one that misbehaves.

import assert from 'node:assert/strict';
import { start, type Bench } from '../../bench/start';
import { ENTITIES } from '../../firmware/mqtt/entities';
import { Client, FakeBroker, Mosquitto, connection, mosquitto } from '../fake/mqtt';

const bin = mosquitto();
type Json = Record<string, unknown>;

class Scene {
  constructor(
    readonly b: Bench,
    readonly engine: 'node' | 'espruino',
  ) {}
  async key(name: string): Promise<unknown> {
    return JSON.parse((await this.b.get(`/api/status?filter=${name}`)).body)[name];
  }
  async set(o: Record<string, string>): Promise<{ status: number; body: string }> {
    const q = Object.entries(o).map(([k, v]) => `${k}=${encodeURIComponent(v)}`);
    return this.b.get(`/api/set?${q.join('&')}`);
  }
  async pass(ms: number): Promise<void> {
    if (this.engine === 'node') await this.b.advance(ms);
    await new Promise((done) => setTimeout(done, this.engine === 'node' ? 20 : ms));
  }
  /** Goes on until it holds; the ms that it took. What may take long on the virtual clock is looked at once a second. */
  async holds(what: string, most: number, test: () => Promise<boolean> | boolean): Promise<number> {
    const step = this.engine === 'node' && most >= 20000 ? 1000 : 100;
    for (let t = 0; ; t += step) {
      if (await test()) return t;
      if (t >= most) assert.fail(`${what}: not within ${most} ms\n${this.b.log(0).text.slice(-1500)}`);
      await this.pass(step);
    }
  }
}

function real(engine: 'node' | 'espruino'): void {
  let s: Scene;
  let broker: Mosquitto;
  let c: Client;
  let PRE = '';
  const told = (k: string): string | undefined => c.last.get(PRE + k)?.text;
  before(async () => {
    broker = await Mosquitto.start(bin!, '');
    c = await Client.connect(broker.port, '#');
    s = new Scene(await start({ engine, csms: 'off', http: 0, bench: 0, fresh: true, flash: '' }), engine);
    PRE = `go-eCharger/${await s.key('sse')}/`;
  });
  after(async () => {
    c?.close();
    await s?.b.stop();
    broker?.stop();
  });

  it('tells all keys, retained, as the API has them', async () => {
    await s.set({ mcu: `mqtt://127.0.0.1:${broker.port}`, mcr: 'false', mce: 'true' });
    await s.holds('connected', 20000, async () => (await s.key('mcc')) === true);
    const status = JSON.parse((await s.b.get('/api/status')).body) as Record<string, unknown>;
    await s.holds('all keys', 30000, () => Object.keys(status).every((k) => told(k) !== undefined));
    for (const k of ['amp', 'fna', 'car', 'sse', 'cards', 'mcc', 'mcu', 'clp'])
      assert.deepEqual(JSON.parse(told(k)!), status[k], k);
    const late = await Client.connect(broker.port, PRE + '#');
    await s.holds('retained', 5000, () => late.last.size >= Object.keys(status).length);
    assert.ok(Object.keys(status).every((k) => late.all.find((m) => m.topic === PRE + k)!.retain));
    late.close();
  });

  it('tells a change within two seconds', async () => {
    await s.set({ amp: '11' });
    assert.ok((await s.holds('amp', 4000, () => told('amp') === '11')) <= 2000);
    await s.b.post('car', { state: 'B' });
    const ms = await s.holds('car', 6000, () => told('car') !== '1');
    assert.ok(ms <= 2500, `${ms}`);
  });

  it('is found by Home Assistant: each description is JSON, and its topics are there', async () => {
    const serial = (await s.key('sse')) as string;
    const ids = Object.keys(ENTITIES);
    const at = (id: string): string => `homeassistant/${ENTITIES[id].is}/pilotwire-${serial}/${id}/config`;
    await s.holds('descriptions', 20000, () => ids.every((id) => c.last.has(at(id))));
    const seen = new Set<string>();
    for (const id of ids) {
      const m = c.last.get(at(id))!;
      const d = JSON.parse(m.text) as Record<string, any>;
      assert.ok(m.text.length + m.topic.length < 600, `${id} ${m.text.length}`);
      assert.deepEqual([d['~'] + '/', d.avty_t, d.pl_avail], [PRE, '~/mcc', 'true']);
      assert.ok(told(d.stat_t.slice(2)) !== undefined, d.stat_t);
      if (d.cmd_t) assert.equal(d.cmd_t, d.stat_t + '/set');
      assert.deepEqual(d.dev.ids, [`pilotwire-${serial}`]);
      seen.add(d.uniq_id);
    }
    assert.equal(seen.size, ids.length);
    assert.equal(JSON.parse(c.last.get(at('limit'))!.text).max, await s.key('ama'));
    const { dev } = JSON.parse(c.last.get(at('car'))!.text);
    assert.deepEqual([dev.sn, dev.sw], [serial, '0.1.0']);
    assert.match(dev.cu, /^http:\/\/[0-9.]+$/);
  });

  it('sets what is good, refuses what is not', async () => {
    for (const [key, payload, expected] of [
      ['amp', '9', /^success$/],
      ['amp', '99', /exceeds range/],
      ['amp', 'x', /invalid json/],
      ['fna', 'R&D + 100 %', /^success$/],
      ['car', '1', /without setter/],
      ['nosuch', '1', /unknown key/],
    ] as [string, string, RegExp][]) {
      const n = c.all.length;
      c.publish(`${PRE}${key}/set`, payload);
      const answer = (): string | undefined =>
        c.all.slice(n).find((m) => m.topic === `${PRE}${key}/result`)?.text;
      await s.holds(`${key} ${payload}`, 20000, () => answer() !== undefined);
      assert.match(answer()!, expected);
    }
    await s.holds('told', 4000, () => told('amp') === '9' && told('fna') === '"R&D + 100 %"');
    assert.deepEqual([await s.key('amp'), await s.key('fna')], [9, 'R&D + 100 %']);
  });
}

describe('MQTT with mosquitto', function () {
  this.timeout(120000);
  if (bin) real('node');
  else
    it('SKIPPED: mosquitto is not installed, nothing was tested against a real broker', function () {
      this.skip();
    });
});
if (process.env.ESPRUINO && bin)
  describe('MQTT with mosquitto, the real interpreter', function () {
    this.timeout(240000);
    real('espruino');
  });

/** A broker that misbehaves. */
describe('MQTT with a broker that misbehaves', function () {
  this.timeout(90000);
  let s: Scene;
  let broker: FakeBroker;
  const url = (): string => `mqtt://wallbox:hunter2@127.0.0.1:${broker.port}`;
  const connected = async (): Promise<boolean> => (await s.key('mcc')) === true;
  beforeEach(async () => {
    broker = await new FakeBroker().listen();
    s = new Scene(await start({ csms: 0, http: 0, bench: 0, fresh: true, flash: '' }), 'node');
  });
  afterEach(async () => {
    await s.b.stop();
    broker.close();
  });
  const on = (): Promise<unknown> => s.set({ mcu: url(), mce: 'true' });

  it('refuses: the reason in words, tried again, and the password is told to nobody', async () => {
    broker.code = 5;
    await on();
    await s.holds('refused', 20000, async () => (await s.key('mlr')) === 'refused: not authorised');
    await s.holds('again', 60000, () => broker.count(1) > 1);
    const first = connection(broker.packets[0]);
    assert.deepEqual([first.user, first.password, first.keep], ['wallbox', 'hunter2', 30]);
    assert.equal((first.will as Json).topic, `go-eCharger/${await s.key('sse')}/mcc`);
    assert.equal(await s.key('mcu'), `mqtt://***@127.0.0.1:${broker.port}`);
    broker.code = 0;
    await s.holds('connected', 120000, connected);
    await s.holds('all', 30000, () => broker.count(3) > 150);
    for (const path of ['/api/status', '/report', '/status', '/api/keys', '/metrics'])
      assert.ok(!(await s.b.get(path).catch((e) => assert.fail(path + e))).body.includes('hunter2'), path);
    for (const m of broker.told().values()) assert.ok(!m.text.includes('hunter2'), m.topic);
    assert.ok(!s.b.log(0).text.includes('hunter2'));
    const r = await s.set({ mcu: 'mqtts://wallbox:hunter2@h' });
    assert.match(r.body, /mqtts is not supported: the engine cannot verify certificates/);
    assert.ok(!r.body.includes('hunter2'));
  });

  it('says nothing at all, or nothing any more', async () => {
    broker.code = undefined;
    await on();
    await s.holds('given up', 40000, async () => (await s.key('mlr')) === 'no answer to CONNECT');
    broker.code = 0;
    await s.holds('connected', 60000, connected);
    await s.pass(60000);
    assert.ok(await connected(), 'pings are answered');
    broker.pong = false;
    const ms = await s.holds('found', 60000, async () => !(await connected()));
    assert.ok(ms <= 35000, `${ms}`);
    assert.equal(await s.key('mlr'), 'broker is silent');
    broker.pong = true;
    await s.holds('again', 60000, connected);
  });

  it('closes in the middle, and talks nonsense', async () => {
    await on();
    await s.holds('half told', 20000, () => broker.count(3) > 50);
    broker.sockets[0].destroy();
    await s.holds('lost', 10000, async () => (await s.key('mlr')) === 'connection lost');
    await s.holds('again', 60000, connected);
    broker.sockets[1].write(Buffer.from([0x30, 255, 255, 255, 255, 255]));
    await s.holds('nonsense', 10000, async () => (await s.key('mlr')) === 'malformed packet');
    await s.holds('again', 60000, connected);
    broker.sockets[2].write(Buffer.alloc(20000, 0x30));
    await s.holds('flood', 10000, async () => !(await connected()));
    await s.holds('again', 60000, connected);
    assert.equal(((await s.b.snapshot()) as unknown as Json).boots, 1);
  });

  it('switched off: goodbye, and not a word more', async () => {
    await on();
    await s.holds('all', 20000, () => broker.count(3) > 150);
    await s.set({ mce: 'false' });
    await s.holds('goodbye', 5000, () => broker.count(14) === 1);
    assert.equal([...broker.told()].find(([t]) => t.endsWith('/mcc'))![1].text, 'false');
    const n = broker.packets.length;
    await s.pass(30000);
    assert.equal(broker.packets.length, n);
    assert.deepEqual([await s.key('mcs'), await s.key('mcc'), broker.sockets.length], [false, false, 1]);
  });

  it('is a black hole while charging: nothing stands still, the charge goes on', async () => {
    await on();
    await s.holds('connected', 20000, connected);
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
    assert.equal(await connected(), false);
    assert.ok(((await s.key('gap')) as number) < 100);
    await s.b.post('wifi', { blackhole: false });
    await s.holds('again', 400000, connected);
  });

  it('is a black hole while nobody charges: it is not tried blindly', async () => {
    await on();
    await s.holds('connected', 20000, connected);
    await s.b.post('wifi', { blackhole: true });
    for (let i = 0; i < 40; i++) await s.b.advance(5000);
    assert.equal(((await s.b.snapshot()) as unknown as Json).boots, 1);
    assert.equal(await s.key('mlr'), 'no answer to ping');
    await s.b.post('wifi', { blackhole: false });
    await s.holds('again', 400000, connected);
  });
});
