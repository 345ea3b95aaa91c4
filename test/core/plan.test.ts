// Schedules, surplus and the next trip: rows of time, input, expectation, through the keys that clients write.

import assert from 'node:assert';
import * as apply from '../../firmware/http/apply.part';
import * as set from '../../firmware/http/set.part';
import { plan } from '../../firmware/core/plan';
import { least } from '../../firmware/core/limits';
import { winner } from '../../firmware/core/why.part';
import { model } from '../../firmware/core/access';
import { conf, table } from '../fake/table';
import type { Table } from '../fake/table';
import type { Options } from '../fake/charger';

const ALL: Options = { lock: true, rcm: true, proximity: true, meter: true, heat: true, phases: true };

interface Seen {
  model?: number;
  alw?: boolean;
  coil?: number;
  /** A that the charging mode allows. */
  mode?: number;
  /** Offered, A. */
  amps?: number;
  poles?: number;
  why?: string;
}
/** Seconds; keys that are written, or a deed; what holds a moment later. */
type Row = [at: number, deed: string | ((t: Table) => void), seen: Seen];

const SETTLE = 500;

function write(t: Table, text: string): void {
  for (const set of text.split(' ')) {
    const i = set.indexOf('=');
    assert.equal(conf.write(t.c, set.slice(0, i), set.slice(i + 1)), '', set);
  }
}

function look(t: Table): Required<Seen> {
  const c = t.c;
  return {
    model: model(c),
    alw: !!c.alw,
    coil: t.coil,
    mode: c.lim.lmo / 10,
    amps: c.x.amps / 10,
    poles: t.poles,
    why: conf.read(c, 'why') as string,
  };
}

function play(t: Table, rows: Row[]): void {
  for (const [at, deed, seen] of rows) {
    t.until(at * 1000);
    if (typeof deed === 'function') deed(t);
    else if (deed) write(t, deed);
    t.until(at * 1000 + SETTLE);
    const now = look(t);
    for (const key of Object.keys(seen) as (keyof Seen)[])
      assert.equal(now[key], seen[key], `${key} at ${at} s: ${JSON.stringify(now)}`);
  }
}

const story = (name: string, rows: Row[], o: Options = ALL): void =>
  void it(name, () => play(table({}, o), rows));
const car = (cp: Table['cp'], ...amps: number[]) => (t: Table): void => void Object.assign(t, { cp, amps: amps.length ? amps : [0, 0, 0] }); // prettier-ignore
const timer = (control: number, ...ranges: string[]): string =>
  JSON.stringify({
    control,
    ranges: ranges.map((r) => {
      const [a, b, d, e] = r.split(/[:-]/).map(Number);
      return { begin: { hour: a, minute: b }, end: { hour: d, minute: e } };
    }),
  });

