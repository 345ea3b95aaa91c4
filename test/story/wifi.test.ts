// The radio on the bench: first boot, set-up over the access point, networks that come and go, the clock.

import assert from 'node:assert/strict';
import { start, type Bench } from '../../bench/start';
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

    it('joins the network that it is told, and closes the access point a minute later', async () => {
      assert.equal(await set('wifis=[{"ssid":"bench","key":"bench-key"}]'), 200);
      await holds(async () => (await key('wst')) === 3, 'joined');
      assert.deepEqual([await key('wap'), await key('wsms'), await key('nif')], [true, 3, 'st']);
      assert.equal(((await key('ccw')) as { ssid: string }).ssid, 'bench');
      await holds(async () => !(await key('wap')), 'closed', 200);
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

  describe('while charging', () => {
    before(async () => {
      b = await start({ http: 0, bench: 0, csms: 0, flash: '', fresh: true });
      await b.post('car', { state: 'C', amps: 16, phases: 3 });
      await holds(async () => (await key('car')) === 2, 'charging');
    });
    after(() => b.stop());

    it('a network that stays away for an hour neither stops the charge nor restarts the charger', async () => {
      const before_ = (await b.snapshot()) as unknown as { boots: number; contactor: { operations: number } };
      await b.post('wifi', { up: false });
      for (let i = 0; i < 60; i++) {
        const s = (await b.advance(60000)) as unknown as { contactor: { closed: boolean } };
        assert.ok(s.contactor.closed, `minute ${i}`);
      }
      await b.post('wifi', { up: true });
      await b.advance(310000);
      await holds(async () => (await key('wst')) === 3, 'joined again');
      const s = (await b.snapshot()) as unknown as typeof before_;
      assert.equal(s.boots, before_.boots);
      assert.deepEqual(s.contactor.operations, before_.contactor.operations);
    });
  });
});
