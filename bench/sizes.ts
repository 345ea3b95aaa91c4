// `npm run bench:sizes`: what each feature weighs. The bundle is built with and without it, in a copy of the tree, and both run on
// the real interpreter (ESPRUINO). Prints a table and writes it into docs/sizes.md. Arguments: names of features, or none for all;
// with some only, nothing is written.

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { readBuild, type Build } from './image';
import { parts } from './measure/parts';
import { Stage } from './measure/stage';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BOARD = 'reference';
const DOCUMENT = path.join(ROOT, 'docs/sizes.md');
/** Time after which parts on call have been dropped, ms. */
const DROPPED = 7000;

interface Feature {
  name: string;
  /** Parts on call that serve it alone. */
  parts: string[];
  /** Modules that stay, and what stands in their place. */
  stubs?: Record<string, string>;
  /** Its rows in the tables: messages of these profiles, keys. */
  profiles?: string[];
  key?: (name: string, ocpp: string, marks: string) => boolean;
  /** Other files of the build that are not made without it. */
  files?: string[];
  note?: string;
}

const PROFILES: Feature[] = [
  {
    name: 'Core',
    parts: 'answer auth away boot configuration creds derive dial frames inbox known learn manage notify queue remote restore sample shake tail tx values'.split(' '), // prettier-ignore
    profiles: ['Core'],
    note: 'what the others hang on; TriggerMessage is in `manage`, too',
  },
  {
    name: 'FirmwareManagement',
    parts: ['update', 'carry', 'upload', 'hand', 'fetch'],
    profiles: ['FirmwareManagement'],
    key: (n) => n === 'oft',
    note: 'the slots (`slot`) and the report (`report`) serve HTTP as well',
  },
  {
    name: 'LocalAuthListManagement',
    parts: ['locals', 'enrol', 'renew', 'bulk'],
    profiles: ['LocalAuthListManagement'],
    key: (n) => ['oll', 'ols'].includes(n),
    note: '`bulk` takes long charging profiles apart, too',
  },
  {
    name: 'Reservation',
    parts: ['reserve'],
    profiles: ['Reservation'],
    key: (n) => n === 'orz',
  },
  {
    name: 'SmartCharging',
    parts: ['profile', 'install', 'compose', 'limit'],
    profiles: ['SmartCharging'],
    key: (n) => ['ops', 'opu', 'opp', 'opi', 'op3', 'opf'].includes(n),
  },
  { name: 'RemoteTrigger', parts: [], profiles: ['RemoteTrigger'], note: 'a row; the code is in `manage`' },
];

const OCPP = `import type { Charger } from '../core/charger';
export function link(_c: Charger): void {}
export function flow(_c: Charger): 0 { return 0; }
export function watch(_c: Charger): 0 { return 0; }
export function hook(_c: Charger, _what: string, _arg: string): void {}
`;
const MQTT = `import type { Charger } from '../core/charger';
export function mqtt(_c: Charger): 0 { return 0; }
export function noted(_c: Charger, _key: string): void {}
export function broker(_c: Charger): void {}
`;
const HTTP = `import type { Charger } from '../core/charger';
export function serve(_c: Charger): void {}
`;
const CONSOLE = `import type { Charger } from './core/charger';
export function commands(_c: Charger): void {}
export function speak(_c: Charger, _t: unknown): void {}
`;

const FEATURES: Feature[] = [
  {
    name: 'OCPP, all of it',
    parts: PROFILES.flatMap((p) => p.parts),
    stubs: { 'ocpp/link.ts': OCPP },
    profiles: [...PROFILES.map((p) => p.name), 'Security'],
    key: (_n, ocpp, marks) => ocpp !== '' && marks.includes('o'),
    note: 'with its resident modules, and the keys that only OCPP may see',
  },
  ...PROFILES,
  {
    name: 'MQTT and Home Assistant',
    parts: ['broker', 'packets', 'topics', 'hass'],
    stubs: { 'mqtt/link.ts': MQTT },
    files: ['entities'],
  },
  {
    name: 'HTTP API, page, events, metrics',
    parts: 'web param escape get set apply v1 dump events metrics page portal press flash'.split(' '),
    stubs: { 'http/server.ts': HTTP },
    files: ['page.gz'],
    note: 'with the page; `set` and `apply` serve MQTT, too',
  },
  { name: 'console', parts: ['console', 'tell'], stubs: { 'console.ts': CONSOLE } },
];

