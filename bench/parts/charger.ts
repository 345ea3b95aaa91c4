// The parts of a charger and the copper between them; only the wires to the controller are missing, they are the
// board's.

import type { Clock } from '../types';
import { Button } from './button';
import { Car, COS } from './car';
import { Contactor } from './contactor';
import { Interlock } from './interlock';
import { Light } from './light';
import { Lock } from './lock';
import { Mains } from './mains';
import { Atm90e32, type Line } from './meter/atm90e32';
import { Ntc } from './ntc';
import { Pilot } from './pilot';
import type { Divider } from './pilot';
import { Proximity } from './proximity';
import { Rcm } from './rcm';
import { Field } from './reader/field';
import { Mfrc522 } from './reader/mfrc522';

export type Parts = ReturnType<typeof parts>;

/** A metering chip or meter, whatever its bus. */
export interface Meter {
  /** Fault: it says nothing. */
  silent: boolean;
  /** Wh since the bench started. */
  energy: number;
  supply(on: boolean): void;
  /** Voltage or current changed just now. */
  settle(): void;
}

/** Something with a temperature. */
export interface Warm {
  celsius: number;
}

/** A card reader, whatever its bus. */
export interface Reader {
  /** Fault: it says nothing. */
  silent: boolean;
  supply(on: boolean): void;
}

/** Parts of which there are several kinds. What a board does not name is this one, on no wire: nobody ever sees it. */
export interface Kinds {
  meter(clock: Clock, line: Line): Meter;
  reader(clock: Clock, field: Field): Reader;
  socket(clock: Clock, seed: number): Warm;
  board(clock: Clock, seed: number): Warm;
}

const USUAL: Kinds = {
  meter: (clock, line) => new Atm90e32(clock, line),
  reader: (clock, field) => new Mfrc522(clock, field),
  socket: (_clock, seed) => new Ntc(seed, 'socket'),
  board: (_clock, seed) => new Ntc(seed, 'board'),
};

export function parts(clock: Clock, seed: number, divider: Divider, kinds: Partial<Kinds> = {}) {
  const kind = { ...USUAL, ...kinds };
  const mains = new Mains();
  const pilot = new Pilot(clock, seed, divider);
  const rcm = new Rcm(clock, seed);
  const interlock = new Interlock(clock, seed, pilot, rcm);
  const contactor = new Contactor(clock, seed, interlock);
  const car = new Car(clock, seed, pilot, mains, contactor);
  const field = new Field(clock);
  const board = kind.board(clock, seed);
  const meter = kind.meter(clock, {
    volt: (k) => mains.volt(k),
    amp: (k) => car.drawing[k],
    get hz() {
      return mains.hz;
    },
    cos: COS,
    get celsius() {
      return board.celsius;
    },
  });
  contactor.load = () => car.drawing;
  contactor.touched.on(() => car.step());
  car.onS2 = (closed) => (closed ? contactor.relent('s2') : contactor.demand('s2'));
  car.changed.on(() => meter.settle());
  mains.changed.on(() => meter.settle());
  return {
    mains,
    pilot,
    rcm,
    interlock,
    contactor,
    car,
    meter,
    field,
    reader: kind.reader(clock, field),
    lock: new Lock(clock, seed),
    proximity: new Proximity(seed),
    socket: kind.socket(clock, seed),
    board,
    light: new Light(),
    button: new Button(clock),
  };
}
