import assert from 'node:assert';
import { table } from '../fake/table';
import { mark } from '../../firmware/core/trace';
import * as T from '../../firmware/core/trace';
import { traced, start, step } from '../../firmware/report.part';
import type { Charger } from '../../firmware/core/charger';

describe('trace', () => {
  let ms = 0;
  let c: Charger;
  before(() => {
    c = table().c;
  });

  it('has words for every kind', () => {
    const rows: [kind: number, detail: number, words: string][] = [
      [T.STATE, 4, 'state C2'],
      [T.LETTER, 1, 'pilot B'],
      [T.COIL, 1, 'coil on'],
      [T.COIL, 0, 'coil off'],
      [T.MIRROR, 1, 'mirror closed'],
      [T.MIRROR, 0, 'mirror open'],
      [T.OFFER, 16, 'offer 16 A'],
      [T.OFFER, 0, 'offer none'],
      [T.RAISED, 0, 'fault residual current'],
      [T.GONE, 3, 'gone contactor does not close'],
      [T.GAP, 5, 'late 100 ms'],
      [T.TEST, 1, 'test passed'],
      [T.TEST, 0, 'test failed'],
      [T.PHASES, 3, 'phases 3'],
      [T.BOOT, 7, 'boot 7'],
    ];
    ms = 12340;
    for (const [kind, detail, words] of rows) {
      mark(ms, kind + detail);
      assert.equal(traced(c, 255), '12.34 ' + words);
    }
  });

  it('keeps the last 256, the oldest first, and tells all of them', () => {
    for (let i = 0; i < 300; i++) {
      ms = 100000 + i * 10;
      mark(ms, T.OFFER + (i % 60));
    }
    assert.equal(traced(c, 0), `${(100 + 0.44).toFixed(2)} offer 44 A`);
    assert.equal(traced(c, 255), `102.99 offer 59 A`);
    const job = start(c, '/trace') as Parameters<typeof step>[1];
    for (let n = 0; !step(c, job); n++) assert.ok(n < 100);
    const lines = job.out.trim().split('\n');
    assert.deepEqual([lines.length, lines[0], lines[255]], [256, '100.44 offer 44 A', '102.99 offer 59 A']);
  });
});
