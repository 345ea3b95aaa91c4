// Packets of MQTT 3.1.1 in both directions: bytes from the standard, torn and joined, nonsense.

import assert from 'node:assert/strict';
import type { Charger } from '../../firmware/core/charger';
import * as broker from '../../firmware/mqtt/broker.part';
import * as hass from '../../firmware/mqtt/hass.part';
import { mqtt, noted, type Broker } from '../../firmware/mqtt/link';
import { RETAINED, field, packet, prefix } from '../../firmware/mqtt/packet';
import * as packets from '../../firmware/mqtt/packets.part';
import * as topics from '../../firmware/mqtt/topics.part';
import { ENTITIES, KINDS } from '../../firmware/mqtt/entities';
import { packEntities } from '../../tools/entities.mjs';
import { Packets, connection, encode, message, publication, text, type Message } from '../fake/mqtt';
import { table, type Table } from '../fake/table';

const hex = (s: string): string => Buffer.from(s, 'latin1').toString('hex');
const latin = (b: Buffer): string => b.toString('latin1');

/** MQTT 3.1.1, table 2.4. */
const LENGTHS: [n: number, bytes: string][] = [
  [0, '00'],
  [127, '7f'],
  [128, '8001'],
  [16383, 'ff7f'],
  [16384, '808001'],
  [2097151, 'ffff7f'],
  [2097152, '80808001'],
];

describe('MQTT packets', () => {
  it('remaining length, both directions, torn anywhere', () => {
    for (const [n, bytes] of LENGTHS) {
      const head = packet('0', 'x'.repeat(n)).slice(0, -n || undefined);
      assert.equal(hex(head), '30' + bytes);
      assert.deepEqual(packets.size(head), [head.length, n]);
      for (let i = 0; i < head.length; i++) assert.deepEqual(packets.size(head.slice(0, i)), [0, 0]);
    }
    assert.deepEqual(packets.size('\x30\xff\xff\xff\x7f'), [5, 268435455]);
    assert.deepEqual(packets.size('\x30\xff\xff\xff\xff'), [0, 1]);
  });

  it('a text has its length in two bytes', () => {
    assert.deepEqual(['A', 'x'.repeat(300)].map((t) => hex(field(t)).slice(0, 6)), ['000141', '012c78']); // prettier-ignore
  });

  it('addresses', () => {
    const rows: [url: string, host: string, port: number, user: string, password: string][] = [
      ['mqtt://broker', 'broker', 1883, '', ''],
      ['MQTT://broker:1884/', 'broker', 1884, '', ''],
      ['mqtt://u:p@10.0.0.1', '10.0.0.1', 1883, 'u', 'p'],
      ['mqtt://u@h:1', 'h', 1, 'u', ''],
      ['mqtt://a%40b:%3A%2f%25@h', 'h', 1883, 'a@b', ':/%'],
      ['mqtt://a@b:p:q@h', 'h', 1883, 'a@b', 'p:q'],
      ['mqtt://%c3%bc:x@h', 'h', 1883, '\xc3\xbc', 'x'],
    ];
    for (const [url, host, port, user, password] of rows) {
      const p = broker.place(url);
      assert.deepEqual([p.host, p.port, p.user, p.password, p.error], [host, port, user, password, ''], url);
    }
    for (const url of [
      '',
      'mqtt://',
      'mqtt://:1883',
      'mqtts://h',
      'http://h',
      'mqtt://h:0',
      'mqtt://h:65536',
      'mqtt://h:x',
      'mqtt://u:p@',
    ])
      // prettier-ignore
      assert.equal(broker.place(url).error, 'bad url', url);
  });

  it('CONNECT', () => {
    // Header and flags as in figure 3.6 of the standard, but for the will, which is kept.
    const p = broker.hello(broker.place('mqtt://u:pw@h'), 'id', 't');
    assert.equal(
      hex(p),
      '101f' +
        '00044d515454' +
        '04' +
        'ee' +
        '001e' +
        '00026964' +
        '000174' +
        '000566616c7365' +
        '000175' +
        '00027077',
    );
    const [c] = new Packets().feed(Buffer.from(broker.hello(broker.place('mqtt://h'), 'id', 't'), 'latin1'));
    assert.deepEqual(connection(c), {
      protocol: 'MQTT',
      level: 4,
      clean: true,
      keep: 30,
      id: 'id',
      will: { topic: 't', text: 'false', qos: 1, retain: true },
      user: undefined,
      password: undefined,
    });
  });
});

