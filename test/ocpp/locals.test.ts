// Local list: SendLocalList and GetLocalListVersion, what they refuse, and a power cut at any byte of an update.

import assert from 'node:assert/strict';
import * as journal from '../../firmware/core/journal';
import * as known from '../../firmware/ocpp/known.part';
import type { Ocpp } from '../../firmware/ocpp/state';
import { Csms, asked, frame, ready, rig } from '../fake/csms';
import type { Rig } from '../fake/csms';
import { depth } from '../fake/depth';
import { Flash } from '../fake/flash';

/** Power cuts in an update. */
const CUTS = depth('LIST_CUTS');

interface Info {
  status: string;
  expiryDate?: string;
  parentIdTag?: string;
}
interface Entry {
  idTag: string;
  idTagInfo?: Info;
}

const ok = (idTag: string, more: object = {}): Entry => ({
  idTag,
  idTagInfo: { status: 'Accepted', ...more },
});
const tags = (n: number, more: object = {}): Entry[] =>
  Array.from({ length: n }, (_, i) => ok('04A1B2C3D4' + (1000 + i), more));

/** Sends a list as the network does, in pieces; the answer. */
function send(r: Rig, q: object, ms = 4000): unknown {
  const wire = r.cs.wire!;
  const push = wire.push.bind(wire);
  wire.push = (s) => {
    for (let i = 0; i < s.length; i += 536) push(s.slice(i, i + 536));
  };
  const a = asked(r, 'SendLocalList', q, ms);
  wire.push = push;
  return a && typeof a === 'object' ? (a as { status: string }).status : a;
}

const full = (r: Rig, listVersion: number, localAuthorizationList?: unknown): unknown =>
  send(r, { listVersion, updateType: 'Full', localAuthorizationList });
const differ = (r: Rig, listVersion: number, localAuthorizationList?: unknown): unknown =>
  send(r, { listVersion, updateType: 'Differential', localAuthorizationList });
const version = (r: Rig): unknown =>
  (asked(r, 'GetLocalListVersion', {}) as { listVersion: number }).listVersion;

/** The part's view of a tag: '' = not on the list. */
function look(r: Rig, tag: string): string {
  const e = known.lookup({ c: r.c } as Ocpp, tag);
  return e && e.from === 'list' ? (e.ok ? 'ok' : 'no') + (e.par ? ' ' + e.par : '') : '';
}

