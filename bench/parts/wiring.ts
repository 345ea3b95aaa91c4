// From a list of GPIOs to a wired board. What is not in the list is not fitted: nobody drives it and nobody sees it.

import type { Clock, Drive, Rig, Wires, Wiring } from '../types';
import { parts, type Meter, type Parts } from './charger';
import type { Divider } from './pilot';
import { rig } from './rig';
import type { Line } from './meter/atm90e32';

export interface Plan {
  pilot: { pwm: number; adc: number; divider: Divider };
  /** Phases that are wired through the contactor. */
  phases: 1 | 3;
  /** Coil of K1; with `poles` that of K2, without them K1 switches all phases. */
  coil: number;
  poles?: number;
  mirror?: number;
  /** 1 = pilot and residual-current monitor are in the supply of the coil. */
  interlock?: 1;
  rcm?: { trip: number; test?: number };
  proximity?: number;
  lock?: { a: number; b: number; feedback: number };
  /** Analog inputs of the thermistors. */
  socket?: number;
  board?: number;
  pixel?: number;
  button?: number;
  reader?: { bus: 1 | 2; cs: number };
  meter?: { part(clock: Clock, line: Line): Meter; join(wires: Wires, part: Meter): void };
}

const ON: Drive = { mode: 'output', level: 1, duty: NaN, hz: 0 };

function outputs(wires: Wires, all: [gpio: number | undefined, fn: (d: Drive) => void][]): void {
  for (const [gpio, fn] of all) {
    if (gpio === undefined) continue;
    wires.onDrive(gpio, fn);
    fn(wires.drive(gpio));
  }
}

type Changing = { changed: { on(fn: () => void): void } };

function inputs(wires: Wires, all: [gpio: number | undefined, level: () => 0 | 1, part: Changing][]): void {
  for (const [gpio, level, part] of all) {
    if (gpio === undefined) continue;
    wires.digital(gpio, level);
    part.changed.on(() => wires.changed(gpio));
  }
}

function join(wires: Wires, p: Parts, plan: Plan): void {
  outputs(wires, [
    [plan.pilot.pwm, (d) => p.pilot.drive(d)],
    [plan.coil, (d) => p.contactor.coil(d)],
    [plan.poles, (d) => p.contactor.pairCoil(d)],
    [plan.lock?.a, (d) => p.lock.driveA(d)],
    [plan.lock?.b, (d) => p.lock.driveB(d)],
    [plan.rcm?.test, (d) => p.rcm.test(d)],
  ]);
  if (plan.poles === undefined && plan.phases === 3) p.contactor.pairCoil(ON);
  const analog: [number | undefined, (t: number) => number][] = [
    [plan.pilot.adc, (t) => p.pilot.adc(t)],
    [plan.proximity, () => p.proximity.volts()],
    [plan.socket, () => p.socket.volts()],
    [plan.board, () => p.board.volts()],
  ];
  for (const [gpio, volts] of analog) if (gpio !== undefined) wires.analog(gpio, volts);
  inputs(wires, [
    [plan.mirror, () => p.contactor.mirror(), { changed: p.contactor.touched }],
    [plan.lock?.feedback, () => p.lock.feedback(), p.lock],
    [plan.rcm?.trip, () => p.rcm.level(), p.rcm],
    [plan.button, () => p.button.level(), p.button],
  ]);
  if (plan.pixel !== undefined) wires.pixels(plan.pixel, (grb) => p.light.receive(grb));
  if (plan.reader) wires.spi(plan.reader.bus, plan.reader.cs, p.reader, 0, 10000000);
  plan.meter?.join(wires, p.meter);
}

export const wiring =
  (plan: Plan): Wiring =>
  (wires: Wires, clock: Clock, seed: number): Rig => {
    const p = parts(clock, seed, plan.pilot.divider, plan.meter?.part);
    join(wires, p, plan);
    if (!plan.interlock) p.interlock.bridge();
    return Object.assign(rig(p), {
      pilotPin: plan.pilot.adc,
      bridge: () => p.interlock.bridge(),
      release: (ms: number) => p.contactor.release(ms),
    });
  };
