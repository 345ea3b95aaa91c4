// Upload over the serial line into the engine's look-alike: whole, spoiled, cut short, onto the wrong board, without room.

import assert from 'node:assert';
import { crc32 } from '../../tools/crc32.mjs';
import { BOARD, boardOf } from '../../tools/flash-image.mjs';
import { out } from '../../tools/flash-say.mjs';
import {
  CODE,
  Chip,
  INSTALLER,
  accept,
  banner,
  identify,
  restart,
  upload,
} from '../../tools/flash-upload.mjs';
import { STORAGE, type Nor } from '../../bench/esp32/flash';
import type { Build } from '../../bench/image';
import { itLong, thin, THIN } from '../fake/depth';
import { Bench } from '../fake/host';
import { Charger, Line } from '../fake/line';
import { reference } from '../fake/whole';

const NEW = { version: '0.1.0', board: 'reference' };
const OLD = '0.0.9';

/** What flash.sh would write, of another version and with other parts. */
function files(version = NEW.version, board = 'reference'): Build {
  const out: Build = new Map([[BOARD, Buffer.from(board)]]);
  for (const [name, data] of reference()) {
    const text = Buffer.from(data).toString('latin1').replaceAll(NEW.version, version);
    const old = version === NEW.version || name.startsWith('.') || name === 'main' ? '' : ' ';
    out.set(name, Buffer.from(text + old, 'latin1'));
  }
  return out;
}

interface Scene {
  chip: Chip;
  charger: Charger;
  line: Line;
}
async function scene(build: Build): Promise<Scene> {
  const charger = new Charger(build);
  charger.whole.run(20000);
  const line = new Line(charger);
  const chip = new Chip(line);
  await chip.wake();
  return { chip, charger, line };
}

/** Everything that flash.sh does. */
async function flash(s: Scene, build: Build, erase = false): Promise<void> {
  const it = await identify(s.chip);
  accept(it, 'reference', erase);
  await upload(s.chip, build, it, erase);
  await restart(s.chip, it.ble);
  await banner(s.line, NEW);
}

/** What flash.sh does when that has failed: the firmware that was there runs again, and its console echoes. */
async function left(s: Scene, version: string): Promise<void> {
  await s.chip.leave();
  s.charger.whole.run(20000);
  assert.equal(s.charger.whole.get('pwv'), version);
  assert.match(s.charger.whole.type('get("amp")', 300), /get\("amp"\)[^]*amp = 16 A/);
}

/** After a power cut: the firmware that starts is all of one piece, one of these. Returns its version. */
async function starts(s: Scene, ...versions: string[]): Promise<string> {
  s.charger.cut();
  s.charger.whole.run(20000);
  const version = String(s.charger.whole.get('pwv'));
  assert.ok(versions.includes(version), `${version}\n${s.line.text}`);
  for (const [name, data] of files(version)) {
    const there = s.charger.whole.bench.storage.read(name) ?? Buffer.alloc(0);
    assert.equal(Buffer.compare(there, data), 0, `${name} is not that of ${version}`);
  }
  await s.chip.wake();
  return version;
}

const over = (s: Scene): string[] =>
  s.charger.whole.bench.storage.list().filter((n) => n.startsWith('~') || n === '.boot1');

