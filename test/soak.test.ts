// Weeks of service in a minute: the whole bundle on the virtual clock, with a central system, a file server and a network
// that come and go. Where nothing happens the charger's clock is moved on by hours, an hour in a step, as if its thread had
// stood still: what is due comes due once instead of a thousand times. SOAK_DAYS=365 for a year.

import assert from 'node:assert';
import { build } from '../tools/build.mjs';
import { NOW } from './fake/csms';
import { depth, describeLong } from './fake/depth';
import { type Hosts, type Scene, image, scene } from './fake/hosts';

const DAYS = depth('SOAK_DAYS');
const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The first day; on the day LEAP the clocks jump to autumn: so there is a change to summer time and one from it. */
const BEGIN = Date.parse('2026-03-26T05:00:00Z');
const LEAP = 8;
const AUTUMN = Date.parse('2026-10-23T05:00:00Z');
/** Days on which the uptime is moved to shortly before it outgrows 31 and 32 bits of ms. */
const BITS: { [day: number]: number } = { 3: 2 ** 31, 5: 2 ** 32 };
const CARD = '04A1B2C3D4E5F6';
/** Erases of a page that the flash is good for. */
const RATED = 100000;
/** First page of Storage. */
const STORAGE = 16;

class Soak {
  readonly x: Scene = scene(1, { acs: '1', ocppai: '10' });
  readonly w = this.x.w;
  readonly erases: number[] = [];
  sessions = 0;
  /** Time of the world minus that of the bench, ms. */
  ahead = BEGIN - NOW;
  private version = 1;

  constructor() {
    const { flash } = this.w.bench;
    this.x.cs.t = () => this.w.t + this.ahead;
    const erase = flash.erase.bind(flash);
    flash.erase = (page) => {
      this.erases[page] = (this.erases[page] ?? 0) + 1;
      assert.ok(page < STORAGE || !this.closed(), `page ${page} of Storage erased with the contactor closed`);
      erase(page);
    };
    // The clock of the central system has jumped: the next boot tells.
    this.w.cut(500);
    this.w.run(20000);
  }

  closed(): boolean {
    return this.w.shown().contactor.closed;
  }

  private get script(): { offset: number; loop: { timers: unknown[] } } {
    return (this.w.bench.engine as unknown as { script: { offset: number; loop: { timers: unknown[] } } })
      .script;
  }

  /** Only the charger's clock moves on. */
  skip(ms: number): void {
    this.script.offset += ms;
    this.ahead += ms;
    this.w.run(4000);
  }

  hours(n: number): void {
    for (let i = 0; i < n; i++) this.skip(HOUR - 4000);
  }

  /** Uptime shortly before `ms`. */
  age(ms: number): void {
    const t = this.w.get('rbt') as number;
    this.script.offset += ms - 5000 - t;
    this.w.run(20000);
    assert.ok((this.w.get('rbt') as number) > ms);
  }

  session(): void {
    const { w } = this;
    w.post('car', { state: 'B', amps: 32, phases: 3, cable: 32 });
    w.run(3000);
    w.post('card', { uid: CARD, ms: 600 });
    w.run(7000);
    w.post('car', { state: 'C' });
    w.run(40000);
    assert.equal(this.closed(), true, `no power: ${w.type('status()', 300)}\n${w.type('log()', 1000)}`);
    w.post('car', { state: 'B' });
    w.run(2000);
    assert.equal(this.closed(), false);
    w.post('car', { state: 'unplugged' });
    w.run(8000);
    this.sessions++;
  }

  offline(on: boolean): void {
    const { cs } = this.x;
    cs.up = !on;
    if (on) cs.wire!.cut();
    else this.w.run(3 * MINUTE);
  }

  update(): void {
    const { x, w } = this;
    const version = `0.${++this.version}.0`;
    x.web.files['/new.pwu'] = image(version);
    x.update();
    w.run(200000);
    assert.equal(x.told().at(-1), 'Installed', w.type('log()', 1000));
    assert.equal(w.get('pwv'), version, `${x.told().join()}\n${w.type('log()', 1000)}`);
  }

  /** What must not grow. */
  held(): { timers: number; sockets: number; storage: number } {
    const { bench } = this.w;
    const lines = (bench.net as unknown as { lines: Map<number, unknown> }).lines;
    return {
      timers: this.script.loop.timers.length,
      sockets: lines.size,
      storage: bench.storage.used(),
    };
  }

