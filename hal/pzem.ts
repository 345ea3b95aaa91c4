// Peacefair PZEM-004T version 3, one phase, on Modbus RTU: ten input registers from 0 on, 9600 8N1. User manual, table 2.

import type { Rtu } from './modbus';
import { Polled } from './polled';
import type { Bit } from './types';

const ROUND = [0, 10];

/** 0.1 V, then pairs with the low word first: mA, 0.1 W, Wh; 0.1 Hz, power factor, alarm. */
function take(m: Polled, _start: number, d: DataView): Bit {
  const word = (k: number): number => d.getUint16(2 * k, false);
  const pair = (k: number): number => word(k) + word(k + 1) * 65536;
  const v = word(0) / 10;
  const i = pair(1) / 1000;
  const p = pair(3) / 10;
  const hz = word(7) / 10;
  if (v > 300 || i > 110 || p > 30000 || hz > 70) return 0;
  m.v[0] = v;
  m.i[0] = Math.round(i * 100) / 100;
  m.p[0] = Math.round(p);
  m.hz = hz;
  m.register(pair(5));
  return 1;
}

/** `address` as set; leaves the works as 1. */
export function pzem(o: { bus: Rtu; address: number }): Polled {
  return new Polled({ bus: o.bus, address: o.address, round: ROUND, take });
}
