// A charger in memory: the record as main builds it, on a board whose pilot, contactor and lock a test moves by hand.

import type { Bit, Board } from '../../hal/types';
import type { Charger, Event, Letter } from '../../firmware/core/charger';
import { judge } from '../../firmware/core/access';
import { grant, stop } from '../../firmware/core/session';
import { safe, scan } from '../../firmware/core/scan';

const TOP: { [letter: string]: number } = { A: 12000, B: 9000, C: 6000, D: 3000, E: 0, '?': 7500 };

export interface Fake {
  c: Charger;
  /** What the car shows. */
  cp: Letter;
  diode: boolean;
  /** Mirror contact follows the coil unless set. */
  aux: Bit | undefined;
  trip: Bit;
  cable: number;
  lock: Bit;
  /** Offered on the wire: 'high', 'low' or the duty in 0.01 %. */
  wire: string | number;
  coil: Bit;
  events: string[];
  lines: string[];
  /** Runs scans every 20 ms until `t`. */
  until(t: number): void;
}

/** Engine built-ins that core code calls. */
export function engine(): void {
  Object.assign(globalThis, {
    getTime: () => 0,
    print: () => undefined,
    E: {
      CRC32: crc32,
      sum: (b: Uint8Array) => b.reduce((a, x) => a + x, 0),
      toString: (b: Uint8Array) => Buffer.from(b).toString('latin1'),
      toUint8Array: (s: string) => new Uint8Array(Buffer.from(s, 'latin1')),
    },
  });
}

function crc32(data: Uint8Array): number {
  let c = ~0;
  for (const b of data) {
    c ^= b;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return ~c >>> 0;
}

export function charger(
  o: { lock?: boolean; rcm?: boolean; proximity?: boolean; settings?: object } = {},
): Fake {
  engine();
  const f: Fake = {
    cp: 'A',
    diode: true,
    aux: undefined,
    trip: 0,
    cable: 32,
    lock: 0,
    wire: 'high',
    coil: 0,
    events: [],
    lines: [],
    until(t) {
      while (f.c.t + 20 <= t) {
        f.c.t += 20;
        judge(f.c);
        scan(f.c);
      }
    },
    c: undefined as unknown as Charger,
  };
  const board: Partial<Board> = {
    name: 'fake',
    amps: 32,
    phases: 3,
    interlock: 0,
    serial: '123456',
    pilot: {
      hi: 0,
      lo: 0,
      high: () => (f.wire = 'high'),
      low: () => (f.wire = 'low'),
      pwm: (d) => (f.wire = d),
      sample() {
        this.hi = f.wire === 'low' ? -12000 : TOP[f.cp];
        this.lo = typeof f.wire === 'number' ? (f.diode || f.cp === 'A' ? -12000 : -TOP[f.cp]) : this.hi;
      },
    },
    contactor: { set: (on) => (f.coil = on), closed: () => (f.aux === undefined ? f.coil : f.aux) },
  };
  if (o.lock) board.lock = { set: (l) => (f.lock = l), locked: () => f.lock };
  if (o.rcm) board.rcm = { tripped: () => f.trip, test: () => undefined };
  if (o.proximity) board.proximity = { read: () => f.cable };
  const k = {
    amp: 16,
    ama: 32,
    mca: 6,
    acs: 0,
    ust: 0,
    txt: 120,
    ocppe: 0,
    ocppd: 'no-card',
    dwo: null,
    cards: [],
  };
  f.c = {
    b: board as Board,
    t: 0,
    w: 0,
    k: Object.assign(k, o.settings),
    x: { cp: '?', amps: 0, err: 0, dio: 0, go: 0, vent: 0, lck: 0, aux: 0, cbl: 0, tmp: [] },
    s: { st: 'A1', at: 0, due: 0, duty: 10000, dat: 0, on: 0, ph: 3 },
    lim: { brd: 320, cbl: 999, usr: 160, ocpp: 999, temp: 999 },
    ses: { on: 0, ok: 0, tag: '', trx: -1, n: 0, due: 0, t0: 0, t1: 0, ep: 0, e0: 0, e1: 0, why: '', by: '' },
    m: { eto: 1000, p: 0, avg: 0, n: 0 },
    o: { run: 0, up: 0, upAt: 0, ok: 0, okAt: 0, err: '', errAt: 0, st: -1, tx: -1, ino: 0 },
    frc: 0,
    alw: 0,
    ask: 0,
    uid: '',
    rbc: 1,
    gap: 0,
    dirty: 1,
    hooks: [(_c: Charger, what: Event, arg: string) => f.events.push(arg ? what + ' ' + arg : what)],
    f: {
      log: (tag: string, text: string) => f.lines.push(tag + ' ' + text),
      save: () => undefined,
      grant,
      stop,
    },
  } as unknown as Charger;
  safe(f.c);
  return f;
}