interface Figures {
  main: number;
  all: number;
  /** Variables that stay, NaN = not measured. */
  stay: number;
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** The file of a part. */
function place(root: string, name: string): string {
  const all = ['', 'core', 'http', 'mqtt', 'net', 'ocpp', 'page'];
  const found = all.map((d) => path.join(root, 'firmware', d, `${name}.part.ts`)).find((f) => existsSync(f));
  if (!found) throw new Error(`no part "${name}"`);
  return found;
}

/** The key table without some rows. */
function without(text: string, gone: Required<Feature>['key']): string {
  const source = ts.createSourceFile('keys.ts', text, ts.ScriptTarget.ES2022, true);
  let out = text;
  const cut = (n: ts.Node): void => {
    if (ts.isPropertyAssignment(n) && ts.isObjectLiteralExpression(n.initializer)) {
      const field = (name: string): string => {
        const p = (n.initializer as ts.ObjectLiteralExpression).properties.find((x) => x.name?.getText() === name);
        return p && ts.isPropertyAssignment(p) && ts.isStringLiteral(p.initializer) ? p.initializer.text : '';
      }; // prettier-ignore
      if (gone(n.name.getText(), field('ocpp'), field('f')))
        out =
          out.slice(0, n.getFullStart()) + ' '.repeat(n.end + 1 - n.getFullStart()) + out.slice(n.end + 1);
    } else ts.forEachChild(n, cut);
  };
  cut(source);
  return out;
}

/** A copy of the tree without a feature, undefined = with everything. */
function tree(f?: Feature): string {
  const root = mkdtempSync(path.join(os.tmpdir(), 'pilotwire-'));
  for (const name of ['firmware', 'hal', 'boards', 'tsconfig.json', 'package.json'])
    cpSync(path.join(ROOT, name), path.join(root, name), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  if (!f) return root;
  const firmware = path.join(root, 'firmware');
  for (const name of f.parts) rmSync(place(root, name));
  for (const [file, text] of Object.entries(f.stubs ?? {})) writeFileSync(path.join(firmware, file), text);
  const edit = (file: string, change: (text: string) => string): void =>
    writeFileSync(path.join(firmware, file), change(readFileSync(path.join(firmware, file), 'utf8')));
  if (f.profiles)
    edit(
      'ocpp/messages.ts',
      (t) =>
        `${t}for (const a of Object.keys(ASKED)) if (${JSON.stringify(f.profiles)}.includes(ASKED[a].profile)) delete ASKED[a];\n`,
    );
  if (f.key) edit('core/keys.ts', (t) => without(t, f.key!));
  return root;
}

async function figures(f?: Feature): Promise<Figures & { build: Build }> {
  const root = tree(f);
  try {
    const tool = new URL('../tools/build.mjs', import.meta.url).href;
    await ((await import(tool)) as { build(board: string, root: string): Promise<void> }).build(BOARD, root);
    const build = readBuild(path.join(root, 'dist'), BOARD);
    for (const name of f?.files ?? []) build.delete(name);
    const main = build.get('main')!.length;
    const all = [...build.values()].reduce((n, data) => n + data.length, 0);
    // Without a module that stays there is nothing to measure; and a bundle whose parts are missing would not work.
    const measured = process.env.ESPRUINO && (!f || f.stubs);
    return { main, all, stay: measured ? await stays(build) : NaN, build };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Variables in use while nothing is asked of the charger. */
async function stays(build: Build): Promise<number> {
  const s = await Stage.open({ measure: { collect: true }, build, deaf: true });
  try {
    await s.rest(DROPPED);
    return (await s.phase('idle', () => s.rest(2000))).report.floor;
  } finally {
    await s.close();
  }
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const chosen = FEATURES.filter((f) => !wanted.length || wanted.includes(f.name));
  if (!chosen.length || (wanted.length && chosen.length !== wanted.length))
    throw new Error(`there is ${FEATURES.map((f) => f.name).join(', ')}`);
  say('- with everything');
  const whole = await figures();
  const loaded = process.env.ESPRUINO ? await parts(process.env.ESPRUINO, whole.build) : [];
  const count = (n: number): string => (Number.isFinite(n) ? String(n) : 'not measured');
  const same = (a: Build, b: Build): string =>
    Buffer.compare(a.get('main')!, b.get('main')!) ? 'not measured' : 'none';
  const rows: string[] = [];
  for (const f of chosen) {
    say(`- without ${f.name}`);
    const less = await figures(f);
    const own = f.parts.map((name) => whole.build.get(name)!.length).reduce((a, b) => a + b, 0);
    const most = loaded.filter((p) => f.parts.includes(p.name)).sort((a, b) => b.loaded - a.loaded)[0];
    rows.push(
      `| ${f.name} | ${f.parts.length} | ${own} | ${whole.all - less.all - own - whole.main + less.main} | ` +
        `${whole.main - less.main} | ${whole.all - less.all} | ${f.stubs ? count(whole.stay - less.stay) : same(whole.build, less.build)} | ` +
        `${most ? `${most.loaded} (\`${most.name}\`)` : '–'} | ${f.note ?? ''} |`,
    );
  }
  const table = [
    '| feature | parts on call | their bytes | bytes of rows and other files | bytes that stay loaded from flash | all bytes | variables that stay | most for a part, while it is loaded | |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...rows,
  ].join('\n');
  process.stdout.write(`${table}\n`);
  if (wanted.length) return;
  writeFileSync(
    DOCUMENT,
    `# What each feature weighs

Written by \`npm run bench:sizes\` (with \`ESPRUINO\` naming the interpreter, some ten minutes): the bundle for the board
\`${BOARD}\` is built with and without the feature, from a copy of the tree in which its parts on call, its rows in the tables of
messages and keys, and its resident modules are missing. The figures are the differences; the variables those of the real
interpreter in the chip's format while nothing is asked of the charger, OCPP and MQTT switched off. Some variables more or less
are chance: texts lie in pieces.

With everything: ${whole.all} bytes, ${whole.main} of them the main chunk; ${count(whole.stay)} variables stay.

*None*: the main chunk is the same byte for byte with and without it, so nothing of it stays. A feature that is made of parts on
call alone costs flash and no variable while it is not used; then it costs what stands in the last column, and the part is dropped
after two to four seconds. What OCPP keeps in variables while it is connected: [budgets.md](budgets.md).

${table}
`,
  );
}

main().then(
  () => process.exit(0),
  (e: Error) => {
    say(e.stack ?? e.message);
    process.exit(1);
  },
);
