// NXP MFRC522, ISO/IEC 14443 A reader on SPI, by its registers (datasheet section 9).
//
// The chip has a time of its own that is never behind the world's: a byte on the bus takes 8 µs even where the world
// stands still while a script runs, so a loop that waits for an interrupt flag ends.

import type { Clock, SpiDevice } from '../../types';
import { bits, bytes } from './card';
import { crc16 } from './crc';
import type { Field } from './field';
import { COM, COMMAND, DIV, ERROR, POWER_ON, REG } from './registers';

/** ms: a byte on SPI at 1 MHz, a bit at 106 kBd, the card's answer delay, the chip's reset. */
const BYTE = 0.008;
const BIT = 0.00944;
const DELAY = 0.086;
const RESET = 0.1;
const FIFO = 64;
/** Starting values of the CRC coprocessor, by the low two bits of Mode. */
const PRESET = [0x0000, 0x6363, 0xa671, 0xffff];

interface Event {
  t: number;
  fn: () => void;
}

export class Mfrc522 implements SpiDevice {
  /** Fault: MISO stays high and nothing is taken in. */
  silent = false;
  private on = true;
  private regs = new Uint8Array(POWER_ON);
  private fifo: number[] = [];
  private crc = 0xffff;
  private time = 0;
  private ready = 0;
  private radio: Event[] = [];
  private timer: Event | undefined;
  private first = true;
  private address = 0;
  private reading = false;

  constructor(
    private clock: Clock,
    private field: Field,
  ) {}

  supply(on: boolean): void {
    this.on = on;
    this.reset();
  }

  select(): void {
    this.first = true;
  }

  deselect(): void {
    this.first = true;
  }

  /** Writing: address, then data for that address. Reading: each byte names the register of the next byte out. */
  transfer(byte: number): number {
    if (this.silent || !this.on) return 0xff;
    this.time = Math.max(this.clock.now(), this.time + BYTE);
    this.settle();
    if (this.first) {
      this.first = false;
      this.reading = (byte & 0x80) !== 0;
      this.address = (byte >> 1) & 0x3f;
      return 0;
    }
    if (!this.reading) {
      if (this.time >= this.ready) this.write(this.address, byte);
      return 0;
    }
    const out = this.read(this.address);
    this.address = (byte >> 1) & 0x3f;
    return out;
  }

  private reset(): void {
    this.regs.set(POWER_ON);
    this.fifo = [];
    this.crc = 0xffff;
    this.radio = [];
    this.timer = undefined;
    this.field.power(false, this.time);
  }

  /** Everything that was due on the air and in the timer until now, in order. */
  private settle(): void {
    for (;;) {
      const next = this.radio[0];
      const timer = this.timer;
      if (timer && timer.t <= this.time && (!next || timer.t <= next.t)) {
        this.timer = undefined;
        timer.fn();
      } else if (next && next.t <= this.time) {
        this.radio.shift();
        next.fn();
      } else return;
    }
  }

  private read(address: number): number {
    if (address === REG.FIFOData) return this.pop();
    if (address === REG.FIFOLevel) return this.fifo.length;
    if (address === REG.CRCResultH) return this.crc >> 8;
    if (address === REG.CRCResultL) return this.crc & 0xff;
    if (address === REG.Command && this.time < this.ready) return this.regs[address] | COMMAND.PowerDown;
    return this.regs[address];
  }

  private write(address: number, value: number): void {
    const keep = this.regs;
    if (address === REG.Command) return this.command(value);
    if (address === REG.ComIrq || address === REG.DivIrq) return this.flags(address, value);
    if (address === REG.FIFOData) return this.push(value);
    if (address === REG.FIFOLevel) {
      if (value & 0x80) this.flush();
      return;
    }
    if (address === REG.Error || address === REG.Version || address === REG.Status1) return;
    if (address === REG.CRCResultH || address === REG.CRCResultL) return;
    if (address === REG.Coll) keep[address] = (keep[address] & 0x7f) | (value & 0x80);
    else if (address === REG.Control) this.control(value);
    else keep[address] = address === REG.BitFraming ? value & 0x7f : value;
    if (address === REG.TxControl) this.field.power((value & 3) !== 0, this.time);
    if (address === REG.BitFraming && value & 0x80) this.send();
  }

  /** Set1 or Set2 on top says whether the marked bits are set or cleared. */
  private flags(address: number, value: number): void {
    const marked = value & 0x7f;
    this.regs[address] = value & 0x80 ? this.regs[address] | marked : this.regs[address] & ~marked;
  }

  /** TStopNow and TStartNow; the low bits are read only. */
  private control(value: number): void {
    if (value & 0x80) this.timer = undefined;
    if (value & 0x40) this.startTimer(this.time);
  }

