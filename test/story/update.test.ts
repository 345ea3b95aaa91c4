// An update on the real interpreter, end to end: fetched over real sockets while the car charges, installed when it has left,
// proved after a minute; and one that crashes at boot gives way to the old bundle.

import assert from 'node:assert';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { start, type Bench } from '../../bench/start';
import { image } from '../fake/hosts';

const { ESPRUINO = '' } = process.env;
type Json = Record<string, unknown>;

async function json(url: string, body?: object): Promise<Json> {
  const r = await fetch(url, body ? { method: 'POST', body: JSON.stringify(body) } : undefined);
  const text = await r.text();
  assert.ok(r.ok, `${url}: ${r.status} ${text}`);
  return JSON.parse(text) as Json;
}

/** Calls of the charger with their payload. */
async function calls(b: Bench, action: string): Promise<Json[]> {
  const { frames } = (await json(`${b.bench}/csms/log?since=0`)) as { frames: Json[] };
  assert.deepEqual(
    frames.filter((f) => f.invalid),
    [],
  );
  return frames
    .map((f) => f.frame as unknown[])
    .filter((f) => f[0] === 2 && f[2] === action)
    .map((f) => f[3] as Json);
}

async function until(b: Bench, what: string, ms: number, test: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((r) => setTimeout(r, 300)))
    if (await test()) return;
  const log = (await json(`${b.bench}/bench/log?since=0`)).text;
  assert.fail(
    `${what}: not within ${ms} ms\n${log}\n${JSON.stringify(await calls(b, 'FirmwareStatusNotification'))}`,
  );
}

const told = async (b: Bench): Promise<string> =>
  (await calls(b, 'FirmwareStatusNotification')).map((p) => p.status).join(' ');
const contactor = async (b: Bench): Promise<Json> => (await json(`${b.bench}/bench`)).contactor as Json;

(ESPRUINO && fs.existsSync(ESPRUINO) ? describe : describe.skip)('update on the interpreter', function () {
  this.timeout(600000);
  let server: http.Server;
  let bench: Bench;
  let at = '';
  const served = new Map<string, Buffer>();

  before(async () => {
    server = http.createServer((q, r) => {
      const file = served.get(q.url!);
      r.writeHead(file ? 200 : 404, { 'Content-Length': file?.length ?? 0 });
      r.end(file);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    bench = await start({ engine: 'espruino', http: 0, bench: 0, csms: 0, fresh: true });
    await json(`${bench.http}/api/set?ocppi=10&ocppu=${encodeURIComponent(bench.csms!)}&ocppe=true`);
    await until(bench, 'accepted', 60000, async () => (await calls(bench, 'BootNotification')).length > 0);
  });
  after(async () => {
    await bench?.stop();
    server.close();
  });

  const update = (file: string): Promise<Json> =>
    json(`${bench.bench}/csms/call`, {
      action: 'UpdateFirmware',
      payload: { location: at + file, retrieveDate: '2020-01-01T00:00:00Z', retries: 1, retryInterval: 5 },
    });

  it('while the car charges; then it proves itself', async () => {
    served.set('/new', image('0.2.0'));
    await json(`${bench.bench}/bench/car`, { state: 'C', cable: 32, amps: 32, phases: 3 });
    await until(bench, 'charging', 30000, async () => (await contactor(bench)).closed === true);
    const { operations } = await contactor(bench);
    assert.deepEqual(await update('/new'), { result: {} });
    await until(bench, 'downloaded', 180000, async () => (await told(bench)).endsWith('Downloaded'));
    const after = await contactor(bench);
    const log = (await json(`${bench.bench}/bench/log?since=0`)).text;
    assert.deepEqual([after.operations, after.closed], [operations, true], `${log}`);
    const { worstGap } = (await json(`${bench.bench}/bench`)).engine as Json;
    console.log(`      longest gap between two scans so far: ${worstGap} ms`);
    await json(`${bench.bench}/bench/car`, { state: 'unplugged' });
    await until(bench, 'new version', 90000, async () =>
      (await calls(bench, 'BootNotification')).some((p) => p.firmwareVersion === '0.2.0'),
    );
    await until(bench, 'installed', 120000, async () => (await told(bench)).endsWith('Installed'));
    assert.equal(await told(bench), 'Downloading Downloaded Installing Installed');
    assert.equal((await json(`${bench.http}/api/status?filter=err`)).err, 0);
    const m = (await json(`${bench.bench}/bench`)).engine as Json;
    console.log(`      variables in use afterwards: ${m.usedVars}`);
    await json(`${bench.bench}/bench/car`, { state: 'C', cable: 32, amps: 32, phases: 3 });
    await until(bench, 'charging', 30000, async () => (await contactor(bench)).closed === true);
    await json(`${bench.bench}/bench/car`, { state: 'unplugged' });
  });

  it('one that crashes at boot gives way', async () => {
    served.set('/bad', image('0.3.0', 'reference', 'E.srand(', 'E.nothing('));
    await update('/bad');
    await until(bench, 'rolled back', 400000, async () => (await told(bench)).endsWith('InstallationFailed'));
    const log = (await json(`${bench.bench}/bench/log?since=0`)).text;
    assert.equal((await calls(bench, 'BootNotification')).at(-1)!.firmwareVersion, '0.2.0', `${log}`);
  });
});
