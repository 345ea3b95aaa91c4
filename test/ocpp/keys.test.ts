// Every configuration key: what it is by default, what it takes and refuses, what it does, and that it is there after a
// restart. A key that is not in this table, or is not offered, fails.

import assert from 'node:assert/strict';
import { expire } from '../../firmware/core/session';
import { Csms, asked, ready, rig } from '../fake/csms';
import type { Rig } from '../fake/csms';

type R = ReturnType<typeof ready>;
interface Entry {
  key: string;
  readonly: boolean;
  value: string;
}
interface Told {
  configurationKey: Entry[];
  unknownKey?: string[];
}
type Values = { timestamp: string; sampledValue: Record<string, string>[] }[];

const set = (r: Rig, key: string, value: string): unknown =>
  (asked(r, 'ChangeConfiguration', { key, value }) as { status: string }).status;
const get = (r: Rig, key: string): Entry | undefined =>
  (asked(r, 'GetConfiguration', { key: [key] }) as Told).configurationKey[0];

/** The link ends and stays away. */
function cut(r: Rig): void {
  r.cs.up = false;
  r.cs.wire!.cut();
  r.run(500);
}
function charge(r: Rig, tag = 'AA', ms = 6000): void {
  // Straight to C comes a vehicle with the simplified pilot circuit: 10 A.
  r.cp = 'B';
  r.run(1000);
  r.cp = 'C';
  r.tap(tag);
  r.run(ms);
}
const measurands = (values: Values): string[] => [
  ...new Set(values.flatMap((v) => v.sampledValue.map((s) => s.measurand))),
];
const data = (r: Rig): Values => (r.cs.calls('StopTransaction')[0].transactionData ?? []) as Values;
const meter = (r: Rig): Values => r.cs.calls('MeterValues').flatMap((m) => m.meterValue as Values);

/** The limit, 0.1 A, where the schedule of a valid TxProfile has ended and there is a default of 9 A. */
function fallen(r: Rig): number {
  for (const [chargingProfilePurpose, limit, duration] of [
    ['TxDefaultProfile', 9, undefined],
    ['TxProfile', 12, 0],
  ] as const)
    asked(r, 'SetChargingProfile', {
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: limit,
        stackLevel: 0,
        chargingProfilePurpose,
        chargingProfileKind: 'Relative',
        chargingSchedule: {
          duration,
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit }],
        },
      },
    });
  r.run(3000);
  return r.c.lim.ocpp;
}

/** Refused by every key of its type. */
const BAD = {
  bool: ['1', '0', 'yes', '', ' true', 'truefalse'],
  int: ['-1', '+5', '1.5', ' 5', '5 ', '', 'x', '1e2', '0x5', '2147483648', 'NaN'],
  list: ['Nope', 'Energy.Active.Import.Register,Nope', 'voltage', 'Voltage.L9'],
  text: [],
};

interface Case {
  key: string;
  type: keyof typeof BAD;
  def: string;
  /** A value that is taken, and as it is then told. */
  good: string;
  told?: string;
  bad?: string[];
  /** Prepares; what the key does once it is set. */
  rig?(): R;
  act(r: R): void;
  /** It acts by the default, too; with this it does not. */
  without?(r: R): void;
}

const offline = (settings: Record<string, unknown> = {}): R => ready({ settings });

