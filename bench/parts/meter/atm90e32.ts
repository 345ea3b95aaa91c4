// Microchip ATM90E32AS, poly-phase energy metering chip on SPI, by its registers. Voltages and currents reach it
// through dividers and transformers for which the gains below are right; it sits in front of the contactor, so it sees
// the mains all the time.
//
// Energy registers count 0.1 CF, or 0.01 CF with bit 9 of MMode0 (001LSB); one CF is 1/MC kWh with
// MC = 450 000 000 000 / PL_Constant imp/kWh. They are cleared by reading and wrap at 16 bits.

import type { Clock, SpiDevice } from '../../types';
import { POWER_ON, REG } from './registers';

/** What the chip's inputs are connected to. */
export interface Line {
  /** V and A of phase k. */
  volt(k: number): number;
  amp(k: number): number;
  hz: number;
  cos: number;
  /** °C of the chip. */
  celsius: number;
}

/** Gains at which the chip reads true with its dividers and transformers, PGA at 1. */
const UGAIN = 7305;
const IGAIN = 27961;
/** W of a unit of power registers and thresholds. */
const WATT = 0.00032;
/** After a soft reset the chip is deaf this long, ms. */
const RESET = 5;
const ACCESS = 0x55aa;
const GAINS = [0x61, 0x65, 0x69];

const clamp = (x: number): number => Math.max(0, Math.min(0xffff, Math.round(x)));

export class Atm90e32 implements SpiDevice {
  /** Fault: MISO stays high and nothing is taken in. */
  silent = false;
  private regs = new Map(POWER_ON);
  private last = 0;
  private on = true;
  private deaf = 0;
  private frame: number[] = [];
  private out = 0xffff;
  /** Wh in the registers of sum and phases; what is less than a unit stays when one is read. */
  private count = [0, 0, 0, 0];
  private total = 0;
  private since: number;
  private watts = [0, 0, 0, 0];

  constructor(
    private clock: Clock,
    private line: Line,
  ) {
    this.since = clock.now();
  }

  /** Wh that the chip has counted since the bench started, whatever became of its registers. */
  get energy(): number {
    this.settle();
    return this.total;
  }

  /** Without supply the registers are lost. */
  supply(on: boolean): void {
    this.settle();
    this.on = on;
    this.reset();
    this.last = 0;
    this.deaf = this.clock.now() + RESET;
  }

  /** Voltage or current changed just now: what was counts until now, what is counts from now. */
  settle(): void {
    const now = this.clock.now();
    const hours = (now - this.since) / 3600000;
    this.since = now;
    this.watts.forEach((w, i) => {
      this.count[i] += w * hours;
      if (i > 0) this.total += w * hours;
    });
    this.watts = this.counted();
  }

  select(): void {
    this.frame = [];
  }

  deselect(): void {
    this.frame = [];
  }

  /** 16 bits of address with the read bit on top, then 16 bits of data. */
  transfer(byte: number): number {
    if (this.silent || !this.on || this.clock.now() < this.deaf) return 0xff;
    const n = this.frame.push(byte);
    if (n < 2) return 0xff;
    const read = this.frame[0] & 0x80;
    const address = ((this.frame[0] & 0x03) << 8) | this.frame[1];
    if (n === 2) {
      if (read) this.out = this.read(address);
      return 0xff;
    }
    if (!read && n === 4) this.write(address, (this.frame[2] << 8) | byte);
    if (!read || n > 4) return 0xff;
    return n === 3 ? this.out >> 8 : this.out & 0xff;
  }

  private reg(address: number): number {
    return this.regs.get(address) ?? 0;
  }

  private reset(): void {
    this.regs = new Map(POWER_ON);
    this.count = [0, 0, 0, 0];
    this.watts = this.counted();
  }

  /** Configuration and calibration can be written only with the access key in place. */
  private write(address: number, value: number): void {
    this.last = value;
    if (address === REG.SoftReset && value === 0x789a) {
      this.settle();
      this.reset();
      this.deaf = this.clock.now() + RESET;
      return;
    }
    const locked = address < 0x70 && this.reg(REG.CfgRegAccEn) !== ACCESS;
    if (locked || !(address < 0x70 || address === REG.CfgRegAccEn)) return;
    this.settle();
    this.regs.set(address, value);
    this.watts = this.counted();
  }

  private read(address: number): number {
    if (address === REG.LastSPIData) return this.last;
    this.last = address < 0x80 ? this.reg(address) : this.measured(address) & 0xffff;
    return this.last;
  }

  private measured(address: number): number {
    if (address >= REG.APenergyT && address < REG.APenergyT + 4) return this.take(address - REG.APenergyT);
    if (!this.reg(REG.MeterEn)) return 0;
    const k = (address & 3) - 1;
    if (address === REG.Freq) return clamp(this.line.volt(0) > 10 ? this.line.hz * 100 : 0);
    if (address === REG.Temp) return Math.round(this.line.celsius);
    const page = address & ~3;
    if (page === REG.Pmean) return this.power(k) >> 16;
    if (page === REG.PmeanLSB) return this.power(k);
    if (k < 0) return 0;
    if (page === REG.PFmean) return this.amps(k) ? Math.round(this.line.cos * 1000) : 0;
    if (page === REG.Urms) return clamp(this.volts(k) * 100);
    if (page === REG.Irms) return clamp(this.amps(k) * 1000);
    return 0;
  }

  /** Units since the last reading. */
  private take(i: number): number {
    this.settle();
    const imp = 450000000000 / (((this.reg(REG.PLconstH) << 16) | this.reg(REG.PLconstL)) >>> 0 || 1);
    const unit = (1000 / imp) * (this.reg(REG.MMode0) & 0x0200 ? 0.01 : 0.1);
    const n = Math.floor(this.count[i] / unit);
    this.count[i] -= n * unit;
    return n & 0xffff;
  }

  private volts(k: number): number {
    return (this.line.volt(k) * this.reg(GAINS[k])) / UGAIN;
  }

  /** The amplifier's gain of ×1, ×2 or ×4: two bits a channel in MMode1. */
  private amps(k: number): number {
    const pga = 1 << ((this.reg(REG.MMode1) >> (2 * k)) & 3);
    return (this.line.amp(k) * pga * this.reg(GAINS[k] + 1)) / IGAIN;
  }

  private phase(k: number): number {
    const gain = (this.reg(0x47 + 2 * k) << 16) >> 16;
    return this.volts(k) * this.amps(k) * this.line.cos * (1 + gain / 0x8000);
  }

  /** Power register of a phase, or of the sum with k = -1. */
  private power(k: number): number {
    const w = k < 0 ? [0, 1, 2].reduce((sum, i) => sum + this.phase(i), 0) : this.phase(k);
    return Math.round(w / WATT);
  }

  /** W that go into the energy of sum and phases: nothing below the chip's start thresholds. */
  private counted(): number[] {
    if (!this.on || !this.reg(REG.MeterEn)) return [0, 0, 0, 0];
    const floor = this.reg(REG.PPhaseTh) * WATT;
    const p = [0, 1, 2].map((k) => this.phase(k)).map((w) => (w < floor ? 0 : w));
    if (p[0] + p[1] + p[2] < this.reg(REG.PStartTh) * WATT) return [0, 0, 0, 0];
    // EnPA, EnPB, EnPC: which phases make up the sum.
    const mode = this.reg(REG.MMode0);
    return [p.reduce((sum, w, k) => sum + (mode & (4 >> k) ? w : 0), 0), ...p];
  }
}
