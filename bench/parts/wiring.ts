// From a list of GPIOs to a wired board. What is not in the list is not fitted: nobody drives it and nobody sees it.

import type { Clock, Drive, Rig, Wires, Wiring } from '../types';
import { parts, type Kinds, type Parts, type Warm } from './charger';
import { Ntc } from './ntc';
import type { Divider } from './pilot';
import { rig } from './rig';

export interface Plan {
  /** `off`: output that disconnects CP from the car. */
  pilot: { pwm: number; adc: number; divider: Divider; off?: number };
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
  /** `locked`: level of the feedback; 0 unless said. */
  lock?: { a: number; b: number; feedback: number; locked?: 0 | 1 };
  socket?: Fit<'socket'>;
  board?: Fit<'board'>;
  pixel?: number;
  leds?: { r?: number; g?: number; b?: number };
  button?: number;
  reader?: Fit<'reader'>;
  meter?: Fit<'meter'>;
}

/** Which kind of part it is, and its wires. */
interface Fit<K extends keyof Kinds> {
  part: Kinds[K];
  join(wires: Wires, part: ReturnType<Kinds[K]>): void;
}

/** Makes one: the part's type is known to its wires. */
export const fit = <K extends keyof Kinds, P extends ReturnType<Kinds[K]>>(
  part: (...a: Parameters<Kinds[K]>) => P,
  join: (wires: Wires, part: P) => void,
): Fit<K> => ({ part: part as unknown as Kinds[K], join: join as Fit<K>['join'] });

/** A thermistor at an analog input. */
export const ntc = (gpio: number, name: string) => ({
  part: (_clock: Clock, seed: number): Ntc => new Ntc(seed, name),
  join: (wires: Wires, part: Warm): void => wires.analog(gpio, () => (part as Ntc).volts()),
});

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
    [plan.pilot.off, (d) => p.pilot.disconnect(d)],
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
  ];
  for (const [gpio, volts] of analog) if (gpio !== undefined) wires.analog(gpio, volts);
  inputs(wires, [
    [plan.mirror, () => p.contactor.mirror(), { changed: p.contactor.touched }],
    [plan.lock?.feedback, () => (p.lock.feedback() ^ (plan.lock?.locked ?? 0)) as 0 | 1, p.lock],
    [plan.rcm?.trip, () => p.rcm.level(), p.rcm],
    [plan.button, () => p.button.level(), p.button],
  ]);
  if (plan.pixel !== undefined) wires.pixels(plan.pixel, (grb) => p.light.receive(grb));
  outputs(wires, [
    [plan.leds?.r, (d) => p.light.drive('r', d)],
    [plan.leds?.g, (d) => p.light.drive('g', d)],
    [plan.leds?.b, (d) => p.light.drive('b', d)],
  ]);
  plan.socket?.join(wires, p.socket);
  plan.board?.join(wires, p.board);
  plan.reader?.join(wires, p.reader);
  plan.meter?.join(wires, p.meter);
}

function kinds(plan: Plan): Partial<Kinds> {
  const { meter, reader, socket, board } = plan;
  return {
    ...(meter && { meter: meter.part }),
    ...(reader && { reader: reader.part }),
    ...(socket && { socket: socket.part }),
    ...(board && { board: board.part }),
  };
}

export const wiring =
  (plan: Plan): Wiring =>
  (wires: Wires, clock: Clock, seed: number): Rig => {
    const p = parts(clock, seed, plan.pilot.divider, kinds(plan));
    join(wires, p, plan);
    if (!plan.interlock) p.interlock.bridge();
    return Object.assign(rig(p), {
      pilotPin: plan.pilot.adc,
      bridge: () => p.interlock.bridge(),
      release: (ms: number) => p.contactor.release(ms),
    });
  };
