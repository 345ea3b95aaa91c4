// Every message that the central system may send: as it should be, and each way in which a field can be wrong. The table of
// messages says what a field may be; what a good message looks like, and what it is answered with, stands here.

import assert from 'node:assert/strict';
import { ASKED } from '../../firmware/ocpp/messages';
import { PARTS, asked, ready } from '../fake/csms';

// What GetDiagnostics hands out is not looked at here.
PARTS.report = { start: () => ({ status: 0, out: '' }), step: () => true };

type Json = Record<string, unknown>;

const period = { startPeriod: 0, limit: 10 };
const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [period] };
const profile = {
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: schedule,
};
const later = '2026-01-11T00:00:00Z';

/** A good message of each kind with all its fields, and the status of the answer. */
const GOOD: { [action: string]: [q: Json, status: string | undefined] } = {
  GetConfiguration: [{ key: ['HeartbeatInterval'] }, undefined],
  ChangeConfiguration: [{ key: 'HeartbeatInterval', value: '300' }, 'Accepted'],
  TriggerMessage: [{ requestedMessage: 'Heartbeat', connectorId: 1 }, 'Accepted'],
  RemoteStartTransaction: [
    { idTag: 'A', connectorId: 1, chargingProfile: { ...profile, chargingProfilePurpose: 'TxProfile' } },
    'Accepted',
  ],
  RemoteStopTransaction: [{ transactionId: 1 }, 'Rejected'],
  ChangeAvailability: [{ connectorId: 0, type: 'Operative' }, 'Accepted'],
  Reset: [{ type: 'Soft' }, 'Accepted'],
  UnlockConnector: [{ connectorId: 1 }, 'NotSupported'],
  DataTransfer: [{ vendorId: 'x', messageId: 'y', data: 'z' }, 'UnknownVendorId'],
  ClearCache: [{}, 'Accepted'],
  CancelReservation: [{ reservationId: 1 }, 'Rejected'],
  ReserveNow: [
    { connectorId: 1, expiryDate: later, idTag: 'A', parentIdTag: 'B', reservationId: 1 },
    'Accepted',
  ],
  GetDiagnostics: [
    { location: 'ftp://a/', retries: 0, retryInterval: 1, startTime: later, stopTime: later },
    undefined,
  ],
  UpdateFirmware: [{ location: 'ftp://a/', retrieveDate: later, retries: 0, retryInterval: 1 }, undefined],
  GetLocalListVersion: [{}, undefined],
  SendLocalList: [{ listVersion: 1, updateType: 'Full' }, 'Accepted'],
  ClearChargingProfile: [
    { id: 1, connectorId: 0, chargingProfilePurpose: 'TxProfile', stackLevel: 0 },
    'Unknown',
  ],
  GetCompositeSchedule: [{ connectorId: 1, duration: 60, chargingRateUnit: 'A' }, 'Accepted'],
  SetChargingProfile: [{ connectorId: 1, csChargingProfiles: profile }, 'Accepted'],
};

const TYPE = 'TypeConstraintViolation';
const VALUE = 'PropertyConstraintViolation';
const LACK = 'OccurenceConstraintViolation';

/** Values that a field of this type must not have, and the code of the refusal. */
function wrong(type: string, detail: string): [value: unknown, code: string][] {
  const other: [unknown, string][] = [
    [{}, TYPE],
    [[], TYPE],
    [true, TYPE],
  ];
  if (type === 's')
    return [
      ...other,
      [7, TYPE],
      ['x'.repeat(+detail + 1), +detail < 2000 ? VALUE : 'GenericError'],
      ['\u00fc'.repeat(+detail + 1), +detail < 2000 ? VALUE : 'GenericError'],
    ];
  if (type === 'e')
    return [...other, [7, TYPE], ['Nope', VALUE], ['', VALUE], [detail.split('|')[0].toLowerCase(), VALUE]];
  if (type === 'a')
    return [
      [{}, TYPE],
      ['HeartbeatInterval', TYPE],
      [[7], TYPE],
      [['x'.repeat(51)], VALUE],
    ];
  if (type === 'o')
    return [
      [[], TYPE],
      ['x', TYPE],
      [1, TYPE],
    ];
  const out: [unknown, string][] = [...other, ['1', TYPE], [1.5, TYPE]];
  if (type === 'u') return [...out, [2147483648, VALUE], [-1, VALUE]];
  return [...out, [9007199254740992, VALUE], [-9007199254740992, VALUE]];
}

