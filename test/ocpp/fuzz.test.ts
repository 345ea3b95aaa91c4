// What a broken or hostile central system may send, on the whole bundle while a car charges: frames with anything wrong in
// them, FUZZ many of them, and single abuses. The charger neither stops nor forgets.

import assert from 'node:assert';
import { build } from '../../tools/build.mjs';
import { breaches } from '../fake/breaches';
import { frame } from '../fake/csms';
import { depth } from '../fake/depth';
import { type Hosts, type Scene, central, chance, scene } from '../fake/hosts';

const FUZZ = depth('FUZZ');

const NOW = '2026-01-10T12:00:00Z';
const CALLS: [action: string, payload: unknown][] = [
  ['GetConfiguration', { key: ['HeartbeatInterval', 'Nope'] }],
  ['ChangeConfiguration', { key: 'BlinkRepeat', value: '3' }],
  ['ChangeConfiguration', { key: 'MeterValuesSampledData', value: 'Voltage,Current.Import' }],
  ['TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }],
  ['TriggerMessage', { requestedMessage: 'StatusNotification' }],
  ['RemoteStartTransaction', { idTag: '04A1B2C3', connectorId: 1 }],
  ['RemoteStopTransaction', { transactionId: -7777777 }],
  ['ChangeAvailability', { connectorId: 1, type: 'Operative' }],
  ['DataTransfer', { vendorId: 'x', messageId: 'y', data: 'z'.repeat(300) }],
  ['ClearCache', {}],
  ['GetDiagnostics', { location: 'ftp://files.test/x', retries: 0, startTime: NOW, stopTime: NOW }],
  ['UpdateFirmware', { location: 'ftp://files.test/x', retrieveDate: NOW, retries: 0 }],
  ['GetLocalListVersion', {}],
  [
    'SendLocalList',
    {
      listVersion: 3,
      updateType: 'Full',
      localAuthorizationList: [{ idTag: 'A', idTagInfo: { status: 'Accepted' } }],
    },
  ],
  ['ReserveNow', { connectorId: 1, expiryDate: NOW, idTag: 'A', reservationId: 1 }],
  ['CancelReservation', { reservationId: 1 }],
  ['GetCompositeSchedule', { connectorId: 1, duration: 300 }],
  [
    'SetChargingProfile',
    {
      connectorId: 1,
      csChargingProfiles: {
        validFrom: '2099-01-10T12:00:00Z',
        chargingProfileId: 1,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Recurring',
        recurrencyKind: 'Daily',
        chargingSchedule: {
          startSchedule: '2099-01-10T12:00:00Z',
          duration: 600,
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [
            { startPeriod: 0, limit: 32, numberPhases: 3 },
            { startPeriod: 300, limit: 16.5 },
          ],
        },
      },
    },
  ],
  ['ClearChargingProfile', { id: 1, connectorId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 1 }],
  // Of a connector that is not there: this one would end the transaction, as would a Reset.
  ['UnlockConnector', { connectorId: 2222 }],
  ['CertificateSigned', { certificateChain: 'x' }],
];
const ODD = [
  'null',
  '-1',
  '1e99',
  '""',
  '[]',
  '{}',
  '2147483648',
  'true',
  '0.5',
  '"\\u0000"',
  '"\\ud800"',
  '[[[[[[[[',
  '9'.repeat(40),
];

/** A message with something wrong in it. */
function spoilt(next: () => number, n: number): string {
  const pick = <T>(all: T[]): T => all[Math.floor(next() * all.length)];
  const [action, payload] = pick(CALLS);
  let t =
    next() < 0.1
      ? JSON.stringify(
          pick([
            [3, 'x', {}],
            [4, 'x', 'GenericError', '', {}],
            [3, '1-5', { status: 'Accepted' }],
            [9, 'x'],
          ]),
        )
      : JSON.stringify([2, `f${n}`, action, payload]);
  for (let k = Math.floor(next() * 3); k >= 0; k--) {
    const at = Math.floor(next() * t.length);
    const by = 1 + Math.floor(next() * 12);
    const how = Math.floor(next() * 8);
    if (how === 0) t = t.slice(0, at) + String.fromCharCode(Math.floor(next() * 256)) + t.slice(at + 1);
    else if (how === 1) t = t.slice(0, at) + t.slice(at + by);
    else if (how === 2) t = t.slice(0, at) + t.slice(at, at + by).repeat(3) + t.slice(at + by);
    else if (how === 3) t = t.slice(0, at);
    else if (how === 4) t = t.replace(/:("[^"]*"|-?\d+|\[|\{)/, ':' + pick(ODD));
    else if (how === 5) t = t.slice(0, at) + '\xc3\x28\xf0\x9f' + t.slice(at);
    else if (how === 6) t = t.slice(0, at) + '['.repeat(by * 20) + t.slice(at);
    else t += t.slice(at);
  }
  return t;
}

/** A frame with something wrong around the message. */
function torn(next: () => number, text: string): string {
  const f = frame(next() < 0.5 ? 1 : Math.floor(next() * 16), text.slice(0, 100), next() < 0.7);
  const at = Math.floor(next() * 4);
  return next() < 0.5 ? f : f.slice(0, at) + String.fromCharCode(Math.floor(next() * 256)) + f.slice(at + 1);
}

interface Fuzzed extends Scene {
  problems: string[];
}

function charging(): Fuzzed {
  const x = scene(3, { acs: '0' }) as Fuzzed;
  x.problems = [];
  x.w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
  x.w.run(15000);
  assert.equal(x.w.shown().contactor.closed, true);
  return x;
}

/** Waits for the link. */
function linked(x: Fuzzed): void {
  for (let i = 0; i < 600; i++) {
    if (x.w.get('ocppa') === true) return;
    x.w.run(1000);
  }
  assert.fail(`no link: ${x.w.type('log()')}`);
}

function well(x: Fuzzed, ops: number): void {
  assert.equal(x.w.boots, 1, x.w.bench.out.slice(-3000));
  assert.deepEqual(x.w.bench.reboots, []);
  assert.equal(x.w.get('errs'), 0, x.w.bench.out.slice(-3000));
  assert.equal(x.w.shown().contactor.operations, ops);
  assert.equal(x.w.shown().contactor.closed, true);
  linked(x);
  const id = x.cs.call('GetConfiguration', { key: ['NumberOfConnectors'] });
  for (let i = 0; i < 90 && !x.cs.answer(id); i++) x.w.run(1000);
  assert.deepEqual(x.cs.answer(id), {
    configurationKey: [{ key: 'NumberOfConnectors', readonly: true, value: '1' }],
  });
}

describe('a hostile central system', function () {
  this.timeout(Math.max(120000, FUZZ * 20));
  before(function () {
    this.timeout(300000);
    return build('reference');
  });

  it(`${FUZZ} spoilt messages and frames: no error gets out, the car charges on`, () => {
    const x = charging();
    const next = chance(11);
    const ops = x.w.shown().contactor.operations;
    // Answers to ids that are none of ours are not judged, nor those that an answer which we made up has brought about.
    (x.w.bench.net as Hosts).ports_[9000] = (line) => {
      const peer = central(x.cs)(line);
      return {
        ...peer,
        take: (s) => {
          try {
            peer.take(s);
          } catch (e) {
            (x.cs as unknown as { _msg: string })._msg = '';
            if (!/undefined\.conf|used twice/.test(String(e))) x.problems.push(String(e));
          }
        },
      };
    };
    x.cs.wire!.cut();
    x.w.run(1000);
    linked(x);
    let out = '';
    x.cs.asked.ok = 'ClearCache';
    let answers = 0;
    const count = (): void => void (answers += x.cs.log.splice(0).filter((m) => m.type > 2).length);
    for (let i = 0; i < FUZZ; i++) {
      if (x.cs.wire!.ended) {
        linked(x);
        out += x.w.bench.take();
      }
      const text = spoilt(next, i);
      const call = /^\[2,"(f\d+)","(\w+)",/.exec(text);
      if (call) x.cs.asked[call[1]] = call[2];
      // A spoilt id may be that of one long ago.
      delete x.cs.asked[`f${i - 100}`];
      x.cs.wire!.push(i % 200 === 199 ? torn(next, text) : frame(1, text));
      // Five that cannot be read in a row would end the connection.
      if (i % 3 === 0) x.cs.wire!.push(frame(1, '[2,"ok","ClearCache",{}]'));
      // Faster than this it would fall behind, and end the connection.
      x.w.run(i % 3 ? 160 : 320);
      if (x.cs.log.length > 500) count();
    }
    count();
    breaches.length = 0;
    // Half of them cannot be read, and those behind a torn frame are lost with it.
    assert.ok(answers > FUZZ, `${answers} answers`);
    out += x.w.bench.take();
    assert.deepEqual(x.problems, []);
    assert.doesNotMatch(out, / error (?!\w+ )|Uncaught|fault /, out.slice(-3000));
    x.w.run(120000);
    well(x, ops);
    x.w.end();
  });

  it('20 calls at once are all answered', () => {
    const x = charging();
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) ids.push(x.cs.call('GetConfiguration', { key: ['HeartbeatInterval'] }));
    x.w.run(15000);
    for (const id of ids) assert.ok((x.cs.answer(id) as { configurationKey: unknown }).configurationKey);
    well(x, x.w.shown().contactor.operations);
    x.w.end();
  });

  const ABUSES: [name: string, send: (x: Fuzzed) => void, check?: (x: Fuzzed) => void][] = [
    [
      'a message of 100 kB is refused',
      (x) => {
        x.cs.asked.big = 'DataTransfer';
        const f = frame(1, `[2,"big","DataTransfer",{"vendorId":"x","data":"${'y'.repeat(100000)}"}]`);
        for (let i = 0; i < f.length; i += 536) x.cs.wire!.push(f.slice(i, i + 536));
      },
      (x) => assert.equal(x.cs.answer('big'), 'GenericError'),
    ],
    [
      'JSON nested 600 deep',
      (x) => x.cs.wire!.push(frame(1, `[2,"d","ClearCache",{"a":${'['.repeat(600)}${']'.repeat(600)}}]`)),
    ],
    ['brackets without end', (x) => x.cs.wire!.push(frame(1, '['.repeat(2900)))],
    [
      'invalid UTF-8',
      (x) => x.cs.wire!.push(frame(1, '[2,"u","DataTransfer",{"vendorId":"\xc3\x28\xff\xfe\xf8"}]')),
    ],
    [
      'answers that come late, twice, or to nobody',
      (x) => {
        for (const id of ['1-1', '1-2', 'never', '']) x.cs.wire!.push(frame(1, `[3,"${id}",{}]`).repeat(2));
        x.cs.wire!.push(frame(1, '[4,"1-1","X","",{}]'));
      },
    ],
    [
      'a close in the middle of a frame',
      (x) => {
        x.cs.wire!.push(frame(1, `[2,"c","ClearCache",${' '.repeat(300)}{}]`).slice(0, 100));
        x.w.run(300);
        x.cs.wire!.cut();
        x.w.run(2000);
      },
    ],
    [
      'a close frame in the middle of a message',
      (x) => x.cs.wire!.push(frame(1, '[2,"c","Cle', false) + frame(8, '\x03\xe8')),
    ],
    ['a length of 2^63', (x) => x.cs.wire!.push('\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff')],
    [
      '1000 empty fragments',
      (x) => x.cs.wire!.push(frame(1, '', false) + frame(0, '', false).repeat(1000) + frame(0, '[9]')),
    ],
    ['100 pings', (x) => x.cs.wire!.push(frame(9, 'x'.repeat(100)).repeat(100))],
  ];
  for (const [name, send, check] of ABUSES)
    it(name, () => {
      const x = charging();
      x.cs.asked.d = x.cs.asked.u = 'ClearCache';
      x.cs.asked.u = 'DataTransfer';
      const ops = x.w.shown().contactor.operations;
      send(x);
      x.w.run(30000);
      check?.(x);
      well(x, ops);
      x.w.end();
    });
});
