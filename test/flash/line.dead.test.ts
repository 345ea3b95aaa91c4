// ./flash.sh on a line where nobody is, and the patience it has with that.

import assert from 'node:assert';
import { Port, desk, flash } from '../fake/desk';
import { terminals } from '../fake/line';
import { itLong } from '../fake/depth';

(terminals ? describe : describe.skip)(
  './flash.sh on a line that is dead (needs util-linux script)',
  function () {
    this.timeout(120000);
    desk();
    const on = new Port();

    itLong('a line where nobody answers', async () => {
      await on.bare();
      const r = await flash(['--port', on.tty.path]);
      assert.deepEqual(r, { status: 1, out: '', err: `no engine answers at ${on.tty.path}: write it with --engine FILE, or press EN (reset) and try again` }); // prettier-ignore
    });
  },
);
