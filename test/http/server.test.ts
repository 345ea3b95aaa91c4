import assert from 'node:assert';
import { KEYS } from '../../firmware/core/keys';
import { serve } from '../../firmware/http/server';
import { table } from '../fake/table';
import type { Table } from '../fake/table';

interface Answer {
  status: number;
  headers: { [name: string]: string | number };
  body: string;
  /** Longest piece, turns it took, 1 = ended. */
  longest: number;
  turns: number;
  ended: number;
  emit(what: string, arg?: unknown): void;
}

/** Sends a request; `hold` = the client does not read, so nothing drains. */
function ask(
  t: Table,
  method: string,
  url: string,
  o: { body?: string; hold?: boolean; headers?: { [name: string]: string } } = {},
): Answer {
  const on: { [what: string]: [self: unknown, fn: (arg: unknown) => void][] } = {};
  const a: Answer = {
    status: 0,
    headers: {},
    body: '',
    longest: 0,
    turns: 0,
    ended: 0,
    emit: () => undefined,
  };
  a.emit = (what, arg) => (on[what] ?? []).forEach(([self, fn]) => fn.call(self, arg));
  function listen(this: unknown, what: string, fn: (arg: unknown) => void): void {
    (on[what] ??= []).push([this, fn]);
  }
  let drains = 0;
  const put = (text = ''): void => {
    assert.equal(a.ended, 0, 'written after the end');
    a.body += text;
    a.longest = Math.max(a.longest, text.length);
  };
  const q = {
    method,
    url,
    headers: o.headers ?? (o.body === undefined ? {} : { 'Content-LENGTH': '' + o.body.length }),
    on: listen,
  };
  const r = {
    on: listen,
    writeHead: (status: number, headers: Answer['headers']) => Object.assign(a, { status, headers }),
    write: (text: string) => (put(text), drains++),
    end: (text?: string) => (put(text), (a.ended = 1)),
  };
  t.request(q, r);
  for (let i = 0; o.body && i < o.body.length; i += 536) a.emit('data', o.body.substr(i, 536));
  a.emit('end');
  for (let i = 0; i < 500 && !a.ended && !o.hold; i++) {
    t.c.t += 100;
    a.turns += t.run(10);
    t.run(100, 1);
    if (drains) {
      drains = 0;
      a.emit('drain');
    }
  }
  if (a.ended) a.emit('close');
  return a;
}

function start(o?: Parameters<typeof table>[0]): Table {
  const t = table(o);
  serve(t.c);
  return t;
}

/** GET: status and parsed body. */
function get(t: Table, url: string): [number, { [key: string]: unknown }] {
  const a = ask(t, 'GET', url);
  assert.equal(a.ended, 1, url);
  assert.equal(a.headers['Content-Type'], 'application/json', url);
  assert.equal(a.headers['Access-Control-Allow-Origin'], '*', url);
  return [a.status, JSON.parse(a.body)];
}

const HA_FULL =
  `alw,acu,adi,amt,atp,awcp,car,cards,cbl,ccu,ccw,cdi,cll,cus,ctrls,deltaa,deltap,di1,err,eto,ffb,fhz,fsp,
fsptws,inva,lbp,lccfc,lccfi,lcctc,lck,lfspt,lmsc,loa,lpsc,mcpea,mmp,modelStatus,nif,nrg,pakku,pgrid,pha,pnp,ppv,
pvopt_averagePAkku,pvopt_averagePGrid,pvopt_averagePPv,pwm,rbc,rbt,rfb,rssi,rst,tlf,tls,tma,tpa,trx,wh,wsms,wst`.replace(
    /\s/g,
    '',
  );

