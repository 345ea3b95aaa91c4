// NXP PN532 on a serial line (HSU), by its frames (UM0701-02 section 6): hears a command, acknowledges it, does it, answers.
// It sleeps until a preamble wakes it, and lists no cards before SAMConfiguration.

import type { Clock, SerialDevice } from '../../types';
import { bits, bytes } from './card';
import { withCrc } from './crc';
import type { Field } from './field';

const ACK = [0x00, 0x00, 0xff, 0x00, 0xff, 0x00];
const SEL = [0x93, 0x95, 0x97];
/** ms: until the acknowledgement, for a command without cards, for a card, for one try that finds none. */
const PROMPT = 1;
const SIMPLE = 2;
const CARD = 12;
const TRY = 6;

export class Pn532 implements SerialDevice {
  silent = false;
  say?: (bytes: number[]) => void;
  private on = true;
  private awake = false;
  private ready = false;
  /** Further tries for a card; FF = for ever. */
  private tries = 0xff;
  private heard: number[] = [];
  private job = 0;

  constructor(
    private clock: Clock,
    private field: Field,
  ) {}

  supply(on: boolean): void {
    this.on = on;
    this.awake = this.ready = false;
    this.tries = 0xff;
    this.heard = [];
    this.clock.cancel(this.job);
  }

  hear(all: number[]): void {
    if (this.silent || !this.on) return;
    if (!this.awake && all[0] === 0x55) this.awake = true;
    if (this.awake) this.heard.push(...all);
    for (let at; (at = start(this.heard)) >= 0;) {
      const n = this.heard[at];
      if (this.heard.length < at + n + 4) return;
      const body = this.heard.slice(at + 2, at + 2 + n);
      const sum = body.reduce((a, b) => a + b, this.heard[at + 2 + n]);
      const good = ((n + this.heard[at + 1]) & 255) === 0 && (sum & 255) === 0 && body[0] === 0xd4;
      this.heard = this.heard.slice(at + n + 4);
      if (good) this.command(body.slice(1));
    }
  }

  /** A new command ends the one before. */
  private command([code, ...data]: number[]): void {
    this.clock.cancel(this.job);
    const now = this.clock.now();
    this.later(now + PROMPT, ACK);
    if (code === 0x02) this.answer(now + SIMPLE, code, [0x32, 0x01, 0x06, 0x07]);
    else if (code === 0x14) {
      this.ready = data[0] === 1;
      this.answer(now + SIMPLE, code, []);
    } else if (code === 0x32) {
      if (data[0] === 5) this.tries = data[3];
      this.answer(now + SIMPLE, code, []);
    } else if (code === 0x4a && this.ready && data[1] === 0) this.list(now + CARD, 0);
    else this.later(now + SIMPLE, [0x00, 0x00, 0xff, 0x01, 0xff, 0x7f, 0x81, 0x00]);
  }

  private list(t: number, n: number): void {
    this.job = this.clock.at(t, () => {
      this.field.power(true, this.clock.now());
      const card = this.find();
      if (card) this.answer(this.clock.now(), 0x4a, [1, 1, ...card]);
      else if (this.tries !== 0xff && n >= this.tries) this.answer(this.clock.now(), 0x4a, [0]);
      else this.list(this.clock.now() + TRY, n + 1);
    });
  }

  /** ATQA, SAK, length and bytes of the UID of the card in the field. */
  private find(): number[] | undefined {
    const talk = (frame: number[]): number[] | undefined => {
      const a = this.field.exchange(frame, this.clock.now());
      return a && bytes(a);
    };
    const atqa = talk(bits([0x26]).slice(0, 7));
    const uid: number[] = [];
    for (let level = 0; atqa && level < 3; level++) {
      const part = talk(bits([SEL[level], 0x20]));
      const sak = part && talk(bits(withCrc([SEL[level], 0x70, ...part])));
      if (!sak) return undefined;
      // Before a part that is not the last stands the cascade tag; a last part may begin with the same byte.
      const more = sak[0] & 4;
      uid.push(...part.slice(more ? 1 : 0, 4));
      if (!more) return [...atqa.reverse(), sak[0], uid.length, ...uid];
    }
    return undefined;
  }

  private answer(t: number, code: number, data: number[]): void {
    const body = [0xd5, code + 1, ...data];
    const sum = body.reduce((a, b) => a + b, 0);
    this.later(t, [0, 0, 0xff, body.length, 256 - body.length, ...body, -sum & 255, 0]);
  }

  private later(t: number, all: number[]): void {
    this.clock.at(t, () => {
      if (this.on && !this.silent) this.say?.(all);
    });
  }
}

/** Place behind the start code 00 FF with two bytes following, or -1. */
function start(all: number[]): number {
  for (let i = 0; i + 3 < all.length; i++) if (all[i] === 0 && all[i + 1] === 0xff) return i + 2;
  return -1;
}
