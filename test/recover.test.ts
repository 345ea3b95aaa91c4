// What a charger makes of crashes, of damaged flash, and of somebody who wants to begin anew: on the whole bundle and the
// parts behind it, on a virtual clock. The same on the real interpreter: test/story/recover.test.ts.

import assert from 'node:assert';
import { build } from '../tools/build.mjs';
import { Whole, reference } from './fake/whole';

const closed = (w: Whole): boolean => w.shown().contactor.closed;
/** Watchdog of the board, the start of the engine, and some more, ms. */
const BITES = 12000;
const MINUTE = 60000;
/** Bit of `errs`. */
const SAFE = 131072;

/** Scan and work end: what an endless loop does, seen from outside. */
function hang(w: Whole): void {
  w.bench.engine.type('clearTimeout()\n');
  w.run(BITES);
}

function plugged(settings: Record<string, string> = {}): Whole {
  const w = new Whole(reference(), 1, settings);
  w.run(2000);
  w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
  w.run(9000);
  assert.equal(closed(w), true, w.bench.out);
  return w;
}

/** In safe mode, with a vehicle that wants to charge. */
function still(settings: Record<string, string> = {}): Whole {
  const w = plugged(settings);
  for (let i = 0; i < 3; i++) hang(w);
  assert.equal(w.get('errs'), SAFE, w.bench.out);
  return w;
}

describe('crash upon crash', function () {
  this.timeout(60000);
  before(() => build('reference'));

  it('three in a row: safe mode, told in the log, the table of faults, and by the light; the contactor stays open', () => {
    const w = plugged();
    for (let i = 0; i < 2; i++) {
      hang(w);
      assert.equal(w.get('errs'), 0);
    }
    hang(w);
    const { operations } = w.shown().contactor;
    assert.equal(w.get('flt'), 'safe mode after repeated crashes');
    assert.deepEqual([w.get('err'), w.get('modelStatus'), w.get('car')], [12, 26, 5]);
    assert.match(w.type('log()'), /3 crashes in a row: no charging/);
    for (let t = 0; t < 10 * MINUTE; t += 1000) {
      w.run(1000);
      assert.equal(closed(w), false);
      assert.equal(w.shown().pilot.mode, 'high');
    }
    assert.equal(w.shown().contactor.operations, operations);
    // What helps goes on: a setting is taken, the vehicle's coming and going is seen.
    assert.match(w.type('set("amp", 10)'), /amp = 10/);
    w.post('car', { state: 'unplugged' });
    w.run(1000);
    assert.equal(w.get('errs'), SAFE);
    w.end();
  });

  it('a minute between two of them is health', () => {
    const w = plugged();
    for (let i = 0; i < 5; i++) {
      hang(w);
      w.run(MINUTE + 2000);
      assert.equal(w.get('errs'), 0, `crash ${i + 1}`);
    }
    w.end();
  });

  it('neither power cuts nor ordered restarts are crashes', () => {
    const w = plugged();
    for (let i = 0; i < 6; i++) {
      if (i & 1) w.cut(300);
      else w.bench.engine.type('set("rst", 1)\n');
      w.run(12000);
      assert.equal(w.get('errs'), 0);
      assert.equal(closed(w), true);
    }
    w.end();
  });

  for (const [name, deed] of [
    ['an operator ends it', (w) => void w.type('set("clf", 1)')],
    ['a restart that was ordered ends it', (w) => w.bench.engine.type('set("rst", 1)\n')],
    ['the power switched off and on ends it', (w) => w.cut(2000)],
  ] as [string, (w: Whole) => void][])
    it(name, () => {
      const w = still();
      deed(w);
      w.run(20000);
      assert.equal(w.get('errs'), 0);
      assert.equal(closed(w), true, w.bench.out);
      w.end();
    });

  it('a quarter of an hour without a crash: one try; where that crashes it is back, three times, then somebody has to come', () => {
    const w = still();
    for (let i = 0; i < 3; i++) {
      w.run(15 * MINUTE + 5000);
      assert.equal(w.get('errs'), 0, `try ${i + 1}`);
      assert.equal(closed(w), true);
      hang(w);
      assert.equal(w.get('errs'), SAFE);
    }
    w.run(60 * MINUTE);
    assert.equal(w.get('errs'), SAFE);
    w.end();
  });

  it('a try that goes well for a minute was the end of it', () => {
    const w = still();
    w.run(20 * MINUTE);
    assert.equal(closed(w), true);
    hang(w);
    hang(w);
    assert.equal(w.get('errs'), 0);
    w.end();
  });

  it('what crashes in safe mode, too, gets nothing but scan, network, page and console', () => {
    const w = still({
      ocppe: 'true',
      ocppu: 'ws://central.example/',
      wifis: '[{"ssid":"bench","key":"bench-key"}]',
    });
    let connects = 0;
    const { net } = w.bench;
    const connect = net.connect.bind(net);
    net.connect = (host, port) => (connects++, connect(host, port));
    w.run(2 * MINUTE);
    assert.ok(connects > 0);
    hang(w);
    connects = 0;
    w.run(5 * MINUTE);
    assert.deepEqual([w.get('errs'), connects], [SAFE, 0]);
    assert.match(w.type('status()'), /bench, /);
    assert.match(w.type('set("amp", 9)'), /amp = 9/);
    w.type('set("clf", 1)');
    w.run(20000);
    assert.equal(closed(w), true, w.bench.out);
    w.end();
  });
});
