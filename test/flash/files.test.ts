// What flash.sh reads and writes besides the line: the engine's release, the image of Storage, NVS, settings, esptool's words.

import assert from 'node:assert';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { crc32 } from '../../tools/crc32.mjs';
import { check, preset, rows, settings } from '../../tools/flash-config.mjs';
import { readEngine } from '../../tools/flash-engine.mjs';
import { BOARD, boardOf, nvs, partitions, room, storage } from '../../tools/flash-image.mjs';
import { Storage } from '../../bench/esp32/storage';
import { Nor, STORAGE } from '../../bench/esp32/flash';
import { program, release, table } from '../fake/release';
import { reference } from '../fake/whole';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-flash-'));
after(() => fs.rmSync(dir, { recursive: true }));
const file = (name: string, data: Uint8Array): string => {
  fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
  fs.writeFileSync(path.join(dir, name), data);
  return path.join(dir, name);
};

describe('image of Storage', () => {
  const files = new Map([[BOARD, Buffer.from('reference')], ...reference(), ['preset', Buffer.from('{}')]]);

  it('is byte for byte what the look-alike writes into erased flash', () => {
    const flash = new Nor();
    const s = new Storage(flash);
    for (const [name, data] of files) s.write(name, data);
    assert.equal(Buffer.compare(storage(files), flash.read(STORAGE, 0xe0000)), 0);
    assert.equal(room(files), s.used());
  });

  it('reads back as the files', () => {
    const flash = new Nor();
    flash.write(STORAGE, storage(files));
    const s = new Storage(flash);
    assert.ok(s.valid());
    assert.deepEqual(s.list(), [...files.keys()]);
    for (const [name, data] of files) assert.equal(Buffer.compare(s.read(name)!, data), 0, name);
  });

  it('tells its board by its first bytes', () => {
    assert.equal(boardOf(storage(files).subarray(0, 64)), 'reference');
    assert.equal(boardOf(Buffer.alloc(64, 0xff)), '');
    assert.equal(boardOf(storage(new Map([['.bootcde', Buffer.from('1')]])).subarray(0, 64)), '');
  });

  it('refuses what does not fit', () => {
    assert.throws(
      () => storage(new Map([['a', Buffer.alloc(0xe0000)]])),
      /takes 917536 bytes, Storage has 917504/,
    );
    assert.throws(() => storage(new Map([['a'.repeat(29), Buffer.from('1')]])), /no file for Storage/);
  });
});

describe('NVS', () => {
  // Made by the chip maker's own generator, page format 2, from the same three lines.
  const MADE =
    'feffffff00000000fe' + 'ff'.repeat(19) + '842dbab9' + 'ea' + 'ff'.repeat(31) +
    '000101ff79357f476e76730000000000000000000000000001ffffffffffffff' +
    '010401ff8c2b45e8626c655374617475730000000000000000000000ffffffff' +
    '010401ffca19d5d37769666953746174757300000000000001000000ffffffff'; // prettier-ignore

  it('is what the generator of the chip maker makes', () => {
    const image = nvs('nvs', { bleStatus: 0, wifiStatus: 1 }, 0x3000);
    assert.equal(image.length, 0x3000);
    assert.equal(image.toString('hex', 0, 160), MADE);
    assert.ok(image.subarray(160).every((b) => b === 0xff));
  });
});

