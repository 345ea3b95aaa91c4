// The free 64 kB of flash between the engine and its Storage.

import type { Nor as Contract } from './types';

const BASE = 0x310000;

export class Nor implements Contract {
  size = 0x10000;
  page = 4096;
  private _flash = require('Flash');

  read(at: number, length: number): Uint8Array {
    return this._flash.read(length, BASE + at);
  }

  write(data: Uint8Array | string, at: number): void {
    this._flash.write(data, BASE + at);
  }

  erase(at: number): void {
    this._flash.erasePage(BASE + at);
  }
}
