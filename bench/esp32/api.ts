// What the engine adds to JavaScript: pins, timers, E, process, buses and the built-in modules.

import crypto from 'node:crypto';
import type { Host, PinMode } from '../types';
import type { Any } from './realm';
import type { Script } from './script';
import { chars, latin } from './text';

export const VERSION = '2v29';
const GPIO = [
  0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 32, 33, 34, 35, 36, 39,
];
const MODES = ['input', 'input_pullup', 'input_pulldown', 'output', 'opendrain'];
/** Time between two readings of a native loop over `analogRead`, ms. */
const SAMPLE = 0.06;
/** ms to erase a page, during which everything else stands still. */
export const ERASE = 45;
/** What a script may call its own in flash, by the chip's address. */
const FLASH = 0x310000;
/** Rough and fixed: nobody counts here. */
const TOTAL = 4500;
const USED = 3000;

/** Bytes of whatever the engine takes for data; always a copy. */
export function data(v: Any): Uint8Array {
  if (typeof v === 'string') return new Uint8Array(latin(v));
  if (v === undefined || v === null) return new Uint8Array();
  if (typeof v === 'number') return Uint8Array.of(v);
  if (ArrayBuffer.isView(v)) return new Uint8Array(v.buffer, v.byteOffset, v.byteLength).slice();
  if (Array.isArray(v)) return list(v);
  if (Object.prototype.toString.call(v) === '[object ArrayBuffer]') return new Uint8Array(v).slice();
  if (typeof v === 'object' && 'data' in v) {
    const once = data(v.data);
    return joined(Array.from({ length: v.count ?? 1 }, () => once));
  }
  return Uint8Array.of(Number(v));
}

function list(all: Any[]): Uint8Array {
  if (all.length === 1) return data(all[0]);
  const bytes = new Uint8Array(all.length);
  let i = 0;
  for (; i < all.length && typeof all[i] === 'number'; i++) bytes[i] = all[i];
  return i === all.length ? bytes : joined(Array.from(all, data));
}

