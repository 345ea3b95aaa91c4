// Reads the boards as data – wires, features – and knows the traps of the ESP32 under Espruino: the linter of
// `npm run check`. A problem says what is wrong, why, and what to do.
import { readFileSync, readdirSync } from 'node:fs';
import vm from 'node:vm';
import ts from './typescript.mjs';

/** @typedef {import('../hal/types').Wire} Wire */
/**
 * @typedef {{ file: string, name: string, intro: string, wires: Wire[], has: Record<string, string>,
 *   used: Record<string, number[]>, pins: { pin: number, line: number }[], line: number }} Description
 */

/** Names of the files in boards/. */
export const names = (dir = 'boards') =>
  readdirSync(dir)
    .filter((f) => f.endsWith('.ts'))
    .map((f) => f.slice(0, -3))
    .sort();

/**
 * A board's file as data: WIRES, what its object has (as text), and which driver got which pins under which name.
 * @returns {Description}
 */
export function describe(file, text = readFileSync(file, 'utf8')) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const lineOf = (n) => source.getLineAndCharacterOfPosition(n.getStart()).line + 1;
  const out = { file, name: '', intro: '', wires: [], has: {}, used: {}, pins: [], line: 1 };
  out.intro = text
    .split('\n\n')[0]
    .split('\n')
    .map((l) => l.replace(/^\/\/ ?/, ''))
    .join(' ');
  const aliases = {};
  const pinOf = (n) => {
    const t = ts.isIdentifier(n) ? (aliases[n.text] ?? n.text) : '';
    return /^D\d+$/.test(t) ? Number(t.slice(1)) : undefined;
  };
  const board = (o) => {
    for (const p of o.properties) {
      const key = p.name?.getText();
      out.has[key] = p.initializer ? p.initializer.getText() : key;
      if (key === 'name') out.name = p.initializer.text;
    }
  };
  const visit = (n) => {
    if (ts.isVariableDeclaration(n) && n.name.getText() === 'WIRES') {
      out.wires = vm.runInNewContext(`(${n.initializer.getText()})`);
      out.line = lineOf(n);
      return;
    }
    if (ts.isVariableDeclaration(n) && n.initializer && ts.isIdentifier(n.initializer))
      aliases[n.name.getText()] = n.initializer.text;
    if (ts.isIdentifier(n) && /^D\d+$/.test(n.text)) out.pins.push({ pin: pinOf(n), line: lineOf(n) });
    if (ts.isNewExpression(n) && n.arguments?.[0] && ts.isObjectLiteralExpression(n.arguments[0]))
      for (const p of n.arguments[0].properties) {
        const pin = pinOf(p.initializer ?? p.name);
        if (pin !== undefined) (out.used[`${n.expression.getText()}.${p.name.getText()}`] ??= []).push(pin);
      }
    if (ts.isObjectLiteralExpression(n) && n.properties.some((p) => p.name?.getText() === 'pilot')) board(n);
    ts.forEachChild(n, visit);
  };
  visit(source);
  return out;
}

const within = (...all) => new Set(all);
const FLASH = within(6, 7, 8, 9, 10, 11);
const CONSOLE = within(1, 3);
const ABSENT = within(20, 24, 28, 29, 30, 31, 37, 38);
const ADC2 = within(0, 2, 4, 12, 13, 14, 15, 25, 26, 27);
const DAC = within(25, 26);
/** Pulled up by the engine when it starts and at each load(). */
const PULLED = within(0, 12, 13, 14, 15, 18, 19, 21, 22, 25, 26, 27);
/** Driven by the chip itself while it boots: pulses, log, or a pull-up of its own. */
const PULSES = within(0, 1, 3, 5, 14, 15);
const OWN_PWM = 3;

const output = (w) => w.as !== 'adc' && w.as !== 'in';
const moves = (w) => w.as === 'coil' || w.as === 'drive';

/** What the drivers on which lives hang do with a pin: the table of wires must not call it otherwise. */
export const ROLES = {
  'Pilot.pwm': 'pwm',
  'Pilot.adc': 'adc',
  'Contactor.coil': 'coil',
  'Contactor.poles': 'coil',
  'Contactor.pair': 'coil',
  'Contactor.mirror': 'in',
  'Lock.a': 'drive',
  'Lock.b': 'drive',
  'Rcm.trip': 'in',
  'Rcm.test': 'drive',
  'Proximity.adc': 'adc',
};