describe('release of the engine', () => {
  const all = release();
  const tar = (files: Record<string, Buffer>): Buffer =>
    Buffer.concat(
      Object.entries(files).flatMap(([name, data]) => {
        const head = Buffer.alloc(512);
        head.write(name);
        head.write(data.length.toString(8).padStart(11, '0'), 124);
        return [head, data, Buffer.alloc(-data.length & 511)];
      }),
    );
  const zip = (files: Record<string, Buffer>): Buffer => {
    const parts: Buffer[] = [];
    const ends: Buffer[] = [];
    let at = 0;
    for (const [name, data] of Object.entries(files)) {
      const packed = deflateRawSync(data);
      const head = (size: number, sign: number, o: number): Buffer => {
        const h = Buffer.alloc(size);
        h.writeUInt32LE(sign, 0);
        h.writeUInt16LE(8, o + 8);
        h.writeUInt32LE(crc32(data), o + 14);
        h.writeUInt32LE(packed.length, o + 18);
        h.writeUInt32LE(data.length, o + 22);
        h.writeUInt16LE(name.length, o + 26);
        return h;
      };
      const end = head(46, 0x02014b50, 2);
      end.writeUInt32LE(at, 42);
      ends.push(end, Buffer.from(name));
      parts.push(head(30, 0x04034b50, 0), Buffer.from(name), packed);
      at += 30 + name.length + packed.length;
    }
    const last = Buffer.alloc(22);
    last.writeUInt32LE(0x06054b50, 0);
    last.writeUInt16LE(Object.keys(files).length, 10);
    last.writeUInt32LE(at, 16);
    return Buffer.concat([...parts, ...ends, last]);
  };
  const inFolder = (f: Record<string, Buffer>): Record<string, Buffer> =>
    Object.fromEntries(Object.entries(f).map(([n, d]) => [`espruino_2v29_esp32/${n}`, d]));
  const tgz = gzipSync(tar(inFolder(all)));

  const forms: [what: string, at: () => string][] = [
    ['a tgz', () => file('espruino_2v29_esp32.tgz', tgz)],
    ['a zip', () => file('e.zip', zip(inFolder(all)))],
    ['the tgz in the zip of all boards', () => file('espruino_2v29.zip', zip({ 'a/x.hex': Buffer.from('1'), 'a/espruino_2v29_esp32.tgz': tgz }))],
    ['a folder', () => (Object.entries(all).forEach(([n, d]) => file(`f/${n}`, d)), path.join(dir, 'f'))],
    ['a program with the others beside it', () => (Object.entries(all).forEach(([n, d]) => file(`g/${n}`, d)), file('g/my.bin', all['espruino_esp32.bin']))],
  ]; // prettier-ignore
  for (const [what, at] of forms)
    it(`is read from ${what}`, () => {
      const e = readEngine(at());
      assert.equal(e.version, '2v29');
      assert.equal(Buffer.compare(e.program, all['espruino_esp32.bin']), 0);
      assert.equal(Buffer.compare(e.loader, all['bootloader.bin']), 0);
      assert.deepEqual(partitions(e.table).storage, { at: 0x320000, size: 0xe0000 });
    });

  const flipped = (data: Buffer, at: number): Buffer =>
    Buffer.from(data.map((b, i) => (i === at ? b ^ 4 : b)));
  const wrong: [what: string, change: Record<string, Buffer | undefined>, why: RegExp][] = [
    ['without a bootloader', { 'bootloader.bin': undefined }, /no loader in it/],
    ['for another chip', { 'espruino_esp32.bin': program('2v29', 9) }, /this engine is for the ESP32-S3, not the ESP32/],
    ['of another version', { 'espruino_esp32.bin': program('2v28') }, /the engine is Espruino 2v28, this firmware needs 2v29/],
    ['that is no program', { 'espruino_esp32.bin': Buffer.alloc(64) }, /the program is no program/],
    ['that ends in the middle of its header', { 'espruino_esp32.bin': program('2v29').subarray(0, 9) }, /the program is no program/],
    ['that is not Espruino', { 'espruino_esp32.bin': program('') }, /no Espruino in it/],
    ['that is cut short', { 'espruino_esp32.bin': program('2v29').subarray(0, -60) }, /the program is damaged, download it anew/],
    ['without its last byte', { 'espruino_esp32.bin': program('2v29').subarray(0, -1) }, /the program is damaged/],
    ['with a bit that fell over', { 'espruino_esp32.bin': flipped(program('2v29'), 80) }, /the program is damaged/],
    ['whose header is another', { 'espruino_esp32.bin': flipped(program('2v29'), 4) }, /the program is damaged/],
    ['with a damaged bootloader', { 'bootloader.bin': flipped(all['bootloader.bin'], 40) }, /the loader is damaged/],
    ['of a version with other partitions: the version is what is told', { 'espruino_esp32.bin': program('2v06'), 'partitions_espruino.bin': table({ storage: [0x360000, 0xa0000] }) }, /the engine is Espruino 2v06/],
    ['with Storage elsewhere', { 'partitions_espruino.bin': table({ storage: [0x360000, 0xa0000] }) }, /Storage is not at 0x320000/],
    ['with the journal taken', { 'partitions_espruino.bin': table({ other: [0x310000, 0x8000] }) }, /the partition other lies where the journal is/],
  ]; // prettier-ignore
  for (const [what, change, why] of wrong)
    it(`is refused ${what}`, () => {
      const changed = Object.entries({ ...all, ...change }).filter(([, d]) => d) as [string, Buffer][];
      assert.throws(() => readEngine(file('x.tgz', gzipSync(tar(Object.fromEntries(changed))))), why);
    });

  it('is refused when it is none', () => {
    assert.throws(() => readEngine(path.join(dir, 'nothing.zip')), /--engine: there is no/);
    assert.throws(() => readEngine(file('y.zip', Buffer.from('hello'))), /no zip archive/);
    assert.throws(() => readEngine(file('y.tgz', tgz.subarray(0, 300))), /y\.tgz: unexpected end of file/);
    // What the archive says of a file, and what can be unpacked.
    const good = zip(all);
    for (const at of [good.lastIndexOf('PK\x01\x02') + 16, good.lastIndexOf('PK\x03\x04') + 52])
      assert.throws(
        () => readEngine(file('z.zip', flipped(good, at))),
        (e: Error) => e.name === 'Error' && 'status' in e && /z\.zip: /.test(e.message),
      );
  });
});

