// Prints docs/ocpp.md from the table of messages. `--check` compares instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { messages } from './messages.mjs';

const FILE = 'firmware/ocpp/messages.ts';
const TYPE = { s: 'text', i: 'integer', u: 'integer from 0', o: 'object', a: 'list of texts' };

/** A field of a shape in words. */
function field(text) {
  const [, name, type, detail, free] = /^(\w+) (\w)(.*?)(\??)$/.exec(text);
  const what =
    type === 'e'
      ? detail.split('|').join(' or ')
      : TYPE[type] + (type === 's' ? ` of at most ${detail} characters` : '');
  return `\`${name}\`: ${what}${free ? ', optional' : ''}`;
}

const table = (head, rows) =>
  [
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows.map((r) => `| ${r.join(' | ')} |`),
  ].join('\n');

export function ocpp() {
  const { TOLD, ASKED } = messages(FILE);
  const asked = Object.entries(ASKED);
  const told = TOLD.filter((t) => t.names.length);
  return `# OCPP 1.6J

Printed by \`tools/docs-ocpp.mjs\` from \`${FILE}\`. The configuration keys are in [keys.md](keys.md), in the rows that name an OCPP key.

## What the charger tells

In order of urgency. One call is under way at a time; answers to the central system never wait for it.

${table(
  ['messages', 'part on call'],
  told.map((t) => [t.names.join(', '), `\`${t.part}\``]),
)}

## What the central system may ask

Unknown fields are ignored. A payload that does not fit is refused before the part is loaded: a missing field with
\`OccurenceConstraintViolation\`, a wrong type with \`TypeConstraintViolation\`, a value outside of what is said here with
\`PropertyConstraintViolation\`.

${table(
  ['action', 'profile', 'payload', 'part on call'],
  asked
    .filter(([, r]) => r.part)
    .map(([name, r]) => [
      name,
      r.profile,
      (r.q ?? '').split(',').filter(Boolean).map(field).join('; '),
      `\`${r.part}\``,
    ]),
)}

Known but not offered, answered with \`NotSupported\`: ${asked
    .filter(([, r]) => !r.part)
    .map(([name]) => name)
    .join(', ')}. Anything else is answered with \`NotImplemented\`.
`;
}

if (process.argv[1]?.endsWith('docs-ocpp.mjs')) {
  const now = ocpp();
  if (!process.argv.includes('--check')) writeFileSync('docs/ocpp.md', now);
  else if (readFileSync('docs/ocpp.md', 'utf8') !== now)
    throw new Error('docs/ocpp.md is old: run node tools/docs-ocpp.mjs');
}
