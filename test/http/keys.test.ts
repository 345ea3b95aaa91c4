// Every key that a client or an operator cannot do without, against the running bundle: type, null, range, default, and
// that a setting is there again after a power cut.

import assert from 'node:assert';
import { KEYS } from '../../firmware/core/keys';
import type { Key } from '../../firmware/core/keys';
import { start } from '../../bench/start';
import type { Bench } from '../../bench/start';
import { ask } from './wire';
import type { Json } from './wire';

type Test = (v: unknown) => boolean;
const bool: Test = (v) => typeof v === 'boolean';
const int: Test = (v) => Number.isSafeInteger(v);
const num: Test = (v) => typeof v === 'number';
const text: Test = (v) => typeof v === 'string';
const or = (t: Test): Test => (v) => v === null || t(v); // prettier-ignore
const list = (t: Test, from: number, to = from): Test => (v) => Array.isArray(v) && v.length >= from && v.length <= to && v.every(t); // prettier-ignore
const like = (re: RegExp): Test => (v) => typeof v === 'string' && re.test(v); // prettier-ignore
const range = (lo: number, hi: number): Test => (v) => int(v) && Number(v) >= lo && Number(v) <= hi; // prettier-ignore
const card: Test = (v) =>
  text((v as Json).name) &&
  int((v as Json).energy) &&
  bool((v as Json).cardId) &&
  Object.keys(v as Json).length === 3;

interface Row {
  is: Test;
  /** Value of a charger that nobody has touched; undefined = it varies. */
  first?: unknown;
  /** Raw texts that are taken, with the value read afterwards, and raw texts that are refused. None: read-only. */
  good?: [raw: string, value: unknown][];
  bad?: string[];
  /** 1 = does not survive a restart; the clock, and what is a deed. */
  gone?: 1;
  /** 1 = never read back. */
  hidden?: 1;
  /** 1 = only in an answer to who asks for it by its name. */
  named?: 1;
}

const EMPTY = { name: 'n/a', energy: 0, cardId: false };
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB+/8=\n-----END CERTIFICATE-----\n';
const YES: [string, unknown][] = [
  ['false', false],
  ['0', false],
  ['1', true],
  ['true', true],
];
const SWITCH = { is: bool, good: YES, bad: ['2', '"true"', 'yes', 'null', ''] };

/** 22:00 to 6:00, and inside charging only. */
const NIGHT = '{"control":1,"ranges":[{"begin":{"hour":22,"minute":0},"end":{"hour":6,"minute":0}}]}';
const timer = (v: unknown): boolean => {
  const t = v as { control: unknown; ranges: unknown };
  return int(t.control) && Array.isArray(t.ranges);
};