describe('settings for the first start', () => {
  const keys = Buffer.from(reference().get('keys')!);
  const table_ = rows(keys);
  const good = {
    wifis: [{ ssid: 'Garage', key: 'geheim-123' }],
    ocppu: 'ws://csms.example:9000/x',
    ocppe: true,
    fna: 'Stellplatz 7 "Süd"',
    amp: 10,
    ocr: '1.RST',
  };

  it('are taken', () => assert.doesNotThrow(() => check(good, table_)));

  it('become the text of the file preset', () => {
    const f = file('good.json', Buffer.from(JSON.stringify(good)));
    assert.deepEqual(JSON.parse(preset(settings(f, keys)).toString()), {
      wifis: '[{"ssid":"Garage","key":"geheim-123"}]',
      ocppu: '"ws://csms.example:9000/x"',
      ocppe: 'true',
      fna: '"Stellplatz 7 \\"Süd\\""',
      amp: '10',
      ocr: '"1.RST"',
    });
  });

  const bad: [config: unknown, why: string][] = [
    [[], 'must be an object, {"key": value}'],
    [{ ampp: 10 }, 'ampp unknown key'],
    [{ car: 1 }, 'car cannot be set'],
    [{ clf: 1 }, 'clf is an action, no setting'],
    [{ amp: '10' }, 'amp must be an integer'],
    [{ amp: 5 }, 'amp must be 6 to 32'],
    [{ ocppe: 'yes' }, 'ocppe must be true or false'],
    [{ ocppu: 'http://x' }, 'ocppu must begin with ws://'],
    [{ ocppu: 'wss://x' }, 'ocppu wss is not supported: the engine cannot verify certificates'],
    [{ ocppu: 'ws://a:b@x' }, 'ocppu must have no user and password: those are the serial number and ocppak'],
    [{ ocppd: 'x'.repeat(21) }, 'ocppd must have at most 20 bytes'],
    [{ fna: null }, 'fna must not be null'],
    [{ oms: 'Voltage,Wind' }, 'oms unknown word Wind'],
    [{ wifis: { ssid: 'x' } }, 'wifis must be a list of up to three {"ssid", "key"}'],
    [{ wifis: [{ ssid: 'x', key: 'short' }] }, 'wifis a key of Wi-Fi has 8 to 63 characters'],
    [{ wak: 'short' }, 'wak must have 8 to 63 characters of ASCII'],
    [{ clp: [1, 2] }, 'clp value must be up to 5 integers of 6 to 32'],
    [{ amp: 5, mca: 99 }, 'amp must be 6 to 32; mca must be 6 to 32'],
  ];
  for (const [config, why] of bad)
    it(`are refused: ${why}`, () => assert.throws(() => check(config, table_), { message: why }));

  it('are refused when they are no JSON', () => {
    assert.throws(() => settings(file('bad.json', Buffer.from('{')), keys), /--config .*bad\.json: /);
    assert.throws(() => settings(path.join(dir, 'none.json'), keys), /--config: there is no/);
  });
});
