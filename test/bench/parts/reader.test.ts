import assert from 'node:assert';
import { bits, bytes, Card } from '../../../bench/parts/reader/card';
import { crc16, withCrc } from '../../../bench/parts/reader/crc';
import { board } from './wires';
import type { Board } from './wires';

const hex = (s: string): number[] => s.split(' ').map((b) => parseInt(b, 16));
const short = (command: number): number[] => bits([command]).slice(0, 7);
const ask = (card: Card, frame: string): number[] | undefined => {
  const answer = card.receive(bits(hex(frame)));
  return answer && bytes(answer);
};

describe('card', () => {
  it('has the CRC of ISO/IEC 14443-3', () => {
    assert.deepEqual(withCrc([0x50, 0x00]), hex('50 00 57 CD'));
    assert.deepEqual(withCrc(hex('93 70 DE AD BE EF 22')).slice(-2), [0xb9, 0x9c]);
    // Annex B of the standard: 00 00 and 12 34.
    assert.deepEqual(withCrc([0, 0]), hex('00 00 A0 1E'));
    assert.deepEqual(withCrc([0x12, 0x34]), hex('12 34 26 CF'));
    // X.25, same polynomial from FFFF (inverted at the end): check value 906E.
    assert.equal(crc16([...Buffer.from('123456789')], 0xffff) ^ 0xffff, 0x906e);
  });

  it('of 4 bytes: wakes, tells its UID, is selected, halts, and then wakes by WUPA only', () => {
    const card = new Card(hex('DE AD BE EF'));
    assert.deepEqual(bytes(card.receive(short(0x26))!), [0x04, 0x00]);
    assert.deepEqual(ask(card, '93 20'), hex('DE AD BE EF 22'));
    assert.deepEqual(ask(card, '93 70 DE AD BE EF 22 B9 9C'), withCrc([0x08]));
    assert.equal(card.state, 'active');
    assert.equal(ask(card, '50 00 57 CD'), undefined);
    assert.equal(card.state, 'halt');
    assert.equal(card.receive(short(0x26)), undefined);
    assert.deepEqual(bytes(card.receive(short(0x52))!), [0x04, 0x00]);
    assert.equal(ask(card, '93 70 DE AD BE EF 22 00 00'), undefined);
    assert.equal(card.state, 'halt');
  });

  it('of 7 and 10 bytes: cascade tags and levels', () => {
    const rows: [string, number, [string, string, number][]][] = [
      ['04 A1 B2 C3 D4 E5 F6', 0x44, [['93', '88 04 A1 B2', 0x04], ['95', 'C3 D4 E5 F6', 0x00]]],
      ['01 02 03 04 05 06 07 08 09 0A', 0x84, [['93', '88 01 02 03', 0x04], ['95', '88 04 05 06', 0x04], ['97', '07 08 09 0A', 0x20]]],
    ]; // prettier-ignore
    for (const [uid, atqa, levels] of rows) {
      const card = new Card(hex(uid));
      assert.deepEqual(bytes(card.receive(short(0x52))!), [atqa, 0x00]);
      for (const [sel, part, sak] of levels) {
        const answer = ask(card, `${sel} 20`)!;
        assert.deepEqual(answer.slice(0, 4), hex(part));
        assert.equal(
          answer.reduce((x, b) => x ^ b),
          0,
        );
        const select = withCrc([...hex(sel), 0x70, ...answer]);
        assert.deepEqual(bytes(card.receive(bits(select))!), withCrc([sak]));
      }
      assert.equal(card.state, 'active');
    }
  });

  it('answers the rest of its UID when some bits are known, and only then', () => {
    const uid = bits(hex('DE AD BE EF 22'));
    for (const known of [1, 7, 8, 13, 32, 39]) {
      const nvb = ((2 + (known >> 3)) << 4) | (known % 8);
      const card = new Card(hex('DE AD BE EF'));
      card.receive(short(0x26));
      assert.deepEqual(card.receive([...bits([0x93, nvb]), ...uid.slice(0, known)]), uid.slice(known));
      const other = uid.slice(0, known);
      other[known - 1] ^= 1;
      assert.equal(card.receive([...bits([0x93, nvb]), ...other]), undefined);
      assert.equal(card.state, 'idle');
    }
  });

  it('falls back to idle at the wrong level, and answers nothing it should not', () => {
    const card = new Card(hex('DE AD BE EF'));
    assert.equal(ask(card, '93 20'), undefined);
    card.receive(short(0x26));
    assert.equal(ask(card, '95 20'), undefined);
    assert.equal(card.state, 'idle');
  });
});

const CS = 5;
const write = (b: Board, reg: number, ...data: number[]): void => void b.wires.send(CS, reg << 1, ...data);
const read = (b: Board, reg: number): number => b.wires.send(CS, 0x80 | (reg << 1), 0)[1];

