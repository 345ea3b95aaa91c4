// What known clients of this kind of charger send, one after another against the running bundle, and what each of them
// needs to find in the answers.

import assert from 'node:assert';
import { start } from '../../bench/start';
import type { Bench } from '../../bench/start';
import { ask } from './wire';
import type { Json, Reply } from './wire';

let b: Bench;
let engine: 'node' | 'espruino';

async function get(path: string): Promise<Json> {
  const r = await ask(b.http, path);
  assert.equal(r.status, 200, `${path}: ${r.body}`);
  assert.match(String(r.headers['content-type']), /^application\/json/, path);
  return JSON.parse(r.body) as Json;
}
const status = (filter: string): Promise<Json> => get(`/api/status?filter=${filter}`);

/** Each is one request of its own, and must be answered with true. */
async function writes(...queries: string[]): Promise<void> {
  for (const query of queries) {
    const names = query.split('&').filter(Boolean);
    const expected = Object.fromEntries(names.map((p) => [p.split('=')[0], true]));
    assert.deepEqual(await get(`/api/set?${query}`), expected, query);
  }
}

async function refused(query: string): Promise<Json> {
  const r: Reply = await ask(b.http, `/api/set?${query}`);
  assert.equal(r.status, 500, query);
  assert.equal(r.headers['content-type'], 'application/json', query);
  return JSON.parse(r.body) as Json;
}

/** The literals as they stand in the text: decoders of Go and Java do not forgive 1500.0. */
function integers(text: string, ...keys: string[]): void {
  for (const key of keys) assert.match(text, new RegExp(`"${key}":(-?\\d+|null)[,}]`), text);
}

const within = (v: unknown, ...allowed: unknown[]): void =>
  assert.ok(allowed.includes(v), `${v} of ${allowed}`);
const numbers = (v: unknown, least: number): void => {
  assert.ok(Array.isArray(v) && v.length >= least, JSON.stringify(v));
  for (const x of v) assert.equal(typeof x, 'number');
};

/** World time passes until `alw` is so: at once on the virtual clock, really on the interpreter. A client waits 1 s. */
async function follows(alw: boolean): Promise<void> {
  const end = Date.now() + 1000;
  if (engine === 'node') await b.advance(1000);
  else while ((await status('alw')).alw !== alw && Date.now() < end);
  assert.equal((await status('alw')).alw, alw);
}

