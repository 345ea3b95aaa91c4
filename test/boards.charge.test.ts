// Every board charges a car on its bench: plug, C, contactor closed, current, stop, unplug. On both engines.

import assert from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { start, type Bench } from '../bench/start';
import { describe as read } from '../tools/boards.mjs';
import { grown, inspect } from '../tools/gate.mjs';

type Json = Record<string, unknown>;
interface Seen {
  contactor: { closed: boolean; openedUnderLoad: number };
  car: { drawing: number[] };
  meter: { energy: number };
  light: { r: number; g: number; b: number };
}

const BOARDS = readdirSync(new URL('../boards', import.meta.url))
  .filter((f) => f.endsWith('.ts'))
  .map((f) => f.slice(0, -3));

const see = async (b: Bench): Promise<Seen> => (await b.snapshot()) as unknown as Seen;
const sum = (a: number[]): number => a.reduce((x, y) => x + y, 0);

async function pass(b: Bench, engine: string, ms: number): Promise<void> {
  if (engine === 'node') await b.advance(ms);
  else await new Promise((done) => setTimeout(done, ms));
}

async function until(b: Bench, engine: string, what: string, ms: number, test: (s: Seen) => boolean) {
  for (let t = 0; t < ms; t += 250) {
    if (test(await see(b))) return;
    await pass(b, engine, 250);
  }
  assert.fail(`${what}: not within ${ms} ms\n${b.log().text}\n${JSON.stringify(await see(b))}`);
}

const status = async (b: Bench, filter: string): Promise<Json> =>
  JSON.parse((await b.get(`/api/status?filter=${filter}`)).body) as Json;

async function play(b: Bench, engine: string, has: Record<string, string>): Promise<void> {
  const own = await status(b, 'pha');
  if (has.reader) {
    await b.post('card', { uid: '04A1B2C3D4E5F6', ms: 12000 });
    await until(b, engine, 'card', 15000, () => b.log().text.includes('card 04A1B2C3D4E5F6'));
  }
  await b.post('car', { state: 'B', cable: 32, amps: 32, phases: 3 });
  await pass(b, engine, 1000);
  await b.post('car', { state: 'C' });
  await until(b, engine, 'current', 20000, (s) => s.contactor.closed && s.car.drawing[0] > 5);
  await pass(b, engine, 12000);
  const { car, meter, light } = await see(b);
  assert.equal(light.r + light.g + light.b > 0, !!has.light);
  const many = (own.pha as boolean[]).slice(3).filter(Boolean).length;
  assert.equal(car.drawing.filter((a) => a > 5).length, many, `phases ${car.drawing.join()}`);
  // What the charger says it measures is what flows; without a meter `fhz` is null.
  const { nrg, wh, fhz } = await status(b, 'nrg,wh,fhz');
  assert.equal(fhz !== null, !!has.meter);
  if (has.meter) {
    const watts = sum(car.drawing) * 230 * 0.995;
    assert.ok(
      Math.abs((nrg as number[])[11] - watts) < watts * 0.03 + 10,
      `${(nrg as number[])[11]} of ${watts} W`,
    );
    assert.ok(Number(wh) > 5 && Number(wh) <= meter.energy * 1.01 + 1, `${String(wh)} of ${meter.energy} Wh`);
  } else assert.equal(meter.energy, 0);
  await b.get('/api/set?frc=1');
  await until(b, engine, 'open', 10000, (s) => !s.contactor.closed);
  assert.equal((await see(b)).contactor.openedUnderLoad, 0);
  await b.post('car', { state: 'unplugged' });
  await pass(b, engine, 2000);
  assert.equal((await status(b, 'car')).car, 1);
  assert.equal((await status(b, 'err')).err, 0);
}

for (const board of BOARDS)
  describe(`board ${board}`, () => {
    for (const engine of ['node', 'espruino'] as const) {
      if (engine === 'espruino' && !process.env.ESPRUINO) continue;
      it(`charges a car on its bench (${engine})`, async function () {
        this.timeout(240000);
        const bench = await start({ board, engine, fresh: true, flash: '' });
        try {
          await play(bench, engine, read(`boards/${board}.ts`).has);
        } finally {
          await bench.stop();
        }
      });
    }

    it('passes the gate and the budget of its size', () => {
      const text = readFileSync(new URL(`../dist/${board}.js`, import.meta.url), 'utf8');
      assert.deepEqual(inspect(text).filter((p) => p.rule !== 'sort'), []); // prettier-ignore
      assert.deepEqual(grown(text.length), []);
    });
  });
