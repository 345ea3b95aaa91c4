// The radio on the bench: first boot, set-up over the access point, networks that come and go, the clock.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { start, type Bench } from '../../bench/start';
import { depth, itLong } from '../fake/depth';
import { ask } from '../http/wire';

/** What systems ask for to see whether there is an Internet. */
const PROBES = [
  '/generate_204',
  '/gen_204',
  '/hotspot-detect.html',
  '/library/test/success.html',
  '/connecttest.txt',
  '/ncsi.txt',
  '/canonical.html',
  '/success.txt',
];

/** A datagram and its answer; undefined when none comes. */
function question(port: number, data: Buffer, ms = 3000): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const s = dgram.createSocket('udp4');
    const over = (answer?: Buffer): void => (clearTimeout(timer), s.close(), resolve(answer));
    const timer = setTimeout(over, ms);
    s.on('message', over);
    s.send(data, port, '127.0.0.1');
  });
}

/** A query for one name as RFC 1035 has it. */
const query = (name: string, type: number): Buffer =>
  Buffer.concat([
    Buffer.from([0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ...name.split('.').map((l) => Buffer.concat([Buffer.of(l.length), Buffer.from(l)])),
    Buffer.from([0, 0, type, 0, 1]),
  ]);

/** A time server of the year `sec` seconds after 1900. `lie` changes its answer. */
function clock(sec: number, lie: (m: Buffer) => void = () => {}): Promise<dgram.Socket & { asked: number }> {
  const s = Object.assign(dgram.createSocket('udp4'), { asked: 0 });
  s.on('message', (q, from) => {
    s.asked++;
    const m = Buffer.alloc(48);
    m[0] = 0x24;
    m[1] = 2;
    q.copy(m, 24, 40, 48);
    m.writeUInt32BE(sec >>> 0, 40);
    m.writeUInt32BE(0x80000000, 44);
    lie(m);
    s.send(m, from.port, from.address);
  });
  return new Promise((resolve) => s.bind(0, '127.0.0.1', () => resolve(s)));
}

const AWAY = depth('AWAY');

describe('radio', function () {
  this.timeout(60000);
  let b: Bench;
  const key = async (name: string): Promise<unknown> =>
    JSON.parse((await b.get(`/api/status?filter=${name}`)).body)[name];
  const set = async (query: string): Promise<number> => (await b.get(`/api/set?${encodeURI(query)}`)).status;
  const line = (pattern: RegExp): RegExpExecArray | null => pattern.exec(b.log(0).text);
  /** Goes on in virtual time until it holds. */
  const holds = async (what: () => Promise<boolean> | boolean, name: string, most = 600): Promise<void> => {
    for (let i = 0; !(await what()); i++) {
      assert.ok(i < most, `${name} never held\n${b.log(0).text}`);
      await b.advance(500);
    }
  };

  describe('without a network', () => {
    let password = '';
    before(
      async () =>
        (b = await start({ http: 0, bench: 0, csms: 0, flash: '', fresh: true, set: [['wifis', '[]']] })),
    );
    after(() => b.stop());

    it('opens an access point named after the serial number, with a password of its own on the console', async () => {
      const [, name, key_] = line(/access point (\S+), password (\w+), http:\/\/192\.168\.4\.1\//)!;
      password = key_;
      assert.equal(name, `Pilotwire-${await key('sse')}`);
      assert.match(password, /^[a-z2-9]{10}$/);
      assert.deepEqual([await key('wap'), await key('wst'), await key('ccw')], [true, 0, null]);
      assert.match(await b.console('status()'), new RegExp(`password ${password}`));
    });

    it('tells the password to nobody else', async () => {
      for (const path of ['/report', '/api/status', '/status'])
        assert.ok(!(await b.get(path)).body.includes(password), path);
    });

    it('shows the page, and leads every probe of a phone to it', async () => {
      assert.equal((await ask(b.http, '/')).status, 200);
      for (const path of PROBES) {
        const r = await ask(b.http, path);
        assert.deepEqual([r.status, r.headers.location], [302, 'http://192.168.4.1/'], path);
      }
      assert.equal((await ask(b.http, '/api/nosuch')).status, 404);
    });

    it('knows every name, as its own address', async () => {
      const port = b.udp(53)!;
      const q = query('connectivitycheck.gstatic.com', 1);
      const a = (await question(port, q))!;
      assert.deepEqual([...a.subarray(0, 12)], [0xab, 0xcd, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
      assert.deepEqual(a.subarray(12, q.length), q.subarray(12));
      assert.deepEqual([...a.subarray(q.length)], [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 168, 4, 1]);
      const none = (await question(port, query('a.b', 28)))!;
      assert.deepEqual([none.length, none[7]], [query('a.b', 28).length, 0], 'no IPv6 address');
      for (const bad of [Buffer.of(), Buffer.of(1, 2), q.subarray(0, 20), a, Buffer.alloc(400, 7)])
        assert.equal(await question(port, bad, 150), undefined);
      assert.ok(await question(port, q), 'alive after nonsense');
    });

    it('joins the network that it is told, and closes the access point a minute later', async () => {
      assert.equal(await set('wifis=[{"ssid":"bench","key":"bench-key"}]'), 200);
      await holds(async () => (await key('wst')) === 3, 'joined');
      assert.deepEqual([await key('wap'), await key('wsms'), await key('nif')], [true, 3, 'st']);
      assert.deepEqual(await key('ccw'), {
        ssid: 'bench',
        encryptionType: 3,
        channel: 6,
        bssid: '02:00:00:00:00:01',
        ip: '192.168.4.3',
        netmask: '255.255.255.0',
        gw: '192.168.4.1',
      });
      assert.equal(await key('rssi'), -47);
      assert.ok(line(/^\d+\.\d wifi bench, http:\/\/192\.168\.4\.3\/$/m), 'told on the console');
      await holds(async () => !(await key('wap')), 'closed', 200);
      assert.equal(b.udp(53), undefined);
      assert.equal((await ask(b.http, '/generate_204')).status, 404);
    });

    it('keeps the password, and opens no access point while a network is known, even a dead one', async () => {
      await b.post('wifi', { up: false });
      await b.post('supply', { off: 500 });
      await b.advance(120000);
      const since = b.log(0).text.split('Pilotwire 0.1.0').length;
      assert.equal(since, 3, 'two boots and no more');
      assert.equal(b.log(0).text.split(', password ').length - 1, 2, 'once at boot, once by status()');
      await b.post('wifi', { up: true });
      await b.advance(310000);
      await holds(async () => (await key('wst')) === 3, 'joined again');
      await b.post('wifi', { up: false });
      await holds(() => !!line(/wifi no network: \w+/), 'told that it is gone');
      await b.post('wifi', { up: true });
      await holds(async () => (await key('wst')) === 3, 'joined once more');
    });

    it('opens it for five minutes when the button is held, with the same password', async () => {
      const amp = await key('amp');
      await b.post('button', { ms: 3500 });
      await holds(async () => (await key('wap')) === true, 'open');
      assert.ok(
        line(
          new RegExp(`access point \\S+, password ${password}[^]*access point \\S+, password ${password}`),
        ),
      );
      assert.equal(await key('amp'), amp, 'held is not pressed');
      await b.advance(270000);
      assert.equal(await key('wap'), true);
      await b.advance(40000);
      assert.equal(await key('wap'), false);
      await b.post('button', { ms: 300 });
      await holds(async () => (await key('amp')) !== amp, 'pressed');
    });

    it('takes a fixed address, refuses nonsense', async () => {
      for (const bad of [
        '5',
        '"x"',
        '{"ip":"10.0.0.300","netmask":"255.0.0.0","gw":"10.0.0.1"}',
        '{"ip":"10.0.0.3"}',
      ])
        assert.equal(await set(`sip=${bad}`), 500, bad);
      assert.equal(await set('sip={"ip":"192.168.4.77","netmask":"255.255.255.0","gw":"192.168.4.1"}'), 200);
      await holds(
        async () => ((await key('ccw')) as { ip: string } | null)?.ip === '192.168.4.77',
        'address',
      );
    });
  });

  describe('the clock', () => {
    /** 2026-05-04T09:30:00, s since 1900. */
    const MAY = 2208988800 + Date.UTC(2026, 4, 4, 9, 30) / 1000;
    const servers: dgram.Socket[] = [];
    const served = async (...o: Parameters<typeof clock>): ReturnType<typeof clock> => {
      const s = await clock(...o);
      servers.push(s);
      await set(`tsh=127.0.0.1:${s.address().port}`);
      return s;
    };
    before(async () => (b = await start({ http: 0, bench: 0, csms: 0, flash: '', fresh: true })));
    after(async () => {
      for (const s of servers) s.close();
      await b.stop();
    });

    it('takes no time from a server that lies, is not set or answers somebody else', async () => {
      const lies: [string, (m: Buffer) => void][] = [
        ['mode', (m) => (m[0] = 0x23)],
        ['alarm', (m) => (m[0] = 0xe4)],
        ['stratum', (m) => (m[1] = 0)],
        ['origin', (m) => (m[30] ^= 1)],
        ['time', (m) => m.fill(0, 40, 44)],
      ];
      for (const [what, lie] of lies) {
        const s = await served(MAY, lie);
        await holds(() => s.asked > 0, what);
        await b.advance(1000);
        assert.deepEqual([await key('tsss'), String(await key('utc')).slice(0, 4)], [2, '1970'], what);
      }
    });

    itLong(
      'takes it from a good one, also after the count has begun anew in 2036, and an hour later again',
      async () => {
        const good = await served(MAY);
        await holds(async () => (await key('tsss')) === 1, 'set', 300);
        assert.match(String(await key('utc')), /^2026-05-04T09:3/);
        assert.match(String(await key('loc')), /^2026-05-04T11:3\d:\d\d\.\d+ \+02:00$/);
        assert.equal(good.asked, 1);
        const late = await served(86400);
        await b.advance(3600000);
        await holds(() => late.asked > 0, 'asked again');
        await holds(async () => String(await key('utc')).startsWith('2036-02-08'), '2036');
      },
    );

    itLong('says once that the name of the server is unknown', async () => {
      await set('tsh=nowhere.invalid');
      await b.advance(4200000);
      const said = b.log(0).text.match(/ntp unknown host nowhere.invalid/g);
      assert.equal(said?.length, 1);
    });

    itLong('asks nobody when it is told so', async () => {
      await set('tse=false');
      const s = await served(MAY);
      await b.advance(4200000);
      assert.equal(s.asked, 0);
    });
  });

  describe('while charging', () => {
    before(async () => {
      b = await start({ http: 0, bench: 0, csms: 0, flash: '', fresh: true });
      await b.post('car', { state: 'C', amps: 16, phases: 3 });
      const closed = async (): Promise<boolean> =>
        ((await b.snapshot()) as unknown as { contactor: { closed: boolean } }).contactor.closed;
      await holds(async () => (await key('car')) === 2 && (await closed()), 'charging');
    });
    after(() => b.stop());

    itLong(
      `a network that stays away for ${AWAY} minutes neither stops the charge nor restarts the charger`,
      async () => {
        const before_ = (await b.snapshot()) as unknown as {
          boots: number;
          contactor: { operations: number };
        };
        await b.post('wifi', { up: false });
        for (let i = 0; i < AWAY; i++) {
          const s = (await b.advance(60000)) as unknown as { contactor: { closed: boolean } };
          assert.ok(s.contactor.closed, `minute ${i}`);
        }
        await b.post('wifi', { up: true });
        await b.advance(310000);
        await holds(async () => (await key('wst')) === 3, 'joined again');
        const s = (await b.snapshot()) as unknown as typeof before_;
        assert.equal(s.boots, before_.boots);
        assert.deepEqual(s.contactor.operations, before_.contactor.operations);
      },
    );
  });
});