describe('schedule', () => {
  // 2026-03-02 is a Monday; local time is UTC + 1 h.
  story('charging only inside the ranges of the day, to the minute', [
    [1, 'utc=2026-03-02T20:58:59', {}],
    [2, car('B'), { model: 13 }],
    [3, `sch_week=${timer(1, '22:00-6:00')}`, { model: 5, alw: false, why: 'forbidden by the schedule' }],
    [60, '', { model: 5 }],
    [62, '', { model: 13, alw: true }],
    [67, car('C'), {}],
    [70, (t) => (t.amps = [16, 16, 16]), { coil: 1, amps: 16 }],
    [8 * 3600 + 60, '', { model: 13, coil: 1 }],
    // 6:00 local: the offer is withdrawn, the vehicle ends.
    [8 * 3600 + 62.5, car('B'), { model: 5, coil: 0 }],
  ]);
  story('control 2 forbids inside', [
    [1, `utc=2026-03-02T10:59:50 sch_week=${timer(2, '12:00-13:30')}`, { model: 13 }],
    [12, '', { model: 5 }],
    [12 + 5400, '', { model: 13 }],
  ]);
  story('each kind of day has its own timer', [
    [1, `utc=2026-03-07T12:00:00 sch_week=${timer(1)}`, { model: 13 }], // Saturday
    [2, `sch_satur=${timer(1)}`, { model: 5 }],
    [3, `utc=2026-03-07T22:59:57`, { model: 5 }],
    [7, '', { model: 13 }], // Sunday 0:00 local
    [8, `sch_sund=${timer(1)}`, { model: 5 }],
    [9, 'utc=2026-03-08T22:59:57', { model: 5 }],
    [13, '', { model: 5 }], // Monday
    [14, `sch_week=${timer(0)}`, { model: 13 }],
  ]);
  story('daylight saving moves the edges', [
    // 28 March 2027, Sunday: 1:00 UTC is 3:00 local.
    [1, `utc=2027-03-28T00:59:50 sch_sund=${timer(2, '2:00-4:00')}`, { model: 13 }],
    [12, '', { model: 5 }],
    [12 + 3600, '', { model: 13 }],
  ]);
  story('without a clock no timer is applied, and it says so; forced on none either', [
    [1, `sch_week=${timer(1)} sch_sund=${timer(1)} sch_satur=${timer(1)}`, { model: 14, alw: true }],
    [2, '', { why: 'schedule not applied because the clock is not known' }],
    [3, 'utc=2026-03-02T12:00:00', { model: 5 }],
    [4, 'frc=2', { model: 3, alw: true }],
    [5, 'frc=0', { model: 5 }],
  ]);
  it('refuses what it could not keep to', () => {
    const t = table();
    const rows: [string, RegExp][] = [
      ['{"control":3,"ranges":[]}', /3 and 4 are not built/],
      ['{"control":5,"ranges":[]}', /value must be/],
      ['{"control":1}', /value must be/],
      ['[]', /value must be/],
      ['1', /value must be/],
      [timer(1, '22:00-24:01'), /a range is/],
      [timer(1, '22:60-23:00'), /a range is/],
      ['{"control":1,"ranges":[{"begin":{"hour":1}}]}', /a range is/],
      ['{"control":1,"ranges":[null]}', /a range is/],
      [timer(1, '1:00-2:00', '1:00-2:00', '1:00-2:00', '1:00-2:00', '1:00-2:00', '1:00-2:00'), /up to 5/],
    ];
    for (const [raw, why] of rows) assert.match(conf.write(t.c, 'sch_week', raw), why, raw);
    assert.deepEqual(conf.read(t.c, 'sch_week'), { control: 0, ranges: [] });
    assert.equal(conf.write(t.c, 'sch_week', timer(1, '0:00-24:00')), '');
    assert.deepEqual(conf.read(t.c, 'sch_week'), JSON.parse(timer(1, '0:00-24:00')));
  });
  it('looks again at edges and full hours only, and never without a timer', () => {
    const t = table();
    let looks = 0;
    const part = t.c.f.part;
    t.c.f.part = (name) => ((looks += name === 'sched' ? 1 : 0), part(name));
    write(t, 'utc=2026-03-02T12:00:00');
    t.idle(86400000);
    assert.equal(looks, 1);
    write(t, `sch_week=${timer(1, '22:00-23:30')}`);
    looks = 0;
    t.idle(2 * 86400000);
    assert.ok(looks >= 25 && looks <= 27, `${looks}`);
  });
});

/** `ids` every 5 s from `from` to `to` seconds. */
const sun = (from: number, to: number, watts: number, more: Row = [to, '', {}]): Row[] => {
  const rows: Row[] = [];
  for (let at = from; at < to; at += 5) rows.push([at, (t) => feed(t, watts), {}]);
  return rows.concat([more]);
};
/** The vehicle takes what it is offered. */
const pulls = (t: Table): void => {
  const a = t.coil ? t.c.x.amps / 10 : 0;
  t.amps = t.poles === 1 ? [a, 0, 0] : [a, a, a];
};
/** The site has `watts` besides the vehicle. */
const feed = (t: Table, watts: number): void => {
  pulls(t);
  write(t, `ids={"pGrid":${t.c.m.p - watts},"pPv":${watts + 300},"pAkku":0}`);
};

