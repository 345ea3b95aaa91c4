import { ease, raise } from '../../firmware/core/fault';
import { HOT } from '../../firmware/core/faults';
import assert from 'node:assert/strict';
import { Csms, NOW, PARTS, asked, ready, rig } from '../fake/csms';
import type { Rig } from '../fake/csms';
import * as journal from '../../firmware/core/journal';
import { Flash } from '../fake/flash';
import { depth, itLong } from '../fake/depth';

const REFUSED = { idTagInfo: { status: 'Invalid' } };

describe('ocpp boot', () => {
  it('boots and reports both connectors', () => {
    const r = rig();
    r.run(3000);
    assert.deepEqual(r.cs.said(), ['BootNotification', 'Status 0 Available', 'Status 1 Available']);
    assert.equal(r.c.o.ok, 1);
    assert.equal(r.c.k.ocpph, 300);
    assert.equal(r.c.f.iso(r.c.f.wall(r.c)).slice(0, 16), '2026-01-10T12:00');
  });

  it('Pending: waits the interval, answers, and talks only when triggered', () => {
    const cs = new Csms();
    cs.answers.BootNotification = (_q, n) => ({
      status: n === 1 ? 'Pending' : 'Accepted',
      currentTime: cs.now(),
      interval: 30,
    });
    const r = rig({ cs });
    r.run(5000);
    assert.deepEqual(r.cs.said(), ['BootNotification']);
    assert.deepEqual(asked(r, 'RemoteStartTransaction', { idTag: 'A' }), { status: 'Rejected' });
    assert.deepEqual(asked(r, 'TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 1 }), {
      status: 'Accepted',
    });
    assert.deepEqual(r.cs.said(), ['BootNotification', 'Status 1 Available']);
    r.run(30000);
    assert.deepEqual(r.cs.said().slice(2, 5), [
      'BootNotification',
      'Status 0 Available',
      'Status 1 Available',
    ]);
  });

  it('Rejected: ignores calls and asks again after the interval', () => {
    const cs = new Csms();
    cs.answers.BootNotification = () => ({ status: 'Rejected', currentTime: cs.now(), interval: 20 });
    const r = rig({ cs });
    r.run(3000);
    assert.equal(asked(r, 'GetConfiguration', {}), undefined);
    r.run(60000);
    assert.deepEqual(r.cs.said(), Array(4).fill('BootNotification'));
  });

  for (const status of ['Rejected', 'Pending'])
    it(status + ': waits the interval over a new connection too', () => {
      const cs = new Csms();
      cs.answers.BootNotification = () => ({ status, currentTime: cs.now(), interval: 200 });
      const r = rig({ cs });
      r.run(3000);
      for (let i = 0; i < 2; i++) {
        cs.wire!.cut();
        r.run(60000);
      }
      assert.equal(cs.requests.length, 3);
      assert.deepEqual(cs.said(), ['BootNotification']);
      r.run(100000);
      assert.deepEqual(cs.said(), ['BootNotification', 'BootNotification']);
    });

  it('a call that overtakes the answer to BootNotification is answered, nothing starts yet', () => {
    const cs = new Csms();
    const ids: string[] = [];
    cs.answers.BootNotification = () => {
      ids.push(cs.call('ChangeAvailability', { connectorId: 0, type: 'Operative' }));
      ids.push(cs.call('RemoteStartTransaction', { idTag: 'AA' }));
      return { status: 'Accepted', currentTime: cs.now(), interval: 300 };
    };
    const r = rig({ cs });
    r.run(5000);
    assert.deepEqual(
      ids.map((id) => cs.answer(id)),
      [{ status: 'Accepted' }, { status: 'Rejected' }],
    );
    assert.equal(r.c.o.ok, 1);
    assert.deepEqual(cs.said(), ['BootNotification', 'Status 0 Available', 'Status 1 Available']);
  });

  it('heartbeat: only after silence of an interval', () => {
    const cs = new Csms();
    cs.answers.BootNotification = () => ({ status: 'Accepted', currentTime: cs.now(), interval: 10 });
    const r = ready({ cs });
    r.run(35000);
    assert.deepEqual(r.told(), ['Heartbeat', 'Heartbeat', 'Heartbeat']);
    assert.equal(r.c.k.ocpph, 10);
  });
});

