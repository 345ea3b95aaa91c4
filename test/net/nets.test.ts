// The list of networks in the air: what goes into it, when it is looked for, how long it is kept.

import assert from 'node:assert';
import { tend } from '../../firmware/net/air';
import { BUILTIN } from '../fake/charger';
import { conf, table, type Table } from '../fake/table';

const net = (ssid: string, rssi: number, authMode = 'wpa2', channel = '6'): EspHeard => ({
  ssid,
  authMode,
  rssi,
  channel,
});

interface Rig extends Table {
  /** Who waits for an answer, and what was asked so far. */
  then?: (all: EspHeard[]) => void;
  asked: number;
  heard(all: EspHeard[]): void;
}

function rig(): Rig {
  const t = table() as Rig;
  t.asked = 0;
  // As the engine: one at a time, and one that is never answered stands in the way for ever.
  const search = (then: Rig['then']): void => {
    if (t.then) throw new Error('A scan is already in progress');
    t.asked++;
    t.then = then;
  };
  BUILTIN.Wifi = { scan: search };
  t.heard = (all): void => {
    const then = t.then!;
    t.then = undefined;
    then(all);
    t.run(0);
  };
  return t;
}

const scan = (t: Rig): unknown => conf.read(t.c, 'scan');
const names = (t: Rig): string[] => (scan(t) as { ssid: string }[]).map((w) => w.ssid);
const list = (all: EspHeard[]): string[] => {
  const t = rig();
  scan(t);
  t.heard(all);
  return names(t);
};