const WRITABLE: Case[] = [
  {
    key: 'AllowOfflineTxForUnknownId',
    type: 'bool',
    def: 'false',
    good: 'TRUE',
    told: 'true',
    rig: offline,
    act(r) {
      cut(r);
      charge(r);
      assert.equal(r.c.ses.on, 1);
    },
    without(r) {
      cut(r);
      charge(r);
      assert.equal(r.c.ses.on, 0);
    },
  },
  {
    key: 'AuthorizationCacheEnabled',
    type: 'bool',
    def: 'true',
    good: 'False',
    told: 'false',
    act(r) {
      charge(r);
      assert.equal(r.store.has('lc'), false);
      assert.deepEqual(asked(r, 'ClearCache', {}), { status: 'Rejected' });
    },
    without(r) {
      charge(r);
      assert.match(r.store.get('lc')!, /aa/);
    },
  },
  {
    key: 'AuthorizeRemoteTxRequests',
    type: 'bool',
    def: 'false',
    good: 'true',
    act(r) {
      asked(r, 'RemoteStartTransaction', { idTag: 'R' });
      assert.deepEqual(r.cs.calls('Authorize'), [{ idTag: 'R' }]);
    },
    without(r) {
      asked(r, 'RemoteStartTransaction', { idTag: 'R' });
      assert.deepEqual(r.cs.calls('Authorize'), []);
    },
  },
  {
    key: 'BlinkRepeat',
    type: 'int',
    def: '5',
    good: '3',
    bad: ['21'],
    act(r) {
      r.cs.answers.Authorize = () => ({ idTagInfo: { status: 'Invalid' } });
      r.cp = 'B';
      r.run(1000);
      r.tap('AA');
      r.run(40);
      const t = r.c.t;
      r.run(500);
      assert.ok(Math.abs(r.c.no - t - 3 * 600) <= 200, `${r.c.no} ${t}`);
    },
  },
  {
    key: 'ClockAlignedDataInterval',
    type: 'int',
    def: '0',
    good: '60',
    act(r) {
      r.run(125000);
      assert.deepEqual(
        meter(r).map((v) => v.timestamp),
        ['2026-01-10T12:01:00.000Z', '2026-01-10T12:02:00.000Z'],
      );
      assert.equal(set(r, 'ClockAlignedDataInterval', '30'), 'Accepted');
      r.run(60000);
      assert.deepEqual(
        meter(r)
          .slice(2)
          .map((v) => v.timestamp),
        ['2026-01-10T12:02:30.000Z', '2026-01-10T12:03:00.000Z'],
      );
      assert.equal(set(r, 'ClockAlignedDataInterval', '0'), 'Accepted');
      r.run(120000);
      assert.equal(meter(r).length, 4);
    },
    without(r) {
      r.run(125000);
      assert.deepEqual(meter(r), []);
    },
  },
  {
    key: 'ConnectionTimeOut',
    type: 'int',
    def: '120',
    good: '7',
    act(r) {
      asked(r, 'RemoteStartTransaction', { idTag: 'R' });
      for (const [ms, status] of [
        [5000, 'Status 1 Preparing'],
        [3000, 'Status 1 Available'],
      ] as const) {
        r.run(ms);
        expire(r.c);
        r.run(1000);
        assert.equal(r.told().at(-1), status);
      }
      assert.deepEqual(r.cs.calls('StartTransaction'), []);
      assert.equal(set(r, 'ConnectionTimeOut', '0'), 'Accepted');
      asked(r, 'RemoteStartTransaction', { idTag: 'R' });
      r.run(1e6);
      expire(r.c);
      assert.equal(r.c.ses.ok, 1, '0 = never');
    },
  },
  {
    key: 'ConnectorPhaseRotation',
    type: 'list',
    def: '1.Unknown',
    good: ' "0.RST" , 1.RST,',
    told: '0.RST,1.RST',
    bad: ['2.RST', '1.XYZ', 'RST', '0.RST,1.RST,1.TSR', '1.rst'],
    // Told only: the central system takes phases apart with it.
    act: () => undefined,
  },
  {
    key: 'HeartbeatInterval',
    type: 'int',
    def: '300',
    good: '5',
    bad: ['0'],
    act(r) {
      r.run(11000);
      assert.equal(r.cs.calls('Heartbeat').length, 2);
    },
    without(r) {
      r.run(11000);
      assert.equal(r.cs.calls('Heartbeat').length, 0);
    },
  },
  {
    key: 'LightIntensity',
    type: 'int',
    def: '41',
    good: '50',
    bad: ['101'],
    act: (r) => assert.equal(r.c.k.lbr, 127),
  },
  {
    key: 'LocalAuthListEnabled',
    type: 'bool',
    def: 'true',
    good: 'false',
    act(r) {
      assert.deepEqual(asked(r, 'GetLocalListVersion', {}), { listVersion: -1 });
      const q = { listVersion: 1, updateType: 'Full' };
      assert.deepEqual(asked(r, 'SendLocalList', q), { status: 'NotSupported' });
    },
    without: (r) => assert.deepEqual(asked(r, 'GetLocalListVersion', {}), { listVersion: 0 }),
  },
  {
    key: 'LocalAuthorizeOffline',
    type: 'bool',
    def: 'true',
    good: 'false',
    rig: () => offline({ cards: [{ name: 'x', id: 'AA', e: 0 }] }),
    act(r) {
      cut(r);
      charge(r);
      assert.equal(r.c.ses.on, 0);
    },
    without(r) {
      cut(r);
      charge(r);
      assert.equal(r.c.ses.on, 1);
    },
  },
  {
    key: 'LocalPreAuthorize',
    type: 'bool',
    def: 'false',
    good: 'true',
    rig: () => offline({ cards: [{ name: 'x', id: 'AA', e: 0 }] }),
    act(r) {
      charge(r);
      assert.deepEqual([r.c.ses.on, r.cs.calls('Authorize').length], [1, 0]);
    },
    without(r) {
      charge(r);
      assert.deepEqual([r.c.ses.on, r.cs.calls('Authorize').length], [1, 1]);
    },
  },
  {
    key: 'MaxEnergyOnInvalidId',
    type: 'int',
    def: '0',
    good: '500',
    act(r) {
      r.cs.answers.StartTransaction = () => ({ transactionId: 5, idTagInfo: { status: 'Blocked' } });
      charge(r);
      assert.equal(r.c.ses.on, 1);
      r.c.m.eto += 499;
      r.run(1000);
      assert.equal(r.c.ses.on, 1);
      r.c.m.eto += 2;
      r.run(1000);
      assert.equal(r.cs.calls('StopTransaction')[0].reason, 'DeAuthorized');
    },
    without(r) {
      r.cs.answers.StartTransaction = () => ({ transactionId: 5, idTagInfo: { status: 'Blocked' } });
      charge(r);
      assert.equal(r.c.ses.on, 0);
    },
  },
  {
    key: 'MessageTimeout',
    type: 'int',
    def: '30',
    good: '5',
    bad: ['4', '301'],
    rig: () => offline({ ocppao: 1 }),
    act(r) {
      r.cs.answers.Authorize = () => undefined;
      charge(r, 'AA', 4000);
      assert.equal(r.c.ses.on, 0);
      r.run(2000);
      assert.equal(r.c.ses.on, 1);
    },
    without(r) {
      r.cs.answers.Authorize = () => undefined;
      charge(r, 'AA', 25000);
      assert.equal(r.c.ses.on, 0);
    },
  },
  {
    key: 'MeterValuesAlignedData',
    type: 'list',
    def: 'Energy.Active.Import.Register',
    good: 'Voltage, Temperature',
    told: 'Voltage,Temperature',
    rig: () => offline({ ocppai: 10 }),
    act(r) {
      r.run(11000);
      assert.deepEqual(measurands(meter(r)), ['Voltage', 'Temperature']);
      assert.equal(set(r, 'MeterValuesAlignedData', ''), 'Accepted');
      r.run(10000);
      assert.deepEqual(measurands(meter(r).slice(-1)), ['Energy.Active.Import.Register']);
    },
  },
  {
    key: 'MeterValuesSampledData',
    type: 'list',
    def: 'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage',
    good: 'Power.Offered,Frequency,Current.Offered',
    rig: () => offline({ ocppi: 10 }),
    act(r) {
      charge(r, 'AA', 12000);
      assert.deepEqual(measurands(meter(r)), ['Frequency', 'Current.Offered', 'Power.Offered']);
      assert.equal(set(r, 'MeterValuesSampledData', ''), 'Accepted');
      r.run(10000);
      assert.deepEqual(measurands(meter(r).slice(-1)), ['Energy.Active.Import.Register']);
    },
  },
  {
    key: 'MeterValueSampleInterval',
    type: 'int',
    def: '60',
    good: '10',
    act(r) {
      charge(r, 'AA', 31000);
      assert.equal(meter(r).length, 3);
      assert.equal(set(r, 'MeterValueSampleInterval', '0'), 'Accepted');
      r.run(60000);
      assert.equal(meter(r).length, 3);
      assert.equal(set(r, 'MeterValueSampleInterval', '20'), 'Accepted');
      r.run(41000);
      assert.equal(meter(r).length, 5);
    },
    without(r) {
      charge(r, 'AA', 31000);
      assert.equal(meter(r).length, 0);
    },
  },
  {
    key: 'MinimumStatusDuration',
    type: 'int',
    def: '0',
    good: '5',
    act(r) {
      r.cp = 'B';
      r.run(3000);
      r.cp = 'A';
      r.run(10000);
      assert.deepEqual(r.told(), []);
      r.cp = 'B';
      r.run(6000);
      assert.deepEqual(r.told(), ['Status 1 Preparing']);
    },
    without(r) {
      r.cp = 'B';
      r.run(1000);
      assert.deepEqual(r.told(), ['Status 1 Preparing']);
    },
  },
  {
    key: 'ResetRetries',
    type: 'int',
    def: '1',
    good: '2',
    bad: ['11'],
    act(r) {
      asked(r, 'Reset', { type: 'Soft' });
      r.run(30000);
      assert.deepEqual(r.resets, [0, 0, 1]);
    },
    without(r) {
      asked(r, 'Reset', { type: 'Soft' });
      r.run(30000);
      assert.deepEqual(r.resets, [0, 1]);
    },
  },
  {
    key: 'StopTransactionOnInvalidId',
    type: 'bool',
    def: 'true',
    good: 'false',
    act(r) {
      r.cs.answers.StartTransaction = () => ({ transactionId: 5, idTagInfo: { status: 'Expired' } });
      charge(r, 'AA', 12000);
      assert.deepEqual([r.c.ses.on, r.told().at(-1)], [1, 'Status 1 SuspendedEVSE']);
    },
    without(r) {
      r.cs.answers.StartTransaction = () => ({ transactionId: 5, idTagInfo: { status: 'Expired' } });
      charge(r);
      assert.equal(r.c.ses.on, 0);
    },
  },
  {
    key: 'StopTxnAlignedData',
    type: 'list',
    def: '',
    good: 'Voltage',
    rig: () => offline({ ocppai: 10, ocppi: 0 }),
    act(r) {
      charge(r, 'AA', 25000);
      r.tap('AA');
      r.run(3000);
      const contexts = data(r).map((v) => v.sampledValue[0].context);
      assert.deepEqual(contexts, ['Transaction.Begin', 'Sample.Clock', 'Sample.Clock', 'Transaction.End']);
      assert.deepEqual(measurands(data(r)), ['Voltage']);
    },
    without(r) {
      charge(r, 'AA', 25000);
      r.tap('AA');
      r.run(3000);
      assert.equal('transactionData' in r.cs.calls('StopTransaction')[0], false);
    },
  },
  {
    key: 'StopTxnSampledData',
    type: 'list',
    def: '',
    good: 'Current.Import',
    rig: () => offline({ ocppi: 10 }),
    act(r) {
      charge(r, 'AA', 25000);
      r.tap('AA');
      r.run(3000);
      const contexts = data(r).map((v) => v.sampledValue[0].context);
      assert.deepEqual(contexts, [
        'Transaction.Begin',
        'Sample.Periodic',
        'Sample.Periodic',
        'Transaction.End',
      ]);
      assert.deepEqual(measurands(data(r)), ['Current.Import']);
    },
    without(r) {
      charge(r, 'AA', 25000);
      r.tap('AA');
      r.run(3000);
      assert.equal('transactionData' in r.cs.calls('StopTransaction')[0], false);
    },
  },
  {
    key: 'TransactionMessageAttempts',
    type: 'int',
    def: '3',
    good: '2',
    bad: ['0'],
    rig: () => offline({ otr: 1 }),
    act(r) {
      r.cs.answers.StartTransaction = () => 'InternalError';
      charge(r, 'AA', 20000);
      assert.equal(r.cs.calls('StartTransaction').length, 2);
    },
    without(r) {
      r.cs.answers.StartTransaction = () => 'InternalError';
      charge(r, 'AA', 20000);
      assert.equal(r.cs.calls('StartTransaction').length, 3);
    },
  },
  {
    key: 'TransactionMessageRetryInterval',
    type: 'int',
    def: '60',
    good: '4',
    act(r) {
      r.cs.answers.StartTransaction = () => 'InternalError';
      charge(r, 'AA', 20000);
      const t = r.cs.log.filter((m) => m.action === 'StartTransaction').map((m) => m.t);
      assert.deepEqual(
        [t[1] - t[0], t[2] - t[1]].map((x) => Math.round(x / 1000)),
        [4, 8],
      );
    },
  },
  {
    key: 'UnlockConnectorOnEVSideDisconnect',
    type: 'bool',
    def: 'true',
    good: 'false',
    act: (r) => assert.equal(r.c.k.ust, 2),
  },
  {
    key: 'WebSocketPingInterval',
    type: 'int',
    def: '60',
    good: '10',
    act(r) {
      r.run(35000);
      assert.equal(r.cs.pongs, 3);
      assert.equal(set(r, 'WebSocketPingInterval', '0'), 'Accepted');
      r.run(200000);
      assert.equal(r.cs.pongs, 3);
    },
    without(r) {
      r.run(35000);
      assert.equal(r.cs.pongs, 0);
    },
  },
  {
    key: 'SecurityProfile',
    type: 'int',
    def: '0',
    good: '1',
    // No TLS; never downwards, nor where it stands.
    bad: ['0', '2', '3'],
    rig: () => offline({ ocppak: 'sixteen-letters!' }),
    act(r) {
      r.run(2000);
      assert.equal(r.cs.requests.length, 2, 'connects anew');
      for (const v of ['0', '1']) assert.equal(set(r, 'SecurityProfile', v), 'Rejected', v);
    },
    without(r) {
      r.c.k.ocppak = '';
      assert.equal(set(r, 'SecurityProfile', '1'), 'Rejected', 'no AuthorizationKey');
    },
  },
  // Our own.
  {
    key: 'FallbackCurrent',
    type: 'int',
    def: '',
    good: '7',
    bad: ['33'],
    rig: () => offline({ acs: 0 }),
    act(r) {
      charge(r);
      assert.equal(r.c.x.amps, 160);
      cut(r);
      r.run(2000);
      assert.equal(r.c.x.amps, 70);
    },
    without(r) {
      charge(r);
      cut(r);
      r.run(2000);
      assert.equal(r.c.x.amps, 160);
    },
  },
  {
    key: 'MinChargingCurrent',
    type: 'int',
    def: '6',
    good: '8',
    bad: ['5', '33'],
    rig: () => offline({ acs: 0, amp: 7 }),
    act(r) {
      charge(r);
      assert.equal(r.c.x.amps, 0);
    },
    without(r) {
      charge(r);
      assert.equal(r.c.x.amps, 70);
    },
  },
  {
    key: 'RemoteLogging',
    type: 'bool',
    def: 'false',
    good: 'true',
    act(r) {
      r.run(6000);
      assert.match(r.cs.calls('DataTransfer')[0].data as string, /ocpp accepted\n/);
    },
    without(r) {
      r.run(6000);
      assert.deepEqual(r.cs.calls('DataTransfer'), []);
    },
  },
  {
    key: 'RequestedCurrent',
    type: 'int',
    def: '16',
    good: '10',
    bad: ['5', '33'],
    rig: () => offline({ acs: 0 }),
    act(r) {
      charge(r);
      assert.equal(r.c.x.amps, 100);
    },
    without(r) {
      charge(r);
      assert.equal(r.c.x.amps, 160);
    },
  },
  {
    key: 'StopChargingOnReboot',
    type: 'bool',
    def: 'false',
    good: 'true',
    act(r) {
      charge(r);
      const s = rig({ store: r.store, boot: 2 });
      s.cp = 'C';
      s.run(8000);
      assert.equal(s.cs.calls('StopTransaction')[0].reason, 'PowerLoss');
    },
    without(r) {
      charge(r);
      const s = rig({ store: r.store, boot: 2 });
      s.cp = 'C';
      s.run(8000);
      assert.deepEqual(s.cs.calls('StopTransaction'), []);
    },
  },
  {
    key: 'StopWithSameCard',
    type: 'bool',
    def: 'true',
    good: 'false',
    rig: () => offline({ cards: ['AA', 'BB'].map((id) => ({ id, name: id, e: 0 })) }),
    act(r) {
      charge(r);
      r.tap('BB');
      r.run(2000);
      assert.equal(r.c.ses.on, 0);
    },
    without(r) {
      charge(r);
      r.tap('BB');
      r.run(2000);
      assert.equal(r.c.ses.on, 1);
    },
  },
  {
    key: 'TxProfileFallsBack',
    type: 'bool',
    def: 'false',
    good: 'true',
    act(r) {
      charge(r);
      assert.equal(fallen(r), 90);
    },
    without(r) {
      charge(r);
      assert.equal(fallen(r), 999);
    },
  },
];