describe('surplus', () => {
  story('waits for it, follows it, and ends when it is gone', [
    [1, 'lmo=4 psm=2', { model: 17, alw: false, mode: 0, why: 'no surplus' }],
    [2, car('B'), { coil: 0 }],
    ...sun(3, 20, 3000, [20, '', { model: 17 }]),
    ...sun(21, 35, 6000, [35, car('C'), { model: 12 }]),
    ...sun(36, 40, 6000, [40, pulls, { coil: 1 }]),
    ...sun(41, 80, 6000, [80, '', { model: 12, mode: 8.6, amps: 8.6 }]),
    [81, pulls, {}],
    ...sun(82, 140, 8300, [140, pulls, { mode: 12 }]),
    ...sun(141, 250, 1000, [250, '', { model: 12, mode: 6, coil: 1 }]), // fmt
    [251, pulls, {}],
    ...sun(252, 345, 1000, [345, '', { model: 17, mode: 0 }]),
    [346, car('B'), { coil: 0 }],
  ]);
  story('a vehicle that bears no pause (acp) keeps 6 A once it has begun', [
    [1, 'lmo=4 psm=2 acp=false fmt=0', {}],
    [2, car('C'), {}],
    ...sun(3, 40, 6000, [40, pulls, { model: 12, coil: 1 }]),
    ...sun(41, 300, 0, [300, '', { model: 12, mode: 6, coil: 1 }]),
    [301, 'acp=true', {}],
    ...sun(302, 330, 0, [330, '', { model: 17, mode: 0 }]),
  ]);
  story('rests a minute at least between a stop and a start, and as long as mcpd says', [
    [1, 'lmo=4 psm=2 fmt=0 mcpd=120000', {}],
    [2, car('C'), {}],
    ...sun(3, 40, 6000, [40, pulls, { model: 12, coil: 1 }]),
    ...sun(41, 80, 0, [80, car('B'), { model: 17, coil: 0 }]),
    ...sun(81, 150, 9000, [150, '', { model: 17 }]),
    ...sun(151, 210, 9000, [210, '', { model: 12 }]),
  ]);
  it('of a battery is none, and pgt allows some from the grid', () => {
    const t = table({}, ALL);
    play(t, [
      [1, 'lmo=4 psm=1 ids={"pGrid":0,"pPv":2000,"pAkku":2000}', { model: 17 }],
      [5, 'ids={"pGrid":-2000,"pPv":4000,"pAkku":0}', { model: 17 }],
      [16, 'ids={"pGrid":-2000,"pPv":4000}', { model: 12, mode: 8.6 }],
    ]);
    assert.deepEqual(
      ['pgrid', 'ppv', 'pakku', 'inva'].map((k) => conf.read(t.c, k)),
      [-2000, 4000, null, 16000],
    );
    write(t, 'pgt=460');
    play(t, [
      [17, 'ids={"pGrid":-2000}', {}],
      [18, '', { mode: 10.6 }],
    ]);
    t.until(40000);
    assert.equal(conf.read(t.c, 'pgrid'), null);
  });
  story('after 10 s without word 6 A, after a minute nothing', [
    [1, 'lmo=4 psm=1', {}],
    [2, car('C'), {}],
    ...sun(3, 30, 4000, [30, '', { model: 12, coil: 1, mode: 17.3 }]),
    [41, pulls, { mode: 6, model: 12 }],
    [80, '', { mode: 6 }],
    [96, '', { mode: 0, model: 17 }],
    // Not at once when it is back.
    ...sun(97, 120, 4000, [120, '', { mode: 0 }]),
    ...sun(121, 170, 4000, [170, '', { model: 12 }]),
  ]);
  story('phases by themselves: one below spl3, three above it after mpwst, never faster than mptwt', [
    [1, 'lmo=4 psmd=10000', {}],
    [2, car('C'), { poles: 3 }],
    ...sun(3, 40, 2500, [40, pulls, { model: 12, poles: 1, coil: 1, mode: 10.8 }]),
    ...sun(41, 130, 7000, [130, pulls, { poles: 1, coil: 1 }]),
    ...sun(131, 600, 7000, [600, car('B'), { poles: 1 }]),
    ...sun(601, 660, 7000, [660, '', { poles: 3 }]),
  ]);
  story('a board that cannot switch phases waits for three', [
    [1, 'lmo=4', {}],
    [2, car('C'), {}],
    ...sun(3, 30, 4000, [30, '', { model: 17 }]),
    ...sun(31, 70, 4300, [70, '', { model: 12, coil: 1, mode: 6.2 }]),
  ], { ...ALL, phases: false }); // prettier-ignore
  story('a changed setting counts at once and breaks nothing off', [
    [1, 'lmo=4 psm=1 fst=5000', {}],
    [2, car('B'), {}],
    ...sun(3, 30, 4000, [30, '', { model: 17 }]),
    [31, 'fst=3000', {}],
    ...sun(32, 40, 4000, [40, car('C'), { model: 12 }]),
    ...sun(41, 60, 4000, [60, 'sh=500', { model: 12, coil: 1, mode: 17.3 }]),
    [61, 'pgt=230', { coil: 1 }],
    ...sun(62, 80, 4000, [80, '', { model: 12, mode: 18.3 }]),
  ]);
  story('forced on, without fup, and in mode 3 it does not count', [
    [1, 'lmo=4', { model: 17 }],
    [2, 'frc=2', { model: 3, mode: 99.9 }],
    [3, 'frc=0', { model: 17 }],
    [4, 'fup=false', { model: 13 }],
    [5, 'fup=true', { model: 17 }],
    [6, 'lmo=3', { model: 13, mode: 99.9 }],
  ]);
  story('the least limit still wins, and is named', [
    [1, 'lmo=4 psm=1 amp=10', {}],
    [2, car('C'), {}],
    ...sun(3, 30, 4000, [30, (t) => assert.equal(winner(t.c.lim), 'usr'), { amps: 10 }]),
    ...sun(31, 80, 1800, [80, (t) => assert.equal(winner(t.c.lim), 'lmo'), {}]),
    [81, '', { why: 'surplus, 7.8 A: limited by the charging mode' }],
  ]);
  it('refuses what is no power', () => {
    const t = table();
    for (const raw of ['{}', '{"pGrid":"1"}', '{"pGrid":1e9}', '5', '[]', '{"pGrid":1,"pAkku":true}'])
      assert.match(conf.write(t.c, 'ids', raw), /value must be/, raw);
    assert.equal(conf.read(t.c, 'pgrid'), null);
    assert.equal(t.c.pv, undefined);
  });
});

