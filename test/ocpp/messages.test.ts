// The table of messages: the data file that the build makes of it, its rows against the parts, and the printed page.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { ASKED, TOLD } from '../../firmware/ocpp/messages';
import { ocpp } from '../../tools/docs-ocpp.mjs';
import { packMessages } from '../../tools/messages.mjs';
import { PARTS } from '../fake/csms';

describe('ocpp table of messages', () => {
  it('a field of 8 letters for each bit, then a line an action', () => {
    const [head, ...lines] = packMessages({ TOLD, ASKED }).split('\n');
    assert.deepEqual(
      head.match(/.{8}/g)!.map((s) => s.trim()),
      TOLD.map((t) => t.part),
    );
    assert.ok(lines.includes('Reset remote type eHard|Soft'));
    assert.ok(lines.includes('GetLog  '));
    assert.equal(lines.length, Object.keys(ASKED).length + 1);
  });

  it('refuses what would not fit', () => {
    assert.throws(() => packMessages({ TOLD: [{ names: [], part: 'eightlet' }], ASKED: {} }), /eightlet/);
    assert.throws(() => packMessages({ TOLD: [], ASKED: { 'a b': { profile: 'Core' } } }), /a b/);
  });

  it('every part that is named is there and has what is called', () => {
    for (const { part } of TOLD) {
      const p = PARTS[part] as { more?: unknown; turn?: unknown };
      assert.ok(p && p.more && p.turn, part);
    }
    for (const [action, { part }] of Object.entries(ASKED))
      if (part) assert.ok((PARTS[part] as { run?: unknown }).run, action);
  });

  it('docs/ocpp.md is that of the table', () => {
    assert.equal(fs.readFileSync('docs/ocpp.md', 'utf8'), ocpp());
  });
});