/** A charger with the client in place and a socket that notes what is written. */
class Rig {
  readonly t: Table = table({ files: { entities: packEntities({ ENTITIES, KINDS }) } });
  readonly c: Charger = this.t.c;
  wrote = '';
  private got = 0;
  ended = 0;
  socket = { q: '', d: 1, x: 0, write: (d: string) => (this.wrote += d), end: () => this.ended++ };
  constructor(settings: Record<string, string> = {}) {
    const own: Record<string, unknown> = { broker, hass, packets, topics };
    const { part } = this.c.f;
    this.c.f.part = (name) => own[name] ?? part(name);
    this.c.f.ready = this.c.f.part;
    this.t.journal['k.mcu'] = '"mqtt://h"';
    this.t.journal['k.mce'] = '1';
    this.t.journal['k.mcr'] = '0';
    Object.assign(this.t.journal, settings);
    this.c.hooks = [(c, what, key) => void (what === 'setting' && noted(c, key))];
    broker.adopt(this.c);
  }
  get pre(): string {
    return prefix(this.c, this.m?.pre);
  }
  get m(): Broker {
    return this.c.mq as Broker;
  }
  /** As if CONNECT had been sent. */
  dialled(): this {
    Object.assign(this.m, { st: 2, at: this.c.t, s: this.socket });
    return this;
  }
  connected(): this {
    this.dialled();
    this.hear('\x20\x02\x00\x00');
    return this;
  }
  /** The module's job, until it rests. */
  run(most = 500): number {
    let n = 0;
    do mqtt(this.c);
    while (++n < most && ((this.m?.st > 2 && this.m.i >= 0) || this.m?.job || this.socket.q.length > 1));
    return n;
  }
  hear(data: string): void {
    this.socket.q += data;
    this.run(20);
  }
  /** Messages written since the last call of this. */
  said(): Message[] {
    const out = new Packets().feed(Buffer.from(this.wrote.slice(this.got), 'latin1'));
    this.got = this.wrote.length;
    return out.filter((p) => p.type === 3).map(message);
  }
  results(): string[] {
    return this.said()
      .filter((m) => m.topic.endsWith('/result'))
      .map((m) => `${m.topic.split('/')[2]} ${m.text}`);
  }
  set(key: string, payload: string, retain = false): string {
    return latin(publication(`${this.pre}${key}/set`, payload, retain));
  }
}