describe('ocpp flows', () => {
  it('plug first: Preparing, Authorize, StartTransaction, Charging, stop by the same tag', () => {
    const r = ready();
    r.cp = 'B';
    r.run(2000);
    r.tap('04AABBCC');
    r.run(4000);
    r.cp = 'C';
    r.run(3000);
    r.tap('04AABBCC');
    r.run(2000);
    r.cp = 'A';
    r.run(2000);
    assert.deepEqual(r.told(), [
      'Status 1 Preparing',
      'Authorize 04AABBCC',
      'Start 04AABBCC',
      'Status 1 SuspendedEV',
      'Status 1 Charging',
      'Stop Local',
      'Status 1 Finishing',
      'Status 1 Available',
    ]);
    const [stop] = r.cs.calls('StopTransaction');
    assert.equal(stop.transactionId, 101);
    assert.equal(stop.idTag, '04AABBCC');
  });

  it('tag first, then plug', () => {
    const r = ready();
    r.tap('AA');
    r.run(2000);
    r.cp = 'C';
    r.run(8000);
    assert.deepEqual(r.told(), [
      'Authorize AA',
      'Status 1 Preparing',
      'Start AA',
      ...r.told().slice(3, -1),
      'Status 1 Charging',
    ]);
    assert.equal(r.c.o.tx, 101);
  });

  it('tag first, no plug: back to Available, no transaction', () => {
    const r = ready({ settings: { txt: 60 } });
    r.tap('AA');
    r.run(50000);
    assert.deepEqual(r.told(), ['Authorize AA', 'Status 1 Preparing']);
    r.c.ses.ok = 0; // what core does after ConnectionTimeOut
    r.run(2000);
    assert.deepEqual(r.told(), ['Authorize AA', 'Status 1 Preparing', 'Status 1 Available']);
  });

  it('tag refused: nothing else happens', () => {
    const cs = new Csms();
    cs.answers.Authorize = () => REFUSED;
    const r = ready({ cs });
    r.cp = 'B';
    r.run(2000);
    r.tap('AA');
    r.run(5000);
    assert.deepEqual(r.told(), ['Status 1 Preparing', 'Authorize AA']);
    assert.equal(r.c.ask, 0);
  });

  it('remote start before the plug, remote stop, unplug', () => {
    const r = ready();
    assert.deepEqual(asked(r, 'RemoteStartTransaction', { idTag: 'R', connectorId: 1 }), {
      status: 'Accepted',
    });
    assert.deepEqual(asked(r, 'RemoteStartTransaction', { idTag: 'R' }), { status: 'Accepted' });
    assert.deepEqual(asked(r, 'RemoteStartTransaction', { idTag: 'S' }), { status: 'Rejected' });
    r.cp = 'C';
    r.run(8000);
    assert.deepEqual(asked(r, 'RemoteStopTransaction', { transactionId: 7 }), { status: 'Rejected' });
    assert.deepEqual(asked(r, 'RemoteStopTransaction', { transactionId: 101 }), { status: 'Accepted' });
    r.cp = 'A';
    r.run(3000);
    const said = r.told();
    assert.deepEqual(said.slice(0, 2), ['Status 1 Preparing', 'Start R']);
    assert.deepEqual(said.slice(-4), [
      'Status 1 Charging',
      'Stop Remote',
      'Status 1 Finishing',
      'Status 1 Available',
    ]);
  });

  it('remote start asks first when AuthorizeRemoteTxRequests is set', () => {
    const r = ready({ settings: { oar: 1 } });
    r.cp = 'B';
    r.run(2000);
    asked(r, 'RemoteStartTransaction', { idTag: 'R' });
    assert.deepEqual(r.told(), ['Status 1 Preparing', 'Authorize R', 'Start R']);
  });

  it('remote start while what has ended is still plugged: Preparing in between', () => {
    const r = ready();
    r.cp = 'C';
    r.tap('AA');
    r.run(6000);
    r.tap('AA');
    r.run(5000);
    const from = r.cs.log.length;
    assert.deepEqual(asked(r, 'RemoteStartTransaction', { idTag: 'BB' }), { status: 'Accepted' });
    r.run(9000);
    assert.deepEqual(r.cs.said(from), ['Status 1 Preparing', 'Start BB', 'Status 1 Charging']);
  });

  it('unplugging while charging: Stop, Finishing with the reason, Available', () => {
    const r = ready();
    r.tap('AA');
    r.cp = 'C';
    r.run(9000);
    r.cp = 'A';
    r.run(3000);
    assert.deepEqual(r.told().slice(-3), ['Stop EVDisconnected', 'Status 1 Finishing', 'Status 1 Available']);
    assert.equal(r.cs.calls('StatusNotification').at(-2)!.info, 'EV side disconnected');
  });

  it('free charging: the default tag, Preparing is shown', () => {
    const r = ready({ settings: { acs: 0, ocppd: 'free' } });
    r.c.f.grant(r.c, 'free', 0);
    r.cp = 'C';
    r.run(9000);
    assert.deepEqual(r.told().slice(0, 2), ['Status 1 Preparing', 'Start free']);
  });

  for (const osi of [1, 0])
    it('start refused afterwards, StopTransactionOnInvalidId ' + osi, () => {
      const cs = new Csms();
      cs.answers.StartTransaction = () => ({ transactionId: 0, ...REFUSED });
      const r = ready({ cs, settings: { osi } });
      r.cp = 'C';
      r.run(1000);
      r.tap('AA');
      r.run(12000);
      assert.deepEqual(
        r.told().slice(-2),
        osi ? ['Stop DeAuthorized', 'Status 1 Finishing'] : ['Start AA', 'Status 1 SuspendedEVSE'],
      );
      assert.equal(r.c.ses.on, osi ? 0 : 1);
    });

  it('energy after a refused start: MaxEnergyOnInvalidId', () => {
    const cs = new Csms();
    cs.answers.StartTransaction = () => ({ transactionId: 5, ...REFUSED });
    const r = ready({ cs, settings: { ome: 500 } });
    r.cp = 'C';
    r.tap('AA');
    r.run(9000);
    assert.equal(r.c.ses.on, 1);
    r.c.m.eto += 501;
    r.run(1000);
    assert.equal(r.c.ses.on, 0);
    assert.equal(r.cs.calls('StopTransaction')[0].meterStop, 1501);
  });

  it('Authorize without an answer: offline rules', () => {
    const cs = new Csms();
    cs.answers.Authorize = () => undefined;
    for (const ocppao of [0, 1]) {
      const r = ready({ cs: Object.assign(new Csms(), { answers: cs.answers }), settings: { ocppao } });
      r.cp = 'B';
      r.tap('AA');
      r.run(40000);
      assert.equal(r.c.ses.on, ocppao);
    }
  });

  it('a fault is reported with its code, and its end', () => {
    const r = ready();
    raise(r.c, HOT);
    r.run(1000);
    ease(r.c, HOT);
    r.run(1000);
    assert.deepEqual(
      r.cs
        .calls('StatusNotification')
        .slice(2)
        .map((s) => [s.status, s.errorCode]),
      [
        ['Faulted', 'HighTemperature'],
        ['Available', 'NoError'],
      ],
    );
  });

  it('MinimumStatusDuration skips what did not last', () => {
    const r = ready({ settings: { omd: 5 } });
    r.cp = 'B';
    r.run(2000);
    r.cp = 'A';
    r.run(10000);
    assert.deepEqual(r.told(), []);
  });
});

