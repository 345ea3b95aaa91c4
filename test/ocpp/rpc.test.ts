import assert from 'node:assert/strict';
import { PARTS, rig } from '../fake/csms';
import type { Rig } from '../fake/csms';
import { moment } from '../../firmware/ocpp/state';
import { misfit } from '../../firmware/ocpp/answer.part';
import { quote } from '../../firmware/ocpp/state';
import type { Ocpp, Writer } from '../../firmware/ocpp/state';

function ready(): Rig {
  const r = rig();
  r.run(3000);
  return r;
}

/** What comes back for raw text: error code, 'result', or nothing. */
function reply(r: Rig, text: string): string {
  const from = r.cs.log.length;
  r.cs.text(text);
  r.run(500);
  const m = r.cs.log[from];
  return m ? (m.type === 4 ? m.id + ' ' + m.action : m.id + ' result') : 'nothing';
}

describe('ocpp rpc', () => {
  for (const [text, want] of [
    ['[2,"7","Nonsense",{}]', '7 NotImplemented'],
    ['[2,"7","toString",{}]', '7 NotImplemented'],
    ['[2,"7","CertificateSigned",{}]', '7 NotSupported'],
    ['[2,"7","InstallCertificate",{}]', '7 NotSupported'],
    ['[2,"7","SetChargingProfile",{}]', '7 OccurenceConstraintViolation'],
    ['[2,"7","Reset",{}]', '7 OccurenceConstraintViolation'],
    ['[2,"7","Reset",{"type":1}]', '7 TypeConstraintViolation'],
    ['[2,"7","Reset",{"type":"Warm"}]', '7 PropertyConstraintViolation'],
    ['[2,"7","RemoteStartTransaction",{"idTag":"123456789012345678901"}]', '7 PropertyConstraintViolation'],
    ['[2,"7","RemoteStartTransaction",{"idTag":"A","connectorId":"1"}]', '7 TypeConstraintViolation'],
    ['[2,"7","RemoteStartTransaction",{"idTag":"A","connectorId":1.5}]', '7 TypeConstraintViolation'],
    ['[2,"7","GetConfiguration",{"key":"HeartbeatInterval"}]', '7 TypeConstraintViolation'],
    ['[2,"7","ChangeAvailability",{"connectorId":-1,"type":"Operative"}]', '7 PropertyConstraintViolation'],
    ['[2,"7","ClearCache",[]]', '7 FormationViolation'],
    ['[2,"7","ClearCache"]', '7 FormationViolation'],
    ['[2,"7",5,{}]', '7 FormationViolation'],
    ['[2,7,"ClearCache",{}]', '-1 GenericError'],
    ['[2,"","ClearCache",{}]', '-1 GenericError'],
    ['{"a":1}', '-1 GenericError'],
    ['[2,"7","ClearCache",{}', '-1 GenericError'],
    ['hello', '-1 GenericError'],
    ['[5,"7",{}]', 'nothing'],
    ['[3,"unknown",{}]', 'nothing'],
    ['[4,"unknown","InternalError","",{}]', 'nothing'],
    ['[3]', 'nothing'],
  ])
    it(text, () => assert.equal(reply(ready(), text), want));

  it('null is an empty payload, unknown fields are ignored', () => {
    const r = ready();
    r.cs.call('ClearCache', null);
    const id = r.cs.call('DataTransfer', { vendorId: 'x', more: 1 });
    r.run(1000);
    assert.deepEqual(r.cs.answer('cs1'), { status: 'Accepted' });
    assert.deepEqual(r.cs.answer(id), { status: 'UnknownVendorId' });
  });

  it('five unreadable messages in a row end the connection', () => {
    const r = ready();
    for (let i = 0; i < 5; i++) reply(r, '?');
    assert.deepEqual(r.cs.closes, [1002]);
  });

  it('a call that is too long is refused by its id, and the next is answered', () => {
    const r = ready();
    const text = JSON.stringify([2, 'big', 'DataTransfer', { vendorId: 'x', data: 'y'.repeat(5000) }]);
    assert.equal(reply(r, text), 'big GenericError');
    const id = r.cs.call('ClearCache', {});
    r.run(500);
    assert.deepEqual(r.cs.answer(id), { status: 'Accepted' });
  });

  it('an answer that is too long counts as none', () => {
    const r = ready();
    r.cs.answers.Authorize = () => ({ idTagInfo: { status: 'Accepted' }, x: 'y'.repeat(5000) });
    r.cp = 'B';
    r.run(1000);
    r.tap('AA');
    r.run(1000);
    assert.equal(r.c.ask, 0);
    assert.equal(r.c.ses.ok, 0);
  });

  it('one call at a time, and never an id twice, over boots too', () => {
    const r = ready();
    r.cs.answers.Heartbeat = () => undefined;
    r.cs.call('TriggerMessage', { requestedMessage: 'Heartbeat' });
    r.run(500);
    r.cs.call('TriggerMessage', { requestedMessage: 'MeterValues' });
    r.run(5000);
    assert.deepEqual(r.cs.said().slice(3), ['Heartbeat']);
    r.run(31000);
    assert.equal(r.cs.said().at(-1), 'MeterValues');
    assert.match(r.cs.log.find((m) => m.action === 'Heartbeat')!.id, /^1-[0-9a-z]+$/);
    const s = rig({ cs: r.cs, boot: 36 });
    s.run(3000);
    assert.ok(r.cs.log.some((m) => m.id === '10-1'));
  });

  it('texts keep their UTF-8 bytes', () => {
    assert.equal(quote('a"b\\\n\xc3\xbc'), '"a\\"b\\\\\\n\xc3\xbc"');
    assert.equal(quote('plain'), '"plain"');
  });
});

