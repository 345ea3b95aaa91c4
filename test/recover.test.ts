// What a charger makes of crashes, of damaged flash, and of somebody who wants to begin anew: on the whole bundle and the
// parts behind it, on a virtual clock. The same on the real interpreter: test/story/recover.test.ts.

import assert from 'node:assert';
import type { Build } from '../bench/image';
import { crc32 } from '../tools/crc32.mjs';
import { BOARD } from '../tools/flash-image.mjs';
import { out } from '../tools/flash-say.mjs';
import { Chip, accept, banner, identify, restart, upload } from '../tools/flash-upload.mjs';
import { sums } from '../tools/sums.mjs';
import { KEYS, type Key } from '../firmware/core/keys';
import { build } from '../tools/build.mjs';
import { depth, itLong, thin } from './fake/depth';
import { scene, image } from './fake/hosts';
import { Charger, Line } from './fake/line';
import { Whole, reference } from './fake/whole';

const closed = (w: Whole): boolean => w.shown().contactor.closed;
/** Watchdog of the board, the start of the engine, and some more, ms. */
const BITES = 12000;
const MINUTE = 60000;
/** Bits of `errs`. */
const SAFE = 131072;
const WELD = 4;
/** Flash of the journal. */
const JOURNAL = 0;
type Json = Record<string, unknown>;

/** Scan and work end: what an endless loop does, seen from outside. */
function hang(w: Whole): void {
  w.bench.engine.type('clearTimeout()\n');
  w.run(BITES);
}

function plugged(settings: Record<string, string> = {}): Whole {
  const w = new Whole(reference(), 1, settings);
  w.run(2000);
  w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
  w.run(9000);
  assert.equal(closed(w), true, w.bench.out);
  return w;
}

/** In safe mode, with a vehicle that wants to charge. */
function still(settings: Record<string, string> = {}): Whole {
  const w = plugged(settings);
  for (let i = 0; i < 3; i++) hang(w);
  assert.equal(w.get('errs'), SAFE, w.bench.out);
  return w;
}