describe('ocpp link', () => {
  it('comes back after a loss without a new boot, and reports only what changed', () => {
    const r = ready();
    r.cs.wire!.cut();
    r.run(1000);
    assert.equal(r.c.o.up, 0);
    r.cp = 'B';
    r.run(16000);
    assert.deepEqual(r.told(), ['Status 1 Preparing']);
    assert.equal(r.cs.requests.length, 2);
  });

  it('waits longer with each failed try', () => {
    const cs = new Csms();
    cs.up = false;
    const r = rig({ cs });
    r.run(600000);
    const waits = r.lines.map((l) => +/again in (\d+)/.exec(l)![1]);
    waits.forEach((w, i) => {
      const base = 5 * 2 ** Math.min(i, 5);
      assert.ok(w >= base && w <= base + 10, i + ': ' + w);
    });
    assert.ok(waits.length >= 5 && waits.length <= 9);
  });

  it('a lost link is found within 90 s by the pings of the default', () => {
    const r = ready();
    r.cs.silent = true;
    const lost = r.lines.length;
    r.run(90000);
    assert.ok(r.lines.slice(lost).some((l) => l.includes('no answer to ping')));
  });

  it('pings in silence, and gives up without an answer', () => {
    const r = ready({ settings: { owp: 20 } });
    r.run(70000);
    assert.equal(r.cs.pongs, 3);
    assert.equal(r.c.o.up, 1);
    r.cs.silent = true;
    r.run(21000);
    assert.equal(r.c.o.up, 0);
    assert.equal(r.c.o.err, 'no answer to ping');
  });

  for (const [greet, error] of [
    ['HTTP/1.1 401 Unauthorized\r\n\r\n', 'refused with HTTP status 401'],
    ['HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 'refused with HTTP status 404'],
    [
      'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: bad\r\n\r\n',
      'wrong Sec-WebSocket-Accept',
    ],
    ['HTTP/1.1 200 OK\r\n\r\n', 'refused with HTTP status 200'],
  ])
    it('reports: ' + error, () => {
      const cs = new Csms();
      cs.greet = () => greet;
      const r = rig({ cs });
      r.run(2000);
      assert.equal(r.c.o.err, error);
      assert.equal(r.c.o.up, 0);
    });

  it('no subprotocol: closes with 1002', () => {
    const cs = new Csms();
    const greet = cs.greet;
    cs.greet = (key) => greet(key).replace('Sec-WebSocket-Protocol: ocpp1.6\r\n', '');
    const r = rig({ cs });
    r.run(2000);
    assert.equal(r.c.o.err, 'no subprotocol ocpp1.6');
    assert.deepEqual(cs.closes, [1002]);
  });

  it('connects with the contactor open only, unless the hardware has an interlock', () => {
    for (const interlock of [0, 1] as const) {
      const r = rig();
      r.c.b.interlock = interlock;
      r.c.s.on = 1;
      for (let i = 0; i < 50; i++) r.step();
      assert.equal(r.c.o.up, interlock);
      r.c.s.on = 0;
      for (let i = 0; i < 50; i++) r.step();
      assert.equal(r.c.o.up, 1);
    }
  });

  it('a changed URL makes it connect anew at once', () => {
    const r = ready();
    asked(r, 'ChangeConfiguration', {
      key: 'AuthorizationKey',
      value: '0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF',
    });
    r.run(1000);
    assert.equal(r.cs.requests.length, 2);
    assert.match(r.cs.requests[1], /\r\nAuthorization: Basic MTIzNDU2OgABAgMEBQYH\/{16}/);
    r.c.k.ocppe = 0;
    r.c.hooks.forEach((hook) => hook(r.c, 'setting', 'ocppe'));
    r.run(1000);
    assert.equal(r.c.o.up, 0);
    assert.deepEqual(r.cs.closes, [1000, 1000]);
  });

  it('new settings end the wait that the old ones have earned', () => {
    const cs = new Csms();
    const greet = cs.greet;
    cs.greet = () => 'HTTP/1.1 401 X\r\n\r\n';
    const r = rig({ cs });
    // After the third try it waits for 20 s at least.
    while (r.cs.requests.length < 3) r.run(100);
    r.run(1000);
    const tries = r.cs.requests.length;
    assert.ok(r.c.o.err);
    cs.greet = greet;
    r.run(1000);
    assert.equal(r.cs.requests.length, tries, 'it waits');
    r.c.hooks.forEach((hook) => hook(r.c, 'setting', 'ocppak'));
    r.run(1000);
    assert.equal(r.c.o.up, 1);
  });

  it('another central system gets a BootNotification, the same one after a new password does not', () => {
    const boots = ['Status 0 Available', 'Status 1 Available'];
    for (const [key, value, said] of [
      ['ocppu', 'ws://other.example/ocpp', ['BootNotification', ...boots]],
      ['ocppak', '0123456789abcdefg', []],
    ] as const) {
      const r = ready();
      (r.c.k as unknown as Record<string, string>)[key] = value;
      r.c.hooks.forEach((hook) => hook(r.c, 'setting', key));
      r.run(3000);
      assert.equal(r.cs.requests.length, 2, key);
      assert.deepEqual(r.told(), said, key);
      assert.equal(r.c.o.ok, 1, key);
    }
  });
});

/** What one central system imposes on the next: 6 A, reserved, out of service. */
function imposed(store?: Map<string, string>): Rig {
  const r = ready({ store });
  const csChargingProfiles = {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] },
  };
  asked(r, 'SetChargingProfile', { connectorId: 0, csChargingProfiles });
  const expiryDate = '2026-01-11T00:00:00Z';
  asked(r, 'ReserveNow', { connectorId: 1, expiryDate, idTag: 'AA', reservationId: 1 });
  assert.deepEqual([r.c.lim.ocpp, r.c.o.st], [60, 6]);
  return r;
}

