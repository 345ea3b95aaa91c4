// Prints docs/ocpp.md from the table of messages. `--check` compares instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { configuration } from './docs.mjs';
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

/** All messages of the specification in the order of their names; one that both may call has both in its row. */
function all({ TOLD, ASKED, SENT }) {
  const part = (name) => TOLD.find((t) => t.names.includes(name)).part;
  const asked = Object.entries(ASKED)
    .filter(([, r]) => r.part)
    .map(([name, r]) => [name, r.profile, 'central system', r.does, r.no, `\`${r.part}\``]);
  const sent = Object.entries(SENT).map(([name, r]) => [
    name,
    r.profile,
    'charger',
    r.does,
    r.no,
    `\`${part(name)}\``,
  ]);
  const both = asked.flatMap((a) => sent.filter((s) => s[0] === a[0]).map((s) => [a, s]));
  return asked
    .concat(sent)
    .filter((r) => !both.some(([a]) => a[0] === r[0]))
    .concat(both.map(([a, s]) => a.map((cell, i) => (i < 2 ? cell : `${cell}; ${s[i]}`))))
    .sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

export function ocpp() {
  const tables = messages(FILE);
  const { TOLD, ASKED } = tables;
  const asked = Object.entries(ASKED);
  return `# OCPP 1.6J

Printed by \`tools/docs-ocpp.mjs\` from \`${FILE}\` and \`firmware/core/keys.ts\`. Which rule stands where in the code, and which test
holds it: [ocpp-rules.md](ocpp-rules.md).

## The messages

All of OCPP 1.6, six feature profiles. *From*: who calls. The charger calls one at a time, the most urgent first; its answers to
the central system never wait for that. Whatever waits for it comes after the answer.

${table(['message', 'profile', 'from', 'what the charger does', 'what it refuses, or what follows from a refusal', 'part on call'], all(tables))}

Order of urgency: ${TOLD.filter((t) => t.names.length)
    .map((t) => t.names.join(', '))
    .filter((t, i, l) => t !== l[i - 1])
    .join(' › ')}.

## What the central system may ask

Unknown fields are ignored. A payload that does not fit is refused before the part is loaded: a missing field with
\`OccurenceConstraintViolation\`, a wrong type with \`TypeConstraintViolation\`, a value outside of what is said here with
\`PropertyConstraintViolation\`; what is no object with \`FormationViolation\`; what is too long with \`GenericError\`.

${table(
  ['action', 'payload'],
  asked
    .filter(([, r]) => r.part)
    .map(([name, r]) => [name, (r.q ?? '').split(',').filter(Boolean).map(field).join('; ')]),
)}

Known but not offered, answered with \`NotSupported\`: ${asked
    .filter(([, r]) => !r.part)
    .map(([name]) => name)
    .join(', ')}. Anything else is answered with \`NotImplemented\`.

## The configuration keys

All that GetConfiguration tells, and \`AuthorizationKey\`, which it does not. Each is a row of the key table, so what has a key of
the HTTP API in the last column is one value under two names ([keys.md](keys.md)). What can be written acts at once and is in
flash when ChangeConfiguration is answered. Where a board without interlock charges and has no erased page left, it waits in memory until
the contactor has opened; what finds no room there acts until the next start, and the log says \`not kept\`
([safety.md](safety.md#flash-behind-a-closed-contactor)). Not there, since this charger speaks no TLS: \`AdditionalRootCertificateCheck\`,
\`CertificateSignedMaxChainSize\`, \`CertificateStoreMaxLength\`, \`CpoName\`.

${configuration()}
`;
}

if (process.argv[1]?.endsWith('docs-ocpp.mjs')) {
  const now = ocpp();
  if (!process.argv.includes('--check')) writeFileSync('docs/ocpp.md', now);
  else if (readFileSync('docs/ocpp.md', 'utf8') !== now)
    throw new Error('docs/ocpp.md is old: run node tools/docs-ocpp.mjs');
}
