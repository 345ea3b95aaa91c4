// ./flash.sh on a line that goes dead, and the patience it has with that: a file of its own, as test/flash/line.dead.test.ts is,
// so that one waits beside the other.

import assert from 'node:assert';
import { BOARD } from '../../tools/flash-image.mjs';
import { Port, desk, flash } from '../fake/desk';
import { terminals } from '../fake/line';
import { reference } from '../fake/whole';
import { itLong } from '../fake/depth';

(terminals ? describe : describe.skip)(
  './flash.sh on a line that goes dead (needs util-linux script)',
  function () {
    this.timeout(120000);
    desk();
    const on = new Port();

    itLong(
      'a charger that goes away in the middle: an error, and the old firmware is still there',
      async () => {
        await on.board(
          new Map([[BOARD, Buffer.from('reference')], ...reference(), ['get', Buffer.from('exports.old=1')]]),
        );
        on.charger.tamper = (text) => {
          if (text.includes('"~get"')) on.tty.close();
          return text;
        };
        const r = await flash(['--port', on.tty.path]);
        assert.equal(r.status, 1);
        assert.match(r.err, /connection is gone|stopped answering/);
        on.charger.cut();
        on.charger.whole.run(20000);
        assert.equal(on.charger.whole.get('mod'), 'reference');
        assert.equal(Buffer.from(on.charger.whole.bench.storage.read('get')!).toString(), 'exports.old=1');
      },
    );
  },
);
