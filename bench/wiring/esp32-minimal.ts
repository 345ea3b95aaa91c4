// esp32-minimal: which part hangs on which GPIO.

import { wiring } from '../parts/wiring';

export default wiring({
  pilot: { pwm: 33, adc: 35, divider: { series: 270e3, up: 68e3, down: 56e3, rail: 3.3, farads: 220e-12 } },
  phases: 1,
  coil: 32,
  button: 0,
});