describe('ocpp shapes of messages', () => {
  it('there is a good example of each that has a part', () => {
    const offered = Object.keys(ASKED).filter((a) => ASKED[a].part);
    assert.deepEqual(Object.keys(GOOD).sort(), offered.sort());
  });

  for (const [action, { part, q: shape = '' }] of Object.entries(ASKED)) {
    if (!part) {
      it(action + ': not offered', () => assert.equal(asked(ready(), action, {}), 'NotSupported'));
      continue;
    }
    const [good, status] = GOOD[action];
    const fields = shape.split(',').filter(Boolean);

    it(action + ': as it should be, in all its forms', () => {
      // With all fields, with fields that nobody knows, and with null where one may be missing.
      const free = fields.filter((f) => f.endsWith('?')).map((f) => f.split(' ')[0]);
      const least: Json = { ...good };
      for (const f of free) delete least[f];
      const nulls: Json = { ...good };
      for (const f of free) nulls[f] = null;
      for (const q of [good, { ...good, vendorExtra: [1] }, least, nulls]) {
        const r = ready();
        if (action === 'ClearChargingProfile') asked(r, action, {});
        const a = asked(r, action, q, 3000) as { status?: string };
        assert.equal(typeof a, 'object', `${JSON.stringify(q)}: ${JSON.stringify(a)}`);
        assert.equal(a.status, status, JSON.stringify(q));
      }
    });

    if (fields.length)
      it(action + ': each field missing, of another type, out of its range', () => {
        const r = ready();
        for (const f of fields) {
          const [, name, type, detail, free] = /^(\w+) (\w)(.*?)(\??)$/.exec(f)!;
          const without: Json = { ...good };
          delete without[name];
          if (!free) {
            assert.equal(asked(r, action, without, 200), LACK, name);
            assert.equal(asked(r, action, { ...good, [name]: null }, 200), LACK, name + ' null');
          }
          for (const [value, code] of wrong(type, detail))
            assert.equal(
              asked(r, action, { ...good, [name]: value }, 200),
              code,
              `${name} ${JSON.stringify(value)}`,
            );
        }
        assert.deepEqual(r.told(), [], 'nothing came of it');
        assert.deepEqual(r.resets, []);
      });

    it(action + ': a payload that is no object', () => {
      const r = ready();
      for (const q of ['[]', '"x"', '1', 'true']) {
        r.cs.asked.odd = action;
        r.cs.text(`[2,"odd","${action}",${q}]`);
        r.run(200);
        assert.equal(r.cs.log.at(-1)!.action, 'FormationViolation', q);
      }
      assert.deepEqual(r.told(), []);
    });
  }

  it('a part that breaks down: InternalError, and the next is answered; in the middle of an answer: 1011', () => {
    for (const [action, { part }] of Object.entries(ASKED)) {
      if (!part) continue;
      const whole = PARTS[part] as object;
      const broken = (): never => {
        throw new Error('broken');
      };
      try {
        const r = ready();
        PARTS[part] = { ...whole, run: broken };
        assert.equal(asked(r, action, GOOD[action][0], 500), 'InternalError', action);
        PARTS[part] = whole;
        assert.equal(typeof asked(r, 'GetConfiguration', {}, 3000), 'object', action);
        assert.deepEqual(r.told(), [], action);
        if (action !== 'GetConfiguration') continue;
        PARTS[part] = { ...whole, more: broken };
        assert.equal(asked(r, action, {}, 500), undefined);
        assert.deepEqual(r.cs.closes, [1011]);
        PARTS[part] = whole;
        r.run(20000);
        assert.equal(typeof asked(r, action, {}, 3000), 'object');
      } finally {
        PARTS[part] = whole;
      }
    }
  });

  it('an action that does not exist, or is written another way', () => {
    const r = ready();
    for (const action of ['reset', 'Reset.req', 'Nope', '', 'hasOwnProperty', 'BootNotification'])
      assert.equal(asked(r, action, {}, 200), 'NotImplemented', action);
  });

  it('before the registration: nothing is answered; while it is pending everything but starts and stops', () => {
    for (const status of ['Rejected', 'Pending'] as const) {
      for (const [action, [q]] of Object.entries(GOOD)) {
        const r = ready();
        r.cs.answers.BootNotification = () => ({ status, currentTime: r.cs.now(), interval: 1000 });
        asked(r, 'TriggerMessage', { requestedMessage: 'BootNotification' });
        const a = asked(r, action, q, 3000) as { status?: string } | undefined;
        if (status === 'Rejected') assert.equal(a, undefined, action);
        else {
          assert.equal(typeof a, 'object', action);
          if (/Remote|ReserveNow/.test(action)) assert.equal(a!.status, 'Rejected', action);
        }
      }
    }
  });
});
