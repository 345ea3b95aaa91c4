// ./flash.sh as a person runs it: on a pseudo-terminal with a charger behind it, and with an esptool that writes down what it
// was told.

import assert from 'node:assert';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Nor, STORAGE } from '../../bench/esp32/flash';
import { Storage } from '../../bench/esp32/storage';
import { BOARD, boardOf, storage } from '../../tools/flash-image.mjs';
import { findEsptool } from '../../tools/flash-esptool.mjs';
import { choose, holder, ports } from '../../tools/flash-serial.mjs';
import { Charger, Terminal, plug, terminals } from '../fake/line';
import { release } from '../fake/release';
import { reference } from '../fake/whole';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-flash-'));
after(() => fs.rmSync(dir, { recursive: true }));

interface Run {
  status: number | null;
  out: string;
  err: string;
}
/** Who runs it now. */
let running: ChildProcess;
/** Runs it until it ends; `listen` may look at what is said and end it. */
function flash(
  args: string[],
  env: Record<string, string> = {},
  listen = (_r: Run, _end: () => void): void => {},
): Promise<Run> {
  const child = spawn(path.join(ROOT, 'flash.sh'), args, {
    cwd: dir,
    env: { ...process.env, BOARD: '', ...env },
  });
  running = child;
  const r: Run = { status: null, out: '', err: '' };
  child.stdout.on('data', (t) => ((r.out += t), listen(r, () => child.killed || child.kill('SIGINT'))));
  child.stderr.on('data', (t) => (r.err += t));
  return new Promise((resolve) =>
    child.on('close', (status) => resolve({ ...r, err: r.err.trim(), status })),
  );
}

/** An esptool: says what chip it sees, keeps the images that it is told to write, and writes down its arguments. */
const ESPTOOL = `#!/usr/bin/env node
const fs = require('fs');
const args = process.argv.slice(2);
const say = (t) => console.log(t);
fs.appendFileSync(process.env.LOG, args.join(' ') + '\\n');
const at = args.findIndex((a) => /^(version|flash.id|read.flash|write.flash)$/.test(a));
const what = args[at].replace('_', '-');
if (what === 'version') say('esptool v' + process.env.MAKE + '\\n' + process.env.MAKE);
else if (process.env.SAYS) { say(process.env.SAYS); process.exit(2); }
else if (what === 'flash-id') say(process.env.CHIP);
else if (what === 'read-flash') fs.writeFileSync(args[at + 3], Buffer.from(process.env.HEAD, 'hex'));
else for (let i = args.length - 1; i > at; i -= 2)
  if (/^0x/.test(args[i - 1])) fs.copyFileSync(args[i], process.env.LOG + '.' + args[i - 1]);
`;
const CHIP =
  'Chip type:          ESP32-D0WD-V3 (revision v3.0)\nFeatures: Wi-Fi, BT, Dual Core\nMAC: 24:0a:c4:01:e2:40\nDetected flash size: 4MB';
const OLDER =
  'Chip is ESP32-D0WDQ6 (revision v1.0)\nFeatures: WiFi, BT, Dual Core\nMAC: 24:0a:c4:01:e2:40\nDetected flash size: 4MB';
const BLANK = 'ff'.repeat(64);
const log = path.join(dir, 'log');
const tool = (more: Record<string, string> = {}): Record<string, string> => ({
  PATH: `${dir}:${process.env.PATH}`, LOG: log, MAKE: '5.1.0', CHIP, HEAD: BLANK, SAYS: '', ESPTOOL: path.join(dir, 'esptool'), ...more,
}); // prettier-ignore
const engine = path.join(dir, 'engine');

before(() => {
  fs.writeFileSync(path.join(dir, 'esptool'), ESPTOOL, { mode: 0o755 });
  fs.mkdirSync(engine);
  for (const [name, data] of Object.entries(release())) fs.writeFileSync(path.join(engine, name), data);
});
beforeEach(() => fs.writeFileSync(log, ''));

