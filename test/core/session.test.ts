import assert from 'node:assert';
import { charger } from '../fake/charger';
import type { Fake } from '../fake/charger';
import { words } from '../../firmware/core/why.part';
import { HOT, RCM, VOLT_LOW } from '../../firmware/core/faults';
import { free, judge, model, tap } from '../../firmware/core/access';
import { resume } from '../../firmware/core/meter';
import { energy, expire, grant, restore, stop } from '../../firmware/core/session';
import { clock } from '../../firmware/core/time';

function plugIn(f: Fake): void {
  f.cp = 'B';
  f.until(f.c.t + 200);
}
function pull(f: Fake): void {
  f.cp = 'A';
  f.until(f.c.t + 200);
}

describe('session', () => {
  it('tag first, then the plug: the transaction starts with the plug', () => {
    const f = charger({ settings: { acs: 1 } });
    f.until(1000);
    grant(f.c, 'CARD', 1);
    assert.equal(f.c.ses.on, 0);
    plugIn(f);
    assert.deepEqual([f.c.ses.on, f.c.ses.n, f.c.ses.tag], [1, 1, 'CARD']);
  });

  it('tag first, no plug: forgotten after ConnectionTimeOut, without a transaction', () => {
    const f = charger({ settings: { acs: 1, txt: 30 } });
    f.until(1000);
    grant(f.c, 'CARD', 1);
    f.c.t += 29900;
    expire(f.c);
    assert.equal(f.c.ses.ok, 1);
    f.c.t += 200;
    expire(f.c);
    assert.equal(f.c.ses.ok, 0);
    assert.ok(!f.events.some((e) => e.startsWith('start') || e.startsWith('stop')));
  });

  it('ConnectionTimeOut 0 waits for ever', () => {
    const f = charger({ settings: { acs: 1, txt: 0 } });
    grant(f.c, 'CARD', 1);
    f.c.t += 1e9;
    expire(f.c);
    assert.equal(f.c.ses.ok, 1);
  });

  it('unplugging ends the transaction with EVDisconnected and frc falls back', () => {
    const f = charger();
    f.until(1000);
    plugIn(f);
    grant(f.c, 'CARD', 1);
    f.c.frc = 2;
    f.c.m.eto += 500;
    pull(f);
    assert.ok(f.events.includes('stop EVDisconnected'));
    assert.equal(f.c.ses.e1 - f.c.ses.e0, 500);
    assert.equal(f.c.frc, 0);
  });

  it('energy counts from the plug, not from the transaction', () => {
    const f = charger();
    f.until(1000);
    plugIn(f);
    f.c.m.eto += 100;
    grant(f.c, 'CARD', 1);
    f.c.m.eto += 100;
    assert.equal(energy(f.c), 200);
    assert.equal(f.c.m.eto - f.c.ses.e0, 100);
  });
});

/** A moment of 2026, and a story of charging, cuts and a clock: ms, deed. */
const NOW = Date.parse('2026-03-02T12:00:00Z');

describe('duration of a transaction', () => {
  const lasts = (f: Fake): number => f.c.t - f.c.ses.t0;
  function charging(known: boolean): Fake {
    const f = charger({ settings: { acs: 1 } });
    f.until(1000);
    if (known) clock(f.c, NOW);
    plugIn(f);
    grant(f.c, 'CARD', 1);
    return f;
  }

  it('energy of the vehicle over a restart: its own, and none when none is plugged', () => {
    for (const cp of ['A', 'B'] as const) {
      const f = charger();
      f.until(1000);
      if (cp === 'B') plugIn(f);
      f.reboot();
      resume(f.c, 1250);
      restore(f.c);
      f.cp = cp;
      f.until(5000);
      assert.equal(energy(f.c), cp === 'A' ? 0 : 250);
    }
  });

  it('goes on over a power cut as soon as the clock is known again', () => {
    const f = charging(true);
    const from = f.c.t;
    f.until(from + 600000);
    assert.equal(lasts(f), 600000);
    const at = NOW + f.c.t - 1000;
    f.reboot();
    f.until(5000);
    assert.deepEqual([f.c.ses.on, lasts(f)], [1, 5000]);
    clock(f.c, at + 20000); // the supply was off for 15 s
    assert.ok(Math.abs(lasts(f) - 620000) <= 1000, `${lasts(f)}`);
    f.reboot();
    clock(f.c, at + 30000);
    f.until(5000);
    assert.ok(Math.abs(lasts(f) - 635000) <= 1000, `${lasts(f)}`);
  });

  it('a clock that comes while it runs is enough, and costs one record', () => {
    const f = charging(false);
    let records = 0;
    const put = f.c.f.put;
    f.c.f.put = (key, text) => ((records += f.journal[key] === text ? 0 : 1), put(key, text));
    f.until(300000);
    clock(f.c, NOW);
    clock(f.c, NOW + 500);
    f.until(600000);
    clock(f.c, NOW + 300700);
    assert.equal(records, 1);
    const was = lasts(f);
    f.reboot();
    clock(f.c, NOW + 400000);
    assert.ok(Math.abs(lasts(f) - (was + 99300)) <= 1500, `${lasts(f)} ${was}`);
  });

  it('without a clock it counts from the restart, and a new one is its own', () => {
    const f = charging(false);
    f.until(60000);
    f.reboot();
    f.until(3000);
    assert.equal(lasts(f), 3000);
    pull(f);
    clock(f.c, NOW);
    plugIn(f);
    grant(f.c, 'CARD', 1);
    f.until(f.c.t + 1000);
    assert.equal(lasts(f), 1000);
  });

  it('a record of the firmware before this one is read', () => {
    const f = charger();
    f.journal.ses = '[7,1,1,1,"CARD",1,1000,1000,""]';
    f.reboot();
    f.cp = 'B';
    f.until(2000);
    assert.deepEqual([f.c.ses.on, f.c.ses.n, f.c.ses.w0, lasts(f)], [1, 7, 0, 2000]);
  });
});