describe('upload over the serial line', function () {
  this.timeout(120000);
  let s: Scene;
  let said = '';
  const { write } = out;
  before(() => void (out.write = (text) => ((said += text), true)));
  after(() => void (out.write = write));
  beforeEach(() => void (said = ''));
  afterEach(() => s?.charger.whole.end());

  it('into an engine without firmware: it starts, board and code first in Storage, nothing is left over', async () => {
    s = await scene(new Map());
    await flash(s, files());
    assert.equal(s.charger.whole.get('mod'), 'reference');
    const { storage, flash: nor } = s.charger.whole.bench;
    assert.deepEqual(storage.list().slice(0, 2), [BOARD, CODE]);
    // Where esptool is told to look.
    assert.equal(boardOf(Buffer.from(nor.read(STORAGE, 64))), 'reference');
    assert.deepEqual(over(s), []);
  });

  for (const [total, told] of [
    [4470, ''],
    [4469, '4469 variables, 4470 are needed: is Bluetooth on?'],
  ] as const)
    it(`an engine of ${total} variables: ${told ? 'firmware and flash.sh warn' : 'enough'}`, async () => {
      s = await scene(new Map());
      const build = files();
      const main = Buffer.from(build.get('main')!).toString('latin1');
      build.set(
        'main',
        Buffer.from(`process.memory=()=>({usage:2900,total:${total},free:9});${main}`, 'latin1'),
      );
      await flash(s, build);
      assert.equal(said.includes(told), true, said);
      assert.equal(said.includes('are needed'), !!told, said);
      s.charger.whole.run(2000);
      assert.equal(s.charger.whole.type('log()', 500).includes(told || 'are needed'), !!told);
      assert.match(s.line.text, /memory 2900 of \d+ variables; help\(\) lists/);
    });

  it('over older firmware, whose settings stay', async () => {
    s = await scene(files(OLD));
    s.charger.whole.type('set("amp", 13)');
    s.charger.whole.run(5000);
    await flash(s, files());
    assert.equal(s.charger.whole.get('pwv'), NEW.version);
    assert.equal(s.charger.whole.get('amp'), 13);
    assert.deepEqual(over(s), []);
  });

  it('a second time sends nothing', async () => {
    s = await scene(files());
    const { lines } = s.charger;
    await flash(s, files());
    assert.ok(s.charger.lines - lines < 20, `${s.charger.lines - lines} lines`);
    assert.equal(said, 'all of it is there already\n');
  });

  it('--erase forgets settings', async () => {
    s = await scene(files(OLD));
    s.charger.whole.type('set("amp", 13)');
    s.charger.whole.run(5000);
    await flash(s, files(), true);
    assert.equal(s.charger.whole.get('amp'), 16);
  });

  it('an update from the network gives way', async () => {
    const b = files(OLD);
    b.set('pw1', Buffer.alloc(299008, 1));
    b.set('pw2', Buffer.alloc(299008, 2));
    s = await scene(b);
    await flash(s, files());
    const there = s.charger.whole.bench.storage;
    assert.equal(there.read('pw1') ?? there.read('pw2'), undefined);
    assert.ok(there.getFree() > 2 * 299100, `${there.getFree()} bytes are free for the next update`);
  });

  itLong(
    'a byte that is lost on the way is sent again; when it always is, the old firmware stays',
    async () => {
      s = await scene(files(OLD));
      let spoiled = 0;
      const spoil =
        (times: number) =>
        (text: string): string =>
          text.includes('"~keys"') && text.includes(',1024,') && spoiled++ < times
            ? text.replace(/atob\("(.)/, (_, c) => `atob("${c === 'A' ? 'B' : 'A'}`)
            : text;
      s.charger.tamper = spoil(Infinity);
      await assert.rejects(flash(s, files()), /^Error: verification failed: ~keys read back differently$/);
      assert.equal(spoiled, 3);
      await left(s, OLD);
      await starts(s, OLD);
      spoiled = 0;
      s.charger.tamper = spoil(1);
      await flash(s, files());
      assert.equal(spoiled, 2);
    },
  );

  itLong('a line of which half is lost is found out, and its file sent again', async () => {
    s = await scene(files(OLD));
    let spoiled = 0;
    s.charger.tamper = (text) =>
      text.includes('"~keys"') && text.includes(',1024,') && spoiled++ < 1 ? text.slice(0, 300) + '\n' : text;
    await flash(s, files());
    assert.equal(spoiled, 2);
    assert.equal(await starts(s, NEW.version), NEW.version);
  });

  itLong(
    'the power cut at any time: the old firmware starts, or the new one, and a second try succeeds',
    async () => {
      s = await scene(files(OLD));
      const from = s.charger.lines;
      await flash(s, files());
      const all = s.charger.lines - from;
      s.charger.whole.end();
      const seen = new Set<string>();
      for (const at of thin([2, 10, all >> 1, all - 8, all - 6, all - 5, all - 4, all - 3, all - 2])) {
        s = await scene(files(OLD));
        const end = s.charger.lines + at;
        s.charger.tamper = (text) => (s.charger.lines === end ? (s.charger.cut(), '') : text);
        await flash(s, files()).catch(() => {});
        s.charger.tamper = (text) => text;
        seen.add(await starts(s, OLD, NEW.version));
        await flash(s, files());
        assert.deepEqual(over(s), []);
        s.charger.whole.end();
      }
      assert.deepEqual([...seen].sort(), [OLD, NEW.version]);
    },
  );

  it('not while a car charges', async () => {
    s = await scene(files());
    const w = s.charger.whole;
    w.post('car', { state: 'C', amps: 16, phases: 3, cable: 32 });
    w.run(15000);
    assert.equal(w.shown().contactor.closed, true);
    await assert.rejects(flash(s, files()), /a car is charging: end that first/);
    await left(s, NEW.version);
    assert.equal(w.shown().contactor.closed, true);
  });

  it('not onto another board, unless it is erased', async () => {
    s = await scene(files(OLD, 'devkit'));
    await assert.rejects(
      flash(s, files()),
      /board mismatch: this charger is a "devkit", the bundle is for "reference"/,
    );
    await flash(s, files(), true);
  });

  it('not without room; what is dead makes room', async () => {
    const b = files(OLD);
    b.set('big', Buffer.alloc(600000, 7));
    s = await scene(b);
    await assert.rejects(
      flash(s, files()),
      /^Error: too little space: \d+ bytes are needed, \d+ are free; --erase/,
    );
    await left(s, OLD);
    await starts(s, OLD);
    s.charger.whole.bench.storage.erase('big');
    await flash(s, files());
  });

  const wrong: [what: string, it: object, why: RegExp][] = [
    ['another chip', { chip: 'ESP32C3' }, /^Error: wrong chip: ESP32C3/],
    [
      'an older engine',
      { version: '2v28' },
      /wrong engine version: the engine is Espruino 2v28, this firmware needs 2v29/,
    ],
    ['a later engine', { version: '2v30' }, /wrong engine version/],
  ];
  for (const [what, more, why] of wrong)
    it(`not on ${what}`, () => {
      const it = { version: '2v29', chip: 'ESP32', serial: '', board: '', slot: '', ble: false, car: 0 };
      accept(it, 'reference', false);
      assert.throws(() => accept({ ...it, ...more }, 'reference', false), why);
    });
});

/** What is written to flash meanwhile; nothing is erased. */
function written(flash: Nor, deed: () => void): [at: number, data: Uint8Array][] {
  const all: [number, Uint8Array][] = [];
  const write = flash.write.bind(flash);
  flash.write = (at, data) => (all.push([at, data.slice()]), write(at, data));
  const { erases } = flash;
  deed();
  assert.equal(flash.erases, erases);
  return all;
}

describe('the file that installs', function () {
  this.timeout(60000);
  const NAMES = ['.bootcde', 'api', 'keys'];
  const old = (n: string): Buffer => Buffer.from(`/* old ${n} */`.padEnd(70));
  const next = (n: string): Buffer => Buffer.from(`/* new ${n} */`.padEnd(100));

  itLong('puts everything in place however often the power is cut in the middle, at any byte', () => {
    const first = new Bench();
    for (const n of NAMES) first.storage.write(n, old(n));
    for (const n of NAMES) first.storage.write('~' + n, next(n));
    first.storage.write('.boot1', Buffer.from(INSTALLER));
    const before = first.flash.read(0, first.flash.size);
    const writes = written(first.flash, () => first.boot());
    const bytes = writes.reduce((sum, [, data]) => sum + data.length, 0);
    assert.ok(bytes >= 420, `${bytes} bytes are written`);
    // The script knows nothing of the cut to come: what is in flash then are the bytes up to it.
    for (let tear = 1; tear < 420; tear += THIN) {
      const b = new Bench({}, 1, before);
      b.flash.tear(tear);
      try {
        for (const [at, data] of writes) b.flash.write(at, data);
      } catch {
        // The supply fell.
      }
      b.flash.tear(undefined);
      b.boot();
      for (const n of NAMES)
        assert.equal(crc32(b.storage.read(n)!), crc32(next(n)), `${n}, cut after ${tear} bytes`);
      assert.deepEqual(
        b.storage.list().filter((n) => n[0] === '~' || n === '.boot1'),
        [],
        `cut after ${tear}`,
      );
    }
  });
});
