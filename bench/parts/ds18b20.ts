// Maxim DS18B20 on 1-Wire, by its ROM and function commands (datasheet, tables 2 and 3), 12 bits.

import type { Clock, OneWireDevice } from '../types';

const CONVERSION = 750;

export class Ds18b20 implements OneWireDevice {
  celsius = 25;
  /** Fault: it does not answer. */
  silent = false;
  private pad = [0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10];
  private rom = false;
  private out: number[] = [];
  private done = 0;
  private next: number | undefined;

  constructor(private clock: Clock) {}

  reset(): boolean {
    this.rom = false;
    this.out = [];
    return !this.silent;
  }

  write(byte: number): void {
    if (this.silent) return;
    if (!this.rom) {
      this.rom = byte === 0xcc;
      return;
    }
    if (byte === 0x44) {
      this.done = this.clock.now() + CONVERSION;
      this.next = Math.round(this.celsius * 16);
    }
    if (byte === 0xbe) this.out = this.scratchpad();
  }

  read(): number {
    return this.silent ? 0xff : (this.out.shift() ?? 0xff);
  }

  private scratchpad(): number[] {
    if (this.next !== undefined && this.clock.now() >= this.done) {
      this.pad[0] = this.next & 255;
      this.pad[1] = (this.next >> 8) & 255;
      this.next = undefined;
    }
    return [...this.pad, crc8(this.pad)];
  }
}

export function crc8(bytes: number[]): number {
  let crc = 0;
  for (let b of bytes)
    for (let i = 0; i < 8; i++) {
      crc = (crc ^ b) & 1 ? (crc >> 1) ^ 0x8c : crc >> 1;
      b >>= 1;
    }
  return crc;
}
