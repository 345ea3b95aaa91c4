// What the bench API sees of the parts and does to them; shapes in docs/bench.md.

import type { Rig } from '../types';
import type { CarSettings } from './car';
import type { Parts } from './charger';
import { FAULTS, refuse } from './requests';
import type { Fault } from './requests';
import { Signal } from './signal';

/** °C at the socket with the fault `hot`. */
const HOT = 95;
/** ms that a card or the button is held when the request does not say. */
const CARD = 600;
const PRESS = 200;

/** To `unit`ths; not -0. */
const round = (x: number, unit: number): number => Math.round(x * unit) / unit + 0;
const wh = (x: number): number => round(x, 1000);

export function rig(p: Parts): Rig {
  const changed = new Signal();
  const faults = new Set<Fault>();
  let ambient = 25;

  const warm = (): void => {
    p.socket.celsius = faults.has('hot') ? HOT : ambient;
    p.board.celsius = ambient;
  };
  /** `pe`: this board measures nothing that a missing protective earth would change, so the flag is all there is. */
  const effects: Record<Fault, (on: boolean) => void> = {
    weld: (on) => p.contactor.weld(on),
    stuckOpen: (on) => p.contactor.stick(on),
    rcm: (on) => p.rcm.leak(on),
    rcmTest: (on) => p.rcm.deafen(on),
    pe: () => {},
    lock: (on) => p.lock.jam(on),
    meter: (on) => (p.meter.silent = on),
    reader: (on) => (p.reader.silent = on),
    pilotShort: (on) => p.pilot.short(on),
    hot: warm,
  };
  /** A fault that has to open the contactor within the times of table A.6 comes or goes. */
  const opens = (on: boolean): void => (on ? p.contactor.demand('fault') : p.contactor.relent('fault'));
  const fail = (name: Fault, on: boolean): void => {
    if (on === faults.has(name)) return;
    if (on) faults.add(name);
    else faults.delete(name);
    if (name === 'rcm' || name === 'pilotShort') opens(on);
    effects[name](on);
  };

  const deeds: Record<string, (body: Record<string, unknown>) => void> = {
    car: (body) => {
      if (typeof body.diode === 'boolean' && body.diode !== p.car.settings.diode) opens(!body.diode);
      p.car.set(body as Partial<CarSettings>);
      p.proximity.cable = p.car.settings.state === 'unplugged' ? 0 : p.car.settings.cable;
    },
    card: (body) => p.field.put([...Buffer.from(body.uid as string, 'hex')], (body.ms as number) ?? CARD),
    button: (body) => p.button.press((body.ms as number) ?? PRESS),
    fault: (body) => {
      for (const name of FAULTS) if (Object.hasOwn(body, name)) fail(name, body[name] as boolean);
    },
    mains: (body) => p.mains.set(body),
    temperature: (body) => {
      ambient = body.celsius as number;
      warm();
    },
  };

  for (const part of [p.pilot, p.car, p.contactor, p.lock, p.mains, p.light]) {
    part.changed.on(() => changed.emit());
  }
  return {
    snapshot: () => ({ ...shown(p), faults: FAULTS.filter((name) => faults.has(name)) }),
    post(what, body) {
      const why = refuse(what, body);
      if (why) return why;
      deeds[what](body);
      changed.emit();
      return undefined;
    },
    power(on) {
      const supplied = [p.contactor, p.rcm, p.pilot, p.lock, p.meter, p.reader, p.light];
      for (const part of supplied) part.supply(on);
      changed.emit();
    },
    onChange: (fn) => changed.on(fn),
  };
}

function shown(p: Parts): Record<string, unknown> {
  const { pilot, car, contactor, lock, mains, light } = p;
  return {
    pilot: {
      duty: round(pilot.duty, 100),
      hz: round(pilot.hz, 10),
      high: round(pilot.high, 100),
      low: round(pilot.low, 100),
      mode: pilot.mode,
    },
    car: { ...car.settings, drawing: car.drawing.map((a) => round(a, 100)), energy: wh(car.energy) },
    contactor: {
      commanded: contactor.commanded,
      closed: contactor.main.closed,
      welded: contactor.main.welded,
      phases: contactor.pair.closed ? 3 : 1,
      operations: contactor.operations,
      openedUnderLoad: contactor.openedUnderLoad,
      lastOpenDelay: contactor.lastOpenDelay,
    },
    lock: { locked: lock.locked, jammed: lock.jammed },
    mains: { present: mains.present, volts: [...mains.volts], hz: mains.hz },
    meter: { energy: wh(p.meter.energy) },
    light: { r: light.r, g: light.g, b: light.b },
  };
}
