// An ISO/IEC 14443-3 type A card: wakes up, resolves its UID bit by bit over one to three cascade levels, is selected
// and halts. Frames are arrays of bits, least significant bit of each byte first, parity left out.

import { withCrc } from './crc';

export function bits(bytes: number[]): number[] {
  const out: number[] = [];
  for (const b of bytes) for (let i = 0; i < 8; i++) out.push((b >> i) & 1);
  return out;
}

export function bytes(frame: number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i < frame.length; i++) out[i >> 3] = (out[i >> 3] ?? 0) | (frame[i] << (i & 7));
  return out;
}

const REQA = 0x26;
const WUPA = 0x52;
const SEL = [0x93, 0x95, 0x97];
const CASCADE = 0x88;
/** By number of levels; b7 and b8 of the first byte code the size of the UID. */
const ATQA = [
  [0x04, 0x00],
  [0x44, 0x00],
  [0x84, 0x00],
];
/** SAK of a complete UID, by number of levels, and of an incomplete one (b3). */
const SAK = [0x08, 0x00, 0x20];
const MORE = 0x04;

type State = 'idle' | 'ready' | 'active' | 'halt';

export class Card {
  state: State = 'idle';
  /** Woken from HALT: errors lead back there. */
  private star = false;
  private level = 0;
  private levels: number[][];

  constructor(uid: number[]) {
    const parts = uid.length === 4 ? [uid] : [[CASCADE, ...uid.slice(0, 3)]];
    if (uid.length === 7) parts.push(uid.slice(3));
    if (uid.length === 10) parts.push([CASCADE, ...uid.slice(3, 6)], uid.slice(6));
    this.levels = parts.map((p) => [...p, p.reduce((x, b) => x ^ b, 0)]);
  }

  /** The field went off, or the card came into it. */
  unpower(): void {
    this.state = 'idle';
    this.star = false;
  }

  /** A frame of the reader; the answer, if there is one. */
  receive(frame: number[]): number[] | undefined {
    if (frame.length === 7) return this.wake(bytes(frame)[0]);
    const b = bytes(frame);
    if (this.state === 'ready' && b[0] === SEL[this.level]) return this.resolve(frame, b);
    const halt = this.state === 'active' && frame.length === 32 && b.join() === withCrc([0x50, 0x00]).join();
    if (halt) this.state = 'halt';
    else this.fall();
    return undefined;
  }

  private wake(command: number): number[] | undefined {
    const listens = this.state === 'idle' ? command === REQA || command === WUPA : command === WUPA;
    if (this.state === 'ready' || this.state === 'active' || !listens) {
      this.fall();
      return undefined;
    }
    this.star = this.state === 'halt';
    this.state = 'ready';
    this.level = 0;
    return bits(ATQA[this.levels.length - 1]);
  }

  /** NVB: high digit counts whole bytes with SEL and NVB, low digit the bits beyond. */
  private resolve(frame: number[], b: number[]): number[] | undefined {
    const nvb = b[1] ?? 0;
    if (nvb === 0x70) return this.select(frame, b);
    const known = ((nvb >> 4) - 2) * 8 + (nvb & 0x0f);
    const uid = bits(this.levels[this.level]);
    const given = frame.slice(16);
    const valid = known >= 0 && known < 40 && given.length === known;
    if (valid && given.every((bit, i) => bit === uid[i])) return uid.slice(known);
    this.fall();
    return undefined;
  }

  private select(frame: number[], b: number[]): number[] | undefined {
    const wanted = withCrc([SEL[this.level], 0x70, ...this.levels[this.level]]);
    if (frame.length !== 72 || b.join() !== wanted.join()) {
      this.fall();
      return undefined;
    }
    const last = this.level === this.levels.length - 1;
    if (last) this.state = 'active';
    else this.level++;
    return bits(withCrc([last ? SAK[this.level] : MORE]));
  }

  private fall(): void {
    if (this.state !== 'halt') this.state = this.star ? 'halt' : 'idle';
  }
}