describe('ocpp another central system', () => {
  for (const [url, stays] of [
    ['ws://other.test:9000/ocpp', false],
    ['ws://cs.test:9001/ocpp', false],
    ['ws://cs.test:9000/other/path', true],
  ] as const)
    for (const restart of [false, true])
      it(`${url}${restart ? ' at a restart' : ''}: what the one before imposed ${stays ? 'stays' : 'is void once it has accepted us'}`, () => {
        let r = imposed();
        if (restart) r = rig({ store: r.store, boot: 2, settings: { ocppu: url } });
        r.cs.answers.BootNotification = (_q, n) => ({
          status: n === 1 && restart ? 'Pending' : 'Accepted',
          currentTime: r.cs.now(),
          interval: 10,
        });
        r.c.k.ocppu = url;
        if (!restart) r.c.hooks.forEach((hook) => hook(r.c, 'setting', 'ocppu'));
        else r.run(5000);
        if (restart) assert.deepEqual([r.c.lim.ocpp, r.c.o.st], [60, 6]);
        r.run(15000);
        assert.equal(r.c.o.ok, 1);
        assert.deepEqual([r.c.lim.ocpp, r.c.o.st], stays ? [60, 6] : [999, 0]);
      });

  it('one that has put the charger out of service and is gone', () => {
    const r = imposed();
    asked(r, 'ChangeAvailability', { connectorId: 0, type: 'Inoperative' });
    const s = rig({ store: r.store, boot: 2, settings: { ocppu: 'ws://other.test/' } });
    s.run(3000);
    assert.deepEqual(s.cs.said(), ['BootNotification', 'Status 0 Available', 'Status 1 Available']);
  });
});

describe('ocpp remote logging', () => {
  const logged = (r: Rig): string =>
    r.cs
      .calls('DataTransfer')
      .map((q) => {
        assert.deepEqual([q.vendorId, q.messageId], ['Pilotwire', 'log']);
        return q.data;
      })
      .join('');

  it('off: nothing; on: what stands in the log and what comes to it, each line once, short messages', () => {
    const r = ready();
    r.run(60000);
    assert.equal(logged(r), '');
    const had = r.lines.length;
    for (let i = 0; i < 20; i++) r.c.f.log('test', 'line ' + i + ' "\xc3\xa4" ' + '.'.repeat(40));
    asked(r, 'ChangeConfiguration', { key: 'RemoteLogging', value: 'true' });
    r.run(20000);
    r.c.f.log('test', 'the last');
    r.run(6000);
    assert.ok(r.lines.length > had + 20);
    assert.equal(Buffer.from(logged(r)).toString('latin1'), r.lines.join('\n') + '\n');
    const most = Math.max(...r.cs.calls('DataTransfer').map((q) => (q.data as string).length));
    assert.ok(most < 500, `${most}`);
    asked(r, 'ChangeConfiguration', { key: 'RemoteLogging', value: 'false' });
    r.c.f.log('test', 'more');
    r.run(20000);
    assert.ok(!logged(r).includes('more'));
  });

  for (const [what, answer] of [
    ['an unknown vendor', { status: 'UnknownVendorId' }],
    ['an error', 'NotImplemented'],
  ] as const)
    it(`${what} ends it until it is asked for again`, () => {
      const cs = new Csms();
      cs.answers.DataTransfer = () => answer;
      const r = ready({ cs, store: new Map([['qx', '[0,-1]'], ['k.ocpprl', '1']]) }); // prettier-ignore
      r.run(30000);
      assert.equal(cs.calls('DataTransfer').length, 1);
      r.c.f.log('test', 'more');
      r.run(30000);
      assert.equal(cs.calls('DataTransfer').length, 1);
      asked(r, 'ChangeConfiguration', { key: 'RemoteLogging', value: 'true' });
      r.run(6000);
      assert.equal(cs.calls('DataTransfer').length, 2);
    });
});