describe('./flash.sh', function () {
  this.timeout(60000);

  const wrong: [args: string[], why: RegExp, env?: Record<string, string>][] = [
    [['--nope'], /^Unknown option '--nope'; \.\/flash\.sh --help$/],
    [['reference'], /^Unexpected argument 'reference'.*; \.\/flash\.sh --help$/],
    [['--port'], /^Option '--port <value>' argument missing; \.\/flash\.sh --help$/],
    [['--board', 'toaster'], /^--board: unknown board "toaster"; there is .*reference/],
    [['--engine', ''], /^--engine: nothing named$/],
    [['--dry-run'], /^--dry-run needs --engine FILE/],
    [['--host', '1.2.3.4', '--erase'], /^--host goes with none of/],
  ];
  for (const [args, why] of wrong)
    it(`${args.join(' ')}: one line, status 2`, async () => {
      const r = await flash(args);
      assert.equal(r.status, 2, r.err);
      assert.match(r.err, why);
      assert.equal(r.err.split('\n').length, 1);
    });

  const failing: [what: string, args: string[], env: Record<string, string>, why: RegExp][] = [
    ['a port that is not there', ['--port', '/dev/ttyNONE'], {}, /^no port \/dev\/ttyNONE$/],
    ['a folder for a port', ['--port', '/etc'], {}, /^\/etc is no serial port$/],
    ['a file for a port', ['--port', '/etc/hostname'], {}, /^\/etc\/hostname is no serial port/],
    ['no engine', ['--engine', 'no.zip'], tool(), /^--engine: there is no no\.zip$/],
    ['no esptool', ['--engine', engine, '--port', '/dev/null'], tool({ ESPTOOL: '/none/esptool' }), /^esptool is missing: install it with "python3 -m pip install esptool"/],
    ['another chip', ['--engine', engine, '--port', '/dev/null'], tool({ CHIP: CHIP.replace('ESP32-D0WD-V3', 'ESP32-C3') }), /^wrong chip: an ESP32-C3/],
    ['another chip, said by esptool', ['--engine', engine, '--port', '/dev/null'], tool({ SAYS: 'A fatal error occurred: This chip is ESP32-S3, not ESP32. Wrong chip argument?' }), /^wrong chip: an ESP32-S3/],
    ['one core', ['--engine', engine, '--port', '/dev/null'], tool({ CHIP: CHIP.replace('Dual', 'Single') }), /^wrong chip: this ESP32-D0WD-V3 has a single core/],
    ['too little flash', ['--engine', engine, '--port', '/dev/null'], tool({ CHIP: CHIP.replace('4MB', '2MB') }), /^too little flash: 2 MB, 4 MB are needed$/],
    ['a busy port', ['--engine', engine, '--port', '/dev/null'], tool({ SAYS: "A fatal error occurred: Could not open /dev/null, the port is busy or doesn't exist.\n([Errno 16] could not open port /dev/null: [Errno 16] Device or resource busy)" }), /^\/dev\/null is in use by another program$/],
    ['a silent chip', ['--engine', engine, '--port', '/dev/null'], tool({ SAYS: 'A fatal error occurred: Failed to connect to ESP32: No serial data received.' }), /^no ESP32 answers at \/dev\/null: hold BOOT/],
    ['something that is no port', ['--engine', engine, '--port', '/dev/null'], tool({ SAYS: "ERROR: A fatal error occurred: Could not open /dev/null, the port is busy or doesn't exist.\n(Could not configure port: (25, 'Inappropriate ioctl for device'))" }), /^\/dev\/null is no serial port$/],
    ['an error that nobody has thought of', ['--engine', engine, '--port', '/dev/null'], tool({ SAYS: 'ERROR: A fatal error occurred: Packet content transfer stopped' }), /^esptool: Packet content transfer stopped$/],
    ['another board', ['--engine', engine, '--port', '/dev/null', '--board', 'reference'], tool({ HEAD: storage(new Map([[BOARD, Buffer.from('toaster')]])).toString('hex', 0, 64) }), /^board mismatch: this charger is a "toaster", the bundle is for "reference"/],
    ['bad settings', ['--engine', engine, '--dry-run', '--board', 'reference', '--config', 'bad.json'], tool(), /^--config bad\.json: amp must be 6 to 32$/],
  ]; // prettier-ignore
  for (const [what, args, env, why] of failing)
    it(`${what}: one line, status 1, nothing written`, async () => {
      fs.writeFileSync(path.join(dir, 'bad.json'), '{"amp":99}');
      const r = await flash(args, env);
      assert.equal(r.status, 1, r.err);
      assert.match(r.err, why);
      assert.equal(r.err.split('\n').length, 1, r.err);
      assert.ok(!fs.readFileSync(log, 'utf8').includes('write'));
    });

  it('another program that has the port is named', async () => {
    const file = path.join(dir, 'port');
    fs.writeFileSync(file, '');
    assert.equal(holder(file), '');
    const other = spawn('sleep', ['60'], { stdio: [fs.openSync(file, 'r'), 'ignore', 'ignore'] });
    await new Promise((up) => other.once('spawn', up));
    assert.equal(holder(file), `sleep (process ${other.pid})`);
    other.kill();
  });

  it('ports are those of adapters', () => {
    for (const name of ['ttyUSB0', 'ttyACM1', 'ttyS0', 'cu.usbserial-1', 'cu.Bluetooth', 'tty'])
      fs.writeFileSync(path.join(dir, name), '');
    const names = (platform: NodeJS.Platform): string[] =>
      ports(dir, platform).map(([p]) => path.basename(p));
    assert.deepEqual(names('linux'), ['ttyACM1', 'ttyUSB0']);
    assert.deepEqual(names('darwin'), ['cu.usbserial-1']);
    assert.deepEqual(names('win32'), []);
    assert.throws(() => choose(undefined, []), /^Error: no port: no board is connected/);
    assert.throws(
      () =>
        choose(undefined, [
          ['a', ''],
          ['b', ''],
        ]),
      /^Error: several ports, choose with --port: a, b$/,
    );
    assert.equal(choose(undefined, [['a', '']]), 'a');
  });

  it('--list says ports and boards', async () => {
    const r = await flash(['--list']);
    assert.equal(r.status, 0);
    assert.match(r.out, /^port {3}(none|\/dev\/\S+.*)$/m);
    for (const name of fs.readdirSync(path.join(ROOT, 'boards')))
      assert.ok(r.out.includes(`board  ${path.basename(name, '.ts')}\n`), name);
  });

  it('--dry-run prints the command of esptool, and the images are there', async () => {
    const r = await flash(
      ['--engine', engine, '--dry-run', '--board', 'reference', '--port', '/dev/ttyUSB0', '--erase'],
      tool(),
    );
    assert.equal(r.status, 0, r.err);
    const command = r.out.trim().split(' ');
    const from = command.indexOf('0x1000');
    assert.match(
      command.slice(1, from).join(' '),
      /^--chip esp32 --port \/dev\/ttyUSB0 --baud 921600 --before default-reset --after hard-reset write-flash -z --flash-mode dio --flash-freq 40m --flash-size 4MB -e$/,
    );
    const parts = Array.from({ length: 6 }, (_, i) => command.slice(from + 2 * i, from + 2 * i + 2));
    assert.deepEqual(
      parts.map(([at, file]) => [at, path.basename(file)]),
      [
        ['0x1000', 'bootloader.bin'],
        ['0x8000', 'partitions.bin'],
        ['0x9000', 'nvs.bin'],
        ['0xc000', 'otadata.bin'],
        ['0x10000', 'engine.bin'],
        ['0x320000', 'storage.bin'],
      ],
    );
    const image = fs.readFileSync(path.resolve(dir, parts[5][1]));
    assert.equal(boardOf(image.subarray(0, 64)), 'reference');
    const flashed = new Nor();
    flashed.write(STORAGE, image);
    const s = new Storage(flashed);
    for (const [name, data] of reference()) assert.equal(Buffer.compare(s.read(name)!, data), 0, name);
    assert.equal(fs.readFileSync(log, 'utf8'), 'version\n');
  });

  it("the chip maker's own esptool, where there is one, understands the line", async function () {
    try {
      findEsptool({ ...process.env, ESPTOOL: '' });
    } catch {
      return this.skip();
    }
    const line = ['--engine', engine, '--dry-run', '--board', 'reference', '--port', '/dev/null', '--erase'];
    const { out } = await flash(line, { ESPTOOL: '' });
    const r = spawnSync('sh', ['-c', out], { cwd: dir, encoding: 'utf8' });
    // Everything but the port, which is none.
    assert.match(r.stdout + r.stderr, /Could not open \/dev\/null/);
    const run = await flash(line.filter((w) => w !== '--dry-run'), { ESPTOOL: '' }); // prettier-ignore
    assert.deepEqual([run.status, run.err], [1, '/dev/null is no serial port']);
  });
});

