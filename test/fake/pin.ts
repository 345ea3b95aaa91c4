// Pins, buses and the engine's clock in memory, for tests of drivers.

import Module from 'node:module';

/** A GPIO that remembers what was written; `level` is what a read finds. */
export class FakePin {
  level = 0;
  modes: string[] = [];
  writes: number[] = [];
  constructor(readonly gpio: number) {}
  write(v: number): void {
    this.level = v ? 1 : 0;
    this.writes.push(this.level);
  }
  read(): boolean {
    return this.level === 1;
  }
  mode(m: string): void {
    this.modes.push(m);
  }
  valueOf(): number {
    return this.gpio;
  }
}

export const pin = (gpio = 0): FakePin & Pin => new FakePin(gpio) as FakePin & Pin;

/** Virtual time and what the drivers call by name. `ms` moves it and fires what is due. */
export const world = {
  t: 0,
  vref: 0,
  adc: (_gpio: number): number => 0,
  pwm: [] as { gpio: number; value: number; freq: number }[],
  pixels: [] as number[][],
  /** What waits for an edge. */
  watches: [] as { fn: () => void; edge: string; debounce?: number }[],
  /** What a driver sent on the serial port, and what has come for it. */
  sent: [] as number[][],
  come: '',
  modules: {} as { [name: string]: unknown },
  due: [] as { id: number; t: number; fn: () => void }[],
  ms(ms: number): void {
    const end = world.t + ms;
    for (;;) {
      const next = world.due.filter((d) => d.t <= end).sort((a, b) => a.t - b.t)[0];
      if (!next) break;
      world.due.splice(world.due.indexOf(next), 1);
      world.t = Math.max(world.t, next.t);
      next.fn();
    }
    world.t = end;
  },
};

// Drivers load the engine's built-in modules by require, which here would look among Node's.
const loader = Module as unknown as { _load: (name: string, ...rest: unknown[]) => unknown };
const load = loader._load;
loader._load = (name, ...rest) => world.modules[name] ?? load(name, ...rest);

let ids = 0;
const engine = {
  peek32: (a: number) => (a === 0x3ff5a010 ? world.vref << 8 : 0),
  analogRead: (p: number) => world.adc(+p),
  analogWrite: (p: FakePin, value: number, o?: { freq: number }) =>
    world.pwm.push({ gpio: p.gpio, value, freq: o?.freq ?? 0 }),
  getTime: () => world.t / 1000,
  E: {
    mapInPlace(src: Uint8Array, out: Float32Array, fn: (v: number) => number) {
      for (let k = 0; k < src.length; k++) out[k] = fn(src[k]);
    },
    sum: (d: Float32Array) => d.reduce((a, x) => a + x, 0),
    toUint8Array: (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0)),
    variance: (d: Float32Array, mean: number) => d.reduce((a, x) => a + (x - mean) ** 2, 0),
  },
  require: (name: string) => world.modules[name],
  setWatch: (fn: () => void, _pin: unknown, o: { edge: string; debounce?: number }) =>
    world.watches.push({ fn, edge: o.edge, debounce: o.debounce }),
};

/** Installs the engine's names and puts the clock and all records back; returns a function that undoes it. */
export function install(): () => void {
  const names = [...Object.keys(engine), 'setTimeout', 'clearTimeout'];
  const was = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  Object.assign(world, {
    t: 0,
    vref: 0,
    adc: () => 0,
    pwm: [],
    pixels: [],
    watches: [],
    due: [],
    sent: [],
    come: '',
  });
  world.modules = { neopixel: { write: (_p: Pin, grb: number[]) => world.pixels.push(grb) } };
  Object.assign(globalThis, engine, {
    setTimeout: (fn: () => void, ms: number) => {
      world.due.push({ id: ++ids, t: world.t + ms, fn });
      return ids;
    },
    clearTimeout: (id: number) => {
      world.due = world.due.filter((d) => d.id !== id);
    },
  });
  return () => {
    for (const [name, d] of was)
      if (d) Object.defineProperty(globalThis, name, d);
      else delete (globalThis as Record<string, unknown>)[name];
  };
}

/** eFuse code of a reference voltage in mV. */
export const efuse = (mv: number): number => {
  const n = Math.round(Math.abs(mv - 1100) / 7);
  return mv < 1100 ? 16 | n : n;
};

// prettier-ignore
const LOW = [
  2240, 2297, 2352, 2405, 2457, 2512, 2564, 2616, 2664, 2709, 2754, 2795, 2832, 2868, 2903, 2937, 2969, 3000, 3030, 3060,
];
// prettier-ignore
const HIGH = [
  2667, 2706, 2745, 2780, 2813, 2844, 2873, 2901, 2928, 2956, 2982, 3006, 3032, 3059, 3084, 3110, 3135, 3160, 3184, 3209,
];

/** mV that raw `raw` stands for on a chip with this reference, in both parts of the published curve. */
function millivolts(raw: number, ref: number): number {
  const straight = (raw * ((ref * 196602) / 4096)) / 65536 + 142;
  if (raw < 2880) return straight;
  const k = Math.min(Math.floor((raw - 2880) / 64), 18);
  const f = (raw - 2880 - 64 * k) / 64;
  const at = (n: number) => LOW[n] + ((HIGH[n] - LOW[n]) * (ref - 1000)) / 200;
  const bent = at(k) * (1 - f) + at(k + 1) * f;
  return raw > 2944 ? bent : straight + ((bent - straight) * (raw - 2880)) / 64;
}

/** The reading of a pin at `volts`: the highest raw value that does not exceed it. */
export function reading(volts: number, ref = 1100): number {
  let lo = 0;
  let hi = 4095;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (millivolts(mid, ref) <= volts * 1000) lo = mid;
    else hi = mid - 1;
  }
  return lo / 4096;
}

/** A serial port of the engine; what was opened last. */
export const port = {
  baud: 0,
  parity: '',
  setup(baud: number, o: { parity?: string }): void {
    port.baud = baud;
    port.parity = o.parity ?? 'none';
  },
  write: (d: number[] | Uint8Array | string): void => void world.sent.push(typeof d === 'string' ? [...Buffer.from(d, 'latin1')] : [...d]), // prettier-ignore
  read(): string {
    const all = world.come;
    world.come = '';
    return all;
  },
};

/** Bytes arrive at the port. */
export const arrive = (...bytes: number[]): void => {
  world.come += String.fromCharCode(...bytes);
};
