// Carrier of the esp32-evse project with an ESP32-DevKitC: one relay output for a contactor of four poles, fixed cable, meter
// on RS-485, sensor on 1-Wire. 16 A, three phases.

import type { Board, Wire } from '../hal/types';
import { Adc } from '../hal/adc';
import { Button } from '../hal/button';
import { Contactor } from '../hal/contactor';
import { Ds18b20 } from '../hal/ds18b20';
import { Nor } from '../hal/flash';
import { Leds } from '../hal/led';
import { Rtu } from '../hal/modbus';
import { Pilot } from '../hal/pilot';
import { sdm } from '../hal/sdm';
import { serial } from '../hal/serial';
import { Wifi } from '../hal/wifi';

export const WIRES: Wire[] = [
  { pin: 27, as: 'pwm', part: 'CP', to: 'on the carrier: 1 = +12 V, 0 = -12 V' },
  { pin: 36, as: 'adc', part: 'CP', to: 'on the carrier: divider' },
  {
    pin: 26,
    as: 'coil',
    part: 'K1',
    to: 'on the carrier; add 4.7 k to GND, the engine pulls it up at boot',
    pulldown: 1,
  },
  { pin: 25, as: 'out', part: 'SDM630', to: 'on the carrier: RS-485, TX' },
  { pin: 32, as: 'in', part: 'SDM630', to: 'on the carrier: RS-485, RX' },
  { pin: 33, as: 'out', part: 'SDM630', to: 'on the carrier: RS-485, driver enable' },
  { pin: 16, as: 'in', part: 'DS18B20', to: 'data, 4.7 k to 3.3 V', rest: 1 },
  { pin: 18, as: 'out', part: 'LEDs', to: 'on the carrier: error' },
  { pin: 19, as: 'out', part: 'LEDs', to: 'on the carrier: charging' },
  { pin: 17, as: 'out', part: 'LEDs', to: 'on the carrier: Wi-Fi; shows that the charger is at rest' },
  {
    pin: 0,
    as: 'in',
    part: 'button',
    to: 'to GND; the boot strap, not to be held while the power comes',
    rest: 1,
  },
];

export default (): Board => {
  const bus = new Rtu({ serial: Serial2, tx: D25, rx: D32, de: D33, baud: 9600 });
  return {
    name: 'esp32-devkitc-evse',
    amps: 16,
    phases: 3,
    // There is a proximity input (GPIO 39) but no lock: IEC 61851-1 allows no socket without one.
    fixed: 1,
    interlock: 0,
    watchdog: 10,
    // The project's thresholds 2405, 2099, 1792, 1484 mV for 10.5, 7.5, 4.5, 1.5 V: 1331 mV at 0 V, 0.1023 V per V.
    pilot: new Pilot({ pwm: D27, adc: D36, cal: new Adc(), zero: 1331, gain: 9.772 }),
    contactor: new Contactor({ coil: D26 }),
    temperature: [new Ds18b20({ pin: D16 })],
    light: new Leds({ fault: D18, charge: D19, rest: D17 }),
    button: new Button({ pin: D0 }),
    // Between the fuse and the contactor.
    meter: sdm({ bus, address: 1, phases: 3 }),
    nor: new Nor(),
    net: new Wifi(),
    serial: serial(),
  };
};