/** Keys that the profiles on offer require. */
const REQUIRED = {
  read: [
    'ChargeProfileMaxStackLevel',
    'ChargingScheduleAllowedChargingRateUnit',
    'ChargingScheduleMaxPeriods',
    'ConnectorSwitch3to1PhaseSupported',
    'GetConfigurationMaxKeys',
    'LocalAuthListMaxLength',
    'MaxChargingProfilesInstalled',
    'NumberOfConnectors',
    'ReserveConnectorZeroSupported',
    'SendLocalListMaxLength',
    'SupportedFeatureProfiles',
  ],
  write: [
    'AuthorizationCacheEnabled',
    'AuthorizeRemoteTxRequests',
    'ClockAlignedDataInterval',
    'ConnectionTimeOut',
    'ConnectorPhaseRotation',
    'HeartbeatInterval',
    'LocalAuthListEnabled',
    'LocalAuthorizeOffline',
    'LocalPreAuthorize',
    'MeterValuesAlignedData',
    'MeterValuesSampledData',
    'MeterValueSampleInterval',
    'ResetRetries',
    'StopTransactionOnInvalidId',
    'StopTxnAlignedData',
    'StopTxnSampledData',
    'TransactionMessageAttempts',
    'TransactionMessageRetryInterval',
  ],
};

