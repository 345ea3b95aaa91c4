import assert from 'node:assert';
import { commands } from '../../firmware/console';
import { table } from '../fake/table';

type Command = (...args: unknown[]) => void;

function typed(): { run(name: string, ...args: unknown[]): string; t: ReturnType<typeof table> } {
  const t = table();
  commands(t.c);
  const g = globalThis as unknown as { [name: string]: Command };
  return {
    t,
    run(name, ...args) {
      t.printed = [];
      const real = globalThis.setTimeout;
      const turns: (() => void)[] = [];
      let ms = 0;
      const later = (fn: Command, wait: number, ...rest: unknown[]): number =>
        turns.push(() => ((ms += wait), fn(...rest)));
      globalThis.setTimeout = later as unknown as typeof setTimeout;
      try {
        g[name](...args);
        for (let turn = turns.shift(); turn; turn = turns.shift()) {
          const had = t.printed.length;
          turn();
          assert.ok(t.printed.length <= had + 1, 'more than a line in a turn');
        }
      } finally {
        globalThis.setTimeout = real;
      }
      assert.ok(ms >= 20 * (t.printed.length - 1), 'lines before the serial line has taken up those before');
      return t.printed.join('\n');
    },
  };
}

describe('console', () => {
  it('help names every command', () => {
    const { run } = typed();
    for (const name of ['status()', 'get("amp")', 'set("amp", 10)', 'keys()', 'log()', 'trace()'])
      assert.ok(run('help').includes(name), name);
  });

  it('gets and sets', () => {
    const { run, t } = typed();
    assert.equal(run('get', 'amp'), 'amp = 16 A');
    assert.equal(run('set', 'amp', 10), 'amp = 10 A');
    assert.equal(t.c.k.amp, 10);
    assert.equal(run('set', 'fna', 'Box'), 'fna = "Box"');
    assert.equal(run('set', 'dwo', null), 'dwo = null Wh');
    assert.equal(run('set', 'clp', [6, 8]), 'clp = [6,8] A');
    assert.equal(run('get', 'ocppck'), 'ocppck = (not shown)');
    assert.equal(run('get', 'HeartbeatInterval'), 'ocpph = 300 s');
  });

  it('errors say what to type', () => {
    const { run } = typed();
    const rows: [args: unknown[], says: RegExp][] = [
      [['get', 'nosuch'], /no key "nosuch".*keys\(\)/],
      [['get'], /in quotes: type get\("amp"\)/],
      [['set', 16], /in quotes: type set\("amp", 10\)/],
      [['set', 'amp'], /value is missing: amp takes an integer from 6 to 32/],
      [['set', 'amp', 5], /exceeds range 6 to 32.*takes an integer from 6 to 32/],
      [['set', 'ocppe', 'maybe'], /takes true or false/],
      [['set', 'car', 1], /reading only/],
    ];
    for (const [args, says] of rows)
      assert.match(run(args[0] as string, ...args.slice(1)), says, args.join());
  });

  it('status is a screenful, keys come in pages, log is the last lines', () => {
    const { run, t } = typed();
    assert.match(run('status'), /charger {2}no vehicle, state A1[^]*ocpp {5}off[^]*boot 1/);
    const page = run('keys');
    assert.match(page, /^car +an integer \(read only\)\n/);
    const more = /More: keys\("(\w+)"\)/.exec(page)!;
    assert.match(run('keys', more[1]), new RegExp(`^${more[1]} `));
    t.lines.push('1.0 boot done');
    assert.match(run('log'), /1\.0 boot done$/);
  });
});