describe('ocpp queue', () => {
  function charge(r: Rig, tag: string): void {
    r.cp = 'B';
    r.run(1000);
    r.tap(tag);
    r.run(2000);
    r.cp = 'C';
    r.run(4000);
    r.c.m.eto += 1000;
    r.tap(tag);
    r.run(500);
    r.cp = 'A';
    r.run(2000);
  }

  it('offline: keeps everything over a reboot and delivers in order with the right ids', () => {
    const r = ready({ settings: { ocppao: 1 } });
    r.cs.up = false;
    r.cs.wire!.cut();
    r.run(1000);
    charge(r, 'AA');
    charge(r, 'BB');
    assert.deepEqual(r.told(), []);
    const cs = new Csms();
    const s = rig({ cs, store: r.store, boot: 2 });
    s.run(6000);
    assert.deepEqual(cs.said().slice(3), ['Start AA', 'Stop Local', 'Start BB', 'Stop Local']);
    assert.deepEqual(
      cs.calls('StopTransaction').map((q) => q.transactionId),
      [101, 102],
    );
    const [a, b] = cs.calls('StartTransaction');
    assert.deepEqual([a.meterStart, b.meterStart], [1000, 2000]);
    assert.ok((a.timestamp as string) < (b.timestamp as string));
    assert.deepEqual([...s.store.keys()].sort(), ['bw', 'ch', 'lc', 'qx', 'ses']);
  });

  it('power loss in a transaction: it is closed after the boot', () => {
    const r = ready();
    r.cp = 'C';
    r.tap('AA');
    r.run(5000);
    const s = rig({ cs: new Csms(), store: r.store, boot: 2 });
    s.c.m.eto = 1234;
    s.run(5000);
    const [stop] = s.cs.calls('StopTransaction');
    assert.deepEqual([stop.transactionId, stop.reason, stop.meterStop], [101, 'PowerLoss', 1234]);
  });

  it('retries with growing waits, gives up, and uses -1 behind a lost start', () => {
    const cs = new Csms();
    cs.answers.StartTransaction = () => 'InternalError';
    const r = ready({ cs, settings: { ota: 3, otr: 10 } });
    charge(r, 'AA');
    r.run(60000);
    const starts = cs.log.filter((m) => m.action === 'StartTransaction');
    assert.equal(starts.length, 3);
    assert.deepEqual(
      [starts[1].t - starts[0].t, starts[2].t - starts[1].t].map((x) => Math.round(x / 1000)),
      [10, 20],
    );
    assert.equal(cs.calls('StopTransaction')[0].transactionId, -1);
  });

  for (const [what, answer] of [
    ['an error', 'InternalError'],
    ['no answer', undefined],
  ] as const)
    it(`${what}, for ever: each message is sent as often as allowed, with growing waits and a new id, then the next`, () => {
      const cs = new Csms();
      for (const action of ['StartTransaction', 'MeterValues', 'StopTransaction'])
        cs.answers[action] = () => answer;
      const wait = answer ? 0 : 5000;
      const r = ready({ cs, settings: { ota: 3, otr: 10, omt: 5, ocppi: 3 } });
      charge(r, 'AA');
      r.run(400000);
      const sent = cs.log.filter((m) => /Transaction|MeterValues/.test(m.action));
      assert.deepEqual(
        sent.map((m) => m.action),
        ['StartTransaction', 'MeterValues', 'StopTransaction'].flatMap((a) => [a, a, a]),
      );
      for (let i = 0; i < 9; i += 3)
        assert.deepEqual(
          [1, 2].map((k) => Math.round((sent[i + k].t - sent[i + k - 1].t - wait) / 1000)),
          [10, 20],
          sent[i].action,
        );
      assert.equal(new Set(sent.map((m) => m.id)).size, 9);
      assert.deepEqual(
        sent.slice(3).map((m) => m.payload.transactionId),
        Array(6).fill(-1),
      );
      assert.equal(r.c.o.up, 1);
      assert.deepEqual(
        [...r.store.keys()].filter((k) => /^q\d/.test(k)),
        [],
      );
    });

  it('meter values that will never be taken keep nothing waiting', () => {
    for (const [error, tries] of [
      ['FormationViolation', 1],
      ['PropertyConstraintViolation', 1],
      ['NotSupported', 1],
      ['InternalError', 3],
    ] as const) {
      const cs = new Csms();
      cs.answers.MeterValues = () => error;
      const r = ready({ cs, settings: { ota: 3, otr: 10, ocppi: 5 } });
      charge(r, 'AA');
      r.run(60000);
      const values = cs.calls('MeterValues').map((v) => JSON.stringify(v));
      assert.ok(values.length, error);
      assert.equal(values.length / new Set(values).size, tries, error);
      assert.equal(cs.calls('StopTransaction').length, 1, error);
    }
  });

  it('more transactions than it can hold: a start that has no room is forgotten with its end', () => {
    const r = ready({ settings: { ocppi: 0 } });
    r.cs.up = false;
    r.cs.wire!.cut();
    for (let i = 0; i < 40; i++) {
      r.cp = 'B';
      r.run(1000);
      r.c.f.grant(r.c, 'T' + i, 0);
      r.run(1000);
      r.c.f.stop(r.c, 'Local');
      r.run(500);
      r.cp = 'A';
      r.run(1000);
    }
    r.cs.up = true;
    r.run(400000);
    const tags = r.cs.calls('StartTransaction').map((q) => q.idTag);
    assert.deepEqual(
      tags,
      Array.from({ length: 31 }, (_, i) => 'T' + i),
    );
    assert.deepEqual(
      r.cs.calls('StopTransaction').map((q) => q.transactionId),
      tags.map((_, i) => 101 + i),
    );
    r.cp = 'B';
    r.run(1000);
    r.c.f.grant(r.c, 'again', 0);
    r.run(5000);
    assert.equal(r.cs.calls('StartTransaction').at(-1)!.idTag, 'again');
  });

  it('a lost connection is no failure', () => {
    const cs = new Csms();
    cs.answers.StartTransaction = () => undefined;
    const r = ready({ cs, settings: { ota: 1 } });
    r.cp = 'B';
    r.run(1000);
    r.tap('AA');
    r.run(2000);
    cs.wire!.cut();
    delete cs.answers.StartTransaction;
    r.run(20000);
    assert.equal(cs.calls('StartTransaction').length, 2);
    assert.equal(r.c.o.tx, 101);
  });

  it('a long time offline thins meter values and loses no start or stop', () => {
    const r = ready({ settings: { ocppao: 1, ocppi: 10 } });
    r.cs.up = false;
    r.cs.wire!.cut();
    r.cp = 'B';
    r.run(1000);
    r.tap('AA');
    r.run(1500000);
    r.tap('AA');
    r.run(500);
    r.cs.up = true;
    r.run(200000);
    const said = r.told();
    assert.equal(said.filter((x) => x === 'Start AA').length, 1);
    assert.equal(said.filter((x) => x === 'Stop Local').length, 1);
    const times = r.cs
      .calls('MeterValues')
      .map((m) => (m.meterValue as { timestamp: string }[])[0].timestamp);
    assert.ok(times.length >= 45 && times.length <= 52, '' + times.length);
    assert.deepEqual(times, [...times].sort());
  });
});

