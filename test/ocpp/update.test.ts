// UpdateFirmware on the whole bundle: fetched while a car charges, checked, installed when nobody charges, proved or rolled
// back. Cut off at any byte: update.cuts.test.ts.

import assert from 'node:assert';
import { Realm } from '../../bench/esp32/realm';
import { PowerCut } from '../../bench/types';
import { build } from '../../tools/build.mjs';
import { packUpdate } from '../../tools/update.mjs';
import { type Hosts, type Scene, VERSION, bundle, image, scene } from '../fake/hosts';
import { itLong } from '../fake/depth';

describe('UpdateFirmware', function () {
  this.timeout(120000);
  before(function () {
    this.timeout(300000);
    return build('reference');
  });

  it('is fetched while a car charges, installed when it has gone, and proves itself', () => {
    const { w, cs, web, told, update } = scene();
    web.files['/new.pwu'] = image('0.2.0');
    w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    w.run(15000);
    assert.equal(w.shown().contactor.closed, true);
    const ops = w.shown().contactor.operations;
    update();
    w.run(60000);
    assert.deepEqual(told(), ['Downloading', 'Downloaded']);
    assert.equal(w.shown().contactor.operations, ops);
    assert.equal(w.shown().contactor.closed, true);
    w.post('car', { state: 'unplugged' });
    w.run(40000);
    assert.deepEqual(told(), ['Downloading', 'Downloaded', 'Installing']);
    assert.equal(cs.calls('BootNotification').at(-1)!.firmwareVersion, '0.2.0', w.bench.out);
    w.run(80000);
    assert.deepEqual(told(), ['Downloading', 'Downloaded', 'Installing', 'Installed']);
    w.end();
  });

  it('neither it nor a report makes parts drive each other out piece by piece', () => {
    const loads: { [name: string]: number } = {};
    const module = Realm.prototype.module;
    Realm.prototype.module = function (text, name) {
      loads[name] = (loads[name] ?? 0) + 1;
      return module.call(this, text, name);
    };
    try {
      const x = scene();
      x.web.files['/new.pwu'] = image('0.2.0');
      x.web.takes = false;
      x.w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
      x.w.run(15000);
      x.update();
      for (let i = 0; i < 100 && x.told().at(-1) !== 'Downloaded'; i++) x.w.run(1000);
      assert.equal(x.told().at(-1), 'Downloaded');
      x.web.takes = true;
      x.cs.call('GetDiagnostics', { location: 'http://files.test:8000/in' });
      for (let i = 0; i < 60 && x.cs.calls('DiagnosticsStatusNotification').length < 2; i++) x.w.run(1000);
      assert.equal(x.cs.calls('DiagnosticsStatusNotification').at(-1)!.status, 'Uploaded');
      for (const name of ['slot', 'fetch', 'carry', 'hand', 'upload', 'report', 'conf'])
        assert.ok(loads[name] < 20, `${name}: ${loads[name]} times`);
      x.w.end();
    } finally {
      Realm.prototype.module = module;
    }
  });

  it('needs nothing of the factory: all its files are its own', () => {
    const x = scene();
    const { w, web } = x;
    const files = bundle('0.2.0');
    web.files['/new.pwu'] = image('0.2.0');
    x.update();
    w.run(180000);
    assert.equal(x.told().at(-1), 'Installed', w.bench.out);
    for (const name of files.keys()) if (!name.startsWith('.')) w.bench.storage.erase(name);
    w.cut(200);
    w.run(20000);
    assert.equal(x.cs.calls('BootNotification').at(-1)!.firmwareVersion, '0.2.0', w.bench.out);
    const net = w.bench.net as Hosts;
    const asked = (path: string): string => {
      const id = net.open(80);
      let text = '';
      const on = net.onData!;
      net.onData = (to, data) =>
        to === id ? void (text += Buffer.from(data).toString('latin1')) : on(to, data);
      w.run(10);
      net.send(id, Buffer.from(`GET ${path} HTTP/1.1\r\n\r\n`));
      w.run(5000);
      net.onData = on;
      return text.slice(text.indexOf('\r\n\r\n') + 4);
    };
    const all = JSON.parse(asked('/api/status')) as { [key: string]: unknown };
    assert.equal(all.pwv, '0.2.0');
    assert.ok(Object.keys(all).length > 100);
    assert.deepEqual(Buffer.from(asked('/'), 'latin1'), Buffer.from(files.get('page.gz')!));
    const id = x.cs.call('GetConfiguration', {});
    w.run(5000);
    assert.ok((x.cs.answer(id) as { configurationKey: object[] }).configurationKey.length > 30);
    assert.equal(w.get('pwv'), '0.2.0');
    w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    w.run(15000);
    assert.equal(w.shown().contactor.closed, true, w.bench.out);
    w.post('fault', { rcm: true });
    w.run(1000);
    assert.match(asked('/report'), /fault residual current/);
    w.end();
  });

  /** One attempt that fails at once, or the way to the end. */
  const FAILS: [name: string, prepare: (x: Scene) => object, told: string, log: RegExp][] = [
    [
      'ftp',
      () => ({ location: 'ftp://files.test/new.pwu' }),
      'Downloading DownloadFailed',
      /not supported: ftp:/,
    ],
    [
      'https',
      () => ({ location: 'https://files.test/new.pwu' }),
      'Downloading DownloadFailed',
      /https is not supported/,
    ],
    ['no url', () => ({ location: 'new.pwu' }), 'Downloading DownloadFailed', /not supported/],
    [
      'a board that is not ours',
      (x) => ((x.web.files['/new.pwu'] = image('0.2.0', 'other')), {}),
      'Downloading Downloaded InstallationFailed',
      /for the board other/,
    ],
    [
      'a version that is too old',
      (x) => ((x.web.files['/new.pwu'] = packUpdate('reference', '-1.0.0', bundle(VERSION)) as Buffer), {}),
      'Downloading Downloaded InstallationFailed',
      /too old/,
    ],
    [
      'no update file',
      (x) => ((x.web.files['/new.pwu'] = Buffer.from('<html>'.repeat(200))), { retries: 0 }),
      'Downloading DownloadFailed',
      /no update of Pilotwire/,
    ],
    [
      'a file that is cut short',
      (x) => ((x.web.files['/new.pwu'] = image('0.2.0').subarray(0, 90001)), { retries: 0 }),
      'Downloading DownloadFailed',
      /wrong length/,
    ],
    [
      'a byte that is wrong',
      (x) => {
        const b = Buffer.from(image('0.2.0'));
        b[70000] ^= 1;
        x.web.files['/new.pwu'] = b;
        return { retries: 0 };
      },
      'Downloading DownloadFailed',
      /wrong checksum/,
    ],
    [
      'a file that does not fit',
      (x) => ((x.web.files['/new.pwu'] = Buffer.alloc(400000, 'x')), {}),
      'Downloading DownloadFailed',
      /do not fit/,
    ],
    [
      'three attempts at what is not there',
      () => ({ retries: 2, retryInterval: 7 }),
      'Downloading DownloadFailed Downloading DownloadFailed Downloading DownloadFailed',
      /HTTP status 404/,
    ],
  ];
  for (const [name, prepare, told, log] of FAILS)
    it(`${name}: ${told.split(' ').at(-1)}`, () => {
      const x = scene();
      x.update(prepare(x));
      x.w.run(90000);
      assert.equal(x.told().join(' '), told);
      assert.match(x.w.bench.out, log);
      assert.equal(x.w.boots, 1);
      // Nothing hangs on it: the next update finds a blank slot.
      x.web.files['/new.pwu'] = image('0.2.0');
      x.update();
      x.w.run(150000);
      assert.equal(x.told().at(-1), 'Installed', x.w.bench.out);
      x.w.end();
    });

  it('goes on with Range where the connection broke, and from the beginning when the server does not know it', () => {
    for (const ranges of [true, false]) {
      const x = scene();
      x.web.files['/new.pwu'] = image('0.2.0');
      x.web.breaks = [50001, 3000];
      x.web.ranges = ranges;
      x.update({ retryInterval: 3 });
      x.w.run(120000);
      assert.equal(x.told().filter((s) => s === 'DownloadFailed').length, 2);
      assert.equal(x.told().at(-1), 'Installed', x.w.bench.out);
      assert.deepEqual(
        x.web.asked.map((q) => q.headers.range),
        [undefined, 'bytes=50000-', ranges ? 'bytes=53000-' : 'bytes=50000-'],
      );
      x.w.end();
    }
  });

  it('follows redirects, waits for its date, and a later request takes the place of an earlier one', () => {
    const x = scene();
    x.web.files['/new.pwu'] = image('0.2.0');
    x.update({ location: 'http://files.test:8000/never', retrieveDate: '2026-01-10T12:02:00Z' });
    x.w.run(5000);
    x.web.statuses = [302];
    x.web.location = 'http://elsewhere.test:8000/new.pwu';
    x.update({ location: 'http://user:secret@files.test:8000/old', retrieveDate: '2026-01-10T12:01:00Z' });
    x.w.run(60000 - x.w.t - 1000);
    assert.deepEqual(x.told(), []);
    x.w.run(150000);
    assert.equal(x.told().join(' '), 'Downloading Downloaded Installing Installed');
    assert.deepEqual(
      x.web.asked.map((q) => [q.path, q.headers.authorization]),
      [
        ['/old', 'Basic ' + Buffer.from('user:secret').toString('base64')],
        ['/new.pwu', undefined],
      ],
    );
    x.w.end();
  });

  it('a remote start is refused while it is being installed, as long as it waits it is not', () => {
    const x = scene();
    const start = (): unknown => {
      const id = x.cs.call('RemoteStartTransaction', { idTag: 'AA' });
      x.w.run(1000);
      return x.cs.answer(id);
    };
    x.web.files['/new.pwu'] = image('0.2.0');
    // The restart waits for the last status to be taken.
    x.cs.answers.FirmwareStatusNotification = (q: { status?: string }) =>
      q.status === 'Installing' ? undefined : {};
    x.update({ retrieveDate: '2030-01-01T00:00:00Z' });
    x.w.run(1000);
    assert.deepEqual(start(), { status: 'Accepted' });
    x.w.run(130000);
    x.update();
    for (let i = 0; i < 600 && x.told().at(-1) !== 'Installing'; i++) x.w.run(100);
    assert.deepEqual(start(), { status: 'Rejected' });
    x.cs.answers.FirmwareStatusNotification = () => ({});
    x.w.run(120000);
    assert.equal(x.told().at(-1), 'Installed');
    x.w.end();
  });

  it('waits for its date over a restart too, before which nobody knows the time', () => {
    const x = scene();
    x.web.files['/new.pwu'] = image('0.2.0');
    x.update({ location: 'http://files.test:8000/new.pwu', retrieveDate: '2026-01-10T12:02:00Z' });
    x.w.run(5000);
    x.w.cut(200);
    x.w.run(45000);
    assert.equal(x.cs.calls('BootNotification').length, 2, x.w.bench.out);
    assert.deepEqual(x.told(), []);
    x.w.run(90000);
    assert.equal(x.told()[0], 'Downloading', x.w.bench.out);
    x.w.end();
  });

  it('a trigger gives what is under way: Idle, Downloading, Downloaded, Idle', () => {
    const x = scene();
    const trigger = (): string => {
      const n = x.told().length;
      const id = x.cs.call('TriggerMessage', { requestedMessage: 'FirmwareStatusNotification' });
      x.w.run(1500);
      assert.deepEqual(x.cs.answer(id), { status: 'Accepted' });
      return x.told().slice(n).at(-1)!;
    };
    assert.equal(trigger(), 'Idle');
    x.web.files['/new.pwu'] = image('0.2.0');
    x.w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    x.w.run(15000);
    x.update();
    x.w.run(16000);
    assert.equal(trigger(), 'Downloading');
    x.w.run(60000);
    assert.equal(trigger(), 'Downloaded');
    x.w.post('car', { state: 'unplugged' });
    x.w.run(25000);
    assert.equal(trigger(), 'Installing');
    x.w.run(90000);
    assert.equal(trigger(), 'Idle');
    x.w.end();
  });

  it('a file server that swallows packets costs one reset by the watchdog, no charge and no link', () => {
    const x = scene();
    const net = x.w.bench.net as Hosts;
    delete net.ports_[8000];
    net.slow = 120000;
    net.ping = (_host, then) => x.w.bench.clock.at(x.w.t + 1000, () => then(undefined));
    x.update({ retries: 9, retryInterval: 1 });
    x.w.run(60000);
    net.slow = 0;
    net.ping = (_host, then) => x.w.bench.clock.at(x.w.t + 1, () => then(1));
    x.w.run(60000);
    assert.equal(x.w.bench.reboots.length, 1, x.w.bench.out);
    assert.match(x.w.bench.out, /files\.test blocked the charger/);
    assert.equal(x.cs.calls('BootNotification').length, 2, x.w.bench.out);
    assert.deepEqual(x.told(), ['Downloading', 'DownloadFailed']);
    x.w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    x.w.run(15000);
    assert.equal(x.w.shown().contactor.closed, true, x.w.bench.out);
    x.w.end();
  });

  it('a power cut during a connect is not held against the host', () => {
    const x = scene();
    const net = x.w.bench.net as Hosts;
    const connect = net.connect.bind(net);
    let cut = false;
    net.connect = (host, port) => {
      if (port !== 8000 || cut) return connect(host, port);
      cut = true;
      net.forget();
      x.w.cut(200);
      throw new PowerCut();
    };
    x.web.files['/new.pwu'] = image('0.2.0');
    x.update();
    x.w.run(150000);
    assert.ok(cut);
    assert.doesNotMatch(x.w.bench.out, /blocked the charger/);
    assert.equal(x.told().at(-1), 'Installed', x.w.bench.out);
    x.w.end();
  });

  const BAD: [name: string, text: string, instead: string][] = [
    ['throws at its first line', 'E.srand(', 'E.nothing('],
    ['hangs at boot', 'E.srand(', 'for(;;)require("Flash").erasePage(4190208);E.srand('],
    ['does not come to its end', 'print("memory', 'E.nothing();print("memory'],
    ['never connects', 'ocpp1.6', 'ocpp9.9'],
  ];
  for (const [name, text, instead] of BAD)
    (name === BAD[0][0] ? it : itLong)(`a bundle that ${name} gives way to the old one by itself`, () => {
      const x = scene();
      const file = name === 'never connects' ? undefined : image('0.2.0', 'reference', text, instead);
      const spoilt = (): Buffer => {
        const b = bundle('0.2.0');
        for (const part of ['dial', 'shake'])
          b.set(
            part,
            Buffer.from(Buffer.from(b.get(part)!).toString('latin1').replaceAll(text, instead), 'latin1'),
          );
        return packUpdate('reference', '0.2.0', b) as Buffer;
      };
      x.web.files['/new.pwu'] = file ?? spoilt();
      x.update();
      x.w.run(700000);
      assert.equal(x.told().at(-1), 'InstallationFailed', x.w.bench.out);
      assert.equal(x.cs.calls('BootNotification').at(-1)!.firmwareVersion, VERSION);
      x.web.files['/new.pwu'] = image('0.3.0');
      x.update();
      x.w.run(200000);
      assert.equal(x.told().at(-1), 'Installed', x.w.bench.out);
      x.w.end();
    });

  itLong(
    'update upon update: the slots take turns, Storage does not grow, and nothing is erased while the contactor is closed',
    () => {
      const x = scene();
      const { flash, storage } = x.w.bench;
      let closed = 0;
      const erase = flash.erase.bind(flash);
      flash.erase = (page) => {
        if (page >= 16 && x.w.shown().contactor.closed) closed++;
        erase(page);
      };
      let used = 0;
      for (let i = 2; i < 7; i++) {
        x.web.files['/new.pwu'] = image(`0.${i}.0`);
        x.w.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
        x.w.run(15000);
        x.update();
        x.w.run(80000);
        assert.equal(x.told().at(-1), 'Downloaded', x.w.bench.out);
        x.w.post('car', { state: 'unplugged' });
        x.w.run(150000);
        assert.equal(x.told().at(-1), 'Installed', x.w.bench.out);
        if (i === 3) used = storage.used();
      }
      assert.equal(storage.used(), used);
      assert.equal(closed, 0);
      x.w.end();
    },
  );
});
