// The Core profile point by point, as far as the flows do not show it: awkward texts, awkward moments, awkward servers.

import assert from 'node:assert/strict';
import { Csms, NOW, PARTS, asked, frame, messages, ready, rig } from '../fake/csms';
import type { Rig } from '../fake/csms';
import { trx } from '../../firmware/core/trx.part';
import { plain } from '../../firmware/core/utf8.part';
import { SLOTS, chars } from '../../firmware/ocpp/state';
import { get, put } from '../../firmware/core/journal';
import { depth } from '../fake/depth';
import { Flash } from '../fake/flash';

/** Power cuts in a transaction. */
const CUTS = depth('DAY_CUTS');

/** Plugs in, taps, charges. */
function charging(r: Rig, tag = 'AA'): void {
  r.cp = 'C';
  r.run(1000);
  r.tap(tag);
  r.run(6000);
}

const utf8 = (s: string): string => Buffer.from(s, 'utf8').toString('latin1');

/** A central system has accepted it before, and gives no time. */
const OLD: [string, string][] = [
  ['qx', '[0,-1]'],
  ['k.ocppt', '0'],
];

describe('ocpp texts', () => {
  for (const [json, bytes] of [
    ['"\\u20ac"', utf8('"€"')],
    ['"\\u00fc\\u0041"', utf8('"ü') + '\\u0041"'],
    ['"\\ud83d\\ude00x"', utf8('"😀x"')],
    ['"\\\\u20ac"', '"\\\\u20ac"'],
    ['"\\\\\\u20ac"', '"\\\\' + utf8('€') + '"'],
    ['"plain"', '"plain"'],
    ['"\\u000a"', '"\\u000a"'],
  ])
    it('escapes ' + json, () => assert.equal(plain(json), bytes));

  it('a tag beyond ASCII, escaped or not, comes back as it is', () => {
    for (const text of ['"\\u20acuro"', utf8('"€uro"')]) {
      const r = ready();
      r.cp = 'B';
      r.run(1000);
      r.cs.text('[2,"9","RemoteStartTransaction",{"idTag":' + text + '}]');
      r.run(2000);
      assert.equal(r.cs.calls('StartTransaction')[0].idTag, '€uro');
    }
  });

  it('lengths count characters', () => {
    const tag = 'ü'.repeat(20);
    assert.equal(chars(utf8(tag), 20), utf8(tag));
    assert.equal(chars(utf8(tag + 'ü'), 20), utf8(tag));
    const r = ready();
    assert.deepEqual(asked(r, 'RemoteStopTransaction', { transactionId: 1 }), { status: 'Rejected' });
    r.cs.text('[2,"9","RemoteStartTransaction",{"idTag":"' + utf8(tag) + '"}]');
    r.run(500);
    assert.deepEqual(r.told(), ['Status 1 Preparing']);
  });

  it('a key twice, a key __proto__: nothing but an answer', () => {
    const r = ready();
    r.cs.text('[2,"9","Reset",{"type":"Warm","type":"Cold"}]');
    r.cs.text('[2,"10","ClearCache",{"__proto__":{"a":1},"toString":2}]');
    r.cs.text('[2,"11","__proto__",{}]');
    r.cs.text('[2,"12","Reset remote",{"type":"Hard"}]');
    r.run(2000);
    assert.deepEqual(
      r.cs.log.slice(-4).map((m) => m.id + ' ' + (m.type === 4 ? m.action : 'result')),
      ['9 PropertyConstraintViolation', '10 result', '11 NotImplemented', '12 NotImplemented'],
    );
    assert.equal(r.c.b.name, 'fake');
  });

  for (const text of [
    '[2,"9","Reset",{"type":"Hard"}]]',
    '[2,"9","Reset",{"type":"Hard"}]x]',
    '[2,"9","Reset",{"type":"Hard"}],[2]',
    '[2,"9","Reset",{"type":"Hard"}][2]',
    '[2,"9","Reset",{"type":"Hard"',
    '',
    '[]',
    '["2","9","Reset",{}]',
    'null',
  ])
    it('rubbish: ' + text, () => {
      const r = ready();
      r.cs.text(text);
      r.run(3000);
      assert.deepEqual(r.resets, []);
      assert.deepEqual(r.cs.log.at(-1)!.action, 'GenericError');
      assert.deepEqual(asked(r, 'ClearCache', {}), { status: 'Accepted' });
    });
});