const OFFLINE = depth('OFFLINE');
const MINUTES = OFFLINE * 60;

describe('ocpp offline for long', () => {
  /** Records of the queue, and samples that wait for an end. */
  const queued = (): number =>
    Array.from({ length: 64 }, (_, i) => journal.get('q' + i)).filter(Boolean).length;
  function aside(): number {
    let n = 0;
    for (let set = 0; set < 32; set++)
      for (let i = 0; i < MINUTES + 120; i++)
        if (journal.get('d' + set.toString(36) + i.toString(36)) !== undefined) n++;
    return n;
  }

  for (const cuts of [0, 3])
    (cuts ? it : itLong)(
      `${OFFLINE} h with a sample a minute, ${cuts} power cuts: bounded in flash, told in order, start and stop once`,
      function () {
        this.timeout(60000);
        const settings = { ocppao: 1, ocppi: 60, oss: 'Energy.Active.Import.Register' };
        const flash = new Flash(16);
        let r: Rig = ready({ flash, settings });
        const { cs } = r;
        /** ms of the boots before. */
        let before = 0;
        cs.up = false;
        cs.wire!.cut();
        r.cp = 'C';
        r.run(1000);
        r.tap('AA');
        r.run(6000);
        const start = NOW + r.c.t;
        for (let minute = 1; minute <= MINUTES; minute++) {
          // What happens once a minute needs no 3000 turns.
          r.c.t += 59300;
          r.run(700);
          r.c.m.eto += 10;
          assert.ok(queued() <= 58, `${queued()} records`);
          if (minute % (MINUTES / 8) === 0) assert.ok(aside() <= 40, `${aside()} samples`);
          if (cuts && minute % (MINUTES / 4) === 0 && minute < MINUTES) {
            before += r.c.t + 5000;
            const was = r.c.m.eto;
            r = rig({ cs, flash, settings, boot: 1 + minute / (MINUTES / 4) });
            r.c.m.eto = was;
            r.cp = 'C';
            cs.t = () => before + r.c.t;
            r.c.f.clock(r.c, NOW + cs.t());
            r.run(6000);
          }
        }
        r.tap('AA');
        r.run(3000);
        const end = NOW + cs.t();
        cs.up = true;
        r.run(400000);
        const said = cs.log.filter((m) => /Transaction|MeterValues/.test(m.action) && m.from === 'cp');
        assert.deepEqual(
          said.filter((m) => m.action !== 'MeterValues').map((m) => m.action),
          ['StartTransaction', 'StopTransaction'],
        );
        assert.deepEqual([said[0].action, said.at(-1)!.action], ['StartTransaction', 'StopTransaction']);
        const [stop] = cs.calls('StopTransaction');
        assert.deepEqual(
          [stop.transactionId, stop.reason, stop.meterStop],
          [101, 'Local', 1000 + MINUTES * 10],
        );
        const times = said.map((m) =>
          Date.parse((m.payload.timestamp ?? (m.payload.meterValue as Value[])[0].timestamp) as string),
        );
        assert.deepEqual(times, [...times].sort());
        assert.ok(Math.abs(times[0] - start) < 8000 && Math.abs(times.at(-1)! - end) < 8000);
        assert.ok(times.length > 42 && times.length < 64, `${times.length}`);
        // Thinned all over, not cut off at either end.
        const gaps = times.slice(1).map((t, i) => (t - times[i]) / 3600000);
        assert.ok(Math.max(...gaps) < 3, `${Math.max(...gaps)} h without a value`);
        if (!cuts) for (const t of times.slice(1, -1)) assert.equal((t - times[0]) % 60000, 0);
        assert.deepEqual(
          [queued(), aside(), journal.get('qo'), journal.get('qg')],
          [0, 0, undefined, undefined],
        );
      },
    );
});

