// The list of what clients know (tools/goe.mjs) against the key table: each key is filled with the type and the access that
// they expect, or is left out for a reason that is told.

import assert from 'node:assert';
import { KEYS } from '../../firmware/core/keys';
import type { Key } from '../../firmware/core/keys';
import { ABSENT, DIFFERS, KNOWN, gaps } from '../../tools/goe.mjs';
import { conf, table } from '../fake/table';

const ROWS = KEYS as unknown as Record<string, Key>;
const filled = KNOWN.filter((k) => Object.hasOwn(KEYS, k.name));

/** What differs from the row, in words; '' = nothing. */
function differs(k: (typeof KNOWN)[number], r: Key): string {
  const f = r.f ?? '';
  if (f.includes('o')) return 'only OCPP sees it';
  const same = r.t === k.type || (k.type === 'n' && r.t === 'i');
  if (!same) return `type ${r.t}`;
  if (f.includes('z') !== k.nullable) return f.includes('z') ? 'may be null' : 'is never null';
  if (k.reads && f.includes('h')) return 'is not read back';
  if (!k.reads && !f.includes('h')) return 'is read back';
  return f.includes('w') === k.writes ? '' : f.includes('w') ? 'can be written' : 'cannot be written';
}

describe('clients: keys', () => {
  it('every key that they know is filled, or left out for a reason', () => {
    for (const { name } of KNOWN)
      assert.notEqual(
        Object.hasOwn(KEYS, name),
        ABSENT.has(name),
        `${name}: filled or a reason, one of them`,
      );
    const known = new Set(KNOWN.map((k) => k.name));
    for (const name of [...ABSENT.keys(), ...DIFFERS.keys()])
      assert.ok(known.has(name), `${name} is not known`);
  });

  it('all that they must and should find is filled', () => {
    const count = (level: string): number[] =>
      [KNOWN, filled].map((list) => list.filter((k) => k.level === level).length);
    assert.deepEqual(count('must'), [59, 59]);
    assert.deepEqual(count('should'), [80, 80]);
    const [all, here] = count('could');
    assert.equal(all, 131);
    assert.equal(here, all - ABSENT.size);
  });

  it('with their type and access; what differs is told', () => {
    const told: string[] = [];
    for (const k of filled) {
      const how = differs(k, ROWS[k.name]);
      if (how) told.push(k.name);
      assert.equal(!!how && !DIFFERS.has(k.name), false, `${k.name} ${how}`);
    }
    // What is only a matter of values does not show in the table.
    const shown = [...DIFFERS.keys()].filter((name) => !['cdi', 'ccu'].includes(name));
    assert.deepEqual(told.sort(), shown.sort());
  });

  it('each says what it is for: none stands for nothing', () => {
    const t = table();
    for (const { name } of filled) {
      const r = ROWS[name];
      const f = r.f ?? '';
      // A setting is kept, acted on, or both; a value is computed.
      assert.ok(f.includes('w') ? /[kp]/.test(f) || r.set : r.get, name);
      if (!f.includes('h')) assert.notStrictEqual(conf.read(t.c, name), undefined, name);
    }
  });

  it('docs/keys.md tells what is missing', () => {
    const text = gaps().join('\n');
    for (const name of ABSENT.keys()) assert.ok(text.includes('`' + name + '`'), name);
  });
});
