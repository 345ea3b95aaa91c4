// Eastron SDM630, SDM72 (version 2), SDM230 and SDM120 on Modbus RTU: floats in two registers, high word first. Register
// list: protocol of the SDM630 MID.

import type { Rtu } from './modbus';
import { Polled } from './polled';
import type { Bit } from './types';

/**
 * 0: V of three phases, 6: A, C: W, 46: Hz, 48: import in kWh. One question for all of them would be answered at once, but to
 * check and read that answer takes longer than a scan period. A meter of one phase is asked for its own registers only:
 * what lies between them it need not know.
 */
const TOTAL = 0x46;
const THREE = [0x00, 6, 0x06, 6, 0x0c, 6, TOTAL, 4];
const ONE = [0x00, 2, 0x06, 2, 0x0c, 2, TOTAL, 4];

/** More than a meter of this kind can measure: V, A, W. */
const MOST = [400, 130, 40000];
/** Steps of what is shown, as their inverse. */
const STEPS = [10, 100, 1];

/** One quantity, a float a phase. Not-a-number is not below anything. */
function lines(m: Polled, q: number, d: DataView): Bit {
  const to = q === 0 ? m.v : q === 1 ? m.i : m.p;
  for (let k = 0; 4 * k < d.byteLength; k++) {
    const x = d.getFloat32(4 * k, false);
    const size = Math.abs(x);
    if (!(size < MOST[q])) return 0;
    // Current is a magnitude; power has the sign.
    to[k] = Math.round((q === 1 ? size : x) * STEPS[q]) / STEPS[q];
  }
  return 1;
}

function take(m: Polled, start: number, d: DataView): Bit {
  if (start !== TOTAL) return lines(m, start / 6, d);
  const hz = d.getFloat32(0, false);
  const kwh = d.getFloat32(4, false);
  if (!(hz >= 0 && hz < 100 && kwh >= 0 && kwh < 1e7)) return 0;
  m.hz = Math.round(hz * 100) / 100;
  m.register(kwh * 1000);
  return 1;
}

export function sdm(o: { bus: Rtu; address: number; phases: 1 | 3 }): Polled {
  return new Polled({ bus: o.bus, address: o.address, round: o.phases === 3 ? THREE : ONE, take });
}