describe('crash upon crash', function () {
  this.timeout(240000);
  before(() => build('reference'));

  it('three in a row: safe mode, told in the log, the table of faults, and by the light; the contactor stays open', () => {
    const w = plugged();
    for (let i = 0; i < 2; i++) {
      hang(w);
      assert.equal(w.get('errs'), 0);
    }
    hang(w);
    const { operations } = w.shown().contactor;
    assert.equal(w.get('flt'), 'safe mode, see the log');
    assert.deepEqual([w.get('err'), w.get('modelStatus'), w.get('car')], [12, 26, 5]);
    assert.match(w.type('log()', 1000), /3 crashes in a row: no charging/);
    for (let t = 0; t < 10 * MINUTE; t += 1000) {
      w.run(1000);
      assert.equal(closed(w), false);
      assert.equal(w.shown().pilot.mode, 'high');
    }
    assert.equal(w.shown().contactor.operations, operations);
    // What helps goes on: a setting is taken, the vehicle's coming and going is seen.
    assert.match(w.type('set("amp", 10)'), /amp = 10/);
    w.post('car', { state: 'unplugged' });
    w.run(1000);
    assert.equal(w.get('errs'), SAFE);
    w.end();
  });

  for (const bare of [false, true])
    it(`safe mode${bare ? ' that crashed, too' : ''} has what helps: access point, page, console`, () => {
      const w = still();
      if (bare) hang(w);
      w.run(20000);
      assert.equal(w.get('errs'), SAFE);
      assert.match(w.type('status()', 300), /access point Pilotwire-\d+, password \w{10}/);
      const { net } = w.bench;
      const asks = (path: string): string => {
        const id = net.open(80);
        let answer = '';
        const heard = net.onData;
        net.onData = (to, data) =>
          to === id ? (answer += Buffer.from(data).toString('latin1')) : heard?.(to, data);
        net.send(id, Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 192.168.4.1\r\n\r\n`));
        w.run(5000);
        net.onData = heard;
        return answer;
      };
      const page = asks('/');
      assert.match(page, /^HTTP\/1\.1 200 [^]*text\/html/);
      assert.ok(page.length > 15000, `${page.length} bytes`);
      assert.match(asks('/api/status?filter=flt'), /"flt":"safe mode, see the log"/);
      assert.equal(closed(w), false);
      w.end();
    });

  it('a minute between two of them is health', () => {
    const w = plugged();
    for (let i = 0; i < 5; i++) {
      hang(w);
      w.run(MINUTE + 2000);
      assert.equal(w.get('errs'), 0, `crash ${i + 1}`);
    }
    w.end();
  });

  it('neither power cuts nor ordered restarts are crashes', () => {
    const w = plugged();
    for (let i = 0; i < 6; i++) {
      if (i & 1) w.cut(300);
      else w.bench.engine.type('set("rst", 1)\n');
      w.run(12000);
      assert.equal(w.get('errs'), 0);
      assert.equal(closed(w), true);
    }
    w.end();
  });

  for (const [name, deed] of [
    ['an operator ends it', (w) => void w.type('set("clf", 1)')],
    ['a restart that was ordered ends it', (w) => w.bench.engine.type('set("rst", 1)\n')],
    ['the power switched off and on ends it', (w) => w.cut(2000)],
  ] as [string, (w: Whole) => void][])
    it(name, () => {
      const w = still();
      deed(w);
      w.run(20000);
      assert.equal(w.get('errs'), 0);
      assert.equal(closed(w), true, w.bench.out);
      w.end();
    });

  itLong(
    'a quarter of an hour without a crash: one try; where that crashes it is back, three times, then somebody has to come',
    () => {
      const w = still();
      for (let i = 0; i < 3; i++) {
        w.run(15 * MINUTE + 5000);
        assert.equal(w.get('errs'), 0, `try ${i + 1}`);
        assert.equal(closed(w), true);
        hang(w);
        assert.equal(w.get('errs'), SAFE);
      }
      w.run(depth('AWAY') * MINUTE);
      assert.equal(w.get('errs'), SAFE);
      w.end();
    },
  );

  it('a try that goes well for a minute was the end of it', () => {
    const w = still();
    w.run(20 * MINUTE);
    assert.equal(closed(w), true);
    hang(w);
    hang(w);
    assert.equal(w.get('errs'), 0);
    w.end();
  });

  it('what crashes in safe mode, too, gets nothing but scan, network, page and console', () => {
    const w = still({
      ocppe: 'true',
      ocppu: 'ws://central.example/',
      wifis: '[{"ssid":"bench","key":"bench-key"}]',
    });
    let connects = 0;
    const { net } = w.bench;
    const connect = net.connect.bind(net);
    net.connect = (host, port) => (connects++, connect(host, port));
    w.run(2 * MINUTE);
    assert.ok(connects > 0);
    hang(w);
    connects = 0;
    w.run(5 * MINUTE);
    assert.deepEqual([w.get('errs'), connects], [SAFE, 0]);
    assert.match(w.type('status()', 300), /bench, /);
    assert.match(w.type('set("amp", 9)'), /amp = 9/);
    w.type('set("clf", 1)');
    w.run(20000);
    assert.equal(closed(w), true, w.bench.out);
    w.end();
  });
});

/** A charger somebody has used: settings, password, card, a profile that was kept, energy, a welded contactor. */
function used(): Whole {
  const w = plugged({ wifis: '[{"ssid":"bench","key":"bench-key"}]', amp: '13' });
  w.type('set("cards", [{"name":"Ann","cardId":"04A1B2C3"}])');
  w.type('set("hpw", "secret-word")');
  w.run(60000);
  w.post('fault', { weld: true });
  w.post('car', { state: 'unplugged' });
  w.run(5000);
  w.post('fault', { weld: false });
  assert.equal(w.get('errs'), WELD, w.bench.out);
  return w;
}

/** What is left: nothing of the owner, everything of the charger. */
function fresh(w: Whole, eto: number, boots: number): void {
  assert.deepEqual([w.get('amp'), w.get('wifis'), w.get('errs')], [16, [], WELD], w.bench.out);
  assert.ok((w.get('eto') as number) >= eto && eto > 100, `${w.get('eto')} of ${eto} Wh`);
  assert.ok((w.get('rbc') as number) > boots);
  assert.equal(w.shown().contactor.operations, 1);
  const flash = Buffer.from(w.bench.flash.read(JOURNAL, 0x10000)).toString('latin1');
  for (const word of ['bench-key', 'secret-word', '04A1B2C3', 'Ann', 'wipe\n1'])
    assert.equal(flash.includes(word), word.startsWith('wipe'), `${word} is still in flash`);
}

describe('factory reset', function () {
  this.timeout(240000);
  before(() => build('reference'));

  it('by key, with the serial number; by anything else it is refused', () => {
    const w = used();
    const [eto, boots] = [w.get('eto') as number, w.get('rbc') as number];
    assert.match(w.type('set("factory", "yes")'), /must be the serial number/);
    w.run(3000);
    assert.equal(w.get('amp'), 13);
    w.type(`set("factory", "${w.get('sse')}")`);
    w.run(5000);
    fresh(w, eto, boots);
    w.end();
  });

  it('by the button: pressed after the start and held for ten seconds; the light gives notice from the third on', () => {
    const w = used();
    const [eto, boots] = [w.get('eto') as number, w.get('rbc') as number];
    w.cut(1000);
    w.run(3000);
    w.post('button', { ms: 12000 });
    w.run(2000);
    const colours = new Set<string>();
    w.rig.onChange(() => colours.add(JSON.stringify((w.rig.snapshot() as Json).light)));
    w.run(5000);
    assert.ok([...colours].some((c) => c.includes('"r":60')) || colours.size > 1, [...colours].join());
    assert.equal(w.get('amp'), 13);
    w.run(10000);
    fresh(w, eto, boots);
    w.end();
  });

  for (const [name, at, ms] of [
    ['let go before', 3000, 9000],
    ['pressed later', 12000, 20000],
  ] as [string, number, number][])
    it(`not by the button ${name}: that opens the access point`, () => {
      const w = used();
      w.cut(1000);
      w.run(at);
      w.post('button', { ms });
      w.run(ms + 5000);
      assert.equal(w.get('amp'), 13);
      assert.match(w.type('status()', 300), /access point Pilotwire-/);
      w.end();
    });
});

/** Writes a record into the charger's journal behind its back, as an older or a broken firmware may have left it. */
function record(w: Whole, key: string, text: string): void {
  const { flash } = w.bench;
  const data = Buffer.from(`${key}\n${text}`);
  const head = Buffer.alloc(8);
  head.set([0xa5, 1, data.length, data.length >> 8]);
  head.writeUInt32LE(crc32(data), 4);
  const size = 8 + ((data.length + 3) & ~3);
  // The page in use has the highest number; a full one gives way to the next.
  const pages = Array.from({ length: 13 }, (_, i) => Buffer.from(flash.read(JOURNAL + i * 4096, 4096)));
  const used = (p: Buffer): number => {
    let n = p.length;
    while (n && p[n - 1] === 255) n--;
    return n;
  };
  const number = (p: Buffer): number => (used(p) ? p.readUInt32LE(4) : 0);
  let i = pages.reduce((best, p, k) => (number(p) > number(pages[best]) ? k : best), 0);
  let at = (used(pages[i]) + 3) & ~3;
  if (at + size + 12 > 4096) {
    const next = Buffer.alloc(8);
    next.writeUInt32LE(pages[i].readUInt32LE(0));
    next.writeUInt32LE(number(pages[i]) + 1, 4);
    i = (i + 1) % 13;
    flash.write(JOURNAL + i * 4096, next);
    at = 8;
  }
  flash.write(
    JOURNAL + i * 4096 + at,
    Buffer.concat([head, data, Buffer.alloc(size - 8 - data.length, 255)]),
  );
}

describe('settings that cannot be', function () {
  this.timeout(240000);
  before(() => build('reference'));

  /** Texts that a key's row does not take; the first is no JSON. */
  const ABSURD = ['{"a', '-7777777', '1e99', '"' + 'x'.repeat(300) + '"', '[null]', '[[1]]', '{"a":{}}', 'null', '[{"id":1}]']; // prettier-ignore
  const kept = Object.entries<Key>(KEYS).filter(([, k]) => /[kp]/.test(k.f ?? ''));

  itLong('each key, each absurd text: default and a line in the log, and it charges', () => {
    const all = Object.fromEntries(kept.map(([key]) => [key, new Set<string>()]));
    for (const text of ABSURD) {
      const w = new Whole(reference(), 1);
      w.run(1000);
      for (const [key] of kept) record(w, 'k.' + key, text);
      w.cut(100);
      w.bench.take();
      w.run(3000);
      const told = [...w.bench.out.matchAll(/ key (\w+) forgotten, /g)].map((m) => m[1]);
      for (const key of told) all[key].add(text);
      for (const [key, k] of kept)
        if (told.includes(key) && !k.get && !/[ho]/.test(k.f!) && k.t !== 'b')
          assert.deepEqual(w.get(key), k.def, `${key} after ${text}`);
      w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
      w.run(12000);
      assert.equal(w.get('errs'), 0, `${text}\n${w.bench.out}`);
      w.end();
    }
    for (const [key, texts] of Object.entries(all))
      assert.ok(texts.size >= 5, `${key} takes ${ABSURD.filter((t) => !texts.has(t)).join(' ')}`);
  });
});

/** What flash.sh puts into Storage. */
const sealed = (build = reference()): Build => new Map([...build, ['sums', sums(build)]]);

/** Turns one bit of a file that lies in flash; charge only ever leaks away. */
function flip(w: Whole, data: Uint8Array, part = 0.5): void {
  const { flash } = w.bench;
  const from = Buffer.from(flash.read(0, flash.size)).indexOf(data);
  assert.ok(from > 0);
  let at = from + Math.floor(data.length * part);
  while (!(flash.read(at, 1)[0] & 1)) at++;
  flash.write(at, Buffer.from([flash.read(at, 1)[0] & 0xfe]));
}

/** Timers of the script. */
const timers = (w: Whole): number =>
  (w.bench.engine as unknown as { script: { loop: { timers: unknown[] } } }).script.loop.timers.length;

/** Nothing that this charger does closes its contactor, in several times what a charge takes to begin; the console answers. */
function inert(w: Whole, ms = 30000): string {
  w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
  for (let t = 0; t < ms; t += 500) {
    w.run(500);
    assert.deepEqual([closed(w), w.shown().pilot.mode], [false, 'high']);
  }
  const said = w.bench.out;
  assert.match(w.type('1+1'), /=2/);
  return said;
}

/** What flash.sh does over the serial line; then the charger charges. */
async function anew(charger: Charger): Promise<void> {
  const w = charger.whole;
  const line = new Line(charger);
  const chip = new Chip(line);
  await chip.wake();
  const it = await identify(chip);
  accept(it, 'reference', false);
  await upload(chip, new Map([[BOARD, Buffer.from('reference')], ...sealed()]), it, false);
  await restart(chip, it.ble);
  await banner(line, { version: '0.1.0', board: 'reference' });
  w.run(12000);
  assert.equal(closed(w), true, w.bench.out);
}

describe('damaged flash', function () {
  this.timeout(240000);
  const { write } = out;
  before(() => {
    out.write = () => true;
    return build('reference');
  });
  after(() => void (out.write = write));

  it('a bit of any file of the bundle: told at the start, and no charging', () => {
    let help = 0;
    const all = [...sealed()].filter(([name]) => name !== '.bootcde' && name !== 'sums');
    const files = thin(all);
    for (const [name, data] of files) {
      const w = new Whole(sealed(), 1);
      w.run(2000);
      flip(w, data);
      w.bench.take();
      w.cut(100);
      w.run(3000);
      assert.match(w.bench.out, new RegExp(`damaged: ${name.replace('.', '\\.')};`), w.bench.out);
      const said = inert(w, 8000);
      // Network, page and console work unless they need the very file.
      if (/fault safe mode/.test(said)) help++;
      else assert.match(said, /did not start/, name);
      // Work that ends with an error in every round goes on once, not once more each time.
      const n = timers(w);
      assert.ok(n < 10, `${n} timers without ${name}`);
      w.end();
    }
    assert.ok(help > (40 * files.length) / all.length, `${help} of ${files.length} in safe mode`);
  });

  it('one that is whole charges', () => {
    const w = new Whole(sealed(), 1);
    w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    w.run(12000);
    assert.equal(closed(w), true, w.bench.out);
    assert.doesNotMatch(w.bench.out, /damaged|did not start/);
    w.end();
  });

  // What it asks the charger first needs these very parts.
  for (const name of ['console', 'conf'])
    it(`a bit of ${name}: flash.sh writes it anew`, async () => {
      const files = sealed();
      const charger = new Charger(files);
      const w = charger.whole;
      w.run(2000);
      flip(w, files.get(name)!);
      w.cut(100);
      w.run(3000);
      assert.match(w.bench.out, new RegExp(`damaged: ${name};`));
      inert(w, 8000);
      await anew(charger);
      w.end();
    });

  it('an update: the old firmware runs again', () => {
    const { w, web, told, update } = scene();
    web.files['/new.pwu'] = image('0.2.0');
    update();
    w.run(200000);
    assert.equal(told().at(-1), 'Installed', w.bench.out);
    assert.equal(w.get('pwv'), '0.2.0');
    w.cut(200);
    w.run(5000);
    assert.equal(w.get('pwv'), '0.2.0');
    flip(w, image('0.2.0'), 0.7);
    w.bench.take();
    w.cut(200);
    w.run(12000);
    assert.match(w.bench.out, /pw1 is damaged/);
    assert.deepEqual([w.get('pwv'), w.get('errs')], ['0.1.0', 0]);
    w.end();
  });

  const bad = (main: string | undefined): Build => {
    const build = new Map(reference());
    if (main === undefined) build.delete('main');
    else build.set('main', Buffer.from(main));
    return build;
  };
  const whole = (): string => Buffer.from(reference().get('main')!).toString('latin1');
  for (const [name, build] of [
    ['does not parse', () => bad(whole().slice(0, 9000) + '}}((')],
    ['is cut off', () => bad(whole().slice(0, 9000))],
    ['is not there', () => bad(undefined)],
    ['throws at once', () => bad('nothing.of.that();' + whole())],
    ['throws when the board is made', () => bad(whole().replace('SPI2.setup', 'SPI2.nothing.setup'))],
  ] as [string, () => Build][])
    it(`a bundle that ${name}: contactor open, console at hand, and flash.sh writes it anew`, async () => {
      const files = build();
      const charger = new Charger(files);
      const w = charger.whole;
      w.run(10000);
      assert.match(w.bench.out, /did not start: \.\/flash\.sh/);
      inert(w);
      await anew(charger);
      w.end();
    });
});
