// Who may charge: the local list, then the charger's own cards, then the cache, then the central system.

import assert from 'node:assert/strict';
import * as learning from '../../firmware/ocpp/learn.part';
import type { Ocpp } from '../../firmware/ocpp/state';
import { Csms, asked, ready } from '../fake/csms';
import type { Options, Rig } from '../fake/csms';

interface Info {
  status: string;
  expiryDate?: string;
  parentIdTag?: string;
}

const OK: Info = { status: 'Accepted' };
const NO: Info = { status: 'Blocked' };
const OLD: Info = { status: 'Accepted', expiryDate: '2026-01-10T11:00:00Z' };

/** A central system that knows these tags, and nobody else. */
function system(tags: { [tag: string]: Info }): Csms {
  const cs = new Csms();
  const of = (q: unknown): Info =>
    tags[(q as { idTag: string }).idTag.toUpperCase()] ?? { status: 'Invalid' };
  cs.answers.Authorize = (q) => ({ idTagInfo: of(q) });
  cs.answers.StartTransaction = (q) => ({ transactionId: ++cs.tx, idTagInfo: of(q) });
  cs.answers.StopTransaction = () => ({});
  return cs;
}
const list = (r: Rig, entries: { [tag: string]: Info }): unknown =>
  asked(
    r,
    'SendLocalList',
    {
      listVersion: 1,
      updateType: 'Full',
      localAuthorizationList: Object.entries(entries).map(([idTag, idTagInfo]) => ({ idTag, idTagInfo })),
    },
    2000,
  );
const offline = (r: Rig): void => {
  r.cs.up = false;
  r.cs.wire!.cut();
  r.run(500);
};
/** Plugs and taps; who charges then. */
function tap(r: Rig, tag: string): string {
  r.cp = 'B';
  r.run(1000);
  r.tap(tag);
  r.run(3000);
  return r.c.ses.on ? r.c.ses.tag : '';
}
/** A session of this tag from plug to unplug. */
function session(r: Rig, tag: string): void {
  tap(r, tag);
  r.tap(tag);
  r.run(1500);
  r.cp = 'A';
  r.run(1500);
}
const cards = [{ name: 'x', id: 'AA', energy: 0 }];
const cache = (r: Rig): string =>
  (r.store.get('lc') ?? '')
    .replaceAll('\n', ' ')
    .replace(/[\t\r]/g, '|')
    .trim();

