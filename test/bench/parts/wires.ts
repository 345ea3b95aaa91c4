// The controller's side of the pins for tests of parts: drives outputs by hand, asks inputs, talks SPI.

import { WorldClock } from '../../../bench/clock';
import type { Drive, OneWireDevice, SerialDevice, SpiDevice, Wires } from '../../../bench/types';
import reference from '../../../bench/wiring/reference';

const IDLE: Drive = { mode: 'input', level: 0, duty: NaN, hz: 0 };

export class FakeWires implements Wires {
  private drives = new Map<number, Drive>();
  private heard = new Map<number, ((d: Drive) => void)[]>();
  digitals = new Map<number, () => 0 | 1>();
  analogs = new Map<number, (t: number) => number>();
  spis = new Map<number, SpiDevice>();
  serials = new Map<number, SerialDevice>();
  oneWires = new Map<number, OneWireDevice>();
  pixel: (grb: Uint8Array) => void = () => {};
  /** Pins whose level was said to have changed. */
  edges: number[] = [];

  drive(gpio: number): Drive {
    return this.drives.get(gpio) ?? IDLE;
  }
  onDrive(gpio: number, fn: (d: Drive) => void): void {
    this.heard.set(gpio, [...(this.heard.get(gpio) ?? []), fn]);
  }
  digital(gpio: number, level: () => 0 | 1): void {
    this.digitals.set(gpio, level);
  }
  analog(gpio: number, volts: (t: number) => number): void {
    this.analogs.set(gpio, volts);
  }
  changed(gpio: number): void {
    this.edges.push(gpio);
  }
  spi(_bus: 1 | 2, cs: number, device: SpiDevice): void {
    this.spis.set(cs, device);
  }
  serial(tx: number, _rx: number, device: SerialDevice): void {
    this.serials.set(tx, device);
  }
  oneWire(gpio: number, device: OneWireDevice): void {
    this.oneWires.set(gpio, device);
  }
  pixels(_gpio: number, fn: (grb: Uint8Array) => void): void {
    this.pixel = fn;
  }

  set(gpio: number, d: Partial<Drive>): void {
    const drive: Drive = { ...IDLE, ...d };
    this.drives.set(gpio, drive);
    for (const fn of this.heard.get(gpio) ?? []) fn(drive);
  }
  out(gpio: number, level: 0 | 1): void {
    this.set(gpio, { mode: 'output', level });
  }
  pwm(gpio: number, duty: number, hz = 1000): void {
    this.set(gpio, { mode: 'output', level: 0, duty, hz });
  }
  send(cs: number, ...bytes: number[]): number[] {
    const device = this.spis.get(cs)!;
    device.select();
    const out = bytes.map((b) => device.transfer(b));
    device.deselect();
    return out;
  }
}

interface Shown {
  pilot: { duty: number; hz: number; high: number; low: number; mode: string };
  car: { state: string; drawing: number[]; energy: number; amps: number; cable: number };
  contactor: {
    commanded: boolean;
    closed: boolean;
    welded: boolean;
    phases: number;
    operations: number;
    openedUnderLoad: number;
    lastOpenDelay: number | null;
  };
  lock: { locked: boolean; jammed: boolean };
  mains: { present: boolean; volts: number[]; hz: number };
  meter: { energy: number };
  faults: string[];
  light: { r: number; g: number; b: number };
}

/** The reference board on a virtual clock. */
export function board(seed = 1) {
  const clock = new WorldClock();
  const wires = new FakeWires();
  const rig = reference(wires, clock, seed);
  const run = (ms: number): void => clock.run(clock.now() + ms);
  /** CP volts as the ADC sees them: means of the three highest and lowest of a burst. */
  const cp = (): { hi: number; lo: number } => {
    const t = clock.now();
    const v = Array.from(
      { length: 400 },
      (_, i) => (wires.analogs.get(34)!(t + i * 0.0137) - 1.338) / 0.1021,
    );
    v.sort((a, b) => a - b);
    const mean = (part: number[]): number => part.reduce((a, b) => a + b) / part.length;
    return { hi: mean(v.slice(-3)), lo: mean(v.slice(0, 3)) };
  };
  const see = (): Shown => rig.snapshot() as unknown as Shown;
  const post = (...a: Parameters<typeof rig.post>): void => {
    const why = rig.post(...a);
    if (why) throw new Error(why);
  };
  return { clock, wires, rig, run, cp, see, post };
}
export type Board = ReturnType<typeof board>;

/** PWM on, car in C, main and second coil on: charging since some seconds. */
export function charging(duty = 0.2667, car: Record<string, unknown> = {}, seed = 1): Board {
  const b = board(seed);
  b.wires.out(25, 1);
  b.wires.pwm(27, duty);
  b.post('car', { state: 'C', ...car });
  b.run(1500);
  b.wires.out(26, 1);
  b.run(6000);
  return b;
}
