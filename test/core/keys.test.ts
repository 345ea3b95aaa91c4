import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { raise } from '../../firmware/core/fault';
import { FAULTS } from '../../firmware/core/faults';
import { KEYS } from '../../firmware/core/keys';
import type { Key } from '../../firmware/core/keys';
import { keys as printed } from '../../tools/docs.mjs';
import { FILE, conf, table } from '../fake/table';

const ROWS = Object.entries<Key>(KEYS);

/** Keys without which a client fails, and those of the OCPP client. */
const MUST =
  `car alw frc amp ama acu psm pha pnp spl3 err modelStatus cus ust lck dwo lmo nrg eto wh tpa tma trx cards ocppe
  ocppu ocppg ocppcn ocppss ocppck ocppcc ocppsc ocpps ocppc ocppca ocppa ocppaa ocpph ocppi ocppai ocppd ocppr ocpple
  ocpplea ocpprl sse fna typ var fwv rbc rbt utc loc tof tds tse tsss clp`.split(/\s+/);

/** OCPP keys that every charge point has to know. */
const CORE = `AuthorizeRemoteTxRequests ClockAlignedDataInterval ConnectionTimeOut ConnectorPhaseRotation
  GetConfigurationMaxKeys HeartbeatInterval LocalAuthorizeOffline LocalPreAuthorize MeterValuesAlignedData
  MeterValuesSampledData MeterValueSampleInterval NumberOfConnectors ResetRetries StopTransactionOnEVSideDisconnect
  StopTransactionOnInvalidId StopTxnAlignedData StopTxnSampledData SupportedFeatureProfiles TransactionMessageAttempts
  TransactionMessageRetryInterval UnlockConnectorOnEVSideDisconnect`.split(/\s+/);