describe('access', () => {
  it('acs 0: starts at the plug, once; after a stop only unplugging starts again', () => {
    const f = charger({ settings: { acs: 0 } });
    f.until(1000);
    free(f.c);
    assert.equal(f.c.ses.on, 0, 'nobody plugged');
    plugIn(f);
    free(f.c);
    assert.deepEqual([f.c.ses.on, f.c.ses.tag, f.c.ses.trx], [1, 'no-card', 0]);
    stop(f.c, 'Remote');
    free(f.c);
    assert.equal(f.c.ses.on, 0);
    pull(f);
    plugIn(f);
    free(f.c);
    assert.equal(f.c.ses.on, 1);
  });

  it('acs 1: a known card starts and stops, an unknown one does nothing, another one does not stop', () => {
    const f = charger({ settings: { acs: 1, cards: [{ id: 'AA' }, { id: 'BB' }] } });
    f.until(1000);
    plugIn(f);
    free(f.c);
    tap(f.c, 'FF');
    assert.equal(f.c.ses.on, 0);
    tap(f.c, 'BB');
    assert.deepEqual([f.c.ses.on, f.c.ses.trx], [1, 2]);
    tap(f.c, 'AA');
    assert.equal(f.c.ses.on, 1);
    tap(f.c, 'BB');
    assert.equal(f.c.ses.on, 0);
    assert.deepEqual([f.c.ses.why, f.c.ses.by], ['Local', 'BB']);
  });

  it('with a central system the card is put to it', () => {
    const f = charger({ settings: { acs: 1, ocppe: 1 } });
    f.until(1000);
    plugIn(f);
    tap(f.c, 'AA');
    assert.deepEqual([f.c.ask, f.c.uid, f.c.ses.on], [1, 'AA', 0]);
  });

  // Settings or state, and the modelStatus they lead to.
  const rows: [string, (f: Fake) => void, number][] = [
    ['nothing special', () => undefined, 13],
    ['forced off', (f) => (f.c.frc = 1), 4],
    ['forced on', (f) => (f.c.frc = 2), 3],
    ['not authorised, even if forced on', (f) => ((f.c.k.acs = 1), (f.c.frc = 2)), 2],
    ['energy limit', (f) => ((f.c.k.dwo = 100), (f.c.x.cp = 'B'), (f.c.m.eto = f.c.ses.ep + 100)), 6],
    ['a fault that opens', (f) => ((f.c.x.err = RCM), (f.c.x.bad = 1)), 26],
    ['too hot', (f) => ((f.c.x.err = HOT), (f.c.x.bad = 2)), 1],
    ['undervoltage', (f) => ((f.c.x.err = VOLT_LOW), (f.c.x.bad = 2)), 38],
    ['derated to nothing', (f) => (f.c.lim.temp = 0), 1],
    ['a vehicle that needs ventilation', (f) => (f.c.lim.car = 0), 26],
    ['schedule', (f) => (f.c.sch = 1), 5],
    ['schedule, but forced on', (f) => ((f.c.sch = 1), (f.c.frc = 2)), 3],
    ['delay after power return', (f) => (f.c.wait = f.c.t + 1000), 29],
    ['phases are being switched', (f) => (f.c.s.sw = 1), 23],
    ['wish below mca', (f) => (f.c.lim.usr = 0), 39],
    ['central system allows nothing', (f) => (f.c.lim.ocpp = 0), 28],
    ['inoperative', (f) => (f.c.o.ino = 1), 37],
  ];
  for (const [name, set, want] of rows)
    it(`modelStatus ${want}: ${name}`, () => {
      const f = charger({ settings: { acs: 0 } });
      f.until(100);
      set(f);
      judge(f.c);
      assert.equal(model(f.c), want);
      f.c.f.model = model;
      assert.match(words(f.c), /^[a-z]{3}/, 'in plain words');
      assert.equal(f.c.alw, want === 3 || want === 13 ? 1 : 0);
    });

  it('a pause names both that it may have: a comma ends a reason in the list', () => {
    const f = charger({ settings: { acs: 0 } });
    f.until(100);
    f.c.wait = f.c.t + 1000;
    f.c.f.model = model;
    assert.equal(words(f.c), 'waits: the power came back or flash needs a pause');
  });

  it('whose card it waits for while the central system has reserved it', () => {
    const f = charger({ settings: { acs: 1 } });
    f.until(100);
    judge(f.c);
    f.c.f.model = model;
    assert.equal(words(f.c), 'not authorised');
    f.c.o.rv = 1;
    assert.equal(words(f.c), 'not authorised: reserved by the central system');
  });

  it('force off pauses the offer and keeps the transaction', () => {
    const f = charger({ settings: { acs: 0 } });
    f.until(1000);
    plugIn(f);
    free(f.c);
    f.until(4000);
    assert.equal(f.c.x.amps, 160);
    f.c.frc = 1;
    f.until(f.c.t + 200);
    assert.deepEqual([f.c.x.amps, f.c.ses.on, f.wire], [0, 1, 'high']);
  });
});