describe('networks in the air', () => {
  it('are told as clients of the API know them', () => {
    const t = rig();
    assert.deepEqual([scan(t), conf.read(t.c, 'scaa')], [[], null]);
    const kinds = ['open', 'wep', 'wpa', 'wpa2', 'wpa_wpa2', 'unknown'];
    t.heard(kinds.map((k, i) => net(k, -50 - i, k, `${i + 1}`)));
    t.c.t += 1500.5;
    assert.deepEqual(
      scan(t),
      kinds.map((ssid, i) => ({
        ssid,
        encryptionType: [0, 1, 2, 3, 4, 7][i],
        rssi: -50 - i,
        channel: i + 1,
      })),
    );
    assert.equal(conf.read(t.c, 'scaa'), 1500);
  });

  it('each name once at its best, the strongest first, twelve of them, none that is hidden', () => {
    const rows: [EspHeard[], string[]][] = [
      [[], []],
      [[net('', -40), net('a', -50)], ['a']],
      [
        [net('a', -50), net('b', -60), net('a', -70)],
        ['a', 'b'],
      ],
      [
        [net('a', -70), net('b', -60), net('a', -50)],
        ['a', 'b'],
      ],
      [
        [net('a', -70), net('b', -60), net('c', -50)],
        ['c', 'b', 'a'],
      ],
      [
        [net('a', -60), net('b', -60), net('a', -60)],
        ['a', 'b'],
      ],
    ];
    for (const [all, expected] of rows) {
      const got = all.length ? list(all) : [];
      assert.deepEqual(got, expected, JSON.stringify(all));
    }
    const many = [...Array(40).keys()];
    const twelve = many.slice(0, 12).map((i) => `n${i}`);
    const strong = many.map((i) => net(`n${i}`, -30 - i));
    assert.deepEqual(list(strong), twelve);
    assert.deepEqual(list([...strong].reverse()), twelve);
    assert.deepEqual(list([...strong, net('n30', -20)]), ['n30', ...twelve.slice(0, 11)]);
    assert.deepEqual(list([...strong, net('n11', -20)]), ['n11', ...twelve.slice(0, 11)]);
  });

  it('names are UTF-8, quoted; others cannot be told', () => {
    const good = ['a"b\\c', '{"x":1}', 'M\xc3\xbcller', '\xe2\x82\xac', '\xf0\x9f\x94\x92', 'tab\there', '\x7f', 'x'.repeat(32)]; // prettier-ignore
    const bad = ['M\xfcller', '\xc3', 'a\xc3(', '\x80', '\xc0\x80', '\xe2\x82', '\xf5\x80\x80\x80', '\xff'];
    for (const name of good) assert.deepEqual(list([net(name, -50)]), [name], JSON.stringify(name));
    for (const name of bad)
      assert.deepEqual(list([net(name, -50), net('b', -60)]), ['b'], JSON.stringify(name));
  });

  it('a search begins when somebody reads and the list is older than 10 s', () => {
    const t = rig();
    scan(t);
    t.heard([net('a', -50)]);
    t.c.t += 9999;
    assert.deepEqual([names(t), t.asked], [['a'], 1]);
    t.c.t += 1;
    assert.deepEqual([names(t), t.asked], [['a'], 2], 'the old one meanwhile');
    t.heard([net('b', -50)]);
    assert.deepEqual([names(t), conf.read(t.c, 'scaa')], [['b'], 0]);
  });

  it('not while the contactor is closed, and nothing comes of one that it closes upon', () => {
    const t = rig();
    t.c.s.on = 1;
    assert.deepEqual([scan(t), t.asked], [[], 0]);
    t.c.s.on = 0;
    scan(t);
    t.c.s.on = 1;
    t.heard([]);
    assert.equal(t.asked, 1, 'not once more');
    for (const steps of [0, 1]) {
      t.c.s.on = 0;
      scan(t);
      t.c.s.on = steps ? 0 : 1;
      const then = t.then!;
      t.then = undefined;
      then([1, 2, 3, 4, 5].map((n) => net(`n${n}`, -50)));
      t.c.s.on = 1;
      assert.equal(t.run(0), steps);
      assert.deepEqual([scan(t), t.asked, t.c.b.net.sta], [[], 2 + steps, 2]);
    }
  });

  it('only what is joined looks around, or what rests beside an access point; one search at a time', () => {
    const rows: [net: object, asked: number][] = [
      [{ up: 1 }, 1],
      [{ up: 1, ap: 1 }, 1],
      [{ up: 0 }, 0],
      [{ up: 0, rest: 1 }, 0],
      [{ up: 0, ap: 1 }, 0],
      [{ up: 0, ap: 1, rest: 1, sta: 0 }, 1],
      [{ up: 0, ap: 1, rest: 1, sta: 1 }, 0],
      [{ up: 1, sta: 1 }, 0],
    ];
    for (const [n, asked] of rows) {
      const t = rig();
      Object.assign(t.c.b.net, n);
      assert.deepEqual([scan(t), t.asked], [[], asked], JSON.stringify(n));
      if (asked) assert.equal(t.c.b.net.sta, 1, 'joins wait');
      assert.deepEqual([scan(t), t.asked], [[], asked], 'one is enough');
    }
  });

  it('not where memory is short', () => {
    const t = rig();
    Object.assign(process, { memory: () => ({ free: 1000 }) });
    assert.deepEqual([scan(t), t.asked], [[], 0]);
  });

  it('one that is never answered holds up nobody, and is no error', () => {
    const t = rig();
    scan(t);
    t.run(8000);
    assert.equal(t.c.b.net.sta, 2);
    t.c.t += 8000;
    assert.deepEqual([scan(t), t.asked, t.c.b.net.sta], [[], 1, 2], 'the engine throws');
    t.heard([net('a', -50)]);
    assert.deepEqual([names(t), t.c.b.net.sta], [['a'], 2], 'late');
  });

  it('one that heard nothing is tried once more', () => {
    const t = rig();
    scan(t);
    t.heard([]);
    assert.equal(t.asked, 2);
    t.heard([]);
    assert.deepEqual([scan(t), t.asked, conf.read(t.c, 'scaa'), t.c.b.net.sta], [[], 2, 0, 2]);
  });

  it('is forgotten after a minute, and when the charger charges', () => {
    const t = rig();
    const look = (): void => ((t.c.t += 1000), tend(t.c));
    const found = (): void => (scan(t), t.heard([net('a', -50)]));
    Object.assign(t.c.k, { tse: 0 });
    found();
    for (let s = 0; s < 60; s++) look();
    assert.equal(conf.read(t.c, 'scaa'), 60000);
    look();
    assert.deepEqual([Object.hasOwn(t.c, 'nets'), conf.read(t.c, 'scaa')], [false, null]);
    found();
    t.c.s.on = 1;
    look();
    assert.equal(Object.hasOwn(t.c, 'nets'), false);
  });
});