function suite(on: typeof engine): void {
  before(async () => {
    engine = on;
    b = await start({ engine, csms: 'off', fresh: true });
  });
  after(() => b.stop());

  it('evcc: probe, poll, current, phases, on and off', async () => {
    assert.equal(typeof (await status('alw')).alw, 'boolean');
    const path = '/api/status?filter=alw,car,eto,nrg,wh,trx,cards';
    const { body } = await ask(b.http, path);
    integers(body, 'car', 'eto', 'trx');
    const s = JSON.parse(body) as Json;
    assert.equal(s.car, 1);
    assert.equal(typeof s.wh, 'number');
    assert.equal((s.nrg as unknown[]).length, 16);
    numbers(s.nrg, 16);
    for (const c of s.cards as Json[]) assert.equal(typeof c.name, 'string');
    await writes('amp=13', 'psm=2');
    await writes('frc=1');
    await follows(false);
    await writes('frc=2');
    await follows(true);
  });

  it('evcc with version 1', async () => {
    const s = await get('/status');
    assert.match(String(s.car), /^[1-4]$/);
    assert.match(String(s.alw), /^[01]$/);
    assert.equal((await get('/mqtt?payload=amx=14')).amp, '14');
    await get('/mqtt?payload=alw=0');
    await follows(false);
    assert.equal((await get('/status')).alw, '0');
    await get('/mqtt?payload=alw=1');
    await follows(true);
    assert.equal((await get('/status')).alw, '1');
  });

  it('Home Assistant: set-up, identity, polls, configuration, writes', async () => {
    const setup = await status('oem,sse,typ,var');
    assert.deepEqual(Object.keys(setup), ['oem', 'sse', 'typ', 'var']);
    assert.doesNotMatch(String(setup.typ), /core|phoenix| pro/i);
    await status('ccrv,typ,log,fwc,fwv,var,cll,adi,cards,' + [...'0123456789'].map((i) => `c${i}i`).join());
    await status('car,modelStatus,err,nrg,tma,trx,pakku,ppv,pgrid,rbt,fsptws,inva,lbp,lccfc,lccfi,lcctc,lfspt,lmsc,lpsc,lcs'); // prettier-ignore
    const full = `alw,acu,adi,amt,atp,awcp,car,cards,cbl,ccu,ccw,cdi,cll,cus,ctrls,deltaa,deltap,di1,err,eto,ffb,fhz,fsp,fsptws,inva,lbp,lccfc,lccfi,lcctc,lck,lfspt,lmsc,loa,lpsc,mcpea,mmp,modelStatus,nif,nrg,pakku,pgrid,pha,pnp,ppv,pvopt_averagePAkku,pvopt_averagePGrid,pvopt_averagePPv,pwm,rbc,rbt,rfb,rssi,rst,tlf,tls,tma,tpa,trx,wh,wsms,wst`;
    const s = await status(full);
    for (const key of 'alw acu car cards cus err eto lck modelStatus nrg pha pnp rbc rbt tma tpa trx wh'.split(
      ' ',
    ))
      assert.ok(Object.hasOwn(s, key), key);
    await status(
      'acp,acs,ama,amp,ara,ate,att,awc,awe,awp,bac,c0i,c1i,c2i,c3i,c4i,c5i,c6i,c7i,c8i,c9i,cch,cco,cfi,cid,clp,cmse,ct,cwc,cwe,dwo,esk,fmt,fna,frc,frm,fst,fup,fzf,hsa,lbr,lmo,loe,lof,log,lop,lot,loty,lse,map,mca,mci,mcpd,mptwt,mpwst,nmo,ocppe,pgt,po,psh,psm,psmd,rdbf,rdbs,rdef,rdes,rdre,rdpl,sch_satur,sch_sund,sch_week,sdp,sh,spl3,su,sua,sumd,tds,tof,upo,ust,zfo',
    );
    await writes('amp=10', 'frc=1', 'frc=0', 'dwo=2500', 'dwo=null', 'trx=null', 'ocppe=false', 'acs=0');
    await writes('fup=true', 'ids=%7B%22pGrid%22:-1000.0,%22pPv%22:1%7D');
    // A timer goes back as it was read, but for the seconds, which are taken out.
    const at = (hour: number): string => `%7B%22hour%22:${hour},%22minute%22:0%7D`;
    await writes(
      `sch_sund=%7B%22control%22:1,%22ranges%22:[%7B%22begin%22:${at(9)},%22end%22:${at(17)}%7D]%7D`,
    );
    await writes('sch_sund=%7B%22control%22:0,%22ranges%22:[]%7D');
    const site = await status('pgrid,ppv,pakku');
    assert.deepEqual([site.pgrid, site.ppv, site.pakku], [-1000, 1, null]);
    // What is not built here is refused or unknown, as JSON with a text, never with a broken connection.
    assert.equal(typeof (await refused('lot=%7B%22amp%22:32%7D')).lot, 'string');
    const many = JSON.parse((await ask(b.http, '/api/set?ct=%22renaultZoe%22&mca=10&acp=true&psm=0')).body);
    assert.deepEqual([many.mca, many.psm], [true, true]);
    await writes('mca=6');
  });

  it('Home Assistant, the older integration: version 1 in numbers, its services', async () => {
    const s = await get('/status');
    for (const key of 'amp ama err ast alw stp cbl pha tmp dws dwo adi uby eto wst wen tof tds'.split(' '))
      assert.match(String(s[key]), /^-?\d+$/, key);
    assert.ok(Number(s.tmp) > 0 && Number(s.tmp) < 80);
    const sets: [payload: string, key: string, becomes: unknown][] = [
      ['amx=11', 'amp', 11],
      ['ama=20', 'ama', 20],
      ['ust=1', 'ust', 1],
      ['dwo=24', 'dwo', 2400],
      ['dwo=0', 'dwo', 0],
      ['stp=0', 'dwo', null],
      ['al1=8', 'clp', [8, 10, 12, 14, 16]],
      ['al1=abc', 'clp', [8, 10, 12, 14, 16]],
      ['al1=', 'clp', [8, 10, 12, 14, 16]],
      ['al3=0', 'clp', [8, 10, 14, 16]],
      ['al5=32', 'clp', [8, 10, 14, 16, 32]],
      ['al5=33', 'clp', [8, 10, 14, 16, 32]],
      ['alw=0', 'frc', 1],
      ['alw=1', 'frc', 0],
      ['ama=32', 'ama', 32],
      ['nosuch=1', 'amp', 11],
    ];
    for (const [payload, key, becomes] of sets) {
      await get('/mqtt?payload=' + payload);
      assert.deepEqual((await status(key))[key], becomes, payload);
    }
    await writes('ust=0', 'clp=[6,10,12,14,16]');
  });

  it('goecharger-api-lite: groups, enumerations, writes', async () => {
    const s = await status('acu,ama,car,dwo,err,frc,nrg,psm,tma,ust,var');
    within(s.car, 0, 1, 2, 3, 4, 5);
    assert.ok(Number(s.err) <= 16);
    within(s.frc, 0, 1, 2);
    within(s.psm, 0, 1, 2);
    within(s.ust, 0, 1, 2);
    within(s.var, 11, 22);
    numbers(s.tma, 2);
    numbers(s.nrg, 15);
    await writes('amp=16', 'frc=0', 'psm=2', 'ust=1', 'ama=16', 'dwo=2500.0', 'dwo=null', 'fna=%22my+Box%22');
    assert.equal((await status('fna')).fna, 'my Box');
    await writes('ama=32');
  });

  it('iobroker.go-e: three at once, all of version 1, writes of both', async () => {
    const [psm, list, v1] = await Promise.all([status('psm'), status('alw,car,amp'), get('/status')]);
    assert.deepEqual([Object.keys(psm), Object.keys(list)], [['psm'], ['alw', 'car', 'amp']]);
    for (const [k, v] of Object.entries(v1))
      if (!/^(tma|nrg|lo[etmpfa]|lch)$/.test(k)) assert.equal(typeof v, 'string', k);
    assert.ok(Number.isFinite(Number(v1.fwv)) && Number.isFinite(Number(v1.sse)));
    assert.equal((await get('/mqtt?payload=amp=10')).amp, '10');
    assert.equal((await get('/mqtt?payload=dwo=25')).dwo, '25');
    assert.equal((await get('/mqtt?payload=stp=0')).stp, '0');
    assert.equal((await get('/mqtt?payload=ust=0')).ust, '0');
    assert.equal((await get('/mqtt?payload=cch=65535')).cch, '65535');
    await writes('cch=%22%2300FFFF%22');
    assert.equal((await status('cch')).cch, '#00FFFF');
    await writes('fup=false', 'fup=0', 'fup=true', 'ids={%22pGrid%22:0,%22pAkku%22:0}');
  });

  it('iobroker.go-e-charger: names of version 1 in the filter, and a comma at its end', async () => {
    assert.ok(Number((await get('/status')).fwv) > 33);
    const cards = [...'ard4567891'].map((x) => `rc${x},ec${x}`).join();
    const s = await status(
      `alw,acu,eto,amp,rbc,rbt,car,pha,fwv,nrg,psm,typ,trx,ast,ama,cbl,mca,${cards},rna,rn1`,
    );
    assert.deepEqual(
      Object.keys(s),
      'alw acu eto amp rbc rbt car pha fwv nrg psm typ trx ama cbl mca'.split(' '),
    );
    assert.equal((await get('/mqtt?payload=amx=6')).amp, '6');
    await get('/mqtt?payload=alw=1');
    await writes('psm=2');
  });

  it('openHAB: types of the poll, writes', async () => {
    const path = '/api/status?filter=mod,psm,trx,alw,tma,wh,dwo,frc,nrg,awp,car,amp,err,cbl,eto,fwv';
    const { body } = await ask(b.http, path);
    integers(body, 'psm', 'trx', 'frc', 'car', 'amp', 'err', 'cbl', 'eto');
    const s = JSON.parse(body) as Json;
    assert.equal(typeof s.alw, 'boolean');
    numbers(s.tma, 2);
    await writes('amp=16', 'dwo=5000', 'psm=2', 'frc=0');
    assert.equal((await status('dwo')).dwo, 5000);
    await writes('dwo=null');
  });

  it('OpenEMS: everything once, then a poll a second; its other module', async () => {
    const all = await get('/api/status');
    assert.ok(parseFloat(String(all.fwv)) > 51.3);
    assert.match(String(all.fwv), /^\d+\.\d+$/);
    for (let i = 0; i < 5; i++) {
      const s = await status('amp,car,err,pha,nrg');
      assert.equal((s.pha as unknown[]).length, 6);
      assert.equal((s.nrg as unknown[]).length, 16);
    }
    for (const query of ['alw=1', 'amp=12', 'stp=0', 'dwo=0']) {
      const r = await ask(b.http, `/mqtt?payload=${query}`, 'PUT');
      assert.equal(r.status, 200, query);
    }
    assert.equal((await status('amp')).amp, 12);
    await writes('dwo=null');
    // The one that steers: whole numbers where it takes them so, current and release in one.
    const path = '/api/status?filter=amp,car,err,nrg,alw,fwv,modelStatus,psm';
    const { body } = await ask(b.http, path);
    integers(body, 'amp', 'car', 'err', 'modelStatus', 'psm');
    assert.equal(Object.keys(JSON.parse(body) as Json).length, 8);
    await writes('amp=16&frc=2', 'frc=1', 'psm=2', 'frc=0');
  });

  it('Homey, Victron, Symcon, smartenergy', async () => {
    const homey = await status('sse,fna,car,alw,acs,frc,trx,err,wh,pha,nrg,eto,tma,amp,ama,cbl,fsp');
    assert.ok(Array.isArray(homey.pha) && Array.isArray(homey.nrg));
    await writes('trx=0', 'trx=null', 'frc=0', 'psm=2', 'amp=10');
    assert.ok(Number.isInteger(Number(String((await status('sse,fwv')).fwv).replace('.', ''))));
    const victron = await status('nrg,wh,eto,alw,amp,ama,car,tma,frc,cdi,lmo');
    assert.equal(Object.keys(victron).length, 11);
    within(victron.lmo, 3, 4, 5);
    await writes('amp=11', 'ama=32', 'frc=1', 'lmo=3', 'frc=0&lmo=3&dwo=5000', 'dwo=null');
    const all = await get('/api/status');
    for (const key of ['typ', 'fwv', 'sse', 'nrg', 'eto', 'alw', 'amp', 'ama', 'car', 'lmo', 'loc'])
      assert.ok(Object.hasOwn(all, key), key);
    assert.match(String(all.sse), /^\d{6}$/);
    // Sets one and reads it back at once.
    await writes('amp=9');
    assert.equal((await get('/api/status')).amp, 9);
  });

  it('supermihi/goe: encoded commas, whole groups, times', async () => {
    const groups = [
      'sse,fna,fwv',
      'alw,acu,tpa,car,err,cus,modelStatus,wh,nrg,pnp',
      'eto,rbc,rbt',
      'dwo,psm,spl3,clp,lck',
      'tse,tsss,tof,tds,utc,loc',
    ];
    for (const group of groups) {
      const s = await status(group.replaceAll(',', '%2C'));
      assert.deepEqual(Object.keys(s), group.split(','));
      if (s.utc) assert.match(String(s.utc), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
      if (s.loc) assert.match(String(s.loc), /^\S{23} [+-]\d\d:\d\d$/);
      if (s.modelStatus) assert.ok(Number(s.modelStatus) <= 24);
    }
    assert.ok(Object.keys(await status('')).length > 100);
  });

  it('text is kept and told as UTF-8, however it is written; other bytes would spoil every answer', async () => {
    const want = 'K\u00fcche \u20ac \ud83d\ude97';
    const json = '"K\\u00fcche \\u20ac \\ud83d\\ude97"';
    const name = async (): Promise<unknown> => (await status('fna')).fna;
    for (const raw of [want, `"${want}"`, json]) {
      await writes('fna=x');
      await writes('fna=' + encodeURIComponent(raw));
      assert.equal(await name(), want, raw);
    }
    await writes('fna=x');
    const body = await fetch(b.http + '/api/set', { method: 'POST', body: `{"fna":${json}}` });
    assert.deepEqual([await body.json(), await name()], [{ fna: true }, want]);
    const cards = '[{"name":"M\\u00fcller"},{"name":"M\u00fcller"}]';
    await writes('cards=' + encodeURIComponent(cards));
    assert.deepEqual(
      ((await status('cards')).cards as Json[]).slice(0, 2).map((c) => c.name),
      ['M\u00fcller', 'M\u00fcller'],
    );
    await writes('del=0', 'del=1');
    for (const odd of ['K%FCche', '%22K%FCche%22', '%22\\ud83d%22', '%C3', '%ED%A0%BD', '%F5%80%80%80'])
      assert.match(String((await refused('fna=' + odd)).fna), /^fna: failed: bad or too much UTF-8/, odd);
    assert.deepEqual(await refused('%E4=1'), { '?': '?: unknown key (1)' });
    assert.equal(await name(), want);
    await writes('fna=Garage');
  });

  it('scripts: several keys, one bad; quoted and bare; null and nothing', async () => {
    await writes('&amp=10&psm=2&frc=2', 'psm=2&frc=2&amp=16', 'frc=0');
    const mixed = await refused('amp=14&car=1&psm=0');
    assert.deepEqual([mixed.amp, mixed.psm], [true, true]);
    assert.equal(mixed.car, 'car: tried to set api key without setter (1)');
    assert.equal((await status('amp')).amp, 14);
    await writes('ocppu=ws://10.0.0.1:8082/', 'ocppu=%22ws://10.0.0.1:8082/x%22', 'ocppu=');
    assert.equal((await refused('dwo=')).dwo, 'dwo: tried to set api key with invalid json EmptyInput ()');
    assert.equal((await refused('amp=5')).amp, 'amp: failed: exceeds range 6 to 32 (5)');
    assert.equal((await refused('amp=null')).amp, 'amp: failed: null not allowed (null)');
    assert.equal(typeof (await refused('nosuch=1')).nosuch, 'string');
    assert.equal((await get('/api/set?amp=10&nosuch=1')).amp, true);
    assert.deepEqual(await status('dll,car,typ,nosuch'), await status('car,typ'));
  });

  it('a session as each of them sees it: who started it, what flows, what has flown', async () => {
    const until = async (what: string, test: () => Promise<boolean>): Promise<void> => {
      const end = Date.now() + 30000;
      while (!(await test())) {
        assert.ok(Date.now() < end, what);
        if (engine === 'node') await b.advance(500);
      }
    };
    const CARD = { uid: '04A1B2C3D4E5F6', ms: 1000 };
    await writes('acs=1', 'psm=0', 'amp=16', 'frc=0', 'lrn=1', 'c1n=Ann');
    await b.post('card', CARD);
    await until('learnt', async () => (await status('c1i')).c1i === true);
    const { rbt, ...rest } = await status('lrn,trx,rbt');
    assert.deepEqual(rest, { lrn: null, trx: null });
    // It has left the reader, which tells a card once.
    await until('gone', async () => Number((await status('rbt')).rbt) > Number(rbt) + 2500);
    await b.post('car', { state: 'C', cable: 20, amps: 32, phases: 3 });
    await until('plugged', async () => (await status('car')).car === 3);
    const waits = await status('alw,modelStatus,acu,cll,trx');
    assert.deepEqual([waits.alw, waits.modelStatus, waits.acu, waits.trx], [false, 2, null, null]);
    assert.equal((waits.cll as Json).accessControl, 0);
    await b.post('card', CARD);
    // The vehicle has come to what it may draw, and the meter has been round with it.
    const full = (nrg: number[]): boolean =>
      [4, 5, 6].every((i) => Math.abs(nrg[i] - 16) < 0.4) &&
      [7, 8, 9].every((i) => Math.abs(nrg[i] - 3680) < 130) &&
      [12, 13, 14].every((i) => nrg[i] > 97 && nrg[i] <= 100);
    await until('charging', async () => full((await status('nrg')).nrg as number[]));

    // evcc: its types, the identity, and phases as it reads them.
    const path = '/api/status?filter=alw,car,eto,nrg,wh,trx,cards,modelStatus';
    const { body } = await ask(b.http, path);
    integers(body, 'car', 'eto', 'trx', 'modelStatus');
    const e = JSON.parse(body) as { alw: boolean; car: number; trx: number; nrg: number[]; cards: Json[] };
    assert.deepEqual([e.alw, e.car, e.trx, e.cards[e.trx - 1].name], [true, 2, 2, 'Ann']);
    for (const i of [0, 1, 2]) assert.ok(Math.abs(e.nrg[i] - 230) < 3, `${e.nrg}`);
    assert.ok(full(e.nrg), `${e.nrg}`);
    assert.equal(e.nrg[11], e.nrg[7] + e.nrg[8] + e.nrg[9]);

    // Home Assistant, openHAB, OpenEMS, Homey, Victron: the same moment.
    const s = await status('cbl,cus,pha,fsp,err,tma,acu,cll,cdi,fhz,lccfc,rbt,wst,rfb,tpa');
    assert.deepEqual([s.cbl, s.cus, s.pha, s.fsp, s.err], [20, 3, Array(6).fill(true), false, 0]);
    assert.deepEqual([s.acu, s.wst, s.rfb], [16, 3, 1]);
    const { currentLimitMax, requestedCurrent, cableCurrentLimit } = s.cll as Json;
    assert.deepEqual([currentLimitMax, requestedCurrent, cableCurrentLimit], [32, 16, 20]);
    numbers(s.tma, 2);
    assert.ok(Math.abs(Number(s.fhz) - 50) < 0.2, `${s.fhz}`);
    assert.equal((s.cdi as Json).type, 1);
    assert.ok(s.lccfc === null || Number(s.lccfc) < Number(s.rbt));
    const v1 = await get('/status');
    assert.deepEqual([v1.car, v1.uby, v1.pha, v1.cbl], ['2', '2', '63', '20']);
    assert.ok(Math.abs((v1.nrg as number[])[11] - 1104) < 40, `${v1.nrg}`);

    // Homey ends it, when the card has something to count.
    await until('some energy', async () => Number((await status('wh')).wh) > 40);
    await writes('trx=null');
    await until('open', async () => (await status('car')).car === 4);
    await until('nothing flows', async () => ((await status('nrg')).nrg as number[])[11] === 0);
    const done = await status('car,trx,wh,c1e,alw');
    assert.deepEqual([done.car, done.trx, done.alw], [4, null, false]);
    await until('counted', async () => Number((await status('c1e')).c1e) > 0);
    assert.ok(Math.abs(Number((await status('c1e')).c1e) - Number(done.wh)) < 30);
    await b.post('car', { state: 'unplugged' });
    await until('gone', async () => (await status('car')).car === 1);
    await writes('acs=0', 'del=1');
  });

  it('twenty polls in a burst, three and more at once', async () => {
    for (let i = 0; i < 20; i++) assert.equal(typeof (await status('alw,car,amp,nrg,wh')).alw, 'boolean');
    for (const n of [3, 4, 6]) {
      const all = await Promise.all(Array.from({ length: n }, () => status('alw,cards,nrg')));
      for (const s of all) assert.equal((s.cards as unknown[]).length, 10);
    }
  });
}

describe('clients', function () {
  this.timeout(60000);
  suite('node');
});
if (process.env.ESPRUINO)
  describe('clients, the real interpreter', function () {
    this.timeout(60000);
    suite('espruino');
  });
