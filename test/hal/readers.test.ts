// PN532 and Wiegand against the bench's parts, and the frames that the manual prints.

import assert from 'node:assert';
import { Field } from '../../bench/parts/reader/field';
import { Pn532 as Part } from '../../bench/parts/reader/pn532';
import { Wiegand as WiegandPart, frame } from '../../bench/parts/reader/wiegand';
import { Pn532 } from '../../hal/pn532';
import type { Reader } from '../../hal/types';
import { Wiegand } from '../../hal/wiegand';
import { bench, wire, type Bench } from './onbench';

const hex = (text: string): number[] => [...Buffer.from(text.replace(/ /g, ''), 'hex')];

/** What a reader tells meanwhile. */
function told(b: Bench, reader: Reader, ms: number): string[] {
  const got: string[] = [];
  b.run(ms, () => {
    const uid = reader.poll();
    if (uid) got.push(uid);
  });
  return got;
}

describe('PN532', () => {
  let b: Bench;
  let field: Field;
  let part: Part;
  let reader: Pn532;
  let heard: number[][];
  beforeEach(() => {
    b = bench();
    field = new Field(b.clock);
    part = new Part(b.clock, field);
    heard = [];
    const hear = part.hear.bind(part);
    part.hear = (d) => (heard.push(d), hear(d));
    b.module.serial(26, 25, part, { baud: 115200, parity: 'none' });
    reader = new Pn532({ serial: b.serial, tx: wire(b, 26), rx: wire(b, 25) });
  });
  afterEach(() => b.undo());

  const run = (ms: number): string[] => told(b, reader, ms);

  it('wakes the chip and sends the frames of the manual', () => {
    run(3000);
    const sent = heard.map((d) => Buffer.from(d).toString('hex'));
    assert.ok(sent[0].startsWith('5555'));
    for (const [k, text] of [
      '05FB D4 14 01 14 01 02',
      '06FA D4 32 05 FF 01 10 E5',
      '04FC D4 4A 01 00 E1',
    ].entries())
      assert.equal(sent[k + 1], Buffer.from(hex(`0000FF ${text} 00`)).toString('hex'));
    assert.equal(reader.ok, 1);
  });

  for (const uid of [
    'DEADBEEF',
    '04A1B2C3D4E5F6',
    '0102030405060708090A',
    '88A1B2C3D4E5F6',
    '88020388050688080910',
  ])
    it(`reads ${uid}, once a presentation`, () => {
      run(2000);
      field.put(hex(uid), 4000);
      assert.deepEqual(run(4000), [uid]);
      run(3000);
      field.put(hex(uid), 1000);
      assert.deepEqual(run(2000), [uid]);
    });

  it('another card counts at once', () => {
    run(2000);
    field.put(hex('01020304'), 2000);
    run(1500);
    field.put(hex('09080706'), 2000);
    assert.deepEqual(run(1500), ['09080706']);
  });

  it('silent is told; found and set up again, after a dip of its supply too', () => {
    run(2000);
    part.silent = true;
    run(3000);
    assert.equal(reader.ok, 0);
    part.supply(false);
    part.silent = false;
    part.supply(true);
    run(8000);
    assert.equal(reader.ok, 1);
    field.put(hex('01020304'), 1000);
    assert.deepEqual(run(1500), ['01020304']);
  });

  it('takes no garbled frame for an answer', () => {
    run(2000);
    const good = part.say!;
    part.say = (a) => good(a.length > 12 ? a.map((x, k) => (k === 12 ? x ^ 1 : x)) : a);
    field.put(hex('01020304'), 3000);
    assert.deepEqual(run(900), []);
  });
});

describe('Wiegand', () => {
  let b: Bench;
  let part: WiegandPart;
  let reader: Wiegand;
  beforeEach(() => {
    b = bench();
    part = new WiegandPart(b.clock);
    for (const line of [0, 1] as const) b.module.digital(12 + line, () => part.level(line));
    part.changed.on(() => (b.module.changed(12), b.module.changed(13)));
    reader = new Wiegand({ d0: wire(b, 12), d1: wire(b, 13) });
  });
  afterEach(() => b.undo());
  const run = (ms: number): string[] => told(b, reader, ms);

  it('26 bits as the format prints them: facility 1, card 1', () => {
    assert.equal(frame([1, 0, 1]).join(''), '1' + '00000001' + '0000000000000001' + '0');
  });

  for (const [number, uid] of [
    ['010001', '00010001'],
    ['DEADBEEF', 'DEADBEEF'],
    ['04A1B2C3D4E5F6', '04A1B2C3D4E5F6'],
  ])
    it(`${number} is ${uid}, once while the reader repeats it`, () => {
      part.show(hex(number));
      assert.deepEqual(run(500), [uid]);
      part.show(hex(number));
      assert.deepEqual(run(500), []);
      run(2000);
      part.show(hex(number));
      assert.deepEqual(run(500), [uid]);
    });

  it('a lost bit, a wrong parity and noise are no card', () => {
    const bits = frame(hex('010001'));
    const send = (all: number[]): void => {
      for (const bit of all) {
        part['put'](bit as 0 | 1);
        part['put'](undefined);
      }
    };
    send(bits.slice(1));
    assert.deepEqual(run(500), []);
    send(bits.map((x, k) => (k === 5 ? 1 - x : x)));
    assert.deepEqual(run(500), []);
    send(Array(500).fill(1));
    assert.deepEqual(run(500), []);
    send(bits);
    assert.deepEqual(run(500), ['00010001']);
  });
});
