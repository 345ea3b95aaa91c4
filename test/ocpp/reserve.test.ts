// Reservations: every status of ReserveNow, who may use one, and how it ends.

import assert from 'node:assert/strict';
import { raise } from '../../firmware/core/fault';
import { HOT } from '../../firmware/core/faults';
import { trx } from '../../firmware/core/trx.part';
import { free } from '../../firmware/core/access';
import { Csms, NOW, asked, ready, rig } from '../fake/csms';
import type { Options, Rig } from '../fake/csms';

const at = (s: number): string => new Date(NOW + s * 1000).toISOString();
const reserve = (r: Rig, more: object = {}): unknown => {
  const q = { connectorId: 1, expiryDate: at(3600), idTag: 'AA', reservationId: 7, ...more };
  const a = asked(r, 'ReserveNow', q);
  return a && typeof a === 'object' ? (a as { status: string }).status : a;
};
const cancel = (r: Rig, reservationId: number): unknown =>
  (asked(r, 'CancelReservation', { reservationId }) as { status: string }).status;
const start = (r: Rig): Record<string, unknown> => r.cs.calls('StartTransaction').at(-1)!;
const reserved = (o: Options = {}, more: object = {}): ReturnType<typeof ready> => {
  const r = ready(o);
  assert.equal(reserve(r, more), 'Accepted');
  r.run(1000);
  return r;
};
/** A central system in which every tag has this parent. */
const group = (parentIdTag: string): Csms => {
  const cs = new Csms();
  cs.answers.Authorize = () => ({ idTagInfo: { status: 'Accepted', parentIdTag } });
  return cs;
};