(terminals ? describe : describe.skip)('./flash.sh on a line (needs util-linux script)', function () {
  this.timeout(120000);
  let tty: Terminal;
  let charger: Charger;
  let unplug = (): void => {};
  const board = async (build: Map<string, Uint8Array>): Promise<void> => {
    tty = await Terminal.open();
    charger = new Charger(build);
    unplug = plug(charger, tty);
  };
  afterEach(() => {
    unplug();
    charger.whole.end();
    tty.close();
  });

  it('uploads, shows the banner and the label; the settings are taken', async () => {
    await board(new Map());
    fs.writeFileSync(path.join(dir, 'works.json'), '{"amp":12,"fna":"Tor 3"}');
    const r = await flash(['--port', tty.path, '--board', 'reference', '--config', 'works.json']);
    assert.equal(r.status, 0, r.err + r.out);
    assert.match(
      r.out,
      /^Espruino 2v29 on ESP32 \S+; board reference\nuploading 100 %\nPilotwire 0\.1\.0 on reference, serial (\d+), boot 1\nlabel: serial \1, access point Pilotwire-\1, password [a-z2-9]{10}\n$/,
    );
    assert.equal(charger.whole.get('amp'), 12);
    assert.equal(charger.whole.get('fna'), 'Tor 3');
    // What stands on the label is what the firmware opens.
    const serial = /serial (\d+), boot/.exec(r.out)![1];
    assert.equal(serial, charger.whole.get('sse'));
    const password = /password (\S+)/.exec(r.out)![1];
    charger.whole.type('set("wifis", "[{\\"ssid\\":\\"\\"}]")');
    charger.cut();
    charger.whole.run(20000);
    assert.match(
      charger.whole.type('status()', 300),
      new RegExp(`Pilotwire-${serial}, password ${password}$`, 'm'),
    );
  });

  it('--monitor stays as a console', async () => {
    await board(new Map());
    const r = await flash(['--port', tty.path, '--board', 'reference', '--monitor'], {}, (got, end) => {
      if (/help\(\) lists/.test(got.out)) end();
    });
    assert.equal(r.status, 0, r.err);
    assert.match(r.out, /help\(\) lists the commands/);
  });

  it('a charger that goes away in the middle: an error, and the old firmware is still there', async () => {
    await board(
      new Map([[BOARD, Buffer.from('reference')], ...reference(), ['get', Buffer.from('exports.old=1')]]),
    );
    charger.tamper = (text) => {
      if (text.includes('"~get"')) tty.close();
      return text;
    };
    const r = await flash(['--port', tty.path]);
    assert.equal(r.status, 1);
    assert.match(r.err, /connection is gone|stopped answering/);
    charger.cut();
    charger.whole.run(20000);
    assert.equal(charger.whole.get('mod'), 'reference');
    assert.equal(Buffer.from(charger.whole.bench.storage.read('get')!).toString(), 'exports.old=1');
  });

  /** The board with firmware one version ago, and something beside it. */
  const OLD = '0.0.9';
  const older = async (...more: [string, Buffer][]): Promise<void> => {
    const old = [...reference()].map(([name, data]): [string, Buffer] => [
      name, Buffer.from(Buffer.from(data).toString('latin1').replaceAll('0.1.0', OLD), 'latin1'),
    ]); // prettier-ignore
    await board(new Map([[BOARD, Buffer.from('reference')], ...old, ...more]));
    charger.whole.run(20000);
  };
  /** It was not switched off meanwhile. */
  const runsOn = async (): Promise<void> => {
    await new Promise((done) => setTimeout(done, 500));
    charger.whole.run(20000);
    assert.equal(charger.whole.get('pwv'), OLD);
    assert.match(charger.whole.type('status()', 300), /status\(\)[^]*not connected/);
  };

  it('settings that are none, and a board without room: one line, and the firmware that is there runs on', async () => {
    await older(['big', Buffer.alloc(600000, 7)]);
    fs.writeFileSync(path.join(dir, 'bad.json'), '{"amp":99}');
    for (const [
      args,
      why,
    ] of [
      [['--config', 'bad.json'], /^--config bad\.json: amp must be 6 to 32$/],
      [['--config', 'none.json'], /^--config: there is no none\.json$/],
      [['--board', 'esp32-minimal'], /^board mismatch: this charger is a "reference", the bundle is for "esp32-minimal"/],
      [[], /^too little space: \d+ bytes are needed, \d+ are free; --erase makes room/],
    ] as const /* prettier-ignore */) {
      const r = await flash(['--port', tty.path, ...args]);
      assert.equal(r.status, 1, r.out);
      assert.match(r.err, why);
      await runsOn();
    }
  });

  it('Ctrl-C in the middle: the firmware that is there runs on', async () => {
    await older();
    let spoken = 0;
    charger.tamper = (text) => {
      // Of this line half has come.
      if (!text.includes('"~') || spoken++ !== 40) return text;
      running.kill('SIGINT');
      return text.slice(0, 200);
    };
    const r = await flash(['--port', tty.path]);
    assert.deepEqual([r.status, r.err], [130, '']);
    charger.tamper = (text) => text;
    await runsOn();
  });

  it('a port that another program has: who it is', async () => {
    await board(new Map());
    const link = path.join(dir, 'ttyLINK');
    fs.symlinkSync(tty.path, link);
    const r = await flash(['--port', link]);
    assert.equal(r.status, 1);
    assert.match(r.err, /ttyLINK is in use by (script|sleep|sh) \(process \d+\)$/);
  });

  it('a line where nobody answers', async () => {
    tty = await Terminal.open();
    charger = new Charger(new Map());
    const r = await flash(['--port', tty.path]);
    assert.deepEqual(r, { status: 1, out: '', err: `no engine answers at ${tty.path}: write it with --engine FILE, or press EN (reset) and try again` }); // prettier-ignore
  });

  for (const [make, chip, written] of [
    ['5.1.0', CHIP, 'write-flash'],
    ['4.7.0', OLDER, 'write_flash'],
  ])
    it(`esptool ${make} writes all in one run, and the firmware starts`, async () => {
      tty = await Terminal.open();
      charger = new Charger(new Map());
      // The board begins to run when its flash is written.
      const image = `${log}.0x320000`;
      fs.rmSync(image, { force: true });
      const wait = setInterval(() => {
        if (!fs.existsSync(image) || fs.statSync(image).size < 0xe0000) return;
        clearInterval(wait);
        charger.whole.bench.flash.write(STORAGE, fs.readFileSync(image));
        charger.cut();
        unplug = plug(charger, tty);
      }, 50);
      const r = await flash(
        ['--port', tty.path, '--engine', engine, '--board', 'reference'],
        tool({ MAKE: make, CHIP: chip }),
      );
      clearInterval(wait);
      assert.equal(r.status, 0, r.err + r.out);
      assert.match(r.out, /Pilotwire 0\.1\.0 on reference, serial \d+, boot 1/);
      const runs = fs.readFileSync(log, 'utf8').trim().split('\n');
      assert.equal(runs.filter((l) => l.includes(written)).length, 1);
      assert.equal(runs.length, 4);
      for (const [name, at] of [
        ['bootloader.bin', '0x1000'],
        ['partitions_espruino.bin', '0x8000'],
        ['espruino_esp32.bin', '0x10000'],
      ])
        assert.equal(Buffer.compare(fs.readFileSync(`${log}.${at}`), release()[name]), 0, name);
    });
});

if (!terminals) process.stderr.write('SKIPPED: ./flash.sh on a line: no "script" of util-linux here\n');