const READONLY: [key: string, value: string][] = [
  ['ChargeProfileMaxStackLevel', '8'],
  ['ChargingScheduleAllowedChargingRateUnit', 'Current,Power'],
  ['ChargingScheduleMaxPeriods', '24'],
  ['ConnectorPhaseRotationMaxLength', '2'],
  ['ConnectorSwitch3to1PhaseSupported', 'false'],
  ['GetConfigurationMaxKeys', '50'],
  ['LocalAuthListMaxLength', '64'],
  ['MaxChargingProfilesInstalled', '10'],
  ['MeterValuesAlignedDataMaxLength', '22'],
  ['MeterValuesSampledDataMaxLength', '22'],
  ['NumberOfConnectors', '1'],
  ['ReserveConnectorZeroSupported', 'true'],
  ['SendLocalListMaxLength', '50'],
  ['StopTransactionMaxMeterValues', '40'],
  ['StopTransactionOnEVSideDisconnect', 'true'],
  ['StopTxnAlignedDataMaxLength', '22'],
  ['StopTxnSampledDataMaxLength', '22'],
  [
    'SupportedFeatureProfiles',
    'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger',
  ],
  ['SupportedFileTransferProtocols', 'HTTP'],
];

/** Keys of features that are not there: TLS and certificates. */
const ABSENT = [
  'AdditionalRootCertificateCheck',
  'CertificateSignedMaxChainSize',
  'CertificateStoreMaxLength',
  'CpoName',
  'SupportedFeatureProfilesMaxLength',
  'toString',
  '__proto__',
  'Heartbeat',
  'HeartbeatInterval,LightIntensity',
];

