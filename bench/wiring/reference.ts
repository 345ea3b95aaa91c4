// The reference board: which part hangs on which GPIO.

import { Atm90e32 } from '../parts/meter/atm90e32';
import { Mfrc522 } from '../parts/reader/mfrc522';
import { fit, ntc, wiring } from '../parts/wiring';

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
  socket: ntc(36, 'socket'),
  board: ntc(39, 'board'),
  pixel: 4,
  button: 0,
  reader: fit(
    (clock, field) => new Mfrc522(clock, field),
    (wires, part) => wires.spi(2, 5, part, 0, 10000000),
  ),
  meter: fit(
    (clock, line) => new Atm90e32(clock, line),
    (wires, part) => wires.spi(1, 15, part, 3, 1000000),
  ),
});
