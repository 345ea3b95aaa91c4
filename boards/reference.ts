// Pilotwire reference design: ESP32-WROOM-32, 32 A, three phases, socket with lock; everything fitted.

import type { Board, Wire } from '../hal/types';
import { Adc } from '../hal/adc';
import { Atm90e32 } from '../hal/atm90e32';
import { Button } from '../hal/button';
import { Contactor } from '../hal/contactor';
import { Nor } from '../hal/flash';
import { Lock } from '../hal/lock';
import { Mfrc522 } from '../hal/mfrc522';
import { Ntc } from '../hal/ntc';
import { Pilot } from '../hal/pilot';
import { Proximity } from '../hal/proximity';
import { Rcm } from '../hal/rcm';
import { serial } from '../hal/serial';
import { Wifi } from '../hal/wifi';
import { Ws2812 } from '../hal/ws2812';

export const WIRES: Wire[] = [
  { pin: 27, as: 'pwm', part: 'CP', to: 'stage: 1 = +12 V, 0 = -12 V, out behind 1 kOhm 1 %' },
  { pin: 34, as: 'adc', part: 'CP', to: '270 k from CP, 68 k to 3.3 V, 56 k to GND, 220 pF' },
  { pin: 26, as: 'coil', part: 'K1', to: 'coil driver, its supply through the interlock', pulldown: 1 },
  { pin: 13, as: 'in', part: 'K1', to: 'mirror contact (normally closed) to GND', rest: 0 },
  {
    pin: 25,
    as: 'coil',
    part: 'K2',
    to: 'coil driver of the poles for L2 and L3, in series behind K1',
    pulldown: 1,
  },
  { pin: 33, as: 'in', part: 'RCM', to: 'trip output, open collector, 10 k to 3.3 V: 1 = tripped', rest: 0 },
  { pin: 14, as: 'drive', part: 'RCM', to: 'test winding', pulldown: 1 },
  { pin: 35, as: 'adc', part: 'PP', to: '1 k to 3.3 V, resistor of the plug to PE' },
  { pin: 21, as: 'drive', part: 'lock', to: 'H bridge, locks', pulldown: 1 },
  { pin: 22, as: 'drive', part: 'lock', to: 'H bridge, opens', pulldown: 1 },
  { pin: 32, as: 'in', part: 'lock', to: 'feedback switch to GND, 10 k to 3.3 V: 0 = locked', rest: 1 },
  { pin: 36, as: 'adc', part: 'socket NTC', to: '10 k B3950 to GND, 10 k to 3.3 V' },
  { pin: 39, as: 'adc', part: 'board NTC', to: '10 k B3950 to GND, 10 k to 3.3 V' },
  { pin: 18, as: 'out', part: 'MFRC522', to: 'SCK' },
  { pin: 19, as: 'in', part: 'MFRC522', to: 'MISO' },
  { pin: 23, as: 'out', part: 'MFRC522', to: 'MOSI' },
  { pin: 5, as: 'out', part: 'MFRC522', to: 'SDA (chip select)' },
  { pin: 16, as: 'out', part: 'ATM90E32', to: 'SCLK, behind a digital isolator' },
  { pin: 17, as: 'in', part: 'ATM90E32', to: 'SDO, behind a digital isolator' },
  { pin: 2, as: 'out', part: 'ATM90E32', to: 'SDI, behind a digital isolator' },
  { pin: 15, as: 'out', part: 'ATM90E32', to: 'CS, behind a digital isolator' },
  { pin: 4, as: 'out', part: 'WS2812', to: 'DIN, 330 Ohm' },
  {
    pin: 0,
    as: 'in',
    part: 'button',
    to: 'to GND; the boot strap, not to be held while the power comes',
    rest: 1,
  },
];

export default (): Board => {
  const cal = new Adc();
  // Card reader and meter have a bus each: their modes differ.
  SPI2.setup({ sck: D18, miso: D19, mosi: D23, baud: 4000000, mode: 0 });
  SPI1.setup({ sck: D16, miso: D17, mosi: D2, baud: 500000, mode: 3 });
  const mirror = D13;
  const trip = D33;
  const inputs = [mirror, trip];
  // The engine finds its own names after all of ours.
  const read = digitalRead;
  return {
    name: 'reference',
    amps: 32,
    phases: 3,
    // A comparator on the peak of CP (1.5…7.5 V, held for 40 ms) and the trip output of the RCM cut the coil supply.
    interlock: 1,
    watchdog: 10,
    // Out: 1 = +12 V, 0 = -12 V behind 1 kOhm 1 %; the pull-up after a reset gives +12 V.
    // In: 270 k from CP, 68 k to 3.3 V, 56 k to GND, 220 pF: 1338 mV at 0 V, 0.1021 V per V.
    pilot: new Pilot({ pwm: D27, adc: D34, cal, zero: 1338, gain: 9.792 }),
    // Coil driver and pole group active high with 4.7 k pulldowns: released while the pins float or are pulled up.
    // Mirror contact: normally closed, to GND.
    contactor: new Contactor({ coil: D26, poles: D25, mirror }),
    look: () => read(inputs),
    // 1 k to 3.3 V, resistor of the plug to PE.
    proximity: new Proximity({ adc: D35, cal }),
    // H bridge with 4.7 k pulldowns; feedback switch to GND with 10 k to 3.3 V: closed = locked.
    lock: new Lock({ a: D21, b: D22, feedback: D32, open: 1 }),
    // Open collector with 10 k to 3.3 V: 0 = healthy; test winding with a 4.7 k pulldown.
    rcm: new Rcm({ trip, test: D14 }),
    // 10 k NTC B3950 to GND, 10 k to 3.3 V: at the socket contacts, on the board.
    temperature: [
      new Ntc({ adc: D36, cal, pull: 10000, r25: 10000, beta: 3950 }),
      new Ntc({ adc: D39, cal, pull: 10000, r25: 10000, beta: 3950 }),
    ],
    light: new Ws2812({ pin: D4 }),
    // Also the boot strap: not to be held while the power comes.
    button: new Button({ pin: D0 }),
    reader: new Mfrc522({ spi: SPI2, cs: D5 }),
    // Behind a digital isolator; gains from calibration of divider and current transformers.
    meter: new Atm90e32({ spi: SPI1, cs: D15, ugain: 7305, igain: 27961, pga: 0, line: 50 }),
    nor: new Nor(),
    net: new Wifi(),
    serial: serial(),
  };
};
