import assert from 'node:assert';
import * as journal from '../../firmware/core/journal';
import { lines } from '../../firmware/core/log';
import { engine } from '../fake/charger';
import { ODD } from '../fake/depth';
import { Flash } from '../fake/flash';

describe('journal', () => {
  before(engine);

  it('begins on an empty and on a foreign area', () => {
    for (const fill of [255, 0, 0xa5]) {
      const f = new Flash(4);
      f.bytes.fill(fill);
      journal.mount(f, 0);
      assert.ok(journal.put('k.amp', '10'));
      journal.mount(f, 0);
      assert.equal(journal.get('k.amp'), '10', `area of ${fill}`);
    }
  });

  it('is read in where memory is in small pieces, without flat text', () => {
    const f = new Flash(4);
    journal.mount(f, 0);
    for (const text of ['1', 'four', 'a \xe4 and more']) {
      journal.put('a', text);
      journal.put('b', text);
      journal.del('b');
    }
    const { E } = globalThis as unknown as { E: { toString: unknown } };
    const flat = E.toString;
    E.toString = (): string => '';
    try {
      journal.mount(f, 0);
      assert.deepEqual([journal.get('a'), journal.get('b')], ['a \xe4 and more', undefined]);
    } finally {
      E.toString = flat;
    }
  });

  it('keeps the last text of a key, and forgets', () => {
    const f = new Flash(4);
    journal.mount(f, 0);
    journal.put('a', '1');
    journal.put('a', '2');
    journal.put('b', '');
    journal.put('q1', 'x\ny');
    journal.put('gone', '1');
    journal.del('gone');
    journal.mount(f, 0);
    assert.equal(journal.get('a'), '2');
    assert.equal(journal.get('b'), '');
    assert.equal(journal.get('q1'), 'x\ny');
    assert.equal(journal.get('gone'), undefined);
    assert.equal(journal.put('long', 'x'.repeat(2500)), false);
  });

  it('writes nothing when the text stands there already', () => {
    const f = new Flash(4);
    journal.mount(f, 0);
    journal.put('a', '1');
    const image = f.bytes.slice();
    journal.put('a', '1');
    assert.deepEqual(f.bytes, image);
  });

  it('goes round for ever without losing what is kept', () => {
    const f = new Flash(5);
    journal.mount(f, 0);
    for (let i = 0; i < 20; i++) journal.put('s' + i, 'fixed ' + i);
    for (let i = 0; i < 3000; i++) journal.put('counter', String(i));
    journal.mount(f, 0);
    assert.equal(journal.get('counter'), '2999');
    for (let i = 0; i < 20; i++) assert.equal(journal.get('s' + i), 'fixed ' + i);
    assert.ok(f.erases > 10);
  });

  it('erases ahead when asked, one page a call', () => {
    const f = new Flash(8);
    journal.mount(f, 0);
    for (let i = 0; i < 1500; i++) journal.put('counter', String(i));
    let done = 0;
    while (journal.tidy()) done++;
    const before = f.erases;
    for (let i = 0; i < 200; i++) journal.put('counter', 'x' + i);
    assert.equal(f.erases, before, `${done} pages were erased ahead`);
  });

  describe('while an erase would hurt', () => {
    /** A journal with its pages erased ahead, behind a closed contactor. */
    const closed = (): Flash => {
      const f = new Flash(13);
      journal.mount(f, 0);
      journal.put('p0', 'old');
      journal.put('p1', 'old');
      while (journal.tidy());
      journal.calm(0);
      return f;
    };
    afterEach(() => journal.calm(1));

    it('limits and settings leave the pages to transactions, and wait in memory: the last one of each counts', () => {
      const f = closed();
      const before = f.erases;
      for (let i = 0; i < 2000; i++) {
        assert.ok(journal.put('p0', 'limit ' + i));
        assert.equal(journal.get('p0'), 'limit ' + i);
        assert.ok(journal.put('k.amp', String(i)));
      }
      journal.del('p1');
      assert.equal(journal.get('p1'), undefined);
      for (let i = 0; i < 60; i++) {
        assert.equal(journal.low(), 0, String(i));
        assert.ok(journal.put('q' + (i & 7), i + '.'.repeat(100), 1));
        journal.del('q' + (i & 7));
      }
      assert.equal(f.erases, before);
      journal.calm(1);
      while (journal.tidy());
      journal.mount(f, 0);
      assert.deepEqual(
        ['p0', 'p1', 'k.amp'].map((k) => journal.get(k)),
        ['limit 1999', undefined, '1999'],
      );
    });

    it('a power cut loses what waits in memory, and nothing else', () => {
      const f = closed();
      for (let i = 0; i < 2000; i++) journal.put('p0', 'limit ' + i);
      journal.put('q1', 'start');
      journal.mount(f, 0);
      assert.equal(journal.get('q1'), 'start');
      assert.match(journal.get('p0')!, /^limit [1-9]\d+$/);
      assert.equal(journal.get('p1'), 'old');
    });

    it('what finds no room in memory leaves the text that waits there; forgetting always finds room', () => {
      const f = closed();
      for (let i = 0; i < 2000; i++) journal.put('p0', 'limit ' + i);
      assert.equal(journal.put('p0', 'x'.repeat(800)), false);
      assert.equal(journal.get('p0'), 'limit 1999');
      assert.ok(journal.put('k.a', 'x'.repeat(600)));
      assert.equal(journal.put('p2', 'y'), false);
      assert.equal(journal.get('p2'), undefined);
      journal.del('p1');
      assert.equal(journal.get('p1'), undefined);
      // What another text takes the place of needs no room.
      assert.ok(journal.put('k.a', 'y'.repeat(600)));
      journal.calm(1);
      while (journal.tidy());
      journal.mount(f, 0);
      assert.deepEqual(
        ['p0', 'p1', 'k.a'].map((k) => journal.get(k)),
        ['limit 1999', undefined, 'y'.repeat(600)],
      );
    });

    it('what is ordered to restart writes what waits', () => {
      const f = closed();
      for (let i = 0; i < 2000; i++) journal.put('p0', 'limit ' + i);
      journal.flush();
      journal.mount(f, 0);
      assert.equal(journal.get('p0'), 'limit 1999');
    });

    it('samples and pieces of messages end before the last pages, a transaction goes on into memory', () => {
      const f = closed();
      const before = f.erases;
      let soft = 0;
      while (journal.put('m' + (soft % 5), 'sample '.repeat(20) + soft, 1)) soft++;
      assert.ok(soft > 80 && soft < 400, String(soft));
      assert.equal(journal.low(), 1);
      let hard = 0;
      while (journal.put('q' + hard, '.'.repeat(200))) hard++;
      assert.ok(hard > 40 && hard < 100, String(hard));
      assert.equal(journal.get('q' + hard), undefined);
      assert.equal(f.erases, before);
      journal.del('q' + (hard - 1));
      assert.equal(journal.get('q' + (hard - 1)), undefined);
      journal.calm(1);
      while (journal.tidy());
      journal.mount(f, 0);
      assert.equal(journal.get('q' + (hard - 2)), '.'.repeat(200));
      assert.equal(journal.get('q' + (hard - 1)), undefined);
      assert.ok(journal.put('m', 'sample', 1));
    });
  });

  it('more that lives than leaves pages to erase ahead: it does not go round for ever', () => {
    const f = new Flash(13);
    journal.mount(f, 0);
    // Six pages full: eight of thirteen cannot be had.
    for (let i = 0; i < 72; i++) journal.put('q' + i, i + '.'.repeat(310));
    for (let i = 0; i < 2000; i++) journal.tidy();
    const before = f.erases;
    assert.ok(before < 100, before + ' erases');
    for (let i = 0; i < 60; i++) {
      journal.put('n', i + '.'.repeat(60));
      for (let k = 0; k < 20; k++) journal.tidy();
    }
    assert.ok(f.erases - before < 30, f.erases - before + ' erases for one page of writing');
    for (let i = 0; i < 72; i++) assert.equal(journal.get('q' + i), i + '.'.repeat(310));
    // What lived is gone: the whole reserve again.
    for (let i = 0; i < 72; i++) journal.del('q' + i);
    while (journal.tidy());
    const erases = f.erases;
    for (let i = 0; i < 300; i++) journal.put('n', i + '.'.repeat(60));
    assert.equal(f.erases, erases);
  });

  it('loses nothing at a power cut after any byte: each record is there in its old or its new text', () => {
    const prepare = (): Flash => {
      const f = new Flash(5);
      journal.mount(f, 0);
      for (let i = 0; i < 12; i++) journal.put('s' + i, 'old ' + i + '.'.repeat(60));
      for (let i = 0; i < 560; i++) journal.put('n', String(i));
      return f;
    };
    const base = prepare().bytes.slice();
    let cuts = 0;
    // Long enough to pass a page turn with its copies and its erase.
    for (let cut = 0; cut < 7000; cut += (cut < 400 ? 1 : 13) * ODD) {
      const f = new Flash(5);
      f.bytes.set(base);
      journal.mount(f, 0);
      f.cut = cut;
      let last = 'old 3' + '.'.repeat(60);
      let writing = last;
      try {
        for (let i = 0; i < 60; i++) {
          writing = 'new ' + i + '.'.repeat(80);
          journal.put('s3', writing);
          last = writing;
        }
      } catch {
        cuts++;
      }
      f.cut = Infinity;
      journal.mount(f, 0);
      const got = journal.get('s3');
      assert.ok(got === last || got === writing, `cut ${cut}: ${got}`);
      for (let i = 0; i < 12; i++)
        if (i !== 3) assert.equal(journal.get('s' + i), 'old ' + i + '.'.repeat(60), `cut ${cut}, s${i}`);
      assert.equal(journal.get('n'), '559', `cut ${cut}`);
      // And life goes on.
      for (let i = 0; i < 120; i++) journal.put('n', 'on ' + i);
      journal.mount(f, 0);
      assert.equal(journal.get('n'), 'on 119', `cut ${cut}`);
    }
    assert.ok(cuts > 500 / ODD, String(cuts));
  });

  it('tells of a record that was damaged, not of one that a power cut has left', () => {
    for (let cut = 0; cut < 40; cut++) {
      const f = new Flash(4);
      journal.mount(f, 0);
      journal.put('a', 'old');
      f.cut = cut;
      try {
        journal.put('a', 'new'.repeat(5));
      } catch {
        f.cut = Infinity;
      }
      const before = lines().length;
      journal.mount(f, 0);
      assert.equal(lines().length, before, `cut ${cut}: ${lines().join()}`);
    }
    const f = new Flash(4);
    journal.mount(f, 0);
    journal.put('a', 'text');
    journal.put('b', 'text');
    f.bytes[f.bytes.indexOf(0x74)] ^= 4;
    journal.mount(f, 0);
    assert.match(lines().at(-2)!, /journal 1 damaged places/);
    assert.equal(journal.get('b'), 'text');
  });
});
