// The documents say what the code says.

import assert from 'node:assert';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { HELP } from '../bench/options';
import { FAULTS } from '../firmware/core/faults';
import { files } from '../tools/docs-boards.mjs';
import { keys, safety } from '../tools/docs.mjs';

const text = (file: string): string => readFileSync(file, 'utf8');

describe('documents', () => {
  it('docs/keys.md is printed from the table', () => {
    assert.equal(text('docs/keys.md'), keys(), 'run node tools/docs.mjs');
  });

  it('docs/safety.md has the table of faults', () => {
    assert.equal(text('docs/safety.md'), safety(), 'run node tools/docs.mjs');
  });

  it('docs/safety.md names functions and tests that exist', () => {
    const rows = text('docs/safety.md').split('## Faults')[0].split('\n').filter((l) => l.startsWith('| ') && !l.startsWith('| rule') && !l.startsWith('| ---')); // prettier-ignore
    assert.ok(rows.length > 50);
    const tree = (dir: string): string[] =>
      readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((f) => `${dir}/${f}`);
    const sources = tree('firmware');
    const tests = tree('test');
    /** The one file with this name or this path; of several that of the core. */
    const source = (all: string[], name: string): string => {
      const found = all.filter((f) => f === name || f.endsWith(`/${name}`));
      const file = found.length > 1 ? found.find((f) => f.includes('/core/')) : found[0];
      assert.ok(file, `there is no ${name}`);
      return text(file);
    };
    for (const row of rows) {
      const [, , , where, test] = row.split('|').map((c) => c.trim());
      for (const [, file, names] of where.matchAll(/`([\w./]+\.ts)`([^`]*)/g))
        for (const name of names.split(',').map((n) => n.trim()))
          assert.match(source(sources, file), new RegExp(`\\b(function|const|let) ${name}\\b|^  ${name}:`, 'm'), `${file} ${name}`); // prettier-ignore
      if (test === 'same') continue;
      const [, titles, file] = /^(.*?)(?: ?\(?`([^`]*)`\)?)?$/.exec(test)!;
      const stands = source(tests, file ?? 'core/safety.test.ts');
      for (const title of titles.split(' + '))
        assert.match(stands, new RegExp(`[\`'"]${title.replace(/[.*+?^$()|]/g, '\\$&')}`), `${file}: ${title}`); // prettier-ignore
    }
  });

  it('docs/bench.md has every flag as --help tells it', () => {
    const page = text('docs/bench.md');
    for (const [flag, [takes, without, meaning]] of Object.entries(HELP)) {
      const name = `--${flag} ${takes}`.trimEnd().replace('|', '\\|');
      const row = `| \`${name}\` | ${without} | ${meaning} |`.replace('|  |', '| |');
      assert.ok(page.includes(`${row}\n`), row);
    }
  });

  it('docs/ocpp-rules.md names functions and tests that exist', () => {
    const rows = text('docs/ocpp-rules.md')
      .split('\n')
      .filter((l) => l.startsWith('| ') && !/^\| (rule|---) /.test(l));
    assert.ok(rows.length > 60);
    const tests = readdirSync('test/ocpp')
      .map((f) => text(`test/ocpp/${f}`))
      .join('\n');
    for (const row of rows) {
      const [, rule, clause, where, test, end] = row.split('|').map((c) => c.trim());
      assert.ok(rule && clause && end === '', row);
      assert.ok(tests.includes(test), test);
      for (const place of where.split(/, (?=`)/)) {
        const [, file, names] = /^`([\w./]+)` (.+)$/.exec(place)!;
        const path = ['firmware/ocpp/', 'firmware/'].map((d) => d + file).find((f) => existsSync(f))!;
        for (const name of names.split(', '))
          assert.match(text(path), new RegExp(`(function|const) ${name}\\b`), `${file}: ${name}`);
      }
    }
  });

  it('docs/boards.md and its pictures are printed from the boards', () => {
    for (const [file, want] of Object.entries(files() as Record<string, string>))
      assert.equal(text(file), want, 'run node tools/docs-boards.mjs');
  });

  /** What comes behind the driver: test/adding.test.ts. */
  it('docs/adding.md shows the driver that is there', () => {
    let file = '';
    let lines = 0;
    for (const line of text('docs/adding.md').split('\n## A board\n')[0].split('\n')) {
      if (line.startsWith('+++ b/')) file = text(line.slice(6));
      else if (line.startsWith('+') && ++lines) assert.ok(file.split('\n').includes(line.slice(1)), line);
    }
    assert.ok(lines > 30);
  });

  it('docs/hardware.md has every driver and every rule of the linter that it names', () => {
    const page = text('docs/hardware.md');
    for (const [, file] of page.matchAll(/`(\w+\.ts)`/g)) assert.ok(existsSync(`hal/${file}`), file);
    const rules = text('tools/boards.mjs');
    for (const [, rule] of page.matchAll(
      /`((?:strap|input|boot|no|pull)-\w+|flash|console|adc2|dac|float|channels)`/g,
    ))
      assert.ok(rules.includes(`'${rule}'`), rule);
    // Figures of the text that stand in the code.
    const at = (file: string, line: string): void => assert.ok(text(file).includes(line), `${file}: ${line}`);
    at('firmware/core/meter.ts', 'const SOFT = 7000');
    at('firmware/core/meter.ts', 'const HARD = 5000');
    at('hal/lock.ts', 'const PULSE = 300');
    at('hal/lock.ts', 'const TRIES = 5');
    at('hal/lock.ts', 'const RARELY = 30000');
    at('firmware/main.ts', "E.on('kill', () => release(c))");
    for (const file of readdirSync('boards')) at(`boards/${file}`, 'watchdog: 10');
  });

  it('docs/flashing.md has every flag of flash.sh, and its errors in its words', () => {
    const page = text('docs/flashing.md');
    const tools = readdirSync('tools')
      .filter((f) => /^flash.*\.mjs$/.test(f))
      .map((f) => text(`tools/${f}`))
      .join('\n');
    const flags = tools.slice(tools.indexOf('const FLAGS'), tools.indexOf('const boards'));
    for (const [, flag] of flags.matchAll(/^ {2}'?([\w-]+)'?: \{ type/gm))
      assert.ok(flag === 'help' || page.includes(`| \`--${flag}`), flag);
    for (const [, flag] of page.matchAll(/^\| `--([\w-]+)/gm))
      assert.match(flags, new RegExp(`${flag}'?: \\{`));
    const rows = page.split('## When something fails')[1].matchAll(/^\| ([^|]+) \| [^|]+ \|$/gm);
    // What the charger says is passed on.
    const all = tools + text('firmware/http/web.part.ts');
    const said = [...rows].slice(2).flatMap(([, what]) => what.split(/, (?=wrong )/));
    assert.ok(said.length > 18, String(said.length));
    for (const what of said)
      for (const piece of what
        .split('…')
        .map((t) => t.trim())
        .filter(Boolean))
        // prettier-ignore
        assert.ok(all.includes(piece), piece);
    const images = text('tools/flash.mjs');
    for (const [at, name] of [
      ['0x1000', 'bootloader.bin'],
      ['0x8000', 'partitions.bin'],
      ['0x9000', ''],
      ['0xC000', ''],
      ['0x10000', ''],
      ['0x310000', ''],
      ['0x320000', ''],
    ])
      // prettier-ignore
      assert.ok(page.includes(`| ${at} |`) && images.includes(name ? `[${at}, '${name}'` : ''), at);
  });

  it('docs/api.md has every path of the web server', () => {
    const page = text('docs/api.md');
    const source = text('firmware/http/web.part.ts');
    const paths = [...source.matchAll(/path!?(?: === |\.startsWith\()'(\/\w[\w/]*)'/g)].map((m) => m[1]);
    assert.ok(paths.length > 8, String(paths));
    for (const path of paths) assert.match(page, new RegExp(`\`(GET |POST )?${path}\\b`), path);
  });

  it('what a factory reset leaves latched is told wherever it is described', () => {
    const latched = Object.values(FAULTS).filter((f) => f.ends === 'flash');
    assert.deepEqual(latched.map((f) => f.text), ['residual current', 'contactor welded']); // prettier-ignore
    for (const [file, from] of [
      ['docs/keys.md', '| `factory` |'],
      ['docs/flashing.md', 'A factory reset forgets'],
      ['docs/safety.md', '| A factory reset keeps'],
    ]) {
      const told = text(file).split(from)[1].split(/\n[\n|]/)[0].replaceAll('\n', ' '); // prettier-ignore
      assert.match(told, /latched weld or residual current/, file);
    }
  });

  it('the licence that package.json names is there', () => {
    const { license, name } = JSON.parse(text('package.json'));
    assert.match(text('LICENSE'), new RegExp(`^${license} License\n\nCopyright .* the ${name} authors`, 'i'));
  });

  it('links in README and docs lead somewhere', () => {
    for (const file of [
      'README.md',
      ...readdirSync('docs')
        .filter((f) => f.endsWith('.md'))
        .map((f) => `docs/${f}`),
    ])
      // prettier-ignore
      for (const [, to] of text(file).matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g))
        assert.ok(existsSync(`${file.includes('/') ? 'docs/' : ''}${to}`), `${file}: ${to}`);
  });
});