  day(n: number): void {
    const { w } = this;
    const { air, net } = w.bench;
    if (n === LEAP) this.ahead += AUTUMN + n * DAY - LEAP * DAY - (NOW + w.t + this.ahead);
    if (BITS[n]) this.age(BITS[n]);
    this.session();
    this.hours(5);
    if (n % 3 === 1) this.offline(true);
    this.session();
    if (n % 3 === 1) this.offline(false);
    if (n % 5 === 2) {
      air.up = false;
      (net as Hosts).forget();
      // Until a ping goes unanswered.
      w.run(3 * MINUTE);
      this.session();
      air.up = true;
      w.run(3 * MINUTE);
    }
    if (n % 7 === 6) w.cut(3000);
    w.run(30000);
    // Reboots: not while the uptime grows old.
    if (n < 3 || (n > 20 && n % 8 === 0)) this.update();
    this.hours(17);
    w.run(MINUTE);
  }
}

/** Offset of local time in Berlin, as `loc` has it. */
function zone(t: number): string {
  const f = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Berlin', timeZoneName: 'longOffset' });
  return f
    .formatToParts(t)
    .find((p) => p.type === 'timeZoneName')!
    .value.replace('GMT', '');
}

describeLong('years of service', function () {
  this.timeout(DAYS * 20000);
  before(function () {
    this.timeout(300000);
    return build('reference');
  });

  it(`${DAYS} days: nothing is lost, nothing grows`, () => {
    const s = new Soak();
    const { w } = s;
    const { cs } = s.x;
    let held: ReturnType<Soak['held']> | undefined;
    let eto = 0;
    const zones = new Set<string>();
    for (let n = 0; n < DAYS; n++) {
      w.bench.take();
      s.day(n);
      const out = w.bench.out;
      const where = `day ${n}`;
      assert.doesNotMatch(out, /Uncaught|fault|damaged|not kept|ompacting/, where);
      assert.deepEqual(
        [w.get('err'), w.get('car'), w.get('ocppa')],
        [0, 1, true],
        `${where}\n${out.slice(-3000)}`,
      );
      assert.ok((w.get('eto') as number) >= eto);
      eto = w.get('eto') as number;
      const t = NOW + w.t + s.ahead;
      const loc = (w.get('loc') as string).replace(' ', '');
      assert.ok(Math.abs(Date.parse(loc) - t) < 3000, `${where}: ${loc}, ${new Date(t).toISOString()}`);
      assert.equal(loc.slice(-6), zone(t), where);
      zones.add(loc.slice(-6));
      const now = s.held();
      // Both slots have been made by then.
      if (n >= 6) held ??= now;
      if (held)
        assert.ok(
          now.timers <= held.timers + 1 && now.sockets <= held.sockets && now.storage <= held.storage,
          `${where}: ${JSON.stringify(now)}, was ${JSON.stringify(held)}`,
        );
    }
    const starts = cs.calls('StartTransaction');
    const stops = cs.calls('StopTransaction');
    assert.deepEqual([starts.length, stops.length], [s.sessions, s.sessions]);
    let wh = 0;
    starts.forEach((q, i) => {
      assert.ok((q.meterStart as number) >= wh - 1, `transaction ${i}`);
      wh = stops[i].meterStop as number;
      assert.ok(wh > (q.meterStart as number), `transaction ${i}`);
    });
    if (DAYS > LEAP + 3) assert.deepEqual([...zones].sort(), ['+01:00', '+02:00']);
    const per = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => s.erases[from + i] ?? 0).join(' ');
    const slots = s.erases.reduce((sum, e, page) => sum + (page < STORAGE ? 0 : e), 0);
    // Ten years of this, with a factor of ten to spare, are within what the chip is rated for.
    for (const [page, erases] of s.erases.entries())
      assert.ok((erases ?? 0) * (3650 / DAYS) * 10 <= RATED, `page ${page}: ${erases} erases`);
    console.log(
      `      ${s.sessions} sessions, ${eto} Wh; erases of each page: journal ${per(0, 13)}, register ${per(13, 16)}; slots ${slots} in all`,
    );
    w.end();
  });
});