const ROWS: Record<string, Row> = {
  car: { is: range(0, 5), first: 1 },
  alw: { is: bool },
  frc: { is: range(0, 2), first: 0, good: [['1', 1], ['2', 2]], bad: ['3', '-1', 'true'], gone: 1 }, // prettier-ignore
  amp: { is: range(6, 32), first: 16, good: [['10', 10], ['13', 13]], bad: ['5', '33', '10.5', '"10"', 'null', 'ten', ''] }, // prettier-ignore
  ama: { is: range(6, 32), first: 32, good: [['20', 20]], bad: ['5', '33', 'null'] },
  acu: { is: or(int), first: null },
  psm: { is: range(0, 2), first: 0, good: [['2', 2]], bad: ['3', 'null'] },
  pha: { is: list(bool, 6), first: [false, false, false, true, true, true] },
  pnp: { is: range(0, 3), first: 0 },
  spl3: { is: num, first: 4200, good: [['4100.5', 4100.5]], bad: ['-1', '"x"'] },
  err: { is: range(0, 16), first: 0 },
  modelStatus: { is: range(0, 41) },
  cus: { is: range(0, 5) },
  ust: { is: range(0, 2), first: 0, good: [['1', 1]], bad: ['3'] },
  lck: { is: range(0, 3), first: 0 },
  dwo: { is: or(num), first: null, good: [['null', null], ['1e3', 1000], ['2500.0', 2500]], bad: ['', '-1', 'x'] }, // prettier-ignore
  lmo: {
    is: range(3, 5),
    first: 3,
    good: [
      ['4', 4],
      ['5', 5],
      ['3', 3],
    ],
    bad: ['2', '6'],
  },
  why: { is: text, first: 'allowed' },
  pwm: { is: range(1, 2), first: 2 },
  sch_week: { is: timer, first: { control: 0, ranges: [] }, good: [[NIGHT, JSON.parse(NIGHT)]], bad: ['1', '{"control":3,"ranges":[]}', '{"control":1,"ranges":[{}]}'] }, // prettier-ignore
  sch_satur: { is: timer, first: { control: 0, ranges: [] }, good: [['{"control":2,"ranges":[]}', { control: 2, ranges: [] }]], bad: ['null'] }, // prettier-ignore
  sch_sund: { is: timer, first: { control: 0, ranges: [] }, good: [[NIGHT, JSON.parse(NIGHT)]], bad: ['{}'] },
  ids: { is: num, good: [['{"pGrid":-1000.0,"pPv":2000,"pAkku":0}', undefined]], bad: ['{"pPv":1}', '7'], hidden: 1 }, // prettier-ignore
  pgrid: { is: or(num), first: null },
  ppv: { is: or(num), first: null },
  pakku: { is: or(num), first: null },
  inva: { is: or(int), first: null },
  fup: { ...SWITCH, first: true },
  fst: { is: num, first: 1400, good: [['2000', 2000]], bad: ['-1'] },
  sh: { is: num, first: 200, good: [['300', 300]], bad: ['x'] },
  pgt: { is: num, first: 0, good: [['-100', -100]], bad: ['60000'] },
  psh: { is: num, first: 500, good: [['400', 400]], bad: ['null'] },
  fmt: { is: int, first: 300000, good: [['60000', 60000]], bad: ['0.5'] },
  mpwst: { is: int, first: 120000, good: [['60000', 60000]], bad: ['-1'] },
  mptwt: { is: int, first: 600000, good: [['60000', 60000]], bad: ['-1'] },
  acp: { ...SWITCH, first: true, good: [...YES, ['false', false]] },
  mcpd: { is: int, first: 0, good: [['300000', 300000]], bad: ['-1', '3600001', '0.5'] },
  tls: { is: bool, first: false },
  tlf: { is: bool, first: false },
  map: { is: list(int, 3), first: [1, 2, 3], good: [['[2,3,1]', [2, 3, 1]], ['[3,2,1]', [3, 2, 1]]], bad: ['[1,2]', '[1,2,2]', '[0,1,2]', '5', 'null'] }, // prettier-ignore
  ffb: { is: range(0, 2), first: 0 },
  rfb: { is: or(range(0, 1)), first: 0 },
  lccfc: { is: or(int), first: null },
  lcs: { is: int },
  cert: { is: int, first: 0 },
  fwc: { is: like(/^\d+\.\d+\.\d+$/) },
  ccrv: { is: like(/^\d+\.\d+\.\d+$/) },
  ccu: { is: (v) => v === null },
  log: { is: text, first: '' },
  tab: { is: or(int) },
  lrc: { is: or(int), first: null },
  tsi: { is: or(text), first: null },
  lrn: { is: or(range(0, 9)), first: null, good: [['4', 4], ['null', null]], bad: ['10', '-1', '"0"'], gone: 1 }, // prettier-ignore
  orsch: { ...SWITCH, first: true, good: [...YES, ['false', false]] },
  ocppff: { is: or(int), first: null },
  ocppt: { ...SWITCH, first: true, good: [...YES, ['false', false]] },
  ocppcm: { is: int, first: 0, good: [['0', 0]], bad: ['1'] },
  lse: { ...SWITCH, first: false },
  bac: { is: range(0, 3), first: 3, good: [['0', 0], ['2', 2]], bad: ['4', 'true'] }, // prettier-ignore
  bar: { is: range(0, 3), first: 3, good: [['1', 1]], bad: ['-1'] },
  ct: { is: text, first: '', good: [['"renaultZoe"', 'renaultZoe']], bad: ['x'.repeat(65)] },
  tzt: { is: text, first: '', good: [['Europe/Berlin', 'Europe/Berlin']], bad: ['x'.repeat(65)] },
  esk: { ...SWITCH, first: false },
  cco: { is: num, first: 20, good: [['18.5', 18.5]], bad: ['-1'] },
  ate: { is: num, first: 20000, good: [['10000', 10000]], bad: ['-1'] },
  att: { is: int, first: 32400, good: [['25200', 25200]], bad: ['86400'] },
  nrg: { is: list(num, 16) },
  eto: { is: int },
  wh: { is: num, first: 0 },
  tpa: { is: num, first: 0 },
  tma: { is: list(num, 2, 8) },
  trx: { is: or(range(0, 10)), first: null, good: [['0', 0], ['null', null]], bad: ['11', '"0"'], gone: 1 }, // prettier-ignore
  cards: {
    is: list(card, 10),
    first: Array(10).fill(EMPTY),
    good: [
      [
        '[{"name":"Ann","cardId":"04A1B2C3D4E5F6"},{}]',
        [{ ...EMPTY, name: 'Ann', cardId: true }, ...Array(9).fill(EMPTY)],
      ],
    ],
    bad: ['5', '[5]', '[{"cardId":"xyz"}]'],
  },
  // Off at the end: a central system that is not there would be called.
  ocppe: { ...SWITCH, first: false, good: [...YES, ['false', false]] },
  ocppu: {
    is: text,
    first: '',
    good: [
      ['"ws://host/a"', 'ws://host/a'],
      ['ws://127.0.0.1:1/', 'ws://127.0.0.1:1/'],
    ],
    bad: ['http://host/', 'wss://host/a', 'ws://user:password@host/'],
  },
  ocppg: { ...SWITCH, first: true },
  ocppcn: { ...SWITCH, first: false },
  ocppss: { ...SWITCH, first: false },
  scan: { is: list((v) => text((v as Json).ssid), 0, 12), first: [], named: 1 },
  scaa: { is: or(int), first: null, named: 1 },
  wak: { is: text, good: [['garage-7', undefined]], bad: ['short', '"1234567\u00e9"', 'null'], hidden: 1 }, // prettier-ignore
  ocppck: { is: text, good: [[PEM, undefined]], bad: ['secret'], hidden: 1 },
  ocppcc: { is: text, first: '', good: [[PEM, PEM]], bad: ['x'] },
  ocppsc: { is: text, first: '', good: [[JSON.stringify(PEM), PEM]], bad: ['x'] },
  ocpps: { is: bool, first: false },
  ocppc: { is: bool, first: false },
  ocppca: { is: or(int), first: null },
  ocppa: { is: bool, first: false },
  ocppaa: { is: or(int), first: null },
  ocpph: { is: int, first: 300, good: [['900', 900]], bad: ['-1', '1.5'] },
  ocppi: { is: int, first: 60, good: [['10', 10]], bad: ['-1'] },
  ocppai: { is: int, first: 0, good: [['300', 300]], bad: ['-1'] },
  ocppd: { is: text, first: 'no-card', good: [['guest', 'guest']], bad: ['x'.repeat(21)] },
  ocppr: { ...SWITCH, first: false },
  ocpple: { is: or(text), first: null },
  ocpplea: { is: or(int), first: null },
  ocpprl: { ...SWITCH, first: false },
  sse: { is: like(/^\d{6}$/) },
  fna: { is: text, good: [['%22my+Box%22', 'my Box'], ['Gar%C3%A4ge', 'Gar\u00e4ge']], bad: ['x'.repeat(65)] }, // prettier-ignore
  typ: { is: like(/^(?!.*(core|phoenix| pro))/i) },
  var: { is: (v) => v === 11 || v === 22 },
  fwv: { is: like(/^[6-9]\d\.\d+$/) },
  rbc: { is: int },
  rbt: { is: int },
  utc: { is: like(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/), good: [['2026-07-01T12:00:00', undefined]], bad: ['now'], gone: 1 }, // prettier-ignore
  loc: { is: like(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d$/) },
  tof: { is: int, first: 60, good: [['-210', -210]], bad: ['900'] },
  tds: { is: range(0, 3), first: 1, good: [['2', 2]], bad: ['4'] },
  tse: { is: bool, first: true, good: [['false', false]], bad: ['2'] },
  tsss: { is: range(0, 2) },
  clp: { is: list(int, 0, 5), first: [6, 10, 12, 14, 16], good: [['[6,8]', [6, 8]]], bad: ['[5]', '{}', '[6,8'] }, // prettier-ignore
};