describe('ocpp frames', () => {
  it('a call in fragments, with a ping in between', () => {
    const r = ready();
    r.cs.asked['9'] = 'ClearCache';
    r.cs.wire!.push(frame(1, '[2,"9","Clear', false));
    r.cs.wire!.push(frame(9, 'hi'));
    r.cs.wire!.push(frame(0, 'Cache",{}]'));
    r.run(1000);
    assert.equal(r.cs.log.at(-1)!.id, '9');
    assert.equal(r.cs.log.at(-1)!.type, 3);
  });

  it('a call of 100 kB: refused by its id, nothing of it is kept, and the next is answered', () => {
    const r = ready();
    const text = JSON.stringify([2, 'big', 'DataTransfer', { vendorId: 'x', data: 'y'.repeat(100000) }]);
    const bytes = frame(1, text);
    for (let i = 0; i < bytes.length; i += 536) {
      r.cs.wire!.push(bytes.slice(i, i + 536));
      if (i % 5360 === 0) r.run(40);
    }
    r.run(1000);
    assert.equal(r.cs.answer('big'), 'GenericError');
    assert.deepEqual(asked(r, 'ClearCache', {}), { status: 'Accepted' });
  });

  it('a flood that nobody could answer in time ends the connection, and what waits of it is bounded', () => {
    const r = ready();
    r.cs.asked.x = 'DataTransfer';
    const text = frame(1, '[2,"x","DataTransfer",{"vendorId":"' + 'y'.repeat(100) + '"}]');
    for (let i = 0; i < 60; i++) r.cs.wire!.push(text);
    r.run(10000);
    assert.deepEqual(r.cs.closes, [], 'some 8 kB are answered');
    for (let i = 0; i < 1000; i++) r.cs.wire!.push(text);
    assert.deepEqual(r.cs.closes, [1008]);
    r.run(30000);
    assert.deepEqual(asked(r, 'ClearCache', {}), { status: 'Accepted' });
  });

  it('closed in the middle of a frame: comes back', () => {
    const r = ready();
    r.cs.wire!.push(frame(1, '[2,"9","ClearCache",{}]').slice(0, 9));
    r.run(200);
    r.cs.wire!.cut();
    r.run(20000);
    assert.equal(r.c.o.up, 1);
    assert.deepEqual(asked(r, 'ClearCache', {}), { status: 'Accepted' });
  });

  for (const [code, why] of [
    [1000, 'connection lost, code 1000'],
    [1012, 'connection lost, code 1012'],
  ] as const)
    it('closed with ' + code + ': the code goes back and is reported', () => {
      const r = ready();
      r.cs.wire!.push(frame(8, String.fromCharCode(code >> 8, code & 255) + 'bye'));
      r.run(500);
      assert.deepEqual(r.cs.closes, [code]);
      assert.equal(r.c.o.err, why);
    });
});

describe('ocpp long calls', () => {
  const entries = Array.from({ length: 50 }, (_, i) => ({
    idTag: 'TAG' + i,
    idTagInfo: {
      status: 'Accepted',
      expiryDate: '2027-01-01T00:00:00Z',
      parentIdTag: i % 2 ? '}{"[' : 'G\\',
    },
  }));
  const call = (more: object): string =>
    JSON.stringify([2, '9', 'SendLocalList', { listVersion: 3, localAuthorizationList: entries, ...more }]);

  it('the list is handed over entry by entry, then the rest is answered', () => {
    const r = ready();
    const got: unknown[] = [];
    Object.assign(PARTS, {
      lists: {
        entry: 'lists',
        turn(o: { in: { e: string; n: number }; p: string }) {
          got.push([o.in.n, JSON.parse(o.in.e)]);
          o.p = 'bulk';
        },
        run: (_o: unknown, _a: string, q: { localAuthorizationList: object[]; updateType: string }) =>
          JSON.stringify({ status: q.updateType + q.localAuthorizationList.length }),
      },
    });
    messages.text = messages.text.replace(
      'SendLocalList locals listVersion i,updateType eFull|Differential',
      'SendLocalList lists listVersion i,updateType s20',
    );
    r.cs.asked['9'] = 'ChangeAvailability';
    const bytes = frame(1, call({ updateType: 'Accepted' }));
    assert.ok(bytes.length > 5000 && bytes.length < 8000, '' + bytes.length);
    const heard: string[] = [];
    const send = r.cs.wire!.write.bind(r.cs.wire!);
    r.cs.wire!.write = (s) => (heard.push(s), s.includes('Accepted0') || send(s));
    for (let i = 0; i < bytes.length; i += 536) {
      r.cs.wire!.push(bytes.slice(i, i + 536));
      r.run(100);
    }
    r.run(2000);
    assert.deepEqual(
      got,
      entries.map((e, i) => [i + 1, e]),
    );
    assert.ok(
      heard.some((s) => s === '[3,"9",{"status":"Accepted0"}]'),
      heard.join('|'),
    );
  });

  it('without somebody who takes the list: the usual refusal', () => {
    const r = ready();
    messages.text = messages.text.replace('SendLocalList locals ', 'SendLocalList  ');
    r.cs.text(call({ updateType: 'Full' }));
    r.run(3000);
    assert.equal(r.cs.answer('9'), 'NotSupported');
  });

  it('without a list, or with one that does not end: too large', () => {
    for (const text of [
      JSON.stringify([2, '9', 'DataTransfer', { vendorId: 'x', data: 'y'.repeat(5000) }]),
      call({}).slice(0, -400),
    ]) {
      const r = ready();
      r.cs.text(text);
      r.run(3000);
      assert.equal(r.cs.answer('9'), 'GenericError');
      assert.deepEqual(asked(r, 'ClearCache', {}), { status: 'Accepted' });
    }
  });
});

