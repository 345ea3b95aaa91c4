// What docs/budgets.md says: every budget is kept, or broken by no more than is known; nothing is missing; and it was measured with
// a build like this one, as far as sizes tell. What is measured anew stands in test/story/budgets.test.ts.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { readBuild, type Build } from '../bench/image';
import { CHANGE, KNOWN, WORK, type Known } from '../bench/measure/budgets';
import { figure, sections, type Row, type Section } from '../bench/measure/table';
import { build } from '../tools/build.mjs';

/** Every section, and so many rows with a budget at least. */
const SECTIONS: [title: string, rows: number][] = [
  ['Size of the bundle and of the parts on call', 1],
  ['Start', 0],
  ['Instructions of a start', 2],
  ['Variables that stay', 3],
  ['Variables at the peak', 19],
  ['The whole story with 4500 variables', 6],
  ['The whole story with 3650 variables', 6],
  ['Instructions of a scan in which nothing changes', 2],
  ['Instructions of the longest step', 42],
  ['How long an answer takes while charging', 6],
  ['How long the central system waits while charging', 4],
  ['Instructions under load, charging', 8],
  ['The connect gate', 2],
];
/** Of a size: what may have changed since, a part of it; and bytes of a single part. */
const DRIFT = 0.03;
const PART = 300;
const AGAIN = 'npm run bench:engine -- --write';

const named = (all: Section[], title: string): Row[] => all.find((s) => s.title === title)?.rows ?? [];

/** Name of a row without the parts that the step called. */
const bare = (what: string): string => what.replace(/ \([^)]*\)$/, '');

/** What is wrong with the figures. */
function broken(all: Section[]): string[] {
  const out: string[] = [];
  for (const [title, n] of SECTIONS) {
    const promised = named(all, title).filter((r) => r.budget !== undefined);
    if (promised.length < n) out.push(`${title}: ${promised.length} figures with a budget, not ${n}`);
  }
  for (const { title, text, rows } of all) {
    if (/not to their end|broke off/.test(text ?? '')) out.push(`${title}: ${text}`);
    for (const r of rows) {
      if (r.value === 'not measured') out.push(`${r.what}: not measured`);
      if (r.budget === undefined) continue;
      const n = figure(r.value);
      if (r.kept && n > figure(r.budget)) out.push(`${r.what}: ${r.value} of ${r.budget} is not kept`);
      if (r.kept) continue;
      const [, , known] = KNOWN.find((x) => x[0] === title && x[1] === bare(r.what)) ?? [];
      if (known === undefined) out.push(`${r.what}: ${r.value} of ${r.budget}`);
      else if (r.value !== known && !(n <= figure(known)))
        out.push(`${r.what}: ${r.value}, known was ${known}`);
    }
  }
  for (const [title, what] of KNOWN)
    if (!named(all, title).some((r) => bare(r.what) === what))
      out.push(`${title}, ${what}: known, but not there`);
  return out;
}

/** Where the sizes of the document are not those of a build. */
function stale(all: Section[], made: Build): string[] {
  const out: string[] = [];
  const said = new Map<string, number>();
  for (const r of named(all, SECTIONS[0][0])) {
    const [, part, bytes] = /^(\w+), (\d+) bytes: /.exec(r.what) ?? [];
    const [, file] = /^([\w.-]+).*, bytes$/.exec(r.what) ?? [];
    if (part) said.set(part, Number(bytes));
    else if (file) said.set(file === 'reference.js' ? 'main' : file, figure(r.value));
  }
  const files = [...made].filter(([name]) => !name.startsWith('.'));
  const sum = (sizes: Iterable<number>): number => [...sizes].reduce((n, x) => n + x, 0);
  const compare = (name: string, was: number, is: number, most: number): void => {
    if (Math.abs(is - was) > most) out.push(`${name}: ${was} bytes, is ${is}`);
  };
  for (const name of said.keys()) if (!made.has(name)) out.push(`${name}: is no more`);
  for (const [name, { length }] of files)
    if (said.has(name)) compare(name, said.get(name)!, length, Math.max(PART, length * DRIFT));
    else out.push(`${name}: is new`);
  const total = sum(files.map(([, data]) => data.length));
  compare('all files', sum(said.values()), total, total * DRIFT);
  return out;
}

/** Where README claims less than is known to be broken, or a good deal more. */
function rosy(readme: string, known: Known[]): string[] {
  const out: string[] = [];
  const limit = readme.split('## Honest limits')[1].replace(/\s+/g, ' ');
  const more = (what: RegExp, of: number): number =>
    Math.max(0, ...known.filter(([, row]) => what.test(row)).map(([, , worst]) => Math.round((figure(worst) / of - 1) * 100))); // prettier-ignore
  for (const [claim, is] of [
    [/scan in which much changes may take (\d+) % more than its 10 ms/, more(/: scan$/, CHANGE)],
    [
      /step of work (\d+) % more than its 20 ms/,
      Math.max(more(/: work$/, WORK), more(/^the longest work/, WORK / 1e5)),
    ],
  ] as const) {
    const said = Number(claim.exec(limit)?.[1] ?? 0);
    if (said < is || said > is + 10) out.push(`${claim.source}: ${said} %, known is ${is} %`);
  }
  if (/story with 3650 variables/.test(limit) !== known.some(([title]) => title.includes('3650')))
    out.push('the story with 3650 variables');
  return out;
}

