// ./flash.sh as a person runs it: what it refuses, and with an esptool that writes down what it was told. On a line: line.test.ts.

import assert from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Nor, STORAGE } from '../../bench/esp32/flash';
import { Storage } from '../../bench/esp32/storage';
import { BOARD, boardOf, storage } from '../../tools/flash-image.mjs';
import { findEsptool } from '../../tools/flash-esptool.mjs';
import { choose, holder, likely, ports } from '../../tools/flash-serial.mjs';
import { CHIP, OLDER, Port, desk, dir, engine, flash, log, octal, tool } from '../fake/desk';
import { terminals } from '../fake/line';
import { release } from '../fake/release';
import { reference } from '../fake/whole';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Makes flash.sh believe that it runs there. */
const WINDOWS = {
  NODE_OPTIONS: `--import=data:text/javascript,Object.defineProperty(process,'platform',{value:'win32'})`,
};

describe('./flash.sh', function () {
  this.timeout(60000);
  desk();

  const wrong: [args: string[], why: RegExp, env?: Record<string, string>][] = [
    [['--nope'], /^Unknown option '--nope'; \.\/flash\.sh --help$/],
    [['reference'], /^Unexpected argument 'reference'.*; \.\/flash\.sh --help$/],
    [['--port'], /^Option '--port <value>' argument missing; \.\/flash\.sh --help$/],
    [['--board', 'toaster'], /^--board: unknown board "toaster"; there is .*reference/],
    [['--engine', ''], /^--engine: nothing named$/],
    [['--dry-run'], /^--dry-run needs --engine FILE/],
    [['--host', '1.2.3.4', '--erase'], /^--host goes with none of/],
    [['--engine', engine, '--monitor'], /^--monitor on Windows goes with --host only: a terminal program/, WINDOWS],
  ]; // prettier-ignore
  for (const [args, why, env] of wrong)
    it(`${args.join(' ')}: one line, status 2`, async () => {
      const r = await flash(args, env);
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
    ['another board', ['--engine', engine, '--port', '/dev/null', '--board', 'reference'], tool({ HEAD: octal(storage(new Map([[BOARD, Buffer.from('toaster')]])).subarray(0, 64)) }), /^board mismatch: this charger is a "toaster", the bundle is for "reference"/],
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
    // On paper a port need not be there; which of several is meant nobody knows.
    assert.deepEqual([likely('x', []), likely(undefined, [['a', '']])], ['x', 'a']);
    assert.deepEqual([likely(undefined, []), likely(undefined, [['a', ''], ['b', '']])], ['PORT', 'PORT']); // prettier-ignore
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

(terminals ? describe : describe.skip)('./flash.sh with an engine (needs util-linux script)', function () {
  this.timeout(120000);
  desk();
  const on = new Port();

  for (const [make, chip, written] of [
    ['5.1.0', CHIP, 'write-flash'],
    ['4.7.0', OLDER, 'write_flash'],
  ])
    it(`esptool ${make} writes all in one run, and the firmware starts`, async () => {
      await on.bare();
      // The board begins to run when its flash is written.
      const image = `${log}.0x320000`;
      fs.rmSync(image, { force: true });
      const wait = setInterval(() => {
        if (!fs.existsSync(image) || fs.statSync(image).size < 0xe0000) return;
        clearInterval(wait);
        on.charger.whole.bench.flash.write(STORAGE, fs.readFileSync(image));
        on.charger.cut();
        on.plug();
      }, 50);
      const r = await flash(
        ['--port', on.tty.path, '--engine', engine, '--board', 'reference'],
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
