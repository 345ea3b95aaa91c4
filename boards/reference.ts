// Pilotwire reference design: ESP32-WROOM-32, 32 A, three phases, socket with lock; everything fitted.

import type { Board } from '../hal/types';
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

export default (): Board => {
  const cal = new Adc();
  // Card reader and meter have a bus each: their modes differ.
  SPI2.setup({ sck: D18, miso: D19, mosi: D23, baud: 4000000, mode: 0 });
  SPI1.setup({ sck: D16, miso: D17, mosi: D2, baud: 500000, mode: 3 });
  const mirror = D13;
  const trip = D33;
  const inputs = [mirror, trip];
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
    look: () => digitalRead(inputs),
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
