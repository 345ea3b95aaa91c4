// A charge that lasts longer than flash has room for, on a board without interlock: nothing is erased while its contactor is
// closed. Samples go on as long as somebody takes them, and what must not be lost is not.

import assert from 'node:assert';
import { build } from '../../tools/build.mjs';
import { Csms } from '../fake/csms';
import { Hosts, VERSION, bundle, central } from '../fake/hosts';
import { Whole } from '../fake/whole';
import { itLong } from '../fake/depth';

interface Long {
  w: Whole;
  cs: Csms;
}

/** Charges since some seconds, a sample each 2 s. */
function charging(more: Record<string, string> = {}): Long {
  const cs = new Csms();
  const settings = {
    wifis: '[{"ssid":"bench","key":"bench-key"}]',
    ocppu: 'ws://cs.test:9000/ocpp',
    ocppe: 'true',
    ocppi: '2',
    acs: '1',
    ocppao: 'true',
    ...more,
  };
  const net = (b: { net: unknown }): void => void ((b.net as Hosts).ports_[9000] = central(cs));
  const w = new Whole(bundle(VERSION, 'interlock:1', 'interlock:0'), 1, settings, net, Hosts);
  cs.t = () => w.t;
  w.run(20000);
  w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
  w.run(3000);
  w.post('card', { uid: '04A1B2C3', ms: 800 });
  w.run(20000);
  assert.equal(w.shown().contactor.closed, true, w.bench.out);
  return { w, cs };
}

const lost = (w: Whole): number => w.bench.out.split('MemoryExhaustion').length - 1;

describe('a long charge without interlock', function () {
  this.timeout(120000);
  before(function () {
    this.timeout(300000);
    return build('reference');
  });

  itLong('all samples arrive, the stop does, and a power cut right behind it wakes nothing up', () => {
    const { w, cs } = charging({ oss: 'Voltage' });
    for (let i = 0; i < 20; i++) w.run(60000);
    assert.ok(cs.calls('MeterValues').length > 590, '' + cs.calls('MeterValues').length);
    assert.equal(lost(w), 0);
    const id = cs.call('RemoteStopTransaction', { transactionId: cs.tx });
    for (let i = 0; i < 200 && !cs.calls('StopTransaction').length; i++) w.run(100);
    assert.deepEqual(cs.answer(id), { status: 'Accepted' });
    const [stop] = cs.calls('StopTransaction') as {
      transactionData: { sampledValue: { context: string }[] }[];
    }[];
    const contexts = stop.transactionData.map((v) => v.sampledValue[0].context);
    assert.deepEqual([contexts[0], contexts.at(-1)], ['Transaction.Begin', 'Transaction.End']);
    w.run(1500);
    w.cut(3000);
    w.run(60000);
    assert.equal(w.shown().contactor.closed, false);
    assert.equal(w.get('trx'), null);
    assert.equal(cs.calls('StopTransaction').length, 1);
    w.end();
  });

  itLong('offline: samples are lost, start and stop are not', () => {
    const { w, cs } = charging();
    cs.up = false;
    cs.wire!.cut();
    for (let i = 0; i < 20; i++) w.run(60000);
    assert.ok(lost(w) > 50);
    w.post('card', { uid: '04A1B2C3', ms: 800 });
    w.run(20000);
    assert.equal(w.shown().contactor.closed, false);
    w.post('car', { state: 'unplugged' });
    cs.up = true;
    for (let i = 0; i < 60 && !cs.calls('StopTransaction').length; i++) w.run(10000);
    const [stop] = cs.calls('StopTransaction');
    assert.deepEqual([stop.transactionId, stop.reason], [cs.tx, 'Local']);
    assert.equal(cs.calls('StartTransaction').length, 1);
    w.end();
  });
});
