// Safety on the whole bundle and the parts behind it: what opens the contactor, how fast, and what a restart makes of a session.

import assert from 'node:assert';
import { build } from '../../tools/build.mjs';
import { itLong, THIN } from '../fake/depth';
import { Whole, reference } from '../fake/whole';

/** A charger that charges 16 A on three phases, nobody asked for a card. */
function charging(seed = 1, prepare: (w: Whole) => void = () => {}, files = reference()): Whole {
  const w = new Whole(files, seed);
  prepare(w);
  w.run(2000);
  w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
  w.run(9000);
  assert.equal(w.shown().contactor.closed, true, w.bench.out);
  return w;
}

const closed = (w: Whole): boolean => w.shown().contactor.closed;

describe('safety on the whole bundle', function () {
  this.timeout(60000);
  before(() => build('reference'));

  it('contacts open within 100 ms of S2, with a contactor that takes 40 ms and no interlock', () => {
    let worst = 0;
    for (let n = 0; n < 12; n++) {
      const w = charging(n + 1, (x) => {
        x.rig.bridge!();
        x.rig.release!(40);
      });
      w.run(n * 13);
      w.post('car', { state: n & 1 ? 'B' : 'unplugged' });
      w.run(300);
      assert.equal(closed(w), false);
      worst = Math.max(worst, w.shown().contactor.lastOpenDelay!);
      w.end();
    }
    assert.ok(worst <= 100 && worst > 40, `${worst} ms`);
  });

  it('S2 opens at any moment of the closing: contacts open within 100 ms, or never closed', () => {
    for (let ms = 1060; ms < 1360; ms += 4 * THIN) {
      const w = new Whole(reference(), 1 + (ms % 5), { acs: '0' });
      w.rig.bridge!();
      w.rig.release!(40);
      w.run(2000);
      w.post('car', { state: 'B', amps: 32, phases: 3, cable: 32 });
      w.run(4000);
      w.post('car', { state: 'C' });
      w.run(ms);
      w.post('car', { state: 'B' });
      w.run(100);
      const { commanded, operations } = w.shown().contactor;
      assert.deepEqual([commanded, closed(w)], [false, false], `${ms} ms`);
      w.run(1500);
      assert.deepEqual([closed(w), w.shown().contactor.operations], [false, operations], `${ms} ms`);
      w.end();
    }
  });

  it('S2 opens while the thread stands still, and the interlock opens first: no fault, the charge goes on', () => {
    for (let ms = 30; ms <= 300; ms += 30) {
      const w = charging(ms);
      w.bench.net.slow = ms;
      w.bench.clock.at(w.t + 2, () => w.post('car', { state: 'B' }));
      w.type("try { require('net').connect({ host: 'a', port: 9 }, () => {}) } catch (e) {}");
      w.run(1500);
      assert.deepEqual([closed(w), w.get('errs')], [false, 0], `${ms} ms`);
      w.post('car', { state: 'C' });
      w.run(9000);
      assert.deepEqual([closed(w), w.get('errs')], [true, 0], `${ms} ms\n${w.bench.out}`);
      w.end();
    }
  });

  const faults: [name: string, body: Record<string, boolean>][] = [
    ['residual current', { rcm: true }],
    ['pilot shorted', { pilotShort: true }],
  ];
  for (const [name, body] of faults)
    it(`${name}: open within 100 ms without the interlock, and told`, () => {
      const w = charging(3, (x) => x.rig.bridge!());
      w.post('fault', body);
      w.run(105);
      assert.equal(closed(w), false);
      w.run(1500);
      assert.notEqual(w.get('flt'), '');
      assert.equal(w.get('modelStatus'), 26);
      w.end();
    });

  it('a missing diode opens, and is told', () => {
    const w = charging(4, (x) => x.rig.bridge!());
    w.post('car', { diode: false });
    w.run(250);
    assert.equal(closed(w), false);
    assert.equal(w.get('err'), 6);
    w.end();
  });

  it('an error that nobody caught opens the contactor; the scan goes on and the charge comes back', () => {
    const w = charging();
    w.type("setTimeout(function () { throw 'broken on purpose'; }, 10)");
    w.run(150);
    assert.equal(closed(w), false);
    assert.equal(w.get('flt'), 'internal error');
    assert.match(w.bench.out + w.type('log()', 1000), /broken on purpose/);
    w.run(45000);
    assert.equal(closed(w), true);
    assert.equal(w.get('err'), 0);
    w.end();
  });

  it('an error in a scan: open, the F pulse, told; the scans behind it go on, and so does the charge', () => {
    const files = new Map(reference());
    const code = Buffer.from(files.get('main')!).toString('latin1');
    const scan = /try\{(\w+)\(\)\}catch/;
    assert.equal(code.split(scan).length, 3, 'the scan is not where it was');
    const broken = code.replace(scan, "try{if(global.bad-->0)throw 'broken on purpose';$1()}catch");
    files.set('main', Buffer.from(broken, 'latin1'));
    // Once, and in so many scans in a row that each retry is spent on them.
    for (const n of [1, 50]) {
      const w = charging(9, () => {}, files);
      w.rig.bridge!();
      let low = 0;
      w.rig.onChange(() => (low ||= w.shown().pilot.mode === 'low' ? w.t : 0));
      const from = w.t;
      w.type(`global.bad = ${n}`);
      w.run(70);
      assert.equal(closed(w), false);
      w.run(1500);
      assert.ok(low > from && low < from + 1200, `${low - from} ms`);
      assert.equal(w.get('flt'), 'internal error');
      assert.match(w.bench.out + w.type('log()', 1000), /broken on purpose/);
      w.run(45000);
      assert.deepEqual([closed(w), w.get('err'), w.bench.reboots], [true, 0, []]);
      w.end();
    }
  });

  it('commanded, sensed and mains in front of it are three facts', () => {
    const w = charging();
    const facts = (): unknown[] => {
      const { on, closed: shut, mains } = w.get('ctr') as { on: boolean; closed: boolean; mains: boolean };
      return [on, shut, mains];
    };
    assert.deepEqual(facts(), [true, true, true]);
    w.post('fault', { weld: true });
    w.post('car', { state: 'B' });
    w.run(3000);
    assert.deepEqual(facts(), [false, true, true]);
    w.post('fault', { weld: false });
    w.post('mains', { volts: [0, 0, 0] });
    w.run(3000);
    assert.deepEqual(facts(), [false, false, false]);
    w.end();
  });

  it('what is told of the lock and of the phases is what the parts do', () => {
    const w = charging();
    const told = (): unknown[] => [w.get('cus'), w.get('fsp'), w.shown().contactor.phases];
    assert.deepEqual(told(), [3, false, 3]);
    w.type('set("psm", 1)');
    w.run(15000);
    assert.deepEqual(told(), [3, true, 1]);
    w.type('set("psm", 2)');
    w.post('fault', { lock: true });
    w.post('car', { state: 'unplugged' });
    w.run(15000);
    assert.deepEqual([...told(), w.get('flt')], [2, false, 3, 'connector does not unlock']);
    w.post('fault', { lock: false });
    // A bolt that has jammed is tried every 30 s.
    w.run(45000);
    assert.deepEqual([...told(), w.get('flt')], [1, false, 3, '']);
    w.post('fault', { lock: true });
    w.post('car', { state: 'C' });
    w.run(15000);
    assert.deepEqual([...told(), w.get('flt')], [4, false, 3, 'connector does not lock']);
    w.end();
  });

  it('a callback that the engine takes away for want of memory opens it too', () => {
    const w = charging();
    w.type('setInterval(function () { D2.read(); }, 10)');
    w.bench.engine.exhaust(40);
    w.run(400);
    assert.equal(closed(w), false);
    assert.equal(w.get('flt'), 'internal error');
    w.end();
  });

  it('wherever it hits, timers included: opened, and the charge comes back', () => {
    for (let n = 30; n < 46; n += THIN) {
      const w = charging();
      w.bench.engine.exhaust(n);
      w.run(400);
      assert.equal(closed(w), false, `call ${n}\n${w.bench.out}`);
      w.run(60000);
      assert.equal(w.get('err'), 0, `call ${n}\n${w.bench.out}`);
      assert.equal(closed(w), true, `call ${n}\n${w.bench.out}`);
      w.end();
    }
  });

  for (const [name, line] of [
    ['a reload of the script', 'load()'],
    ['a restart', 'set("rst", 1)'],
    ['a scan that does not come any more: the watchdog', 'clearTimeout()'],
  ])
    it(`${name} opens the contactor, and the session goes on after it`, () => {
      const w = charging();
      const before = w.get('wh') as number;
      let opened = false;
      w.rig.onChange(() => (opened ||= !closed(w)));
      w.bench.engine.type(line + '\n');
      w.run(25000);
      assert.ok(opened);
      assert.equal(closed(w), true, w.bench.out);
      assert.ok((w.get('wh') as number) >= before);
      assert.equal(w.get('trx'), 0);
      assert.doesNotMatch(w.bench.out, /fault/);
      w.end();
    });

  for (const [name, line] of [
    ['a reload of the script', 'load()'],
    ['a restart', 'set("rst", 1)'],
    ['the watchdog', 'clearTimeout()'],
    ['a power cut', ''],
  ])
    it(`no trip of the residual-current monitor ends by ${name}, only by an operator`, () => {
      const w = charging(8);
      w.post('fault', { rcm: true });
      w.run(1000);
      w.post('fault', { rcm: false });
      w.run(1000);
      const restart = (): void => {
        if (line) w.bench.engine.type(line + '\n');
        else w.cut(1000);
        w.run(25000);
      };
      restart();
      assert.deepEqual([w.get('flt'), closed(w)], ['residual current', false]);
      w.type('set("clf", 1)');
      w.run(12000);
      assert.deepEqual([w.get('flt'), closed(w)], ['', true]);
      // And a later restart brings nothing back.
      restart();
      assert.deepEqual([w.get('flt'), closed(w)], ['', true]);
      w.end();
    });

  it('a power cut loses no Wh, counts nothing twice, and the session goes on', () => {
    const w = charging(5);
    // What the register lags behind the chip: a reading of it, and what power cuts have lost.
    const lag = (): number => w.shown().meter.energy - (w.get('eto') as number);
    for (const off of [30, 1000, 7000]) {
      w.run(20000);
      const before = lag();
      const eto = w.get('eto') as number;
      const wh = w.get('wh') as number;
      w.cut(off);
      w.run(off + 1000);
      assert.ok((w.get('eto') as number) >= eto);
      assert.ok((w.get('wh') as number) >= wh - 1);
      w.run(14000);
      assert.equal(closed(w), true, w.bench.out);
      assert.ok(Math.abs(lag() - before) <= 5, `${off} ms: ${lag() - before} Wh`);
    }
    w.end();
  });

  it('at 22 kW no power cut loses more than 10 Wh, whenever it comes', () => {
    const w = new Whole(reference(), 5, { acs: '0', amp: '32' });
    w.run(2000);
    w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    w.run(9000);
    // The least of some readings: what is not counted yet grows by 6 Wh a second.
    const lag = (): number => {
      let least = 1e9;
      for (let n = 0; n < 40; n++) {
        w.run(37);
        least = Math.min(least, w.shown().meter.energy - (w.get('eto') as number));
      }
      return least;
    };
    let before = lag();
    for (let n = 0; n < 15; n++) {
      w.run(3000 + ((n * 7919) % 5000));
      const eto = w.get('eto') as number;
      w.cut(200 + n * 37);
      w.run(16000);
      assert.ok((w.get('eto') as number) >= eto);
      const now = lag();
      assert.ok(now - before < 10, `cut ${n}: ${now - before} Wh`);
      before = now;
    }
    assert.ok(Math.min(...w.shown().car.drawing) > 31);
    w.end();
  });

  it('5 s between two closings, over a restart too', () => {
    const lines = ['load()', 'set("rst", 1)', ''];
    for (const line of lines) {
      const w = charging(5);
      w.run(5000);
      const at: number[] = [];
      let was = closed(w);
      w.rig.onChange(() => {
        if (closed(w) !== was) at.push(w.t);
        was = closed(w);
      });
      if (line) w.bench.engine.type(line + '\n');
      else w.cut(50);
      w.run(15000);
      assert.equal(at.length, 2, w.bench.out);
      assert.ok(at[1] - at[0] >= 5000, `${line}: ${at[1] - at[0]} ms`);
      w.end();
    }
  });

  it('closings and openings under load are kept over a power cut, also one behind a closed contactor', () => {
    const w = charging(6);
    const counted = (): number[] => {
      const { ops, cut } = w.get('ctr') as { ops: number; cut: number };
      return [ops, cut];
    };
    w.run(1000);
    assert.deepEqual(counted(), [1, 0]);
    w.cut(1000);
    w.run(2500);
    assert.deepEqual(counted(), [1, 0]);
    w.run(12000);
    assert.equal(closed(w), true);
    w.post('fault', { rcm: true });
    w.run(1000);
    assert.deepEqual(counted(), [2, 1]);
    w.cut(1000);
    w.run(2500);
    assert.deepEqual(counted(), [2, 1]);
    w.end();
  });

  it('a card loses no energy of a session that a power cut has ended, and gets none twice', () => {
    const uid = '04A1B2C3D4E5F6';
    for (const osr of ['false', 'true']) {
      const w = new Whole(reference(), 7, { acs: '1', osr, cards: `[{"cardId":"${uid}"}]` });
      w.run(2000);
      w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
      w.run(1000);
      w.post('card', { uid, ms: 600 });
      w.run(60000);
      assert.equal(closed(w), true, w.bench.out);
      w.cut(1000);
      w.post('car', { state: 'unplugged' });
      w.run(12000);
      const wh = w.get('eto') as number;
      assert.ok(wh > 100);
      for (let n = 0; n < 3; n++) {
        assert.ok(Math.abs((w.get('c0e') as number) - wh) <= 10, `${w.get('c0e')} of ${wh}`);
        w.cut(1000);
        w.run(9000);
      }
      w.end();
    }
  });

  it('after a power cut the charge waits for a random time, as `rdre` says', () => {
    const times: number[] = [];
    for (let seed = 1; seed < 5; seed++) {
      const w = charging(seed, (x) => x.run(1000) && x.type('set("rdre", 60)'));
      w.cut(1000);
      const from = w.run(1000).t;
      while (!closed(w) && w.t < from + 90000) w.run(200);
      times.push(w.t - from);
      w.end();
    }
    assert.ok(Math.max(...times) < 75000 && Math.max(...times) - Math.min(...times) > 5000, times.join());
  });

  it('the lock opens on power return where `upo` says so, and locks again before the charge goes on', () => {
    for (const upo of [true, false]) {
      const w = charging(7, (x) => x.run(1000) && x.type(`set("upo", ${upo})`));
      let seen = '';
      w.rig.onChange(() => {
        const { lock, contactor } = w.shown();
        const now = contactor.closed ? 'C' : lock.locked ? 'L' : '-';
        if (!seen.endsWith(now)) seen += now;
      });
      w.cut(1000);
      w.run(15000);
      assert.equal(seen, upo ? 'CL-LC' : 'CLC', w.bench.out);
      w.end();
    }
  });

  it('a vehicle that leaves while the power is off ends the session', () => {
    const w = charging();
    w.cut(3000);
    w.post('car', { state: 'unplugged' });
    w.run(10000);
    assert.equal(w.get('trx'), null);
    assert.equal(w.get('car'), 1);
    w.end();
  });

  itLong('writes little flash: a session of 20 kWh is some records and a bit a Wh', () => {
    const w = new Whole(reference(), 6);
    w.run(5000);
    const { flash } = w.bench;
    const from = { writes: flash.writes, erases: flash.erases };
    let journal = 0;
    const write = flash.write.bind(flash);
    flash.write = (at, data) => {
      if (at < 13 * 4096) journal += data.length;
      write(at, data);
    };
    w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    w.run(9000);
    w.type('set("amp", 32)');
    w.run(3600000);
    w.post('car', { state: 'unplugged' });
    w.run(5000);
    const wh = w.get('eto') as number;
    assert.ok(wh > 20000);
    // A record of the journal is two writes; the register one for up to 32 Wh of a turn of the meter.
    assert.ok(flash.erases - from.erases <= 1, `${flash.erases - from.erases} erases`);
    assert.ok(flash.writes - from.writes < wh + 100, `${flash.writes - from.writes} writes`);
    // docs/safety.md: 240 bytes; one record more is the setting of this test.
    assert.ok(journal > 200 && journal < 300, `${journal} bytes in the journal`);
    w.end();
  });
});
