// From flash.sh to a charging car: the image that it makes for esptool boots as it is, on both engines, and an upload goes
// into the real interpreter over a pseudo-terminal.

import assert from 'node:assert';
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { own } from '../../bench/engine/espruino';
import { unpack } from '../../bench/engine/shelf';
import { Nor, SIZE, STORAGE } from '../../bench/esp32/flash';
import { Storage } from '../../bench/esp32/storage';
import { start, type Bench } from '../../bench/start';
import { BOARD, HEADER, STORAGE_SIZE } from '../../tools/flash-image.mjs';
import { Terminal, terminals } from '../fake/line';
import { release } from '../fake/release';
import { Whole, reference } from '../fake/whole';
import { itLong } from '../fake/depth';

const { ESPRUINO = '' } = process.env;
const real = !!ESPRUINO && fs.existsSync(ESPRUINO);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-flash-'));
after(() => fs.rmSync(dir, { recursive: true }));

/** Who runs flash.sh now. */
let running: ChildProcess | undefined;

function flash(args: string[]): Promise<{ status: number | null; out: string }> {
  const child = (running = spawn(path.join(ROOT, 'flash.sh'), args, { env: { ...process.env, BOARD: '' } }));
  let out = '';
  for (const from of [child.stdout, child.stderr]) from.on('data', (t) => (out += t));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out })));
}

/** The image of Storage that esptool would be given, with settings that let the charger onto the bench's network. */
async function image(): Promise<Buffer> {
  for (const [name, data] of Object.entries(release())) fs.writeFileSync(path.join(dir, name), data);
  const config = path.join(dir, 'works.json');
  fs.writeFileSync(config, '{"wifis":[{"ssid":"bench","key":"bench-key"}],"amp":10,"fna":"Tor 3"}');
  const r = await flash(['--engine', dir, '--dry-run', '--board', 'reference', '--config', config]);
  assert.equal(r.status, 0, r.out);
  return fs.readFileSync(path.resolve(/0x320000 (\S+)/.exec(r.out)![1]));
}

interface Shown {
  boots: number;
  pilot: { duty: number };
  contactor: { closed: boolean; openedUnderLoad: number };
  car: { drawing: number[] };
}

/** Lets world time pass until `test` holds. */
async function until(bench: Bench, engine: string, what: string, test: (s: Shown) => boolean): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (test((await bench.snapshot()) as unknown as Shown)) return;
    if (engine === 'node') await bench.advance(200);
    else await new Promise((done) => setTimeout(done, 200));
  }
  assert.fail(`${what}: ${JSON.stringify(await bench.snapshot())}\n${bench.log().text}`);
}

/** A car is plugged, charges with the current of the settings, ends and is unplugged. */
async function charges(bench: Bench, engine: string): Promise<void> {
  const { body } = await bench.get('/api/status?filter=fna,amp,pwv');
  assert.deepEqual(JSON.parse(body), { fna: 'Tor 3', amp: 10, pwv: '0.1.0' });
  await bench.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
  await until(bench, engine, 'charges', (s) => s.contactor.closed && s.car.drawing[0] > 9);
  const s = (await bench.snapshot()) as unknown as Shown;
  assert.ok(Math.abs(s.pilot.duty - 16.7) < 0.1, `${s.pilot.duty} %`);
  await bench.post('car', { state: 'B' });
  await until(bench, engine, 'opens', (t) => !t.contactor.closed);
  await bench.post('car', { state: 'unplugged' });
}

describe('from the image of flash.sh to a charging car', function () {
  this.timeout(240000);

  it('on the look-alike', async () => {
    const file = path.join(dir, 'node.flash');
    const before = await image();
    fs.writeFileSync(file, Buffer.concat([Buffer.alloc(STORAGE, 0xff), before]));
    const bench = await start({ engine: 'node', csms: 'off', flash: file, build: new Map() });
    try {
      await charges(bench, 'node');
    } finally {
      await bench.stop();
    }
    untouched(before, fs.readFileSync(file).subarray(STORAGE));
  });

  itLong('one that was cut short does not charge, wherever it ends, and says why', async () => {
    const all = await image();
    const ends: number[] = [];
    for (let at = 0; all.readUInt32LE(at) !== 0xffffffff;)
      ends.push((at += HEADER + ((all.readUInt32LE(at) + 3) & ~3)));
    const names = [...unpack(all).keys()];
    assert.equal(ends.length, names.length);
    // In the middle of a part: one that much hangs on, and the last two; settings behind them may be lost.
    const from = names.indexOf('sums');
    const last = names.filter((n) => n !== 'preset').length - 1;
    for (const k of [(from + last) >> 1, last - 1, last]) {
      const flash = new Nor();
      flash.write(STORAGE, all.subarray(0, (ends[k - 1] + ends[k]) >> 1));
      const b = new Whole(new Map());
      b.bench.flash.write(STORAGE, flash.read(STORAGE, STORAGE_SIZE));
      b.cut(500);
      b.run(20000);
      b.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
      b.run(20000);
      assert.equal(b.shown().contactor.closed, false, `cut in ${names[k]}`);
      assert.match(b.bench.out, /damaged:|did not start/, names[k]);
      b.end();
    }
  });

  if (!real) it('SKIPPED on the real interpreter: ESPRUINO is not set');
  else
    it('on the real interpreter', async () => {
      const before = await image();
      // The bench's own files join the interpreter to the virtual parts: behind all else, as the engine would write them.
      const nor = new Nor();
      nor.write(STORAGE, before);
      const s = new Storage(nor);
      for (const [name, data] of own()) s.write(name, data);
      fs.writeFileSync(path.join(dir, 'real.espruino.flash'), Buffer.alloc(SIZE, 0xff));
      fs.mkdirSync(path.join(dir, 'real.espruino'));
      const file = path.join(dir, 'real.espruino', 'espruino.flash');
      fs.writeFileSync(file, nor.read(STORAGE, STORAGE_SIZE));
      const bench = await start({
        engine: 'espruino',
        csms: 'off',
        flash: path.join(dir, 'real.flash'),
        build: new Map(),
      });
      try {
        await charges(bench, 'espruino');
      } finally {
        await bench.stop();
      }
      untouched(before, fs.readFileSync(file));
    });
});

