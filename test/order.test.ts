import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { FIRST, order } from '../tools/order.mjs';

describe('order of the files in Storage', () => {
  it('what is read while a car charges comes first, the rest by name, and nothing is lost', () => {
    assert.deepEqual(order(['trip', 'web', 'queue', 'keys', 'messages', 'away']), [
      'messages',
      'queue',
      'web',
      'away',
      'keys',
      'trip',
    ]);
  });

  it('every name that is to come first is a file of the build', () => {
    const files = readdirSync('firmware', { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.part.ts'))
      .map((f) => f.replace(/^.*\//, '').slice(0, -'.part.ts'.length));
    for (const name of FIRST) assert.ok([...files, 'messages', 'faults'].includes(name), name);
  });
});