describe('ocpp configuration key', () => {
  it('the tables name all that are told, each once', () => {
    const all = (asked(ready(), 'GetConfiguration', {}, 3000) as Told).configurationKey;
    const names = WRITABLE.map((w) => w.key).concat(READONLY.map(([key]) => key));
    assert.deepEqual(all.map((k) => k.key).sort(), names.sort());
  });

  for (const k of WRITABLE) {
    const make = k.rig ?? ready;
    it(`${k.key}: "${k.def}" at first`, () => {
      assert.deepEqual(get(ready(), k.key), { key: k.key, readonly: false, value: k.def });
    });
    it(`${k.key}: takes "${k.good}" and acts on it, refuses the rest, is there after a restart`, () => {
      const r = make();
      const before = get(r, k.key)!.value;
      const writes = JSON.stringify([...r.store]);
      for (const v of [...BAD[k.type], ...(k.bad ?? [])]) assert.equal(set(r, k.key, v), 'Rejected', v);
      assert.equal(get(r, k.key)!.value, before);
      assert.equal(JSON.stringify([...r.store]), writes);
      assert.equal(set(r, k.key.toLowerCase(), k.good), 'Accepted');
      assert.equal(get(r, k.key)!.value, k.told ?? k.good);
      const cs = new Csms();
      cs.answers.BootNotification = () => ({ status: 'Accepted', currentTime: cs.now(), interval: 0 });
      const again = rig({ cs, store: new Map(r.store), boot: 2 });
      again.run(3000);
      assert.equal(get(again, k.key)!.value, k.told ?? k.good);
      const s = make();
      assert.equal(set(s, k.key, k.good), 'Accepted');
      k.act(s);
    });
    if (k.without) it(`${k.key}: without it`, () => k.without!(make()));
  }

  for (const [key, value] of READONLY)
    it(`${key}: ${value.slice(0, 20)}, read-only`, () => {
      const r = ready();
      assert.deepEqual(get(r, key), { key, readonly: true, value });
      for (const v of [value, '1', '']) assert.equal(set(r, key, v), 'Rejected', v);
      assert.deepEqual(get(r, key), { key, readonly: true, value });
    });

  for (const key of ABSENT)
    it(`${key}: not there`, () => {
      const r = ready();
      assert.deepEqual(asked(r, 'GetConfiguration', { key: [key] }), {
        configurationKey: [],
        unknownKey: [key],
      });
      assert.equal(set(r, key, '1'), 'NotSupported');
    });

  it('UnlockConnectorOnEVSideDisconnect: read-only where the cable is fixed', () => {
    const r = ready();
    r.c.b.fixed = 1;
    const key = 'UnlockConnectorOnEVSideDisconnect';
    assert.deepEqual(get(r, key), { key, readonly: true, value: 'false' });
    for (const v of ['true', 'false']) assert.equal(set(r, key, v), 'Rejected');
  });

  it('more measurands than there may be, or one twice', () => {
    const r = ready();
    const more = Array(23).fill('Voltage').join();
    assert.equal(set(r, 'MeterValuesSampledData', more), 'Rejected');
  });

  it('more keys than GetConfigurationMaxKeys are answered all the same', () => {
    const key = Array(60).fill('HeartbeatInterval') as string[];
    const a = asked(ready(), 'GetConfiguration', { key }, 3000) as Told;
    assert.equal(a.configurationKey.length, 60);
  });

  it('the same value again is no write', () => {
    const r = ready();
    set(r, 'HeartbeatInterval', '77');
    const put = r.c.f.put;
    const seen: string[] = [];
    r.c.f.put = (k, v) => (seen.push(k), put(k, v));
    assert.equal(set(r, 'HeartbeatInterval', '77'), 'Accepted');
    assert.deepEqual(seen, []);
  });
});

