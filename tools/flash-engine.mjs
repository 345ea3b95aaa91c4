// The engine as Espruino's release for the ESP32 has it: bootloader, partition table and program, from an archive, a folder
// or beside a file, and whether they are what this firmware runs on.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { crc32 } from './crc32.mjs';
import { Failure } from './flash-say.mjs';
import { unfit } from './flash-image.mjs';

/** Release that the firmware is written for; docs/flashing.md says why no other. */
export const ENGINE = '2v29';

const PROGRAM = /espruino_?(\d\w*_)?esp32\.bin$/i;
const PARTS = { loader: /bootloader\.bin$/i, table: /partitions_espruino\.bin$/i, program: PROGRAM };

/** Files of a zip archive, by its directory at the end. */
function unzip(zip) {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) throw new Error('no zip archive');
  const out = new Map();
  for (let n = zip.readUInt16LE(end + 10), at = zip.readUInt32LE(end + 16); n > 0; n--) {
    const [packed, , nameLength, extra, comment] = [20, 24, 28, 30, 32].map((o) =>
      o < 28 ? zip.readUInt32LE(at + o) : zip.readUInt16LE(at + o),
    );
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const method = zip.readUInt16LE(at + 10);
    const data = zip.subarray(from, from + packed);
    const sum = zip.readUInt32LE(at + 16);
    out.set(name, () => {
      const file = method === 8 ? inflateRawSync(data) : data;
      if (crc32(file) !== sum) throw new Error(`${name} in it is damaged`);
      return file;
    });
    at += 46 + nameLength + extra + comment;
  }
  return out;
}

/** Files of a tar archive. */
function untar(tar) {
  const out = new Map();
  for (let at = 0; at + 512 <= tar.length && tar[at];) {
    const name = tar.toString('utf8', at, at + 100).split('\0')[0];
    const size = parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0;
    const data = tar.subarray(at + 512, at + 512 + size);
    out.set(name, () => data);
    at += 512 + ((size + 511) & ~511);
  }
  return out;
}

function archive(name, data) {
  if (/\.zip$/i.test(name)) return unzip(data);
  if (/\.(tgz|tar\.gz)$/i.test(name)) return untar(gunzipSync(data));
  return undefined;
}

/** Name -> content; an archive in the archive that is for the ESP32 is opened as well. */
function open(name, data) {
  const all = archive(name, data);
  if (!all) return undefined;
  const inner = [...all.keys()].find((n) => /esp32\.(tgz|tar\.gz|zip)$/i.test(n));
  return inner ? open(inner, all.get(inner)()) : all;
}

function files(at) {
  const folder = statSync(at).isDirectory() ? at : undefined;
  const all = folder ? undefined : open(at, readFileSync(at));
  if (all) return all;
  const dir = folder ?? path.dirname(at);
  const found = new Map(readdirSync(dir).map((n) => [n, () => readFileSync(path.join(dir, n))]));
  // A program with a name of its own.
  if (!folder && !PROGRAM.test(at)) found.set('espruino_esp32.bin', () => readFileSync(at));
  return found;
}

const IMAGE = 0xe9;
/** Kinds of chips by their number in the header of a program. */
const CHIPS = { 0: 'ESP32', 2: 'ESP32-S2', 5: 'ESP32-C3', 9: 'ESP32-S3', 12: 'ESP32-C2', 13: 'ESP32-C6' };

/** Header, and where in it stand the number of segments, the kind of chip, and whether a SHA-256 ends the file. */
const HEADER = 24;
const SEGMENTS = 1;
const CHIP = 12;
const HASHED = 23;
/** First value of the check sum. */
const SEED = 0xef;

/** Whether a program is all there: its segments, their check sum (exclusive or, in the last of 16 bytes), its SHA-256. */
function intact(image) {
  let at = HEADER;
  let sum = SEED;
  for (let n = image[SEGMENTS]; n > 0; n--) {
    if (at + 8 > image.length) return false;
    const end = at + 8 + image.readUInt32LE(at + 4);
    if (end > image.length) return false;
    for (at += 8; at < end; at++) sum ^= image[at];
  }
  const end = (at | 15) + 1;
  if (image[end - 1] !== sum) return false;
  if (!image[HASHED]) return true;
  const hash = createHash('sha256').update(image.subarray(0, end)).digest();
  return hash.equals(image.subarray(end, end + hash.length));
}

/** The version, when it is an engine that this firmware runs on. */
function judge(file, e) {
  for (const part of ['loader', 'program'])
    if (e[part][0] !== IMAGE || e[part].length < HEADER)
      throw new Failure(`${file}: the ${part} is no program for an ESP32`);
  const chip = e.program.readUInt16LE(CHIP);
  if (chip)
    throw new Failure(`${file}: this engine is for the ${CHIPS[chip] ?? `chip ${chip}`}, not the ESP32`);
  const version = / (\d+v\d+(\.\d+)?) \(c\) \d{4} G\.Williams/.exec(e.program.toString('latin1'))?.[1];
  if (!version) throw new Failure(`${file}: no Espruino in it`);
  const why = wrongVersion(version) || unfit(e.table);
  if (why) throw new Failure(`${file}: ${why}`);
  for (const part of ['loader', 'program'])
    if (!intact(e[part])) throw new Failure(`${file}: the ${part} is damaged, download it anew`);
  return version;
}

/** Reason why an engine of this version is not taken; development builds between releases are. */
export function wrongVersion(version) {
  return version === ENGINE || version.startsWith(ENGINE + '.')
    ? ''
    : `the engine is Espruino ${version}, this firmware needs ${ENGINE}`;
}

/**
 * Reads and checks the engine.
 * @returns {{ loader: Buffer, table: Buffer, program: Buffer, version: string }}
 */
export function readEngine(file) {
  if (!existsSync(file)) throw new Failure(`--engine: there is no ${file}`);
  let all;
  try {
    all = files(file);
  } catch (e) {
    throw new Failure(`${file}: ${e.message}`);
  }
  const e = {};
  for (const [part, name] of Object.entries(PARTS)) {
    const found = [...all.keys()].find((n) => name.test(n));
    if (!found)
      throw new Failure(`${file}: no ${part} in it; the ESP32 release has bootloader, partitions, program`);
    try {
      e[part] = all.get(found)();
    } catch (err) {
      throw new Failure(`${file}: ${err.message}`);
    }
  }
  e.version = judge(file, e);
  return e;
}
