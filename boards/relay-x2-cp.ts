// ESP32 Relay X2, a cheap board with two relays, and a daughter board with the pilot circuit: the relays drive the coils of two
// contactors, one phase or three. Fixed cable, 16 A, meter on RS-485, card reader PN532.

import type { Board, Wire } from '../hal/types';
import { Adc } from '../hal/adc';
import { Button } from '../hal/button';
import { Contactor } from '../hal/contactor';
import { Nor } from '../hal/flash';
import { Leds } from '../hal/led';
import { Rtu } from '../hal/modbus';
import { Pilot } from '../hal/pilot';
import { Pn532 } from '../hal/pn532';
import { sdm } from '../hal/sdm';
import { serial } from '../hal/serial';
import { Wifi } from '../hal/wifi';

export const WIRES: Wire[] = [
  {
    pin: 33,
    as: 'pwm',
    part: 'CP',
    to: 'stage: 1 = +12 V, 0 = -12 V, out behind 1 kOhm 1 %; not GPIO 25 as published, it has no PWM here',
  },
  { pin: 34, as: 'adc', part: 'CP', to: '270 k from CP, 68 k to 3.3 V, 56 k to GND, 220 pF' },
  {
    pin: 16,
    as: 'coil',
    part: 'K1',
    to: 'relay 1 of the board switches the coil; its driver rests at 0',
    pulldown: 1,
  },
  { pin: 17, as: 'coil', part: 'K2', to: 'relay 2: poles for L2 and L3, in series behind K1', pulldown: 1 },
  { pin: 13, as: 'in', part: 'K1', to: 'mirror contact (normally closed) to GND', rest: 0 },
  { pin: 4, as: 'out', part: 'SDM630', to: 'RS-485 module with automatic direction: DI' },
  { pin: 5, as: 'in', part: 'SDM630', to: 'RS-485 module with automatic direction: RO', rest: 1 },
  { pin: 26, as: 'out', part: 'PN532', to: 'RX of the module, switches at HSU' },
  { pin: 25, as: 'in', part: 'PN532', to: 'TX of the module', rest: 1 },
  { pin: 23, as: 'out', part: 'LED', to: 'on the board' },
  {
    pin: 0,
    as: 'in',
    part: 'button',
    to: 'on the board, to GND; the boot strap, not to be held while the power comes',
    rest: 1,
  },
];

export default (): Board => {
  const bus = new Rtu({ serial: Serial2, tx: D4, rx: D5, baud: 9600 });
  const mirror = D13;
  return {
    name: 'relay-x2-cp',
    amps: 16,
    phases: 3,
    fixed: 1,
    interlock: 0,
    watchdog: 10,
    // 1338 mV at 0 V, 0.1021 V per V.
    pilot: new Pilot({ pwm: D33, adc: D34, cal: new Adc(), zero: 1338, gain: 9.792 }),
    contactor: new Contactor({ coil: D16, poles: D17, mirror }),
    look: () => digitalRead(mirror),
    light: new Leds({ charge: D23 }),
    button: new Button({ pin: D0 }),
    reader: new Pn532({ serial: Serial3, tx: D26, rx: D25 }),
    meter: sdm({ bus, address: 1, phases: 3 }),
    nor: new Nor(),
    net: new Wifi(),
    serial: serial(),
  };
};
