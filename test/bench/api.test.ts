import assert from 'node:assert/strict';
import http from 'node:http';
import { Api, command, type Target } from '../../bench/api';
import { Csms } from '../../bench/csms';
import type { Command, Snapshot } from '../../bench/device';

const SNAPSHOT = { t: 5, boots: 1 } as Snapshot;

describe('bench API', () => {
  let asked: Command[];
  let api: Api;
  let csms: Csms;
  let url: string;
  let push: (s: Snapshot) => void;
  let watched: number;

  const target: Target = {
    engine: 'node',
    async ask(c) {
      if (c.op === 'post' && c.body.state === 'X') throw new Error('state X is unknown');
      if (c.op !== 'snapshot') asked.push(c);
      return c.op === 'console' ? `did ${c.line}` : SNAPSHOT;
    },
    log: (since) => ({ next: 9, text: 'console'.slice(since) }),
    watch(fn) {
      push = fn;
      watched++;
      return () => watched--;
    },
  };

  async function request(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<[status: number, json: unknown]> {
    const r = await fetch(url + path, {
      method,
      body: typeof body === 'string' || !body ? (body as string) : JSON.stringify(body),
    });
    const text = await r.text();
    return [r.status, text && JSON.parse(text)];
  }

  beforeEach(async () => {
    asked = [];
    watched = 0;
    csms = new Csms(Date.now, Date.now);
    await csms.listen(0, '127.0.0.1');
    api = new Api(target, csms);
    url = `http://127.0.0.1:${await api.listen(0, '127.0.0.1')}`;
  });
  afterEach(() => {
    api.close();
    csms.close();
  });

  const good: [path: string, body: object, command: Command][] = [
    ['car', { state: 'C' }, { op: 'post', what: 'car', body: { state: 'C' } }],
    ['card', { uid: '04A1B2C3' }, { op: 'post', what: 'card', body: { uid: '04A1B2C3' } }],
    ['fault', { weld: true }, { op: 'post', what: 'fault', body: { weld: true } }],
    ['wifi', { up: false, latency: 20 }, { op: 'wifi', body: { up: false, latency: 20 } }],
    ['supply', { off: 100 }, { op: 'supply', off: 100, tear: undefined }],
    ['supply', { off: 0, tear: 7 }, { op: 'supply', off: 0, tear: 7 }],
    ['clock', { rate: 1000 }, { op: 'rate', rate: 1000 }],
    ['clock', { advance: 60000 }, { op: 'advance', ms: 60000 }],
  ];
  for (const [path, body, want] of good) {
    it(`POST ${path} ${JSON.stringify(body)}`, async () => {
      assert.deepEqual(await request('POST', `/bench/${path}`, body), [200, SNAPSHOT]);
      assert.deepEqual(asked, [want]);
    });
  }

  const bad: [path: string, body: unknown][] = [
    ['car', { state: 'X' }],
    ['car', '[1]'],
    ['car', '{"state"'],
    ['car', 'null'],
    ['wifi', { up: 1 }],
    ['wifi', { latency: -1 }],
    ['wifi', { ssid: 'x' }],
    ['wifi', '{"constructor":1}'],
    ['supply', {}],
    ['supply', { off: '1' }],
    ['supply', { off: 1, tear: 1.5 }],
    ['clock', {}],
    ['clock', { rate: 0.5 }],
    ['clock', { rate: 1001 }],
    ['clock', { rate: 2, advance: 5 }],
    ['clock', { advance: -5 }],
    ['console', {}],
    ['console', { line: 'a\nb' }],
  ];
  for (const [path, body] of bad) {
    it(`refuses ${path} ${JSON.stringify(body)}`, async () => {
      const [status, answer] = await request('POST', `/bench/${path}`, body);
      assert.equal(status, 400);
      assert.equal(typeof (answer as { error: string }).error, 'string');
      assert.deepEqual(asked, []);
    });
  }

  it('has no clock with the interpreter', () => {
    assert.throws(() => command('clock', { advance: 1 }, 'espruino'), /real time/);
  });

  const rows: [method: string, path: string, status: number, answer: RegExp][] = [
    ['GET', '/bench', 200, /"t":5/],
    ['GET', '/bench/', 200, /"t":5/],
    ['GET', '/bench/log?since=3', 200, /"next":9,"text":"sole"/],
    ['GET', '/bench/log', 200, /"console"/],
    ['GET', '/bench/log?since=x', 400, /error/],
    ['GET', '/csms/log?since=0', 200, /"next":0,"frames":\[\]/],
    ['GET', '/nothing', 404, /error/],
    ['GET', '/constructor', 404, /error/],
    ['GET', '/bench/car', 405, /error/],
    ['DELETE', '/bench', 405, /error/],
    ['POST', '/bench', 405, /error/],
  ];
  for (const [method, path, status, answer] of rows) {
    it(`${method} ${path}: ${status}`, async () => {
      const [got, json] = await request(method, path);
      assert.equal(got, status);
      assert.match(JSON.stringify(json), answer);
    });
  }

  it('types on the console', async () => {
    assert.deepEqual(await request('POST', '/bench/console', { line: 'status()' }), [
      200,
      { output: 'did status()' },
    ]);
  });

  it('passes a call to the central system', async () => {
    assert.deepEqual(await request('POST', '/csms/call', { action: 'Reset', payload: { type: 'Soft' } }), [
      200,
      { error: ['NotConnected', 'no station'] },
    ]);
    assert.equal((await request('POST', '/csms/call', { payload: {} }))[0], 400);
    assert.equal((await request('POST', '/csms/call', { action: 'Reset', payload: 'x' }))[0], 400);
  });

  it('streams snapshots until the reader goes', async () => {
    const q = http.get(`${url}/bench/events`);
    const text = await new Promise<string>((resolve) => {
      q.on('response', (r) => {
        let all = '';
        r.on('data', (d) => {
          all += d;
          if (all.split('\n\n').length === 2) push({ t: 6, boots: 1 });
          if (all.split('\n\n').length === 3) resolve(all);
        });
      });
    });
    assert.equal(text, 'data: {"t":5,"boots":1}\n\ndata: {"t":6,"boots":1}\n\n');
    assert.equal(watched, 1);
    const left = new Promise<void>((resolve) => {
      target.watch = (fn) => ((push = fn), resolve);
    });
    const second = http.get(`${url}/bench/events`);
    second.on('response', () => second.destroy());
    second.on('error', () => {});
    await left;
    q.destroy();
  });

  it('shows the page', async () => {
    const r = await fetch(url);
    assert.match(r.headers.get('content-type')!, /text\/html/);
    assert.match(await r.text(), /Pilotwire/);
  });

  it('says when the central system is off', async () => {
    const without = new Api(target, undefined);
    url = `http://127.0.0.1:${await without.listen(0, '127.0.0.1')}`;
    assert.equal((await request('GET', '/csms/log'))[0], 404);
    without.close();
  });
});
