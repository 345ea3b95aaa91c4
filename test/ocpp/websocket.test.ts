import assert from 'node:assert/strict';
import { Wire, parse, rig } from '../fake/csms';
import { attach, send } from '../../firmware/ocpp/websocket';
import type { Ws } from '../../firmware/ocpp/websocket';
import type { Ocpp } from '../../firmware/ocpp/state';
import { receive } from '../../firmware/ocpp/frames.part';
import { hello, place } from '../../firmware/ocpp/dial.part';
import { check } from '../../firmware/ocpp/shake.part';
import { ACCEPT, INCOMING, NONCE, OUTGOING } from '../vectors/websocket';

const bytes = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');
const hex = (s: string): string => Buffer.from(s, 'latin1').toString('hex');

const socket = (): Ws => ({
  s: undefined,
  st: 0,
  q: [],
  n: 0,
  need: 2,
  op: 0,
  left: 0,
  mop: 0,
  msg: [],
  len: 0,
  big: 0,
  rx: 0,
  png: 0,
  code: 1006,
});

function open(): { w: Ws; wire: Wire; sent(): string } {
  let sent = '';
  const wire = new Wire((s) => (sent += s));
  const w = socket();
  attach(w, wire as unknown as EspSocket, () => undefined);
  w.st = 2;
  return { w, wire, sent: () => hex(sent) };
}

/** Pieces of long messages. */
const store = new Map<string, string>();
const journal = {
  put: (k: string, v: string) => store.set(k, v),
  del: (k: string) => store.delete(k),
};

/** As `flow` does: reads while what has arrived is worth a look. */
function drain(w: Ws): string[] {
  const out: string[] = [];
  const o = { w, f: { send }, c: { f: journal } } as unknown as Ocpp;
  for (let i = 0; i < 40 && w.n >= w.need; i++) {
    const pieces = receive(o);
    if (pieces) out.push(pieces.map((p) => (typeof p === 'number' ? store.get('i' + p) : p)).join(''));
  }
  return out;
}

describe('websocket frames in', () => {
  for (const v of INCOMING) {
    const judge = (o: ReturnType<typeof open>, out: string[]): void => {
      assert.deepEqual(out, v.out);
      assert.equal(o.sent(), v.back ?? '');
      assert.equal(o.w.st, v.code ? 0 : 2);
      if (v.code) assert.equal(o.w.code, v.code);
    };
    it(v.name, () => {
      const o = open();
      o.wire.push(bytes(v.bytes));
      judge(o, drain(o.w));
    });
    it(v.name + ', byte by byte', () => {
      const o = open();
      const out: string[] = [];
      for (const b of bytes(v.bytes)) {
        o.wire.push(b);
        out.push(...drain(o.w));
      }
      judge(o, out);
    });
    it(v.name + ', torn at every byte', () => {
      const all = bytes(v.bytes);
      const step = Math.max(1, Math.floor(all.length / 100));
      for (let cut = 1; cut < all.length; cut += step) {
        const o = open();
        o.wire.push(all.slice(0, cut));
        const out = drain(o.w);
        o.wire.push(all.slice(cut));
        judge(o, out.concat(drain(o.w)));
      }
    });
  }
});

describe('websocket frames out', () => {
  for (const [name, text, want] of OUTGOING)
    it(name, () => {
      const o = open();
      send(o.w, 0x81, text);
      assert.equal(o.sent(), want);
      assert.equal(parse(bytes(o.sent()))!.frame.body, text);
    });

  it('pieces of one message', () => {
    const o = open();
    send(o.w, 1, 'a');
    send(o.w, 0, 'b');
    send(o.w, 0x80, 'c');
    assert.equal(o.sent(), '018100000000' + '61' + '008100000000' + '62' + '808100000000' + '63');
  });

  it('a ping, and the pong that ends the waiting', () => {
    const o = open();
    send(o.w, 0x89, '');
    assert.equal(o.sent(), '898000000000');
    o.w.png = 5;
    o.wire.push(bytes('8a00'));
    drain(o.w);
    assert.equal(o.w.png, 0);
  });
});

describe('websocket handshake', () => {
  before(() => rig());

  for (const [url, id, host, port, path] of [
    ['ws://a.b:9000/ocpp', 'CP1', 'a.b', 9000, '/ocpp/CP1'],
    ['ws://a.b', 'CP1', 'a.b', 80, '/CP1'],
    ['ws://a.b/', 'CP1', 'a.b', 80, '/CP1'],
    ['WS://10.0.0.1:80/x/?k=v', 'RDAM 123', '10.0.0.1', 80, '/x/RDAM%20123?k=v'],
    ['ws://a.b?k=v/w', 'A/\xc3\xbc', 'a.b', 80, '/A%2F%C3%BC?k=v/w'],
  ] as const)
    it(url + ' + ' + id, () => {
      const p = place(url, id);
      assert.deepEqual([p.host, p.port, p.path, p.error], [host, port, path, '']);
      assert.equal(Buffer.from(p.key, 'base64').length, 16);
    });

  for (const url of ['wss://a.b/', 'http://a.b/', 'ws://', 'ws://a.b:x/', 'ws://a.b:70000/', ''])
    it('refuses ' + url, () => assert.notEqual(place(url, 'x').error, ''));

  it('writes the request', () => {
    const p = { host: 'a.b', port: 9000, path: '/ocpp/CP1', key: NONCE, error: '' };
    assert.equal(
      hello(p, 'AL1000', '0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF'),
      'GET /ocpp/CP1 HTTP/1.1\r\nHost: a.b:9000\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
        'Sec-WebSocket-Protocol: ocpp1.6\r\n' +
        'Authorization: Basic QUwxMDAwOgABAgMEBQYH////////////////\r\n\r\n',
    );
    assert.ok(!hello(p, 'AL1000', '').includes('Authorization'));
  });

  it('judges the answer', () => {
    const p = place('ws://a.b/ocpp', 'CP1');
    const good =
      'HTTP/1.1 101 ok\r\nUPGRADE: WebSocket\r\nsec-websocket-accept:' +
      ACCEPT +
      '\r\nSec-WebSocket-Protocol: ocpp1.6';
    assert.deepEqual(check(good, NONCE, p), { error: '', status: 101, url: '', after: 0 });
    assert.equal(check(good.replace('ocpp1.6', 'ocpp2.0.1'), NONCE, p).error, 'no subprotocol ocpp1.6');
    assert.equal(check('HTTP/1.1 503 x\r\nRetry-After: 40', NONCE, p).after, 40);
    assert.equal(check('HTTP/1.1 302 x\r\nLocation: http://c.d/ocpp/CP1', NONCE, p).url, 'ws://c.d/ocpp');
    assert.equal(check('HTTP/1.1 301 x\r\nLocation: https://c.d/', NONCE, p).url, '');
  });
});
