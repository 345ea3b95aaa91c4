import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fetchText, start, type Bench, type StartOptions } from '../../bench/start';
import type { Snapshot } from '../../bench/device';

const assembly = new URL('./stub.ts', import.meta.url).href;
const build = new Map([
  ['.bootcde', Buffer.from('code')],
  ['api', Buffer.from('part')],
]);

describe('bench device', function () {
  this.timeout(10000);
  let bench: Bench;
  const begin = async (o: StartOptions = {}): Promise<Bench> =>
    (bench = await start({ assembly, build, ...o }));
  afterEach(() => bench.stop());

  it('boots, listens, and has a snapshot', async () => {
    await begin();
    const s = await bench.snapshot();
    assert.deepEqual([s.boots, (s.engine as Record<string, unknown>).name], [1, 'node']);
    assert.deepEqual(s.network, { up: true, blackhole: false, latency: 0, blocked: 0 });
    assert.deepEqual(Object.keys(s.flash as object), ['writes', 'erases', 'size', 'used']);
    assert.deepEqual(await bench.get('/x'), { status: 200, body: 'you asked /x' });
  });

  it('advances virtual time to the ms, as fast as it can', async () => {
    await begin();
    const real = Date.now();
    const from = await bench.advance(0);
    const [a, b] = await Promise.all([bench.advance(3600000), bench.advance(1000)]);
    assert.ok(a.t - from.t >= 3600000 && a.t - from.t < 3600050, `${a.t - from.t}`);
    assert.ok(b.t - a.t >= 1000 && b.t - a.t < 1050);
    assert.ok(Date.now() - real < 5000);
    assert.equal((b.engine as { worstGap: number }).worstGap, 20);
  });

  it('counts the time without a scan', async () => {
    await begin();
    await bench.console('stall 300');
    const { worstGap } = (await bench.snapshot()).engine as { worstGap: number };
    assert.ok(worstGap >= 300 && worstGap <= 345, `${worstGap}`);
  });

  it('serves requests while the script stands still', async () => {
    await begin();
    await bench.post('clock', { rate: 10 });
    const order: string[] = [];
    const stalled = bench.console('stall 3000').then((text) => order.push(text));
    await bench.post('car', { state: 'C' });
    const s = await bench.snapshot();
    order.push('served');
    await stalled;
    assert.deepEqual((s.car as { state: string }).state, 'C');
    assert.deepEqual(order, ['served', '=3000']);
  });

  it('a stall between two messages does not let the second overtake the first', async () => {
    await begin();
    await bench.console('nap 15');
    for (let i = 0; i < 150; i++)
      assert.deepEqual(await fetchText(`${bench.http}/${i}`, 2000), { status: 200, body: `you asked /${i}` });
  });

  it('ends a stall at once when time is advanced', async () => {
    await begin();
    const real = Date.now();
    const stalled = bench.console('stall 60000');
    await bench.advance(61000);
    assert.equal(await stalled, '=60000');
    assert.ok(Date.now() - real < 5000);
  });

  it('changes nothing when the rig refuses', async () => {
    await begin();
    await assert.rejects(bench.post('car', { state: 'wrong' }), /no such state/);
    assert.deepEqual((await bench.snapshot()).car, { state: 'unplugged' });
  });

  it('loses power and boots again', async () => {
    await begin();
    const off = await bench.post('supply', { off: 5000 });
    assert.deepEqual([off.t, off.boots, off.powered], [0, 1, false]);
    const s = await bench.advance(5000 + 2000);
    assert.deepEqual([s.boots, s.powered], [2, true]);
    assert.ok(s.t >= 1900 && s.t <= 2100, `${s.t}`);
    assert.equal((await bench.get('/again')).body, 'you asked /again');
  });

  it('loses power in the middle of a stall', async () => {
    await begin();
    const never = bench.console('stall 600000').catch(() => 'stopped');
    await bench.post('supply', { off: 100 });
    const s = await bench.advance(2000);
    assert.equal(s.boots, 2);
    assert.equal(await bench.console('stall 1'), '=1');
    await never;
  });

  it('tears a write', async () => {
    await begin();
    await bench.post('supply', { off: 50, tear: 3 });
    assert.equal((await bench.advance(1000)).boots, 1);
    const written = bench.console('write name longer-than-three').catch(() => '');
    const s = await bench.advance(2000);
    assert.equal(s.boots, 2);
    await written;
    assert.equal(await bench.console('read torn'), '="{\\"."');
  });

  it('is reset by its script', async () => {
    await begin();
    const from = await bench.snapshot();
    const answer = bench.console('reboot');
    const s = await bench.advance(1000);
    assert.equal(s.boots, 2);
    assert.ok(s.t >= from.t + 1000, 'the power stayed');
    assert.match(bench.log().text, /reset: asked/);
    await answer;
  });

  it('shows one snapshot a change', async () => {
    await begin();
    const seen: unknown[] = [];
    const off = bench.watch((s: Snapshot) => seen.push((s.car as { state: string }).state));
    await bench.post('car', { state: 'B' });
    await bench.post('car', { state: 'C' });
    await bench.advance(100);
    off();
    await bench.post('car', { state: 'unplugged' });
    await bench.advance(100);
    assert.deepEqual(seen, ['B', 'C']);
  });

  describe('flash image', () => {
    let folder: string;
    let flash: string;
    beforeEach(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
      flash = path.join(folder, 'deep', 'x.flash');
    });
    afterEach(() => fs.rmSync(folder, { recursive: true }));

    it('is kept, and a fresh one gets the default network once', async () => {
      await begin({ flash, set: [['amp', '10']] });
      assert.deepEqual(JSON.parse(JSON.parse((await bench.console('read preset')).slice(1))), {
        wifis: '[{"ssid":"bench","key":"bench-key"}]',
        amp: '10',
      });
      await bench.console('write mine kept');
      await bench.stop();
      await begin({ flash, build: new Map([...build, ['api', Buffer.from('newer')]]), set: [['amp', '12']] });
      assert.equal(await bench.console('read mine'), '="kept"');
      assert.equal(await bench.console('read api'), '="newer"');
      assert.equal(await bench.console('read .bootcde'), '="code"');
      assert.equal(JSON.parse((await bench.console('read preset')).slice(1)), '{"amp":"12"}');
    });

    it('survives the bench process without a farewell', async () => {
      await begin({ flash });
      await bench.console('write mine kept');
      const image = fs.readFileSync(flash);
      assert.ok(image.includes('kept'));
    });

    it('is erased by fresh', async () => {
      await begin({ flash });
      await bench.console('write mine kept');
      await bench.stop();
      await begin({ flash, fresh: true });
      assert.equal(await bench.console('read mine'), '=""');
    });

    it('of the interpreter lies beside it; without one it has none that others may have', async () => {
      await begin({ engine: 'espruino', flash });
      assert.equal(((await bench.snapshot()).flash as { used: number }).used, 4711);
      assert.equal(await bench.console('where'), '=' + JSON.stringify(flash.replace('.flash', '.espruino')));
      await bench.stop();
      await begin({ engine: 'espruino' });
      assert.equal(await bench.console('where'), '=""');
    });

    it('takes a network given by hand', async () => {
      await begin({ flash, set: [['wifis', '[]']] });
      assert.equal(JSON.parse((await bench.console('read preset')).slice(1)), '{"wifis":"[]"}');
    });
  });
});
