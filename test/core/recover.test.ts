// The factory reset of the journal, cut off at every byte; and a journal with any bit flipped.

import assert from 'node:assert';
import * as journal from '../../firmware/core/journal';
import { engine } from '../fake/charger';
import { Flash, PAGE } from '../fake/flash';
import { itLong } from '../fake/depth';

const PAGES = 13;
/** Pages behind the ring: the register's. */
const REST = 3;
const KEPT = { rbc: '41', con: '1200 3', flt: '4' };
const OWNER = {
  'k.wifis': '[{"ssid":"home","key":"secret"}]',
  'k.amp': '13',
  ses: '[7,1,1]',
  p0: 'profile',
  q3: 'queued',
};

/** A journal that has gone round: some of what is kept and what is not lies in its oldest and in its newest pages. */
function used(): Flash {
  const f = new Flash(PAGES + REST);
  f.bytes.fill(0x5a, PAGES * PAGE);
  journal.mount(f, REST);
  journal.put('flt', '0');
  for (const [key, text] of Object.entries({ ...OWNER, ...KEPT })) journal.put(key, text);
  for (let i = 0; i < 1500; i++) journal.put('k.old', 'secret ' + i);
  // Cleared long ago: an old record of it must not come back when the newer one is erased first.
  journal.put('gone', 'secret');
  for (let i = 0; i < 300; i++) journal.put('k.old', 'secret ' + i);
  journal.del('gone');
  return f;
}

/** What a boot finds; true = all is as before, false = all is gone that has to go. */
function found(f: Flash, at: string): boolean {
  journal.mount(f, REST);
  for (const [key, text] of Object.entries(KEPT)) assert.equal(journal.get(key), text, `${at}: ${key}`);
  assert.equal(journal.get('gone'), undefined, at);
  assert.ok(
    f.bytes.subarray(PAGES * PAGE).every((b) => b === 0x5a),
    `${at}: the register`,
  );
  const left = Object.keys(OWNER).filter((key) => journal.get(key) !== undefined);
  assert.ok(left.length === 0 || left.length === Object.keys(OWNER).length, `${at}: only ${left.join()}`);
  if (left.length) return true;
  assert.equal(journal.get('wipe'), undefined, at);
  assert.ok(!Buffer.from(f.bytes).includes('secret'), `${at}: still in flash`);
  // And life goes on.
  for (let i = 0; i < 100; i++) assert.ok(journal.put('n', 'on ' + i), at);
  journal.mount(f, REST);
  assert.equal(journal.get('n'), 'on 99', at);
  return false;
}

/** The reset, with the supply failing after so many bytes of it, and again so many bytes into the boot that follows. */
function wipe(image: Uint8Array, cut: number, again = Infinity): Flash {
  const f = new Flash(PAGES + REST);
  f.bytes.set(image);
  journal.mount(f, REST);
  for (const left of [cut, again]) {
    f.cut = left;
    try {
      if (left === cut) journal.put('wipe', '1');
      journal.mount(f, REST);
    } catch (e) {
      assert.equal((e as Error).message, 'power');
    }
  }
  f.cut = Infinity;
  return f;
}

describe('factory reset of the journal', function () {
  this.timeout(120000);
  before(engine);

  it('leaves the counters and what is latched, and nothing else that can be read', () => {
    const f = wipe(used().bytes, Infinity);
    assert.equal(found(f, 'whole'), false);
  });

  it('cut off at any byte it has not begun or ends at the next boot', () => {
    const image = used().bytes;
    let kept = 0;
    let n = 0;
    for (let cut = 0; cut < 1400; cut += cut < 60 ? 1 : 7) {
      n++;
      if (found(wipe(image, cut), `cut ${cut}`)) kept++;
    }
    // The mark is one record: up to its last byte nothing has happened.
    assert.ok(kept > 10 && kept < 40, `${kept} of ${n}`);
  });

  itLong('cut off twice, too', () => {
    const image = used().bytes;
    for (let cut = 40; cut < 1300; cut += 97)
      for (let again = 0; again < 1300; again += 101) found(wipe(image, cut, again), `cuts ${cut}, ${again}`);
  });
});

describe('a bit of the journal flipped', function () {
  this.timeout(120000);
  before(engine);

  it('costs what stood there, in its record or in its page, and nothing else; it is told', () => {
    const f = new Flash(4);
    journal.mount(f, 0);
    const was: { [key: string]: string[] } = {};
    for (let i = 0; i < 400; i++) {
      const key = 'k' + (i % 7);
      journal.put(key, `value ${i}`);
      (was[key] ??= []).push(`value ${i}`);
    }
    const image = f.bytes.slice();
    const used = f.size - [...image].reverse().findIndex((b) => b !== 255);
    let told = 0;
    let n = 0;
    for (let at = 0; at < used; at += at % PAGE < 40 ? 1 : 11)
      for (const bit of at % PAGE < 8 ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]) {
        const g = new Flash(4);
        g.bytes.set(image);
        g.bytes[at] ^= 1 << bit;
        let lines = 0;
        Object.assign(globalThis, { print: () => lines++ });
        journal.mount(g, 0);
        n++;
        told += Math.min(lines, 1);
        for (const [key, texts] of Object.entries(was)) {
          const got = journal.get(key);
          assert.ok(got === undefined || texts.includes(got), `byte ${at}, bit ${bit}: ${key} = ${got}`);
        }
        for (let i = 0; i < 40; i++) assert.ok(journal.put('k1', 'on ' + i), `byte ${at}, bit ${bit}`);
        journal.mount(g, 0);
        assert.equal(journal.get('k1'), 'on 39', `byte ${at}, bit ${bit}`);
      }
    assert.ok(n > 300 && told > n / 3, `${told} of ${n}`);
  });
});
