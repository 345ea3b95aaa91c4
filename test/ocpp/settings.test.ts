// Configuration keys that act on the charger: each is set by ChangeConfiguration and seen in what the charger does.

import assert from 'node:assert';
import { asked, ready } from '../fake/csms';

type R = ReturnType<typeof ready>;
const set = (r: R, key: string, value: string): unknown =>
  (asked(r, 'ChangeConfiguration', { key, value }) as { status: string }).status;
const get = (r: R, key: string): string | undefined =>
  (asked(r, 'GetConfiguration', { key: [key] }) as { configurationKey: { value: string }[] })
    .configurationKey[0]?.value;

describe('ocpp settings act', () => {
  it('what is offered: profiles and protocols', () => {
    const r = ready();
    assert.equal(get(r, 'SupportedFileTransferProtocols'), 'HTTP');
    assert.ok(get(r, 'SupportedFeatureProfiles')!.split(',').includes('FirmwareManagement'));
    assert.equal(set(r, 'SupportedFileTransferProtocols', 'FTP'), 'Rejected');
  });

  const VALUES: [key: string, good: string, bad: string[]][] = [
    ['MinChargingCurrent', '8', ['5', '33', 'x', '-1']],
    ['RequestedCurrent', '10', ['5', '33', '']],
    ['FallbackCurrent', '6', ['33', '-1', 'six']],
    ['StopWithSameCard', 'false', ['0', 'no']],
    ['StopChargingOnReboot', 'true', ['1', '']],
    ['BlinkRepeat', '3', ['21', '-1', '1.5']],
    ['ResetRetries', '2', ['11', '-1']],
    ['LightIntensity', '50', ['101', '-1']],
    ['UnlockConnectorOnEVSideDisconnect', 'false', ['1']],
  ];
  for (const [key, good, bad] of VALUES)
    it(`${key}: takes ${good}, refuses ${bad.join(' and ') || 'nothing'}`, () => {
      const r = ready();
      const before = get(r, key);
      for (const v of bad) assert.equal(set(r, key, v), 'Rejected', v);
      assert.equal(get(r, key), before);
      assert.equal(set(r, key, good), 'Accepted');
      assert.equal(get(r, key), good);
    });

  it('FallbackCurrent holds while the central system is away, and only then', () => {
    const r = ready({ settings: { acs: 0 } });
    r.c.b.interlock = 1;
    r.cp = 'B';
    r.run(5000);
    r.cp = 'C';
    r.run(10000);
    assert.equal(r.c.x.amps, 160);
    set(r, 'FallbackCurrent', '7');
    r.run(1000);
    assert.equal(r.c.x.amps, 160);
    r.cs.up = false;
    r.cs.wire!.cut();
    r.run(3000);
    assert.equal(r.c.x.amps, 70);
    r.cs.up = true;
    r.run(120000);
    assert.equal(r.c.x.amps, 160);
  });

  it('StopWithSameCard off: another card of the table ends the session', () => {
    const cards = [
      { id: 'A1', name: 'a', e: 0 },
      { id: 'B2', name: 'b', e: 0 },
    ];
    const r = ready({ settings: { cards } });
    r.cp = 'C';
    r.tap('A1');
    r.run(8000);
    r.tap('B2');
    r.run(2000);
    assert.equal(r.c.ses.on, 1);
    set(r, 'StopWithSameCard', 'false');
    r.tap('FF');
    r.run(2000);
    assert.equal(r.c.ses.on, 1);
    r.tap('B2');
    r.run(5000);
    assert.equal(r.c.ses.on, 0);
    assert.equal(r.cs.calls('StopTransaction').at(-1)!.idTag, 'B2');
  });

  it('ResetRetries: a restart without effect is tried again, the last time by the chip', () => {
    const r = ready();
    set(r, 'ResetRetries', '2');
    assert.deepEqual(asked(r, 'Reset', { type: 'Soft' }), { status: 'Accepted' });
    r.run(30000);
    assert.deepEqual(r.resets, [0, 0, 1]);
  });

  it('UnlockConnectorOnEVSideDisconnect is the lock policy `ust`', () => {
    const r = ready();
    assert.equal(get(r, 'UnlockConnectorOnEVSideDisconnect'), 'true');
    set(r, 'UnlockConnectorOnEVSideDisconnect', 'false');
    assert.equal(r.c.k.ust, 2);
    set(r, 'UnlockConnectorOnEVSideDisconnect', 'true');
    assert.equal(r.c.k.ust, 0);
  });

  it('StopChargingOnReboot: the transaction ends with the restart', () => {
    const r = ready({ settings: { acs: 0, osr: 1 } });
    r.cp = 'C';
    r.run(10000);
    assert.equal(r.cs.calls('StartTransaction').length, 1);
    const again = ready({ cs: r.cs, store: r.store, settings: { acs: 0, osr: 1 }, boot: 2 });
    again.cp = 'C';
    again.run(20000);
    assert.equal(r.cs.calls('StopTransaction').length, 1);
    assert.equal(r.cs.calls('StopTransaction')[0].reason, 'PowerLoss');
    assert.equal(r.cs.calls('StartTransaction').length, 1);
  });

  for (const osr of [0, 1])
    it(
      'a restart of the chip alone that ends the transaction is told as Reboot: StopChargingOnReboot ' + osr,
      () => {
        const settings = { acs: 0, osr };
        const r = ready({ settings });
        r.cp = 'C';
        r.run(10000);
        const again = ready({ cs: r.cs, store: r.store, settings, boot: 2, again: 1 });
        again.cp = osr ? 'C' : 'A';
        again.run(20000);
        assert.deepEqual(
          r.cs.calls('StopTransaction').map((q) => q.reason),
          ['Reboot'],
        );
      },
    );
});
