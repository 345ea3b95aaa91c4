// Random walks over the whole bundle: whatever car, faults, settings, grid and supply do, the rules of test/fake/walk.ts
// hold. A walk that breaks one prints its seed. That each of the rules can fail is seen in mutants.test.ts.

import assert from 'node:assert';
import { build } from '../../tools/build.mjs';
import { walk } from '../fake/walk';
import { reference } from '../fake/whole';

const STEPS = 1500;
const SEEDS = [1, 2, 3, 4, 5, 6, 7];

describe('random walks over the whole bundle', function () {
  this.timeout(120000);
  before(() => build('reference'));

  for (const seed of SEEDS)
    it(`${STEPS} steps, seed ${seed}`, () => assert.equal(walk(reference(), seed, STEPS, seed > 3), ''));
});
