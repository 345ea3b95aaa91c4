import assert from 'node:assert';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Nor, PAGE, STORAGE } from '../../bench/esp32/flash';
import { Storage } from '../../bench/esp32/storage';
import { PowerCut } from '../../bench/types';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const text = (data: Uint8Array | undefined): string | undefined =>
  data && Buffer.from(data).toString('latin1');

function made(): { flash: Nor; files: Storage } {
  const flash = new Nor();
  return { flash, files: new Storage(flash) };
}

/** Runs `fn` with the supply falling after `n` bytes. */
function torn(flash: Nor, n: number, fn: () => void): boolean {
  flash.tear(n);
  try {
    fn();
  } catch (e) {
    if (!(e instanceof PowerCut)) throw e;
    return true;
  } finally {
    flash.tear(undefined);
  }
  return false;
}

describe('flash', () => {
  it('only clears bits until a page is erased', () => {
    const { flash } = made();
    flash.write(10, Uint8Array.of(0xf0));
    flash.write(10, Uint8Array.of(0x3c));
    assert.deepStrictEqual([...flash.read(9, 3)], [0xff, 0x30, 0xff]);
    flash.erase(0);
    assert.deepStrictEqual([...flash.read(10, 1)], [0xff]);
    assert.deepStrictEqual([flash.writes, flash.erases], [2, 1]);
  });

  it('loses its supply after exactly so many bytes', () => {
    const { flash } = made();
    assert.ok(torn(flash, 5, () => { flash.write(0, Uint8Array.of(1, 2, 3)); flash.write(3, Uint8Array.of(4, 5, 6)); })); // prettier-ignore
    assert.deepStrictEqual([...flash.read(0, 7)], [1, 2, 3, 4, 5, 0xff, 0xff]);
    flash.write(5, Uint8Array.of(6));
  });

  it('is kept in a file', () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'flash-')), 'image');
    const { flash, files } = made();
    files.write('a', bytes('kept'));
    flash.save(file);
    assert.strictEqual(text(new Storage(Nor.load(file)).read('a')), 'kept');
    assert.deepStrictEqual(fs.readdirSync(path.dirname(file)), ['image']);
    fs.rmSync(path.dirname(file), { recursive: true });
  });
});

describe('Storage', () => {
  it('appends a file with its header', () => {
    const { flash, files } = made();
    files.write('abc', bytes('hello'));
    const raw = flash.read(STORAGE, 44);
    assert.deepStrictEqual([...raw.subarray(0, 8)], [5, 0, 0, 0, 97, 98, 99, 0]);
    assert.strictEqual(text(raw.subarray(32, 37)), 'hello');
    assert.deepStrictEqual([...raw.subarray(37, 44)], Array(7).fill(0xff));
    assert.strictEqual(files.used(), 40);
  });

  it('kills the old file, writes equal content not at all', () => {
    const { files } = made();
    files.write('a', bytes('one'));
    files.write('a', bytes('one'));
    assert.strictEqual(files.used(), 36);
    files.write('a', bytes('two'));
    assert.deepStrictEqual([text(files.read('a')), files.list(), files.used()], ['two', ['a'], 72]);
  });

  it('fills a file step by step', () => {
    const { files } = made();
    files.write('f', bytes('ab'), 0, 6);
    files.write('f', bytes('cdef'), 2);
    assert.deepStrictEqual([text(files.read('f')), text(files.read('f', 1, 3))], ['abcdef', 'bcd']);
    assert.throws(() => files.write('f', bytes('x'), 3), /already written/);
    assert.throws(() => files.write('f', bytes('xx'), 5), /Too much data/);
    assert.throws(() => files.write('g', bytes('x'), 3), /Unable to find/);
  });

  it('compacts, by itself when there is no room', () => {
    const { files } = made();
    files.write('stays', bytes('s'.repeat(5000)));
    for (let i = 0; i < 60; i++) files.write('big', bytes(String.fromCharCode(65 + (i % 26)).repeat(20000)));
    assert.strictEqual(text(files.read('big')), 'H'.repeat(20000));
    assert.strictEqual(text(files.read('stays')), 's'.repeat(5000));
    files.write('big', bytes('end'));
    assert.ok(files.compact());
    assert.strictEqual(files.used(), 32 + 5000 + 32 + 4);
    assert.ok(!files.compact());
    assert.ok(files.valid());
  });

  it('leaves pages before the first dead file alone when it compacts', () => {
    const { flash, files } = made();
    files.write('a', bytes('a'.repeat(PAGE - 32)));
    files.write('b', bytes('b'));
    files.write('b', bytes('c'));
    flash.erases = 0;
    files.compact();
    assert.strictEqual(flash.erases, 1);
    assert.deepStrictEqual(files.list(), ['a', 'b']);
  });

  it('says when it is full', () => {
    const { files } = made();
    assert.throws(() => files.write('x', new Uint8Array(0xe0000)), /Unable to find or create/);
    files.write('x', new Uint8Array(0xe0000 - 64));
    assert.throws(() => files.write('y', bytes('y')), /Unable to find or create/);
    assert.ok(files.valid());
  });

  it('shows after a torn write what the engine would see', () => {
    for (let n = 0; n <= 72; n++) {
      const { flash, files } = made();
      files.write('first', bytes('f'));
      files.write('set', bytes('old'));
      torn(flash, n, () => files.write('set', bytes('new!')));
      const after = new Storage(new Nor(flash.read(0, flash.size)));
      assert.strictEqual(text(after.read('first')), 'f', `${n}`);
      const got = text(after.read('set'));
      if (n === 0) assert.strictEqual(got, 'old');
      // The old one dies first: until the new one stands there is none.
      if (n >= 4 && n < 4 + 32) assert.ok(got === undefined || got === '\xff\xff\xff\xff', `${n}: ${got}`);
      if (n >= 40) assert.strictEqual(got, 'new!');
    }
  });

  it('finds a Storage invalid whose first header is torn, and loses sight of what stands in a torn page', () => {
    const { flash, files } = made();
    torn(flash, 2, () => files.write('first', bytes('f')));
    assert.ok(!files.valid());
    const second = made();
    second.files.write('first', bytes('f'));
    torn(second.flash, 2, () => second.files.write('second', bytes('s')));
    assert.ok(second.files.valid());
    assert.deepStrictEqual(second.files.list(), ['first']);
  });
});