describe('ocpp AuthorizationKey', () => {
  const OLD = 'old-password-1234';
  const NEW = '0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF';
  const header = (s: string): string =>
    'Authorization: Basic ' + Buffer.from('123456:' + s, 'latin1').toString('base64');
  const hex = Buffer.from(NEW, 'hex').toString('latin1');

  for (const [value, status] of [
    ['x'.repeat(15), 'Rejected'],
    ['x'.repeat(41), 'Rejected'],
    ['', 'Rejected'],
    ['tab\tbetween-the-letters', 'Rejected'],
    ['pässwörd-of-letters', 'Rejected'],
    [' "a": 16 and more~', 'Accepted'],
    ['x'.repeat(40), 'Accepted'],
    [NEW, 'Accepted'],
    [NEW.slice(1), 'Accepted'],
  ])
    it(`"${value}": ${status}`, () => {
      const r = ready();
      assert.equal(set(r, 'AuthorizationKey', value), status);
      assert.equal(r.c.k.ocppak, status === 'Accepted' ? value : '');
    });

  it('is never told, nor logged', () => {
    const r = ready({ settings: { ocppak: OLD } });
    set(r, 'AuthorizationKey', NEW);
    r.run(3000);
    const all = asked(r, 'GetConfiguration', {}, 3000) as Told;
    assert.ok(!all.configurationKey.some((k) => k.key === 'AuthorizationKey'));
    assert.ok(![...r.lines, JSON.stringify(all)].some((l) => l.includes(NEW) || l.includes(OLD)));
    assert.ok(r.lines.some((l) => l.includes('ReconfigurationOfSecurityParameters')));
  });

  /** A central system that knows these passwords. */
  function guarded(...known: string[]): Csms {
    const cs = new Csms();
    const greet = cs.greet;
    cs.greet = (key) =>
      known.some((k) => cs.requests.at(-1)!.includes(header(k)))
        ? greet.call(cs, key)
        : 'HTTP/1.1 401 Unauthorized\r\n\r\n';
    return cs;
  }

  it('a new one is used at once, and stays once it has opened a connection', () => {
    const r = ready({ cs: guarded(OLD, hex), settings: { ocppak: OLD } });
    assert.equal(r.c.o.ok, 1);
    assert.equal(set(r, 'AuthorizationKey', NEW), 'Accepted');
    r.run(3000);
    assert.ok(r.cs.requests[1].includes(header(hex)));
    assert.deepEqual([r.c.o.ok, r.c.k.ocppak], [1, NEW]);
    assert.ok(!r.store.has('oc'));
  });

  for (const boot of [false, true])
    it(`three times 401: the one before is back${boot ? ', over a restart' : ''}; each is reported`, () => {
      const cs = guarded(OLD);
      let r: Rig = ready({ cs, settings: { ocppak: OLD } });
      assert.equal(set(r, 'AuthorizationKey', NEW), 'Accepted');
      r.run(2000);
      assert.equal(r.c.o.err, 'refused with HTTP status 401');
      const first = r;
      if (boot) {
        r = rig({ cs, store: new Map(r.store), boot: 2 });
        assert.equal(r.c.k.ocppak, NEW);
      }
      r.run(120000);
      const told = (boot ? first.lines : []).concat(r.lines);
      assert.equal(told.filter((l) => l.includes('FailedToAuthenticateAtCentralSystem')).length, 3);
      assert.deepEqual([r.c.o.ok, r.c.k.ocppak], [1, OLD]);
      assert.ok(!r.store.has('oc'));
    });

  it('another new one in between: what worked last comes back, not what never did', () => {
    const r = ready({ cs: guarded(OLD), settings: { ocppak: OLD } });
    set(r, 'AuthorizationKey', NEW);
    r.run(2000);
    // As the console does.
    const change = r.c.f.part('change') as { write(c: unknown, k: string, v: string): string };
    assert.equal(change.write(r.c, 'ocppak', 'x'.repeat(20)), '');
    r.run(150000);
    assert.deepEqual([r.c.o.ok, r.c.k.ocppak], [1, OLD]);
  });

  describe('set at the charger', () => {
    const typed = (r: Rig, v: string): string =>
      (r.c.f.part('change') as { write(c: unknown, k: string, v: string): string }).write(r.c, 'ocppak', v);

    it('may be short, and stays though it is refused: nothing worked before', () => {
      const cs = guarded('elsewhere');
      const r = rig({ cs });
      r.run(1000);
      assert.equal(typed(r, 'short'), '');
      r.run(600000);
      assert.ok(cs.requests.length > 4);
      assert.equal(r.c.k.ocppak, 'short');
      assert.equal(typed(r, 'elsewhere'), '');
      r.run(300000);
      assert.equal(r.c.o.ok, 1);
    });

    it('gives way to what works', () => {
      const r = ready({ cs: guarded(OLD), settings: { ocppak: OLD } });
      assert.equal(typed(r, NEW), '');
      r.run(150000);
      assert.deepEqual([r.c.o.ok, r.c.k.ocppak], [1, OLD]);
    });

    it('empty = none, and no profile that asks for one', () => {
      const r = offline({ ocppak: OLD, osc: '1' });
      assert.equal(typed(r, ''), '');
      assert.deepEqual([r.c.k.ocppak, r.c.k.osc], ['', 0]);
    });

    it('refuses what is no text of a header', () => {
      for (const v of ['tab\there', 'pässwort', 'x'.repeat(41)]) assert.match(typed(ready(), v), /^failed/);
    });
  });

  it('a profile that does not work gives way as well, and its number is told again', () => {
    const cs = new Csms();
    const greet = cs.greet;
    let no = 0;
    cs.greet = (key) => (no-- > 0 ? 'HTTP/1.1 403 Forbidden\r\n\r\n' : greet.call(cs, key));
    const r = ready({ cs, settings: { ocppak: OLD } });
    no = 3;
    assert.equal(set(r, 'SecurityProfile', '1'), 'Accepted');
    r.run(120000);
    assert.equal(get(r, 'SecurityProfile')!.value, '0');
  });

  it('a central system that refuses what always worked: tried again and again, nothing changes', () => {
    const cs = guarded('another');
    const r = rig({ cs, settings: { ocppak: OLD } });
    r.run(600000);
    assert.ok(cs.requests.length > 4);
    assert.equal(r.c.k.ocppak, OLD);
  });
});
