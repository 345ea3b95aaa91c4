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
/** Looks of one count, of which the least is taken: a request may be under way. */
const LOOKS = 5;
const PAUSE = 700;
/** A listener, a timer or a text may be there or not all the same. */
const PLAY = 40;
/** Counts from which on a trend can be told, and the share of them that may still settle: log, caches. */
const MANY = 9;
const SETTLING = 1 / 3;
/** More than this is a leak, variables a session: in ten years of four sessions a day the pool would be full. */
const LEAK = 0.1;
/**
 * Asked on the console: variables in use after a collection, timers, sockets of every kind, bytes free in Storage. What was
 * typed would be kept until memory is low: it is forgotten first.
 */
const LOOK =
  'global.held=()=>{let r=global["\\xff"],n=k=>Object.keys(r[k]||[]).length;delete r.history;' +
  'return [process.memory().usage,n("timers"),n("HttpS")+n("HttpSC")+n("HttpCC"),require("Storage").getFree()].join(" ")}';

interface Held {
  variables: number;
  timers: number;
  sockets: number;
  /** Bytes free in Storage. */
  free: number;
}

/** Rise of a line through these numbers, a step apart, and twice its standard error. */
function trend(y: number[]): [rise: number, doubt: number] {
  const n = y.length;
  const mean = y.reduce((a, b) => a + b, 0) / n;
  const at = (i: number): number => i - (n - 1) / 2;
  const width = (n * (n * n - 1)) / 12;
  const rise = y.reduce((a, v, i) => a + at(i) * (v - mean), 0) / width;
  const off = y.reduce((a, v, i) => a + (v - mean - rise * at(i)) ** 2, 0);
  return [rise, 2 * Math.sqrt(off / (n - 2) / width)];
}

/** What a row of counts says. */
function verdict(y: number[]): string {
  if (y.length < MANY) {
    const half = Math.ceil(y.length / 2);
    return Math.max(...y.slice(half)) <= Math.max(...y.slice(0, half)) + PLAY ? 'steady' : 'grows';
  }
  const [rise, doubt] = trend(y.slice(Math.ceil(y.length * SETTLING))).map((v) => v / ROUND);
  const text = `${rise.toFixed(3)} ± ${doubt.toFixed(3)} a session`;
  if (rise - doubt > LEAK) return `grows: ${text}`;
  return rise + doubt <= LEAK ? `steady: ${text}` : `not decided, more sessions are needed: ${text}`;
}

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
  let asked = 0;
  /** A busy computer answers late: the console may have nothing yet, or what belongs to a line before. */
  async function value(line: string): Promise<number[]> {
    for (let n = 0; n < 10; n++) {
      const answer = new RegExp(`value ${++asked} ([-\\d., ]+)`);
      await b.console(`print("value ${asked}", ${line})`);
      for (let i = 0; i < 20; i++, await rest(250)) {
        const found = answer.exec(b.log().text);
        if (found) return found[1].split(' ').map(Number);
      }
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
      assert.deepEqual(await value(sum), [new Function(`return ${sum}`)() as number], sum);
    }
  });

  async function held(): Promise<Held> {
    const all: number[][] = [];
    for (let i = 0; i < LOOKS; i++, await rest(PAUSE)) all.push(await value('held()'));
    const [variables, timers, sockets, free] = all[0].map((_, i) => Math.min(...all.map((x) => x[i])));
    return { variables, timers, sockets, free };
  }

  it('knows what grows', () => {
    const noise = (i: number): number => ((i * 7919) % 31) - 15;
    const row = (n: number, rise: number): number[] =>
      Array.from({ length: n }, (_, i) => 4000 + 3 * rise * i + noise(i));
    assert.match(verdict(row(60, 0)), /^steady: /);
    assert.match(verdict(row(60, 1)), /^grows: /);
    assert.match(verdict(row(9, 0)), /^not decided/);
    assert.equal(verdict([4000, 4039]), 'steady');
    assert.equal(verdict([4000, 4041]), 'grows');
    // What settles is no growth.
    assert.match(verdict([...row(20, 0).map((v, i) => v - 200 + 10 * i), ...row(60, 0)]), /^steady: /);
  });

  it(`${SESSIONS} sessions: variables and flash stay, nothing is lost`, async () => {
    const used: Held[] = [];
    await b.console(LOOK);
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
      used.push(await held());
      if (SESSIONS > MANY * ROUND) console.log(`      ${n} ${JSON.stringify(used.at(-1))}`);
    }
    await flushed(SESSIONS);
    const s = await shown();
    assert.deepEqual([s.boots, told('StartTransaction'), told('StopTransaction')], [1, SESSIONS, SESSIONS]);
    assert.equal(s.contactor.openedUnderLoad, 0);
    const said = verdict(used.map((h) => h.variables));
    console.log(`      variables ${said}; ${s.flash.erases} erases`);
    assert.doesNotMatch(said, /^grows/, used.map((h) => h.variables).join());
    // One that is dropped and one that has begun may meet at a look.
    const most = (what: keyof Held): number => Math.max(...used.map((h) => h[what]));
    assert.ok(most('timers') <= used[0].timers + 1, used.map((h) => h.timers).join());
    assert.equal(most('sockets'), used[0].sockets);
    assert.deepEqual([...new Set(used.map((h) => h.free))], [used[0].free]);
    assert.equal(JSON.parse((await b.get('/api/status?filter=err')).body).err, 0);
  });
});