describe('key table', () => {
  it('has every key that clients cannot do without', () => {
    for (const key of MUST) assert.ok(Object.hasOwn(KEYS, key), key);
  });

  it('has every OCPP key of the core profile', () => {
    const names = ROWS.map(([, k]) => k.ocpp);
    for (const name of CORE) assert.ok(names.includes(name), name);
  });

  it('has sound rows', () => {
    for (const [name, k] of ROWS) {
      const f = k.f ?? '';
      assert.match(f, /^[wkpzahormxln]*$/, name);
      for (const fn of [k.get, k.set])
        assert.doesNotMatch(String(fn), /=>\s*\{|\?\?/, `${name}: expressions only`);
      assert.ok(name.length <= 11 && /^[a-z]/i.test(name), name);
      assert.equal(/[kp]/.test(f), 'def' in k, `${name}: kept and default belong together`);
      assert.ok(k.get || /[kph]/.test(f), `${name} has nothing to show`);
      assert.ok(!f.includes('w') || /[kp]/.test(f) || k.set, `${name} is written nowhere`);
      if (f.includes('o')) assert.ok(k.ocpp, `${name} is shown nowhere`);
      if (k.t === 'i' && f.includes('w')) assert.ok(k.lo !== undefined, `${name} has no range`);
    }
  });

  it('every default passes its own check', () => {
    const t = table();
    for (const [name, k] of ROWS) {
      const f = k.f ?? '';
      if (!('def' in k) || !f.includes('w') || ['ocppak', 'osc'].includes(name)) continue;
      const raw = k.t === 's' || k.t === 'c' ? String(k.def) : JSON.stringify(k.def);
      assert.equal(conf.write(t.c, name, raw), '', `${name} = ${raw}`);
    }
  });

  it('every row is found by key and OCPP name, and reads', () => {
    const t = table();
    for (const [name, k] of ROWS) {
      assert.equal(t.c.f.row(name)?.[0], name);
      if (k.ocpp) assert.equal(t.c.f.row(k.ocpp)?.[0], name);
      const v = conf.read(t.c, name);
      assert.equal(v === undefined, (k.f ?? '').includes('h'), `${name} = ${v}`);
      if (v === null) assert.ok(k.f?.includes('z'), `${name} is null`);
      if (k.t === 'b') assert.equal(typeof v, 'boolean', name);
      if (k.t === 'i' && v !== null && v !== undefined) assert.ok(Number.isInteger(v), `${name} = ${v}`);
    }
    for (const name of ['', 'toString', 'nosuch', 'Amp', 'hasOwnProperty'])
      assert.equal(t.c.f.row(name), undefined);
  });

  it('is a chain of all rows', () => {
    const t = table();
    const seen: string[] = [];
    for (let at = t.c.f.head(1); at; at = t.c.f.at(at)[10]) seen.push(t.c.f.at(at)[0]);
    assert.deepEqual(
      seen,
      ROWS.map(([name]) => name),
    );
    assert.equal(FILE.length % 4, 0);
  });

  it('is printed in docs/keys.md, every row with a description', () => {
    const doc = readFileSync('docs/keys.md', 'utf8');
    assert.equal(doc, printed(), 'docs/keys.md is stale: run node tools/docs.mjs');
    for (const [name, k] of ROWS)
      if (!/^c\d[ei]$/.test(name))
        assert.match(doc, new RegExp(`^\\| (\`${name}\`|${k.ocpp}) .*\\| [A-Za-z0-9][^|]+ \\|$`, 'm'), name);
  });

  it('err follows the table of faults', () => {
    for (const f of Object.values(FAULTS)) {
      const t = table();
      raise(t.c, f.bit);
      assert.deepEqual([conf.read(t.c, 'err'), conf.read(t.c, 'flt')], [f.err, f.text]);
    }
  });

  it('car tells what a client needs', () => {
    const t = table();
    const rows: [object, object, object, number][] = [
      [{ cp: 'A' }, {}, {}, 1],
      [{ cp: 'B' }, { st: 'B1' }, {}, 3],
      [{ cp: 'C' }, { st: 'C1' }, {}, 3],
      [{ cp: 'C' }, { st: 'C2', on: 1 }, {}, 2],
      [{ cp: 'B' }, { st: 'B2', on: 0 }, { ep: 1000 }, 3],
      [{ cp: 'B' }, { st: 'B2' }, { ep: 0 }, 4],
      [{ cp: 'B' }, { st: 'B1' }, { why: 'Remote' }, 4],
      [{ cp: 'E', bad: 1 }, { st: 'E' }, {}, 5],
      [{ cp: 'B', bad: 1 }, { st: 'F' }, {}, 5],
      [{ cp: 'B', bad: 2 }, { st: 'B1' }, {}, 3],
    ];
    for (const [x, s, ses, car] of rows) {
      Object.assign(t.c.x, { err: 0 }, x);
      Object.assign(t.c.s, { on: 0 }, s);
      Object.assign(t.c.ses, { why: '', ep: 1000 }, ses);
      assert.equal(conf.read(t.c, 'car'), car, JSON.stringify([x, s, ses]));
    }
  });

  it('nrg has 16 numbers, with and without a meter', () => {
    const t = table();
    assert.deepEqual(conf.read(t.c, 'nrg'), Array(16).fill(0));
    t.c.b.meter = {
      v: [229, 227.5, 228],
      i: [15.7, 0, 15.6],
      p: [3500, 0, 3400],
      wh: 0,
      hz: 50,
      ok: 1,
      sample: () => true,
    };
    t.c.m.p = 6900;
    assert.deepEqual(
      conf.read(t.c, 'nrg'),
      [229, 227.5, 228, 0, 15.7, 0, 15.6, 3500, 0, 3400, 0, 6900, 97, 0, 96, 0],
    );
  });

  it('the names clients look at keep away from those with a meaning', () => {
    const t = table();
    assert.doesNotMatch(String(conf.read(t.c, 'typ')), /core|phoenix| pro/i);
    assert.match(String(conf.read(t.c, 'fwv')), /^[6-9]\d\.\d+$/);
    assert.ok([11, 22].includes(conf.read(t.c, 'var') as number));
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    for (const key of ['pwv', 'fwc', 'ccrv']) assert.equal(conf.read(t.c, key), version, key);
  });
});
