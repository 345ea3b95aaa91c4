// An update that comes over the charger's own page, piece by piece: what is asked for, what is refused, and that the new bundle
// runs.

import assert from 'node:assert/strict';
import http from 'node:http';
import { start, type Bench } from '../../bench/start';
import { VERSION, image } from '../fake/hosts';
import { ask } from './wire';
import { itLong } from '../fake/depth';

const WORD = 'correct horse';
const PIECE = 1024;

/** A charger that restarts says nothing to who was connected; its client gives up then, ms. */
const PATIENCE = 15000;

/** POST of bytes: [status, what was answered]. */
function post(base: string, path: string, body: Buffer, headers: http.OutgoingHttpHeaders = {}) {
  return new Promise<[number, Record<string, unknown>]>((resolve, reject) => {
    const { port } = new URL(base);
    const all = { Authorization: `Bearer ${WORD}`, 'Content-Length': body.length, ...headers };
    const q = http.request(
      { host: '127.0.0.1', port, path, method: 'POST', agent: false, headers: all },
      (r) => {
        let text = '';
        r.on('data', (d) => (text += d));
        r.on('end', () => resolve([r.statusCode!, JSON.parse(text)]));
      },
    );
    q.on('error', reject);
    q.setTimeout(PATIENCE, () => q.destroy(new Error('no answer')));
    q.end(body);
  });
}

function suite(engine: 'node' | 'espruino'): void {
  let b: Bench;
  before(async () => {
    b = await start({ engine, csms: 'off', http: 0, bench: 0, fresh: true, flash: '' });
    if (engine === 'node') await b.post('clock', { rate: 20 });
  });
  after(() => b.stop());

  const at = (where: number | string, body: string | Buffer, headers = {}) =>
    post(b.http, `/update/${where}`, Buffer.from(body as string, 'latin1'), headers);
  /** Sends all of a file and its end: what the end says. */
  async function send(file: Buffer): Promise<[number, Record<string, unknown>]> {
    for (let n = 0; n < file.length; n += PIECE)
      assert.deepEqual(await at(n, file.subarray(n, n + PIECE)), [
        200,
        { next: Math.min(file.length, n + PIECE) },
      ]);
    return at('end', '-');
  }
  const version = async (): Promise<string> =>
    ask(b.http, '/api/status?filter=pwv').then(
      (r) => JSON.parse(r.body).pwv,
      () => '',
    );
  async function until(what: string, ms: number, test: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + ms; !(await test()); await new Promise((go) => setTimeout(go, 100)))
      assert.ok(Date.now() < end, `${what}: not within ${ms} ms\n${b.log().text}`);
  }

  it('not without a password, not from elsewhere, not while charging', async () => {
    assert.deepEqual(await at(0, 'PWU1'), [403, { error: 'needs a password: set the key hak' }]);
    await ask(b.http, `/api/set?hak=${encodeURIComponent(WORD)}`);
    assert.equal((await at(0, 'PWU1', { Authorization: '' }))[0], 401);
    const basic = 'Basic ' + Buffer.from('me:' + WORD).toString('base64');
    assert.equal((await at(0, 'PWU1', { Authorization: basic, Origin: 'http://evil.example' }))[0], 403);
    await b.post('car', { state: 'C', amps: 32, phases: 3 });
    await until(
      'charging',
      60000,
      async () => ((await b.snapshot()).contactor as { closed: boolean }).closed,
    );
    assert.deepEqual(await at(0, 'PWU1'), [409, { error: 'not while charging' }]);
    await b.post('car', { state: 'unplugged' });
    await until('left', 60000, async () => !((await b.snapshot()).contactor as { closed: boolean }).closed);
  });

  itLong('what is no piece, and what is no update', async () => {
    for (const [where, body] of [
      ['1', 'x'],
      ['x', 'x'],
      ['-4', 'x'],
      ['294880', 'x'],
    ] as const)
      // prettier-ignore
      assert.equal((await at(where, body))[0], 400, where);
    assert.deepEqual(await at(1024, 'x'), [409, { error: 'begin at 0' }]);
    assert.equal((await at(0, 'x'.repeat(5000)))[0], 413);
    assert.deepEqual(await send(Buffer.from('x'.repeat(3000))), [400, { error: 'no update of Pilotwire' }]);
    assert.deepEqual(await send(image('0.2.0', 'other')), [
      400,
      { error: `for the board other, this is reference` },
    ]);
    const torn = Buffer.from(image('0.2.0'));
    torn[5000] ^= 1;
    assert.deepEqual(await send(torn), [400, { error: 'wrong checksum' }]);
    assert.equal(await version(), VERSION);
  });

  it('is checked, started, and proves itself', async () => {
    assert.deepEqual(await send(image('0.2.0')), [200, { end: true }]);
    // A trial of a minute would be over within 3 s.
    if (engine === 'node') await b.post('clock', { rate: 1 });
    // The answer got lost, and the second one may be cut off by the restart.
    const again = await at('end', '-').catch(() => undefined);
    if (again) assert.equal(again[0], 200, String(again[1].error));
    await until('restarted', 60000, async () => (await version()) === '0.2.0');
    assert.deepEqual(await at(0, 'PWU1'), [409, { error: 'the last update is still on trial' }]);
    if (engine === 'node') await b.advance(65000);
    await until('proved', 120000, async () => /update \S+ works/.test(b.log().text));
    assert.equal((await at(0, 'PWU1'))[0], 200);
    assert.equal(JSON.parse((await ask(b.http, '/api/status?filter=err')).body).err, 0);
  });
}

describe('an update in pieces', function () {
  this.timeout(180000);
  suite('node');
});
if (process.env.ESPRUINO)
  describe('an update in pieces, the real interpreter', function () {
    this.timeout(600000);
    suite('espruino');
  });