/** The firmware ran from these very bytes: nothing but the settings, which were taken, is dead. */
function untouched(before: Buffer, after: Buffer): void {
  const there = unpack(after);
  assert.equal(there.has('preset'), false);
  const end = before.indexOf('preset\0');
  assert.equal(Buffer.compare(before.subarray(0, end), after.subarray(0, end)), 0);
}

describe('upload into the real interpreter', function () {
  this.timeout(400000);
  if (!real || !terminals) {
    it(`SKIPPED: ${real ? 'no "script" of util-linux here' : 'ESPRUINO is not set'}`);
    return;
  }

  /** The bundle as it was one version ago. */
  const older = (): Map<string, Uint8Array> => {
    const old = new Map<string, Uint8Array>([[BOARD, Buffer.from('reference')]]);
    for (const [name, data] of reference())
      old.set(name, Buffer.from(Buffer.from(data).toString('latin1').replaceAll('0.1.0', '0.0.9'), 'latin1'));
    return old;
  };
  /** A board on a pseudo-terminal with that in its flash. */
  const board = async (name: string): Promise<{ tty: Terminal; bench: Bench }> => {
    const tty = await Terminal.open();
    const print = (text: string): void => tty.send(text);
    const flash = path.join(dir, name);
    return {
      tty,
      bench: await start({ engine: 'espruino', csms: 'off', build: older(), flash, fresh: true, print }),
    };
  };
  const version = async (bench: Bench): Promise<string> =>
    (JSON.parse((await bench.get('/api/status?filter=pwv')).body) as { pwv: string }).pwv;

  it('the power is cut while it sends, and while it installs: what starts is whole, and the next run ends it', async () => {
    const { tty, bench } = await board('cut.flash');
    let sent = 0;
    let due = (_text: string): boolean => false;
    /** Ctrl-C: nobody cuts the power, the firmware that was there is started again. */
    const stopped = async (): Promise<void> => {
      const { boots } = (await bench.snapshot()) as unknown as Shown;
      const { next } = bench.log();
      tty.on = (text) => {
        if ((sent += text.length) > 20000 && !running!.killed) running!.kill('SIGINT');
        bench.type(text);
      };
      const r = await flash(['--port', tty.path]);
      assert.equal(r.status, 130, r.out);
      await until(bench, 'espruino', 'restarts', (s) => s.boots > boots);
      await until(bench, 'espruino', 'starts', () => /help\(\) lists/.test(bench.log(next).text));
    };
    const cutter = (text: string): void => {
      sent += text.length;
      const now = due(text);
      bench.type(text);
      if (!now) return;
      due = () => false;
      void bench.post('supply', { off: 500 });
      // With the tool left alone it waits for the engine and goes on.
      running!.kill('SIGKILL');
    };
    const cut = async (when: typeof due): Promise<string> => {
      sent = 0;
      due = when;
      const { next } = bench.log();
      const r = await flash(['--port', tty.path]);
      assert.equal(r.status, null, r.out);
      await until(bench, 'espruino', 'starts', () => /help\(\) lists/.test(bench.log(next).text));
      assert.doesNotMatch(bench.log(next).text, /damaged|did not start/);
      return version(bench);
    };
    try {
      assert.equal(await version(bench), '0.0.9');
      await stopped();
      assert.equal(await version(bench), '0.0.9');
      tty.on = cutter;
      assert.equal(await cut(() => sent > 30000), '0.0.9');
      // The line that makes the new files take the place of the old ones is on its way.
      assert.match(
        await cut((text) => text.includes('eval(""+require("Storage").read(".boot1"))')),
        /^0\.(0\.9|1\.0)$/,
      );
      const r = await flash(['--port', tty.path]);
      assert.equal(r.status, 0, r.out);
      assert.equal(await version(bench), '0.1.0');
    } finally {
      await bench.stop();
      tty.close();
    }
    const there = unpack(fs.readFileSync(path.join(dir, 'cut.espruino', 'espruino.flash')));
    for (const [name, data] of reference()) assert.equal(Buffer.compare(there.get(name)!, data), 0, name);
  });

  it('over older firmware, on a pseudo-terminal: it starts, and a second upload finds everything there', async () => {
    const { tty, bench } = await board('up.flash');
    tty.on = (text) => bench.type(text);
    try {
      assert.equal(await version(bench), '0.0.9');
      const config = path.join(dir, 'works.json');
      fs.writeFileSync(config, '{"amp":10,"fna":"Tor 3"}');
      const r = await flash(['--port', tty.path, '--config', config]);
      assert.equal(r.status, 0, r.out);
      assert.match(r.out, /Pilotwire 0\.1\.0 on reference, serial \d+, boot \d+/);
      await charges(bench, 'espruino');
      const again = await flash(['--port', tty.path]);
      assert.match(again.out, /all of it is there already/);
    } finally {
      await bench.stop();
      tty.close();
    }
    const there = unpack(fs.readFileSync(path.join(dir, 'up.espruino', 'espruino.flash')));
    for (const [name, data] of reference()) assert.equal(Buffer.compare(there.get(name)!, data), 0, name);
    assert.deepEqual(
      [...there.keys()].filter((n) => n.startsWith('~') || n === '.boot1'),
      [],
    );
  });
});