function joined(all: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(all.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of all) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = TABLE[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

const KINDS: Record<
  string,
  typeof Uint8Array | typeof Uint16Array | typeof Uint32Array | typeof Float32Array
> = { Uint8Array, Uint16Array, Uint32Array, Float32Array };

/** Scripts keep the arrays of what they do again and again. */
const known = new WeakMap<object, ArrayLike<number>>();

/** The same numbers in an array of this world: loops over arrays of a new world after each boot are slow ones. */
function ours<T extends ArrayLike<number>>(v: T): T {
  if (typeof v !== 'object' || v === null) return v;
  let mine = known.get(v);
  if (!mine) {
    const Kind = KINDS[(v as unknown as Uint8Array)[Symbol.toStringTag]];
    if (!Kind) return v;
    const { buffer, byteOffset, length } = v as unknown as Uint8Array;
    known.set(v, (mine = new Kind(buffer as ArrayBuffer, byteOffset, length)));
  }
  return mine as T;
}

// Out here and not in each life of the script: the compiler's work on them is kept.
function sum(numbers: ArrayLike<number>): number {
  const v = ours(numbers);
  if (v instanceof Uint8Array) return sum8(v);
  let all = 0;
  for (let i = 0; i < v.length; i++) all += v[i];
  return all;
}

function sum8(v: Uint8Array): number {
  let all = 0;
  for (let i = 0; i < v.length; i++) all += v[i];
  return all;
}

function variance(numbers: ArrayLike<number>, mean: number): number {
  const v = ours(numbers);
  let all = 0;
  for (let i = 0; i < v.length; i++) all += (v[i] - mean) ** 2;
  return all;
}

/** Everything checks first whether the script still lives. */
export function install(s: Script, host: Host): void {
  const { realm, loop, check } = s;
  const G = realm.global;
  type Fn = (...args: Any[]) => unknown;
  const native =
    (fn: Fn): Fn =>
    (...args) => (check(), fn(...args));
  const globals = (all: Record<string, Fn>): void => {
    for (const [name, fn] of Object.entries(all)) realm.hide(name, native(fn));
  };
  const group = (all: Record<string, Fn>): Any => {
    const o = realm.object();
    for (const [name, fn] of Object.entries(all)) realm.hide(name, native(fn), o);
    return o;
  };

  realm.hide('global', G);
  pins(s, host, globals);
  timers(s, globals);
  globals({
    print: (...args) => s.print(...args),
    getTime: () => s.seconds(),
    setTime: (t: number) => s.setTime(t),
    getSerial: () => s.serial,
    echo: (on: unknown) => (s.console.echo = !!on),
    load: () => s.restart(false),
    reset: () => s.restart(true),
    peek32: (at: number) => s.peek(at),
    peek16: (at: number) => s.peek(at) & 0xffff,
    peek8: (at: number) => s.peek(at) & 0xff,
    poke32: () => {},
    require: (name: unknown) => s.require(name),
    // At the top level, as if it stood in a boot file.
    eval: (text: unknown) => s.realm.run(String(text), 'eval'),
    btoa: (v: Any) => Buffer.from(data(v)).toString('base64'),
    atob: (t: unknown) => Buffer.from(String(t), 'base64').toString('latin1'),
  });
  realm.hide('console', group({ log: (...args) => s.print(...args) }));
  realm.hide('E', engine(s, host, group));
  realm.hide('process', about(s, group));
  realm.hide('Modules', group({
    removeCached: (name: string) => s.modules.delete(name),
    removeAllCached: () => s.modules.clear(),
    addCached: (name: string, v: unknown) => s.modules.set(name, typeof v === 'string' ? realm.module(v, name) : v),
    getCached: () => realm.array([...s.modules.keys()]),
  })); // prettier-ignore
  realm.hide('ESP32', group({
    reboot: () => s.reboot('ESP32.reboot()'),
    setAtten: () => {},
    getState: () => realm.object({ freeHeap: 38000, minHeap: 35000 }),
  })); // prettier-ignore
  for (const bus of [1, 2] as const) realm.hide(`SPI${bus}`, spi(s, host, bus, group));
  for (const port of [2, 3] as const) realm.hide(`Serial${port}`, uart(s, host, port, group));
  realm.hide('OneWire', oneWire(s, host, group));
  library(s, host, group);
  void loop;
}

function pins(
  s: Script,
  host: Host,
  globals: (all: Record<string, (...args: Any[]) => unknown>) => void,
): void {
  const { realm, check } = s;
  const { module } = host;
  const gpio = (pin: Any): number => {
    const n = Number(pin);
    if (!(n >= 0 && n < 40)) throw realm.error('Invalid pin!');
    return n;
  };
  const mode = (pin: Any, m: Any): void => {
    if (m === undefined || m === 'auto') (module as { auto?(n: number): void }).auto?.(gpio(pin));
    else if (MODES.includes(m)) module.mode(gpio(pin), m as PinMode);
    else throw realm.error('Unknown pin mode');
  };
  for (const n of GPIO) {
    const pin = realm.object();
    realm.hide('pin', n, pin);
    realm.hide('valueOf', () => n, pin);
    realm.hide('toString', () => `D${n}`, pin);
    realm.hide('write', (v: Any) => (check(), module.write(n, v ? 1 : 0)), pin);
    realm.hide('set', () => (check(), module.write(n, 1)), pin);
    realm.hide('reset', () => (check(), module.write(n, 0)), pin);
    realm.hide('read', () => (check(), !!module.read(n)), pin);
    realm.hide('mode', (m: Any) => (check(), mode(pin, m)), pin);
    realm.hide('getMode', () => module.drive(n).mode, pin);
    realm.hide(`D${n}`, pin);
  }
  globals({
    pinMode: mode,
    digitalWrite: (pin: Any, v: Any) => module.write(gpio(pin), v ? 1 : 0),
    digitalRead: (pin: Any) => {
      if (!Array.isArray(pin)) return module.read(gpio(pin));
      let bits = 0;
      for (let i = 0; i < pin.length; i++) bits = bits * 2 + module.read(gpio(pin[i]));
      return bits;
    },
    analogWrite: (pin: Any, v: number, o?: Any) => module.pwm(gpio(pin), v, Number(o?.freq ?? 0)),
    setWatch: (fn: unknown, pin: Any, o: Any = {}) => s.watches.add(fn, gpio(pin), o),
    clearWatch: (...id: Any[]) => s.watches.remove(...id),
  });
  realm.hide('analogRead', (pin: Any) => (check(), module.analogRead(gpio(pin))));
  realm.hide('HIGH', 1);
  realm.hide('LOW', 0);
}

function timers(s: Script, globals: (all: Record<string, (...args: Any[]) => unknown>) => void): void {
  const { realm, loop } = s;
  const add =
    (repeat: boolean) =>
    (fn: Any, ms: Any, ...args: Any[]): number => {
      if (typeof fn !== 'function' && typeof fn !== 'string')
        throw realm.error('Function or String not supplied!');
      return loop.add(Number(ms), repeat, () => s.call(fn, undefined, args) || s.lost(repeat));
    };
  const clear =
    (name: string) =>
    (...ids: Any[]): void => {
      if (!ids.length) return loop.remove();
      if (ids[0] === undefined)
        throw realm.error(`clear${name}(undefined) not allowed. Use clear${name}() instead`);
      loop.remove(Number(ids[0]));
    };
  globals({
    setTimeout: add(false),
    setInterval: add(true),
    clearTimeout: clear('Timeout'),
    clearInterval: clear('Interval'),
    changeInterval: (id: Any, ms: Any) => loop.every(Number(id), Number(ms)),
  });
}

type Group = (all: Record<string, (...args: Any[]) => unknown>) => Any;

function engine(s: Script, host: Host, group: Group): Any {
  const { realm, check } = s;
  const E = group({
    enableWatchdog: (sec: number, auto?: boolean) => s.watchdog.enable(sec, auto !== false),
    reboot: () => s.reboot('E.reboot()'),
    srand: (n: number) => s.random.seed(n),
    hwRand: () => s.random.int(),
    getErrorFlags: () => realm.array(s.flags.splice(0)),
    CRC32: (v: Any) => crc32(data(v)),
    sum,
    variance,
    toString: (...v) => chars(data(v)),
    toUint8Array: (...v) => realm.bytes(data(v)),
    toArrayBuffer: (v: Any) => realm.buffer(data(v)),
    toFlatString: (v: Any) => String(v),
    setConsole: (port: unknown) => (s.console.on = port !== null),
    setFlags: () => {},
    getFlags: () => realm.object(),
    setTimeZone: () => {},
    setBootCode: () => {},
  });
  realm.hide('kickWatchdog', () => (check(), s.watchdog.kick()), E);
  const { analogRead } = realm.global;
  const mapInPlace = (from: ArrayLike<number>, to: Any, fn: Any): void => {
    check();
    const n = Math.min(from.length, to.length);
    if (fn === analogRead) burst(host, ours(from), ours(to), n);
    else
      for (let i = 0; i < n; i++)
        to[i] = typeof fn === 'function' ? fn(from[i], i) : fn ? fn[from[i]] : from[i];
  };
  realm.hide('mapInPlace', mapInPlace, E);
  return E;
}

function burst({ module }: Host, from: ArrayLike<number>, to: Any, n: number): void {
  for (let i = 0; i < n; i++) to[i] = module.analogRead(from[i], i * SAMPLE);
}

function about(s: Script, group: Group): Any {
  const { realm } = s;
  const process = group({
    memory: () => realm.object({ free: TOTAL - USED, usage: USED, total: TOTAL, history: 0, blocksize: 14 }),
  });
  process.version = VERSION;
  process.env = realm.object({
    VERSION,
    BOARD: 'ESP32',
    SERIAL: s.serial,
    FLASH: 0,
    STORAGE: 917504,
    CONSOLE: 'Serial1',
  });
  return process;
}

function spi(s: Script, host: Host, bus: 1 | 2, group: Group): Any {
  const { realm } = s;
  return group({
    setup: (o: Any = {}) => host.module.spiSetup(bus, { baud: o.baud ?? 100000, mode: o.mode ?? 0 }),
    send: (v: Any, cs: Any) => {
      const back = host.module.spiSend(bus, data(v), cs === undefined ? -1 : Number(cs));
      return typeof v === 'number' ? back[0] : realm.bytes(back);
    },
    write: (...v: Any[]) => void host.module.spiSend(bus, data(v), -1),
  });
}

/** Letters that are kept while nobody takes them. */
const KEPT = 512;

/** What nobody listens to is kept for `read`. */
function uart(s: Script, host: Host, port: 2 | 3, group: Group): Any {
  const { loop, emitter } = s;
  let kept = '';
  const come = (bytes: Uint8Array): void =>
    loop.input(() => {
      if (self['#ondata']) emitter.fire(self, 'data', chars(bytes));
      else kept = (kept + chars(bytes)).slice(0, KEPT);
    });
  const self = group({
    setup: (baud: Any, o: Any = {}) => {
      const pins = { tx: Number(o.tx ?? (port === 2 ? 4 : 17)), rx: Number(o.rx ?? (port === 2 ? 5 : 16)) };
      const parity = { e: 'even', o: 'odd' }[String(o.parity ?? 'n')[0].toLowerCase()] ?? 'none';
      kept = '';
      host.module.serialSetup(port, { ...pins, baud: baud ?? 9600, parity: parity as 'none' }, come);
    },
    write: (...v: Any[]) => host.module.serialWrite(port, data(v)),
    available: () => kept.length,
    read: (n?: number) => {
      const out = n === undefined ? kept : kept.slice(0, n);
      kept = kept.slice(out.length);
      return out;
    },
  });
  return self;
}

function oneWire(s: Script, host: Host, group: Group): Any {
  const { realm, check } = s;
  return function (pin: Any): Any {
    check();
    const gpio = Number(pin);
    return group({
      reset: () => host.module.oneWireReset(gpio),
      write: (v: Any) => data(v).forEach((b) => host.module.oneWireWrite(gpio, b)),
      read: (n?: number) =>
        n === undefined
          ? host.module.oneWireRead(gpio)
          : realm.bytes(Array.from({ length: n }, () => host.module.oneWireRead(gpio))),
    });
  };
}

function library(s: Script, host: Host, group: Group): void {
  const { realm, modules, storage } = s;
  const hash = (name: string) => (v: Any) => realm.buffer(crypto.createHash(name).update(data(v)).digest());
  const guarded = <T>(fn: () => T): T => {
    try {
      return fn();
    } catch (e) {
      throw typeof e === 'string' ? realm.error(e) : e;
    }
  };
  const content = (v: Any): Uint8Array => {
    const text = typeof v === 'object' && !ArrayBuffer.isView(v) && !Array.isArray(v);
    return data(text ? realm.global.JSON.stringify(v) : v);
  };
  const read = (...a: [string, number?, number?]): string | undefined => {
    const bytes = storage.read(...a);
    return bytes && chars(bytes);
  };
  s.builtin = {
    Storage: () => group({
      read: (name, offset, length) => read(String(name), offset, length),
      readJSON: (name) => s.readJSON(read(String(name))),
      readArrayBuffer: (name) => realm.buffer(storage.read(String(name)) ?? []),
      write: (name, v, offset, size) =>
        guarded(() => storage.write(String(name).slice(0, 28), content(v), offset ?? 0, size ?? 0)),
      writeJSON: (name, v) => guarded(() => storage.write(String(name), latin(realm.global.JSON.stringify(v)))),
      erase: (name) => storage.erase(String(name)),
      eraseAll: () => storage.eraseAll(),
      list: (re?: RegExp) => realm.array(storage.list().filter((n) => !re || re.test(n))),
      getFree: () => storage.getFree(),
      getStats: () => realm.object({ freeBytes: storage.getFree(), trashBytes: storage.trash() }),
      compact: () => void storage.compact(),
    }), // prettier-ignore
    Flash: () => group({
      read: (n, at) => (n > 0 ? realm.bytes(host.flash.read(at - FLASH, n)) : undefined),
      write: (v, at) => host.flash.write(at - FLASH, data(v)),
      erasePage: (at) => {
        host.flash.erase(Math.floor((at - FLASH) / 4096));
        s.stall(ERASE);
      },
      getPage: (at) => realm.object({ addr: at & ~4095, length: 4096 }),
    }), // prettier-ignore
    crypto: () => group({ SHA1: hash('sha1'), SHA256: hash('sha256'), SHA512: hash('sha512') }),
    neopixel: () => group({
      write: (pin, v) => host.module.pixelWrite(Number(pin), data(v)),
    }), // prettier-ignore
    Wifi: () => s.wifi.face,
    net: () => s.sockets.library(),
    dgram: () => s.dgram.library(),
    http: () => s.http.library(),
  };
  void modules;
}
