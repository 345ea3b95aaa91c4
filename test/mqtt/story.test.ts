// MQTT on the bench, against the real broker.

import assert from 'node:assert/strict';
import { start } from '../../bench/start';
import { ENTITIES } from '../../firmware/mqtt/entities';
import { Client, Mosquitto, Scene, mosquitto } from '../fake/mqtt';

const bin = mosquitto();
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