/** As a form has it, but for what is there already. */
const coded = (raw: string): string => (raw.includes('%') ? raw : encodeURIComponent(raw));

/** Kept keys whose value is not made from their row: example, or undefined = held by the test that is named. */
const EXAMPLES: Record<string, unknown> = {
  hai: undefined, // server.test: other paths, verbs and switches
  sip: undefined, // wifi.test: takes a fixed address
  wifis: undefined, // wifi.test: joins the network that it is told
  ocppu: undefined, // below: a central system that is not there would be called
  cards: [{ name: 'Ann', energy: 7, cardId: '04A1B2C3D4E5F6' }],
  clp: [7, 8],
  mcu: 'mqtt://broker:1883',
  mtp: 'house/',
  tsh: 'time.lan',
  fna: 'Garage',
  ...Object.fromEntries(['cid', 'cwc', 'cch', 'cfi'].map((k) => [k, '#010203'])),
  ...Object.fromEntries(['sch_week', 'sch_satur', 'sch_sund'].map((k) => [k, JSON.parse(NIGHT)])),
};

/** A value that the row takes and that is not its default. */
function other(name: string, k: Key): unknown {
  if (name in EXAMPLES) return EXAMPLES[name];
  if (k.t === 'b') return !k.def;
  if (k.t === 's') return 'x1';
  const lo = k.lo as number;
  return k.def === lo ? lo + 1 : lo;
}

