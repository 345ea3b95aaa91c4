// Meter values: every measurand with its unit, phases and place, every context, and what stands in a StopTransaction after
// long and interrupted transactions.

import assert from 'node:assert/strict';
import { FIRST, LAST, MEASURANDS, NAMES, measurand } from '../../firmware/ocpp/measurand';
import { Csms, NOW, asked, ready, rig } from '../fake/csms';
import type { Rig } from '../fake/csms';

interface Value {
  timestamp: string;
  sampledValue: Record<string, string>[];
}
const ALL =
  'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,Frequency,Current.Offered,Temperature,Power.Offered';
const line = (s: Record<string, string>): string =>
  [s.measurand, s.phase ?? s.location ?? '-', s.value, s.unit ?? '-'].join(' ');
const meter = (cs: Csms): Value[] => cs.calls('MeterValues').flatMap((m) => m.meterValue as Value[]);
const data = (cs: Csms): Value[] => cs.calls('StopTransaction').at(-1)!.transactionData as Value[];
const contexts = (v: Value[]): string[] => v.map((x) => x.sampledValue[0].context);

function charge(r: Rig, ms: number): void {
  r.cp = 'B';
  r.run(1000);
  r.tap('AA');
  r.cp = 'C';
  r.run(ms);
}

/** What one sample of all measurands says. */
function sample(prepare: (r: Rig) => void): string[] {
  const r = ready({ settings: { oms: ALL } });
  charge(r, 8000);
  prepare(r);
  asked(r, 'TriggerMessage', { requestedMessage: 'MeterValues' });
  const [v] = meter(r.cs);
  for (const s of v.sampledValue) {
    assert.equal(s.context, 'Trigger');
    assert.match(s.value, /^-?\d+(\.\d+)?$/);
  }
  return v.sampledValue.map(line);
}

const PHASES = [
  'Energy.Active.Import.Register - 1000 Wh',
  'Power.Active.Import - 11040 W',
  'Power.Active.Import L1 3657 W',
  'Power.Active.Import L2 3696 W',
  'Power.Active.Import L3 3687 W',
  'Current.Import L1 15.9 A',
  'Current.Import L2 16 A',
  'Current.Import L3 16.1 A',
  'Voltage L1-N 230 V',
  'Voltage L2-N 231 V',
  'Voltage L3-N 229 V',
  'Frequency - 50 -',
  'Current.Offered - 16 A',
  'Temperature - 31 Celsius',
  'Temperature Body 40 Celsius',
  'Power.Offered - 11040 W',
];
const without = (...starts: string[]): string[] => PHASES.filter((p) => !starts.some((s) => p.startsWith(s)));

