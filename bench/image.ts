// The flash image between runs, and the build that is put on it.

import fs from 'node:fs';
import path from 'node:path';
import { order } from '../tools/order.mjs';
import { SUMS, sums } from '../tools/sums.mjs';
import type { Files } from './assembly';
import type { Flash } from './types';

const PAGE = 4096;
/** The start-up code, which chooses a bundle, and that bundle; the other files of a build are parts on call and data. */
const CODE = '.bootcde';
const MAIN = 'main';
/** Settings to be written at boot, as `/api/set` does; the firmware erases it. */
const PRESET = 'preset';

export type Build = Map<string, Uint8Array>;

/** Reads `dist/<board>.js` and what stands in `dist/<board>/`; the code comes first. */
export function readBuild(dist: string, board: string): Build {
  const folder = path.join(dist, board);
  const build: Build = new Map([
    [CODE, fs.readFileSync(path.join(folder, CODE))],
    [MAIN, fs.readFileSync(path.join(dist, `${board}.js`))],
  ]);
  for (const name of order(fs.readdirSync(folder))) build.set(name, fs.readFileSync(path.join(folder, name)));
  return build;
}

/** The file's content, or nothing when it is to start erased. */
export function readImage(file: string, fresh: boolean): Uint8Array | undefined {
  if (fresh || !file || !fs.existsSync(file)) return undefined;
  return fs.readFileSync(file);
}

/** Keeps the file equal to the flash, byte by byte as it is written. Returns a function that ends it. */
export function keepImage(flash: Flash, file: string): () => void {
  if (!file) return () => {};
  fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  fs.writeFileSync(file, flash.read(0, flash.size));
  const fd = fs.openSync(file, 'r+');
  const put = (at: number, length: number): number => fs.writeSync(fd, flash.read(at, length), 0, length, at);
  const write = flash.write.bind(flash);
  const erase = flash.erase.bind(flash);
  flash.write = (at, data) => {
    try {
      write(at, data);
    } finally {
      put(at, data.length);
    }
  };
  flash.erase = (page) => {
    erase(page);
    put(page * PAGE, PAGE);
  };
  return () => {
    flash.write = write;
    flash.erase = erase;
    fs.closeSync(fd);
  };
}

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean => !!a && Buffer.compare(a, b) === 0;

/** Puts the build on the chip; what is there already stays where it is, and so does every other file. */
export function install(files: Files, build: Build): void {
  for (const [name, data] of build) if (!same(files.read(name), data)) files.write(name, data);
}

/** What the firmware finds set at its first boot. */
export function preset(set: [string, string][], fresh: boolean): Uint8Array | undefined {
  const all: Record<string, string> = {};
  if (fresh) all.wifis = '[{"ssid":"bench","key":"bench-key"}]';
  for (const [key, value] of set) all[key] = value;
  return Object.keys(all).length ? Buffer.from(JSON.stringify(all)) : undefined;
}

/** The build with its sums and its preset. */
export function furnish(build: Build, set: [string, string][], fresh: boolean): Build {
  const text = preset(set, fresh);
  const whole: Build = build.has(MAIN) ? new Map([...build, [SUMS, sums(build)]]) : build;
  return text ? new Map([...whole, [PRESET, text]]) : whole;
}
