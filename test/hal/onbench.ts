// Drivers against the bench's parts: the engine's names, on a module with the part on its pins, both on the bench's clock.

import { WorldClock } from '../../bench/clock';
import { Esp32 } from '../../bench/esp32/module';
import { install, pin } from '../fake/pin';

export interface Bench {
  clock: WorldClock;
  module: Esp32;
  serial: EspSerial;
  spi: EspSpi;
  /** Lets time pass and calls `fn` every 50 ms. */
  run(ms: number, fn?: () => void): void;
  undo: () => void;
}

/** What the part's terminals see. */
export const line = {
  volts: [230, 231, 229],
  amps: [16, 15.5, 10],
  volt: (k: number): number => line.volts[k],
  amp: (k: number): number => line.amps[k],
  hz: 50,
  cos: 0.995,
  celsius: 25,
};

export function bench(): Bench {
  const undoNames = install();
  const clock = new WorldClock();
  const module = new Esp32(clock, 1);
  module.reset(true);
  Object.assign(line, { volts: [230, 231, 229], amps: [16, 15.5, 10] });
  let come = '';
  const serial: EspSerial = {
    setup: (baud, o) =>
      module.serialSetup(2, { baud, parity: o.parity ?? 'none', tx: +o.tx, rx: +o.rx }, (b) => {
        come += String.fromCharCode(...b);
      }),
    write: (d) =>
      module.serialWrite(2, typeof d === 'string' ? Buffer.from(d, 'latin1') : Uint8Array.from(d)),
    read: () => {
      const all = come;
      come = '';
      return all;
    },
  };
  const spi: EspSpi = {
    setup: (o) => module.spiSetup(1, o),
    send: (d, cs) => module.spiSend(1, Uint8Array.from(d), +cs),
  };
  const due = new Map<number, number>();
  let ids = 0;
  const was = Object.getOwnPropertyDescriptor(globalThis, 'OneWire');
  Object.assign(globalThis, {
    getTime: () => clock.now() / 1000,
    setTimeout: (fn: () => void, ms: number) => {
      due.set(++ids, clock.at(clock.now() + ms, fn));
      return ids;
    },
    setWatch: (fn: (e: object) => void, p: Pin, o: { edge: string }) => {
      module.watch(+p, (level, t) => {
        if (level !== (o.edge === 'falling' ? 0 : 1)) return;
        fn({ state: !!level, time: t / 1000, lastTime: 0 });
      });
      return 1;
    },
    OneWire: class {
      constructor(private p: Pin) {}
      reset = () => module.oneWireReset(+this.p);
      write = (d: number | number[]) => [d].flat().forEach((b) => module.oneWireWrite(+this.p, b));
      read = (n: number) => Uint8Array.from({ length: n }, () => module.oneWireRead(+this.p));
    },
  });
  return {
    clock,
    module,
    serial,
    spi,
    run(ms, fn = () => {}) {
      for (let t = 0; t < ms; t += 50) {
        fn();
        clock.run(clock.now() + 50);
      }
    },
    undo() {
      if (was) Object.defineProperty(globalThis, 'OneWire', was);
      else delete (globalThis as Record<string, unknown>).OneWire;
      delete (globalThis as Record<string, unknown>).setWatch;
      undoNames();
    },
  };
}

/** A pin of this module. */
export function wire(b: Bench, gpio: number): Pin {
  const p = pin(gpio);
  p.write = (v: number) => b.module.write(gpio, v ? 1 : 0);
  p.read = () => b.module.read(gpio) === 1;
  return p;
}
