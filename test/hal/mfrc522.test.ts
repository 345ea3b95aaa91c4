import assert from 'node:assert';
import { Mfrc522 } from '../../hal/mfrc522';
import { install, pin, world } from '../fake/pin';

/** CRC_A, ISO 14443-3 annex B: low byte, high byte. */
function crcA(data: number[]): number[] {
  let crc = 0x6363;
  for (const b of data) {
    crc ^= b;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1;
  }
  return [crc & 255, crc >> 8];
}

/** Card and chip as far as the registers show: one frame in, its answer in the FIFO. */
class Chip {
  reg = new Uint8Array(64);
  fifo: number[] = [];
  sent: number[][] = [];
  uid: number[] | undefined;
  level = 0;
  /** What is done to a frame of the card before it is received. */
  spoil: (frame: number[]) => number[] = (f) => f;
  dead: number | undefined;

  constructor() {
    this.reset();
  }
  reset(): void {
    this.reg.fill(0);
    this.reg[0x37] = 0x92;
    this.reg[0x14] = 0x80;
  }
  spi = {
    setup: () => undefined,
    send: (data: number[] | Uint8Array): Uint8Array => {
      const d = [...data];
      if (this.dead !== undefined) return new Uint8Array(d.length).fill(this.dead);
      const out = new Uint8Array(d.length);
      if (d[0] & 0x80) for (let k = 0; k + 1 < d.length; k++) out[k + 1] = this.get((d[k] >> 1) & 63);
      else for (const v of d.slice(1)) this.set(d[0] >> 1, v);
      return out;
    },
  };
  get(r: number): number {
    if (r === 0x09) return this.fifo.shift() ?? 0;
    if (r === 0x0a) return this.fifo.length;
    return this.reg[r];
  }
  set(r: number, v: number): void {
    if (r === 0x09) this.fifo.push(v);
    else if (r === 0x04) this.reg[4] &= ~v;
    else if (r === 0x0a) this.fifo = v & 0x80 ? [] : this.fifo;
    else if (r === 0x01 && v === 0x0f) this.reset();
    else this.reg[r] = v;
    if (r === 0x0d && v & 0x80 && this.reg[1] === 0x0c && (this.reg[0x14] & 3) === 3) this.exchange(v & 7);
  }
  exchange(bits: number): void {
    const frame = this.reg[0x12] & 0x80 ? [...this.fifo, ...crcA(this.fifo)] : this.fifo;
    this.sent.push([...frame, ...(bits ? [-bits] : [])]);
    const answer = this.uid && this.card(frame);
    let got = answer ? this.spoil(answer) : [];
    this.reg[6] = 0;
    if (answer && this.reg[0x13] & 0x80) {
      if (crcA(got.slice(0, -2)).some((b, k) => b !== got[got.length - 2 + k])) this.reg[6] = 4;
      got = got.slice(0, -2);
    }
    this.fifo = got;
    this.reg[4] |= answer ? 0x30 : 0x01;
  }
  /** Cascade levels of this UID. */
  parts(): number[][] {
    const u = this.uid!;
    if (u.length === 4) return [u];
    if (u.length === 7) return [[0x88, ...u.slice(0, 3)], u.slice(3)];
    return [[0x88, ...u.slice(0, 3)], [0x88, ...u.slice(3, 6)], u.slice(6)];
  }
  card(f: number[]): number[] | undefined {
    if (f[0] === 0x52) {
      this.level = 0;
      return [4, 0];
    }
    const part = this.parts()[this.level];
    if (f[0] !== [0x93, 0x95, 0x97][this.level]) return undefined;
    const bcc = part.reduce((a, b) => a ^ b, 0);
    if (f[1] === 0x20) return [...part, bcc];
    const crc = crcA(f.slice(0, 7));
    if (f.length !== 9 || f[7] !== crc[0] || f[8] !== crc[1]) return undefined;
    const sak = ++this.level < this.parts().length ? 4 : 8;
    return [sak, ...crcA([sak])];
  }
}

describe('MFRC522', () => {
  let undo: () => void;
  let chip: Chip;
  let reader: Mfrc522;
  beforeEach(() => {
    undo = install();
    chip = new Chip();
    reader = new Mfrc522({ spi: chip.spi, cs: pin(5) });
  });
  afterEach(() => undo());

  /** UIDs reported within `ms`, one poll each 80 ms. */
  const run = (ms: number) => {
    const got: string[] = [];
    for (let t = 0; t < ms; t += 80) {
      const uid = reader.poll();
      if (uid) got.push(uid);
      world.ms(80);
    }
    return got;
  };

  it('wakes, resolves, selects with CRC, and halts', () => {
    chip.uid = [0xde, 0xad, 0xbe, 0xef];
    assert.deepEqual(run(960), ['DEADBEEF']);
    assert.deepEqual(chip.sent.slice(0, 4), [
      [0x52, -7],
      [0x93, 0x20],
      [0x93, 0x70, 0xde, 0xad, 0xbe, 0xef, 0x22, 0xb9, 0x9c],
      [0x50, 0x00, 0x57, 0xcd],
    ]);
    assert.equal(reader.ok, 1);
  });

  // 88 is the cascade tag in front of what goes on; at the last of three levels it is a byte like any other.
  for (const uid of ['04A1B2C3D4E5F6', '0102030405060708090A', '0102030405068808090A'])
    it(`reads ${uid.length / 2} bytes over cascade levels: ${uid}`, () => {
      chip.uid = [...Buffer.from(uid, 'hex')];
      assert.deepEqual(run(1500), [uid]);
    });

  it('reports a card once until it has left for a second', () => {
    chip.uid = [1, 2, 3, 4];
    assert.deepEqual(run(5000), ['01020304']);
    chip.uid = undefined;
    run(320);
    chip.uid = [1, 2, 3, 4];
    assert.deepEqual(run(3000), []);
    chip.uid = undefined;
    run(2000);
    chip.uid = [1, 2, 3, 4];
    assert.deepEqual(run(1000), ['01020304']);
    chip.uid = [9, 8, 7, 6];
    assert.deepEqual(run(1500), ['09080706']);
  });

  it('refuses a wrong BCC', () => {
    chip.uid = [1, 2, 3, 4];
    chip.spoil = (f) => (f.length === 5 ? [...f.slice(0, 4), f[4] ^ 1] : f);
    assert.deepEqual(run(3000), []);
    assert.ok(!chip.sent.some((f) => f[1] === 0x70));
  });

  it('refuses a wrong CRC of the SAK', () => {
    chip.uid = [1, 2, 3, 4];
    chip.spoil = (f) => (f.length === 3 ? [f[0], f[1] ^ 1, f[2]] : f);
    assert.deepEqual(run(3000), []);
    assert.ok(chip.sent.some((f) => f[1] === 0x70) && !chip.sent.some((f) => f[0] === 0x50));
  });

  for (const level of [0, 0xff])
    it(`a chip that reads ${level} is absent, and found again`, () => {
      chip.uid = [1, 2, 3, 4];
      run(1000);
      chip.dead = level;
      run(1000);
      assert.equal(reader.ok, 0);
      chip.dead = undefined;
      chip.reset();
      run(6000);
      assert.equal(reader.ok, 1);
      assert.equal(chip.reg[0x14] & 3, 3);
    });

  it('sets up a chip that lost its registers', () => {
    run(1000);
    chip.reset();
    run(2000);
    assert.equal(reader.ok, 1);
    assert.equal(chip.reg[0x11], 0x3d);
  });
});