describe('ocpp awkward servers', () => {
  it('answers late and twice: only the first answer in time counts', () => {
    const cs = new Csms();
    const late: string[] = [];
    cs.answers.Heartbeat = () => undefined;
    const r = ready({ cs, settings: { omt: 5 } });
    asked(r, 'TriggerMessage', { requestedMessage: 'Heartbeat' });
    late.push(cs.log.find((m) => m.action === 'Heartbeat')!.id);
    r.run(6000);
    for (let i = 0; i < 2; i++) cs.text('[3,"' + late[0] + '",{"currentTime":"2030-01-01T00:00:00Z"}]');
    r.run(1000);
    assert.ok(r.c.f.wall(r.c) < NOW + 60000);
    assert.deepEqual(asked(r, 'ClearCache', {}), { status: 'Accepted' });
  });

  it('ocppt off: neither the boot nor a heartbeat sets the clock', () => {
    for (const [off, knows] of [
      [false, true],
      [true, false],
    ]) {
      const cs = new Csms();
      cs.answers.BootNotification = () => ({ status: 'Accepted', currentTime: cs.now(), interval: 10 });
      const r = rig({ cs });
      if (off) r.c.f.put('k.ocppt', '0');
      r.run(30000);
      assert.equal(r.c.o.ok, 1);
      assert.equal(r.c.f.wall(r.c) > 0, knows);
    }
  });

  it('without pings, three calls without an answer end the connection', () => {
    const cs = new Csms();
    cs.answers.BootNotification = () => ({ status: 'Accepted', currentTime: cs.now(), interval: 10 });
    const r = ready({ cs, settings: { omt: 5, owp: 0 } });
    cs.answers.Heartbeat = () => undefined;
    r.run(70000);
    assert.ok(r.lines.some((l) => l.includes('central system is silent')));
  });

  for (const [answer, waits] of [
    [{ status: 'Accepted', currentTime: 'soon', interval: '300' }, 0],
    [{ status: 'Sure', currentTime: '2026-01-10T12:00:00Z', interval: 30 }, 30],
    [{}, 60],
    [{ status: 'Pending', currentTime: '2026-01-10T12:00:00Z', interval: 0 }, 60],
    ['SecurityError', 60],
  ] as const)
    it('BootNotification answered with ' + JSON.stringify(answer), () => {
      const cs = new Csms();
      cs.answers.BootNotification = () => answer as object;
      const r = rig({ cs });
      r.run(80000);
      const boots = cs.log.filter((m) => m.action === 'BootNotification');
      if (!waits) assert.equal(boots.length, 1);
      else {
        const gap = Math.round((boots[1].t - boots[0].t) / 1000);
        assert.ok(gap >= waits && gap <= waits + 10, gap + ' s');
      }
      assert.equal(r.c.o.ok, waits ? 0 : 1);
    });

  it('a refused status is not repeated, an unanswered one once', () => {
    for (const [answer, times] of [
      ['InternalError', 1],
      [undefined, 2],
    ] as const) {
      const cs = new Csms();
      const r = ready({ cs, settings: { omt: 5 } });
      cs.answers.StatusNotification = () => answer;
      r.cp = 'B';
      r.run(30000);
      assert.deepEqual(r.told(), Array(times).fill('Status 1 Preparing'));
    }
  });

  it('a redirect is followed, at most three times in a row', () => {
    const cs = new Csms();
    const good = cs.greet;
    let n = 0;
    cs.greet = (key) =>
      ++n <= 2 ? 'HTTP/1.1 302 x\r\nLocation: ws://b.test:81/x\r\n\r\n' : good.call(cs, key);
    const r = rig({ cs });
    r.run(3000);
    assert.equal(r.c.o.up, 1);
    assert.match(cs.requests[1], /^GET \/x\/123456 HTTP.*\r\nHost: b.test:81\r\n/);
    const loop = new Csms();
    loop.greet = () => 'HTTP/1.1 302 x\r\nLocation: ws://b.test:81/x\r\n\r\n';
    const s = rig({ cs: loop });
    s.run(4900);
    assert.equal(loop.requests.length, 4);
  });

  it('Retry-After is kept', () => {
    const cs = new Csms();
    cs.greet = () => 'HTTP/1.1 503 x\r\nRetry-After: 100\r\n\r\n';
    const r = rig({ cs });
    r.run(99000);
    assert.equal(cs.requests.length, 1);
    r.run(5000);
    assert.equal(cs.requests.length, 2);
  });

  it('silent in the handshake, or endless: given up', () => {
    for (const text of ['', 'HTTP/1.1 200 OK\r\n' + 'X: y\r\n'.repeat(1000)]) {
      const cs = new Csms();
      cs.greet = () => text;
      const r = rig({ cs });
      r.run(12000);
      assert.equal(r.c.o.err, 'no answer to the handshake');
    }
  });

  it('the first message may come with the handshake', () => {
    const cs = new Csms();
    const good = cs.greet;
    cs.greet = (key) => good.call(cs, key) + frame(9, 'x');
    const r = rig({ cs });
    r.run(3000);
    assert.equal(r.c.o.ok, 1);
  });

  it('host unknown, host silent', () => {
    for (const [what, error] of [
      ['name', 'unknown host cs.test'],
      ['ping', 'no answer to ping'],
    ]) {
      const r = rig();
      r.cp = 'B';
      if (what === 'name') r.c.b.net.resolve = (_h, then) => then(undefined);
      else r.c.b.net.ping = (_h, then) => then(0);
      r.run(3000);
      assert.equal(r.c.o.err, error);
      if (what === 'name') continue;
      // With no car plugged one connect is risked.
      r.cp = 'A';
      r.run(60000);
      assert.equal(r.c.o.up, 1);
    }
  });
});

