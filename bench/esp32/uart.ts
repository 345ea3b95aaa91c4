// Serial ports 2 and 3: bytes take their time on the wire, and what comes in is found by a task of the engine that looks
// only so often, so that it arrives in lumps.

import type { Clock, Frame, SerialDevice } from '../types';

/** Between two looks of the receiving task (2v29), ms. */
const LOOK = 100;
/** Letters of one lump, and of the driver's ring: what comes on top of it is lost. */
const LUMP = 64;
const RING = 1024;

interface Setup extends Frame {
  tx: number;
  rx: number;
}

interface Line {
  tx: number;
  rx: number;
  device: SerialDevice;
  frame: Frame;
}

/** ms that a byte takes: start, eight bits, parity, stop. */
export const byteTime = (f: Frame): number => ((f.parity === 'none' ? 10 : 11) * 1000) / f.baud;

export class Uart {
  private setup: Setup | undefined;
  private then: (bytes: Uint8Array) => void = () => {};
  private ring: number[] = [];
  private looks = false;
  /** Until when the transmitter and the other end are busy. */
  private sent = 0;
  private said = 0;
  /** Counts set-ups: what was on the way before one is lost. */
  private life = 0;

  constructor(
    private clock: Clock,
    private lines: Line[],
  ) {}

  open(o: Setup, then: (bytes: Uint8Array) => void): void {
    this.close();
    this.setup = o;
    this.then = then;
    for (const line of this.lines) if (line.rx === o.rx) line.device.say = (bytes) => this.come(line, bytes);
  }

  close(): void {
    for (const line of this.lines) if (line.rx === this.setup?.rx) line.device.say = undefined;
    this.setup = undefined;
    this.ring = [];
    this.life++;
    this.sent = this.said = 0;
  }

  write(bytes: Uint8Array): void {
    const { setup, life, clock } = this;
    if (!setup || !bytes.length) return;
    this.sent = Math.max(this.sent, clock.now()) + bytes.length * byteTime(setup);
    const heard = this.lines.filter((l) => l.tx === setup.tx);
    clock.at(this.sent, () => {
      if (life !== this.life) return;
      for (const l of heard) l.device.hear(same(l.frame, setup) ? [...bytes] : garbled(bytes));
    });
  }

  private come(line: Line, bytes: number[]): void {
    const { setup, life, clock } = this;
    if (!setup) return;
    this.said = Math.max(this.said, clock.now()) + bytes.length * byteTime(line.frame);
    clock.at(this.said, () => {
      if (life !== this.life) return;
      const seen = same(line.frame, setup) ? bytes : [...garbled(Uint8Array.from(bytes))];
      this.ring.push(...seen.slice(0, RING - this.ring.length));
      if (this.looks) return;
      this.looks = true;
      const next = (Math.floor(clock.now() / LOOK) + 1) * LOOK;
      clock.at(next, () => this.look());
    });
  }

  private look(): void {
    this.looks = false;
    while (this.ring.length) this.then(Uint8Array.from(this.ring.splice(0, LUMP)));
  }
}

const same = (a: Frame, b: Frame): boolean => a.baud === b.baud && a.parity === b.parity;
/** What bytes look like at the wrong speed: something, and less of it. */
const garbled = (bytes: Uint8Array): number[] =>
  [...bytes].filter((_, i) => i % 2).map((b) => (b * 7 + 3) & 255);
