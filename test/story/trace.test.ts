// What a person with a strange car sends us: the events of pilot and contactor, the worst gap and the late scans, on the
// console and as one file.

import assert from 'node:assert';
import { start } from '../../bench/start';
import { build } from '../../tools/build.mjs';
import { Whole, reference } from '../fake/whole';

describe('trace of a charge', function () {
  this.timeout(60000);
  before(() => build('reference'));

  it('each event of pilot, contactor, monitor, phases and faults, in order, as one file', async () => {
    const bench = await start({ engine: 'node', fresh: true, csms: 'off' });
    try {
      await bench.advance(3000);
      await bench.post('car', { state: 'B', amps: 32, phases: 3, cable: 32 });
      await bench.advance(6000);
      await bench.post('car', { state: 'C' });
      await bench.advance(5000);
      await bench.post('fault', { rcm: true });
      await bench.advance(2000);
      await bench.post('fault', { rcm: false });
      await bench.advance(2000);
      await bench.get('/api/set?clf=1');
      await bench.advance(6000);
      await bench.post('car', { state: 'unplugged' });
      await bench.advance(2000);
      const { status, body } = await bench.get('/trace');
      assert.equal(status, 200);
      const seen = body.trim().split('\n');
      let last = 0;
      for (const line of seen) {
        const t = parseFloat(line);
        assert.ok(t >= last, line);
        last = t;
      }
      const words = seen.map((line) => line.replace(/^\S+ /, ''));
      let at = -1;
      const want = 'boot 1,phases 3,pilot B,state B1,offer 16 A,pilot C,coil on,mirror closed,coil off,fault residual current,mirror open,gone residual current,pilot A,state A1';
      for (const word of want.split(',')) {
        at = words.indexOf(word, at + 1);
        assert.ok(at >= 0, `${word}\n${body}`);
      }
      // Before or after the offer, as the jobs take their turns.
      const tested = words.indexOf('test passed');
      assert.ok(tested > words.indexOf('pilot B') && tested < words.indexOf('pilot C'), body);
      // The same on the console.
      const page = await bench.console('trace()');
      assert.ok(page.includes(seen[seen.length - 1]), page);
    } finally {
      await bench.stop();
    }
  }); // prettier-ignore

  it('a scan that comes late is counted, measured and noted', () => {
    const w = new Whole(reference(), 1);
    w.run(3000);
    const late = w.get('late') as number;
    w.bench.net.slow = 300;
    w.type("try { require('net').connect({ host: 'a', port: 9 }, () => {}) } catch (e) {}");
    w.run(1000);
    assert.equal(w.get('late'), late + 1);
    const gap = w.get('gap') as number;
    assert.ok(gap >= 300 && gap <= 340, `${gap} ms`);
    assert.match(w.type('trace()', 1000), /late 3[0-4]0 ms/);
    w.end();
  });
});