describe('next trip', () => {
  const draws = (w: number) => (t: Table): void => void (t.amps = [w / 690, w / 690, w / 690]); // prettier-ignore
  // 22 kWh at 11 kW is 2 h, a tenth more, and ten minutes: begins at 2 h 22 min before 9:00.
  const night: Row[] = [
    [1, 'utc=2026-03-02T19:00:00 lmo=5 ate=22000 att=32400', { model: 10 }],
    [2, car('B'), {}],
    [15, car('C'), { model: 8 }],
    [18, draws(11000), { coil: 1 }],
    [75, '', { model: 8, coil: 1, why: 'next trip: measuring the power for a minute, 16 A: limited by the setting' }], // prettier-ignore
    [105, car('B'), { model: 18, coil: 0, alw: false, mode: 0 }],
  ];
  story('begins as late as it can, and ends when the energy is in', [
    ...night,
    // The first minute has brought 0.2 kWh: 2 h 20 min. 20:00 local + 10 h 40 min = 6:40.
    [10.5 * 3600, '', { model: 18 }],
    [10.7 * 3600, '', { model: 10, alw: true }],
    [10.7 * 3600 + 10, car('C'), {}],
    [10.7 * 3600 + 20, draws(11000), { coil: 1 }],
    [12.6 * 3600, '', { model: 10, coil: 1 }],
    [12.75 * 3600, '', { model: 18 }],
    [13.2 * 3600, '', { model: 18 }],
  ]);
  story('time that is short is told, and what has begun goes on behind the departure', [
    [1, 'utc=2026-03-02T06:30:00 lmo=5 ate=22000 att=32400', {}],
    [2, car('B'), {}],
    [7, car('C'), {}],
    [9, draws(11000), { coil: 1 }],
    [90, '', { model: 9, coil: 1 }],
    [1.6 * 3600, '', { model: 9, coil: 1 }],
    [2.1 * 3600, '', { model: 18 }],
  ]);
  story('without a clock at once; another vehicle is measured anew', [
    [1, 'lmo=5', {}],
    [2, car('B'), {}],
    [13, '', { model: 11, alw: true }],
    [14, 'utc=2026-03-02T19:00:00', { model: 8 }],
    [20, car('A'), {}],
    [31, '', { model: 10 }],
  ]);
  story('less current takes longer', [
    ...night,
    [6.8 * 3600, 'amp=6', { model: 18 }],
    [6.95 * 3600, '', { model: 18 }],
    [7.1 * 3600, '', { model: 10 }],
  ]);
});

