// The least that charges: a bare ESP32-WROOM-32 module, the pilot circuit and one relay. One phase, 16 A, fixed cable.

import type { Board, Wire } from '../hal/types';
import { Adc } from '../hal/adc';
import { Button } from '../hal/button';
import { Contactor } from '../hal/contactor';
import { Nor } from '../hal/flash';
import { Pilot } from '../hal/pilot';
import { serial } from '../hal/serial';
import { Wifi } from '../hal/wifi';

export const WIRES: Wire[] = [
  { pin: 33, as: 'pwm', part: 'CP', to: 'stage (TL081): 1 = +12 V, 0 = -12 V, out behind 1 kOhm 1 %' },
  { pin: 35, as: 'adc', part: 'CP', to: '270 k from CP, 68 k to 3.3 V, 56 k to GND, 220 pF' },
  { pin: 32, as: 'coil', part: 'K1', to: 'BC547 with 470 Ohm, 4.7 k from base to emitter', pulldown: 1 },
  {
    pin: 0,
    as: 'in',
    part: 'button',
    to: 'to GND; the boot strap, not to be held while the power comes',
    rest: 1,
  },
];

export default (): Board => ({
  name: 'esp32-minimal',
  amps: 16,
  phases: 1,
  fixed: 1,
  interlock: 0,
  watchdog: 10,
  // 1338 mV at 0 V, 0.1021 V per V.
  pilot: new Pilot({ pwm: D33, adc: D35, cal: new Adc(), zero: 1338, gain: 9.792 }),
  contactor: new Contactor({ coil: D32 }),
  button: new Button({ pin: D0 }),
  nor: new Nor(),
  net: new Wifi(),
  serial: serial(),
});