describe('ocpp known tags', () => {
  for (const [why, o, at, off, entries, starts, asks] of [
    ['list, LocalPreAuthorize', { olp: 1 }, 'on', OK, { AA: OK }, true, 0],
    ['list, no LocalPreAuthorize', {}, 'on', OK, { AA: OK }, true, 1],
    ['list refuses, the central system is asked', { olp: 1 }, 'on', OK, { AA: NO }, true, 1],
    ['list expired, asked', { olp: 1 }, 'on', NO, { AA: OLD }, false, 1],
    ['list off, asked', { olp: 1, ocppla: 0 }, 'on', NO, { AA: OK }, false, 1],
    ['offline: list', {}, 'off', NO, { AA: OK }, true, 0],
    ['offline: list, LocalAuthorizeOffline off', { ocpplo: 0 }, 'off', OK, { AA: OK }, false, 0],
    ['offline: list refuses, unknown ones may', { ocppao: 1 }, 'off', OK, { AA: NO }, false, 0],
    ['offline: list expired, unknown ones may', { ocppao: 1 }, 'off', OK, { AA: OLD }, false, 0],
    ['offline: list off, unknown ones may', { ocppao: 1, ocppla: 0 }, 'off', OK, { AA: NO }, true, 0],
    ['offline: nobody knows it', {}, 'off', OK, { BB: OK }, false, 0],
    ['offline: nobody knows it, unknown ones may', { ocppao: 1 }, 'off', OK, { BB: OK }, true, 0],
    ['own card, LocalPreAuthorize', { olp: 1, cards }, 'on', NO, {}, true, 0],
    ['own card, asked', { cards }, 'on', NO, {}, false, 1],
    ['offline: own card', { cards, ocppla: 0 }, 'off', NO, {}, true, 0],
    ['offline: own card, the list refuses it', { cards, ocppao: 1 }, 'off', OK, { AA: NO }, false, 0],
  ] as [string, object, string, Info, { [tag: string]: Info }, boolean, number][])
    it(why, () => {
      const r = ready({ cs: system({ AA: off }), settings: { osi: 0, ...o } });
      r.c.k.ocppla = 1;
      list(r, entries);
      r.c.k.ocppla = (o as { ocppla?: 0 }).ocppla ?? 1;
      if (at === 'off') offline(r);
      assert.equal(tap(r, 'aa'), starts ? 'aa' : '');
      assert.equal(r.cs.calls('Authorize').length, asks);
      if (!starts) assert.ok(r.c.no > 0 && r.lines.some((l) => l.startsWith('ocpp aa refused: ')));
    });

  it('cache: learns from Authorize, and decides offline and before asking', () => {
    const r = ready({ cs: system({ AA: { status: 'Accepted', parentIdTag: 'G' }, CC: NO }) });
    session(r, 'AA');
    tap(r, 'CC');
    tap(r, 'DD');
    assert.equal(cache(r), 'aa|A|G cc|B| dd|I|');
    r.c.k.olp = 1;
    const n = r.cs.calls('Authorize').length;
    session(r, 'AA');
    assert.equal(r.cs.calls('Authorize').length, n);
    assert.equal(tap(r, 'CC'), '');
    assert.equal(r.cs.calls('Authorize').length, n + 1, 'one that is not accepted is asked for');
    offline(r);
    r.c.k.ocppao = 1;
    assert.equal(tap(r, 'CC'), '');
    assert.equal(tap(r, 'AA'), 'AA');
  });

  it('cache: learns from StartTransaction and StopTransaction', () => {
    const cs = new Csms();
    cs.answers.StopTransaction = () => ({ idTagInfo: { status: 'Expired' } });
    cs.answers.StartTransaction = () => ({
      transactionId: 5,
      idTagInfo: { status: 'Accepted', parentIdTag: 'P', expiryDate: '2026-01-11T00:00:00+01:00' },
    });
    const r = ready({ cs });
    asked(r, 'RemoteStartTransaction', { idTag: 'RR' });
    r.cp = 'B';
    r.run(3000);
    assert.equal(cache(r), `rr|A${Date.parse('2026-01-10T23:00:00Z') / 1000}|P`);
    r.tap('RR');
    r.run(2000);
    assert.equal(cache(r), 'rr|E|');
  });

  it('cache: off, it is neither used nor filled, nor cleared; on again, it is there', () => {
    const r = ready();
    session(r, 'AA');
    r.c.k.oce = 0;
    session(r, 'BB');
    assert.equal(cache(r), 'aa|A|');
    assert.deepEqual(asked(r, 'ClearCache', {}), { status: 'Rejected' });
    offline(r);
    assert.equal(tap(r, 'AA'), '');
    r.c.k.oce = 1;
    assert.equal(tap(r, 'AA'), 'AA');
  });

  it('ClearCache really clears, the local list stays', () => {
    const r = ready();
    list(r, { LL: OK });
    session(r, 'AA');
    assert.deepEqual(asked(r, 'ClearCache', {}), { status: 'Accepted' });
    assert.equal(r.store.get('lc'), undefined);
    offline(r);
    assert.equal(tap(r, 'AA'), '');
    assert.equal(tap(r, 'LL'), 'LL');
  });

  it('cache: bounded by bytes; what is not accepted goes first, then the oldest', () => {
    const r = ready();
    const learn = (tag: string, status: string): void => {
      const o = { c: r.c, got: [tag, { status, parentIdTag: 'PARENT' }], out: [], want: 0, s0: 0, p: '' };
      while (o.got) learning.turn(o as unknown as Ocpp);
    };
    learn('OLDEST', 'Accepted');
    learn('BAD', 'Invalid');
    for (let i = 0; i < 100; i++) learn('TAG' + i, 'Accepted');
    const text = r.store.get('lc')!;
    assert.ok(text.length <= 640 && text.length > 600, String(text.length));
    assert.ok(!text.includes('oldest') && !text.includes('bad') && text.includes('tag99'));
    learn('BAD', 'Blocked');
    const first = /\n(tag\d+)\t/.exec(r.store.get('lc')!)![1];
    learn('NEW', 'Accepted');
    assert.ok(!r.store.get('lc')!.includes('bad') && r.store.get('lc')!.includes(first + '\t'));
    learn(first, 'Accepted');
    assert.equal(/\n(tag\d+)\t/.exec(r.store.get('lc')!)![1], first, 'the same again writes nothing');
    for (const odd of ['A\nB', 'A\tB', 'A\rB']) learn(odd, 'Accepted');
    learn('', 'Accepted');
    learn('MAYBE', 'Perhaps');
    assert.ok(!/\na\t|maybe|\n\t/.test(r.store.get('lc')!));
  });

  it('LocalListConflict: the central system disagrees with its own list', () => {
    for (const [entry, answer, conflict] of [
      [OK, NO, true],
      [NO, OK, true],
      [OLD, OK, true],
      [OK, OK, false],
      [NO, NO, false],
    ] as const) {
      const r = ready({ cs: system({ AA: answer }) });
      list(r, { AA: entry });
      tap(r, 'AA');
      const told = r.cs.calls('StatusNotification').filter((q) => q.errorCode === 'LocalListConflict');
      assert.deepEqual(
        told.slice(0, 1).map((q) => [q.connectorId, q.status]),
        conflict ? [[0, 'Available']] : [],
        entry.status + '/' + answer.status,
      );
      assert.equal(r.store.get('lc'), undefined, 'what is listed is not cached');
    }
  });

  for (const [why, entries, o, on, stops, asks] of [
    [
      'the list knows the group',
      { AA: { ...OK, parentIdTag: 'G' }, BB: { ...OK, parentIdTag: 'g' } },
      {},
      true,
      true,
      1,
    ],
    [
      'the list knows another group',
      { AA: { ...OK, parentIdTag: 'G' }, BB: { ...OK, parentIdTag: 'H' } },
      {},
      true,
      false,
      1,
    ],
    ['nobody here knows: asked', { AA: { ...OK, parentIdTag: 'G' } }, {}, true, true, 2],
    [
      'offline, the list knows',
      { AA: { ...OK, parentIdTag: 'G' }, BB: { ...OK, parentIdTag: 'G' } },
      {},
      false,
      true,
      0,
    ],
    ['offline, nobody knows', { AA: { ...OK, parentIdTag: 'G' } }, { ocppao: 1 }, false, false, 0],
    ['blocked on the list, asked', { AA: { ...OK, parentIdTag: 'G' }, BB: NO }, {}, true, true, 2],
  ] as [string, { [tag: string]: Info }, Record<string, unknown>, boolean, boolean, number][])
    it('another tag ends the transaction: ' + why, () => {
      const group = { status: 'Accepted', parentIdTag: 'G' };
      const r = ready({ cs: system({ AA: group, BB: group }), settings: o });
      list(r, entries);
      if (!on) offline(r);
      assert.equal(tap(r, 'AA'), 'AA');
      r.tap('BB');
      r.run(3000);
      assert.equal(r.c.ses.on, stops ? 0 : 1);
      assert.equal(r.cs.calls('Authorize').length, asks);
      if (stops && on) assert.equal(r.cs.calls('StopTransaction')[0].idTag, 'BB');
    });

  it('the group of the running transaction survives a reboot', () => {
    const r = ready({ cs: system({ AA: { ...OK, parentIdTag: 'G' }, BB: { ...OK, parentIdTag: 'G' } }) });
    tap(r, 'AA');
    const o: Options = { cs: r.cs, store: r.store, boot: 2 };
    const s = ready(o);
    s.cp = 'B';
    s.run(6000);
    assert.equal(s.c.ses.on, 1);
    s.tap('BB');
    s.run(3000);
    assert.equal(s.c.ses.on, 0);
  });

  it('remote start with AuthorizeRemoteTxRequests: the list is as good as with a card', () => {
    const r = ready({ settings: { oar: 1, olp: 1 } });
    list(r, { RR: OK });
    asked(r, 'RemoteStartTransaction', { idTag: 'RR' });
    r.cp = 'B';
    r.run(3000);
    assert.equal(r.c.ses.tag, 'RR');
    assert.equal(r.cs.calls('Authorize').length, 0);
  });
});