describe('ocpp local list', () => {
  it('begins empty; a full list is there as a whole, an empty one empties it', () => {
    const r = ready();
    assert.equal(version(r), 0);
    assert.equal(full(r, 7, [ok('AA', { parentIdTag: 'G' }), ok('BB')]), 'Accepted');
    assert.equal(version(r), 7);
    assert.deepEqual(
      ['aa', 'BB', 'CC'].map((t) => look(r, t)),
      ['ok G', 'ok', ''],
    );
    assert.equal(full(r, 3, [ok('CC')]), 'Accepted', 'a full list may have any version');
    assert.deepEqual([version(r), look(r, 'AA'), look(r, 'CC')], [3, '', 'ok']);
    assert.equal(full(r, 9), 'Accepted');
    assert.deepEqual([version(r), look(r, 'CC')], [0, '']);
    assert.equal(differ(r, 1, [ok('DD')]), 'Accepted', 'an empty list has version 0');
    assert.equal(full(r, 9, []), 'Accepted');
    assert.equal(version(r), 0);
  });

  it('differential: adds, replaces, deletes, or only counts on', () => {
    const r = ready();
    full(r, 1, tags(20));
    const [a, b, c] = tags(20).map((e) => e.idTag);
    assert.equal(
      differ(r, 2, [ok(a, { parentIdTag: 'P' }), { idTag: b }, ok('NEW'), { idTag: 'nobody' }]),
      'Accepted',
    );
    assert.deepEqual(
      [a, b, c, 'new'].map((t) => look(r, t)),
      ['ok P', '', 'ok', 'ok'],
    );
    assert.equal(differ(r, 5), 'Accepted');
    assert.equal(differ(r, 6, []), 'Accepted');
    assert.equal(version(r), 6);
    for (const v of [6, 5, 1]) assert.equal(differ(r, v, [ok('X')]), 'VersionMismatch');
    assert.deepEqual([version(r), look(r, 'X')], [6, '']);
    assert.equal(
      differ(r, 7, [ok('TWICE', { parentIdTag: '1' }), ok('twice', { parentIdTag: '2' })]),
      'Accepted',
    );
    assert.equal(look(r, 'Twice'), 'ok 2', 'the last one counts');
  });

  for (const status of ['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx'])
    it('status ' + status, () => {
      const r = ready();
      assert.equal(full(r, 1, [{ idTag: 'AA', idTagInfo: { status } }]), 'Accepted');
      assert.equal(look(r, 'AA'), status === 'Accepted' ? 'ok' : 'no');
    });

  it('an expiry date counts, and without a clock it has passed', () => {
    const r = ready();
    full(r, 1, [
      ok('OLD', { expiryDate: '2026-01-10T11:59:59Z' }),
      ok('NEW', { expiryDate: '2026-01-10T14:01:00+02:00' }),
    ]);
    assert.deepEqual([look(r, 'OLD'), look(r, 'NEW')], ['no', 'ok']);
    r.run(60000);
    assert.equal(look(r, 'NEW'), 'no');
    full(r, 1, [ok('FAR', { expiryDate: '2099-12-31T23:59:59.999Z' })]);
    assert.equal(look(r, 'FAR'), 'ok');
    r.c.w = 0;
    assert.equal(look(r, 'FAR'), 'no');
  });

  it('switched off: NotSupported and version -1; on again, it is still there', () => {
    const r = ready();
    full(r, 4, [ok('AA')]);
    r.c.k.ocppla = 0;
    assert.equal(version(r), -1);
    assert.equal(full(r, 5, [ok('BB')]), 'NotSupported');
    assert.equal(look(r, 'AA'), '');
    r.c.k.ocppla = 1;
    assert.deepEqual([version(r), look(r, 'AA'), look(r, 'BB')], [4, 'ok', '']);
  });

  const long = 'T'.repeat(21);
  for (const [why, q, want] of [
    ['a tag twice', { list: [ok('AA'), ok('BB'), ok('aa')] }, 'Failed'],
    ['an entry without idTagInfo', { list: [ok('BB'), { idTag: 'AA' }] }, 'Failed'],
    ['more entries than fit', { list: tags(65).map((e) => ok(e.idTag)) }, 'Failed'],
    ['version 0', { v: 0, list: [ok('BB')] }, 'Failed'],
    ['version -1', { v: -1, list: [ok('BB')] }, 'Failed'],
    ['a version in quotes', { v: '3', list: [ok('BB')] }, 'TypeConstraintViolation'],
    ['another updateType', { t: 'Partial', list: [ok('BB')] }, 'PropertyConstraintViolation'],
    ['a list that is an object', { list: { idTag: 'BB' } }, 'TypeConstraintViolation'],
    ['a list of texts', { list: ['BB'] }, 'OccurenceConstraintViolation'],
    ['a long tag', { list: [ok('BB'), ok(long)] }, 'PropertyConstraintViolation'],
    ['an empty tag', { list: [ok('')] }, 'PropertyConstraintViolation'],
    ['a tag with a line break', { list: [ok('A\nB')] }, 'PropertyConstraintViolation'],
    ['a tag that is a number', { list: [{ idTag: 5 }] }, 'TypeConstraintViolation'],
    ['no tag', { list: [{ idTagInfo: { status: 'Accepted' } }] }, 'OccurenceConstraintViolation'],
    ['no status', { list: [{ idTag: 'BB', idTagInfo: {} }] }, 'OccurenceConstraintViolation'],
    [
      'an unknown status',
      { list: [{ idTag: 'BB', idTagInfo: { status: 'Maybe' } }] },
      'PropertyConstraintViolation',
    ],
    ['idTagInfo as a list', { list: [{ idTag: 'BB', idTagInfo: [] }] }, 'TypeConstraintViolation'],
    ['a long parent', { list: [ok('BB', { parentIdTag: long })] }, 'PropertyConstraintViolation'],
    ['a bad date', { list: [ok('BB', { expiryDate: 'tomorrow' })] }, 'PropertyConstraintViolation'],
    ['a date that is a number', { list: [ok('BB', { expiryDate: 5 })] }, 'TypeConstraintViolation'],
  ] as [string, { v?: unknown; t?: string; list: unknown }, string][])
    it('refused, and the old list stays: ' + why, () => {
      const r = ready();
      full(r, 2, [ok('OLD')]);
      const a = send(r, { listVersion: q.v ?? 3, updateType: q.t ?? 'Full', localAuthorizationList: q.list });
      assert.equal(a, want);
      assert.deepEqual([version(r), look(r, 'OLD'), look(r, 'BB')], [2, 'ok', '']);
      assert.equal(full(r, 3, [ok('CC')]), 'Accepted', 'nothing of it is left over');
      assert.deepEqual([look(r, 'AA'), look(r, 'BB'), look(r, 'CC')], ['', '', 'ok']);
    });

  it('a differential that would grow the list beyond its length: Failed, unchanged', () => {
    const r = ready();
    full(r, 1, tags(60));
    assert.equal(
      differ(
        r,
        2,
        ['A', 'B', 'C', 'D', 'E'].map((t) => ok(t)),
      ),
      'Failed',
    );
    assert.deepEqual([version(r), look(r, 'A'), look(r, tags(60)[59].idTag)], [1, '', 'ok']);
    assert.equal(
      differ(
        r,
        2,
        ['A', 'B', 'C', 'D'].map((t) => ok(t)),
      ),
      'Accepted',
    );
    assert.equal(
      differ(r, 3, [ok('a', { parentIdTag: 'x' }), ok(tags(1)[0].idTag)]),
      'Accepted',
      'replacing fits',
    );
  });

  it('64 entries of the longest kind that one message holds, in one message', () => {
    const r = ready();
    const all = tags(64, { expiryDate: '2027-01-01T00:00:00Z' });
    assert.equal(full(r, 1, all), 'Accepted');
    for (const e of all) assert.equal(look(r, e.idTag), 'ok');
    assert.ok([...r.store.values()].every((v) => v.length < 2000));
  });

  it('bounded by bytes: tags of many bytes a letter', () => {
    const r = ready();
    const euro = Buffer.from('\u20ac').toString('latin1');
    const wide = (from: number): Entry[] =>
      Array.from({ length: 20 }, (_, i) => ok(from + i + euro.repeat(17), { parentIdTag: euro.repeat(20) }));
    assert.equal(full(r, 1, wide(100)), 'Accepted');
    assert.equal(differ(r, 2, wide(200)), 'Failed');
    assert.deepEqual(
      [version(r), look(r, wide(100)[3].idTag), look(r, wide(200)[3].idTag)],
      [1, 'ok ' + euro.repeat(20), ''],
    );
  });

  it('escapes, braces and quotes in texts', () => {
    const r = ready();
    const id = r.cs.call('GetLocalListVersion', {});
    r.run(500);
    assert.ok(r.cs.answer(id));
    assert.equal(full(r, 1, [ok('}{"[\\'), ok(',]}', { parentIdTag: 'G\\"' }), ok('last')]), 'Accepted');
    assert.deepEqual(
      ['}{"[\\', ',]}', 'last'].map((t) => look(r, t)),
      ['ok', 'ok G\\"', 'ok'],
    );
    r.cs.asked['esc'] = 'SendLocalList';
    r.cs.wire!.push(
      frame(
        1,
        '[2,"esc","SendLocalList",{"updateType":"Full","localAuthorizationList": [ {"idTag":"\\u20ac","idTagInfo":{"status":"Accepted"}} , {"idTag":"b","idTagInfo":{"status":"Accepted"}} ] ,"listVersion":2}]',
      ),
    );
    r.run(2000);
    assert.deepEqual(r.cs.answer('esc'), { status: 'Accepted' });
    assert.deepEqual([look(r, '\xe2\x82\xac'), look(r, 'b'), look(r, 'last')], ['ok', 'ok', '']);
  });

  it('an id with a quote: the list comes the usual way', () => {
    const r = ready();
    r.cs.asked['a"b'] = 'SendLocalList';
    r.cs.text(
      JSON.stringify([
        2,
        'a"b',
        'SendLocalList',
        { listVersion: 2, updateType: 'Full', localAuthorizationList: [ok('AA')] },
      ]),
    );
    r.run(2000);
    assert.deepEqual(r.cs.answer('a"b'), { status: 'Accepted' });
    assert.equal(look(r, 'AA'), 'ok');
  });

  it('a list that breaks off, then one with nothing in it', () => {
    const r = ready();
    full(r, 1, [ok('OLD')]);
    const text = JSON.stringify([
      2,
      'cut',
      'SendLocalList',
      { listVersion: 2, updateType: 'Full', localAuthorizationList: tags(9) },
    ]);
    r.cs.text(text.slice(0, -8));
    r.run(2000);
    assert.equal(r.cs.answer('cut'), 'GenericError');
    assert.equal(version(r), 1);
    assert.equal(full(r, 2, []), 'Accepted');
    assert.deepEqual([version(r), look(r, tags(1)[0].idTag)], [0, '']);
  });

  it('the connection is lost in the middle: the old list', () => {
    for (let ms = 40; ms < 1200; ms += 40) {
      const r = ready();
      full(r, 1, tags(10));
      r.cs.call('SendLocalList', {
        listVersion: 2,
        updateType: 'Full',
        localAuthorizationList: tags(20, { parentIdTag: 'N' }),
      });
      r.run(ms);
      r.cs.wire!.cut();
      r.run(20000);
      const v = version(r);
      const want = v === 2 ? 'ok N' : 'ok';
      for (const e of tags(10)) assert.equal(look(r, e.idTag), want, `cut after ${ms} ms`);
      assert.equal(look(r, tags(20)[19].idTag), v === 2 ? 'ok N' : '', `cut after ${ms} ms`);
      assert.equal(full(r, 3, tags(5)), 'Accepted');
    }
  });

  it('a tag twice, however far apart: Failed, and the old list stays', () => {
    const r = ready();
    full(r, 1, tags(3));
    const all = tags(40, { parentIdTag: 'FLEET' });
    assert.equal(full(r, 2, [...all, all[0]]), 'Failed');
    assert.equal(full(r, 3, [...all, ok(all[0].idTag.toLowerCase())]), 'Failed');
    assert.deepEqual([version(r), look(r, all[0].idTag), look(r, all[30].idTag)], [1, 'ok', '']);
    // In a differential one the last counts.
    assert.equal(differ(r, 4, [...all, ok(all[0].idTag)]), 'Accepted');
    assert.deepEqual([look(r, all[0].idTag), look(r, all[1].idTag)], ['ok', 'ok FLEET']);
  });

  it('a long list waits in flash; nothing of it is left there, whatever became of it', () => {
    for (const [n, q, want] of [
      [50, { updateType: 'Full' }, 'Accepted'],
      [50, { updateType: 'Differential' }, 'Accepted'],
      [50, { updateType: 'Nope' }, 'PropertyConstraintViolation'],
      [50, { updateType: 'Full', listVersion: -1 }, 'Failed'],
      [70, { updateType: 'Full' }, 'Failed'],
    ] as const) {
      const r = ready();
      const put = r.c.f.put;
      const keys: string[] = [];
      let most = 0;
      r.c.f.put = (k, v) => {
        keys.push(k);
        if ('ij'.includes(k[0])) most = Math.max(most, v.length);
        return put(k, v);
      };
      const localAuthorizationList = tags(n);
      assert.equal(send(r, { listVersion: 5, localAuthorizationList, ...q }), want);
      assert.ok(
        keys.filter((k) => /^i\d/.test(k)).length > 4 && keys.some((k) => /^j\d/.test(k)),
        keys.join(),
      );
      assert.ok(most <= 600, '' + most);
      r.run(2000);
      assert.equal(version(r), want === 'Accepted' ? 5 : 0);
      assert.deepEqual(
        [...r.store.keys()].filter((k) => /^[ij]\d/.test(k)),
        [],
      );
      assert.equal(full(r, 9, tags(2)), 'Accepted');
    }
  });

  it('a long message has no room in flash: too large, and the next is answered', () => {
    for (const good of [0, 1, 4]) {
      const r = ready();
      const put = r.c.f.put;
      let n = 0;
      r.c.f.put = (k, v) => (/^i\d/.test(k) && n++ >= good ? false : put(k, v));
      assert.equal(full(r, 1, tags(50)), 'GenericError');
      assert.deepEqual(
        [...r.store.keys()].filter((k) => /^[ij]\d/.test(k)),
        [],
      );
      r.c.f.put = put;
      assert.equal(full(r, 1, tags(40)), 'Accepted');
    }
  });

  it('two long lists at once: the second is refused, nothing is mixed', () => {
    const r = ready();
    const call = (id: string, listVersion: number, list: Entry[]): string => {
      r.cs.asked[id] = 'SendLocalList';
      return frame(
        1,
        JSON.stringify([
          2,
          id,
          'SendLocalList',
          { listVersion, updateType: 'Full', localAuthorizationList: list },
        ]),
      );
    };
    const bytes = call('one', 1, tags(30)) + call('two', 2, tags(30, { parentIdTag: 'TWO' }));
    for (let i = 0; i < bytes.length; i += 536) r.cs.wire!.push(bytes.slice(i, i + 536));
    r.run(8000);
    assert.deepEqual(r.cs.answer('one'), { status: 'Accepted' });
    const two = r.cs.answer('two');
    const want = two === 'GenericError' ? 'ok' : 'ok TWO';
    for (const e of tags(30)) assert.equal(look(r, e.idTag), want);
    assert.deepEqual(
      [...r.store.keys()].filter((k) => /^[ij]\d/.test(k)),
      [],
    );
  });

  it('no room in flash: Failed, and the old list stays', () => {
    for (const good of [0, 1, 3, 7, 8]) {
      const r = ready();
      full(r, 1, tags(20));
      const put = r.c.f.put;
      let n = 0;
      r.c.f.put = (key, text) => (key[0] === 'l' && n++ >= good ? false : put(key, text));
      assert.equal(full(r, 2, tags(30, { parentIdTag: 'N' })), 'Failed');
      r.c.f.put = put;
      assert.equal(version(r), 1);
      for (const e of tags(20)) assert.equal(look(r, e.idTag), 'ok');
      assert.deepEqual(
        [...r.store.keys()].filter((k) => k.startsWith('la') && r.store.has('lb' + k[2])),
        [],
      );
    }
  });

  it('what is on the list is not in the cache', () => {
    const r = ready();
    r.cp = 'B';
    for (const tag of ['C1', 'C2']) {
      r.tap(tag);
      r.run(1500);
      r.tap(tag);
      r.run(1500);
      r.cp = 'A';
      r.run(500);
      r.cp = 'B';
      r.run(500);
    }
    assert.match(r.store.get('lc')!, /\nc1\tA\r\nc2\tA\r/);
    full(r, 1, [ok('c1')]);
    assert.equal(r.store.get('lc'), '\nc2\tA\r');
  });

  it('is there after a reboot, without a central system', () => {
    const r = ready();
    full(r, 5, [ok('AA'), { idTag: 'NO', idTagInfo: { status: 'Blocked' } }]);
    const cs = new Csms();
    cs.up = false;
    const s = rig({ cs, store: r.store, boot: 2, settings: { ocppao: 1 } });
    s.run(3000);
    s.cp = 'B';
    s.run(1000);
    s.tap('NO');
    s.run(1000);
    assert.equal(s.c.ses.on, 0, 'blocked by the list, whatever AllowOfflineTxForUnknownId says');
    s.tap('AA');
    s.run(1000);
    assert.equal(s.c.ses.tag, 'AA');
  });
});

