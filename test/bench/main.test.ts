import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Mistake, options, usage } from '../../bench/options';
import { itLong } from '../fake/depth';

describe('bench options', () => {
  it('has the defaults of the contract', () => {
    assert.deepEqual(options([], {}), {
      board: 'reference',
      engine: 'node',
      http: 8080,
      bench: 8081,
      csms: 8082,
      flash: '.bench/reference.flash',
      fresh: false,
      set: [],
      bind: '127.0.0.1',
    });
  });

  const good: [args: string, field: string, value: unknown][] = [
    ['--board other', 'flash', '.bench/other.flash'],
    ['--http 0', 'http', 0],
    ['--bench 65535', 'bench', 65535],
    ['--csms off', 'csms', 'off'],
    ['--csms 0', 'csms', 0],
    ['--flash /tmp/x', 'flash', '/tmp/x'],
    ['--fresh', 'fresh', true],
    [
      '--set amp=10 --set ocppu=ws://h/?a=b',
      'set',
      [
        ['amp', '10'],
        ['ocppu', 'ws://h/?a=b'],
      ],
    ],
    ['--set fna=', 'set', [['fna', '']]],
    ['--bind 0.0.0.0', 'bind', '0.0.0.0'],
    ['--engine espruino', 'engine', 'espruino'],
  ];
  for (const [args, field, value] of good) {
    it(`reads ${args}`, () => {
      const o = options(args.split(' '), { ESPRUINO: '/bin/espruino' });
      assert.deepEqual(o[field as keyof typeof o], value);
    });
  }

  const bad = [
    '--nope',
    'word',
    '--http',
    '--http x',
    '--http 65536',
    '--bench -1',
    '--csms no',
    '--engine v8',
    '--set amp',
    '--set =1',
    '--board ../x',
    '--fresh=1',
    '--engine espruino',
  ];
  for (const args of bad) {
    it(`refuses ${args} in one line`, () => {
      assert.throws(
        () => options(args.split(' '), {}),
        (e) => e instanceof Mistake && e.message.length > 5 && !e.message.includes('\n'),
      );
    });
  }
});

describe('bench process', function () {
  this.timeout(20000);

  async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args]);
    let out = '';
    let err = '';
    child.stdout!.on('data', (d) => (out += d));
    child.stderr!.on('data', (d) => (err += d));
    const [code] = await once(child, 'close');
    return { code, out, err };
  }

  it('says a bad flag in one line and exits with 2', async () => {
    const { code, out, err } = await run('--http', 'x');
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /^--http: .*\n$/);
  });

  it('lists its flags with --help', async () => {
    const { code, out, err } = await run('--help');
    assert.deepEqual([code, out, err], [0, usage(), '']);
    assert.match(out, /^ {2}--board NAME +a file of boards\/ \(reference\)$/m);
  });

  it('says an unknown board in one line and exits with 2', async () => {
    const { code, out, err } = await run('--board', 'nothing');
    assert.deepEqual([code, out, err], [2, '', '--board: unknown board "nothing"\n']);
  });

  itLong('says a port in use in one line and exits with 2', async function () {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as net.AddressInfo;
    const { code, out, err } = await run('--http', '0', '--bench', String(port), '--csms', '0');
    taken.close();
    if (/unknown board|no wiring/.test(err)) this.skip();
    assert.deepEqual([code, out, err], [2, '', `--bench: port ${port} is in use\n`]);
  });

  itLong(
    'ends without a word, however often it is told to: Ctrl+C on a terminal comes twice',
    async function () {
      if (process.platform === 'win32') return this.skip();
      const file = path.join(os.tmpdir(), `pilotwire-twice-${process.pid}.flash`);
      const ports = '--http 0 --bench 0 --csms off --fresh --flash'.split(' ');
      const child = spawn(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...ports, file]);
      let out = '';
      let err = '';
      child.stderr.on('data', (d) => (err += d));
      const closed = once(child, 'close');
      await new Promise<void>((go) => child.stdout.on('data', (d) => (out += d).includes('"ready"') && go()));
      err = '';
      for (let i = 0; i < 3; i++) {
        child.kill('SIGINT');
        await new Promise((go) => setTimeout(go, 10));
      }
      assert.deepEqual(await closed, [0, null]);
      assert.doesNotMatch(err, /Error|Warning|descriptor/);
      rmSync(file, { force: true });
    },
  );

  it('ends with `npm start`, whose shell hands no signal on', async function () {
    if (process.platform === 'win32') return this.skip();
    const file = path.join(os.tmpdir(), `pilotwire-${process.pid}.flash`);
    const args = ['start', '--', '--http', '0', '--bench', '0', '--csms', 'off', '--fresh', '--flash', file];
    const child = spawn('npm', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let out = '';
    for await (const d of child.stdout) if ((out += d).includes('"ready"')) break;
    const { bench } = JSON.parse(/\{"ready.*\}/.exec(out)![0]) as { bench: string };
    assert.equal((await fetch(bench + '/bench')).status, 200);
    child.kill('SIGTERM');
    const gone = (): Promise<boolean> => fetch(bench + '/bench').then(() => false, () => true); // prettier-ignore
    for (const end = Date.now() + 3000; !(await gone()); await new Promise((go) => setTimeout(go, 50)))
      assert.ok(Date.now() < end, 'it holds its ports');
    rmSync(file, { force: true });
  });
});