describe('ocpp reservation', () => {
  for (const connectorId of [0, 1])
    it(`connector ${connectorId}: Reserved, used by its tag, told with the start`, () => {
      const r = reserved({}, { connectorId });
      r.cp = 'B';
      r.run(2000);
      r.tap('aa');
      r.run(4000);
      assert.deepEqual(r.told().slice(0, 4), [
        'Status 1 Reserved',
        'Authorize aa',
        'Status 1 Preparing',
        'Start aa',
      ]);
      assert.equal(start(r).reservationId, 7);
      assert.equal(r.c.o.rv, 0);
      assert.equal(r.store.get('rv'), undefined);
      r.tap('aa');
      r.run(2000);
      r.cp = 'A';
      r.run(2000);
      assert.equal(r.told().at(-1), 'Status 1 Available');
      r.tap('BB');
      r.cp = 'B';
      r.run(4000);
      assert.equal(start(r).reservationId, undefined);
    });

  for (const [why, more, want] of [
    ['connector 2', { connectorId: 2 }, 'Rejected'],
    ['over already', { expiryDate: at(-10) }, 'Rejected'],
    ['nobody', { idTag: '' }, 'Rejected'],
    ['connector -1', { connectorId: -1 }, 'PropertyConstraintViolation'],
    ['no date', { expiryDate: 'tomorrow at noon or so' }, 'PropertyConstraintViolation'],
    ['a number for a date', { expiryDate: 5 }, 'TypeConstraintViolation'],
    ['a long tag', { idTag: 'T'.repeat(21) }, 'PropertyConstraintViolation'],
    ['a long parent', { parentIdTag: 'T'.repeat(21) }, 'PropertyConstraintViolation'],
    ['an id in quotes', { reservationId: '7' }, 'TypeConstraintViolation'],
    ['no id', { reservationId: undefined }, 'OccurenceConstraintViolation'],
    ['no connector', { connectorId: undefined }, 'OccurenceConstraintViolation'],
    ['no tag', { idTag: undefined }, 'OccurenceConstraintViolation'],
    ['no expiryDate', { expiryDate: undefined }, 'OccurenceConstraintViolation'],
  ] as [string, object, string][])
    it('refused: ' + why, () => {
      const r = ready();
      assert.equal(reserve(r, more), want);
      r.run(1000);
      assert.deepEqual([r.told(), r.c.o.rv], [[], 0]);
    });

  const STATES: [string, (r: Rig) => void, string][] = [
    ['a fault', (r): void => raise(r.c, HOT), 'Faulted'],
    [
      'taken out of service',
      (r): void => void asked(r, 'ChangeAvailability', { connectorId: 1, type: 'Inoperative' }),
      'Unavailable',
    ],
    [
      'the charge point out of service',
      (r): void => void asked(r, 'ChangeAvailability', { connectorId: 0, type: 'Inoperative' }),
      'Unavailable',
    ],
    ['a car plugged', (r): void => void (r.cp = 'B'), 'Occupied'],
    ['somebody authorised', (r): void => r.tap('BB'), 'Occupied'],
    ['another reservation', (r): void => void reserve(r, { reservationId: 8, idTag: 'BB' }), 'Occupied'],
    ['another one of the same tag', (r): void => void reserve(r, { reservationId: 8 }), 'Occupied'],
    [
      'a transaction',
      (r): void => {
        r.tap('BB');
        r.cp = 'C';
        r.run(6000);
      },
      'Occupied',
    ],
    [
      'a car after its transaction',
      (r): void => {
        r.tap('BB');
        r.cp = 'C';
        r.run(6000);
        r.tap('BB');
        r.run(2000);
      },
      'Occupied',
    ],
  ];
  for (const [why, make, want] of STATES)
    for (const connectorId of [0, 1])
      it(`${why}: ${want} for connector ${connectorId}`, () => {
        const r = ready();
        make(r);
        r.run(2000);
        assert.equal(reserve(r, { connectorId }), want);
      });

  it('not before the charge point is accepted', () => {
    const cs = new Csms();
    cs.answers.BootNotification = () => ({ status: 'Pending', currentTime: cs.now(), interval: 600 });
    const r = rig({ cs });
    r.run(3000);
    assert.equal(reserve(r), 'Rejected');
  });

  it('the same id replaces: another tag, another end, another connector, plugged or not', () => {
    const r = reserved();
    r.cp = 'B';
    r.run(1000);
    assert.equal(reserve(r, { idTag: 'BB', connectorId: 0, expiryDate: at(60) }), 'Accepted');
    r.tap('AA');
    r.run(2000);
    assert.equal(r.c.ses.on, 0);
    r.tap('BB');
    r.run(2000);
    assert.deepEqual([start(r).idTag, start(r).reservationId], ['BB', 7]);
  });

  it('expires: Available, and free for others', () => {
    const r = reserved({}, { expiryDate: at(30) });
    r.run(30000);
    assert.deepEqual(r.told(), ['Status 1 Reserved', 'Status 1 Available']);
    assert.equal(r.store.get('rv'), undefined);
    assert.equal(cancel(r, 7), 'Rejected');
    assert.equal(reserve(r), 'Accepted');
  });

  it('cancelled: Available; another id is refused', () => {
    const r = reserved();
    assert.equal(cancel(r, 8), 'Rejected');
    assert.equal(r.c.o.rv > 0, true);
    assert.equal(cancel(r, 7), 'Accepted');
    assert.equal(cancel(r, 7), 'Rejected');
    r.run(1000);
    assert.deepEqual(r.told(), ['Status 1 Reserved', 'Status 1 Available']);
    assert.equal(asked(r, 'CancelReservation', {}), 'OccurenceConstraintViolation');
    assert.equal(asked(r, 'CancelReservation', { reservationId: 1.5 }), 'TypeConstraintViolation');
  });

  for (const [why, make, status] of [
    ['a fault', (r: Rig): void => raise(r.c, HOT), 'Faulted'],
    [
      'out of service',
      (r: Rig): void => void asked(r, 'ChangeAvailability', { connectorId: 1, type: 'Inoperative' }),
      'Unavailable',
    ],
  ] as const)
    it(`ended by ${why}`, () => {
      const r = reserved();
      make(r);
      r.run(2000);
      assert.deepEqual(r.told(), ['Status 1 Reserved', 'Status 1 ' + status]);
      assert.deepEqual([r.c.o.rv, r.store.get('rv')], [0, undefined]);
    });

  it('authorised and not plugged: it is used up', () => {
    const r = reserved({ settings: { txt: 60 } });
    r.tap('AA');
    r.run(63000);
    assert.deepEqual(r.told(), [
      'Status 1 Reserved',
      'Authorize AA',
      'Status 1 Preparing',
      'Status 1 Available',
    ]);
    assert.equal(r.c.o.rv, 0);
  });

  it('somebody else: refused without asking, told by the light and the log; plugging changes nothing', () => {
    const r = reserved();
    r.cp = 'B';
    r.run(1000);
    r.tap('BB');
    r.run(1000);
    assert.deepEqual(r.told(), ['Status 1 Reserved']);
    assert.ok(r.c.no > r.c.t);
    assert.ok(r.lines.includes('ocpp BB refused: reserved'), r.lines.join('|'));
    assert.deepEqual([r.c.ses.on, r.c.ses.ok, r.c.ask], [0, 0, 0]);
  });

  it('open access: the default tag does not take a reserved charger', () => {
    const r = reserved({ settings: { acs: 0 } });
    r.cp = 'C';
    r.run(5000);
    free(r.c);
    assert.equal(r.c.ses.on, 0);
    assert.equal(trx(r.c, 0), 'reserved by the central system');
    cancel(r, 7);
    r.run(1000);
    assert.equal(r.c.ses.on, 1);
  });

  for (const [tag, parent, charges] of [
    ['BB', 'G', true],
    ['BB', 'g', true],
    ['BB', 'H', false],
    ['G', '', false],
  ] as const)
    it(`reserved for group G: tag ${tag} of group "${parent}"`, () => {
      const r = reserved({ cs: group(parent) }, { parentIdTag: 'G' });
      r.cp = 'B';
      r.run(1000);
      r.tap(tag);
      r.run(3000);
      assert.equal(r.told()[1], 'Authorize ' + tag);
      assert.equal(r.c.ses.on, charges ? 1 : 0);
      if (charges) assert.equal(start(r).reservationId, 7);
      else assert.ok(r.lines.includes(`ocpp ${tag} refused: reserved`));
    });

  it('offline: the own tag if it may start, its group if it is known, nobody else', () => {
    for (const [tag, settings, on] of [
      ['AA', { ocppao: 1 }, 1],
      ['AA', {}, 0],
      ['BB', { ocppao: 1 }, 0],
      ['CC', {}, 1],
      ['DD', {}, 0],
    ] as const) {
      const r = reserved({ settings }, { parentIdTag: 'G' });
      r.store.set('lc', '\ncc\tA\rG\ndd\tA\rH');
      r.cs.up = false;
      r.cs.wire!.cut();
      r.run(1000);
      r.cp = 'B';
      r.run(1000);
      r.tap(tag);
      r.run(1000);
      assert.equal(r.c.ses.on, on, tag);
      if (!on) continue;
      r.cs.up = true;
      r.run(60000);
      assert.equal(start(r).reservationId, 7);
    }
  });

  it('remote start: for the tag and its known group only', () => {
    const remote = (r: Rig, idTag: string): unknown =>
      (asked(r, 'RemoteStartTransaction', { idTag, connectorId: 1 }) as { status: string }).status;
    const r = reserved({}, { parentIdTag: 'G' });
    r.store.set('lc', '\ncc\tA\rG');
    assert.equal(remote(r, 'BB'), 'Rejected');
    assert.equal(remote(r, 'cc'), 'Accepted');
    r.cp = 'B';
    r.run(2000);
    assert.equal(start(r).reservationId, 7);
    const s = reserved();
    assert.equal(remote(s, 'aA'), 'Accepted');
  });

  it('remote start that asks first: for the group as well', () => {
    for (const [parent, said] of [
      ['G', 'Start BB'],
      ['H', 'Authorize BB'],
    ] as const) {
      const r = reserved({ cs: group(parent), settings: { oar: 1 } }, { parentIdTag: 'G' });
      r.cp = 'B';
      r.run(1000);
      assert.deepEqual(asked(r, 'RemoteStartTransaction', { idTag: 'BB' }, 1500), { status: 'Accepted' });
      assert.ok(r.told().includes(said));
      assert.equal(r.c.ses.on, parent === 'G' ? 1 : 0);
    }
    const s = reserved({ settings: { oar: 1 } });
    assert.deepEqual(asked(s, 'RemoteStartTransaction', { idTag: 'BB' }), { status: 'Rejected' });
  });

  it('survives a reboot, offline and before the clock is known', () => {
    const r = reserved();
    const cs = new Csms();
    cs.up = false;
    const s = rig({ cs, store: r.store, boot: 2, settings: { ocppao: 1 } });
    s.run(3000);
    assert.equal(s.c.o.st, 6);
    s.cp = 'B';
    s.tap('BB');
    s.run(2000);
    assert.equal(s.c.ses.on, 0);
    s.tap('AA');
    s.run(2000);
    assert.equal(s.c.ses.on, 1);
    cs.up = true;
    s.run(60000);
    assert.equal(start(s).reservationId, 7);
    // And one that ended meanwhile.
    const t = rig({ store: reserved({}, { expiryDate: at(60) }).store, boot: 2 });
    t.c.t = 61000;
    t.run(5000);
    assert.deepEqual([t.c.o.rv, t.c.o.st], [0, 0]);
  });

  it('a power cut between the start and the end of the reservation: it ends', () => {
    const r = reserved();
    const { del } = r.c.f;
    r.c.f.del = (key) => (key === 'rv' ? undefined : del(key));
    r.cp = 'B';
    r.tap('AA');
    r.run(2000);
    const s = rig({ cs: new Csms(), store: r.store, boot: 2 });
    s.cp = 'B';
    s.run(5000);
    assert.deepEqual([s.c.o.rv, s.store.get('rv')], [0, undefined]);
    assert.equal(r.cs.calls('StartTransaction').length, 1);
  });

  it("OCPP switched off: the charger is its owner's again", () => {
    const r = reserved();
    r.c.k.ocppe = 0;
    r.c.hooks.forEach((hook) => hook(r.c, 'setting', 'ocppe'));
    assert.equal(r.c.o.rv, 0);
    r.c.k.ocppe = 1;
    r.c.hooks.forEach((hook) => hook(r.c, 'setting', 'ocppe'));
    assert.ok(r.c.o.rv > 0);
  });

  it('no room in flash: Rejected', () => {
    const r = ready();
    r.c.f.put = () => false;
    assert.equal(reserve(r), 'Rejected');
    assert.equal(r.c.o.rv, 0);
  });
});