describe('ocpp local list, power cuts', () => {
  /** A rig on the real journal in this flash. */
  function on(flash: Flash, boot: number): Rig {
    const r = rig({ boot });
    journal.mount(flash, 0);
    Object.assign(r.c.f, { put: journal.put, get: journal.get, del: journal.del });
    r.run(3000);
    return r;
  }

  const one = tags(64, { expiryDate: '2027-01-01T00:00:00Z' });
  const two = tags(50, { parentIdTag: 'TWO' });
  const few = [
    ok(one[3].idTag, { parentIdTag: 'NEW' }),
    { idTag: one[4].idTag },
    { idTag: one[5].idTag },
    ok('ADDED'),
  ];
  const image = (r: Rig): string[] => [...one.map((e) => e.idTag), 'ADDED'].map((t) => look(r, t));

  for (const [name, update] of [
    ['Full', { listVersion: 2, updateType: 'Full', localAuthorizationList: two }],
    ['Differential', { listVersion: 2, updateType: 'Differential', localAuthorizationList: few }],
  ] as const)
    it(name + ': the list is the old or the new one at a cut after any byte, never a mix', function () {
      this.timeout(120000);
      const base = new Flash(8);
      let r = on(base, 1);
      journal.put('keep', 'x'.repeat(500));
      assert.equal(send(r, { listVersion: 1, updateType: 'Full', localAuthorizationList: one }), 'Accepted');
      // So far that the update passes a page's end.
      for (let i = 0; i < 150; i++) journal.put('n', String(i) + '.'.repeat(80));
      const before = image(r);
      const bytes = base.bytes.slice();
      const whole = new Flash(8);
      whole.bytes.set(bytes);
      r = on(whole, 2);
      let total = 0;
      const write = whole.write.bind(whole);
      whole.write = (data, at) => ((total += data.length), write(data, at));
      // An erase can be cut at as many places.
      const erase = whole.erase.bind(whole);
      whole.erase = (at) => ((total += whole.page / 64), erase(at));
      assert.equal(send(r, update), 'Accepted');
      const after = image(r);
      assert.notDeepEqual(after, before);
      let cuts = 0;
      let old = 0;
      const seen = new Set<number>();
      for (let n = 0; n < CUTS; n++) {
        const cut = Math.floor(((n + Math.random()) * total) / CUTS);
        seen.add(cut);
        const flash = new Flash(8);
        flash.bytes.set(bytes);
        r = on(flash, 2);
        flash.cut = cut;
        // What the engine would not live to see: every write after the cut fails as well.
        send(r, update);
        if (flash.cut < 0) cuts++;
        flash.cut = Infinity;
        r = on(flash, 3);
        const got = image(r);
        const v = version(r);
        if (v === 1) old++;
        assert.ok(v === 1 || v === 2, `cut ${cut}: version ${v}`);
        assert.deepEqual(got, v === 1 ? before : after, `cut ${cut}`);
        assert.equal(journal.get('keep'), 'x'.repeat(500), `cut ${cut}`);
        if (n % 8 === 0) {
          assert.equal(send(r, { ...update, listVersion: 3 }), 'Accepted', `cut ${cut}: again`);
          assert.deepEqual([image(r), version(r)], [after, 3], `cut ${cut}: again`);
        }
      }
      assert.ok(cuts >= (CUTS * 200) / 240, `${cuts} cuts`);
      assert.ok(old > CUTS / 12 && old < CUTS, `${old} times the old list`);
    });
});
