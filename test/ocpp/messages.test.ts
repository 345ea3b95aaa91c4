// The table of messages: the data file that the build makes of it, its rows against the parts, and the printed page.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { ASKED, SENT, TOLD } from '../../firmware/ocpp/messages';
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

  it('all messages of the specification, each with what is done; those that are sent have somebody who sends them', () => {
    const schemas = createRequire(import.meta.url)('ocpp-rpc/lib/schemas/ocpp1_6.json') as { $id: string }[];
    const security = [
      ...Object.keys(ASKED).filter((a) => ASKED[a].profile === 'Security'),
      ...['LogStatusNotification', 'SecurityEventNotification'],
      ...['SignCertificate', 'SignedFirmwareStatusNotification'],
    ];
    const want = schemas
      .map((s) => /^urn:(\w+)\.req$/.exec(s.$id)?.[1] ?? '')
      .filter((a) => a && !security.includes(a));
    assert.equal(want.length, 28);
    const name = (row: string): string => row.split('|')[1].trim();
    const rows = ocpp().match(/^\| [A-Z]\w+( \|[^|\n]*){5} \|$/gm)!; // prettier-ignore
    assert.deepEqual(
      rows
        .map(name)
        .filter((n) => !security.includes(n))
        .sort(),
      want.sort(),
    );
    for (const r of rows)
      assert.ok(
        r.split('|').every((cell, i) => i < 1 || i === 5 || i > 6 || cell.trim()),
        r,
      );
    assert.deepEqual(Object.keys(SENT).sort(), [...new Set(TOLD.flatMap((t) => t.names))].sort());
  });

  it('docs/ocpp.md is that of the table', () => {
    assert.equal(fs.readFileSync('docs/ocpp.md', 'utf8'), ocpp());
  });
});
