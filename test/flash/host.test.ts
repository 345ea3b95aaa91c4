// ./flash.sh --host against a charger on the bench: an update through a network that loses things, what is refused and in which
// words, settings, and the console.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { start, type Bench } from '../../bench/start';
import { Host, configure, fits, greet, update } from '../../tools/flash-host.mjs';
import { out } from '../../tools/flash-say.mjs';
import { VERSION, image } from '../fake/hosts';
import { terminals } from '../fake/line';
import { itLong } from '../fake/depth';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORD = 'correct horse';

/** A network between the tool and the charger that can be cut. */
class Wire {
  port = 0;
  /** Connections that are let through before everything is cut, and bytes of an answer lost now and then. */
  left = Infinity;
  /** Every so many connections one gets no answer. */
  lossy = 0;
  count = 0;
  private server = net.createServer((near) => {
    this.count++;
    near.on('error', () => {});
    if (this.count > this.left) return void near.destroy();
    const far = net.connect(this.to, '127.0.0.1');
    far.on('error', () => near.destroy());
    near.pipe(far);
    if (this.lossy && this.count % this.lossy === 0) far.on('data', () => near.destroy());
    else far.pipe(near);
    near.on('close', () => far.destroy());
  });

  constructor(private to: number) {}

  async open(): Promise<string> {
    await new Promise<void>((up) => this.server.listen(0, '127.0.0.1', up));
    this.port = (this.server.address() as net.AddressInfo).port;
    return `127.0.0.1:${this.port}`;
  }

  close(): void {
    this.server.close();
  }
}

/** The tool as a person runs it; `typist` sees all that was said so far, and types. Without one the input is at its end. */
function flash(
  args: string[],
  env: Record<string, string> = {},
  typist?: (said: string, keys: Writable) => void,
) {
  const child = spawn(path.join(ROOT, 'flash.sh'), args, { env: { ...process.env, BOARD: '', ...env } });
  let said = '';
  for (const from of [child.stdout, child.stderr])
    from.on('data', (t) => {
      said += t;
      typist?.(said, child.stdin);
    });
  if (!typist) child.stdin.end();
  return new Promise<{ status: number | null; said: string }>((resolve) =>
    child.on('close', (status) => resolve({ status, said })),
  );
}