describe('a look between the turns of a setting', () => {
  /** Sets a key as HTTP does it; looks are due between any two turns until it is kept. */
  function slowly(t: Table, query: string): void {
    const by: set.Owner = { part: 'set' };
    const job = set.start(t.c, '/api/set', query) as set.Sets;
    for (let turn = 0; !(by.part === 'apply' ? apply : set).step(t.c, job, by); turn++) {
      assert.ok(turn < 50, query);
      for (let i = 0; i < 4 && job.on < 3; i++) {
        t.c.ns = t.c.nx = 0;
        plan(t.c);
        plan(t.c);
      }
    }
    assert.deepEqual([job.good, job.bad], [1, 0], job.out);
  }
  const MONDAY = 'utc=2026-03-02T11:30:00';
  const rows: [query: string, before: Row[], seen: (t: Table) => unknown, want: unknown][] = [
    [`sch_week=${encodeURIComponent(timer(1))}`, [[1, MONDAY, { model: 13 }]], (t) => t.c.sch, 1],
    ['tof=0', [[1, `${MONDAY} sch_week=${timer(2, '12:00-13:00')}`, { model: 5 }]], (t) => t.c.sch, 0],
    ['lmo=3', [[1, 'lmo=4', { model: 17, mode: 0 }]], (t) => [t.c.lim.lmo, t.c.how, t.c.one], [999, 13, 0]],
    ['pgt=300', [[1, 'lmo=4 ids={"pGrid":-9000}', {}]], (t) => t.c.pv!.k[0], 300],
    ['ate=5000', [[1, `${MONDAY} lmo=5`, {}], [2, car('B'), {}], [15, car('C'), { model: 8 }]], (t) => t.c.tr && t.c.tr.wh, 5000],
  ]; // prettier-ignore
  for (const [query, before, seen, want] of rows)
    it(`${query.split('=')[0]} is what holds in the end`, () => {
      const t = table({}, ALL);
      play(t, before);
      slowly(t, query);
      t.until(t.c.t + 2000);
      assert.deepEqual(seen(t), want);
    });
});

describe('limits', () => {
  it('a mode that allows nothing offers nothing, whatever the others say', () => {
    const t = table();
    t.c.lim.lmo = 0;
    assert.equal(least(t.c.lim), 0);
    t.c.lim.lmo = 59;
    assert.equal(least(t.c.lim), 0);
  });
});
