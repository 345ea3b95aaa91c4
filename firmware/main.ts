// A list: the board, the record, the modules and their timers. Two chains of timers carry everything: the scan, which
// alone feeds the watchdog, and the work, one short job a turn.

import make from '@board';
import type { Bit } from '../hal/types';
import { free, full, judge, model } from './core/access';
import type { Charger } from './core/charger';
import { load, save } from './core/config';
import { fault, raise, INTERNAL } from './core/fault';
import * as journal from './core/journal';
import { lines, log } from './core/log';
import { keep, meter, resume } from './core/meter';
import { button, light, reader, sense } from './core/panel';
import { part, sweep } from './core/parts';
import { safe, scan } from './core/scan';
import { energy, expire, grant, stop, tell } from './core/session';
import { clock, iso, now, wall } from './core/time';
import { commands } from './console';
import { serve } from './http/server';
import { note, ocppJob } from './ocpp/link';

const PERIOD = 20;
const TURN = 10;

/** Opens the contactor and shows x1; before every restart. */
function release(): void {
  c.b.contactor.set(0);
  c.b.pilot.high();
}

/** Restarts: the script alone (soft) or the chip. */
function reset(hard: Bit): void {
  release();
  if (hard) ESP32.reboot();
  else load_();
}
