// Prints docs/keys.md from the key table: the comment above a row is its description.
import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

const FILE = 'firmware/core/keys.ts';
const text = readFileSync(FILE, 'utf8');
const source = ts.createSourceFile(FILE, text, ts.ScriptTarget.ES2022, true);

const TYPE = { b: 'bool', i: 'integer', n: 'number', s: 'text', c: 'words', j: 'JSON' };

/** The object literal behind `export const KEYS`. */
function table() {
  for (const s of source.statements) {
    const d = ts.isVariableStatement(s) && s.declarationList.declarations[0];
    if (!d || d.name.getText() !== 'KEYS') continue;
    let e = d.initializer;
    while (!ts.isObjectLiteralExpression(e)) e = e.expression;
    return e;
  }
  throw new Error(`${FILE}: no KEYS`);
}

function comment(node) {
  const ranges = ts.getLeadingCommentRanges(text, node.pos) ?? [];
  const doc = ranges.map((r) => text.slice(r.pos, r.end)).findLast((t) => t.startsWith('/**'));
  return doc
    ? doc
        .replace(/^\/\*\*|\*\/$/g, '')
        .replace(/\s*\n\s*\* ?/g, ' ')
        .trim()
    : '';
}

/** Title of a section: a line comment before the row's own. */
function section(node) {
  const ranges = ts.getLeadingCommentRanges(text, node.pos) ?? [];
  const line = ranges.map((r) => text.slice(r.pos, r.end)).find((t) => t.startsWith('// '));
  return line ? line.slice(3) : '';
}

function field(row, name) {
  const p = row.properties.find((x) => x.name?.getText() === name);
  if (!p) return '';
  let e = p.initializer;
  while (ts.isAsExpression(e)) e = e.expression;
  return ts.isStringLiteral(e) ? e.text : e.getText();
}

function range(row) {
  const [lo, hi] = [field(row, 'lo'), field(row, 'hi')];
  const t = field(row, 't');
  if (t === 'c') return hi ? `up to ${hi}` : '';
  if (t === 's') return hi ? `up to ${hi} bytes` : '';
  return lo !== '' && hi !== '' ? `${lo}…${hi}` : lo !== '' ? `from ${lo}` : '';
}

function access(marks) {
  if (!marks.includes('w')) return 'R';
  return marks.includes('h') ? 'W' : 'R/W';
}

const cell = (s) => s.replace(/\|/g, '\\|');

function line(p, ocppOnly) {
  const row = p.initializer;
  const marks = field(row, 'f');
  const name = p.name.getText();
  const type = TYPE[field(row, 't')] + (marks.includes('z') ? ' or null' : '');
  const ocpp = field(row, 'ocpp');
  const what = comment(p) + (ocpp && !ocppOnly ? ` OCPP: ${ocpp}.` : '');
  const cells = [
    ocppOnly ? ocpp : `\`${name}\``,
    type,
    field(row, 'unit'),
    access(marks),
    range(row),
    field(row, 'def'),
    what,
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

const HEAD =
  '| key | type | unit | access | range | default | meaning |\n| --- | --- | --- | --- | --- | --- | --- |';

export function keys() {
  const out = [
    '# Keys',
    '',
    `Printed by \`tools/docs.mjs\` from \`${FILE}\`. \`GET /api/status?filter=KEY,KEY\` reads, \`GET /api/set?KEY=VALUE\` writes, ` +
      'on the console `get("KEY")` and `set("KEY", VALUE)`. What is writable and has a default survives power loss.',
  ];
  for (const p of table().properties) {
    const title = section(p);
    if (title) out.push('', `## ${title}`, '', HEAD);
    out.push(line(p, field(p.initializer, 'f').includes('o')));
  }
  return out.join('\n') + '\n';
}

if (process.argv[1]?.endsWith('docs.mjs')) {
  const now = keys();
  if (process.argv.includes('--check')) {
    if (readFileSync('docs/keys.md', 'utf8') !== now)
      throw new Error('docs/keys.md is old: run node tools/docs.mjs');
  } else writeFileSync('docs/keys.md', now);
}
