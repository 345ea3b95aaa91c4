import assert from 'node:assert';
import { Wifi } from '../../hal/wifi';
import { Nor } from '../../hal/flash';
import { install, world } from '../fake/pin';

describe('Wi-Fi', () => {
  let undo: () => void;
  let calls: string[];
  let host: string;
  let on: { [event: string]: (d: object) => void };
  let done: (error?: string | null) => void;
  let named: (ip: string | null) => void;
  let pinged: (r: object) => void;
  beforeEach(() => {
    undo = install();
    calls = [];
    process.env.SERIAL = '240ac4-0186a1';
    on = {};
    world.modules.Wifi = {
      on: (e: string, fn: (d: object) => void) => (on[e] = fn),
      connect: (ssid: string, o: { password: string }, then: typeof done) => {
        calls.push(`${world.t} join ${ssid} ${o.password}`);
        done = then;
      },
      startAP: (ssid: string) => calls.push(`${world.t} ap ${ssid}`),
      setHostname: (name: string) => (host = name),
      setIP: (o: { ip: string }, then: () => void) => (calls.push(`ip ${o.ip}`), then()),
      disconnect: () => calls.push('leave'),
      stopAP: () => calls.push(`${world.t} stop`),
      getStatus: () => (calls.push('rssi'), { rssi: -61 }),
      getHostByName: (_h: string, then: typeof named) => (named = then),
      ping: (_h: string, then: typeof pinged) => (pinged = then),
    };
  });
  afterEach(() => undo());

  it('joins, has an address, caches the signal', () => {
    const w = new Wifi();
    w.join([{ ssid: 'home', key: 'secret' }], null);
    assert.equal(w.up, 0);
    assert.equal(w.rssi(), undefined);
    done(null);
    on.connected({ ip: '10.0.0.2' });
    assert.deepEqual([w.up, w.ip, w.rssi(), w.rssi()], [1, '10.0.0.2', -61, -61]);
    assert.deepEqual(calls, ['0 join home secret', 'rssi']);
    world.ms(100000);
    assert.equal(calls.length, 2);
  });

  it('tries for ever with growing pauses, once for two reports of a failure', () => {
    const w = new Wifi();
    w.join([{ ssid: 'home', key: 'x' }], null);
    const fail = () => {
      on.disconnected({});
      done('NO_AP_FOUND');
    };
    const pauses: number[] = [];
    for (let n = 1; n < 11; n++) {
      const t = world.t;
      fail();
      while (calls.length === n) world.ms(1000);
      pauses.push((world.t - t) / 1000);
    }
    assert.deepEqual(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    on.connected({ ip: '10.0.0.3' });
    on.disconnected({});
    assert.deepEqual([w.up, w.ip], [0, '']);
    world.ms(2000);
    assert.equal(calls.length, 12);
  });

  it('a join that reports nothing is repeated', () => {
    new Wifi().join([{ ssid: 'home', key: 'x' }], null);
    world.ms(45000);
    assert.equal(calls.length, 2);
  });

  it('tries the networks in turn, one that was lost first; leaves when none is left', () => {
    const w = new Wifi();
    const two = [
      { ssid: 'home', key: 'x' },
      { ssid: 'away', key: 'y' },
    ];
    w.join(two, null);
    done('NO_AP_FOUND');
    assert.deepEqual([w.ssid, w.why], ['home', 'NO_AP_FOUND']);
    world.ms(2000);
    assert.equal(w.ssid, 'away');
    on.connected({ ip: '10.0.0.3' });
    assert.deepEqual([w.up, w.why], [1, '']);
    on.disconnected({ msg: 'BEACON_TIMEOUT' });
    world.ms(2000);
    done('NO_AP_FOUND');
    world.ms(4000);
    assert.deepEqual(calls, ['0 join home x', '2000 join away y', '4000 join away y', '8000 join home x']);
    w.join([], null);
    world.ms(600000);
    assert.deepEqual([calls.length, calls[4], w.ssid], [5, 'leave', '']);
  });

  it('takes an address of its own before it joins, and has a name', () => {
    new Wifi().join([{ ssid: 'home', key: 'x' }], { ip: '10.1.1.9', netmask: '255.0.0.0', gw: '10.1.1.1' });
    assert.deepEqual(calls, ['ip 10.1.1.9', '0 join home x']);
    assert.match(host, /^pilotwire-\d{6}$/);
  });

  it('an access point of its own is closed again', () => {
    const w = new Wifi();
    w.access('Pilotwire', '12345678');
    assert.equal(w.ap, 1);
    w.access('', '');
    assert.deepEqual([w.ap, calls], [0, ['0 ap Pilotwire', '0 stop']]);
  });

  it('closes the access point for another try', () => {
    const w = new Wifi();
    w.access('Pilotwire', '12345678');
    w.join([{ ssid: 'home', key: 'x' }], null);
    done('AUTH_FAIL');
    world.ms(60500);
    assert.deepEqual(calls, ['0 ap Pilotwire', '0 join home x', '0 ap Pilotwire', '60000 stop', '60500 join home x', '60500 ap Pilotwire']); // prettier-ignore
  });

  it('says when it rests: nothing is joined nor tried', () => {
    const w = new Wifi();
    const home = [{ ssid: 'home', key: 'x' }];
    assert.equal(w.rest, 1);
    w.join(home, null);
    assert.equal(w.rest, 0, 'joins');
    done('NO_AP_FOUND');
    assert.equal(w.rest, 1, 'until the next try');
    world.ms(2000);
    assert.equal(w.rest, 0, 'joins again');
    on.connected({ ip: '10.0.0.2' });
    assert.deepEqual([w.up, w.rest], [1, 0]);
    w.join([], null);
    assert.equal(w.rest, 0, 'until it has left');
    on.disconnected({ msg: 'ASSOC_LEAVE' });
    world.ms(600000);
    assert.deepEqual([w.rest, calls.at(-1)], [1, 'leave']);
  });

  it('joins when a search for networks is over, and beside an access point closes that first', () => {
    const w = new Wifi();
    w.access('Pilotwire', '12345678');
    w.sta = 1;
    w.join([{ ssid: 'home', key: 'x' }], null);
    world.ms(1900);
    w.sta = 2;
    world.ms(700);
    assert.deepEqual(calls, ['0 ap Pilotwire', '2000 stop', '2500 join home x', '2500 ap Pilotwire']);
  });

  it('resolves once, or says that it cannot', () => {
    const got: (string | undefined)[] = [];
    const w = new Wifi();
    w.resolve('a', (ip) => got.push(ip));
    named('10.0.0.9');
    w.resolve('b', (ip) => got.push(ip));
    named(null);
    w.resolve('c', (ip) => got.push(ip));
    world.ms(20000);
    assert.deepEqual(got, ['10.0.0.9', undefined, undefined]);
  });

  it('ping: answers count, time-outs do not, and silence ends after 3 s', () => {
    const got: number[] = [];
    const w = new Wifi();
    w.ping('10.0.0.9', (alive) => got.push(alive));
    pinged({ respTime: 1000, error: 0, totalCount: 1, timeoutCount: 1 });
    assert.deepEqual(got, []);
    pinged({ respTime: 4, error: 0, totalCount: 2, timeoutCount: 1 });
    assert.deepEqual(got, [1]);
    w.ping('10.0.0.8', (alive) => got.push(alive));
    pinged({ respTime: 1000, error: 0, totalCount: 3, timeoutCount: 2 }); // the same five
    world.ms(3000);
    assert.deepEqual(got, [1, 0]);
  });

  it('flash addresses count from the free area', () => {
    const log: unknown[] = [];
    world.modules.Flash = {
      read: (n: number, at: number) => (log.push([n, at]), new Uint8Array(n)),
      write: (_d: Uint8Array, at: number) => log.push(at),
      erasePage: (at: number) => log.push(at),
    };
    const nor = new Nor();
    nor.read(4, 8);
    nor.write(new Uint8Array(4), 0xfffc);
    nor.erase(4096);
    assert.deepEqual(log, [[8, 0x310004], 0x31fffc, 0x311000]);
  });
});
