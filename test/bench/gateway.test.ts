import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Gateway, type FromGateway, type ToGateway } from '../../bench/gateway';
import { start, type Bench } from '../../bench/start';

const assembly = new URL('./stub.ts', import.meta.url).href;
const build = new Map([['.bootcde', Buffer.from('code')]]);

/** A host that echoes, and remembers what it heard and how connections ended. */
class EchoHost {
  server = net.createServer((s) => {
    this.last = s;
    s.on('data', (d) => {
      this.heard += d;
      if (!String(d).startsWith('quiet')) s.write(`<${d}>`);
    });
    s.on('close', () => this.ends++);
    s.on('error', () => {});
  });
  last!: net.Socket;
  heard = '';
  ends = 0;
  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as net.AddressInfo).port;
  }
  close(): void {
    this.server.close();
    this.last?.destroy();
  }
}

describe('network of the bench', function () {
  this.timeout(10000);
  let bench: Bench;
  let host: EchoHost;
  let port: number;
  const blocked = async (): Promise<number> =>
    ((await bench.snapshot()).network as { blocked: number }).blocked;

  beforeEach(async () => {
    host = new EchoHost();
    port = await host.listen();
    bench = await start({ assembly, build });
  });
  afterEach(async () => {
    host.close();
    await bench.stop();
  });

  /** What the console answers while time is advanced. */
  async function swift(line: string, ms = 60000): Promise<unknown> {
    const from = bench.log().next;
    bench.type(line + '\n');
    await bench.advance(ms);
    return JSON.parse(/=(.*)/.exec(bench.log(from).text)?.[1] ?? 'null');
  }
  const closed = (s: net.Socket): Promise<void> => new Promise((resolve) => s.on('close', () => resolve()));

  it('connects, sends and hears in almost no virtual time', async () => {
    const [up, took] = (await swift(`connect 127.0.0.1 ${port}`)) as [boolean, number];
    assert.ok(up && took < 25, `${took}`);
    await swift('send hello', 10);
    assert.equal(await swift('heard', 200), '<hello>');
    assert.equal(host.heard, 'hello');
  });

  it('closes in order, both ways', async () => {
    await swift(`connect 127.0.0.1 ${port}`);
    await swift('end', 200);
    assert.equal(host.ends, 1);
    await swift(`connect 127.0.0.1 ${port}`);
    host.last.end();
    await closed(host.last);
    await bench.advance(100);
    assert.match(bench.log().text, /closed \d+/);
  });

  it('throws text when refused or unknown', async () => {
    host.server.close();
    const [text, took] = (await swift(`connect 127.0.0.1 ${port}`)) as [string, number];
    assert.equal(text, 'Unable to create socket');
    assert.ok(took < 25, `${took}`);
    assert.equal(((await swift('connect nothing.invalid 80')) as [string])[0], 'Unable to locate host');
  });

  it('stands 18 s in a blackhole, then throws; a long stall takes no real time when advanced', async () => {
    await bench.post('wifi', { blackhole: true });
    assert.deepEqual(await swift(`connect 127.0.0.1 ${port}`), ['Unable to create socket', 18000]);
    assert.equal(await blocked(), 18000);
    assert.deepEqual(await swift('ping 127.0.0.1'), [null, 1000]);
    assert.deepEqual(await swift('resolve localhost'), [null, 5000]);
    assert.equal((await bench.get('/local')).status, 200);
  });

  it('connects when the blackhole ends in time', async () => {
    await bench.post('wifi', { blackhole: true });
    const answer = bench.console(`connect 127.0.0.1 ${port}`);
    await bench.advance(2000);
    await bench.post('wifi', { blackhole: false });
    await bench.advance(100);
    const [up, took] = JSON.parse((await answer).slice(1)) as [boolean, number];
    assert.ok(up && took >= 2000 && took < 2200, `${took}`);
  });

  it('keeps an open connection through a blackhole', async () => {
    await swift(`connect 127.0.0.1 ${port}`);
    await bench.post('wifi', { blackhole: true });
    await swift('send lost?', 1000);
    assert.equal(host.heard, '');
    await bench.post('wifi', { blackhole: false });
    await bench.advance(100);
    assert.equal(await swift('heard', 10), '<lost?>');
  });

  it('lets sockets die without a word when the air is gone', async () => {
    await swift(`connect 127.0.0.1 ${port}`);
    await bench.post('wifi', { up: false });
    await swift('send quiet', 60000);
    assert.deepEqual([host.heard, host.ends], ['', 0]);
    assert.equal(((await swift(`connect 127.0.0.1 ${port}`)) as [string])[0], 'Unable to create socket');
    await bench.post('wifi', { up: true });
    await bench.advance(1000);
    assert.equal(host.ends, 0);
    assert.match(bench.log().text, /air false[^]*air true/);
    assert.doesNotMatch(bench.log().text, /closed/);
    const gone = closed(host.last);
    host.last.write('are you there?');
    await gone;
  });

  it('makes a request wait until the module can be reached', async () => {
    await bench.post('wifi', { up: false });
    const answer = bench.get('/later');
    await bench.advance(1000);
    await bench.post('wifi', { up: true });
    assert.equal((await answer).body, 'you asked /later');
    await bench.post('supply', { off: 500 });
    assert.equal((await bench.get('/after')).body, 'you asked /after');
  });

  it('hangs up nobody when the power goes', async () => {
    await swift(`connect 127.0.0.1 ${port}`);
    await bench.post('supply', { off: 100 });
    await bench.advance(2000);
    assert.equal(host.ends, 0);
  });

  it('takes the latency of the air each way', async () => {
    await bench.post('wifi', { latency: 300 });
    const [, took] = (await swift(`connect 127.0.0.1 ${port}`)) as [boolean, number];
    assert.ok(took >= 600 && took < 625, `${took}`);
    await swift('send hi', 500);
    assert.equal(host.heard, 'hi');
    assert.equal(await swift('heard', 200), '');
    assert.equal(await swift('heard', 10), '<hi>');
    const [ms, after] = (await swift('ping localhost')) as [number, number];
    assert.equal(ms, 601);
    assert.ok(after >= 600 && after < 625, `${after}`);
  });
});

