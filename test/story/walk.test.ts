// Random walks over the whole bundle: whatever car, faults, settings, network, grid and supply do, the rules of
// test/fake/walk.ts hold. A walk that breaks one prints its seed. That each of the rules can fail is seen in mutants.test.ts.

import assert from 'node:assert';
import { build } from '../../tools/build.mjs';
import { depth } from '../fake/depth';
import { VERSION, bundle } from '../fake/hosts';
import { walk } from '../fake/walk';
import { reference } from '../fake/whole';

const STEPS = depth('STEPS');
/** Every other one changes the charging mode, too. */
const WALKS = depth('WALKS');
/** With a network that blocks connects, on the board without its mark: the contactor is all that the gate looks at. */
const ONLINE = Math.ceil(WALKS / 2);

describe('random walks over the whole bundle', function () {
  this.timeout(120000);
  before(() => build('reference'));

  for (let seed = 1; seed <= WALKS; seed++)
    it(`${STEPS} steps, seed ${seed}`, () =>
      assert.equal(walk(reference(), seed, STEPS, seed & 1 ? '' : 'modes'), ''));
  for (let seed = 1; seed <= ONLINE; seed++)
    it(`${STEPS} steps with a network, seed ${seed}`, () =>
      assert.equal(walk(bundle(VERSION, 'interlock:1', 'interlock:0'), seed, STEPS, 'network'), ''));
});
