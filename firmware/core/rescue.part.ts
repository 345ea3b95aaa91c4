// Part on call: ways back. What a boot makes of the reset before it, and the factory reset. A charger that crashes again and again would close and open its
// contactor under load each time: after three crashes in a row it starts in safe mode, where everything works that can
// help, and nothing charges.

import type { Charger } from './charger';

/** Exports of this part. */
export interface Rescue {
  rescue(c: Charger, power: boolean, hosts: number): number;
  leave(c: Charger): string;
  forget(c: Charger, serial: unknown): string;
}

/** Key of the journal: [crashes in a row, what ran when the last one came, sum of the bundle]. */
const KEPT = 'bad';
/** What runs: everything; no charging; besides neither backend nor meter nor card reader, which crashed again; a try. */
const NORMAL = 0;
const STILL = 1;
const BARE = 2;
const TRY = 9;
/** So many crashes end in safe mode; from so many on it does not end by itself. */
const MOST = 3;
const LAST = 6;
/** Without a crash for so long the charger is healthy; safe mode tries to charge again after, ms. */
const HEALTHY = 60000;
const AGAIN = 900000;

function keep(c: Charger, n: number, mode: number, sum: number): void {
  c.f.put(KEPT, JSON.stringify([n, mode, sum]));
}

function safe(c: Charger, n: number, sum: number): void {
  c.f.log('safe', n + ' crashes in a row: no charging');
  if (n < LAST)
    setTimeout(() => {
      c.f.log('safe', 'charging is tried again');
      keep(c, n, TRY, sum);
      ESP32.reboot();
    }, AGAIN);
}

/**
 * Counts the reset that led to this boot: 0 = the charger runs as ever, 1 = safe mode, 2 = only scan, network and page. A bundle
 * on trial is counted by firmware/boot.ts. A power cut or an ordered restart is no crash, and another bundle begins anew. Damaged files mean safe mode, too.
 * `hosts` that blocked have cost a reset each: those are not counted, and what blocked is left alone.
 */
export function rescue(c: Charger, power: boolean, hosts: number): number {
  if (E.torn) {
    c.f.log('safe', 'damaged:' + E.torn + ', no charging');
    return STILL;
  }
  const sum = E.CRC32(c.f.file('main', 0, 0)!);
  const k = JSON.parse(c.f.get(KEPT) ?? '[0,0,0]') as [number, number, number];
  if (power || (E.slot && !E.slot.ok)) {
    c.f.del(KEPT);
    return NORMAL;
  }
  const was = k[2] === sum ? k : [0, NORMAL];
  const n = was[1] === TRY ? was[0] : was[0] + 1;
  const mode = n < MOST + hosts || was[1] === TRY ? NORMAL : was[1] === NORMAL ? STILL : BARE;
  keep(c, n, mode, sum);
  if (mode) safe(c, n, sum);
  else setTimeout(() => c.f.del(KEPT), HEALTHY);
  return mode;
}

/** Somebody wants it to charge again: with a restart, because not everything runs. */
export function leave(c: Charger): string {
  setTimeout(() => c.f.reset(1), 500);
  return '';
}

/** Factory reset: marked here, done at the boot that follows (core/journal.ts). */
export function forget(c: Charger, serial: unknown): string {
  if (serial !== c.b.serial) return 'the value must be the serial number';
  if (!c.f.put('wipe', '1')) return 'flash is busy, try again';
  c.f.log('safe', 'factory reset');
  return leave(c);
}
