// Fast time and the network: an advance stands still until the main thread has echoed what was last on its way.

import assert from 'node:assert/strict';
import { WorldClock } from '../../bench/clock';
import { Pace } from '../../bench/pace';

describe('pace of the bench', function () {
  this.timeout(5000);

  // What comes at the third, sixth, … look at the messages.
  for (const [name, echoes] of [
    ['an echo for each, in order', [[1], [2]]],
    ['both at once', [[1, 2]]],
    ['only the last', [[2]]],
    ['the first is overtaken by the second', [[2, 1]]],
  ] as const)
    it(`fast time goes on when all is echoed: ${name}`, async () => {
      const world = new WorldClock();
      const asked: number[] = [];
      const seen: number[] = [];
      let looks = 0;
      const pace: Pace = new Pace({
        world,
        bell: new Int32Array(new SharedArrayBuffer(4)),
        sync: (id) => {
          asked.push(id);
          if (id === 1) pace.touch();
        },
        drain: () => {
          if (asked.length < 2 || ++looks % 3) return;
          seen.push(world.now());
          for (const id of echoes[looks / 3 - 1] ?? []) pace.echoed(id);
        },
      });
      pace.touch();
      let from = 0;
      await new Promise<void>((done) => {
        pace.advance(60000, done);
        from = world.now();
      });
      pace.stop();
      assert.deepEqual(asked, [1, 2]);
      assert.deepEqual(
        seen,
        echoes.map(() => from),
      );
      assert.equal(world.now(), from + 60000);
    });
});
