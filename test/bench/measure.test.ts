// What the measurement rests on: the arithmetic of variables, the reading of profiles, the document; and on the real
// interpreter that its modes measure what they say.

import assert from 'node:assert';
import fs from 'node:fs';
import { Memory } from '../../bench/engine/memory';
import { solo, type Solo } from '../../bench/engine/solo';
import { withoutInterlock } from '../../bench/measure/gate';
import { parts } from '../../bench/measure/parts';
import { net, parse, type Step } from '../../bench/measure/profile';
import {
  figure,
  insert,
  markdown,
  replace,
  row,
  sections,
  trend,
  type Section,
} from '../../bench/measure/table';
import { takes } from '../../bench/measure/trips';
import { loaded } from '../../bench/measure/work';

const { ESPRUINO = '' } = process.env;

describe('measured variables', () => {
  it('are what is in use less the bench, since the last look', () => {
    const m = new Memory();
    m.ready(40, 1035, 16383);
    m.burst(4000);
    m.saw(4600);
    m.burst(3900);
    const { peak, floor, empty, room } = m.report();
    assert.deepEqual([peak, floor, empty, room], [3600, 2900, 40, 15383]);
    m.burst(3950);
    assert.equal(m.report().peak, 2950);
  });

  it('leave out what a request itself holds, and what was taken from the pool', () => {
    const m = new Memory();
    m.ready(40, 1035, 16383);
    m.filled(11035);
    assert.equal(m.report().room, 5383);
    m.saw(11095, 'r'); // says what asking costs: 60
    m.saw(14060, 'w');
    const { peak, where } = m.report();
    assert.deepEqual([peak, where], [3000, 'w']);
  });
});

/** As callgrind writes it: a scan that calls a stand-in for native code twice, and a collection at idle. */
const DUMP = `events: Ir
fn=(1) jsiIdle
10 100
cfn=(2) jsiExecuteEventCallback
calls=1 20
11 900000
cfn=(3) jsvGarbageCollect
calls=1 20
12 340000

fn=(4) jspeFunctionCall
20 5
cfn=(5) jswrap_array_reduce
calls=2 30
21 500000
cfn=(6) jswrap_espruino_getTemperature'2
calls=1 30
21 40

fn=(7) other
30 5
cfn=(2)
calls=1 20
31 1000
`;

describe('profile', () => {
  it('reads a dump', () => {
    const s = parse(DUMP, 7);
    assert.deepEqual(
      [s.at, s.cost, s.native, s.calls, s.kind, s.collections, s.collecting],
      [7, 901000, 500000, 2, 'scan', 1, 340000],
    );
    assert.equal(net(s, 50000), 301000);
  });

  it('takes a collection in mid-statement for what it is on the chip', () => {
    assert.equal(parse(DUMP).forced, 0);
    const s = parse(`${DUMP}\nfn=(8) jsvNewWithFlags\n5 1\ncfn=(3)\ncalls=1 20\n6 163830\n`);
    assert.deepEqual([s.forced, s.forcing], [1, 163830]);
    assert.equal(net(s, 50000), 301000 - 163830 + 375000);
  });

  it('knows the callbacks of the bench', () => {
    assert.equal(parse(DUMP.replace('calls=1 30', 'calls=2 30')).kind, 'bench');
    assert.equal(parse(DUMP.replace('jswrap_espruino_getTemperature', 'other')).kind, 'work');
  });
});