describe('./flash.sh --host', function () {
  this.timeout(240000);
  let b: Bench;
  let wire: Wire;
  let address: string;
  let said = '';
  const { write, live, sleep } = out;
  before(async () => {
    b = await start({ engine: 'node', csms: 'off', http: 0, bench: 0, fresh: true, flash: '', rate: 20 });
    wire = new Wire(Number(new URL(b.http).port));
    address = await wire.open();
    out.live = () => false;
    // Where the tool waits, the charger's clock goes on.
    out.sleep = (ms) => b.advance(ms);
    out.write = (text: string) => ((said += text), true);
  });
  after(async () => {
    Object.assign(out, { write, live, sleep });
    wire.close();
    await b.stop();
  });
  beforeEach(() => {
    said = '';
    wire.left = Infinity;
    wire.lossy = 0;
    wire.count = 0;
  });
  const host = (word = WORD): Host => new Host(address, word);
  const send = async (h: Host, file: Buffer): Promise<void> => update(h, await greet(h), file);
  const version = async (): Promise<string> => (await greet(host())).version;

  it('an address where nobody is, and one where somebody else is', async () => {
    await assert.rejects(greet(new Host('127.0.0.1:1')), /the connection is refused: is the address right/);
    assert.throws(() => new Host('https://x'), /speaks http:\/\/ only/);
    assert.throws(() => new Host('a b'), /is no address/);
  });

  it('not without a password on the charger, and the way to one', async () => {
    await assert.rejects(send(host(), image('0.2.0')), /has no password.*set\("hak", "PASSWORD"\)/);
    await configure(host(''), { hak: WORD, fna: 'Tor 3' });
    assert.match(said, /^2 keys set\n$/m);
    assert.equal(JSON.parse((await b.get('/api/status?filter=fna')).body).fna, 'Tor 3');
  });

  it('a wrong password, and how long it has to wait', async () => {
    await assert.rejects(send(host(''), image('0.2.0')), /--password, or PILOTWIRE_PASSWORD/);
    await assert.rejects(send(host('wrong'), image('0.2.0')), /wrong password: none is looked at for 1 s$/);
    await assert.rejects(send(host('wrong'), image('0.2.0')), /wrong password: none is looked at for 1 s$/);
    await b.advance(1000);
    await assert.rejects(send(host('wrong'), image('0.2.0')), /wrong password: none is looked at for 2 s$/);
    await b.advance(2000);
  });

  it('what does not belong there', async () => {
    await assert.rejects(send(host(), image('0.2.0', 'other')), /board mismatch: .* "reference".* "other"/);
    await assert.rejects(send(host(), Buffer.from('x'.repeat(500))), /no update of Pilotwire/);
    const it = { board: 'reference', version: '2.0.0', serial: '1', boots: 1 };
    assert.throws(() => fits(it, { board: 'reference', version: '1.9.0' }), /1\.9\.0 is too old/);
  });

  it('settings that are refused are named, the others are set', async () => {
    await assert.rejects(configure(host(), { amp: 99, fna: 'Tor 4' }), /amp: failed: exceeds range/);
    assert.equal(JSON.parse((await b.get('/api/status?filter=fna')).body).fna, 'Tor 4');
  });

  it('not while a car charges', async () => {
    await b.post('car', { state: 'C', amps: 32, phases: 3 });
    const closed = async (): Promise<boolean> =>
      ((await b.snapshot()).contactor as { closed: boolean }).closed;
    for (let n = 0; n < 100 && !(await closed()); n++) await b.advance(500);
    await assert.rejects(send(host(), image('0.2.0')), /a car is charging: end that first/);
    await b.post('car', { state: 'unplugged' });
    for (let n = 0; n < 100 && (await closed()); n++) await b.advance(500);
    await b.advance(5000);
  });

  it('a connection that is lost in the middle leaves the firmware as it was', async () => {
    await b.post('clock', { rate: 5 });
    wire.left = 60;
    await assert.rejects(send(host(), image('0.2.0')), /connection lost at \d+ of \d+ bytes.*run it again/);
    wire.left = Infinity;
    assert.equal(await version(), VERSION);
  });

  itLong('a second run works, lost answers are asked for again, and the trial is waited for', async () => {
    wire.lossy = 17;
    await send(host(), image('0.2.0'));
    wire.lossy = 0;
    assert.match(
      said,
      /uploading 100 %[^]*restarts[^]*0\.2\.0 runs and is on trial[^]*proved: Pilotwire 0\.2\.0/,
    );
    assert.equal(await version(), '0.2.0');
  });

  itLong('one that fails gives way to the one before, and it says so', async () => {
    await b.post('clock', { rate: 20 });
    const bad = image('0.3.0', 'reference', 'E.srand(', 'E.nothing(');
    await assert.rejects(send(host(), bad), /rolled back: 0\.3\.0 .*0\.2\.0 runs again/);
    await b.post('clock', { rate: 5 });
  });

  it('as a command: password from the environment, one line for each thing that goes wrong', async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-host-'));
    const config = path.join(dir, 'c.json');
    fs.writeFileSync(config, '{"fna":"Tor 5","amp":12}');
    const env = { PILOTWIRE_PASSWORD: WORD };
    const set = await flash(['--host', address, '--config', config], env);
    assert.deepEqual(set, { status: 0, said: '2 keys set\n' });
    const none = await flash(['--host', '127.0.0.1:1'], env);
    assert.equal(none.status, 1);
    assert.match(none.said, /^127\.0\.0\.1:1: the connection is refused.*\n$/);
    assert.equal((await flash(['--password', 'x'])).status, 2);
    fs.rmSync(dir, { recursive: true });
  });

  it('--monitor is a console: what is typed goes there, what it answers and what is new in its log comes here', async () => {
    const env = { PILOTWIRE_PASSWORD: WORD };
    const steps: [after: RegExp, then: (keys: Writable) => void][] = [
      [/^console of [^]*Ctrl-D ends it\n/, (keys) => keys.write('set amp 14\n')],
      [/\namp = 14 A\n/, (keys) => keys.write('nonsense\n\n')],
      [/\nThere is no command "nonsense"/, () => void b.post('card', { uid: '04A1B2C3D4E5F6', ms: 3000 })],
      // Nobody has typed for this line.
      [/\n[^\n]*card 04A1B2C3D4E5F6/, (keys) => keys.end()],
    ];
    const r = await flash(['--host', address, '--monitor'], env, (all, keys) => {
      if (steps[0]?.[0].test(all)) steps.shift()![1](keys);
    });
    assert.deepEqual([r.status, steps.length], [0, 0], r.said);
    assert.equal(JSON.parse((await b.get('/api/status?filter=amp')).body).amp, 14);
    assert.equal(r.said.split('card 04A1B2C3D4E5F6').length, 2, r.said);
  });

  it('--monitor: a wrong password and a charger that is gone are told', async () => {
    const env = { PILOTWIRE_PASSWORD: WORD };
    const bad = await flash(['--host', address, '--monitor'], { PILOTWIRE_PASSWORD: 'wrong' });
    assert.equal(bad.status, 1);
    assert.match(bad.said, /^127\.0\.0\.1:\d+: wrong password: none is looked at for \d+ s\n$/);
    await b.advance(2000);
    wire.left = wire.count + 1;
    const gone = await flash(['--host', address, '--monitor'], env, (all, keys) => {
      if (/Ctrl-D ends it/.test(all) && !/typed/.test(all) && keys.writable && !keys.writableEnded)
        keys.end('get amp\n');
    });
    assert.equal(gone.status, 0, gone.said);
    assert.match(gone.said, /\n127\.0\.0\.1:\d+: the (connection|answer) broke off\n$/);
  });

  (terminals ? it : it.skip)('--monitor on a terminal: a prompt, and Ctrl-C ends it', async () => {
    const command = `${path.join(ROOT, 'flash.sh')} --host ${address} --monitor`;
    const env = { ...process.env, BOARD: '', PILOTWIRE_PASSWORD: WORD };
    const child = spawn('script', ['-qefc', command, '/dev/null'], { env });
    let said = '';
    let typed = 0;
    child.stdout.on('data', (t) => {
      said += t;
      if (/Ctrl-D ends it/.test(said) && typed === 0 && ++typed) child.stdin.write('get amp\r');
      // Once: the next one would reach a terminal that the console has given back.
      if (/amp = \d+ A/.test(said) && typed === 1 && ++typed) child.stdin.write('\x03');
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(status, 0, said);
    assert.match(said, /amp = \d+ A/);
  });
});