describe('docs/budgets.md', function () {
  // A build may be among it.
  this.timeout(60000);
  const all = sections(fs.readFileSync('docs/budgets.md', 'utf8'));
  const changed = (title: string, change: (rows: Row[]) => Row[]): Section[] =>
    all.map((s) => (s.title === title ? { ...s, rows: change(s.rows) } : s));

  it('every budget is kept, or is known to be broken and has not grown worse', () => {
    assert.deepEqual(broken(all), []);
  });

  it('was measured with a build of these sizes', async () => {
    await build('reference');
    assert.deepEqual(stale(all, readBuild('dist', 'reference')), [], `${AGAIN} sizes, and all that follows`);
  });

  it('docs/sizes.md was, too, and docs/flashing.md tells how much goes over the network', async () => {
    await build('reference');
    const made = readBuild('dist', 'reference');
    const all = [...made.values()].reduce((n, data) => n + data.length, 0);
    const sizes = /everything: (\d+) bytes, (\d+) of them the main/.exec(fs.readFileSync('docs/sizes.md', 'utf8'))!; // prettier-ignore
    const update = /some minutes for (\d+) kB/.exec(fs.readFileSync('docs/flashing.md', 'utf8'))!;
    for (const [said, is] of [
      [sizes[1], all],
      [sizes[2], made.get('main')!.length],
      [`${update[1]}000`, fs.statSync('dist/reference.pwu').size],
    ] as const)
      assert.ok(Math.abs(Number(said) - is) <= is * DRIFT, `${said} bytes, is ${is}: npm run bench:sizes`);
  });

  it('a figure above its budget, one that is gone and one that was not measured would be noticed', () => {
    const title = 'Instructions under load, charging';
    const [first, ...rest] = named(all, title);
    const over = { ...first, value: '2.10 M', kept: false };
    const wrong = { ...first, value: '2.10 M', kept: true };
    const absent = { what: first.what, value: 'not measured' };
    assert.deepEqual(broken(changed(title, () => [over, ...rest])), [`${first.what}: 2.10 M of 2.00 M`]);
    assert.match(broken(changed(title, () => [wrong, ...rest])).join(), /2.10 M of 2.00 M is not kept/);
    assert.match(broken(changed(title, () => [absent, ...rest])).join(), /7 figures .*not measured/);
    assert.match(broken(all.filter((s) => s.title !== title)).join(), /0 figures with a budget, not 8/);
  });

  it('README is no rosier', () => {
    const readme = fs.readFileSync('README.md', 'utf8');
    assert.deepEqual(rosy(readme, KNOWN), []);
    const [title] = SECTIONS[8];
    const worse: Known[] = [...KNOWN, [title, 'card: scan', '1.60 M'], [title, 'dump: work', '2.80 M']];
    assert.match(rosy(readme, worse).join(), /known is 60 %.*known is 40 %/);
    const lost: Known = ['The whole story with 3650 variables', 'callbacks that were lost', '1'];
    const sad = '## Honest limits A scan in which much changes may take 12 % more than its 10 ms.';
    assert.match(rosy(sad, [lost]).join(), /known is 0 %.*3650/);
  });

  it('one that is known and has grown worse, or is gone, would be noticed', () => {
    for (const [title, what, known] of KNOWN) {
      const n = figure(known);
      const value = n > 1e5 ? `${(n / 1e6 + 0.02).toFixed(2)} M` : n > 0 ? `${n + 1}` : `${known}; more`;
      const worse = (rows: Row[]): Row[] => rows.map((r) => (bare(r.what) === what ? { ...r, value, kept: false } : r)); // prettier-ignore
      const told = broken(changed(title, worse)).map((x) => x.replace(/ \([^)]*\): /, ': '));
      assert.deepEqual(told, [`${what}: ${value}, known was ${known}`]);
      const gone = broken(changed(title, (rows) => rows.filter((r) => bare(r.what) !== what)));
      assert.ok(gone.includes(`${title}, ${what}: known, but not there`), gone.join('\n'));
    }
  });

  it('a bundle that has grown, a part that is new or gone would be noticed', async () => {
    await build('reference');
    const made = readBuild('dist', 'reference');
    const main = made.get('main')!;
    const other = (name: string, data: Uint8Array): Build => new Map([...made, [name, data]]);
    assert.match(stale(all, other('main', Buffer.concat([main, main]))).join(), /^main: .*all files: /);
    assert.match(stale(all, other('more', Buffer.alloc(100))).join(), /more: is new/);
    made.delete('tail');
    assert.match(stale(all, made).join(), /tail: is no more/);
  });
});
