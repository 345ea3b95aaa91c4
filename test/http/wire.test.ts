// How requests may look on the wire, against the running bundle: torn, large, slow, in parallel, with all verbs.

import assert from 'node:assert';
import { once } from 'node:events';
import net from 'node:net';
import { start } from '../../bench/start';
import type { Bench } from '../../bench/start';
import { ask, raw } from './wire';

const END = '\r\nHost: x\r\n\r\n';

function suite(engine: 'node' | 'espruino'): void {
  let b: Bench;
  before(async () => (b = await start({ engine, csms: 'off', fresh: true })));
  after(() => b.stop());

  const amp = async (): Promise<unknown> =>
    JSON.parse((await ask(b.http, '/api/status?filter=amp')).body).amp;

  it('headers of every answer', async () => {
    const rows: [path: string, status: number, length: boolean][] = [
      ['/api/status?filter=amp', 200, true],
      ['/api/status', 200, false],
      ['/api/set?amp=10', 200, true],
      ['/api/set?amp=1', 500, true],
      ['/status', 200, true],
      ['/mqtt?payload=amp=11', 200, true],
      ['/nosuch', 404, true],
    ];
    for (const [path, status, length] of rows) {
      const r = await ask(b.http, path);
      const h = r.headers;
      assert.equal(r.status, status, path);
      assert.equal(h['content-type'], 'application/json', path);
      assert.equal(h['access-control-allow-origin'], '*', path);
      assert.equal(h['cache-control'], 'no-store', path);
      assert.equal(h.connection, 'close', path);
      assert.equal(
        h['content-length'],
        length ? String(Buffer.byteLength(r.body, 'latin1')) : undefined,
        path,
      );
      assert.equal(typeof JSON.parse(r.body), 'object', path);
    }
  });

  it('HEAD has the head alone, OPTIONS lets any page in, other verbs are as GET', async () => {
    for (const path of ['/', '/api/status?filter=amp', '/api/status', '/nosuch']) {
      const text = await raw(b.http, [`HEAD ${path} HTTP/1.1${END}`]);
      assert.match(text, /^HTTP\/1\.1 (200|404) [^]*\r\n\r\n$/, path);
    }
    const pre = await raw(b.http, [`OPTIONS /api/set HTTP/1.1${END}`]);
    assert.match(pre, /^HTTP\/1\.1 204 [^]*Access-Control-Allow-Methods: [^]*\r\n\r\n$/);
    for (const verb of ['PUT', 'POST', 'SET', 'DELETE'])
      assert.match(await raw(b.http, [`${verb} /mqtt?payload=amp=12 HTTP/1.1${END}`]), /"amp":"12"/, verb);
  });

  it('torn into single bytes', async () => {
    const text = await raw(b.http, [...`GET /api/status?filter=car HTTP/1.1${END}`]);
    assert.match(text, /\r\n\r\n\{"car":1\}$/);
  });

  it('bodies: form, torn, in chunks, as JSON, beside a query, for a GET', async () => {
    const rows: [pieces: string[], amp: number][] = [
      [['POST /api/set HTTP/1.1\r\ncontent-length: 6\r\n\r\namp=21'], 21],
      [['POST /api/set HTTP/1.1\r\nCONTENT-LENGTH: 6\r\n\r\na', 'mp', '=22'], 22],
      [
        ['POST /api/set HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\namp\r\n', '3\r\n=23\r\n0\r\n\r\n'],
        23,
      ],
      [['POST /api/set HTTP/1.1\r\nContent-Length: 22\r\n\r\n', '{"amp":24,"fna":"a b"}'], 24],
      [['PUT /api/set HTTP/1.1\r\nContent-Length: 6\r\n\r\namp=25'], 25],
      [['POST /api/set?amp=26 HTTP/1.1\r\nContent-Length: 6\r\n\r\namp=27'], 26],
      [['GET /api/set?amp=28 HTTP/1.1\r\nContent-Length: 6\r\n\r\namp=29'], 28],
      [['POST /api/set HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n', 'amp=30'], 30],
      [['POST /mqtt HTTP/1.1\r\nContent-Length: 14\r\n\r\n', 'payload=amp=31'], 31],
    ];
    for (const [pieces, value] of rows) {
      const text = await raw(b.http, pieces);
      assert.match(text, /^HTTP\/1\.1 200 /, pieces.join());
      assert.equal(await amp(), value, pieces.join());
    }
    assert.equal(JSON.parse((await ask(b.http, '/api/status?filter=fna')).body).fna, 'a b');
    for (const body of ['{"amp":1', '{"amp":5}']) {
      const r = await ask(b.http, '/api/set', 'POST', body);
      assert.equal(r.status, 500, body);
      JSON.parse(r.body);
    }
  });

  it('a certificate, which no URL would hold', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\n' + 'MIIB+/8=\n'.repeat(190) + '-----END CERTIFICATE-----\n';
    const r = await ask(b.http, '/api/set', 'POST', `ocppcc=${encodeURIComponent(pem)}&amp=9`);
    assert.deepEqual([r.status, r.body], [200, '{"ocppcc":true,"amp":true}']);
    assert.equal(JSON.parse((await ask(b.http, '/api/status?filter=ocppcc')).body).ocppcc, pem);
  });

  it('too much is refused, and the rest goes on', async () => {
    const long = await raw(b.http, [
      `POST /api/set HTTP/1.1\r\nContent-Length: 9999\r\n\r\n`,
    ], true); // prettier-ignore
    assert.match(long, /^HTTP\/1\.1 413 /);
    const chunks = `POST /api/set HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${'200\r\n' + 'x'.repeat(512) + '\r\n'}`;
    assert.match(await raw(b.http, [chunks, ...Array(9).fill(chunks.split('\r\n\r\n')[1])], true), / 413 /);
    const url = await raw(b.http, [`GET /api/status?filter=${'x,'.repeat(3000)} HTTP/1.1${END}`]);
    assert.match(url, /^HTTP\/1\.1 414 /);
    const many = await ask(b.http, `/api/set?${'a=1&'.repeat(500)}`);
    assert.equal(many.status, 500);
    assert.ok(many.body.length < 3000 && JSON.parse(many.body).a, `${many.body.length}`);
    assert.equal((await ask(b.http, '/api/status?filter=car')).status, 200);
  });

  it('URLs of 600 characters and more, the same name again and again', async () => {
    const path = `/api/status?filter=amp,${'xyz,'.repeat(150)}car,${'amp,'.repeat(50)}wh`;
    assert.ok(path.length > 800);
    assert.deepEqual(Object.keys(JSON.parse((await ask(b.http, path)).body)), ['amp', 'car', 'wh']);
  });

  it('three at once, as iobroker.go-e asks, and each has its own answer', async () => {
    for (let n = 0; n < 5; n++) {
      const all = await Promise.all(['/api/status?filter=psm', '/api/status?filter=alw,car,amp', '/status'].map((path) => ask(b.http, path))); // prettier-ignore
      assert.deepEqual(all.map((r) => r.status), [200, 200, 200]); // prettier-ignore
      const [psm, some, old] = all.map((r) => Object.keys(JSON.parse(r.body)));
      assert.deepEqual([psm, some, old.includes('version')], [['psm'], ['alw', 'car', 'amp'], true]);
    }
  });

  it('escapes, plus, braces, empty parameters', async () => {
    const rows: [query: string, name: string][] = [
      ['fna=%22my+Box%22', 'my Box'],
      ['fna=my%20Box%21', 'my Box!'],
      ['fna=%22%23%2B%26%3D%25%22', '#+&=%'],
      ['fna=100%', '100%'],
      ['fna=%zz%4', '%zz%4'],
      ['fna=Gar%C3%A4ge', 'Gar\u00e4ge'],
      ['&&fna=x&&', 'x'],
      ['fna=a=b', 'a=b'],
    ];
    for (const [query, name] of rows) {
      const r = await ask(b.http, `/api/set?${query}`);
      assert.deepEqual([r.status, r.body], [200, '{"fna":true}'], query);
      assert.equal(JSON.parse((await ask(b.http, '/api/status?filter=fna')).body).fna, name, query);
    }
    assert.match(await raw(b.http, [`GET /api/set?clp=[6,8] HTTP/1.1${END}`]), /\{"clp":true\}/);
    assert.match(await raw(b.http, [`GET /api/set?fna="a b" HTTP/1.1${END}`]), /"fna"/);
  });

  it('what may hold a secret is not repeated', async () => {
    const secret = 'topsecret';
    for (const query of [`ocppck=${secret}`, `wifis=[{"ssid":"${'s'.repeat(40)}","key":"${secret}"}]`]) {
      const r = await ask(b.http, `/api/set?${encodeURI(query)}`);
      assert.equal(r.status, 500, query);
      assert.ok(!r.body.includes(secret), r.body);
    }
    assert.equal(
      (await ask(b.http, encodeURI(`/api/set?wifis=[{"ssid":"s","key":"${secret}"}]`))).status,
      200,
    );
    for (const path of ['/api/status', '/api/status?filter=wifis,ocppck', '/status'])
      assert.ok(!(await ask(b.http, path)).body.includes(secret), path);
    assert.ok(!b.log().text.includes(secret));
  });

  const pass = (ms: number): Promise<unknown> =>
    engine === 'node' ? b.advance(ms) : new Promise((go) => setTimeout(go, ms));
  // The chip has ten sockets for everybody, and the engine ends no connection by itself.
  it('a connection on which nothing moves is cut off, whatever is missing: its request, its body, its reader', async () => {
    const open = async (text: string): Promise<net.Socket> => {
      const s = net.connect(Number(new URL(b.http).port), '127.0.0.1').on('error', () => undefined);
      await once(s, 'connect');
      s.resume().write(text);
      return s;
    };
    const held = async (): Promise<number> => {
      await b.console('print(Object.keys(global["\\xff"].HttpSC || []).length + " held")');
      for (let n = 0; ; n++) {
        const told = /(\d+) held[^]*$/.exec(b.log().text.slice(seen));
        if (told) return ((seen = b.log().text.length), Number(told[1]));
        assert.ok(n < 50, 'the console is silent');
        await pass(100);
      }
    };
    let seen = 0;
    await amp();
    const all: net.Socket[] = [];
    for (const text of ['G', 'GET /api/st', 'POST /api/set HTTP/1.1\r\nContent-Length: 100\r\n\r\namp='])
      all.push(await open(text), await open(text));
    // The page is asked for; what it is answered arrives a minute later, and so does the word that it has.
    const deaf = await open('');
    while ((await held()) < 7) await pass(100);
    await b.post('wifi', { latency: 2000 });
    deaf.write(`GET / HTTP/1.1${END}`);
    await pass(1500);
    await b.post('wifi', { latency: 60000 });
    await pass(1500);
    await b.post('wifi', { latency: 0 });
    assert.ok((await held()) >= 7, 'it holds its place');
    const from = Date.now();
    assert.equal((await ask(b.http, '/api/status?filter=car')).body, '{"car":1}');
    assert.ok(Date.now() - from < 2000, 'nobody waits for them');
    await pass(45000);
    assert.equal(await held(), 0);
    for (const s of all) assert.ok(s.destroyed || s.readableEnded, 'the other side was told');
    deaf.destroy();
  });

  if (engine === 'node')
    it('and none sooner, wherever in the round of looks it begins, and whoever asks meanwhile', async () => {
      for (let n = 0; n < 4; n++) {
        // Nobody is there, and it is looked every 10 s.
        await pass(2000);
        const s = net.connect(Number(new URL(b.http).port), '127.0.0.1').on('error', () => undefined);
        await once(s, 'connect');
        let text = '';
        s.on('data', (piece: Buffer) => (text += piece.toString()));
        s.write('GET /api/status?filter=car');
        await pass(3000);
        for (let k = 0; k < 3; k++) {
          await amp();
          await pass(800);
        }
        s.write(` HTTP/1.1${END}`);
        for (let k = 0; k < 20 && !text.endsWith('}'); k++) await pass(100);
        assert.match(text, /\{"car":1\}$/, `round ${n}`);
        s.destroy();
      }
    });

  it('clients that say nothing more or leave keep nobody from being served', async () => {
    const half = Array.from({ length: 6 }, () =>
      raw(b.http, ['POST /api/set HTTP/1.1\r\nContent-Length: 100\r\n\r\namp=']).catch(() => ''),
    );
    // All places are taken until the silent ones are let go.
    let busy = '';
    for (let i = 0; i < 40 && !busy.includes('503'); i++) busy = await raw(b.http, [`GET / HTTP/1.1${END}`]);
    assert.match(busy, /^HTTP\/1\.1 503 /);
    await pass(12000);
    for (const r of [0, 1, 2]) assert.equal(await amp().then(() => r), r);
    void Promise.all(half);
    for (let i = 0; i < 10; i++) await raw(b.http, [`GET /api/status HTTP/1.1${END}`], true);
    await pass(1000);
    assert.equal((await ask(b.http, '/api/status?filter=car')).body, '{"car":1}');
  });
}

describe('requests on the wire', function () {
  this.timeout(60000);
  suite('node');
});
if (process.env.ESPRUINO)
  describe('requests on the wire, the real interpreter', function () {
    this.timeout(90000);
    suite('espruino');
  });