describe('http', () => {
  it('a scan that is due goes first, and nothing gets lost', () => {
    const t = start();
    let asked = 0;
    t.c.f.due = (): boolean => ++asked < 8;
    const a = ask(t, 'GET', '/api/status?filter=amp');
    assert.deepEqual([a.status, a.body], [200, '{"amp":16}']);
    // Seven turns were the scan's, one found the part, and so on.
    assert.ok(asked > 8);
  });

  it('status: only what is asked and known', () => {
    const t = start();
    const rows: [query: string, keys: string[]][] = [
      ['?filter=amp,car', ['amp', 'car']],
      ['?filter=amp%2Ccar', ['amp', 'car']],
      ['?filter=[%22amp%22,%22car%22]', ['amp', 'car']],
      ['?filter=["amp","car"]', ['amp', 'car']],
      ['?&filter=amp', ['amp']],
      ['?filter=nosuch,amp,toString,amp,', ['amp']],
      ['?filter=nosuch', []],
      ['?filter=ocppck,rst,HeartbeatInterval,oma', []],
      ['?filter=alw,car,eto,nrg,wh,trx,cards', ['alw', 'car', 'eto', 'nrg', 'wh', 'trx', 'cards']],
    ];
    for (const [query, keys] of rows) {
      const [status, body] = get(t, '/api/status' + query);
      assert.equal(status, 200, query);
      assert.deepEqual(Object.keys(body), keys, query);
    }
  });

  it('status: types and literals that clients insist on', () => {
    const t = start();
    t.c.m.eto = 1500.7;
    const a = ask(t, 'GET', '/api/status?filter=eto,car,err,amp,psm,frc,trx,cbl,alw,acu,tma,nrg');
    assert.equal(a.headers['Content-Length'], a.body.length);
    assert.match(a.body, /"eto":1500,/);
    const body = JSON.parse(a.body);
    assert.deepEqual([body.car, body.trx, body.cbl, body.acu, body.alw], [1, null, null, null, false]);
    assert.equal(body.nrg.length, 16);
    assert.equal(body.tma.length, 2);
  });

  it('status: everything, in pieces, without secrets and OCPP-only keys', () => {
    for (const url of ['/api/status', '/api/status?filter=', '/api/status?']) {
      const t = start();
      t.files.ocppck = '-----BEGIN SECRET';
      const a = ask(t, 'GET', url);
      assert.equal(a.status, 200);
      const body = JSON.parse(a.body);
      const expected = Object.entries(KEYS)
        .filter(([, k]) => !/[hox]/.test('f' in k ? k.f : ''))
        .map(([name]) => name);
      // Those that need a part on call come last.
      assert.deepEqual(Object.keys(body).sort(), expected.sort());
      assert.ok(a.longest < 2000, `${a.longest} bytes at once`);
      assert.ok(!a.body.includes('SECRET'));
    }
  });

  it('status: a long filter in a long URL, worked off in steps', () => {
    const t = start();
    const url = '/api/status?filter=' + HA_FULL + ',x'.repeat(100);
    assert.ok(url.length > 512);
    const { row } = t.c.f;
    let rows = 0;
    t.c.f.row = (name) => (rows++, row(name));
    const a = ask(t, 'GET', url);
    assert.equal(a.status, 200);
    assert.ok(a.turns > 10, 'one stretch');
    assert.equal(rows, 0, 'to take a row of the table apart costs more than most values');
    assert.equal(JSON.parse(a.body).modelStatus, t.c.f.model(t.c));
  });

  it('set: true for each key, the status for all', () => {
    const rows: [query: string, status: number, body: object][] = [
      ['amp=10', 200, { amp: true }],
      ['&amp=10&psm=0&frc=2', 200, { amp: true, psm: true, frc: true }],
      ['fna=%22my+Box%22', 200, { fna: true }],
      ['fna=my%20Box%23', 200, { fna: true }],
      ['ocppu=ws://10.0.0.1:8082/', 200, { ocppu: true }],
      ['ocppu=%22ws%3A%2F%2Fhost%2Fx%22', 200, { ocppu: true }],
      ['dwo=null', 200, { dwo: true }],
      ['clp=[6,10]', 200, { clp: true }],
      ['cards=[{"name":"a","cardId":"11223344"}]', 200, { cards: true }],
      ['amp=5', 500, { amp: 'amp: failed: exceeds range 6 to 32 (5)' }],
      ['car=1', 500, { car: 'car: tried to set api key without setter (1)' }],
      ['dwo=', 500, { dwo: 'dwo: tried to set api key with invalid json EmptyInput ()' }],
      ['amp=null', 500, { amp: 'amp: failed: null not allowed (null)' }],
      ['amp=10&alw=1', 500, { amp: true, alw: 'alw: tried to set api key without setter (1)' }],
      ['nosuch=1', 500, { nosuch: 'nosuch: unknown key (1)' }],
      ['amp=10&nosuch=1', 200, { amp: true, nosuch: 'nosuch: unknown key (1)' }],
      ['HeartbeatInterval=10', 500, { HeartbeatInterval: 'HeartbeatInterval: unknown key (10)' }],
      ['ocppck=secret', 500, { ocppck: 'ocppck: failed: value must be PEM text' }],
      ['map=[1,2,3]x', 500, { map: 'map: tried to set api key with invalid json InvalidInput ([1,2,3]x)' }],
      [
        'map={"a":}&amp=9',
        500,
        { map: 'map: tried to set api key with invalid json InvalidInput ({"a":})', amp: true },
      ],
      ['map=1', 500, { map: 'map: failed: value must have 1, 2 and 3 (1)' }],
      ['a%22b=1', 500, { 'a"b': 'a"b: unknown key (1)' }],
    ];
    for (const [query, status, body] of rows)
      assert.deepEqual(get(start(), '/api/set?' + query), [status, body], query);
  });

  it('set: in order, not atomic, and readable at once', () => {
    const t = start();
    get(t, '/api/set?ama=16&amp=20&amp=12&frc=1');
    assert.deepEqual([t.c.k.ama, t.c.k.amp, t.c.frc], [16, 12, 1]);
    assert.deepEqual(get(t, '/api/status?filter=amp')[1], { amp: 12 });
    get(t, '/api/set?fna=Gar%C3%A4ge+%231%zz');
    assert.equal(t.c.k.fna, 'Gar\xc3\xa4ge #1%zz');
    const a = ask(t, 'GET', '/api/status?filter=fna');
    assert.equal(a.body, '{"fna":"Gar\xc3\xa4ge #1%zz"}');
  });

  it('set: a certificate by POST, in pieces', () => {
    const t = start();
    const pem = '-----BEGIN CERTIFICATE-----\n' + 'MIIB+/=\n'.repeat(150) + '-----END CERTIFICATE-----\n';
    const a = ask(t, 'POST', '/api/set', { body: 'ocppcc=' + encodeURIComponent(pem) + '&amp=9' });
    assert.deepEqual([a.status, a.body], [200, '{"ocppcc":true,"amp":true}']);
    assert.equal(t.files.ocppcc, pem);
    assert.equal(ask(t, 'POST', '/api/set', { body: 'x'.repeat(7000) }).status, 413);
    assert.equal(ask(t, 'POST', '/api/set?amp=8', { body: '' }).body, '{"amp":true}');
  });

  it('set: a long value is decoded in pieces, wherever their borders fall', () => {
    for (let n = 0; n < 9; n++) {
      const t = start();
      const pem = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(n)}\n${'MII+/=\n'.repeat(100)}-----END CERTIFICATE-----\n`;
      const query =
        'ocppcc=' + encodeURIComponent(pem).replaceAll('%0A', n & 1 ? '%0a' : '%0A') + '&fna=a+%zz&amp=9';
      const a = ask(t, 'GET', '/api/set?' + query);
      assert.equal(a.body, '{"ocppcc":true,"fna":true,"amp":true}');
      assert.deepEqual([t.files.ocppcc, t.c.k.fna, t.c.k.amp], [pem, 'a %zz', 9]);
    }
  });

  it('other paths, verbs and switches', () => {
    const t = start();
    assert.deepEqual(get(t, '/nosuch'), [404, { error: 'This URI does not exist' }]);
    assert.deepEqual(get(t, '/toString'), [404, { error: 'This URI does not exist' }]);
    assert.equal(ask(t, 'OPTIONS', '/api/set').status, 204);
    assert.equal(ask(t, 'PUT', '/mqtt?payload=amp=9').status, 200);
    get(t, '/api/set?hai=false&hla=0');
    assert.equal(ask(t, 'GET', '/api/status').status, 404);
    assert.equal(ask(t, 'GET', '/status').status, 404);
    assert.match(ask(t, 'GET', '/').body, /Pilotwire/);
    const plain = ask(t, 'GET', '/');
    assert.deepEqual([plain.body.slice(0, 9), plain.headers['Content-Encoding']], ['Pilotwire', undefined]);
    t.files['page.gz'] = '\x1f\x8b' + '\xfe'.repeat(5000);
    const page = ask(t, 'GET', '/');
    assert.deepEqual([page.body, page.longest < 1000], [t.files['page.gz'], true]);
    assert.equal(page.headers['Content-Encoding'], 'gzip');
    assert.equal(page.headers['Content-Type'], 'text/html; charset=utf-8');
  });

  it('six at a time; silent clients are let go; an error is an answer', () => {
    const t = start();
    const waiting = [0, 1, 2, 3, 4, 5].map(() => ask(t, 'GET', '/api/status', { hold: true }));
    assert.equal(ask(t, 'GET', '/api/status?filter=amp').status, 503);
    waiting[0].emit('close');
    assert.equal(ask(t, 'GET', '/api/status?filter=amp').status, 200);
    t.c.t += 10000;
    t.timers.filter((x) => x.ms > 600).forEach((x) => x.fn());
    assert.deepEqual(
      waiting.map((a) => a.ended),
      [0, 1, 1, 1, 1, 1],
    );
    t.run();
    for (let i = 0; i < 5; i++) assert.equal(ask(t, 'GET', '/api/status?filter=amp').status, 200);
    t.c.f.model = () => {
      throw 'broken';
    };
    assert.deepEqual(get(t, '/api/status?filter=modelStatus'), [500, { error: 'internal error' }]);
    assert.equal(ask(t, 'GET', '/api/status?filter=amp').status, 200);
  });

  it('a page of somebody else changes nothing', () => {
    const me = '10.0.0.2';
    const ua = { 'User-Agent': 'Mozilla/5.0 (X11) Firefox/140' };
    const rows: [what: string, headers: { [name: string]: string }, status: number][] = [
      ['a program', { Host: me }, 200],
      ['a program by any name', { Host: 'charger.example.org', 'User-Agent': 'axios/1' }, 200],
      ['a script', { Host: me, 'User-Agent': 'Mozilla/5.0 (Windows NT) WindowsPowerShell/5' }, 200],
      ['our page', { Host: me, Origin: 'http://' + me, ...ua }, 200],
      ['our page, its referer', { host: me, referer: 'http://' + me + '/', ...ua }, 200],
      ['our page by its name', { Host: 'pilotwire-1.local', Origin: 'http://pilotwire-1.local' }, 200],
      ['another page', { Host: me, Origin: 'http://evil.example', ...ua }, 403],
      ['another port', { Host: me, Origin: 'http://' + me + ':8080', ...ua }, 403],
      ['a page without origin', { Host: me, Origin: 'null' }, 403],
      ['a link or picture that hides where it stands', { Host: me, ...ua }, 403],
      ['the browser says so', { Host: me, 'Sec-Fetch-Site': 'cross-site' }, 403],
      ['a name that was bent to our address', { Host: 'evil.example', Origin: 'http://evil.example' }, 403],
    ];
    for (const [what, headers, status] of rows)
      for (const url of ['/api/set?amp=9', '/mqtt?payload=amp=9']) {
        const t = start();
        assert.equal(ask(t, 'GET', url, { headers }).status, status, what);
        assert.equal(t.c.k.amp, status === 200 ? 9 : 16, what);
        assert.equal(ask(t, 'GET', '/api/status?filter=amp', { headers }).status, 200, what);
      }
  });

  it('the password: for what it is needed, how it comes, and how it is guarded', () => {
    const word = 'correct horse';
    const basic = 'Basic ' + Buffer.from('me:' + word).toString('base64');
    const t = start();
    t.c.k.hak = word;
    const status = (url: string, headers: { [name: string]: string } = {}): number =>
      ask(t, 'GET', url, { headers }).status;
    const set = '/api/set?amp=9';
    for (const url of [set, '/mqtt?payload=amp=9', '/']) assert.equal(status(url), 401, url);
    assert.match(String(ask(t, 'GET', '/').headers['WWW-Authenticate']), /^Basic /);
    const open = ['/api/status', '/api/status?filter=car', '/api/status?filter=', '/status'];
    for (const url of open) assert.equal(status(url), 200, url);
    assert.equal(status(set, { Authorization: 'Bearer ' + word }), 200);
    assert.equal(status(set, { authorization: basic }), 200);
    const evil = { Origin: 'http://evil.example', Host: '10.0.0.2' };
    assert.equal(status(set, { authorization: basic, ...evil }), 403);
    assert.equal(status(set, { authorization: 'Bearer ' + word, ...evil }), 200);
    t.c.k.hrp = 1;
    for (const url of open) assert.equal(status(url), 401, url);
    // A wrong one: the next is looked at after a second, then after two, then after four.
    for (const wait of [1000, 2000, 4000]) {
      const from = t.c.t;
      assert.equal(status(set, { authorization: 'Bearer wrong' }), 401);
      assert.equal(status(set, { authorization: 'Bearer ' + word }), 429);
      t.c.t = from + wait + 200;
    }
    assert.equal(status(set, { authorization: 'Bearer ' + word }), 200);
    assert.equal(status(set, { authorization: 'Bearer ' + word }), 200);
    assert.ok(!ask(t, 'GET', '/api/status', { headers: { authorization: basic } }).body.includes('horse'));
  });

  it('version 1: a whole object of texts', () => {
    const t = start();
    t.c.m.eto = 12345;
    get(t, '/api/set?cards=[{"name":"Ann","cardId":"11223344","energy":5000}]&dwo=2500');
    const [status, v] = get(t, '/status');
    assert.equal(status, 200);
    const names =
      `version tme rbc rbt car amp amx err ast alw stp cbl pha fsp tma tmp amt dws dwo adi uby eto wst nrg fwv sse wss wke wak
      wen cdi tof tds lbr aho afi azo ama al1 al2 al3 al4 al5 cid cch cfi lse ust r1x dto nmo sch sdp eca ecr ecd ec4 ec5
      ec6 ec7 ec8 ec9 ec1 rca rcr rcd rc4 rc5 rc6 rc7 rc8 rc9 rc1 rna rnm rne rn4 rn5 rn6 rn7 rn8 rn9 rn1 loe lot lom lop
      lof loa lch log`.split(/\s+/);
    assert.deepEqual(Object.keys(v).sort(), names.sort());
    const { version, amp, alw, stp, dwo, eto, car, cid, eca, rca, rna, tof, pha } = v;
    assert.deepEqual([version, amp, alw, stp, dwo, eto, car], ['B', '16', '0', '2', '25', '123', '1']);
    assert.deepEqual([cid, eca, rca, rna, tof, pha], ['16711898', '50', '', 'Ann', '101', '56']);
    assert.match(String(v.tme), /^\d{10}$/);
    assert.equal((v.nrg as number[]).length, 16);
    for (const n of names) if (!/^(tma|nrg|lo[etmpfa]|lch)$/.test(n)) assert.equal(typeof v[n], 'string', n);
  });

  it('version 1: card numbers only with rde', () => {
    const t = start();
    get(t, '/api/set?cards=[{"cardId":"11223344"}]&rde=true');
    assert.equal(get(t, '/status')[1].rca, '11223344');
  });

  it('version 1: writes', () => {
    const t = start();
    const rows: [payload: string, key: string, value: unknown][] = [
      ['amx=8', 'amp', 8],
      ['amp%3D9', 'amp', 9],
      ['alw=0', 'frc', 1],
      ['alw=1', 'frc', 0],
      ['ast=1', 'acs', 1],
      ['dwo=35', 'dwo', 3500],
      ['stp=0', 'dwo', null],
      ['cch=65535', 'cch', '#00FFFF'],
      ['lbr=20', 'lbr', 20],
      ['amp=99', 'amp', 9],
      ['rst=1', 'amp', 9],
    ];
    for (const [payload, key, value] of rows) {
      assert.equal(get(t, '/mqtt?payload=' + payload)[0], 200);
      assert.equal(
        key === 'frc' ? t.c.frc : (t.c.k as unknown as { [k: string]: unknown })[key],
        value,
        payload,
      );
    }
  });
});
