// GetDiagnostics on the whole bundle: the report arrives whole and without secrets, in the time that is asked for, by PUT or as
// a form, after retries, and a charge goes on meanwhile.

import assert from 'node:assert';
import { build } from '../../tools/build.mjs';
import { VERSION, type Hosts, type Scene, bundle, scene } from '../fake/hosts';
import { itLong } from '../fake/depth';

const SECRET = 'a-password-of-20-ltr';

function charging(board?: ReturnType<typeof bundle>): Scene {
  const x = scene(1, { ocppak: SECRET, amp: '16' }, board);
  x.web.takes = true;
  x.w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
  x.w.run(15000);
  assert.equal(x.w.shown().contactor.closed, true);
  return x;
}
const told = (x: Scene): string =>
  x.cs
    .calls('DiagnosticsStatusNotification')
    .map((p) => p.status)
    .join(' ');

function ask(x: Scene, q: object = {}): { fileName: string } {
  const id = x.cs.call('GetDiagnostics', { location: 'http://files.test:8000/in', ...q });
  x.w.run(1500);
  return x.cs.answer(id) as { fileName: string };
}

describe('GetDiagnostics', function () {
  this.timeout(60000);
  before(function () {
    this.timeout(300000);
    return build('reference');
  });

  it('PUT of trace, log and settings, while a car charges; no secret in it', () => {
    const x = charging();
    const { fileName } = ask(x);
    assert.match(fileName, /^pilotwire-\d{6}-20260110T1200\d\d\.txt$/);
    x.w.run(150000);
    assert.equal(told(x), 'Uploading Uploaded', x.w.bench.out);
    const [q] = x.web.asked;
    assert.deepEqual([q.method, q.path], ['PUT', '/in/' + fileName]);
    for (const part of [
      '# trace',
      'state C2',
      '# log',
      'ocpp connected',
      '# settings',
      'amp 16',
      'ocpph 300',
    ])
      assert.ok(q.body.includes(part), part + '\n' + q.body);
    assert.ok(q.body.trimEnd().split('\n').length > 150);
    for (const secret of [SECRET, 'bench-key']) assert.ok(!q.body.includes(secret), secret);
    assert.equal(x.w.shown().contactor.closed, true);
    x.w.end();
  });

  it('remote logging goes on behind it, and over a restart', () => {
    const x = charging();
    const logged = (): string =>
      x.cs
        .calls('DataTransfer')
        .map((q) => q.data)
        .join('');
    const id = x.cs.call('ChangeConfiguration', { key: 'RemoteLogging', value: 'true' });
    x.w.run(10000);
    assert.deepEqual(x.cs.answer(id), { status: 'Accepted' });
    assert.match(logged(), /ocpp accepted\n/);
    ask(x);
    x.w.run(150000);
    assert.equal(told(x), 'Uploading Uploaded', x.w.bench.out);
    x.w.post('car', { state: 'unplugged' });
    x.w.run(10000);
    assert.match(logged(), /state A1 no car/);
    const before = logged().length;
    x.w.cut(1000);
    x.w.run(60000);
    assert.match(logged().slice(before), /ocpp accepted\n/);
    x.w.end();
  });

  it('only what happened between startTime and stopTime', () => {
    const x = charging();
    const at = (s: number): string => new Date(Date.parse('2026-01-10T12:00:00Z') + s * 1000).toISOString();
    assert.ok(ask(x, { startTime: at(20.5), stopTime: at(29) }).fileName);
    x.w.run(150000);
    assert.equal(told(x), 'Uploading Uploaded', x.w.bench.out);
    const { body } = x.web.asked[0];
    const times = body
      .split('\n')
      .filter((l) => /^\d/.test(l))
      .map(parseFloat);
    assert.ok(times.length > 0 && times.every((t) => t > 19.5 && t < 30), times.join());
    assert.ok(body.includes('amp 16'));
    const id = x.cs.call('GetDiagnostics', { location: 'http://files.test:8000/in', startTime: 'yesterday' });
    x.w.run(1000);
    assert.equal(x.cs.answer(id), 'PropertyConstraintViolation');
    x.w.end();
  });

  it('a form by POST where PUT is not allowed; retries; a folder with a query', () => {
    const x = charging();
    x.web.statuses = [500, 405, 200];
    const { fileName } = ask(x, {
      location: 'http://u:p@files.test:8000/in/?k=1',
      retries: 1,
      retryInterval: 5,
    });
    x.w.run(120000);
    assert.equal(told(x), 'Uploading UploadFailed Uploading Uploaded', x.w.bench.out);
    const auth = 'Basic ' + Buffer.from('u:p').toString('base64');
    assert.deepEqual(
      x.web.asked.map((q) => [q.method, q.path, q.headers.authorization]),
      [
        ['PUT', `/in/${fileName}?k=1`, auth],
        ['PUT', `/in/${fileName}?k=1`, auth],
        ['POST', '/in/?k=1', auth],
      ],
    );
    const { body, headers } = x.web.asked[2];
    const mark = /boundary=(.*)$/.exec(headers['content-type'])![1];
    assert.ok(body.startsWith(`--${mark}\r\n`) && body.endsWith(`\r\n--${mark}--\r\n`));
    assert.ok(body.includes(`filename="${fileName}"`));
    x.w.end();
  });

  it('fails for good: unknown scheme, nobody there, no answer; a trigger tells how it stands', () => {
    const x = charging();
    ask(x, { location: 'ftp://files.test/in' });
    x.w.run(30000);
    assert.equal(told(x), 'Uploading UploadFailed');
    assert.match(x.w.bench.out, /not supported: ftp:/);
    x.web.statuses = [500, 500];
    ask(x, { retries: 1, retryInterval: 30 });
    const trigger = (): string => {
      const id = x.cs.call('TriggerMessage', { requestedMessage: 'DiagnosticsStatusNotification' });
      x.w.run(1500);
      assert.deepEqual(x.cs.answer(id), { status: 'Accepted' });
      return told(x).split(' ').at(-1)!;
    };
    assert.equal(trigger(), 'Uploading');
    // The attempt takes 6 s, the next one comes 30 s after it.
    x.w.run(15000);
    assert.equal(trigger(), 'UploadFailed');
    x.w.run(120000);
    assert.equal(trigger(), 'Idle');
    x.web.mute = true;
    ask(x, { retries: 0 });
    x.w.run(100000);
    assert.match(x.w.bench.out, /the server does not take it/);
    assert.equal(x.w.shown().contactor.closed, true);
    x.w.end();
  });

  itLong(
    'a board without interlock waits with it for the contactor, and then tells all of the charge',
    () => {
      const x = charging(bundle(VERSION, 'interlock:1', 'interlock:0'));
      const { fileName } = ask(x, { retries: 0 });
      x.w.run(900000);
      assert.equal(told(x), 'Uploading', x.w.bench.out);
      assert.equal(x.web.asked.length, 0);
      assert.equal(x.w.shown().contactor.closed, true);
      x.w.post('car', { state: 'B' });
      x.w.run(60000);
      assert.equal(told(x), 'Uploading Uploaded', x.w.bench.out);
      assert.equal(x.web.asked[0].path, '/in/' + fileName);
      assert.match(x.web.asked[0].body, /coil on\n[^]*coil off\n[^]*# settings\n[^]*\namp 16\n/);
      x.w.end();
    },
  );

  it('a charge that begins while it waits for the answer to a ping makes it begin anew', () => {
    const x = charging(bundle(VERSION, 'interlock:1', 'interlock:0'));
    x.w.post('car', { state: 'B' });
    x.w.run(5000);
    const net = x.w.bench.net as Hosts;
    const { ping } = net;
    let asked = 0;
    net.ping = (host, then) => {
      asked++;
      x.w.bench.clock.at(x.w.t + 2500, () => ping.call(net, host, then));
    };
    ask(x, { retries: 0 });
    while (!asked) x.w.run(100);
    x.w.post('car', { state: 'C' });
    x.w.run(3800);
    assert.equal(x.w.shown().contactor.closed, true);
    x.w.run(100000);
    assert.equal(told(x), 'Uploading', x.w.bench.out);
    x.w.post('car', { state: 'B' });
    x.w.run(60000);
    assert.equal(told(x), 'Uploading Uploaded', x.w.bench.out);
    x.w.end();
  });

  it('a second request takes the place of the first', () => {
    const x = charging();
    ask(x);
    x.w.run(3000);
    ask(x, { location: 'http://files.test:8000/other/' });
    x.w.run(150000);
    assert.equal(told(x), 'Uploading Uploading Uploaded');
    assert.ok(x.web.asked.at(-1)!.path.startsWith('/other/pilotwire-'));
    x.w.end();
  });

  itLong(
    'a host that swallows packets costs one reset by the watchdog; then it alone is left alone, for a quarter of an hour',
    () => {
      const x = scene();
      const net = x.w.bench.net as Hosts;
      const files = net.ports_[8000];
      delete net.ports_[8000];
      net.slow = 120000;
      net.ping = (_host, then) => x.w.bench.clock.at(x.w.t + 1000, () => then(undefined));
      ask(x, { retries: 0 });
      x.w.run(60000);
      net.slow = 0;
      net.ports_[8000] = files;
      net.ping = (_host, then) => x.w.bench.clock.at(x.w.t + 1, () => then(1));
      x.web.takes = true;
      x.w.run(30000);
      assert.equal(x.w.bench.reboots.length, 1, x.w.bench.out);
      assert.equal(x.w.get('ocppa'), true, x.w.bench.out);
      assert.equal(x.w.get('ocpple'), null);
      ask(x, { retries: 0 });
      x.w.run(30000);
      assert.match(x.w.bench.out, /report files\.test blocked the charger/);
      ask(x, { retries: 0, location: 'http://other.test:8000/in' });
      x.w.run(60000);
      assert.equal(told(x), 'Uploading Uploading UploadFailed Uploading Uploaded');
      x.w.run(800000);
      ask(x, { retries: 0 });
      x.w.run(60000);
      assert.equal(told(x).split(' ').at(-1), 'Uploaded');
      assert.equal(x.w.bench.reboots.length, 1);
      x.w.end();
    },
  );
});
