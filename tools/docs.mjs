// Prints docs/keys.md from the key table, where the comment above a row is its description, and the table of faults into
// docs/safety.md. `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { readFaults } from './faults.mjs';
import { gaps } from './goe.mjs';
import { readTable } from './keys.mjs';

const FILE = 'firmware/core/keys.ts';
const DOC = 'docs/keys.md';

const TYPE = { b: 'bool', i: 'integer', n: 'number', s: 'text', c: 'words', j: 'JSON' };

function range({ t, lo, hi }) {
  if (t === 'c') return hi === undefined ? '' : `up to ${hi} of ${String(lo).split(',').join(', ')}`;
  if (t === 's') return hi === undefined ? '' : `up to ${hi} bytes`;
  if (lo === undefined) return '';
  return hi === undefined ? `from ${lo}` : `${lo}…${hi}`;
}

function access(marks) {
  if (!marks.includes('w')) return 'R';
  return marks.includes('h') ? 'W' : 'R/W';
}

function first({ t, def }) {
  if (def === undefined) return '';
  if (t === 'b') return String(!!def);
  return (t === 's' || t === 'c') && def !== null ? def : JSON.stringify(def);
}

const cell = (s) => s.replace(/\|/g, '\\|');

function line(row) {
  const { name, t, f = '', unit = '', ocpp = '', doc } = row;
  const hidden = f.includes('o');
  const cells = [
    hidden ? ocpp : `\`${name}\``,
    TYPE[t] + (f.includes('z') ? ' or null' : ''),
    unit,
    access(f),
    range(row),
    first(row),
    doc + (ocpp && !hidden ? ` OCPP: ${ocpp}.` : ''),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

const INTRO =
  `Printed by \`tools/docs.mjs\` from \`${FILE}\`. \`GET /api/status?filter=KEY,KEY\` reads, \`GET /api/set?KEY=VALUE\` or ` +
  'a POST with the same text or a JSON object writes, on the console `get("KEY")` and `set("KEY", VALUE)`. What is ' +
  'writable and has a default survives power loss; it is in flash when it is answered, or, where a board without interlock ' +
  'charges and has no erased page left, when the contactor has opened ([safety.md](safety.md#flash-behind-a-closed-contactor)).';

const HEAD =
  '| key | type | unit | access | range | default | meaning |\n| --- | --- | --- | --- | --- | --- | --- |';

/** The text of docs/keys.md. */
export function keys(rows = readTable(FILE)) {
  const out = ['# Keys', '', INTRO];
  for (const row of rows) {
    if (row.section) out.push('', `## ${row.section}`, '', HEAD);
    out.push(line(row));
  }
  out.push('', ...gaps());
  return out.join('\n') + '\n';
}

/** What a row always answers, '' = it depends on the charger. */
function constant({ t, get = '' }) {
  const v = /^\(\) => '?([\w,]+)'?$/.exec(get);
  return !v ? '' : t === 'b' ? String(v[1] === '1') : v[1];
}

/** The keys that the central system may ask for, by their names there. */
export function configuration(rows = readTable(FILE)) {
  const told = rows.filter((r) => r.ocpp).sort((a, b) => (a.ocpp < b.ocpp ? -1 : 1));
  return (
    '| configuration key | type | unit | access | range | default, or value | effect | HTTP |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n' +
    told
      .map((row) => {
        const { name, t, f = '', unit = '', ocpp, doc } = row;
        const marks = f.includes('r') ? f.replace('w', '') : f;
        const own = f.includes('o') ? '' : `\`${name}\``;
        const cells = [ocpp, TYPE[t], unit, access(marks), range(row), first(row) || constant(row), doc, own];
        return `| ${cells.map(cell).join(' | ')} |`;
      })
      .join('\n')
  );
}

const SAFETY = 'docs/safety.md';
const ENDS = { car: 'car', operator: 'operator', flash: 'flash' };

function retry({ ends, wait, most }) {
  if (ends !== 'time') return ENDS[ends];
  const after = wait ? `time, ${wait / 1000} s` : 'time';
  return most ? `${after}, ${most} times` : after;
}

/** The text of docs/safety.md with the table of faults between its markers. */
export function safety(text = readFileSync(SAFETY, 'utf8'), faults = readFaults()) {
  const rows = Object.values(faults).map(
    (f) => `| ${f.text} | ${f.bit} | ${f.does} | ${retry(f)} | ${f.err} | ${f.ocpp} | ${f.light || ''} |`,
  );
  const head =
    '| fault, gravest first | bit of `errs` | does | ends | `err` | OCPP | red flashes |\n| --- | --- | --- | --- | --- | --- | --- |';
  const table = `<!-- faults -->\n\n${head}\n${rows.join('\n')}\n\n<!-- /faults -->`;
  return text.replace(/<!-- faults -->[^]*<!-- \/faults -->/, table);
}

if (process.argv[1]?.endsWith('docs.mjs')) {
  const now = { [DOC]: keys(), [SAFETY]: safety() };
  for (const [file, text] of Object.entries(now))
    if (!process.argv.includes('--check')) writeFileSync(file, text);
    else if (readFileSync(file, 'utf8') !== text) {
      process.stderr.write(`${file} is stale: run node tools/docs.mjs\n`);
      process.exitCode = 1;
    }
}