describe('MQTT client', () => {
  const world = globalThis as { VERSION?: string };
  before(() => (world.VERSION = '0.1.0'));
  after(() => delete world.VERSION);

  it('the answer to CONNECT: torn anywhere; every refusal in words', () => {
    for (let i = 0; i <= 4; i++) {
      const r = new Rig().dialled();
      r.hear('\x20\x02\x00\x00'.slice(0, i));
      assert.equal(r.m.st > 2, i === 4, `${i}`);
      r.hear('\x20\x02\x00\x00'.slice(i));
      assert.ok(r.m.st > 2);
      const [sub] = new Packets().feed(Buffer.from(r.wrote, 'latin1'));
      assert.equal(sub.body.toString('latin1'), '\x00\x01' + field(r.pre + '+/set') + '\x00');
      assert.equal(sub.flags, 2);
    }
    const words = ['protocol version', 'identifier', 'unavailable', 'user name or password', 'not authorised', 'unknown']; // prettier-ignore
    for (const [i, word] of words.entries()) {
      const r = new Rig().dialled();
      r.hear('\x20\x02\x00' + String.fromCharCode(i + 1));
      assert.match(String(r.c.f.read('mlr')), new RegExp(`^refused: .*${word}`));
      assert.deepEqual([r.c.f.read('mcc'), r.ended, r.m.st], [false, 1, 0]);
    }
    const r = new Rig().dialled();
    r.hear('HTTP/1.1 400');
    assert.equal(r.c.f.read('mlr'), 'no MQTT broker');
  });

  it('what comes is read, torn at every byte and joined', () => {
    const all = (r: Rig): string =>
      '\xd0\x00' + r.set('amp', '9') + '\xd0\x00' + r.set('fna', 'a%b&c+d') + r.set('amp', '99');
    const expected = ['amp success', 'fna success', 'amp amp: failed: exceeds range 6 to 32 (99)'];
    const length = all(new Rig().connected()).length;
    for (let i = 0; i <= length; i++) {
      const r = new Rig().connected();
      const data = all(r);
      r.hear(data.slice(0, i));
      r.hear(data.slice(i));
      assert.deepEqual(r.results(), expected, `${i}`);
      assert.deepEqual([r.c.k.amp, r.c.k.fna, r.socket.q], [9, 'a%b&c+d', '']);
    }
  });

  it('what nobody means is passed over', () => {
    const r = new Rig().connected();
    const rows: [what: string, data: string, results: string[]][] = [
      ['kept by the broker', r.set('amp', '8', true), ['amp retained: ignored']],
      ['another topic', latin(publication('go-eCharger/1/amp/set', '8')), []],
      ['no key', latin(publication(`${r.pre}/set`, '8')), []],
      ['deeper', latin(publication(`${r.pre}a/amp/set`, '8')), ['a a/amp: unknown key (8)']],
      ['longer than any', r.set('fna', 'x'.repeat(5000)), []],
      ['QoS 1', latin(encode(0x32, text(`${r.pre}amp/set`), [0, 7], Buffer.from('7'))), ['amp success']],
      ['no such packet', '\xf0\x01x', []],
    ];
    for (const [what, data, results] of rows) {
      for (let i = 0; i < data.length; i += 1000) r.hear(data.slice(i, i + 1000));
      assert.deepEqual(r.results(), results, what);
    }
    assert.deepEqual([r.c.k.amp, r.c.k.fna], [7, '']);
    r.hear('\x30\xff\xff\xff\xff\x01');
    assert.deepEqual([r.c.f.read('mlr'), r.c.f.read('mcc')], ['malformed packet', false]);
  });

  it('a refusal says nothing that is secret', () => {
    const r = new Rig().connected();
    r.hear(r.set('mcu', 'http://u:hunter2@h') + r.set('hak', 'short') + r.set('ocppak', 'hünter2'));
    assert.deepEqual(r.results(), [
      'mcu mcu: failed: must begin with mqtt://',
      'hak hak: failed: must have 8 to 64 characters',
      'ocppak ocppak: failed: must have printable characters',
    ]);
  });

  /** Everything once, Home Assistant included. */
  const settled = (settings?: Record<string, string>): Rig => {
    const r = new Rig(settings).connected();
    for (let i = 0; i < 300; i++) {
      r.socket.d = 1;
      mqtt(r.c);
    }
    return r;
  };

  it('all once, then what has changed; nothing while the network does not take it', () => {
    const r = settled();
    const first = r.said();
    assert.ok(first.length > 150);
    for (const m of first) assert.ok(m.retain, m.topic);
    const own = first.filter((m) => m.topic.startsWith(r.pre));
    const expected = Object.entries(r.t.c.k as object).filter(([k]) => r.c.f.read(k) !== undefined);
    for (const [k] of expected)
      assert.deepEqual(JSON.parse(own.find((m) => m.topic === r.pre + k)!.text), r.c.f.read(k), k);
    const round = (): string[] => {
      r.c.t += 1000;
      for (let i = 0; i < 100; i++) {
        r.socket.d = 1;
        mqtt(r.c);
      }
      return r.said().map((m) => `${m.topic.slice(r.pre.length)} ${m.text}`);
    };
    round();
    assert.deepEqual(round(), []);
    r.c.x.cp = 'B';
    assert.ok(round().includes('car 3'));
    r.hear(r.set('amp', '10') + r.set('lbr', '7'));
    const changed = round().filter((x) => !x.includes('/result') && !x.startsWith('cll'));
    assert.deepEqual(changed.sort(), ['amp 10', 'lbr 7']);
    r.c.k.amp = 20;
    r.c.t += 1000;
    r.socket.d = 0;
    for (let i = 0; i < 100; i++) mqtt(r.c);
    assert.deepEqual(r.said(), []);
  });

  it('what is too long for a message is not told', () => {
    const r = settled();
    assert.ok(r.said().some((m) => m.topic.endsWith('/ocppcc')));
    const long = new Rig();
    long.t.files.ocppcc = 'x'.repeat(1500);
    long.c.pem = 1;
    long.connected();
    for (let i = 0; i < 300; i++) {
      long.socket.d = 1;
      mqtt(long.c);
    }
    assert.ok(!long.said().some((m) => m.topic.endsWith('/ocppcc')));
  });

  it('pings; a broker that says nothing is left', () => {
    const r = settled();
    const pings = (): number => new Packets().feed(Buffer.from(r.wrote, 'latin1')).filter((p) => p.type === 12).length; // prettier-ignore
    assert.equal(pings(), 0);
    r.c.t += 15000;
    mqtt(r.c);
    assert.equal(pings(), 1);
    r.hear('\xd0');
    r.c.t += 14000;
    mqtt(r.c);
    r.hear('\x00');
    r.c.t += 1000;
    mqtt(r.c);
    assert.deepEqual([pings(), r.m.st], [2, 4]);
    // Half a packet is no sign of life.
    r.hear('\x30');
    r.c.t += 15000;
    mqtt(r.c);
    assert.deepEqual([r.m.st, r.m.err, r.ended], [0, 'broker is silent', 1]);
    assert.ok(r.m.due >= r.c.t + 5000 && r.m.due <= r.c.t + 15000);
  });

  it('waits longer each time, and less after a connection that lasted', () => {
    const r = new Rig();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      r.dialled();
      r.socket.x = 1;
      mqtt(r.c);
      waits.push(r.m.due - r.c.t);
      r.socket.x = 0;
    }
    [5, 10, 20, 40, 80, 160, 160, 160].forEach((s, i) =>
      assert.ok(waits[i] >= s * 1000 && waits[i] <= s * 1000 + 10000, `${i} ${waits[i]}`),
    );
    r.connected();
    r.c.t += 60000;
    r.socket.x = 1;
    mqtt(r.c);
    assert.ok(r.m.due - r.c.t <= 15000);
  });

  it('a host whose connect only the watchdog ended is left alone for a quarter of an hour', () => {
    const r = new Rig({ cm: 'h' });
    assert.deepEqual([r.m.due - r.c.t, r.c.f.read('mlr')], [900000, 'h blocked the charger']);
    // The note outlives the resets that others cost, until a connect comes back (test/story/blocked.test.ts).
    assert.equal(r.t.journal.cm, 'h');
    assert.equal(new Rig(r.t.journal).c.f.read('mlr'), 'h blocked the charger');
  });

  it('switched off it says goodbye and is gone', () => {
    const r = settled();
    r.said();
    r.t.journal['k.mce'] = '0';
    noted(r.c, 'mce');
    mqtt(r.c);
    assert.deepEqual(r.said().slice(-1), [{ topic: 'go-eCharger/123456/mcc', text: 'false', retain: true }]);
    assert.ok(r.wrote.endsWith('\xe0\x00'));
    assert.deepEqual([r.c.mq, r.ended, r.c.f.read('mcs')], [undefined, 1, false]);
  });

  it('read only: nothing is subscribed, Home Assistant has nothing to set', () => {
    const r = settled({ 'k.mcr': '1', 'k.mtp': '"/house/box"' });
    assert.equal(r.pre, '/house/box/123456/');
    assert.ok(!new Packets().feed(Buffer.from(r.wrote, 'latin1')).some((p) => p.type === 8));
    const told = r.said().filter((m) => m.topic.startsWith('homeassistant/'));
    for (const m of told) {
      const id = m.topic.split('/')[3];
      assert.equal(!!m.text, !(ENTITIES[id].if ?? '').match(/[mtw]/), id);
      if (m.text) assert.equal((JSON.parse(m.text) as { cmd_t?: string }).cmd_t, undefined);
    }
    assert.equal(told.length, Object.keys(ENTITIES).length);
    const off = settled({ 'k.mhe': '0' }).said();
    assert.ok(off.filter((m) => m.topic.startsWith('homeassistant/')).every((m) => !m.text));
    assert.equal(hex(RETAINED), '31');
  });
});