describe('ocpp answers to each of our calls', () => {
  /** Nothing, an error, and what is no answer; as text where JSON would not say it. */
  const ODD: [what: string, answer: object | string | undefined][] = [
    ['nothing', undefined],
    ...['NotImplemented', 'NotSupported', 'InternalError', 'ProtocolError', 'SecurityError'].map(
      (code) => [code, code] as [string, string],
    ),
    ...['FormatViolation', 'PropertyConstraintViolation', 'OccurrenceConstraintViolation', ''].map(
      (code) => [`error "${code}"`, code] as [string, string],
    ),
    ['an empty object', {}],
    ['a list', []],
    [
      'wrong types',
      { status: 5, currentTime: 7, interval: [], idTagInfo: 'x', transactionId: {}, data: 1, parentIdTag: 2 },
    ],
    ['nulls', { status: null, currentTime: null, interval: null, idTagInfo: null, transactionId: null }],
    [
      'a tag of wrong types',
      { transactionId: 7, idTagInfo: { status: [], expiryDate: 5, parentIdTag: { a: 1 } } },
    ],
    [
      'unknown words',
      {
        status: 'Sure',
        currentTime: 'now',
        interval: 'soon',
        transactionId: 'one',
        idTagInfo: { status: 'OK' },
      },
    ],
  ];
  /** Each call at least once. */
  function day(r: Rig): void {
    for (const what of ['Heartbeat', 'Diagnostics', 'Firmware', 'BootNotification', 'MeterValues'])
      asked(r, 'TriggerMessage', {
        requestedMessage: /^(Diag|Firm)/.test(what) ? what + 'StatusNotification' : what,
      });
    charging(r, 'AA');
    r.run(12000);
    r.c.f.stop(r.c, 'Local');
    r.run(3000);
    r.cp = 'A';
    r.run(60000);
  }
  const SENT = [
    ...['BootNotification', 'Heartbeat', 'Authorize', 'StartTransaction', 'MeterValues', 'StopTransaction'],
    ...['StatusNotification', 'DiagnosticsStatusNotification', 'FirmwareStatusNotification', 'DataTransfer'],
  ];
  for (const action of SENT)
    it(`${action}: whatever comes, the next day is a good one`, function () {
      this.timeout(60000);
      for (const [what, answer] of ODD) {
        const cs = new Csms();
        const settings = { omt: 5, ota: 2, otr: 5, ocppi: 4, ocppao: 1 };
        const r = ready({ cs, settings, store: new Map([['qx', '[0,-1]'], ['k.ocpprl', '1']]) }); // prettier-ignore
        cs.answers[action] = () => answer;
        day(r);
        assert.ok(cs.calls(action).length, `${what}: not called`);
        delete cs.answers[action];
        // A registration that was lost comes back.
        r.run(150000);
        assert.equal(r.c.o.ok, 1, what);
        const from = cs.log.length;
        day(r);
        const said = cs.said(from);
        for (const s of ['Authorize AA', 'Start AA', 'MeterValues', 'Stop Local', 'Status 1 Available'])
          assert.ok(said.includes(s), `${what}: no ${s} in ${said.join()}`);
        assert.deepEqual(
          [...r.store.keys()].filter((k) => /^q(\d|o|g)/.test(k)),
          [],
          what,
        );
      }
    });
});

describe('ocpp tags', () => {
  it('the same tag in another spelling stops, without Authorize', () => {
    const r = ready();
    asked(r, 'RemoteStartTransaction', { idTag: 'aabb' });
    r.cp = 'C';
    r.run(6000);
    r.tap('AABB');
    r.run(1000);
    assert.equal(r.cs.calls('Authorize').length, 0);
    assert.equal(r.cs.calls('StopTransaction')[0].idTag, 'AABB');
  });

  for (const [parents, stops] of [
    [['G', 'G'], 1],
    [['G', 'H'], 0],
    [['', ''], 0],
  ] as const)
    it('another tag while a transaction runs, parents ' + parents.join('/'), () => {
      const cs = new Csms();
      cs.answers.Authorize = (q) => ({
        idTagInfo: Object.assign(
          { status: 'Accepted' },
          parents[0]
            ? { parentIdTag: parents[(q as unknown as { idTag: string }).idTag === 'AA' ? 0 : 1] }
            : {},
        ),
      });
      const r = ready({ cs });
      charging(r);
      r.tap('BB');
      r.run(3000);
      assert.equal(cs.calls('Authorize').length, parents[0] ? 2 : 1);
      assert.deepEqual(
        cs.calls('StopTransaction').map((s) => s.idTag),
        stops ? ['BB'] : [],
      );
      assert.equal(r.c.ses.on, stops ? 0 : 1);
    });

  it('LocalPreAuthorize: a known card starts without asking, another asks', () => {
    const r = ready({ settings: { olp: 1, cards: [{ name: 'x', id: 'AA', energy: 0 }] } });
    r.cp = 'B';
    r.run(1000);
    r.tap('aa');
    r.run(2000);
    assert.deepEqual(r.told(), ['Status 1 Preparing', 'Start aa']);
    assert.equal(r.cs.calls('Authorize').length, 0);
  });

  for (const [card, lo, ao, starts] of [
    [1, 1, 0, 1],
    [1, 0, 1, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 1],
  ] as const)
    it(`offline: ${card ? 'known' : 'unknown'} tag, LocalAuthorizeOffline ${lo}, AllowOfflineTxForUnknownId ${ao}`, () => {
      const cs = new Csms();
      cs.up = false;
      const r = rig({
        cs,
        settings: { ocpplo: lo, ocppao: ao, cards: card ? [{ name: 'x', id: 'AA', energy: 0 }] : [] },
      });
      r.cp = 'B';
      r.run(3000);
      r.tap('AA');
      r.run(2000);
      assert.equal(r.c.ses.on, starts);
    });

  it('a charger that no central system has ever accepted starts nothing offline; afterwards it does', () => {
    const cs = new Csms();
    cs.up = false;
    const settings = { ocppao: 1, cards: [{ name: 'x', id: 'AA', energy: 0 }] };
    const r = rig({ cs, settings, store: new Map() });
    r.cp = 'B';
    r.run(3000);
    r.tap('AA');
    r.run(2000);
    assert.equal(r.c.ses.on, 0);
    cs.up = true;
    r.run(60000);
    assert.deepEqual(cs.said(), ['BootNotification', 'Status 0 Available', 'Status 1 Preparing']);
    const again = new Csms();
    again.up = false;
    const s = rig({ cs: again, settings, store: r.store, boot: 2 });
    s.cp = 'B';
    s.run(3000);
    s.tap('AA');
    s.run(2000);
    assert.equal(s.c.ses.on, 1);
  });

  it('a tag that waits for an answer when the connection goes is decided here', () => {
    const cs = new Csms();
    cs.answers.Authorize = () => undefined;
    const r = ready({ cs, settings: { ocppao: 1 } });
    r.cp = 'B';
    r.run(1000);
    r.tap('AA');
    r.run(1000);
    cs.wire!.cut();
    cs.up = false;
    r.run(2000);
    assert.equal(r.c.ses.on, 1);
  });

  it('a tag that has not even been asked for when the connection goes is decided here', () => {
    const cs = new Csms();
    cs.answers.Heartbeat = () => undefined;
    const r = ready({ cs, settings: { ocppao: 1 } });
    r.cp = 'B';
    r.run(1000);
    asked(r, 'TriggerMessage', { requestedMessage: 'Heartbeat' });
    r.tap('AA');
    r.run(1000);
    assert.equal(cs.calls('Authorize').length, 0);
    cs.wire!.cut();
    cs.up = false;
    r.run(2000);
    assert.equal(r.c.ses.on, 1);
  });

  it('a start answered without idTagInfo.status, or refused: as StopTransactionOnInvalidId says', () => {
    for (const answer of [{ transactionId: 5, idTagInfo: {} }, { transactionId: 5 }]) {
      const cs = new Csms();
      cs.answers.StartTransaction = () => answer;
      const r = ready({ cs });
      charging(r);
      assert.equal(cs.calls('StopTransaction')[0].reason, 'DeAuthorized');
    }
  });

  for (const id of [0, -7, '7', 1700000000000])
    it('transactionId ' + JSON.stringify(id) + ': stops by it', () => {
      const cs = new Csms();
      cs.answers.StartTransaction = () => ({ transactionId: id, idTagInfo: { status: 'Accepted' } });
      const r = ready({ cs });
      charging(r);
      assert.deepEqual(asked(r, 'RemoteStopTransaction', { transactionId: +id }, 3000), {
        status: 'Accepted',
      });
      assert.equal(cs.calls('StopTransaction')[0].transactionId, +id);
    });

  it('a start answered without transactionId is sent again', () => {
    const cs = new Csms();
    cs.answers.StartTransaction = (_q, n) =>
      n === 1 ? { status: 'Accepted' } : { transactionId: 0, idTagInfo: { status: 'Accepted' } };
    const r = ready({ cs, settings: { otr: 5 } });
    charging(r);
    r.run(5000);
    assert.equal(cs.calls('StartTransaction').length, 2);
    assert.equal(r.c.o.tx, 0);
    assert.deepEqual(asked(r, 'RemoteStopTransaction', { transactionId: 0 }), { status: 'Accepted' });
  });
});

