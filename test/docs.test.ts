// The documents say what the code says.

import assert from 'node:assert';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { keys, safety } from '../tools/docs.mjs';

const text = (file: string): string => readFileSync(file, 'utf8');

describe('documents', () => {
  it('docs/keys.md is printed from the table', () => {
    assert.equal(text('docs/keys.md'), keys(), 'run node tools/docs.mjs');
  });

  it('docs/safety.md has the table of faults', () => {
    assert.equal(text('docs/safety.md'), safety(), 'run node tools/docs.mjs');
  });

  it('docs/safety.md names tests and files that exist', () => {
    const rows = text('docs/safety.md').split('## Faults')[0].split('\n').filter((l) => l.startsWith('| ') && !l.startsWith('| rule') && !l.startsWith('| ---')); // prettier-ignore
    assert.ok(rows.length > 25);
    const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.ts'))
      .map((f) => text(`test/${f}`))
      .join('\n');
    for (const row of rows) {
      const [, , , where, test] = row.split('|').map((c) => c.trim());
      for (const [, file] of where.matchAll(/`(\w+\.ts)`/g))
        assert.ok(existsSync(`firmware/core/${file}`) || existsSync(`firmware/${file}`), file);
      const title = test.replace(/ \(`[^`]*`\)$/, '').replace(/, and two more$/, '');
      if (title === 'same') continue;
      if (title.startsWith('`')) assert.ok(existsSync(title.slice(1, -1)), title);
      else
        for (const t of title.includes(', a sensor') ? title.split(/, (?=a sensor)/) : [title])
          assert.ok(tests.includes(t), t);
    }
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