describe('ocpp meter values', () => {
  it('periodic samples at exact multiples of the interval', () => {
    const r = ready({ settings: { ocppi: 10 } });
    r.cp = 'C';
    r.tap('AA');
    r.run(35000);
    const [start] = r.cs.calls('StartTransaction');
    const values = r.cs.calls('MeterValues') as { transactionId: number; meterValue: Value[] }[];
    const t0 = Date.parse(start.timestamp as string);
    assert.deepEqual(
      values.map((m) => Date.parse(m.meterValue[0].timestamp) - t0),
      [10000, 20000, 30000],
    );
    assert.equal(values[0].transactionId, 101);
    assert.deepEqual(
      values[0].meterValue[0].sampledValue.map((s) => [s.measurand, s.phase, s.value, s.unit].join(' ')),
      [
        'Energy.Active.Import.Register  1000 Wh',
        'Power.Active.Import  11040 W',
        'Power.Active.Import L1 3657 W',
        'Power.Active.Import L2 3696 W',
        'Power.Active.Import L3 3687 W',
        'Current.Import L1 15.9 A',
        'Current.Import L2 16 A',
        'Current.Import L3 16.1 A',
        'Voltage L1-N 230 V',
        'Voltage L2-N 231 V',
        'Voltage L3-N 229 V',
      ],
    );
  });

  it('clock-aligned samples without a transaction, on the grid', () => {
    const r = ready({ settings: { ocppai: 60, oma: 'Voltage,Temperature,Frequency' } });
    r.run(125000);
    const values = r.cs.calls('MeterValues') as { meterValue: Value[] }[];
    assert.deepEqual(
      values.map((m) => m.meterValue[0].timestamp),
      ['2026-01-10T12:01:00.000Z', '2026-01-10T12:02:00.000Z'],
    );
    assert.equal(values[0].meterValue[0].sampledValue[0].context, 'Sample.Clock');
    assert.equal('transactionId' in values[0], false);
  });

  it('transactionData: begin, thinned samples, end', () => {
    const r = ready({ settings: { ocppi: 10, oss: 'Energy.Active.Import.Register,Power.Active.Import' } });
    r.cp = 'B';
    r.tap('AA');
    r.run(1000000);
    r.tap('AA');
    r.run(5000);
    const [stop] = r.cs.calls('StopTransaction') as { transactionData: Value[] }[];
    const contexts = stop.transactionData.map((v) => v.sampledValue[0].context);
    assert.equal(contexts[0], 'Transaction.Begin');
    assert.equal(contexts.at(-1), 'Transaction.End');
    assert.ok(contexts.length > 20 && contexts.length <= 41, '' + contexts.length);
    assert.deepEqual([...r.store.keys()].sort(), ['bw', 'ch', 'lc', 'qx', 'ses']);
  });

  it('without a reading the value is left out and the meter is reported', () => {
    const r = ready({ settings: { ocppi: 10 } });
    r.c.b.meter!.ok = 0;
    r.cp = 'C';
    r.tap('AA');
    r.run(12000);
    const [m] = r.cs.calls('MeterValues') as { meterValue: Value[] }[];
    assert.equal(m.meterValue[0].sampledValue.length, 1);
    assert.equal(r.cs.calls('StatusNotification').at(-1)!.errorCode, 'PowerMeterFailure');
  });
});

interface Value {
  timestamp: string;
  sampledValue: { value: string; context: string; measurand: string; phase?: string; unit?: string }[];
}