describe('ocpp configuration', () => {
  const get = (r: Rig, q: object): Record<string, never> => {
    const id = r.cs.call('GetConfiguration', q);
    r.run(2000);
    return r.cs.answer(id) as Record<string, never>;
  };
  const change = (r: Rig, key: string, value: string): unknown => {
    const id = r.cs.call('ChangeConfiguration', { key, value });
    r.run(1000);
    return (r.cs.answer(id) as { status: string }).status;
  };

  it('requested keys in order, canonical, unknown ones apart', () => {
    const a = get(ready(), { key: ['heartbeatinterval', 'Nope', 'AuthorizationKey', 'NumberOfConnectors'] });
    assert.deepEqual(a, {
      configurationKey: [
        { key: 'HeartbeatInterval', readonly: false, value: '300' },
        { key: 'NumberOfConnectors', readonly: true, value: '1' },
      ],
      unknownKey: ['Nope', 'AuthorizationKey'],
    });
  });

  it('an answer holds no memory once it is sent', () => {
    const part = PARTS.configuration as Writer;
    const seen = new Set<Ocpp>();
    PARTS.configuration = { ...part, more: (o: Ocpp, n: number) => (seen.add(o), part.more(o, n)) };
    try {
      get(ready(), {});
    } finally {
      PARTS.configuration = part;
    }
    assert.deepEqual(
      [...seen].map((o) => o.sa),
      [undefined],
    );
  });

  it('everything that is readable, each once', () => {
    const a = get(ready(), {}) as unknown as {
      configurationKey: { key: string; value: string; readonly: boolean }[];
      unknownKey?: [];
    };
    const names = a.configurationKey.map((k) => k.key);
    assert.equal(new Set(names).size, names.length);
    assert.ok(!names.includes('AuthorizationKey'));
    assert.equal(a.unknownKey, undefined);
    for (const k of a.configurationKey) assert.equal(typeof k.value, 'string');
    const readonly = (name: string): unknown => a.configurationKey.find((k) => k.key === name)?.readonly;
    for (const name of REQUIRED.read) assert.equal(readonly(name), true, name);
    for (const name of REQUIRED.write) assert.equal(readonly(name), false, name);
    // Nothing is announced that is not there.
    for (const name of names) assert.ok(!/Certificate|CpoName/.test(name), name);
    assert.equal(
      a.configurationKey.find((k) => k.key === 'SupportedFeatureProfiles')!.value,
      'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger',
    );
  });

  for (const [key, value, status] of [
    ['HeartbeatInterval', '77', 'Accepted'],
    ['heartbeatINTERVAL', '78', 'Accepted'],
    ['HeartbeatInterval', '-1', 'Rejected'],
    ['HeartbeatInterval', '1.5', 'Rejected'],
    ['MeterValueSampleInterval', '-1', 'Rejected'],
    ['LocalAuthorizeOffline', 'TRUE', 'Accepted'],
    ['LocalAuthorizeOffline', '1', 'Rejected'],
    ['MeterValuesSampledData', 'Voltage,Current.Import', 'Accepted'],
    ['MeterValuesSampledData', 'Voltage,SoC', 'Rejected'],
    ['NumberOfConnectors', '2', 'Rejected'],
    ['Nope', '1', 'NotSupported'],
    ['toString', '1', 'NotSupported'],
  ])
    it(key + ' = ' + value, () => assert.equal(change(ready(), key, value), status));

  it('acts at once: heartbeats and samples follow the new interval', () => {
    const r = ready();
    change(r, 'HeartbeatInterval', '5');
    r.run(10000);
    assert.equal(r.cs.calls('Heartbeat').length, 2);
  });
});

describe('ocpp shapes and dates', () => {
  it('checks', () => {
    assert.equal(misfit('a s3,b i?,c eX|Y?', { a: 'abc', c: 'Y' }), '');
    assert.equal(misfit('a s3', { a: 'abcd' }), 'PropertyConstraintViolation');
    assert.equal(misfit('a u', { a: -1 }), 'PropertyConstraintViolation');
    assert.equal(misfit('a o', { a: [] }), 'TypeConstraintViolation');
    assert.equal(misfit('a a', { a: [1] }), 'TypeConstraintViolation');
    assert.equal(misfit('a s3', { a: null }), 'OccurenceConstraintViolation');
  });

  for (const [text, iso] of [
    ['2026-01-10T12:00:00Z', '2026-01-10T12:00:00.000Z'],
    ['2026-01-10T12:00:00.5Z', '2026-01-10T12:00:00.500Z'],
    ['2026-01-10T12:00:00.123456789Z', '2026-01-10T12:00:00.123Z'],
    ['2026-01-10T14:00:00+02:00', '2026-01-10T12:00:00.000Z'],
    ['2026-01-10T06:30:00.25-0530', '2026-01-10T12:00:00.250Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])
    it(text, () => assert.equal(new Date(moment(text)).toISOString(), iso));

  for (const bad of ['', 'yesterday', '2026-01-10', 12, null, undefined])
    it('no date: ' + bad, () => assert.ok(Number.isNaN(moment(bad))));
});