const SCRIPT = `
var S = require("Storage");
print("");
print("#" + S.list().join());
["a", "b", "long"].forEach(function (n) { print("#" + E.CRC32(S.read(n))); });
print("#" + S.getFree());
S.write("a", "three");
S.erase("b");
S.compact();
S.write("c", "from there");
S.write("c", "from there!");
print("#end");`;

describe('Storage and the real interpreter', function () {
  this.timeout(20000);

  it('reads our image, and we read what it makes of it', async function () {
    const executable = process.env.ESPRUINO;
    if (!executable) return this.skip();
    const { flash, files } = made();
    files.write('.bootcde', bytes(SCRIPT));
    files.write('a', bytes('one'));
    files.write('b', bytes('part'), 0, 10);
    files.write('a', bytes('two'));
    files.write('long', bytes('x'.repeat(9000)));
    files.write('b', bytes('ial...'), 4);
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'storage-'));
    const run = (args: string[]): Promise<string> =>
      new Promise((resolve) => {
        const child = execFile(
          executable,
          args,
          { cwd: dir, timeout: 3000, killSignal: 'SIGKILL' },
          (_e, out) => resolve(out),
        );
        child.stdout!.on('data', (d) => String(d).includes('#end') && child.kill('SIGKILL'));
      });
    // How much this build keeps: it makes the file itself.
    fs.writeFileSync(path.join(dir, 'size.js'), 'require("Storage").write("x", "y"); print("#end");');
    await run(['size.js']);
    const size = fs.statSync(path.join(dir, 'espruino.flash')).size;
    const image = Buffer.alloc(size, 0xff);
    image.set(flash.read(STORAGE, Math.min(size, flash.size - STORAGE)));
    fs.writeFileSync(path.join(dir, 'espruino.flash'), image);
    const lines = (await run([])).split(/\r?\n/).filter((l) => l.startsWith('#')).map((l) => l.slice(1)); // prettier-ignore
    const back = Buffer.concat([
      Buffer.alloc(STORAGE, 0xff),
      fs.readFileSync(path.join(dir, 'espruino.flash')),
    ]);
    fs.rmSync(dir, { recursive: true });
    const crc = (name: string): string => String(crc32(files.read(name)!));
    assert.deepStrictEqual(lines.slice(0, 5), [
      files.list().join(),
      ...['a', 'b', 'long'].map(crc),
      String(size - files.used()),
    ]);
    const theirs = new Storage(new Nor(back));
    assert.deepStrictEqual(theirs.list(), ['.bootcde', 'long', 'a', 'c']);
    assert.deepStrictEqual([text(theirs.read('a')), text(theirs.read('c'))], ['three', 'from there!']);
    // Now the same steps here, to the same bytes.
    files.write('a', bytes('three'));
    files.erase('b');
    files.compact();
    files.write('c', bytes('from there'));
    files.write('c', bytes('from there!'));
    const mine = Buffer.from(flash.read(STORAGE, files.used() + 100));
    assert.strictEqual(Buffer.compare(mine, back.subarray(STORAGE, STORAGE + mine.length)), 0);
  });
});

function crc32(data: Uint8Array): number {
  let c = 0xffffffff;
  for (const b of data) {
    c ^= b;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}
