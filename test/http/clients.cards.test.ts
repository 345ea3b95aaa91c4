// Cards over the API, as clients and the page use it: learnt at the reader, named, with the energy that they have charged,
// deleted; and what the light says to a stranger.

import assert from 'node:assert';
import { start } from '../../bench/start';
import type { Bench } from '../../bench/start';
import { conf, table } from '../fake/table';
import { ask } from './wire';
import type { Json } from './wire';

const ANN = '04A1B2C3D4E5F6';
const BOB = '04000000000001';

describe('clients: cards', function () {
  this.timeout(120000);
  let b: Bench;
  const keys = async (filter: string): Promise<Json> =>
    JSON.parse((await ask(b.http, `/api/status?filter=${filter}`)).body) as Json;
  const set = async (query: string): Promise<Json> =>
    JSON.parse((await ask(b.http, `/api/set?${query}`)).body) as Json;
  const tap = async (uid: string): Promise<void> => {
    await b.post('card', { uid, ms: 800 });
    await b.advance(2000);
  };
  /** Colours of the light in the next 4 s. */
  const light = async (): Promise<Set<string>> => {
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await b.advance(100);
      const { r, g, b: blue } = (await b.snapshot()).light as unknown as Record<string, number>;
      seen.add(r && !g && !blue ? 'red' : r || g || blue ? 'on' : 'off');
    }
    return seen;
  };

  before(async () => {
    b = await start({ csms: 'off', fresh: true });
    await set('acs=1');
    await b.advance(2000);
  });
  after(() => b.stop());

  it('a stranger: red flashes, no session, and its number for who asks with rde', async () => {
    await set('rde=1');
    await b.post('card', { uid: ANN, ms: 800 });
    await b.advance(600);
    assert.ok((await light()).has('red'));
    assert.deepEqual(await keys('trx,lri,lrc,lrn'), { trx: null, lri: ANN, lrc: null, lrn: null });
    await b.advance(4000);
  });

  it('learns the next card into the slot, blinking meanwhile; one that is there already is refused', async () => {
    assert.deepEqual(await set('lrn=2'), { lrn: true });
    assert.equal((await keys('lrn')).lrn, 2);
    assert.deepEqual(await light(), new Set(['on', 'off']));
    await tap(ANN);
    assert.deepEqual(await keys('lrn,c2i,lrc,trx'), { lrn: null, c2i: true, lrc: 2, trx: null });
    assert.deepEqual(await light(), new Set(['on']));
    await set('lrn=5');
    await tap(ANN);
    assert.ok((await light()).has('red'));
    assert.deepEqual(await keys('lrn,c5i'), { lrn: 5, c5i: false });
    await b.advance(4000);
    await tap(BOB);
    assert.deepEqual(await keys('lrn,c5i'), { lrn: null, c5i: true });
  });

  it('waits for a minute, or until it is called off', async () => {
    await set('lrn=0');
    assert.deepEqual(await set('lrn=null'), { lrn: true });
    await tap('04000000000002');
    assert.equal((await keys('c0i')).c0i, false);
    await set('lrn=0');
    await b.advance(61000);
    assert.equal((await keys('lrn')).lrn, null);
    await tap('04000000000002');
    assert.equal((await keys('c0i')).c0i, false);
    assert.match(String((await set('lrn=10')).lrn), /exceeds range 0 to 9/);
  });

  it('is named, charges, and counts its energy; another card does not', async () => {
    assert.deepEqual(await set('c2n=Ann'), { c2n: true });
    await b.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
    await b.advance(3000);
    await tap(ANN);
    await b.advance(300000);
    assert.deepEqual(await keys('car,trx,tsi'), { car: 2, trx: 3, tsi: ANN });
    await tap(BOB);
    assert.equal((await keys('trx')).trx, 3, 'ssc: only the card that started');
    await tap(ANN);
    await b.advance(5000);
    const { c2e, c5e, wh, cards, cdi } = await keys('c2e,c5e,wh,cards,cdi');
    assert.ok(Number(c2e) > 800 && Math.abs(Number(c2e) - Number(wh)) < 10, `${c2e} of ${wh} Wh`);
    assert.equal(c5e, 0);
    assert.deepEqual((cards as Json[])[2], { name: 'Ann', energy: c2e, cardId: true });
    assert.ok(Math.abs((cdi as { value: number }).value - 304000) < 3000, JSON.stringify(cdi));
    const second = await b.get('/status');
    const v1 = JSON.parse(second.body) as Json;
    assert.deepEqual([v1.rcd, v1.rne, v1.ecd], [ANN, 'Ann', '' + Math.floor(Number(c2e) / 100)]);
    await b.post('car', { state: 'unplugged' });
    await b.advance(2000);
  });

  it('energy and name outlive a power cut', async () => {
    const before = await keys('cards');
    await b.advance(1000);
    await b.post('supply', { off: 500 });
    await b.advance(3000);
    assert.deepEqual(await keys('cards'), before);
  });

  it('is deleted, and then a stranger', async () => {
    assert.deepEqual(await set('del=2'), { del: true });
    assert.deepEqual(await keys('c2n,c2e,c2i'), { c2n: 'n/a', c2e: 0, c2i: false });
    await tap(ANN);
    assert.ok((await light()).has('red'));
    assert.equal((await keys('trx')).trx, null);
  });
});

describe('cards in the table', () => {
  it('a number stands in one slot only, whoever writes it', () => {
    const t = table();
    const good = [
      ['c0i', ANN],
      ['c1i', BOB.toLowerCase()],
      ['c0i', ANN.toLowerCase()],
      // They change places at once.
      ['cards', JSON.stringify([{ cardId: BOB }, { cardId: ANN }])],
    ];
    for (const [key, raw] of good) assert.equal(conf.write(t.c, key, raw), '', `${key}=${raw}`);
    assert.deepEqual(
      t.c.k.cards.map((k) => k.id),
      [BOB, ANN],
    );
    const before = JSON.stringify(t.c.k.cards);
    const bad = [
      ['c2i', ANN],
      ['cards', JSON.stringify([{}, {}, { cardId: BOB }])],
      ['cards', JSON.stringify([{}, {}, { cardId: '04000000000009' }, { cardId: '04000000000009' }])],
      ['cards', '[{"energy":-1}]'],
      ['c0i', '04A1'],
    ];
    for (const [key, raw] of bad) assert.match(conf.write(t.c, key, raw), /^failed: /, `${key}=${raw}`);
    assert.equal(JSON.stringify(t.c.k.cards), before);
    assert.equal(conf.write(t.c, 'c0i', ''), '');
    assert.equal(conf.write(t.c, 'c2i', BOB), '');
  });

  it('without a reader none is learnt', () => {
    const t = table();
    t.c.b.reader = undefined;
    assert.match(conf.write(t.c, 'lrn', '0'), /no card reader/);
  });
});