describe('keys of the running charger', function () {
  this.timeout(60000);
  let b: Bench;
  const status = async (names: string): Promise<Json> =>
    JSON.parse((await ask(b.http, `/api/status?filter=${names}`)).body);
  const set = (key: string, raw: string): ReturnType<typeof ask> =>
    ask(b.http, `/api/set?${key}=${coded(raw)}`);

  before(async () => (b = await start({ csms: 'off', fresh: true })));
  after(() => b.stop());

  it('types and first values', async () => {
    const all = JSON.parse((await ask(b.http, '/api/status')).body) as Json;
    for (const [key, row] of Object.entries(ROWS)) {
      assert.equal(Object.hasOwn(all, key), !row.hidden && !row.named, key);
      if (row.hidden) continue;
      const { [key]: alone } = await status(key);
      const whole = row.named ? alone : all[key];
      assert.ok(row.is(whole), `${key} = ${JSON.stringify(whole)}`);
      if (row.first !== undefined) assert.deepEqual(whole, row.first, key);
      assert.ok(row.is(alone), `${key} = ${JSON.stringify(alone)}`);
    }
  });

  it('what cannot be set says so', async () => {
    for (const [key, row] of Object.entries(ROWS)) {
      if (row.good) continue;
      const r = await set(key, '1');
      assert.equal(r.status, 500, key);
      assert.deepEqual(JSON.parse(r.body), { [key]: `${key}: tried to set api key without setter (1)` });
    }
  });

  it('settings are taken or refused, and what was refused changes nothing', async () => {
    for (const [key, row] of Object.entries(ROWS)) {
      for (const [raw, value] of row.good ?? []) {
        const r = await set(key, raw);
        assert.deepEqual([r.status, r.body], [200, `{"${key}":true}`], `${key}=${raw}`);
        if (value !== undefined) assert.deepEqual((await status(key))[key], value, `${key}=${raw}`);
      }
      const stands = key === 'utc' ? '' : JSON.stringify(await status(key));
      for (const raw of row.bad ?? []) {
        const r = await set(key, raw);
        assert.equal(r.status, 500, `${key}=${raw} ${r.body}`);
        assert.ok(String((JSON.parse(r.body) as Json)[key]).startsWith(`${key}: `), r.body);
        if (stands) assert.equal(JSON.stringify(await status(key)), stands, `${key}=${raw}`);
      }
    }
  });

  it('settings survive a power cut', async () => {
    const kept = Object.entries(ROWS).filter(([, row]) => row.good && !row.gone && !row.hidden);
    const names = kept.map(([key]) => key);
    const before = await status(names.join());
    await b.advance(2000);
    await b.post('supply', { off: 500 });
    await b.advance(3000);
    const after = await status(names.join());
    for (const [key, row] of kept) {
      const value = row.good!.at(-1)![1];
      assert.deepEqual(before[key], value, key);
      assert.deepEqual(after[key], value, key);
    }
    assert.equal((await status('rbc')).rbc, 2);
  });

  it('every kept key of the table outlives a power cut, none by way of its default', async () => {
    const rows = Object.entries<Key>(KEYS).filter(
      ([, k]) => /w/.test(k.f ?? '') && /[kp]/.test(k.f ?? '') && !/[oh]/.test(k.f ?? ''),
    );
    const want: Json = {};
    for (const [name, k] of rows) {
      const v = other(name, k);
      if (v === undefined) continue;
      const raw = typeof v === 'string' ? v : JSON.stringify(v);
      const r = await set(name, encodeURIComponent(raw));
      assert.equal(r.body, `{"${name}":true}`, `${name}=${raw}`);
      want[name] = name === 'cards' ? [{ name: 'Ann', energy: 7, cardId: true }] : v;
    }
    assert.ok(Object.keys(want).length > 60, `${Object.keys(want).length} keys`);
    await b.post('supply', { off: 500 });
    await b.advance(3000);
    const now = { ...(await status(Object.keys(want).slice(0, 40).join())), ...(await status(Object.keys(want).slice(40).join())) }; // prettier-ignore
    now.cards = (now.cards as Json[]).slice(0, 1);
    assert.deepEqual(now, want);
  });
});
