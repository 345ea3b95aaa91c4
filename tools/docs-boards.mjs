// Prints docs/boards.md and a picture of each board from boards/*.ts: features, wires, and what is missing and what that
// means. `--check` only compares.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, names } from './boards.mjs';

const DOC = 'docs/boards.md';
const PICTURE = (name) => `docs/boards/${name}.svg`;

const INTRO =
  'Printed by `tools/docs-boards.mjs` from `boards/*.ts`. `BOARD=name npm run build` builds one, `npm start -- --board name` ' +
  'runs it on the bench. The linter of `npm run check` refuses wires that step into a trap of the chip; [hardware](hardware.md) ' +
  'says what has to be soldered around every board and what no firmware replaces, [adding](adding.md) how to add a board.';

const AS = {
  pwm: 'pilot PWM',
  adc: 'analog in',
  coil: 'contactor coil',
  drive: 'actuator',
  out: 'out',
  in: 'in',
};

const has = (b, key) => key in b.has;
const is = (b, key) => b.has[key] === '1';
const uses = (b, what) => what in b.used;

/** What a board may lack: [does it, name, what that means]. */
export const LACKS = [
  [
    (b) => !is(b, 'interlock'),
    'hardware interlock',
    'the program alone opens the contactor. While it stands still – in a long callback, or hung until the watchdog resets the ' +
      'chip – the contactor stays as it is. Connections are opened only with the contactor open',
  ],
  [
    (b) => !has(b, 'rcm'),
    'residual-current monitor',
    'nothing here sees a DC fault current, which blinds a type A device upstream: a type B device, or type A with 6 mA DC ' +
      'detection, must be in front of the charger',
  ],
  [
    (b) => has(b, 'rcm') && !uses(b, 'Rcm.test'),
    'test winding of the monitor',
    'the monitor is never proved: one that has failed silently is not noticed. Press its test button as its maker says, and put a type B ' +
      'device upstream if you cannot rely on that',
  ],
  [
    (b) => !uses(b, 'Contactor.mirror'),
    'mirror contact',
    'a welded contactor, or one that does not close, is not noticed: the inlet may stay live after the stop. Phases are not switched',
  ],
  [
    (b) => Number(b.has.phases) === 3 && !uses(b, 'Contactor.poles'),
    'second pole group',
    'three phases always; no switching to one (`psm` 1 is refused)',
  ],
  [
    (b) => !has(b, 'meter'),
    'meter',
    'no energy, no power, and nobody watches whether the vehicle draws more than it was offered, or whether a phase is missing: ' +
      'the breaker upstream is the only overload protection',
  ],
  [
    (b) => !has(b, 'temperature'),
    'temperature sensor',
    'no derating and no stop when contacts get hot: rate the board for the warmest day in its housing',
  ],
  [(b) => is(b, 'fixed'), 'socket', 'fixed cable: no proximity, no lock'],
  [(b) => !has(b, 'reader'), 'card reader', 'access by app, OCPP or free'],
  [(b) => !has(b, 'light'), 'status light', 'faults are seen in API and console only'],
  [(b) => !has(b, 'button'), 'button', ''],
];

const cell = (s) => s.replace(/\|/g, '\\|');
const first = (s) => s[0].toUpperCase() + s.slice(1);

function wires(b) {
  const rows = [...b.wires]
    .sort((x, y) => x.pin - y.pin)
    .map(
      (w) => `| ${w.pin} | ${w.part} | ${AS[w.as]}${w.pulldown ? ', pulldown 4.7 k' : ''} | ${cell(w.to)} |`,
    );
  return ['| GPIO | part | as | what is soldered there |', '| ---: | --- | --- | --- |', ...rows].join('\n');
}

function board(b) {
  const lacks = LACKS.filter(([test]) => test(b));
  return [
    `## ${b.name}`,
    b.intro,
    `![${b.name}](boards/${b.name}.svg)`,
    `${b.has.amps} A, ${b.has.phases === '1' ? 'one phase' : 'three phases'}, ${is(b, 'fixed') ? 'fixed cable' : 'socket'}, watchdog ${b.has.watchdog} s.`,
    wires(b),
    lacks.length ? 'Not there, and what that means:' : 'Everything that the firmware can use is there.',
    ...(lacks.length
      ? [lacks.map(([, name, means]) => `- **${first(name)}**${means ? `: ${means}.` : '.'}`).join('\n')]
      : []),
  ].join('\n\n');
}