describe('ocpp availability, reset, unlock, trigger', () => {
  it('availability: at once when idle, after the transaction otherwise, over a reboot', () => {
    const r = ready();
    const set = (connectorId: number, type: string): unknown =>
      asked(r, 'ChangeAvailability', { connectorId, type });
    assert.deepEqual(set(0, 'Inoperative'), { status: 'Accepted' });
    assert.deepEqual(r.told(), ['Status 0 Unavailable', 'Status 1 Unavailable']);
    assert.deepEqual(set(0, 'Inoperative'), { status: 'Accepted' });
    assert.deepEqual(asked(r, 'RemoteStartTransaction', { idTag: 'A' }), { status: 'Rejected' });
    const s = rig({ store: r.store, boot: 2 });
    s.run(3000);
    assert.deepEqual(s.cs.said().slice(1), ['Status 0 Unavailable', 'Status 1 Unavailable']);
    const on = s.cs.call('ChangeAvailability', { connectorId: 0, type: 'Operative' });
    s.run(1000);
    s.cp = 'B';
    s.tap('AA');
    s.run(3000);
    const later = s.cs.call('ChangeAvailability', { connectorId: 1, type: 'Inoperative' });
    const never = s.cs.call('ChangeAvailability', { connectorId: 2, type: 'Inoperative' });
    s.run(2000);
    assert.deepEqual(
      [on, later, never].map((id) => s.cs.answer(id)),
      [{ status: 'Accepted' }, { status: 'Scheduled' }, { status: 'Rejected' }],
    );
    assert.equal(s.c.o.ino, 0);
    s.tap('AA');
    s.run(2000);
    assert.equal(s.cs.said().at(-1), 'Status 1 Unavailable');
  });

  it('Reset Soft: answer, StopTransaction, restart', () => {
    const r = ready();
    r.cp = 'C';
    r.tap('AA');
    r.run(6000);
    assert.deepEqual(asked(r, 'Reset', { type: 'Soft' }, 3000), { status: 'Accepted' });
    assert.ok(r.told().includes('Stop SoftReset'));
    assert.equal(r.resets[0], 0);
  });

  it('a bolt that jams at the start: Faulted, no transaction until it has moved', () => {
    const r = ready({ charger: { lock: true } });
    r.jam = true;
    r.cp = 'B';
    r.run(500);
    r.tap('04AABBCC');
    r.run(8000);
    assert.deepEqual(r.told(), ['Status 1 Preparing', 'Status 1 Faulted', 'Authorize 04AABBCC']);
    const said = r.cs.calls('StatusNotification').at(-1)!;
    assert.equal(said.errorCode, 'ConnectorLockFailure');
    assert.deepEqual(asked(r, 'RemoteStartTransaction', { idTag: 'B' }), { status: 'Rejected' });
    r.jam = false;
    r.run(4000);
    assert.ok(r.told().includes('Start 04AABBCC'), r.told().join());
    // It is accepted for a plug that will jam, too: no transaction then.
    const s = ready({ charger: { lock: true } });
    assert.deepEqual(asked(s, 'RemoteStartTransaction', { idTag: 'B' }), { status: 'Accepted' });
    s.jam = true;
    s.cp = 'B';
    s.run(8000);
    assert.equal(s.told().at(-1), 'Status 1 Faulted');
    assert.equal(s.cs.calls('StartTransaction').length, 0);
    s.jam = false;
    s.run(4000);
    assert.equal(s.cs.calls('StartTransaction')[0].idTag, 'B');
  });

  it('UnlockConnector: only with a lock, which opens once the contactor is open', () => {
    const r = ready();
    assert.deepEqual(asked(r, 'UnlockConnector', { connectorId: 1 }), { status: 'NotSupported' });
    const s = ready({ charger: { lock: true } });
    s.cp = 'C';
    s.tap('AA');
    s.run(6000);
    assert.deepEqual(asked(s, 'UnlockConnector', { connectorId: 1 }, 8000), { status: 'Unlocked' });
    assert.deepEqual(s.told().slice(-2), ['Stop UnlockCommand', 'Status 1 Finishing']);
  });

  it('UnlockConnector opens whatever `ust` says, a cable without a vehicle too; the next plug is locked again', () => {
    for (const ust of [0, 1, 2])
      for (const cp of ['A', 'B', 'C'] as const) {
        const what = `ust ${ust}, ${cp}`;
        const s = ready({ charger: { lock: true }, settings: { ust } });
        s.cp = 'C';
        s.tap('AA');
        s.run(6000);
        s.cp = cp;
        s.run(2000);
        assert.equal(s.lock, cp === 'A' && ust < 2 ? 0 : 1, what);
        assert.deepEqual(asked(s, 'UnlockConnector', { connectorId: 1 }, 8000), { status: 'Unlocked' }, what);
        assert.deepEqual([s.lock, s.c.s.on, s.c.ses.on], [0, 0, 0], what);
        s.cp = 'A';
        s.run(4000);
        assert.equal(s.lock, 0, what);
        s.tap('AA');
        s.run(2000);
        s.cp = 'C';
        s.run(10000);
        assert.deepEqual([s.lock, s.c.s.on, s.c.ses.on], [1, 1, 1], what);
      }
  });

  it('TriggerMessage while the registration is pending: what else waits is not told', () => {
    const cs = new Csms();
    cs.answers.BootNotification = () => ({ status: 'Pending', currentTime: cs.now(), interval: 600 });
    // What the restart after an installation has to tell.
    const store = new Map([['fw', '[8,"http://f.test/x",0,0,60,"b"]']]);
    const slot = PARTS.slot;
    PARTS.slot = { other: () => 'b', blank: () => '' };
    const r = rig({ cs, store });
    r.run(5000);
    PARTS.slot = slot;
    for (const message of ['Diagnostics', 'Firmware', 'Diagnostics'])
      asked(r, 'TriggerMessage', { requestedMessage: message + 'StatusNotification' });
    assert.deepEqual(
      cs.log.filter((m) => m.from === 'cp' && m.type === 2).map((m) => [m.action, m.payload.status]),
      [
        ['BootNotification', undefined],
        ['DiagnosticsStatusNotification', 'Idle'],
        ['FirmwareStatusNotification', 'Idle'],
        ['DiagnosticsStatusNotification', 'Idle'],
      ],
    );
    cs.answers.BootNotification = () => ({ status: 'Accepted', currentTime: cs.now(), interval: 600 });
    asked(r, 'TriggerMessage', { requestedMessage: 'BootNotification' }, 3000);
    assert.equal(cs.calls('FirmwareStatusNotification').at(-1)!.status, 'InstallationFailed');
  });

  it('a notification without an answer keeps no other one waiting', () => {
    const r = ready({ settings: { omt: 5 } });
    r.cs.answers.DiagnosticsStatusNotification = () => undefined;
    for (const what of ['Diagnostics', 'Firmware'])
      asked(r, 'TriggerMessage', { requestedMessage: what + 'StatusNotification' });
    r.run(6000);
    assert.deepEqual(r.told(), ['DiagnosticsStatusNotification', 'FirmwareStatusNotification']);
    assert.ok(!r.lines.some((l) => l.includes('Error')), r.lines.join());
  });

  it('TriggerMessage answers first, then sends', () => {
    const r = ready();
    for (const [requestedMessage, said, connectorId] of [
      ['Heartbeat', ['Heartbeat']],
      ['StatusNotification', ['Status 0 Available', 'Status 1 Available']],
      ['MeterValues', ['MeterValues']],
      ['BootNotification', ['BootNotification']],
      ['StatusNotification', ['Status 0 Available'], 0],
      ['StatusNotification', ['Status 1 Available'], 1],
      ['MeterValues', ['MeterValues'], 1],
      ['FirmwareStatusNotification', ['FirmwareStatusNotification']],
      ['DiagnosticsStatusNotification', ['DiagnosticsStatusNotification']],
    ] as const) {
      const from = r.cs.log.length;
      assert.deepEqual(asked(r, 'TriggerMessage', { requestedMessage, connectorId }), { status: 'Accepted' });
      const after = r.cs.log.slice(from);
      assert.equal(after[0].type, 3);
      assert.deepEqual(r.cs.said(from), said);
    }
    assert.deepEqual(asked(r, 'TriggerMessage', { requestedMessage: 'Nonsense' }), {
      status: 'NotImplemented',
    });
    for (const connectorId of [2, -1])
      for (const requestedMessage of ['Heartbeat', 'StatusNotification', 'MeterValues'])
        assert.deepEqual(asked(r, 'TriggerMessage', { requestedMessage, connectorId }), {
          status: 'Rejected',
        });
    assert.equal(r.cs.calls('FirmwareStatusNotification')[0].status, 'Idle');
    assert.equal(r.cs.calls('DiagnosticsStatusNotification')[0].status, 'Idle');
  });
});