function configure(b: Board): void {
  write(b, 0x01, 0x0f);
  b.run(1);
  for (const [r, v] of [[0x2a, 0x80], [0x2b, 0xa9], [0x2c, 0x03], [0x2d, 0xe8], [0x15, 0x40], [0x11, 0x3d]]) write(b, r, v); // prettier-ignore
  write(b, 0x14, read(b, 0x14) | 3);
  b.run(10);
}
/** Sends and waits `ms`; what is in the FIFO then, and the flags. */
function transceive(b: Board, data: number[], last = 0, ms = 5): { flags: number; data: number[] } {
  write(b, 0x01, 0);
  write(b, 0x04, 0x7f);
  write(b, 0x0a, 0x80);
  write(b, 0x09, ...data);
  write(b, 0x0d, last);
  write(b, 0x01, 0x0c);
  write(b, 0x0d, 0x80 | last);
  b.run(ms);
  const flags = read(b, 0x04);
  const out = b.wires.send(CS, ...new Array<number>(read(b, 0x0a)).fill(0x92), 0).slice(1);
  return { flags, data: out };
}

describe('MFRC522', () => {
  it('has its version and reset values, and needs a moment after a soft reset', () => {
    const b = board();
    assert.equal(read(b, 0x37), 0x92);
    write(b, 0x11, 0x3d);
    write(b, 0x01, 0x0f);
    assert.equal(read(b, 0x01) & 0x10, 0x10);
    b.run(1);
    assert.deepEqual([0x01, 0x04, 0x0a, 0x0c, 0x11, 0x14, 0x24].map((r) => read(b, r)), [0x20, 0x14, 0, 0x10, 0x3f, 0x80, 0x26]); // prettier-ignore
    b.post('fault', { reader: true });
    assert.equal(read(b, 0x37), 0xff);
  });

  it('reads several registers in one frame and flags a full FIFO', () => {
    const b = board();
    write(b, 0x09, 1, 2, 3);
    assert.deepEqual(b.wires.send(CS, 0x92, 0x94, 0x92, 0x92, 0).slice(1), [1, 2, 2, 3]);
    write(b, 0x09, ...new Array<number>(65).fill(7));
    assert.equal(read(b, 0x0a), 64);
    assert.equal(read(b, 0x06) & 0x10, 0x10);
    write(b, 0x0a, 0x80);
    assert.deepEqual([read(b, 0x0a), read(b, 0x06)], [0, 0]);
  });

  it('calculates a CRC with the preset of Mode', () => {
    const b = board();
    configure(b);
    write(b, 0x05, 0x04);
    write(b, 0x09, ...hex('93 70 DE AD BE EF 22'));
    write(b, 0x01, 0x03);
    assert.equal(read(b, 0x05) & 4, 4);
    assert.deepEqual([read(b, 0x22), read(b, 0x21)], [0xb9, 0x9c]);
  });

  it('selects a card, which halts and leaves', () => {
    const b = board();
    configure(b);
    b.post('card', { uid: 'DEADBEEF', ms: 600 });
    b.run(10);
    const wake = transceive(b, [0x26], 7);
    assert.deepEqual(wake.data, [0x04, 0x00]);
    assert.equal(wake.flags & 0x71, 0x60);
    assert.deepEqual(transceive(b, [0x93, 0x20]).data, hex('DE AD BE EF 22'));
    assert.deepEqual(transceive(b, hex('93 70 DE AD BE EF 22 B9 9C')).data, withCrc([0x08]));
    assert.equal(transceive(b, hex('50 00 57 CD')).flags & 0x20, 0);
    assert.deepEqual(transceive(b, [0x26], 7).data, []);
    assert.deepEqual(transceive(b, [0x52], 7).data, [0x04, 0x00]);
    b.run(600);
    assert.deepEqual(transceive(b, [0x52], 7).data, []);
  });

  it('reports no card by its timer after 25 ms', () => {
    const b = board();
    configure(b);
    assert.equal(transceive(b, [0x26], 7, 24).flags & 0x61, 0x40);
    assert.equal(transceive(b, [0x26], 7, 26).flags & 0x61, 0x41);
  });

  it('hears nothing without carrier, with weak modulation, or of a card just come', () => {
    const rows: [number, number][] = [[0x14, 0x80], [0x15, 0x00]]; // prettier-ignore
    for (const [reg, value] of rows) {
      const b = board();
      configure(b);
      write(b, reg, value);
      b.post('card', { uid: 'DEADBEEF' });
      b.run(20);
      assert.deepEqual(transceive(b, [0x26], 7).data, []);
    }
    const b = board();
    configure(b);
    b.post('card', { uid: 'DEADBEEF' });
    assert.deepEqual(transceive(b, [0x26], 7).data, []);
  });

  it('puts an answer at RxAlign and counts the bits of its last byte', () => {
    const b = board();
    configure(b);
    b.post('card', { uid: 'DEADBEEF' });
    b.run(10);
    transceive(b, [0x26], 7);
    const known = bits(hex('DE AD BE EF 22')).slice(0, 12);
    const answer = transceive(b, [0x93, 0x34, ...bytes(known)], 4 | (4 << 4));
    const rest = [0, 0, 0, 0, ...bits(hex('DE AD BE EF 22')).slice(12)];
    assert.deepEqual(answer.data, bytes(rest));
    assert.equal(read(b, 0x0c) & 7, 0);
  });

  it('lets a loop that waits end although the world stands still', () => {
    const b = board();
    configure(b);
    b.post('card', { uid: 'DEADBEEF' });
    b.run(10);
    transceive(b, [0x26], 7, 0);
    let turns = 0;
    while (!(read(b, 0x04) & 0x21) && turns < 5000) turns++;
    assert.ok(turns < 200, String(turns));
    assert.equal(read(b, 0x0a), 2);
  });
});
