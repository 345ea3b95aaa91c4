// Sessions upon sessions on the real interpreter, as fast as it goes, with a central system that comes and goes: the engine's
// variables, the flash and the trust in its numbers stay. SOAK_SESSIONS=300 for an evening.

import assert from 'node:assert';
import fs from 'node:fs';
import { start, type Bench } from '../bench/start';

const { ESPRUINO = '' } = process.env;
const SESSIONS = Number(process.env.SOAK_SESSIONS ?? 6);
/** Variables are counted after so many sessions, and so long after the last part was used: parts go after 4 s. */
const ROUND = 3;
const IDLE = 8000;
/** A listener, a timer or a text may be there or not at that moment. */
const PLAY = 40;

type Shown = {
  contactor: { closed: boolean; operations: number; openedUnderLoad: number };
  flash: { used: number; erases: number };
  boots: number;
};

const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** What the firmware does with ms that no integer of the engine holds. */
const SUMS = [
  '(4294967296*3/10)&4194303',
  '(4294967296*3/300)|0',
  'Math.round((5000000.12+0.02-0.12)*1000)',
  '4294967296+20-4294967290',
  '2147483647+1>2147483647?1:0',
  'Math.floor(4294967296.7)',
  '(3e9-60000)/1000',
];

describe('sessions on the interpreter', function () {
  this.timeout(SESSIONS * 60000 + 120000);
  if (!ESPRUINO || !fs.existsSync(ESPRUINO)) {
    it('SKIPPED: ESPRUINO does not name an interpreter');
    return;
  }
  let b: Bench;
  before(async () => {
    // The interlock would open before a computer this busy has scanned twice, and that is a fault.
    b = await start({
      engine: 'espruino',
      fresh: true,
      assembly: new URL('./fake/slow.ts', import.meta.url).href,
    });
    const set = `acs=0&ocppi=10&ocppu=${encodeURIComponent(b.csms!)}&ocppe=true`;
    assert.equal((await b.get(`/api/set?${set}`)).status, 200);
  });
  after(() => b?.stop());

  const shown = async (): Promise<Shown> => (await b.snapshot()) as unknown as Shown;
  async function until(what: string, ms: number, test: (s: Shown) => boolean): Promise<void> {
    for (const end = Date.now() + ms; Date.now() < end; await rest(50)) if (test(await shown())) return;
    assert.fail(`${what}: not within ${ms} ms\n${b.log().text.slice(-3000)}`);
  }
  /** A busy computer answers late: the console may have nothing yet, or what belongs to the line before. */
  async function value(line: string): Promise<number> {
    for (let n = 1; n <= 10; n++) {
      const found = new RegExp(`value ${n} ([-\\d.]+)`).exec(
        await b.console(`print("value " + ${n}, ${line})`),
      );
      if (found) return Number(found[1]);
      await rest(1000);
    }
    return assert.fail('the console does not answer');
  }
  const told = (action: string): number =>
    b.frames().frames.filter((f) => f.from === 'cp' && f.frame[0] === 2 && f.frame[2] === action).length;

  /** What waited for the line is told: it takes variables, a key of the journal each. */
  async function flushed(sessions: number): Promise<void> {
    for (const end = Date.now() + 180000; told('StopTransaction') < sessions && Date.now() < end;)
      await rest(500);
  }

  it('counts beyond 32 bits as it should', async () => {
    for (const sum of SUMS) {
      assert.equal(await value(sum), new Function(`return ${sum}`)() as number, sum);
    }
  });

  it(`${SESSIONS} sessions: variables and flash stay, nothing is lost`, async () => {
    const used: number[] = [];
    let storage = 0;
    for (let n = 1; n <= SESSIONS; n++) {
      if (n % 5 === 4) await b.post('wifi', { up: false });
      await b.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
      await until('closed', 30000, (s) => s.contactor.closed);
      await rest(1000);
      await b.post('car', { state: 'B' });
      await until('open', 5000, (s) => !s.contactor.closed);
      await b.post('car', { state: 'unplugged' });
      await rest(1500);
      if (n % 5 === 4) await b.post('wifi', { up: true });
      if (n % ROUND) continue;
      await flushed(n);
      await rest(IDLE);
      const s = await shown();
      // A collection comes first; what was typed is kept until memory is low.
      used.push(await value('process.memory().usage - E.getSizeOf(global["\\xff"].history)'));
      storage ||= s.flash.used;
      assert.equal(s.flash.used, storage);
    }
    await flushed(SESSIONS);
    const s = await shown();
    console.log(
      `      variables ${used[0]} after ${ROUND} sessions, ${used.at(-1)} after ${used.length * ROUND}, ${Math.max(...used)} at most; ${s.flash.erases} erases`,
    );
    assert.deepEqual([s.boots, told('StartTransaction'), told('StopTransaction')], [1, SESSIONS, SESSIONS]);
    assert.equal(s.contactor.openedUnderLoad, 0);
    const half = Math.ceil(used.length / 2);
    assert.ok(Math.max(...used.slice(half)) <= Math.max(...used.slice(0, half)) + PLAY, used.join());
    assert.equal(JSON.parse((await b.get('/api/status?filter=err')).body).err, 0);
  });
});
