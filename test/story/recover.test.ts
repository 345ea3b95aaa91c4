// Ways back on the real interpreter: a part that never ends, memory that is used up, crash upon crash, a bundle that does not
// parse, a factory reset. test/recover.test.ts has the same and more on the virtual clock.

import assert from 'node:assert';
import fs from 'node:fs';
import { readBuild, type Build } from '../../bench/image';
import { start, type Bench } from '../../bench/start';
import { build } from '../../tools/build.mjs';

const { ESPRUINO = '' } = process.env;
type Json = Record<string, unknown>;
interface Shown {
  boots: number;
  contactor: { closed: boolean; commanded: boolean };
  car: { drawing: number[] };
  pilot: { mode: string };
}
/** Watchdog of the board, ms. */
const WATCHDOG = 10000;

const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The reference board's build with some files replaced. */
function changed(files: { [name: string]: string } = {}): Build {
  const all: Build = new Map(readBuild('dist', 'reference'));
  for (const [name, text] of Object.entries(files)) all.set(name, Buffer.from(text));
  return all;
}

class Scene {
  constructor(readonly b: Bench) {}

  static async open(files: { [name: string]: string } = {}, o: object = {}): Promise<Scene> {
    return new Scene(
      await start({ engine: 'espruino', fresh: true, csms: 'off', build: changed(files), ...o }),
    );
  }

  async shown(): Promise<Shown> {
    return (await this.b.snapshot()) as unknown as Shown;
  }

  async key(name: string): Promise<unknown> {
    return (JSON.parse((await this.b.get(`/api/status?filter=${name}`)).body) as Json)[name];
  }

  async set(query: string): Promise<string> {
    return (await this.b.get(`/api/set?${query}`)).body;
  }

  async until(what: string, ms: number, test: (s: Shown) => boolean | Promise<boolean>): Promise<number> {
    const from = Date.now();
    for (;;) {
      const s = await this.shown();
      if (await test(s)) return Date.now() - from;
      if (Date.now() - from > ms)
        assert.fail(`${what}: not within ${ms} ms\n${this.b.log().text.slice(-3000)}\n${JSON.stringify(s)}`);
      await rest(50);
    }
  }

  /** Plugged and drawing. */
  async charging(): Promise<void> {
    await this.b.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    await this.until('charging', 60000, (s) => s.contactor.closed && s.car.drawing[0] > 5);
  }

  /** A part that never ends: GET /report stands still until the watchdog bites. */
  async hang(): Promise<number> {
    const { boots } = await this.shown();
    this.b.get('/report').catch(() => {});
    const open = await this.until('open', WATCHDOG + 30000, (s) => !s.contactor.closed);
    await this.until('boot', 30000, (s) => s.boots > boots);
    await this.until('up', 60000, async () => {
      const r = await this.b.get('/api/status?filter=car').catch(() => undefined);
      return r?.status === 200;
    });
    return open;
  }
}

describe('ways back on the interpreter', function () {
  this.timeout(400000);
  if (!ESPRUINO || !fs.existsSync(ESPRUINO)) {
    it('SKIPPED: ESPRUINO does not name an interpreter');
    return;
  }
  before(() => build('reference'));
  let s: Scene;
  afterEach(() => s?.b.stop());

  it('a part that never ends: reset within the watchdog, the session goes on; three times: safe mode, and out of it', async () => {
    s = await Scene.open({ report: 'for(;;);' });
    await s.charging();
    const wh = (await s.key('wh')) as number;
    const open = await s.hang();
    assert.ok(open < WATCHDOG + 2000, `open after ${open} ms`);
    await s.charging();
    assert.ok(((await s.key('wh')) as number) >= wh);
    await s.hang();
    assert.equal(await s.key('errs'), 0);
    await s.charging();
    await s.hang();
    assert.equal(await s.key('flt'), 'safe mode, see the log');
    await rest(10000);
    const now = await s.shown();
    assert.deepEqual([now.contactor.commanded, now.contactor.closed, now.pilot.mode], [false, false, 'high']);
    assert.match(await s.set('amp=10'), /true/);
    assert.match(await s.b.console('status()'), /fault: safe mode/);
    // Hung in safe mode, too: what is left answers.
    await s.hang();
    assert.equal(await s.key('flt'), 'safe mode, see the log');
    assert.match(await s.set('clf=1'), /true/);
    await s.until('charging', 60000, (x) => x.contactor.closed);
  });

  it('the session of a hung charger ends with the setting osr', async () => {
    s = await Scene.open({ report: 'for(;;);' }, { set: [['osr', 'true']] });
    await s.charging();
    await s.hang();
    await s.until('told', 20000, async () => (await s.key('modelStatus')) === 2);
    assert.equal((await s.shown()).contactor.closed, false);
  });

  it('memory used up in a callback: open, told, and it charges again', async () => {
    s = await Scene.open();
    await s.charging();
    s.b.type('setTimeout(function () { var a = []; for (;;) a.push([1]); }, 10)\n');
    await s.until('open', 10000, (x) => !x.contactor.closed);
    await s.until('told', 10000, async () => (await s.key('flt')) === 'internal error');
    await s.until('charging', 90000, (x) => x.contactor.closed);
    assert.equal(await s.key('err'), 0);
    assert.equal((await s.shown()).boots, 1);
  });

  it('a bundle that does not parse: contactor open, the console answers', async () => {
    s = await Scene.open({ main: 'function (} {{ [' }, { deaf: true });
    await rest(8000);
    await s.b.post('car', { state: 'C', amps: 32, phases: 3, cable: 32 });
    await rest(5000);
    const now = await s.shown();
    assert.deepEqual([now.contactor.commanded, now.contactor.closed, now.pilot.mode], [false, false, 'high']);
    assert.match(s.b.log().text, /did not start: \.\/flash\.sh/);
    assert.match(await s.b.console('6*7'), /42/);
  });

  it('factory reset: the settings are gone, the register stays', async () => {
    s = await Scene.open();
    await s.charging();
    await s.set('amp=13');
    await s.until('some energy', 60000, async () => ((await s.key('eto')) as number) > 5);
    await s.b.post('car', { state: 'unplugged' });
    const eto = (await s.key('eto')) as number;
    const serial = (await s.key('sse')) as string;
    assert.match(await s.set('factory="no"'), /serial number/);
    s.b.get(`/api/set?factory="${serial}"`).catch(() => {});
    await s.until('boot', 20000, (x) => x.boots === 2);
    await rest(5000);
    assert.match(await s.b.console('get("amp")'), /amp = 16/);
    assert.match(await s.b.console('get("wifis")'), /wifis = \[\]/);
    assert.ok(Number(/eto = ([\d.]+)/.exec(await s.b.console('get("eto")'))![1]) >= Math.floor(eto));
    assert.match(s.b.log().text, /access point Pilotwire-/);
  });
});