describe('gateway for an interpreter with sockets of its own', () => {
  let gateway: Gateway;
  let port: MessagePort;
  let host: EchoHost;
  let hostPort: number;
  let front: number;

  const send = (m: ToGateway): void => port.postMessage(m);
  async function proxied(): Promise<FromGateway & { op: 'proxied' }> {
    send({ op: 'proxy', id: 7, host: '127.0.0.1', port: hostPort });
    const [m] = await once(port, 'message');
    return m;
  }
  async function synced(): Promise<void> {
    send({ op: 'sync', id: 1 });
    await once(port, 'message');
  }
  async function join(to: number): Promise<net.Socket> {
    const s = net.connect(to, '127.0.0.1');
    s.on('error', () => {});
    await once(s, 'connect');
    return s;
  }

  beforeEach(async () => {
    host = new EchoHost();
    hostPort = await host.listen();
    const channel = new MessageChannel();
    port = channel.port2;
    gateway = new Gateway('127.0.0.1');
    gateway.attach(channel.port1, () => {});
    front = await gateway.map(80, 0);
  });
  afterEach(() => {
    port.close();
    host.close();
    gateway.close();
  });

  it('joins a local port to a host, once', async () => {
    const s = await join((await proxied()).port!);
    s.write('hello');
    assert.equal(String((await once(s, 'data'))[0]), '<hello>');
    s.end();
    await once(host.last, 'close');
    s.destroy();
  });

  it('names the failure of a host', async () => {
    host.server.close();
    const { port: local, error } = await proxied();
    assert.deepEqual([local, error], [undefined, 'Unable to create socket']);
  });

  it('forwards the HTTP port, also to who came too early', async () => {
    const early = await join(front);
    early.write('early');
    send({ op: 'upstream', port: 80, local: hostPort });
    assert.equal(String((await once(early, 'data'))[0]), '<early>');
    early.destroy();
  });

  it('holds a blackhole and dies without a word', async () => {
    const s = await join((await proxied()).port!);
    s.write('1');
    assert.equal(String((await once(s, 'data'))[0]), '<1>');
    send({ op: 'air', up: true, blackhole: true, latency: 0 });
    s.write('2');
    await synced();
    await synced();
    assert.equal(host.heard, '1');
    send({ op: 'air', up: true, blackhole: false, latency: 0 });
    assert.equal(String((await once(s, 'data'))[0]), '<2>');
    send({ op: 'air', up: false, blackhole: false, latency: 0 });
    await synced();
    s.write('3');
    s.end();
    await synced();
    await synced();
    assert.deepEqual([host.heard, host.ends], ['12', 0]);
    s.destroy();
  });
});