function overview(all) {
  const mark = (x) => (x ? 'yes' : '–');
  const rows = all.map((b) =>
    [
      `[${b.name}](#${b.name})`,
      `${b.has.amps} A`,
      b.has.phases + (uses(b, 'Contactor.poles') ? ' / 1' : ''),
      is(b, 'fixed') ? 'fixed cable' : 'socket',
      mark(is(b, 'interlock')),
      mark(has(b, 'rcm')) + (has(b, 'rcm') && !uses(b, 'Rcm.test') ? ', no self-test' : ''),
      mark(uses(b, 'Contactor.mirror')),
      mark(has(b, 'meter')),
      mark(has(b, 'reader')),
      mark(has(b, 'temperature')),
    ].join(' | '),
  );
  return [
    '| board | rating | phases | outlet | interlock | RCM | mirror contact | meter | reader | temperature |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((r) => `| ${r} |`),
  ].join('\n');
}

/** The text of docs/boards.md. */
export function boards(all = names().map((n) => describe(`boards/${n}.ts`))) {
  return ['# Boards', INTRO, overview(all), ...all.map(board)].join('\n\n') + '\n';
}

const ROW = 22;
const HEAD = 30;
const GAP = 14;
const LEFT = 230;
const MODULE = 130;
const WIDTH = 2 * LEFT + MODULE;
const COLOUR = {
  pwm: '#8250df',
  adc: '#0969da',
  coil: '#cf222e',
  drive: '#bc4c00',
  out: '#57606a',
  in: '#1a7f37',
};
const xml = (s) => s.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const short = (s, n) => (s.length > n ? s.slice(0, n - 1).trimEnd() + '…' : s);

/** Parts with their wires, half on each side of the module, heaviest first. */
function sides(b) {
  const parts = new Map();
  for (const w of b.wires) parts.set(w.part, [...(parts.get(w.part) ?? []), w]);
  const out = [[], []];
  const size = [0, 0];
  for (const [part, all] of parts) {
    const s = size[0] <= size[1] ? 0 : 1;
    out[s].push([part, all]);
    size[s] += HEAD + ROW * all.length + GAP;
  }
  return { sides: out, height: Math.max(...size) + GAP };
}

/** A picture of a board: the module in the middle, a box for each part, a line for each wire. */
export function picture(b) {
  const { sides: both, height } = sides(b);
  const text = (x, y, s, more = '') => `<text x="${x}" y="${y}" ${more}>${xml(s)}</text>`;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height + HEAD}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height + HEAD}" fill="#ffffff"/>`,
    text(
      GAP,
      20,
      `${b.name}: ${b.has.amps} A, ${b.has.phases} phase${b.has.phases === '1' ? '' : 's'}`,
      'font-weight="bold"',
    ),
    `<rect x="${LEFT}" y="${HEAD}" width="${MODULE}" height="${height - GAP}" rx="6" fill="#f6f8fa" stroke="#24292f"/>`,
    text(LEFT + MODULE / 2, HEAD + height / 2, 'ESP32', 'text-anchor="middle" font-weight="bold"'),
  ];
  both.forEach((parts, side) => {
    let y = HEAD;
    for (const [part, all] of parts) {
      const x = side ? LEFT + MODULE + 60 : GAP;
      const wide = LEFT - 60 - GAP;
      const tall = HEAD + ROW * all.length - 8;
      out.push(
        `<rect x="${x}" y="${y}" width="${wide}" height="${tall}" rx="4" fill="none" stroke="#57606a"/>`,
      );
      out.push(text(x + 8, y + 17, part, 'font-weight="bold"'));
      all.forEach((w, k) => {
        const at = y + HEAD + ROW * k + 6;
        const from = side ? x : x + wide;
        const to = side ? LEFT + MODULE : LEFT;
        const pin = side ? LEFT + MODULE - 6 : LEFT + 6;
        out.push(text(x + 8, at, short(`${AS[w.as]}`, 22)));
        out.push(`<path d="M${from} ${at - 4}H${to}" stroke="${COLOUR[w.as]}" stroke-width="2"/>`);
        out.push(text(pin, at, String(w.pin), side ? 'text-anchor="end"' : ''));
        if (w.pulldown) out.push(text((from + to) / 2, at - 7, '4k7', 'text-anchor="middle" font-size="9"'));
      });
      y += HEAD + ROW * all.length + GAP;
    }
  });
  return [...out, '</svg>', ''].join('\n');
}

/** All files: path and text. */
export function files() {
  const all = names().map((n) => describe(`boards/${n}.ts`));
  return Object.fromEntries([[DOC, boards(all)], ...all.map((b) => [PICTURE(b.name), picture(b)])]);
}

if (process.argv[1]?.endsWith('docs-boards.mjs'))
  for (const [file, text] of Object.entries(files())) {
    mkdirSync(path.dirname(file), { recursive: true });
    if (!process.argv.includes('--check')) writeFileSync(file, text);
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
      process.stderr.write(`${file} is stale: run node tools/docs-boards.mjs\n`);
      process.exitCode = 1;
    }
  }
