// smartevse-v3: which part hangs on which GPIO.

import { Mcp9700 } from '../parts/mcp9700';
import { Sdm } from '../parts/meter/sdm';
import { fit, wiring } from '../parts/wiring';

export default wiring({
  pilot: {
    pwm: 19,
    adc: 39,
    // 40.2 k, 10 k and 15 k behind a buffer that does not load CP: twenty times as much without one.
    divider: { series: 804e3, up: 200e3, down: 300e3, rail: 3.3, farads: 50e-12 },
    // DG467 in the way: 1 = open.
    off: 15,
  },
  phases: 3,
  coil: 32,
  poles: 27,
  rcm: { trip: 13 },
  proximity: 34,
  lock: { a: 18, b: 17, feedback: 35, locked: 1 },
  socket: fit(
    (_clock, seed) => new Mcp9700(seed),
    (wires, part) => wires.analog(36, () => part.volts()),
  ),
  leds: { r: 2, g: 4, b: 12 },
  button: 0,
  meter: fit(
    (clock, line) => new Sdm(clock, line, 3),
    (wires, part) => {
      wires.serial(21, 23, part, { baud: 9600, parity: 'none' });
      part.enable(() => wires.drive(22));
    },
  ),
});