describe('load', () => {
  const steps = (all: [kind: 'scan' | 'work' | 'bench', cost: number][]): Step[] =>
    all.map(([kind, cost]) => ({ ...parse(DUMP), native: 0, calls: 0, forced: 0, forcing: 0, kind, cost }));
  const kept = (all: Parameters<typeof steps>[0]): unknown[] =>
    loaded('x', steps(all), 0).map((r) => [r.value, r.kept]);

  it('a callback that is longer than a scan period breaks the budget', () => {
    assert.deepEqual(kept([['scan', 3e5], ['work', 1.9e6], ['scan', 3e5]]), [['1.90 M', true], ['200 k', true]]); // prettier-ignore
    assert.deepEqual(kept([['scan', 3e5], ['work', 2.1e6], ['scan', 3e5]]), [['2.10 M', false], ['400 k', true]]); // prettier-ignore
  });

  it('short ones that together keep a scan waiting break it, what the bench does itself does not', () => {
    const four: Parameters<typeof steps>[0] = [['scan', 3e5], ['work', 1.3e6], ['work', 1.3e6], ['work', 1.3e6], ['bench', 9e6], ['scan', 3e5]]; // prettier-ignore
    assert.deepEqual(kept(four), [['1.30 M', true], ['2.20 M', false]]); // prettier-ignore
    assert.deepEqual(kept(four.slice(1)), [['1.30 M', true], ['-1700 k', true]]); // prettier-ignore
  });
});

describe('turns of work', () => {
  it('begin 10 ms apart, or when the one before is over, and let a scan that is due go first', () => {
    assert.equal(takes([1, 1, 1], 3, 0), 24);
    assert.equal(takes([1], 3, 7), 8);
    assert.equal(takes([15, 15], 3, 0), 30);
    assert.equal(takes([15, 15, 15], 3, 0), 48);
    // The request came 1 ms before a scan.
    assert.equal(takes([1], 3, 19), 10);
  });
});

describe('table', () => {
  it('is read back', () => {
    const file = new URL('../../docs/budgets.md', import.meta.url);
    const before = fs.readFileSync(file, 'utf8');
    assert.equal(replace(before, []), before);
    const [first, second] = sections(before);
    const other = { ...first, rows: [row('reference.js, bytes', 7, 6)] };
    assert.deepEqual(sections(replace(before, [other]))[0], { ...other, rows: [{ what: 'reference.js, bytes', value: '7', budget: '6', kept: false }] }); // prettier-ignore
    assert.deepEqual(sections(replace(before, [other]))[1], second);
    assert.equal(sections(replace(before, [{ ...other, title: 'new' }])).pop()!.title, 'new');
    assert.deepEqual(['1.90 M', '279 k', '7', '20.2'].map(figure), [1.9e6, 279e3, 7, 20.2]);
    assert.ok(Number.isNaN(figure('not measured')));
  });

  it('judges a figure', () => {
    assert.deepEqual(row('a', 3, 3), { what: 'a', value: '3', budget: '3', kept: true });
    assert.equal(row('a', 4, 3).kept, false);
    assert.deepEqual(row('a', NaN, 3), { what: 'a', value: 'not measured' });
    assert.match(
      markdown([{ title: 't', head: 'h', rows: [row('a', 4, 3)] }]),
      /\| a \| 4 \| 3 \| \*\*broken\*\* \|/,
    );
  });

  it('goes between the marks of the document', () => {
    const file = new URL('../../docs/budgets.md', import.meta.url);
    const once = insert(fs.readFileSync(file, 'utf8'), 'new');
    assert.match(once, /begin -->\n\nnew\n<!-- measured: end/);
    assert.equal(insert(once, 'new'), once);
    assert.throws(() => insert('nothing', 'new'));
  });

  it('has a trend: a line a day, the last run of it', () => {
    const file = new URL('../../docs/budgets.md', import.meta.url);
    const found = (idle: number): Section[] => [
      { title: 'Size', head: '', rows: [row('reference.js, bytes', 46000, 100000), row('keys, bytes', 7)] },
      { title: 'Variables that stay', head: '', rows: [row('idle, no OCPP', idle), row('charging', 2900)] },
      { title: 'Variables at the peak', head: '', rows: [row('one', 3100), row('all at once', 3500)] },
    ];
    const before = fs.readFileSync(file, 'utf8');
    const once = trend(trend(before, '2030-01-01', 270000, found(2700)), '2030-01-01', 270000, found(2701));
    const twice = trend(once, '2030-01-02', 270001, found(2702));
    const lines = twice.split('\n').filter((l) => l.startsWith('| 2030'));
    assert.deepEqual(lines, [
      '| 2030-01-01 | 46000 | 270000 | 2701 | 2900 | 3500 | - | - |',
      '| 2030-01-02 | 46000 | 270001 | 2702 | 2900 | 3500 | - | - |',
    ]);
    assert.equal(twice.replace(lines.join('\n') + '\n', ''), before);
    assert.throws(() => trend('nothing', '2030-01-01', 0, []));
  });
});