describe('ocpp measurands', () => {
  it('rows and the short table of places say the same', () => {
    for (let i = 0; i < MEASURANDS; i++) {
      const [name, at, of] = measurand(i);
      const short = [NAMES.split(',')[i], parseInt(FIRST[i], 36), parseInt(LAST[i], 36)];
      assert.deepEqual(short, [name, at, at + of - 1]);
    }
    assert.equal(NAMES.split(',').length, MEASURANDS);
  });

  for (const [title, prepare, want] of [
    ['all of them, three phases', () => undefined, PHASES],
    [
      'one phase is wired',
      (r) => {
        r.c.b.phases = 1;
        r.c.s.ph = 1;
      },
      without('Power.Active.Import L2', 'Power.Active.Import L3', 'Current.Import L2', 'Current.Import L3')
        .filter((p) => !/Voltage L[23]/.test(p))
        .map((p) => p.replace('Power.Offered - 11040', 'Power.Offered - 3680')),
    ],
    ['pulses alone are counted', (r) => (r.c.b.meter!.pulses = 1), PHASES.filter((p) => !/L[123]/.test(p))],
    ['no frequency', (r) => (r.c.b.meter!.hz = 0), without('Frequency')],
    ['no sensor at the socket', (r) => (r.c.x.tmp[0] = undefined), without('Temperature - ')],
    ['no sensor at all', (r) => (r.c.x.tmp = []), without('Temperature')],
    [
      'a long fraction',
      (r) => (r.c.x.tmp = [31.26000001, 1e-7]),
      PHASES.map((p) =>
        p.replace('- 31 Celsius', '- 31.3 Celsius').replace('Body 40 Celsius', 'Body 0 Celsius'),
      ),
    ],
    [
      'nothing is offered',
      (r) => (r.c.s.duty = 10000),
      PHASES.map((p) => p.replace(/(Offered -) \d+/, '$1 0')),
    ],
    [
      'the meter is silent',
      (r) => (r.c.b.meter!.ok = 0),
      [PHASES[0], ...PHASES.filter((p) => /Offered|Temperature/.test(p))],
    ],
  ] as [string, (r: Rig) => void, string[]][])
    it(title, () => assert.deepEqual(sample(prepare), want));

  it('power factor, of all phases and of each; none without current', () => {
    const r = ready({ settings: { oms: 'Power.Factor' } });
    r.c.b.meter!.p = [3657, 1848, 3687];
    r.c.b.meter!.i = [15.9, 16, 0];
    r.c.m.p = 5505;
    asked(r, 'TriggerMessage', { requestedMessage: 'MeterValues' });
    assert.deepEqual(meter(r.cs)[0].sampledValue.map(line), [
      'Power.Factor - 0.75 -',
      'Power.Factor L1 1 -',
      'Power.Factor L2 0.5 -',
    ]);
  });

  for (const [list, want] of [
    ['Voltage.L1-N', ['Voltage L1-N 230 V']],
    ['Current.Import.L1,Current.Import.L3', ['Current.Import L1 15.9 A', 'Current.Import L3 16.1 A']],
    [
      'Power.Active.Import.L2,Voltage,Current.Import.L2',
      [
        'Power.Active.Import L2 3696 W',
        'Current.Import L2 16 A',
        'Voltage L1-N 230 V',
        'Voltage L2-N 231 V',
        'Voltage L3-N 229 V',
      ],
    ],
    ['Voltage.L2-N,Voltage', ['Voltage L1-N 230 V', 'Voltage L2-N 231 V', 'Voltage L3-N 229 V']],
    ['Power.Factor.L2', ['Power.Factor L2 1 -']],
  ] as [string, string[]][])
    it(`phases one by one: ${list}`, () => {
      const r = ready();
      assert.deepEqual(asked(r, 'ChangeConfiguration', { key: 'MeterValuesSampledData', value: list }), {
        status: 'Accepted',
      });
      asked(r, 'TriggerMessage', { requestedMessage: 'MeterValues' });
      assert.deepEqual(meter(r.cs)[0].sampledValue.map(line), want);
    });

  it('a phase that is not wired: the register; samples and transactionData each have their own phases', () => {
    const r = ready({ settings: { oms: 'Voltage.L2-N', oss: 'Voltage.L1-N,Current.Import', ocppi: 5 } });
    charge(r, 8000);
    r.c.b.phases = 1;
    asked(r, 'TriggerMessage', { requestedMessage: 'MeterValues' });
    assert.deepEqual(meter(r.cs).at(-1)!.sampledValue.map(line), [PHASES[0]]);
    r.c.b.phases = 3;
    r.run(4000);
    assert.deepEqual(meter(r.cs).at(-1)!.sampledValue.map(line), ['Voltage L2-N 231 V']);
    r.tap('AA');
    r.run(6000);
    assert.deepEqual(data(r.cs)[1].sampledValue.map(line), [
      'Current.Import L1 15.9 A',
      'Current.Import L2 16 A',
      'Current.Import L3 16.1 A',
      'Voltage L1-N 230 V',
    ]);
  });

  for (const [rotation, want] of [
    ['1.STR', 'L1-N 229, L2-N 230, L3-N 231'],
    ['0.RST,1.TSR', 'L1-N 229, L2-N 231, L3-N 230'],
    ['1.Unknown', 'L1-N 230, L2-N 231, L3-N 229'],
  ])
    it(`with ocppr the phases are those of the grid: ${rotation}`, () => {
      const r = ready({ settings: { oms: 'Voltage' } });
      r.store.set('k.ocppr', '1');
      asked(r, 'ChangeConfiguration', { key: 'ConnectorPhaseRotation', value: rotation });
      asked(r, 'TriggerMessage', { requestedMessage: 'MeterValues' });
      const v = meter(r.cs)[0].sampledValue.map((s) => `${s.phase} ${s.value}`);
      assert.equal(v.join(', '), want);
    });

  it('energy of an interval: from the start or the sample before; none where that is missing', () => {
    const list = 'Energy.Active.Import.Interval,Voltage.L1-N';
    const r = ready({ settings: { oms: list, oma: list, ocppi: 10, ocppai: 30, owp: 0 } });
    charge(r, 6000);
    const add = (ms: number, wh: number): void => {
      r.c.m.eto += wh;
      r.run(ms);
    };
    add(10000, 5);
    add(10000, 7);
    add(10000, 0);
    add(10000, 1);
    const energy = (context: string): (string | undefined)[] =>
      meter(r.cs)
        .filter((v) => v.sampledValue.some((s) => s.context === context))
        .map((v) => v.sampledValue.find((s) => s.measurand!.endsWith('Interval'))?.value);
    assert.deepEqual(energy('Sample.Periodic'), ['5', '7', '0', '1']);
    assert.deepEqual(energy('Sample.Clock'), [undefined]);
    r.run(30000);
    assert.deepEqual(energy('Sample.Clock'), [undefined, '1']);
    // The clock jumps: the grid is laid anew, and what was before it does not count.
    r.c.f.clock(r.c, r.c.f.wall(r.c) + 3600000);
    r.run(31000);
    assert.equal(energy('Sample.Clock').at(-1), undefined);
  });

  it('a list whose measurands have no reading: the register', () => {
    const r = ready({ settings: { oms: 'Voltage' } });
    r.c.b.meter!.ok = 0;
    asked(r, 'TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 });
    assert.deepEqual(meter(r.cs)[0].sampledValue.map(line), [PHASES[0]]);
  });

  it('trigger: the transaction only while it runs', () => {
    const r = ready();
    asked(r, 'TriggerMessage', { requestedMessage: 'MeterValues' });
    charge(r, 5000);
    asked(r, 'TriggerMessage', { requestedMessage: 'MeterValues' });
    assert.deepEqual(
      r.cs.calls('MeterValues').map((m) => m.transactionId),
      [undefined, 101],
    );
  });
});

describe('ocpp contexts', () => {
  it('clock-aligned values carry the transaction while it runs; both kinds side by side, each with its list', () => {
    const r = ready({ settings: { ocppi: 20, ocppai: 30, oms: 'Voltage', oma: 'Current.Offered' } });
    r.run(31000);
    charge(r, 65000);
    const all = r.cs.calls('MeterValues') as { transactionId?: number; meterValue: Value[] }[];
    const told = all.map((m) => [
      m.meterValue[0].sampledValue[0].context,
      m.meterValue[0].sampledValue[0].measurand,
      m.transactionId,
    ]);
    assert.deepEqual(told, [
      ['Sample.Clock', 'Current.Offered', undefined],
      ['Sample.Periodic', 'Voltage', 101],
      ['Sample.Clock', 'Current.Offered', 101],
      ['Sample.Periodic', 'Voltage', 101],
      ['Sample.Clock', 'Current.Offered', 101],
      ['Sample.Periodic', 'Voltage', 101],
    ]);
    const t0 = Date.parse(r.cs.calls('StartTransaction')[0].timestamp as string);
    for (const v of all.map((m) => m.meterValue[0]))
      assert.equal(
        (Date.parse(v.timestamp) - (v.sampledValue[0].context === 'Sample.Clock' ? NOW : t0)) %
          (v.sampledValue[0].context === 'Sample.Clock' ? 30000 : 20000),
        0,
        v.timestamp,
      );
  });

  it('an interval that does not divide a day begins anew at midnight', () => {
    const cs = new Csms();
    cs.now = () => new Date(Date.parse('2026-01-10T23:59:00Z') + cs.t()).toISOString();
    const r = ready({ cs, settings: { ocppai: 7000 } });
    r.run(8000000);
    assert.deepEqual(
      meter(cs).map((v) => v.timestamp),
      ['2026-01-11T00:00:00.000Z', '2026-01-11T01:56:40.000Z'],
    );
  });

  it('no clock: no clock-aligned values, periodic ones wait for theirs', () => {
    const cs = new Csms();
    cs.up = false;
    const r = rig({ cs, settings: { ocppao: 1, ocppi: 10, ocppai: 10 } });
    charge(r, 25000);
    cs.up = true;
    r.run(40000);
    const all = meter(cs).map((v) => v.sampledValue[0].context);
    const first = all.indexOf('Sample.Clock');
    assert.ok(
      first < 0 || all.slice(0, first).filter((c) => c === 'Sample.Periodic').length >= 2,
      all.join(),
    );
    for (const v of meter(cs)) assert.ok(Date.parse(v.timestamp) > NOW - 60000, v.timestamp);
  });

  it('a supply that fails and comes back: Interruption.Begin with what was noted last, Interruption.End', () => {
    const o = { settings: { ocppi: 10, oss: 'Energy.Active.Import.Register,Voltage' } };
    const r = ready(o);
    charge(r, 25000);
    const cut = r.c.t;
    r.c.m.eto += 7;
    const cs = new Csms();
    cs.tx = r.cs.tx;
    const s = rig({ cs, store: new Map(r.store), boot: 2, ...o });
    s.c.m.eto = 1010;
    cs.now = () => new Date(NOW + cut + 60000 + cs.t()).toISOString();
    s.cp = 'C';
    s.run(15000);
    s.tap('AA');
    s.run(6000);
    assert.deepEqual(contexts(data(cs)), [
      'Transaction.Begin',
      'Sample.Periodic',
      'Sample.Periodic',
      'Interruption.Begin',
      'Interruption.End',
      'Sample.Periodic',
      'Transaction.End',
    ]);
    const [begin, end] = ['Interruption.Begin', 'Interruption.End'].map((c) =>
      data(cs).find((v) => v.sampledValue[0].context === c)!,
    );
    assert.deepEqual(begin.sampledValue.map(line), ['Energy.Active.Import.Register - 1000 Wh']);
    assert.equal(end.sampledValue[0].value, '1010');
    assert.equal(end.sampledValue.length, 4);
    const at = (v: Value): number => Date.parse(v.timestamp) - NOW;
    assert.ok(at(begin) <= cut && at(begin) > cut - 15000, begin.timestamp);
    assert.ok(at(end) >= cut + 60000, end.timestamp);
    const times = data(cs).map((v) => v.timestamp);
    assert.deepEqual(times, [...times].sort());
    assert.deepEqual(
      [...s.store.keys()].filter((k) => k[0] === 'd'),
      [],
    );
  });

  it('two failures of the supply, the clock unknown behind each: the times are those of the events', () => {
    const o = { settings: { ocppi: 10, oss: 'Energy.Active.Import.Register' } };
    let r: Rig = ready(o);
    charge(r, 25000);
    const cs = new Csms();
    let now = NOW + r.c.t;
    const began: number[] = [];
    for (const boot of [2, 3]) {
      now += 60000;
      began.push(now);
      const from = now;
      r = rig({ cs, store: new Map(r.store), boot, ...o });
      const { c } = r;
      cs.t = () => c.t;
      cs.now = () => new Date(from + c.t).toISOString();
      cs.tx = 101;
      r.cp = 'C';
      r.run(35000);
      now += 35000;
    }
    r.tap('AA');
    r.run(6000);
    const times = data(cs).map((v) => v.timestamp);
    assert.deepEqual(times, [...times].sort());
    const ends = data(cs).filter((v) => v.sampledValue[0].context === 'Interruption.End');
    for (let i = 0; i < 2; i++) {
      const late = Date.parse(ends[i].timestamp) - began[i];
      assert.ok(late >= 0 && late < 1000, ends[i].timestamp);
    }
  });

  it('nobody wants transactionData: an interruption leaves nothing', () => {
    const r = ready();
    charge(r, 5000);
    const s = rig({ store: new Map(r.store), boot: 2 });
    s.cp = 'C';
    s.run(5000);
    assert.deepEqual(
      [...s.store.keys()].filter((k) => k[0] === 'd'),
      [],
    );
  });

  it('many transactions offline: each has its own samples from begin to end, and none is left, over a power cut too', () => {
    const settings = { ocppao: 1, ocppi: 60, oss: 'Energy.Active.Import.Register' };
    const r = ready({ settings });
    r.cs.up = false;
    r.cs.wire!.cut();
    const begun: number[] = [];
    for (let i = 0; i < 20; i++) {
      r.c.m.eto = 1000 + i * 100;
      begun.push(r.c.m.eto);
      charge(r, i % 3 ? 5000 : 190000);
      r.c.m.eto += 50;
      r.tap('AA');
      r.run(2000);
      r.cp = 'A';
      r.run(2000);
    }
    const s = rig({ store: r.store, boot: 2, settings });
    s.cs.now = () => new Date(NOW + 7200000 + s.c.t).toISOString();
    s.c.m.eto = r.c.m.eto;
    s.run(3000);
    // In the middle of forgetting what was told.
    while (s.cs.calls('StopTransaction').length < 4) s.run(20);
    s.run(140);
    const t = rig({ store: s.store, boot: 3, settings });
    t.cs.now = () => new Date(NOW + 7300000 + t.c.t).toISOString();
    t.c.m.eto = r.c.m.eto;
    t.run(60000);
    const stops = [...s.cs.calls('StopTransaction'), ...t.cs.calls('StopTransaction')];
    const told = stops.map((q) => {
      const v = (q.transactionData as Value[]).map((x) => x.sampledValue[0]);
      return [v[0].context, +v[0].value, v.at(-1)!.context, +v.at(-1)!.value].join(' ');
    });
    assert.deepEqual(
      [...new Set(told)],
      begun.map((wh) => `Transaction.Begin ${wh} Transaction.End ${wh + 50}`),
    );
    const left = [...t.store.keys()].filter((k) => k[0] === 'd' || k[0] === 'q');
    assert.deepEqual(left, ['qx']);
  });

  for (const [hours, cuts] of [
    [12, 0],
    [3, 4],
  ])
    it(`${hours} h, ${cuts} interruptions: never more than StopTransactionMaxMeterValues, ends kept, nothing left`, () => {
      const o = { settings: { ocppi: 60, owp: 0, oss: 'Power.Active.Import' } };
      let r: Rig = ready(o);
      charge(r, 5000);
      for (let i = 0; i <= cuts; i++) {
        // What happens once a minute needs no 3000 turns.
        for (let minute = 0; minute < (hours * 60) / (cuts + 1); minute++) {
          r.c.t += 59300;
          r.run(700);
        }
        if (i < cuts) {
          const now = NOW + r.c.t;
          const cs = new Csms();
          cs.tx = r.cs.tx;
          cs.now = () => new Date(now + 1000 + cs.t()).toISOString();
          r = rig({ cs, store: new Map(r.store), boot: i + 2, ...o });
          r.cp = 'C';
          r.run(6000);
        }
      }
      let dels = 0;
      const del = r.c.f.del;
      r.c.f.del = (k) => (dels++, del(k));
      r.tap('AA');
      r.run(8000);
      const all = contexts(data(r.cs));
      assert.ok(all.length > 15 && all.length <= 40, '' + all.length);
      assert.equal(all[0], 'Transaction.Begin');
      assert.equal(all.at(-1), 'Transaction.End');
      assert.equal(all.filter((c) => c.startsWith('Transaction')).length, 2);
      assert.deepEqual(
        [...r.store.keys()].filter((k) => k[0] === 'd'),
        [],
      );
      assert.ok(dels < 100, `${dels} removals at the end`);
    }).timeout(60000);
});
