// The SmartCharging profile: worked numbers of schedules, every refusal, replacing and clearing, and what of it reaches the
// charger's limit.

import assert from 'node:assert/strict';
import * as journal from '../../firmware/core/journal';
import { depth } from '../fake/depth';
import { Flash } from '../fake/flash';
import { asked, ready, rig } from '../fake/csms';
import type { Options, Rig } from '../fake/csms';

/** Power cuts in a change of the profiles. */
const CUTS = depth('PROFILE_CUTS');
const T0 = Date.parse('2026-01-10T12:00:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();

/** 'start limit, start limit/phases, …' as periods. */
const periods = (text: string): object[] =>
  text.split(', ').map((p) => {
    const [, startPeriod, limit, phases] = /^(\d+) ([\d.]+)(?:\/(\d))?$/.exec(p)!;
    return {
      startPeriod: +startPeriod,
      limit: +limit,
      ...(phases && { numberPhases: +phases }),
    };
  });

type Json = Record<string, unknown>;
interface More {
  id?: number;
  kind?: string;
  daily?: string;
  from?: number;
  to?: number;
  start?: number | null;
  duration?: number;
  unit?: string;
  tx?: number;
}

let ids = 0;
/** A profile: purpose by its first letters (max, def, tx), stack level, periods. */
function profile(purpose: 'max' | 'def' | 'tx', stackLevel: number, text: string, m: More = {}): Json {
  const date = (s: number | undefined): string | undefined =>
    s === undefined ? undefined : iso(T0 + s * 1000);
  return JSON.parse(
    JSON.stringify({
      chargingProfileId: m.id ?? ++ids,
      transactionId: m.tx,
      stackLevel,
      chargingProfilePurpose: { max: 'ChargePointMaxProfile', def: 'TxDefaultProfile', tx: 'TxProfile' }[
        purpose
      ],
      chargingProfileKind: m.kind ?? 'Absolute',
      recurrencyKind: m.daily,
      validFrom: date(m.from),
      validTo: date(m.to),
      chargingSchedule: {
        duration: m.duration,
        startSchedule: m.start === null ? undefined : date(m.start ?? 0),
        chargingRateUnit: m.unit ?? 'A',
        chargingSchedulePeriod: periods(text),
      },
    }),
  ) as Json;
}

const send = (r: Rig, p: Json, connectorId = p.chargingProfilePurpose === 'ChargePointMaxProfile' ? 0 : 1) =>
  asked(r, 'SetChargingProfile', { connectorId, csChargingProfiles: p });

/** The clock stands at T0 plus so many s. */
function at(r: Rig, s: number): void {
  r.c.f.clock(r.c, T0 + s * 1000);
}

/** A rig with these profiles, the clock at T0 plus `now` s. */
function holding(profiles: Json[], now = 0, o: Options = {}): Rig {
  const r = ready(o);
  at(r, Math.min(0, now));
  for (const p of profiles) assert.deepEqual(send(r, p), { status: 'Accepted' }, JSON.stringify(p));
  at(r, now);
  return r;
}

/** A composite schedule in the short form, with its duration behind a slash if it is not the one asked for. */
function composite(r: Rig, duration: number, chargingRateUnit?: 'A' | 'W', connectorId = 1): string {
  const a = asked(r, 'GetCompositeSchedule', { connectorId, duration, chargingRateUnit }, 5000) as Json;
  assert.equal(a.status, 'Accepted');
  assert.equal(a.connectorId, connectorId);
  const s = a.chargingSchedule as Json;
  assert.equal(s.startSchedule, undefined);
  assert.equal(s.chargingRateUnit, chargingRateUnit ?? 'A');
  const list = (s.chargingSchedulePeriod as Json[])
    .map((p) => `${p.startPeriod} ${p.limit}${p.numberPhases ? '/' + p.numberPhases : ''}`)
    .join(', ');
  return list + (s.duration === duration ? '' : ` | ${s.duration}`);
}

/** Plugs in, taps, charges. */
function charging(r: Rig, tag = 'AA'): void {
  r.cp = 'C';
  r.run(1000);
  r.tap(tag);
  r.run(6000);
  assert.equal(r.c.ses.on, 1);
}

/** The limit of the central system, A. */
const limit = (r: Rig): number => (r.run(2000), r.c.lim.ocpp / 10);
const NONE = 99.9;

const ONE = [
  profile('def', 0, '0 6, 100 8, 200 10', { duration: 400 }),
  profile('def', 1, '0 7, 100 9', { duration: 150 }),
];
const DAY = 86400;
const at2026 = (Date.parse('2026-01-01T00:00:00Z') - T0) / 1000;
const hour = (h: number): number => at2026 + 20 * DAY + h * 3600;
const DAILY = profile('def', 0, '0 16, 28800 6, 72000 16', {
  kind: 'Recurring', daily: 'Daily', start: at2026, duration: DAY,
}); // prettier-ignore
const NIGHT = profile('def', 1, '0 20, 10800 25', {
  kind: 'Recurring', daily: 'Daily', start: at2026 + 22 * 3600, duration: 21600,
}); // prettier-ignore
const WEEKEND = profile('def', 2, '0 32', {
  kind: 'Recurring', daily: 'Weekly', start: at2026 + 2 * DAY, duration: 2 * DAY,
}); // prettier-ignore
const WATTS = profile('def', 0, '0 11000/3, 600 6000, 1200 3680/1, 1800 1380/1', { unit: 'W' });

describe('smart charging: composite schedules', () => {
  const story = (
    title: string,
    profiles: Json[],
    rows: [now: number, duration: number, unit: 'A' | 'W' | undefined, want: string][],
  ): void =>
    void it(title, () => {
      for (const [now, duration, unit, want] of rows)
        assert.equal(composite(holding(profiles, now), duration, unit), want, `at ${now}`);
    });

  story(
    'nothing installed: what the hardware gives',
    [],
    [
      [0, 300, undefined, '0 32'],
      [0, 300, 'W', '0 22080'],
    ],
  );
  story('stacking in one purpose', ONE, [
    [0, 350, 'A', '0 7, 100 9, 150 8, 200 10'],
    [20, 350, 'A', '0 7, 80 9, 130 8, 180 10'],
    [0, 500, 'A', '0 7, 100 9, 150 8, 200 10, 400 32'],
    [-50, 100, 'A', '0 32, 50 7'],
  ]);
  story('daily recurrence', [DAILY], [[hour(7), 14 * 3600, 'A', '0 16, 3600 6, 46800 16']]);
  story(
    'daily over daily',
    [DAILY, NIGHT],
    [[hour(20), 12 * 3600, 'A', '0 16, 7200 20, 18000 25, 28800 16']],
  );
  const friday = hour(24 * 2 + 23); // 2026-01-23
  story(
    'weekly over both',
    [DAILY, NIGHT, WEEKEND],
    [
      [friday, 4 * 3600, 'A', '0 20, 3600 32'],
      [friday + 2 * DAY - 3600, 12 * 3600, 'A', '0 32, 7200 20, 10800 25, 21600 16, 36000 6'],
    ],
  );
  story(
    'weekly over daily',
    [DAILY, WEEKEND],
    [
      [friday, 4 * 3600, 'A', '0 16, 3600 32'],
      [friday + 2 * DAY - 3600, 12 * 3600, 'A', '0 32, 7200 16, 36000 6'],
    ],
  );
  story(
    'units',
    [WATTS],
    [
      [0, 2400, 'A', '0 15.9, 600 8.7, 1200 16/1, 1800 6/1'],
      [0, 2400, 'W', '0 11000, 600 6000, 1200 3680/1, 1800 1380/1'],
    ],
  );
  story(
    'units are compared as asked for',
    [WATTS, profile('max', 0, '0 13')],
    [
      [0, 2400, 'A', '0 13, 600 8.7, 1200 13/1, 1800 6/1'],
      [0, 2400, 'W', '0 8970, 600 6000, 1200 3680/1, 1800 1380/1'],
    ],
  );
  story(
    'validity and gaps',
    [ONE[0], profile('def', 3, '0 0, 300 10', { from: 300, to: 900, start: 300 })],
    [
      [0, 1200, 'A', '0 6, 100 8, 200 10, 300 0, 600 10, 900 32'],
      [301, 700, 'A', '0 0, 299 10, 599 32'],
    ],
  );
  story(
    'without a duration the last period hides what is below for ever',
    [profile('def', 0, '0 6'), profile('def', 1, '0 7, 10 9')],
    [[1000, 100000, 'A', '0 9']],
  );
  story(
    'neighbours that are equal are one',
    [profile('def', 0, '0 10, 60 10, 120 10/3, 180 10/2'), profile('max', 0, '0 10', { start: 30 })],
    [[0, 300, 'A', '0 10, 180 10/2']],
  );
  story(
    'minChargingRate raises nothing, half a tenth is rounded down',
    [
      {
        ...profile('def', 0, '0 6'),
        chargingSchedule: {
          chargingRateUnit: 'A',
          minChargingRate: 16,
          startSchedule: iso(T0),
          chargingSchedulePeriod: periods('0 8.2, 10 8.19, 20 7.1'),
        },
      },
    ],
    [[0, 300, 'A', '0 8.2, 10 8.1, 20 7.1']],
  );
  story(
    'Relative and without a start: from now where no transaction runs',
    [
      profile('def', 0, '0 6, 100 8', { kind: 'Relative', start: null }),
      profile('def', 1, '0 16, 50 20', { duration: 80, start: null }),
    ],
    [[5000, 200, 'A', '0 16, 50 20, 80 6, 100 8']],
  );
  story('a week at most', [profile('def', 0, '0 6')], [[0, 10 * DAY, 'A', '0 6 | 604800']]);
  story(
    'cut at 24 periods, and the duration with it',
    [
      profile(
        'def',
        0,
        Array.from({ length: 24 }, (_, i) => `${i * 3600} ${6 + i / 2}`).join(', '),
        { kind: 'Recurring', daily: 'Daily', start: 0 }, // prettier-ignore
      ),
    ],
    [
      [
        0,
        2 * DAY,
        'A',
        Array.from({ length: 24 }, (_, i) => `${i * 3600} ${6 + i / 2}`).join(', ') + ` | ${DAY}`,
      ],
    ],
  );

  it('three purposes; a TxProfile hides the default as long as it is valid, or falls back if told to', () => {
    for (const [fall, tail, later] of [
      [0, '240 10', '210 10'],
      [1, '240 10, 260 8, 300 10', '210 10, 230 8, 270 10'],
    ] as const) {
      const r = ready({ settings: { opf: fall } });
      charging(r);
      at(r, 0);
      for (const p of [
        profile('max', 0, '0 10', { duration: DAY }),
        profile('def', 0, '0 6, 60 10, 120 8, 180 15, 260 8', { duration: 300, to: 401 }),
        profile('tx', 0, '0 8, 50 11, 140 16, 200 6, 240 12', { duration: 260, to: 401 }),
      ])
        assert.deepEqual(send(r, p), { status: 'Accepted' });
      at(r, 0);
      assert.equal(composite(r, 400), '0 8, 50 10, 200 6, ' + tail);
      at(r, 30);
      assert.equal(composite(r, 400), '0 8, 20 10, 170 6, ' + later);
    }
  });

  it('Relative: from the start of the transaction', () => {
    const r = ready();
    charging(r);
    assert.deepEqual(
      send(r, profile('tx', 0, '0 16, 1800 8, 3600 0, 5400 10', { kind: 'Relative', start: null })),
      { status: 'Accepted' },
    );
    assert.equal(limit(r), 16);
    at(r, 0);
    r.c.ses.t0 = r.c.t - 1200000;
    assert.equal(composite(r, 5400), '0 16, 600 8, 2400 0, 4200 10');
  });

  for (const kind of ['Relative', 'Absolute'])
    it(`${kind} without a start: that of the charge point counts from its reception, over a restart too`, () => {
      const r = ready();
      at(r, 0);
      assert.deepEqual(send(r, profile('max', 0, '0 8, 600 10, 1200 12', { kind, start: null })), {
        status: 'Accepted',
      });
      at(r, 500);
      assert.equal(composite(r, 1000), '0 8, 100 10, 700 12');
      charging(r);
      at(r, 700);
      assert.equal(composite(r, 1000), '0 10, 500 12');
      assert.equal(limit(r), 10);
      const s = rig({ store: r.store, boot: 2 });
      s.run(3000);
      at(s, 1300);
      assert.equal(composite(s, 1000), '0 12');
    });

  it('Absolute without a start: from the start of the transaction', () => {
    const r = ready();
    charging(r);
    at(r, 0);
    assert.deepEqual(send(r, profile('tx', 0, '0 16, 1800 8', { start: null })), { status: 'Accepted' });
    at(r, 0);
    r.c.ses.t0 = r.c.t - 1200000;
    assert.equal(composite(r, 5400), '0 16, 600 8');
  });

  it('a profile of the connector stands in for one of the charge point at the same level', () => {
    const r = ready();
    at(r, 0);
    send(r, profile('def', 1, '0 10'), 0);
    send(r, profile('def', 0, '0 8'), 0);
    send(r, profile('def', 1, '0 12', { from: 100, to: 200 }), 1);
    at(r, 0);
    assert.equal(composite(r, 300), '0 8, 100 12, 200 8');
    assert.equal(composite(r, 300, 'A', 0).slice(0, 3), '0 8');
  });

  it('clearing', () => {
    const r = holding([
      profile('def', 1, '0 6, 60 8, 200 10', { id: 21, duration: 400 }),
      profile('def', 0, '0 7, 100 9', { id: 22, duration: 400 }),
      profile('max', 0, '0 11, 200 12', { id: 23 }),
    ]);
    const clear = (q: object): unknown => (asked(r, 'ClearChargingProfile', q) as Json).status;
    const now = (): string => (at(r, 0), composite(r, 350));
    assert.equal(now(), '0 6, 60 8, 200 10');
    for (const q of [
      { id: 20 },
      { id: 20, connectorId: 1 },
      { connectorId: 0, stackLevel: 1 },
      { chargingProfilePurpose: 'TxProfile' },
      { chargingProfilePurpose: 'TxDefaultProfile', connectorId: 0 },
      { stackLevel: 2 },
      { connectorId: -1 },
    ])
      assert.equal(clear(q), 'Unknown', JSON.stringify(q));
    assert.equal(now(), '0 6, 60 8, 200 10');
    assert.equal(clear({ id: 21, stackLevel: 7 }), 'Accepted');
    assert.equal(now(), '0 7, 100 9');
    assert.equal(clear({ chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 0 }), 'Accepted');
    assert.equal(now(), '0 11, 200 12');
    assert.equal(clear({}), 'Accepted');
    assert.equal(now(), '0 32');
    assert.equal(clear({}), 'Unknown');
  });

  for (const [q, want] of [
    [{ connectorId: 2, duration: 10 }, { status: 'Rejected' }],
    [{ connectorId: -1, duration: 10 }, { status: 'Rejected' }],
    [{ connectorId: 1, duration: 0 }, { status: 'Rejected' }],
    [{ connectorId: 1, duration: -5 }, { status: 'Rejected' }],
    [{ connectorId: 1, duration: 10, chargingRateUnit: 'V' }, 'PropertyConstraintViolation'],
    [{ connectorId: 1 }, 'OccurenceConstraintViolation'],
    [{ connectorId: '1', duration: 10 }, 'TypeConstraintViolation'],
  ] as const)
    it('GetCompositeSchedule ' + JSON.stringify(q), () =>
      assert.deepEqual(asked(ready(), 'GetCompositeSchedule', q), want),
    );
});

describe('smart charging: what is refused', () => {
  const good = profile('def', 0, '0 10', { id: 1 });
  const schedule = good.chargingSchedule as Json;
  const with_ = (p: object, s?: object): Json =>
    JSON.parse(
      JSON.stringify({ ...good, ...p, chargingSchedule: s ? { ...schedule, ...s } : schedule }),
    ) as Json;
  const list = (chargingSchedulePeriod: unknown): Json => with_({}, { chargingSchedulePeriod });
  const NO = { status: 'Rejected' };
  const YES = { status: 'Accepted' };
  const LACK = 'OccurenceConstraintViolation';
  const TYPE = 'TypeConstraintViolation';
  const VALUE = 'PropertyConstraintViolation';
  const rows: [title: string, p: Json, connector: number, want: unknown][] = [
    ['as it is', good, 1, YES],
    ['for the whole charge point', good, 0, YES],
    ['connector 2', good, 2, VALUE],
    ['connector -1', good, -1, VALUE],
    ['no id', with_({ chargingProfileId: undefined }), 1, LACK],
    ['id of text', with_({ chargingProfileId: '1' }), 1, TYPE],
    ['no stackLevel', with_({ stackLevel: undefined }), 1, LACK],
    ['stackLevel -1', with_({ stackLevel: -1 }), 1, VALUE],
    ['stackLevel 8', with_({ stackLevel: 8 }), 1, YES],
    ['stackLevel 9', with_({ stackLevel: 9 }), 1, NO],
    ['unknown purpose', with_({ chargingProfilePurpose: 'Max' }), 1, VALUE],
    ['unknown kind', with_({ chargingProfileKind: 'Weekly' }), 1, VALUE],
    ['recurrencyKind of another kind', with_({ recurrencyKind: 'Daily' }), 1, YES],
    ['unknown recurrencyKind', with_({ recurrencyKind: 'Yearly' }), 1, VALUE],
    ['Recurring without recurrencyKind', with_({ chargingProfileKind: 'Recurring' }), 1, NO],
    [
      'Recurring without startSchedule',
      with_({ chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' }, { startSchedule: undefined }),
      1,
      NO,
    ],
    ['Absolute without startSchedule', with_({}, { startSchedule: undefined }), 1, YES],
    ['no schedule', { ...good, chargingSchedule: undefined } as Json, 1, LACK],
    ['a list of schedules', { ...good, chargingSchedule: [schedule] }, 1, TYPE],
    ['unit V', with_({}, { chargingRateUnit: 'V' }), 1, VALUE],
    ['no unit', with_({}, { chargingRateUnit: undefined }), 1, LACK],
    ['duration of text', with_({}, { duration: '1' }), 1, TYPE],
    ['duration -1', with_({}, { duration: -1 }), 1, NO],
    ['validFrom that is no date', with_({ validFrom: 'tomorrow' }), 1, VALUE],
    ['validTo before validFrom', with_({ validFrom: iso(T0 + 2e6), validTo: iso(T0 + 1e6) }), 1, NO],
    ['validTo in the past', with_({ validTo: iso(T0 - 1e6) }), 1, NO],
    ['validity in another zone', with_({ validTo: '2026-01-10T13:00:10+01:00' }), 1, YES],
    ['no list', list(undefined), 1, LACK],
    ['a list that is none', list({ startPeriod: 0 }), 1, TYPE],
    ['no period', list([]), 1, NO],
    ['a period that is none', list([7]), 1, TYPE],
    ['no startPeriod', list([{ limit: 6 }]), 1, LACK],
    ['no limit', list([{ startPeriod: 0 }]), 1, LACK],
    ['limit of text', list([{ startPeriod: 0, limit: '6' }]), 1, TYPE],
    ['startPeriod with a fraction', list([{ startPeriod: 0.5, limit: 6 }]), 1, TYPE],
    ['first startPeriod 1', list([{ startPeriod: 1, limit: 6 }]), 1, NO],
    ['startPeriod that falls', list(periods('0 6, 10 7, 5 8')), 1, NO],
    ['startPeriod twice', list(periods('0 6, 10 7, 10 8')), 1, NO],
    ['limit -1', list([{ startPeriod: 0, limit: -1 }]), 1, NO],
    ['limit 0', list(periods('0 0')), 1, YES],
    ['4 phases', list(periods('0 6/4')), 1, NO],
    ['0 phases', list(periods('0 6/0')), 1, NO],
    ['2 phases', list(periods('0 6/2')), 1, YES],
    ['24 periods', list(periods(Array.from({ length: 24 }, (_, i) => i + ' 6').join(', '))), 1, YES],
    ['25 periods', list(periods(Array.from({ length: 25 }, (_, i) => i + ' 6').join(', '))), 1, NO],
    ['ChargePointMaxProfile on a connector', profile('max', 0, '0 6'), 1, NO],
    ['ChargePointMaxProfile, Relative', profile('max', 0, '0 6', { kind: 'Relative', start: null }), 0, YES],
    ['TxProfile on 0', profile('tx', 0, '0 6'), 0, NO],
    ['TxProfile without a transaction', profile('tx', 0, '0 6'), 1, NO],
    ['transactionId of another purpose', profile('def', 0, '0 6', { tx: 9 }), 1, YES],
  ];
  for (const [title, p, connector, want] of rows)
    it(title, () => {
      const r = ready();
      at(r, 0);
      assert.deepEqual(send(r, p, connector), want);
      const kept = [...r.store.keys()].filter((k) => /^p\d$/.test(k));
      assert.equal(kept.length, want === YES ? 1 : 0);
      const left = want === YES ? 'Accepted' : 'Unknown';
      assert.deepEqual(asked(r, 'ClearChargingProfile', {}), { status: left });
    });

  it('TxProfile: only for the transaction that runs', () => {
    const r = ready();
    charging(r);
    assert.deepEqual(send(r, profile('tx', 0, '0 6', { tx: 102 })), NO);
    assert.deepEqual(send(r, profile('tx', 0, '0 6', { tx: 101 })), YES);
    assert.deepEqual(send(r, profile('tx', 1, '0 8')), YES);
    assert.deepEqual(send(r, profile('tx', 1, '0 8'), 0), NO);
    assert.equal(limit(r), 8);
  });

  it('an eleventh profile, unless it replaces one; one that has expired gives way', () => {
    const r = ready();
    at(r, 0);
    for (let i = 0; i < 8; i++) assert.deepEqual(send(r, profile('def', i, '0 10', { id: 40 + i })), YES);
    assert.deepEqual(send(r, profile('max', 0, '0 20', { id: 50 })), YES);
    assert.deepEqual(send(r, profile('max', 1, '0 20', { id: 51, to: 100 })), YES);
    assert.deepEqual(send(r, profile('max', 2, '0 20', { id: 52 })), NO);
    assert.deepEqual(send(r, profile('def', 3, '0 9', { id: 60 })), YES, 'same level');
    assert.deepEqual(send(r, profile('max', 3, '0 20', { id: 44 })), YES, 'same id');
    assert.deepEqual(send(r, profile('max', 4, '0 20', { id: 53 })), NO);
    at(r, 200);
    assert.deepEqual(send(r, profile('max', 4, '0 20', { id: 53 })), YES);
  });

  it('what cannot be kept is refused, and the one before stays', () => {
    const r = holding([profile('def', 0, '0 10', { id: 1 })]);
    const { put } = r.c.f;
    r.c.f.put = (k, v) => (/^p\d$/.test(k) ? false : put(k, v));
    assert.deepEqual(send(r, profile('def', 0, '0 8', { id: 1 })), NO);
    assert.equal(limit(r), 10);
  });

  it('the same limit again, from now, is no write', () => {
    const r = holding([profile('def', 1, '0 10', { id: 2 }), profile('def', 0, '0 8', { id: 1 })]);
    const kept = r.store.get('p1');
    at(r, 500);
    assert.deepEqual(send(r, profile('def', 0, '0 8', { id: 1, start: 440 })), YES);
    assert.equal(r.store.get('p1'), kept);
    assert.deepEqual(send(r, profile('def', 0, '0 8', { id: 1, start: 700 })), YES);
    assert.notEqual(r.store.get('p1'), kept);
  });

  it('one that takes the place of two leaves one', () => {
    const r = holding([profile('def', 0, '0 10', { id: 1 }), profile('def', 1, '0 12', { id: 2 })]);
    assert.deepEqual(send(r, profile('def', 1, '0 14', { id: 1 })), YES);
    assert.equal(composite(r, 10), '0 14');
    assert.equal([...r.store.keys()].filter((k) => /^p\d$/.test(k)).length, 1);
  });

  it('too many periods for one message: refused, and the next is answered', () => {
    const r = ready();
    at(r, 0);
    const many = Array.from({ length: 80 }, (_, i) => `${i * 60} 10/3`).join(', ');
    const q = { connectorId: 1, csChargingProfiles: profile('def', 0, many) };
    assert.deepEqual(asked(r, 'SetChargingProfile', q, 4000), NO);
    assert.deepEqual(send(r, good), YES);
  });
});

describe('smart charging: the limit', () => {
  const clear = (r: Rig, q: object = {}): unknown => asked(r, 'ClearChargingProfile', q);

  it('holds for a transaction that runs, within a second; none = no limit', () => {
    const r = ready();
    at(r, 0);
    charging(r);
    assert.equal(limit(r), NONE);
    send(r, profile('def', 0, '0 10', { id: 1 }));
    assert.equal(r.c.lim.ocpp, 100);
    send(r, profile('max', 0, '0 8.5'));
    assert.equal(r.c.lim.ocpp, 85);
    send(r, profile('tx', 0, '0 20'));
    assert.equal(r.c.lim.ocpp, 85);
    clear(r, { chargingProfilePurpose: 'ChargePointMaxProfile' });
    assert.equal(r.c.lim.ocpp, 200);
    clear(r);
    assert.equal(r.c.lim.ocpp, NONE * 10);
  });

  it('is there before the transaction is', () => {
    const r = ready();
    at(r, 0);
    send(r, profile('def', 0, '0 7, 60 9', { kind: 'Relative', start: null }));
    assert.equal(limit(r), 7);
    r.run(120000);
    assert.equal(limit(r), 7);
    const most: number[] = [];
    r.c.hooks.push(() => r.c.ses.on && most.push(r.c.lim.ocpp));
    charging(r);
    assert.deepEqual([...new Set(most)], [70]);
    r.run(60000);
    assert.equal(limit(r), 9);
  });

  it('changes at the edge of a period, not later than 200 ms', () => {
    const r = ready();
    at(r, 0);
    send(r, profile('def', 0, '0 16, 60 10, 61 12, 120 8', { to: 180 }));
    const seen: [number, number][] = [];
    let last = r.c.lim.ocpp;
    for (let i = 0; i < 9500; i++) {
      r.run(20);
      if (r.c.lim.ocpp !== last) seen.push([r.c.t + r.c.w - T0, (last = r.c.lim.ocpp)]);
    }
    const want: [number, number][] = [[60000, 100], [61000, 120], [120000, 80], [180000, 999]]; // prettier-ignore
    assert.equal(seen.length, want.length, JSON.stringify(seen));
    seen.forEach(([t, a], i) => {
      assert.equal(a, want[i][1]);
      assert.ok(t >= want[i][0] && t < want[i][0] + 200, `${t}`);
    });
  });

  it('follows the clock when it jumps, forwards and back', () => {
    const r = ready();
    at(r, 0);
    send(r, profile('def', 0, '0 16, 3600 10, 7200 6'));
    for (const [s, want] of [
      [3700, 10],
      [7300, 6],
      [100, 16],
      [-100, NONE],
      [3600, 10],
    ]) {
      at(r, s);
      assert.equal(limit(r), want, `at ${s}`);
    }
  });

  it('watts: rounded down to 0.1 A, for the phases of the period', () => {
    for (const [text, want] of [
      ['0 6000', 8.6],
      ['0 11000', 15.9],
      ['0 3680/1', 16],
      ['0 1380/1', 6],
      ['0 1379/1', 5.9],
      ['0 4140', 6],
      ['0 7360/2', 16],
    ] as const) {
      const r = ready();
      at(r, 0);
      send(r, profile('def', 0, text, { unit: 'W' }));
      assert.equal(limit(r), want, text);
      send(r, profile('max', 0, '0 13'));
      assert.equal(limit(r), Math.min(want, 13), text);
    }
  });

  it('one phase is asked for as long as there is current to share', () => {
    const r = ready();
    at(r, 0);
    for (const [text, want] of [
      ['0 16/1', 1],
      ['0 0', 1],
      ['0 16', 0],
      ['0 0/1', 0],
      ['0 10/2', 0],
      ['0 6/1', 1],
    ] as const) {
      send(r, profile('def', 0, text, { id: 1 }));
      limit(r);
      assert.equal(r.c.o.ph, want, text);
    }
    clear(r);
    assert.equal((limit(r), r.c.o.ph), 0);
  });

  it('one phase at once, three again not before 5 min in the same transaction', () => {
    const r = ready();
    at(r, 0);
    charging(r);
    const ask = (text: string): number => (send(r, profile('def', 0, text, { id: 1 })), r.c.o.ph);
    assert.equal(ask('0 16/1'), 1);
    assert.equal(ask('0 16'), 1);
    r.run(290000);
    assert.equal(r.c.o.ph, 1);
    r.run(15000);
    assert.equal(r.c.o.ph, 0);
    assert.equal(ask('0 16/1'), 1);
    assert.equal(ask('0 16'), 1);
    r.c.f.stop(r.c, 'Local');
    r.run(2000);
    assert.equal(r.c.o.ph, 0);
  });

  it('a pause lasts 10 s, unless 0.5 A more than the least current is allowed', () => {
    const r = ready();
    at(r, 0);
    charging(r);
    r.cp = 'B';
    r.run(1000);
    for (const [amps, ms, want] of [
      ['5.9', 1000, 5.9],
      ['6', 1000, 5.9],
      ['6.4', 1000, 5.9],
      ['6.4', 9000, 6.4],
      ['6', 1000, 6],
      ['0', 1000, 0],
      ['6.5', 1000, 6.5],
    ] as const) {
      send(r, profile('def', 0, '0 ' + amps, { id: 1 }));
      r.run(ms);
      assert.equal(r.c.lim.ocpp / 10, want, amps);
    }
  });

  it('a refused tag keeps the energy off, whatever the profiles say', () => {
    const r = ready({ settings: { osi: 0 } });
    at(r, 0);
    send(r, profile('def', 0, '0 10'));
    r.cs.answers.StartTransaction = () => ({ transactionId: 5, idTagInfo: { status: 'Invalid' } });
    charging(r);
    r.run(2000);
    assert.equal(limit(r), 0);
    send(r, profile('max', 0, '0 20'));
    assert.equal(limit(r), 0);
    r.c.f.stop(r.c, 'Local');
    assert.equal(limit(r), 10);
  });

  it('ends with the client, and comes back with it', () => {
    const r = ready();
    at(r, 0);
    send(r, profile('def', 0, '0 10/1'));
    for (const [on, want] of [
      [0, NONE],
      [1, 10],
    ] as const) {
      r.c.k.ocppe = on;
      for (const hook of r.c.hooks) hook(r.c, 'setting', 'ocppe');
      assert.equal(limit(r), want);
      assert.equal(r.c.o.ph, on);
    }
  });
});

describe('smart charging: profiles of a transaction', () => {
  const kept = (r: Rig): number => [...r.store.keys()].filter((k) => /^p\d$/.test(k)).length;

  it('a TxProfile goes with its transaction', () => {
    const r = ready();
    charging(r);
    at(r, 0);
    send(r, profile('tx', 0, '0 8'));
    send(r, profile('def', 0, '0 20'));
    assert.equal(limit(r), 8);
    r.c.f.stop(r.c, 'Local');
    assert.equal(limit(r), 20);
    assert.equal(kept(r), 1);
  });

  const remote = (r: Rig, p: Json | undefined, more: object = {}): unknown =>
    asked(r, 'RemoteStartTransaction', { idTag: 'AA', chargingProfile: p, ...more });

  it('a remote start brings its own, which is in force from the beginning', () => {
    for (const [oar, plug] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const r = ready({ settings: { oar } });
      at(r, 0);
      if (plug) r.cp = 'C';
      r.run(1000);
      const most: number[] = [];
      r.c.hooks.push(() => r.c.ses.on && most.push(r.c.lim.ocpp));
      assert.deepEqual(remote(r, profile('tx', 2, '0 9')), { status: 'Accepted' });
      if (!plug) assert.equal(limit(r), 9);
      r.cp = 'C';
      r.run(6000);
      assert.equal(r.c.ses.on, 1);
      assert.equal(limit(r), 9);
      if (!plug) assert.deepEqual([...new Set(most)], [90]);
      const said = r.cs.log.findIndex((m) => m.action === 'RemoteStartTransaction' && m.from === 'cp');
      assert.ok(r.cs.log.slice(0, said).every((m) => !['Authorize', 'StartTransaction'].includes(m.action)));
      assert.deepEqual(send(r, profile('tx', 2, '0 11', { tx: r.c.o.tx })), { status: 'Accepted' });
      assert.equal(kept(r), 1);
      assert.equal(limit(r), 11);
      r.c.f.stop(r.c, 'Remote');
      assert.equal(limit(r), NONE);
      assert.equal(kept(r), 0);
    }
  });

  for (const [title, p, want] of [
    ['another purpose', profile('def', 0, '0 9'), { status: 'Rejected' }],
    ['with a transactionId', profile('tx', 0, '0 9', { tx: 1 }), { status: 'Rejected' }],
    ['a level too high', profile('tx', 9, '0 9'), { status: 'Rejected' }],
    ['no period', { ...profile('tx', 0, '0 9'), chargingSchedule: {} }, 'OccurenceConstraintViolation'],
    ['a wrong unit', profile('tx', 0, '0 9', { unit: 'kW' }), 'PropertyConstraintViolation'],
  ] as [string, Json, unknown][])
    it('a remote start with a profile of ' + title + ' does not start', () => {
      const r = ready();
      r.cp = 'C';
      r.run(1000);
      assert.deepEqual(remote(r, p), want);
      r.run(3000);
      assert.equal(r.c.ses.on, 0);
      assert.equal(kept(r), 0);
    });

  it('a remote start that finds no plug takes its profile along; the next transaction is free of it', () => {
    const r = ready({ settings: { txt: 60 } });
    at(r, 0);
    remote(r, profile('tx', 0, '0 9'));
    assert.equal(limit(r), 9);
    r.run(70000);
    assert.equal(r.c.ses.ok, 0);
    assert.equal(kept(r), 0);
    assert.equal(limit(r), NONE);
  });

  it('so does one whose tag is refused', () => {
    const r = ready({ settings: { oar: 1 } });
    at(r, 0);
    r.cs.answers.Authorize = () => ({ idTagInfo: { status: 'Invalid' } });
    assert.deepEqual(remote(r, profile('tx', 0, '0 9')), { status: 'Accepted' });
    r.run(3000);
    assert.equal(kept(r), 0);
  });
});

describe('smart charging: restarts', () => {
  it('all of it is there again; a profile of the transaction with the transaction', () => {
    const r = ready();
    at(r, 0);
    charging(r);
    send(r, profile('max', 0, '0 20, 60 18'));
    send(r, profile('def', 0, '0 16, 60 14'));
    send(r, profile('tx', 0, '0 12, 60 10', { kind: 'Relative', start: null }));
    const begun = r.c.ses.t0 + r.c.w;
    r.run(80000);
    assert.equal(limit(r), 10);
    r.cs.up = false;
    const s = rig({ cs: r.cs, store: r.store, boot: 2 });
    s.cp = 'C';
    s.run(5000);
    assert.equal(s.c.ses.on, 1);
    s.c.f.clock(s.c, begun + 30000);
    assert.equal(limit(s), 12, 'the start of the transaction has outlived the restart');
    s.run(30000);
    assert.equal(limit(s), 10);
    r.cs.up = true;
    s.c.f.stop(s.c, 'Local');
    assert.equal(limit(s), 14);
    const u = ready({ cs: r.cs, store: r.store, boot: 3 });
    u.c.f.clock(u.c, begun + 60000);
    assert.equal(limit(u), 14);
  });

  it('nothing is on offer until they have been looked at, and without a clock the least of all counts', () => {
    const r = ready();
    at(r, 0);
    send(r, profile('def', 0, '0 16, 60 9.5, 120 14'));
    send(r, profile('def', 1, '0 20', { from: 86400 }));
    send(r, profile('max', 0, '0 4140, 60 11040', { unit: 'W', start: 500 }));
    r.cs.up = false;
    const s = rig({ cs: r.cs, store: r.store, boot: 2 });
    s.run(20);
    assert.equal(s.c.lim.ocpp, 0);
    s.run(1000);
    assert.equal(s.c.w, 0);
    assert.equal(s.c.lim.ocpp, 60);
    r.cs.up = true;
    s.run(60000);
    assert.equal(limit(s), 9.5);
  });

  it('nothing is installed: no limit, clock or not', () => {
    const r = rig();
    r.cs.up = false;
    r.run(1000);
    assert.equal(limit(r), NONE);
    assert.equal(r.c.w, 0);
  });
});

describe('smart charging: power cuts', () => {
  /** A rig on the journal in this flash. */
  function on(flash: Flash, boot: number): Rig {
    const store = { set: journal.put, get: journal.get, delete: journal.del };
    const r = rig({ store: store as unknown as Map<string, string>, boot });
    journal.mount(flash, 3);
    r.run(3000);
    at(r, 0);
    r.run(500);
    return r;
  }

  function copy(flash: Flash): Flash {
    const f = new Flash(16);
    f.bytes.set(flash.bytes);
    return f;
  }

  it('after any of them the profiles are those before or those after', function () {
    this.timeout(120000);
    let seed = 7;
    const random = (n: number): number => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) % n;
    const any = (): [string, object] => {
      const purpose = (['max', 'def', 'def'] as const)[random(3)];
      const list = Array.from({ length: 1 + random(24) }, (_, i) => `${i * 30} ${6 + random(26)}`);
      const csChargingProfiles = profile(purpose, random(3), list.join(', '), { id: 1 + random(5) });
      return random(6)
        ? ['SetChargingProfile', { connectorId: purpose === 'max' ? 0 : random(2), csChargingProfiles }]
        : ['ClearChargingProfile', { chargingProfilePurpose: csChargingProfiles.chargingProfilePurpose }];
    };
    let flash = new Flash(16);
    let cuts = 0;
    let done = 0;
    for (let i = 0; i < CUTS; i++) {
      const [action, q] = any();
      const whole = copy(flash);
      const r = on(whole, 3 * i + 1);
      const before = composite(r, 720);
      at(r, 0);
      asked(r, action, q, 2000);
      at(r, 0);
      const after = composite(r, 720);
      const torn = copy(flash);
      const s = on(torn, 3 * i + 2);
      torn.cut = random(i % 3 ? 60 : 400);
      try {
        asked(s, action, q, 2000);
      } catch {
        // The power fails in the middle of a scan, too.
      }
      if (torn.cut < 0) cuts++;
      torn.cut = Infinity;
      const got = composite(on(torn, 3 * i + 3), 720);
      assert.ok(got === before || got === after, `${i}: ${got} of ${before} or ${after}`);
      if (got === after && before !== after) done++;
      flash = i % 2 ? torn : whole;
    }
    assert.ok(cuts > (CUTS * 100) / 240 && done > CUTS / 12, `${cuts} cuts, ${done} times new`);
  });

  it('ten of them with 24 periods are there after a restart', () => {
    const flash = new Flash(16);
    const r = on(flash, 1);
    for (let i = 0; i < 10; i++) {
      const list = Array.from({ length: 24 }, (_, k) => `${k * 10} ${i < 9 ? 32 : 6 + ((k * 7) % 24)}`);
      const p = profile(i < 9 ? 'def' : 'max', i < 9 ? i : 0, list.join(', '), { id: 1000000 + i });
      assert.deepEqual(send(r, p), { status: 'Accepted' });
      if (i === 9) at(r, 0);
    }
    const want = composite(r, 240);
    assert.equal(want.split(', ').length, 24);
    assert.equal(composite(on(flash, 2), 240), want);
  });
});
