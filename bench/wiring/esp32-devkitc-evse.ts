// esp32-devkitc-evse: which part hangs on which GPIO.

import { Ds18b20 } from '../parts/ds18b20';
import { Sdm } from '../parts/meter/sdm';
import { fit, wiring } from '../parts/wiring';

export default wiring({
  pilot: { pwm: 27, adc: 36, divider: { series: 270e3, up: 68e3, down: 56e3, rail: 3.3, farads: 220e-12 } },
  phases: 3,
  coil: 26,
  socket: fit(
    (clock) => new Ds18b20(clock),
    (wires, part) => wires.oneWire(16, part),
  ),
  leds: { r: 18, g: 19, b: 17 },
  button: 0,
  meter: fit(
    (clock, line) => new Sdm(clock, line, 3),
    (wires, part) => {
      wires.serial(25, 32, part, { baud: 9600, parity: 'none' });
      part.enable(() => wires.drive(33));
    },
  ),
});
