// The linter of the boards: each trap is refused, with its reason; the boards that there are pass.

import assert from 'node:assert';
import { ROLES, RULES, describe as read, lint, lintAll } from '../tools/boards.mjs';

const GOOD = `// A board.

import { Pilot } from '../hal/pilot';

export const WIRES: Wire[] = [
  { pin: 33, as: 'pwm', part: 'CP', to: 'stage' },
  { pin: 35, as: 'adc', part: 'CP', to: 'divider' },
  { pin: 32, as: 'coil', part: 'K1', to: 'driver', pulldown: 1 },
];

export default (): Board => ({
  name: 'x',
  amps: 16,
  phases: 1,
  fixed: 1,
  interlock: 0,
  watchdog: 10,
  pilot: new Pilot({ pwm: D33, adc: D35 }),
  contactor: new Contactor({ coil: D32 }),
});
`;

const found = (text: string): { rule: string; message: string }[] => lint(read('boards/x.ts', text));

/** One more wire, used by some driver. */
const add = (wire: string): string => {
  const pin = /pin: (-?\d+)/.exec(wire)![1];
  return GOOD.replace('];', `  { ${wire}, part: 'more', to: 'more' },\n];`).replace(
    'pilot:',
    `more: new More({ x: D${pin} }),\n  pilot:`,
  );
};
const swap = (from: string, to: string): string => {
  assert.ok(GOOD.includes(from), from);
  return GOOD.replaceAll(from, to);
};
const CP = (pin: number): string => swap('pin: 33', `pin: ${pin}`).replace('D33', `D${pin}`);
const COIL = (pin: number, more = ', pulldown: 1'): string =>
  GOOD.replace('pin: 32', `pin: ${pin}`).replace('D32', `D${pin}`).replace(', pulldown: 1', more);

/** The rule that a board breaks, a word of the reason, the board. */
const BAD: [rule: string, why: RegExp, text: string][] = [
  ['flash', /flash chip/, add("pin: 9, as: 'out'")],
  ['console', /console/, add("pin: 3, as: 'in', rest: 1")],
  ['absent', /module/, add("pin: 37, as: 'in', rest: 1")],
  ['input-only', /output stage/, COIL(34)],
  ['input-only', /output stage/, CP(36)],
  ['no-pull', /pull resistor/, add("pin: 39, as: 'in'")],
  ['adc2', /Wi-Fi/, add("pin: 27, as: 'adc'")],
  ['adc', /32 to 39/, add("pin: 18, as: 'adc'")],
  ['dac', /DAC/, CP(25)],
  ['dac', /DAC/, CP(26)],
  ['strap-0', /download/, add("pin: 0, as: 'out'")],
  ['strap-0', /download/, add("pin: 0, as: 'in', rest: 0")],
  ['strap-2', /flashed/, add("pin: 2, as: 'in', rest: 1")],
  ['strap-12', /does not boot/, add("pin: 12, as: 'in', rest: 1")],
  ['strap-12', /does not boot/, add("pin: 12, as: 'out'")],
  ['boot-pulse', /boots/, COIL(14)],
  ['boot-pulse', /boots/, COIL(5)],
  ['boot-pulse', /boots/, COIL(15)],
  ['pull-up', /4.7 kOhm/, COIL(26, '')],
  ['pull-up', /4.7 kOhm/, add("pin: 21, as: 'drive'")],
  ['float', /4.7 kOhm/, COIL(32, '')],
  ['twice', /two wires/, add("pin: 33, as: 'out'")],
  ['role', /Pilot.pwm/, swap("as: 'pwm'", "as: 'out'")],
  ['role', /Contactor.coil/, swap("as: 'coil'", "as: 'out'")],
  ['unnamed', /WIRES/, swap('coil: D32 }', 'coil: D32, mirror: D13 }')],
  ['unused', /nothing uses/, GOOD.replace('];', "  { pin: 4, as: 'out', part: 'more', to: 'more' },\n];")],
  ['pilot', /pilot/, swap("as: 'pwm'", "as: 'out'")],
  ['coil', /contactor/, swap("as: 'coil'", "as: 'out'")],
  ['channels', /silent/, [4, 5, 13].reduce((t, n) => t.replace('];', `{ pin: ${n}, as: 'pwm', part: 'p', to: 'p' },];`).replace('pilot:', `p${n}: new P({ x: D${n} }), pilot:`), GOOD)], // prettier-ignore
  ['name', /file/, swap("'x'", "'y'")],
  ['amps', /6 to 80/, swap('amps: 16', 'amps: 5')],
  ['socket', /lock/, swap('  fixed: 1,\n', '')],
  ['fixed', /neither/, swap('  fixed: 1,\n', '  fixed: 1,\n  lock: 1,\n')],
  ['poles', /mirror contact/, add("pin: 13, as: 'coil', pulldown: 1").replace('coil: D32', 'coil: D32, poles: D13')], // prettier-ignore
  ['interlock', /rcm/, swap('interlock: 0', 'interlock: 1')],
  ['watchdog', /2 to 30/, swap('watchdog: 10', 'watchdog: 120')],
];

describe('board linter', () => {
  it('lets a good board pass', () => assert.deepEqual(found(GOOD), []));

  for (const [rule, why, text] of BAD)
    it(`${rule}: ${why.source}`, () => {
      const problem = found(text).find((p) => p.rule === rule);
      assert.ok(problem, found(text).map((p) => p.rule).join()); // prettier-ignore
      assert.match(problem.message, why);
    });

  it('has a bad example of each rule', () => {
    assert.deepEqual([...new Set(BAD.map(([rule]) => rule))].sort(), [...RULES].sort());
  });

  // A wire that is called otherwise than what its driver does with it.
  for (const [what, as] of Object.entries(ROLES)) {
    const [driver, name] = what.split('.');
    const wire = as === 'in' ? 'out' : 'in';
    it(`role: ${what} is no wire \`as: ${wire}\``, () => {
      const text = add(`pin: 33, as: '${wire}', rest: 0`)
        .replace(/.*'pwm'.*\n/, '')
        .replace('new More({ x: D33 })', `new ${driver}({ ${name}: D33 })`);
      const problem = found(text).find((p) => p.rule === 'role' && p.message.includes(`is ${what},`));
      assert.match(problem?.message ?? 'nothing found', new RegExp(`so its wire is \`as: ${as}\``));
    });
  }

  it('finds nothing in the boards', () => assert.deepEqual(lintAll(), []));
});
