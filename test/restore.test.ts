// A file of tests leaves the process as it found it, also where all files share one.

import assert from 'node:assert';
import { mochaHooks } from './fake/restore';

describe('globals of the engine', () => {
  it('are gone when the last suite of a file has ended, not before and not only with the run', () => {
    const ends: { [suite: string]: () => void } = {};
    const suite = (name: string, file: string) => ({ file, afterAll: (fn: () => void) => (ends[name] = fn) });
    const suites = [suite('a1', 'a'), suite('a2', 'a'), suite('b', 'b')];
    mochaHooks.beforeAll.call({ test: { parent: { suites } } } as never);
    assert.deepEqual(Object.keys(ends), ['a2', 'b']);
    const real = globalThis.setTimeout;
    Object.assign(globalThis, { setTimeout: () => 0, getTime: () => 7 });
    ends.a2();
    assert.equal(globalThis.setTimeout, real);
    assert.ok(!('getTime' in globalThis));
  });

  it('are not here', () => {
    for (const name of ['E', 'print', 'getTime']) assert.ok(!(name in globalThis), name);
  });
});
