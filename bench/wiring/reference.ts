// The reference board: which part hangs on which GPIO.

import { Atm90e32 } from '../parts/meter/atm90e32';
import { wiring } from '../parts/wiring';

export default wiring({
  // From CP to the ADC pin: V = 1.338 V + 0.1021 · CP.
  pilot: { pwm: 27, adc: 34, divider: { series: 270e3, up: 68e3, down: 56e3, rail: 3.3, farads: 220e-12 } },
  phases: 3,
  coil: 26,
  poles: 25,
  mirror: 13,
  interlock: 1,
  rcm: { trip: 33, test: 14 },
  proximity: 35,
  lock: { a: 21, b: 22, feedback: 32 },
  socket: 36,
  board: 39,
  pixel: 4,
  button: 0,
  reader: { bus: 2, cs: 5 },
  meter: {
    part: (clock, line) => new Atm90e32(clock, line),
    join: (wires, part) => wires.spi(1, 15, part as Atm90e32, 3, 1000000),
  },
});
