import assert from 'node:assert/strict';
import { once } from 'node:events';
import { RPCClient } from 'ocpp-rpc';
import { Csms, judge, type LogFrame } from '../../bench/csms';

describe('embedded central system', () => {
  let csms: Csms;
  let port: number;
  let station: RPCClient;
  const WALL = Date.UTC(2030, 0, 1);

  async function join(identity = 'CP1', protocols = ['ocpp1.6']): Promise<RPCClient> {
    const client = new RPCClient({
      endpoint: `ws://127.0.0.1:${port}`,
      identity,
      protocols,
      reconnect: false,
    } as never);
    await client.connect();
    return client;
  }
  /** Waits until the log has `n` frames. */
  function frames(n: number): Promise<LogFrame[]> {
    return new Promise((resolve) => {
      const off = csms.onFrame(look);
      function look(): void {
        const log = csms.log();
        if (log.next < n) return;
        off();
        resolve(log.frames);
      }
      look();
    });
  }

  beforeEach(async () => {
    csms = new Csms(
      () => 1234.4,
      () => WALL,
    );
    port = await csms.listen(0, '127.0.0.1');
    station = await join();
  });
  afterEach(() => csms.close());

  const rows: [action: string, payload: object, answer: object][] = [
    [
      'BootNotification',
      { chargePointVendor: 'v', chargePointModel: 'm' },
      { status: 'Accepted', currentTime: '2030-01-01T00:00:00.000Z', interval: 300 },
    ],
    ['Heartbeat', {}, { currentTime: '2030-01-01T00:00:00.000Z' }],
    ['StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }, {}],
    ['Authorize', { idTag: 'ABC' }, { idTagInfo: { status: 'Accepted' } }],
    ['StopTransaction', { transactionId: 1, meterStop: 5, timestamp: '2030-01-01T00:00:00Z' }, {}],
    ['DataTransfer', { vendorId: 'x' }, { status: 'UnknownVendorId' }],
    ['DataTransfer', { vendorId: 'Pilotwire', messageId: 'log', data: 'a line' }, { status: 'Accepted' }],
  ];
  for (const [action, payload, answer] of rows) {
    it(`answers ${action}`, async () => {
      assert.deepEqual(await station.call(action, payload), answer);
      const log = await frames(2);
      assert.deepEqual(
        log.map((f) => [f.t, f.station, f.from, f.frame[0], f.invalid]),
        [
          [1234, 'CP1', 'cp', 2, undefined],
          [1234, 'CP1', 'cs', 3, undefined],
        ],
      );
      assert.deepEqual(log[1].frame[2], answer);
    });
  }

  for (const [idTag, status] of [
    ['INVALID1', 'Invalid'],
    ['BLOCKED', 'Blocked'],
    ['EXPIRED-X', 'Expired'],
    ['XINVALID', 'Accepted'],
  ]) {
    it(`judges ${idTag}: ${status}`, () => assert.deepEqual(judge(idTag), { status }));
  }

  it('counts transactions upwards', async () => {
    const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: '2030-01-01T00:00:00Z' };
    const a = (await station.call('StartTransaction', start)) as { transactionId: number };
    const b = (await station.call('StartTransaction', start)) as { transactionId: number };
    assert.equal(b.transactionId, a.transactionId + 1);
  });

  const broken: [text: string, why: RegExp, answered: boolean][] = [
    ['[2,"1","StatusNotification",{"connectorId":"1"}]', /connectorId|required/, true],
    ['[2,"1","Nonsense",{}]', /unknown action/, true],
    ['[2,"1","Heartbeat"]', /four elements/, true],
    [`[2,"${'x'.repeat(37)}","Heartbeat",{}]`, /36/, true],
    ['[3,"7",{}]', /to no call/, false],
    ['[9,"7",{}]', /message type/, true],
    ['nonsense', /no JSON/, true],
    ['{}', /no array/, true],
  ];
  for (const [text, why, answered] of broken) {
    it(`marks ${text.slice(0, 40)}`, async () => {
      station.sendRaw(text);
      const log = await frames(answered ? 2 : 1);
      assert.match(log[0].invalid!, why);
    });
  }

  it('calls a station and passes its answer on', async () => {
    station.handle('TriggerMessage', async () => ({ status: 'Accepted' }));
    assert.deepEqual(await csms.call('TriggerMessage', { requestedMessage: 'Heartbeat' }), {
      result: { status: 'Accepted' },
    });
  });

  it('sends even what breaks the schema, marked, and marks a wrong answer', async () => {
    station.handle('Reset', async () => ({ status: 'Perhaps' }));
    assert.deepEqual(await csms.call('Reset', { type: 'Medium' }, 'CP1'), { result: { status: 'Perhaps' } });
    const [call, answer] = await frames(2);
    assert.ok(call.invalid && answer.invalid);
  });

  it('passes the error of a station on', async () => {
    station.handle(async () => {
      throw Object.assign(new Error('not here'), { rpcErrorCode: 'NotSupported' });
    });
    assert.deepEqual(await csms.call('ClearCache', {}), { error: ['NotSupported', 'not here'] });
    assert.equal((await frames(2))[1].invalid, undefined);
  });

  it('answers at once when nobody is there', async () => {
    assert.deepEqual(await csms.call('ClearCache', {}, 'CP2'), { error: ['NotConnected', 'no station CP2'] });
    csms.close();
    const lonely = new Csms(Date.now, Date.now);
    assert.deepEqual(await lonely.call('ClearCache', {}), { error: ['NotConnected', 'no station'] });
  });

  it('lets a station that comes back replace its dead connection', async () => {
    const closed = once(station, 'close');
    const again = await join();
    await closed;
    again.handle('ClearCache', async () => ({ status: 'Accepted' }));
    assert.deepEqual(await csms.call('ClearCache', {}, 'CP1'), { result: { status: 'Accepted' } });
  });

  it('hands the log out in pieces', async () => {
    await station.call('Heartbeat', {});
    await frames(2);
    assert.deepEqual([csms.log(1).frames.length, csms.log(1).next, csms.log(9).frames.length], [1, 2, 0]);
  });
});