describe('board without interlock', () => {
  const build = (code: string) => new Map([['main', Buffer.from(code)]]);
  it('is the bundle with one mark changed', () => {
    const code = withoutInterlock(build('a={interlock:1};')).get('main')!;
    assert.equal(Buffer.from(code).toString(), 'a={interlock:0};');
    assert.throws(() => withoutInterlock(build('a={};')));
  });
});

(ESPRUINO && fs.existsSync(ESPRUINO) ? describe : describe.skip)('measured interpreter', function () {
  this.timeout(30000);
  const TICK = `const pins = new Uint8Array(8).fill(34), out = new Float32Array(8);
    function tick() { setTimeout(tick, 20); E.mapInPlace(pins, out, analogRead); }`;
  const run = (code: string, measure: object): Promise<Solo> =>
    solo({
      executable: ESPRUINO,
      build: new Map([['.bootcde', Buffer.from(`${TICK} ${code} tick();`)]]),
      board: 'reference',
      measure,
    });

  it('counts no garbage when it collects', async () => {
    const code = `function waste() { const a = []; a.push(a); a.push('x'.repeat(2000)); }
      for (let i = 0; i < 20; i++) waste(); D26.write(1);`;
    const peak = async (measure: object): Promise<number> => {
      const s = await run(code, measure);
      assert.ok(await s.until(() => s.module.drive(26).level === 1, 10000), s.text());
      await s.until(() => (s.engine.memory()?.used ?? 0) > 0, 5000);
      const { peak } = s.engine.report();
      s.stop();
      return peak;
    };
    assert.ok((await peak({})) > 4000);
    const own = await peak({ collect: true });
    assert.ok(own > 20 && own < 400, `${own}`);
  });

  it('leaves the script the room that it is told to', async () => {
    const s = await run(
      `let n = 0; const a = []; setTimeout(() => { while (process.memory(false).free > 50) { a.push(0); n++; } print('got', n); }, 300);`,
      { room: 1000 },
    );
    assert.ok(await s.until(() => s.text().includes('got'), 15000), s.text());
    const { room } = s.engine.report();
    s.stop();
    const got = Number(/got (\d+)/.exec(s.text())![1]);
    assert.ok(Math.abs(room - 1000) < 20, `room ${room}`);
    assert.ok(got > 600 && got < 950, `${got}`);
  });

  it('lets the scan alone when asked to', async () => {
    const s = await run(`setInterval(() => print('other'), 30);`, {});
    assert.ok(await s.until(() => s.text().includes('other'), 10000));
    s.engine.alone();
    await s.until(() => false, 300);
    const before = s.text();
    let scans = 0;
    const read = s.module.analogRead.bind(s.module);
    s.module.analogRead = (gpio, after) => (scans++, read(gpio, after));
    assert.ok(await s.until(() => scans > 40, 10000));
    assert.equal(s.text(), before);
    s.stop();
  });

  it('says what a part costs', async () => {
    const one = 'exports.a=function(x){return x+1};';
    const files: [string, string][] = [
      ['small', one],
      [
        'large',
        one + Array.from({ length: 10 }, (_, i) => `exports.f${i}=function(x){return x+1};`).join(''),
      ],
    ];
    const [small, large] = await parts(ESPRUINO, new Map(files.map(([n, t]) => [n, Buffer.from(t)])));
    assert.ok(small.loaded >= 5 && small.loaded < 40, `${small.loaded}`);
    assert.ok(large.loaded - small.loaded >= 60, `${large.loaded}`);
    assert.ok(large.left < 10, `${large.left}`);
  });
});
