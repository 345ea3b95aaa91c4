// SmartEVSE version 3.0 (ESP32-WROOM-32E): socket with motor lock, two contactor outputs, residual-current monitor, meter on
// RS-485. 32 A, three phases. The display, its buttons and the card reader on its switch input are not served.

import type { Board, Wire } from '../hal/types';
import { Adc } from '../hal/adc';
import { Button } from '../hal/button';
import { Contactor } from '../hal/contactor';
import { Nor } from '../hal/flash';
import { RgbLed } from '../hal/led';
import { Lock } from '../hal/lock';
import { Mcp9700 } from '../hal/mcp9700';
import { Rtu } from '../hal/modbus';
import { Pilot } from '../hal/pilot';
import { Proximity } from '../hal/proximity';
import { Rcm } from '../hal/rcm';
import { sdm } from '../hal/sdm';
import { serial } from '../hal/serial';
import { Wifi } from '../hal/wifi';

export const WIRES: Wire[] = [
  { pin: 19, as: 'pwm', part: 'CP', to: 'on the board: 1 = +12 V, 0 = -12 V' },
  { pin: 39, as: 'adc', part: 'CP', to: 'on the board: buffer, 40.2 k, 10 k to 3.3 V, 15 k to GND' },
  {
    pin: 15,
    as: 'out',
    part: 'CP',
    to: 'on the board: switch DG467, 1 = CP disconnected, as it is until we boot',
  },
  {
    pin: 32,
    as: 'coil',
    part: 'C1',
    to: 'on the board: triac, plain AC coils only; all poles or L1 and N',
    pulldown: 1,
  },
  {
    pin: 27,
    as: 'coil',
    part: 'C2',
    to: 'on the board: triac; L2 and L3, or none. Add 4.7 k to GND: pulled up at boot',
    pulldown: 1,
  },
  { pin: 13, as: 'in', part: 'RCM', to: 'on the board: fault of RCM14-03, 1 = tripped', rest: 0 },
  { pin: 34, as: 'adc', part: 'PP', to: 'on the board: 1 k to 3.3 V' },
  {
    pin: 18,
    as: 'drive',
    part: 'lock',
    to: 'on the board: B, locks. Add 4.7 k to GND: pulled up at boot',
    pulldown: 1,
  },
  { pin: 17, as: 'drive', part: 'lock', to: 'on the board: A, opens', pulldown: 1 },
  { pin: 35, as: 'in', part: 'lock', to: 'on the board: feedback of a motor lock, 1 = locked', rest: 0 },
  { pin: 36, as: 'adc', part: 'MCP9700', to: 'on the board' },
  { pin: 21, as: 'out', part: 'SDM630', to: 'on the board: RS-485, TX' },
  { pin: 23, as: 'in', part: 'SDM630', to: 'on the board: RS-485, RX' },
  { pin: 22, as: 'out', part: 'SDM630', to: 'on the board: RS-485, direction' },
  { pin: 2, as: 'out', part: 'RGB LED', to: 'on the board: red' },
  { pin: 4, as: 'out', part: 'RGB LED', to: 'on the board: green' },
  { pin: 12, as: 'out', part: 'RGB LED', to: 'on the board: blue; its driver holds the strap low', rest: 0 },
  { pin: 0, as: 'in', part: 'button', to: 'on the board: left button to GND, also the boot strap', rest: 1 },
];

export default (): Board => {
  const cal = new Adc();
  const bus = new Rtu({ serial: Serial2, tx: D21, rx: D23, de: D22, baud: 9600 });
  D15.write(0); // CP connected
  return {
    name: 'smartevse-v3',
    amps: 32,
    phases: 3,
    interlock: 0,
    watchdog: 10,
    // 1723 mV at 0 V, 0.1299 V per V; +12 V lies beyond the ADC's scale. Boards differ: measure zero and gain of yours.
    pilot: new Pilot({ pwm: D19, adc: D39, cal, zero: 1723, gain: 7.7, clip: 1 }),
    // No mirror contact, so nothing proves that C1 is open: both move together and phases are not switched.
    contactor: new Contactor({ coil: D32, pair: D27 }),
    proximity: new Proximity({ adc: D34, cal }),
    lock: new Lock({ a: D18, b: D17, feedback: D35, open: 0 }),
    // Nothing drives its test winding.
    rcm: new Rcm({ trip: D13 }),
    temperature: [new Mcp9700({ adc: D36, cal })],
    light: new RgbLed({ r: D2, g: D4, b: D12 }),
    button: new Button({ pin: D0 }),
    meter: sdm({ bus, address: 1, phases: 3 }),
    nor: new Nor(),
    net: new Wifi(),
    serial: serial(),
  };
};