/** Traps of a single wire: [rule, test, why and what to do]. */
const WIRE = [
  ['flash', (w) => FLASH.has(w.pin), 'carries the flash chip: whatever is connected there stops the module'],
  [
    'console',
    (w) => CONSOLE.has(w.pin),
    'is UART0: flashing, the boot log and the console; take another pin',
  ],
  ['absent', (w) => ABSENT.has(w.pin) || w.pin > 39 || w.pin < 0, 'is not brought out on the module'],
  [
    'input-only',
    (w) => output(w) && w.pin >= 34 && w.pin <= 39,
    'is an input only: 34 to 39 have no output stage',
  ],
  [
    'no-pull',
    (w) => w.as === 'in' && w.pin >= 34 && w.rest === undefined,
    'has no pull resistor inside: give the input one outside and say its level as `rest`',
  ],
  [
    'adc2',
    (w) => w.as === 'adc' && ADC2.has(w.pin),
    'belongs to ADC2, which Wi-Fi occupies and the engine does not read: analog inputs are 32 to 39',
  ],
  [
    'adc',
    (w) => w.as === 'adc' && !ADC2.has(w.pin) && !(w.pin >= 32 && w.pin <= 39),
    'has no ADC: analog inputs are 32 to 39',
  ],
  [
    'dac',
    (w) => w.as === 'pwm' && DAC.has(w.pin),
    'ignores PWM: analogWrite there drives the DAC, and the pilot would be a steady level',
  ],
  [
    'strap-0',
    (w) => w.pin === 0 && (output(w) || w.rest !== 1),
    'is the boot strap: low at reset means download. Only an input that rests at 1 may be there',
  ],
  [
    'strap-2',
    (w) => w.pin === 2 && w.rest === 1,
    'must be low or open when the module is to be flashed: no pull-up there',
  ],
  [
    'strap-12',
    (w) => w.pin === 12 && w.rest !== 0 && !w.pulldown,
    'selects the voltage of the flash: high at reset and the module does not boot. Hold it low (`rest: 0`)',
  ],
  [
    'boot-pulse',
    (w) => w.as === 'coil' && PULSES.has(w.pin),
    'is driven by the chip while it boots (pulses, log, pull-up), which no pulldown keeps from the contactor',
  ],
  [
    'pull-up',
    (w) => moves(w) && PULLED.has(w.pin) && !w.pulldown,
    'is pulled up by the engine at each start, some 45 kOhm: a pulldown of 4.7 kOhm or less must hold the driver off',
  ],
  [
    'float',
    (w) => moves(w) && !PULLED.has(w.pin) && !w.pulldown,
    'floats from reset until the first line of the script: a pulldown of 4.7 kOhm or less must hold the driver off',
  ],
];

const has = (b, key) => key in b.has;
const is = (b, key) => b.has[key] === '1';
const uses = (b, what) => what in b.used;

/** Traps of a board as a whole: [rule, test, why and what to do]. */
const BOARD = [
  ['name', (b) => `boards/${b.name}.ts` !== b.file, 'the name is that of the file'],
  ['pilot', (b) => !b.wires.some((w) => w.as === 'pwm'), 'no wire is the pilot (`as: pwm`)'],
  ['coil', (b) => !b.wires.some((w) => w.as === 'coil'), 'no wire is the contactor (`as: coil`)'],
  [
    'channels',
    (b) => b.wires.filter((w) => w.as === 'pwm').length > OWN_PWM,
    `the engine has ${OWN_PWM} PWM channels with a frequency of their own; a further one stays silent without an error`,
  ],
  [
    'amps',
    (b) => !(Number(b.has.amps) >= 6 && Number(b.has.amps) <= 80),
    'amps: the pilot codes 6 to 80 A; say what contactor, wiring and socket can carry',
  ],
  [
    'socket',
    (b) => !is(b, 'fixed') && !(has(b, 'proximity') && has(b, 'lock')),
    'a socket needs `proximity`, or a cable of 13 A is offered more, and `lock`, or it is pulled under load; a fixed cable is `fixed: 1`',
  ],
  [
    'fixed',
    (b) => is(b, 'fixed') && (has(b, 'proximity') || has(b, 'lock')),
    'a fixed cable has neither proximity nor lock on this side',
  ],
  [
    'poles',
    (b) => uses(b, 'Contactor.poles') && !uses(b, 'Contactor.mirror'),
    'poles of L2 and L3 move only when a mirror contact proves the main contacts open: without one they never would',
  ],
  [
    'interlock',
    (b) => is(b, 'interlock') && !has(b, 'rcm'),
    '`interlock: 1` says that the coil falls without the program also on a residual current: there is no `rcm`',
  ],
  [
    'watchdog',
    (b) => !(Number(b.has.watchdog) >= 2 && Number(b.has.watchdog) <= 30),
    'watchdog: 2 to 30 s; longer leaves a contactor closed, shorter resets in the middle of a connect',
  ],
];

/** Names of all rules; the last four are those of `lint`. */
export const RULES = [...WIRE, ...BOARD].map(([rule]) => rule).concat('twice', 'role', 'unnamed', 'unused');

/** Problems of a board. */
export function lint(b) {
  const out = [];
  const say = (rule, message, line = b.line) => out.push({ file: b.file, line, rule, message });
  for (const w of b.wires)
    for (const [rule, test, why] of WIRE) if (test(w)) say(rule, `GPIO ${w.pin} (${w.part}) ${why}`);
  for (const [rule, test, why] of BOARD) if (test(b)) say(rule, why);
  const seen = new Map();
  for (const w of b.wires) {
    if (seen.has(w.pin)) say('twice', `GPIO ${w.pin} has two wires: ${seen.get(w.pin)} and ${w.part}`);
    seen.set(w.pin, w.part);
  }
  const role = new Map(b.wires.map((w) => [w.pin, w.as]));
  for (const [what, pins] of Object.entries(b.used))
    for (const pin of pins)
      if (ROLES[what] && role.has(pin) && role.get(pin) !== ROLES[what])
        say('role', `GPIO ${pin} is ${what}, so its wire is \`as: ${ROLES[what]}\``);
  for (const { pin, line } of b.pins)
    if (!role.has(pin))
      say('unnamed', `D${pin} is used, but WIRES does not say what is soldered there`, line);
  const used = new Set(b.pins.map((p) => p.pin));
  for (const w of b.wires)
    if (!used.has(w.pin)) say('unused', `GPIO ${w.pin} (${w.part}) is in WIRES, but nothing uses it`);
  return out;
}

/** Problems of all boards. */
export const lintAll = () => names().flatMap((n) => lint(describe(`boards/${n}.ts`)));