describe('ocpp transactions over power cuts', () => {
  /** What a store looks like after each of its writes. */
  function lives(): { store: Map<string, string>; cs: Csms; what: string }[] {
    const out: { store: Map<string, string>; cs: Csms; what: string }[] = [];
    for (let cut = 1; ; cut++) {
      const r = rig({ settings: { ocppi: 3, oss: 'Energy.Active.Import.Register', ocppao: 1 } });
      let n = 0;
      let saved: Map<string, string> | undefined;
      let what = '';
      const dead = (name: string): void => {
        if (saved || ++n < cut) return;
        what = name;
        saved = new Map(r.store);
        if (r.cs.wire) r.cs.wire.cut();
        r.cs.up = false;
      };
      const f = r.c.f;
      const put = f.put;
      const del = f.del;
      f.put = (k, v) => (put(k, v), dead('put ' + k), true);
      f.del = (k) => (del(k), dead('del ' + k));
      r.run(3000);
      charging(r);
      r.run(4000);
      r.c.m.eto += 100;
      r.tap('AA');
      r.run(2000);
      if (!saved) return out;
      out.push({ store: saved, cs: r.cs, what });
    }
  }

  it('at every write of the journal: each start that was heard ends, once, with its id', () => {
    const all = lives();
    assert.ok(all.length > 12, all.length + ' writes');
    for (const { store, cs, what } of all) {
      const again = new Csms();
      again.tx = cs.tx;
      const s = rig({ cs: again, store, boot: 2 });
      s.run(40000);
      const starts = cs.calls('StartTransaction').concat(again.calls('StartTransaction'));
      const stops = cs.calls('StopTransaction').concat(again.calls('StopTransaction'));
      const ids = new Set(stops.map((q) => q.transactionId));
      assert.equal(ids.size, starts.length ? 1 : 0, what + ': ' + cs.said().concat(again.said()).join(', '));
      if (starts.length) assert.ok(ids.has(again.tx), what);
      assert.ok(starts.length <= 2 && stops.length <= 2, what);
      // An answer that was noted is not asked for again, and the journal holds one end.
      if (what === 'put qx') assert.equal(starts.length, 1, what);
      assert.ok(again.calls('StopTransaction').length <= 1, what);
      assert.deepEqual(
        [...s.store.keys()].filter((k) => k[0] === 'q' && k !== 'qx'),
        [],
        what,
      );
    }
  });

  it(`at ${CUTS} bytes of the journal: the same, and a setting is the old or the new one`, function () {
    this.timeout(60000);
    const settings = { oss: 'Energy.Active.Import.Register' };
    const base = new Flash(4);
    ready({ flash: base, settings });
    put('keep', 'x'.repeat(500));
    // So far that the day passes a page's end.
    for (let i = 0; i < 60; i++) put('n', String(i) + '.'.repeat(80));
    /** A day until the power goes after `cut` bytes; an erase counts as 64 of them. */
    function day(cut: number): { flash: Flash; cs: Csms; used: number; erased: number; dead: boolean } {
      const flash = new Flash(4);
      flash.bytes.set(base.bytes);
      const cs = new Csms();
      let dead = false;
      for (const name of ['write', 'erase'] as const) {
        const act = flash[name].bind(flash) as (a: never, b: never) => void;
        flash[name] = (a: unknown, b?: unknown) => {
          try {
            act(a as never, b as never);
          } catch (e) {
            // Whoever catches it here has no power any more.
            dead = true;
            cs.wire!.cut();
            cs.up = false;
            throw e;
          }
        };
      }
      const r = rig({ flash, cs, boot: 2, settings });
      r.run(3000);
      flash.cut = cut;
      try {
        r.cs.call('ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '3' });
        charging(r);
        r.run(4000);
        r.c.m.eto += 100;
        r.tap('AA');
        r.run(2000);
      } catch (e) {
        if (!dead) throw e;
      }
      return { flash, cs, used: cut - flash.cut, erased: flash.erases, dead };
    }
    const { used: total, erased } = day(1e9);
    assert.ok(total > 2000 && erased > 0, `${total} bytes, ${erased} pages`);
    let heard = 0;
    for (let n = 0; n < CUTS; n++) {
      const cut = Math.floor(((n + Math.random()) * total) / CUTS);
      const { flash, cs, dead } = day(cut);
      assert.ok(dead, `${cut} of ${total}`);
      flash.cut = Infinity;
      const again = new Csms();
      again.tx = cs.tx;
      const s = rig({ flash, cs: again, boot: 3, settings });
      const what = `cut ${cut}: `;
      assert.ok(['3', undefined].includes(get('k.ocppi')), what + get('k.ocppi'));
      s.run(40000);
      const starts = cs.calls('StartTransaction').concat(again.calls('StartTransaction'));
      const stops = cs.calls('StopTransaction').concat(again.calls('StopTransaction'));
      const ids = new Set(stops.map((q) => q.transactionId));
      const said = what + cs.said().concat(again.said()).join(', ');
      if (starts.length) heard++;
      assert.equal(ids.size, starts.length ? 1 : 0, said);
      if (starts.length) assert.ok(ids.has(again.tx), said);
      assert.ok(starts.length <= 2 && stops.length <= 2 && again.calls('StopTransaction').length <= 1, said);
      assert.deepEqual(new Set(starts.map((q) => q.timestamp)).size, starts.length ? 1 : 0, said);
      for (let slot = 0; slot < SLOTS; slot++) assert.equal(get('q' + slot), undefined, said);
      assert.equal(get('keep'), 'x'.repeat(500), what);
    }
    assert.ok(heard > CUTS / 3, `${heard} with a transaction`);
  });

  it('goes on with the same transaction when the vehicle is still plugged, and ends it once', () => {
    const r = rig({ settings: { ocppi: 10 } });
    r.run(3000);
    charging(r);
    r.run(20000);
    const again = new Csms();
    again.tx = r.cs.tx;
    const s = rig({ cs: again, store: new Map(r.store), boot: 2, settings: { ocppi: 10 } });
    s.cp = 'C';
    s.run(30000);
    assert.deepEqual(again.calls('StartTransaction'), []);
    assert.deepEqual(again.calls('StopTransaction'), []);
    assert.equal(again.calls('MeterValues').at(-1)!.transactionId, r.cs.tx);
    assert.equal(s.c.o.tx, r.cs.tx);
    s.tap('AA');
    s.run(8000);
    assert.deepEqual(
      again.calls('StopTransaction').map((q) => [q.transactionId, q.reason]),
      [[r.cs.tx, 'Local']],
    );
  });

  for (const [why, minutes, acs, goes] of [
    ['10 min', 10, 1, true],
    ['an hour', 60, 1, false],
    ['an hour, nobody has to be authorised', 60, 0, true],
  ] as const)
    for (const first of ['the central system', 'a time server'])
      it(`an outage of ${why}, the time from ${first}: the transaction ${goes ? 'goes on' : 'ends with PowerLoss'}`, () => {
        const settings = { ocppi: 10, acs, oss: 'Voltage' };
        const r = rig({ settings });
        r.run(3000);
        charging(r);
        r.run(20000);
        const again = new Csms();
        again.tx = r.cs.tx;
        again.up = false;
        const s = rig({ cs: again, store: new Map(r.store), boot: 2, settings });
        const now = NOW + r.c.t + minutes * 60000;
        again.now = () => new Date(now + again.t()).toISOString();
        s.cp = 'C';
        s.c.b.interlock = 1;
        // Samples and notes of the time without a clock do not hide it.
        s.run(400000);
        assert.equal(s.c.ses.on, 1);
        if (first === 'a time server') s.c.f.clock(s.c, now + s.c.t);
        s.run(20000);
        again.up = true;
        s.run(300000);
        assert.equal(s.c.ses.on, goes ? 1 : 0);
        const stops = again.calls('StopTransaction').map((q) => [q.transactionId, q.reason]);
        assert.deepEqual(stops, goes ? [] : [[r.cs.tx, 'PowerLoss']]);
        assert.equal(again.calls('StartTransaction').length, 0);
        s.run(400000);
        assert.equal(s.c.ses.on, goes ? 1 : 0);
      });

  for (const [osi, ome, on] of [
    [0, 0, 1],
    [1, 300, 0],
  ])
    it(`a refused tag stays refused over a power cut: StopTransactionOnInvalidId ${osi}, MaxEnergyOnInvalidId ${ome}`, () => {
      const settings = { osi, ome };
      const cs = new Csms();
      cs.answers.StartTransaction = () => ({ transactionId: 5, idTagInfo: { status: 'Invalid' } });
      const r = ready({ cs, settings });
      charging(r);
      r.run(3000);
      const s = rig({ store: r.store, boot: 2, settings });
      s.c.m.eto = r.c.m.eto + (ome ? ome - 1 : 0);
      s.cp = 'C';
      s.run(20000);
      assert.equal(s.cs.said().at(-1), ome ? 'Status 1 Charging' : 'Status 1 SuspendedEVSE');
      s.c.m.eto += 2;
      s.run(9000);
      assert.equal(s.c.ses.on, on);
      if (!on) assert.deepEqual(s.cs.said().slice(-2), ['Stop DeAuthorized', 'Status 1 Finishing']);
      s.tap('AA');
      s.run(9000);
      s.cp = 'A';
      s.run(3000);
      // It was the tag of one transaction.
      charging(s, 'BB');
      assert.equal(s.cs.said().at(-1), 'Status 1 Charging');
    });

  it('a host whose connect only the watchdog ended is left alone for a quarter of an hour', () => {
    const s = rig({ store: new Map([['cg', 'cs.test']]) });
    s.run(60000);
    assert.match(s.c.o.err, /cs\.test blocked the charger/);
    assert.equal(s.cs.wire, undefined);
    assert.ok(s.store.has('cg'));
    s.run(850000);
    assert.ok(s.cs.wire);
    assert.ok(!s.store.has('cg'));
  });

  it('clock unknown at boot: times are worked out once it is known', () => {
    const cs = new Csms();
    cs.up = false;
    const r = rig({ cs, settings: { ocppao: 1 } });
    charging(r);
    r.run(10000);
    r.tap('AA');
    r.run(1000);
    cs.up = true;
    r.run(60000);
    const start = cs.calls('StartTransaction')[0].timestamp as string;
    const stop = cs.calls('StopTransaction')[0].timestamp as string;
    assert.ok(Math.abs(Date.parse(start) - NOW - 1000) < 1000, start);
    assert.ok(Math.abs(Date.parse(stop) - Date.parse(start) - 16000) < 1000, stop);
  });

  it('accepted without a time: what happened waits half a minute for a time server', () => {
    const cs = new Csms();
    cs.up = false;
    const r = rig({ cs, store: new Map(OLD), settings: { ocppao: 1 } });
    charging(r);
    r.tap('AA');
    r.run(1000);
    cs.up = true;
    while (!r.c.o.ok) r.run(20);
    r.run(20000);
    assert.deepEqual(cs.calls('StartTransaction'), []);
    r.c.f.clock(r.c, NOW + r.c.t);
    r.run(12000);
    const start = cs.calls('StartTransaction')[0].timestamp as string;
    assert.ok(Math.abs(Date.parse(start) - NOW - 1000) < 1000, start);
    assert.equal(cs.calls('StopTransaction').length, 1);
  });

  it('a clock that comes while offline, and then a power cut: the start keeps its time', () => {
    const cs = new Csms();
    cs.up = false;
    const r = rig({ cs, settings: { ocppao: 1 } });
    charging(r);
    const at = r.c.t - r.c.ses.t0;
    r.run(300000);
    r.c.f.clock(r.c, NOW);
    r.run(300000);
    const s = rig({ cs: new Csms(), store: r.store, boot: 2 });
    s.cp = 'B';
    s.run(1000);
    s.c.f.clock(s.c, NOW + 900000);
    s.run(6000);
    const start = s.cs.calls('StartTransaction')[0].timestamp as string;
    assert.ok(Math.abs(Date.parse(start) - (NOW - 300000 - at)) < 1500, start);
  });

  for (const who of ['the central system', 'a time server'])
    it(`${who} sets the clock back: the next transaction has the new time, and the grid follows`, () => {
      const r = ready({ settings: { ocppai: 900 } });
      let ahead = 3600000;
      r.cs.now = () => new Date(NOW + r.c.t + ahead).toISOString();
      const set = (): void => {
        if (who === 'a time server') r.c.f.clock(r.c, NOW + r.c.t + ahead);
        else asked(r, 'TriggerMessage', { requestedMessage: 'Heartbeat' });
      };
      set();
      charging(r);
      r.tap('AA');
      r.run(2000);
      r.cp = 'A';
      ahead = -600000;
      set();
      r.run(2000);
      charging(r);
      const start = r.cs.calls('StartTransaction')[1].timestamp as string;
      assert.ok(Math.abs(Date.parse(start) - (NOW + r.c.t + ahead - 6500)) < 1500, start);
      r.run(600000);
      const aligned = r.cs
        .calls('MeterValues')
        .map((q) => (q.meterValue as { timestamp: string; sampledValue: { context: string }[] }[])[0])
        .filter((m) => m.sampledValue[0].context === 'Sample.Clock')
        .map((m) => m.timestamp);
      assert.deepEqual(aligned, ['2026-01-10T12:00:00.000Z']);
    });

  it('a reboot before the clock was known: the first valid time', () => {
    const cs = new Csms();
    cs.up = false;
    const r = rig({ cs, settings: { ocppao: 1 } });
    charging(r);
    r.tap('AA');
    r.run(1000);
    const s = rig({ cs: new Csms(), store: r.store, boot: 2 });
    s.run(6000);
    const start = s.cs.calls('StartTransaction')[0].timestamp as string;
    assert.ok(Math.abs(Date.parse(start) - NOW) < 6000, start);
  });
});

describe('ocpp availability and unlocking', () => {
  it('a remote start that waits for the plug gives way', () => {
    const r = ready();
    asked(r, 'RemoteStartTransaction', { idTag: 'R' });
    assert.deepEqual(asked(r, 'ChangeAvailability', { connectorId: 1, type: 'Inoperative' }), {
      status: 'Accepted',
    });
    assert.deepEqual(r.told(), ['Status 1 Preparing', 'Status 1 Available', 'Status 1 Unavailable']);
  });

  it('a plugged car makes it wait; Operative takes it back', () => {
    const r = ready();
    r.cp = 'B';
    r.run(1000);
    assert.deepEqual(asked(r, 'ChangeAvailability', { connectorId: 0, type: 'Inoperative' }), {
      status: 'Scheduled',
    });
    assert.deepEqual(r.told(), ['Status 1 Preparing', 'Status 0 Unavailable']);
    assert.deepEqual(asked(r, 'ChangeAvailability', { connectorId: 0, type: 'Operative' }), {
      status: 'Accepted',
    });
    r.cp = 'A';
    r.run(1000);
    assert.deepEqual(r.told().slice(2), ['Status 0 Available', 'Status 1 Available']);
  });

  for (const [who, settings] of [
    ['a card', {}],
    ['open access', { acs: 0 }],
    ['the app', {}],
  ] as const)
    it(`out of service: ${who} starts nothing, and is not asked for`, () => {
      const r = ready({ settings });
      const set = (type: string): unknown => asked(r, 'ChangeAvailability', { connectorId: 0, type });
      set('Inoperative');
      r.cp = 'C';
      r.run(2000);
      if (who === 'a card') r.tap('AA');
      if (who === 'the app') assert.match(trx(r.c, 0), /out of service/);
      r.run(9000);
      assert.deepEqual(r.told(), ['Status 0 Unavailable', 'Status 1 Unavailable']);
      set('Operative');
      r.run(9000);
      assert.equal(r.c.ses.on, who === 'open access' ? 1 : 0);
      if (who !== 'open access') assert.equal(r.told().at(-1), 'Status 1 Preparing');
    });

  it('stopped by the app: Remote', () => {
    const r = ready();
    charging(r);
    assert.equal(trx(r.c, null), '');
    r.run(3000);
    assert.deepEqual(r.told().slice(-2), ['Stop Remote', 'Status 1 Finishing']);
  });

  it('out of service while a card waits for its answer: no transaction', () => {
    const cs = new Csms();
    cs.answers.Authorize = () => {
      cs.call('ChangeAvailability', { connectorId: 1, type: 'Inoperative' });
      return { idTagInfo: { status: 'Accepted' } };
    };
    const r = ready({ cs });
    r.tap('AA');
    r.run(3000);
    r.cp = 'C';
    r.run(9000);
    assert.deepEqual(cs.calls('StartTransaction'), []);
    assert.equal(r.told().at(-1), 'Status 1 Unavailable');
  });

  it('what waits for the end of a transaction waits over a power cut too', () => {
    const r = ready();
    charging(r);
    assert.deepEqual(asked(r, 'ChangeAvailability', { connectorId: 1, type: 'Inoperative' }), {
      status: 'Scheduled',
    });
    const s = rig({ store: r.store, boot: 2 });
    s.cp = 'C';
    s.run(20000);
    assert.equal(s.cs.said().at(-1), 'Status 1 Charging');
    s.tap('AA');
    s.run(3000);
    assert.deepEqual(s.cs.said().slice(-2), ['Stop Local', 'Status 1 Unavailable']);
  });

  it("out of service, and OCPP switched off: the charger is its owner's again, over a restart too", () => {
    const r = ready();
    asked(r, 'ChangeAvailability', { connectorId: 0, type: 'Inoperative' });
    r.c.k.ocppe = 0;
    for (const fn of r.c.hooks) fn(r.c, 'setting', 'ocppe');
    r.run(1000);
    assert.equal(r.c.o.ino, 0);
    const s = rig({ store: r.store, boot: 2, settings: { ocppe: 0 } });
    s.run(1000);
    assert.equal(s.c.o.ino, 0);
    s.c.k.ocppe = 1;
    for (const fn of s.c.hooks) fn(s.c, 'setting', 'ocppe');
    s.run(1000);
    assert.equal(s.c.o.ino, 1);
  });

  it('in service again while what has ended is still plugged: Preparing, then Finishing', () => {
    const r = ready();
    charging(r);
    r.tap('AA');
    r.run(5000);
    for (const type of ['Inoperative', 'Operative'])
      asked(r, 'ChangeAvailability', { connectorId: 1, type }, 4000);
    assert.deepEqual(
      r.told().slice(-4),
      ['Finishing', 'Unavailable', 'Preparing', 'Finishing'].map((s) => 'Status 1 ' + s),
    );
  });

  it('UnlockConnector: the answer tells what the lock did, and comes before the stop', () => {
    for (const jammed of [false, true]) {
      const r = ready({ charger: { lock: true } });
      charging(r);
      if (jammed) r.c.b.lock!.locked = () => 1;
      const from = r.cs.log.length;
      const id = r.cs.call('UnlockConnector', { connectorId: 1 });
      r.run(12000);
      assert.deepEqual(r.cs.answer(id), { status: jammed ? 'UnlockFailed' : 'Unlocked' });
      assert.equal(r.cs.log[from].id, id);
      assert.equal(r.cs.calls('StopTransaction')[0].reason, 'UnlockCommand');
    }
  });

  it('UnlockConnector on a connector that is not there', () => {
    const r = ready({ charger: { lock: true } });
    assert.deepEqual(asked(r, 'UnlockConnector', { connectorId: 2 }), { status: 'NotSupported' });
  });

  it('Reset Hard: the chip restarts although nobody takes the stop', () => {
    const cs = new Csms();
    const r = ready({ cs });
    charging(r);
    cs.answers.StopTransaction = () => undefined;
    assert.deepEqual(asked(r, 'Reset', { type: 'Hard' }, 6000), { status: 'Accepted' });
    assert.equal(r.resets[0], 1);
    assert.ok([...r.store.keys()].some((k) => k[0] === 'q' && k !== 'qx'));
  });
});