  private command(value: number): void {
    const code = value & 0x0f;
    if (code === COMMAND.NoChange) return;
    this.radio = [];
    this.regs[REG.Command] = (this.regs[REG.Command] & 0xc0) | (value & 0x3f);
    this.regs[REG.Error] &= 0x40;
    if (code === COMMAND.SoftReset) {
      this.reset();
      this.ready = this.time + RESET;
    } else if (code === COMMAND.CalcCRC) {
      this.crc = PRESET[this.regs[REG.Mode] & 3];
      this.digest();
    } else if (code === COMMAND.Transmit) this.send();
    else if (code !== COMMAND.Idle && code !== COMMAND.Transceive && code !== COMMAND.Receive) {
      this.regs[REG.Command] &= 0xf0;
      this.regs[REG.ComIrq] |= COM.Idle;
    }
  }

  private flush(): void {
    this.fifo = [];
    this.regs[REG.Error] &= ~ERROR.BufferOvfl;
    this.alert();
  }

  private push(value: number): void {
    if (this.fifo.length >= FIFO) this.regs[REG.Error] |= ERROR.BufferOvfl;
    else this.fifo.push(value);
    this.alert();
    if ((this.regs[REG.Command] & 0x0f) === COMMAND.CalcCRC) this.digest();
  }

  private pop(): number {
    const value = this.fifo.shift() ?? 0;
    this.alert();
    return value;
  }

  private alert(): void {
    const water = this.regs[REG.WaterLevel] & 0x3f;
    if (this.fifo.length <= water) this.regs[REG.ComIrq] |= COM.LoAlert;
    if (FIFO - this.fifo.length <= water) this.regs[REG.ComIrq] |= COM.HiAlert;
  }

  /** The coprocessor eats the FIFO; the command lasts until the host ends it. */
  private digest(): void {
    this.crc = crc16(this.fifo, this.crc);
    this.fifo = [];
    this.regs[REG.DivIrq] |= DIV.Crc;
  }

  /** StartSend: what is in the FIFO goes out, the last byte with TxLastBits bits. */
  private send(): void {
    const code = this.regs[REG.Command] & 0x0f;
    if (code !== COMMAND.Transceive && code !== COMMAND.Transmit) return;
    const last = this.regs[REG.BitFraming] & 7;
    const data = this.fifo;
    this.fifo = [];
    let frame = bits(data);
    if (last) frame = frame.slice(0, frame.length - 8 + last);
    if (this.regs[REG.TxMode] & 0x80) {
      const crc = crc16(data, PRESET[this.regs[REG.Mode] & 3]);
      frame = [...frame, ...bits([crc & 0xff, crc >> 8])];
    }
    const end = this.time + air(frame);
    this.radio = [{ t: end, fn: () => this.sent(frame, end, code === COMMAND.Transceive) }];
  }

  private sent(frame: number[], end: number, listen: boolean): void {
    this.regs[REG.ComIrq] |= COM.Tx;
    if (!listen) {
      this.regs[REG.Command] &= 0xf0;
      this.regs[REG.ComIrq] |= COM.Idle;
    }
    if (this.regs[REG.TMode] & 0x80) this.startTimer(end);
    // Cards of type A need 100 % ASK and 106 kBd; the receiver must not be switched off.
    const speed = (this.regs[REG.TxMode] | this.regs[REG.RxMode]) & 0x70;
    const heard = this.regs[REG.TxASK] & 0x40 && !speed && !(this.regs[REG.Command] & 0x30);
    const answer = heard ? this.field.exchange(frame, end) : undefined;
    if (!answer || !listen) return;
    const begin = end + DELAY;
    this.radio.push({ t: begin, fn: () => (this.timer = undefined) });
    this.radio.push({ t: begin + air(answer), fn: () => this.received(answer) });
  }

  /** RxAlign says at which bit of the first byte the answer begins. */
  private received(answer: number[]): void {
    const align = (this.regs[REG.BitFraming] >> 4) & 7;
    let frame = answer;
    if (this.regs[REG.RxMode] & 0x80) {
      const all = bytes(answer);
      const good = answer.length % 8 === 0 && crc16(all, PRESET[this.regs[REG.Mode] & 3]) === 0;
      if (!good) this.regs[REG.Error] |= ERROR.CRCErr;
      frame = answer.slice(0, -16);
    }
    const aligned = [...new Array<number>(align).fill(0), ...frame];
    this.regs[REG.Control] = (this.regs[REG.Control] & ~7) | (aligned.length % 8);
    for (const b of bytes(aligned)) this.push(b);
    this.regs[REG.Coll] |= 0x20;
    this.regs[REG.ComIrq] |= COM.Rx;
    if (this.regs[REG.Error]) this.regs[REG.ComIrq] |= COM.Err;
  }

  /** 13.56 MHz / (2 · TPrescaler + 1), TReload + 1 steps. */
  private startTimer(t: number): void {
    const prescaler = ((this.regs[REG.TMode] & 0x0f) << 8) | this.regs[REG.TPrescaler];
    const reload = (this.regs[REG.TReloadH] << 8) | this.regs[REG.TReloadL];
    const ms = ((reload + 1) * (2 * prescaler + 1)) / 13560;
    this.timer = { t: t + ms, fn: () => (this.regs[REG.ComIrq] |= COM.Timer) };
  }
}

/** Time of a frame on the air: start and end marks, a parity bit after each whole byte. */
const air = (frame: number[]): number => (frame.length + Math.floor(frame.length / 8) + 2) * BIT;
