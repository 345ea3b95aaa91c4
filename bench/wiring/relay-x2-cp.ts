// relay-x2-cp: which part hangs on which GPIO.

import { Sdm } from '../parts/meter/sdm';
import { Pn532 } from '../parts/reader/pn532';
import { fit, wiring } from '../parts/wiring';

export default wiring({
  pilot: { pwm: 33, adc: 34, divider: { series: 270e3, up: 68e3, down: 56e3, rail: 3.3, farads: 220e-12 } },
  phases: 3,
  coil: 16,
  poles: 17,
  mirror: 13,
  leds: { g: 23 },
  button: 0,
  reader: fit(
    (clock, field) => new Pn532(clock, field),
    (wires, part) => wires.serial(26, 25, part, { baud: 115200, parity: 'none' }),
  ),
  meter: fit(
    (clock, line) => new Sdm(clock, line, 3),
    (wires, part) => wires.serial(4, 5, part, { baud: 9600, parity: 'none' }),
  ),
});
