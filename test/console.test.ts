// The console's steps: over the network none may take long.

import assert from 'node:assert/strict';
import * as console_ from '../firmware/console.part';
import type { Charger } from '../firmware/core/charger';
import { raise } from '../firmware/core/fault';
import { FAULTS, READER } from '../firmware/core/faults';
import type { Fault } from '../firmware/core/faults';
import { table } from './fake/table';

/** What a line is answered with. */
function says(c: Charger, line: string): string {
  const job = console_.start(c, '', line);
  while (!console_.step(c, job));
  return job.out;
}

describe('steps of the console', () => {
  it('sets a key in steps, as /api/set does: checked, kept, each hook told', () => {
    const rows: [line: string, says: string, deeds: string][] = [
      ['set amp 10', 'amp = 10 A\n', '. . . kept first second'],
      ['set amp 99', 'Refused, exceeds range 6 to 32. amp takes an integer from 6 to 32.\n', ''],
      ['set car 1', 'car is for reading only.\n', ''],
      
      ['card 3', 'Refused, this charger has no card reader.\n', ''],
      ['ocpp ws://h/', 'Address kept.\nConnects. Look at ocpp() in a few seconds.\n', '. . . kept first second . . . . kept first second'],
    ]; // prettier-ignore
    for (const [line, says, deeds] of rows) {
      const t = table();
      let now: string[] = [];
      const hook = (name: string) => (): void => void now.push(name);
      t.c.hooks = [hook('first'), hook('second')];
      const job = console_.start(t.c, '', line);
      const done: string[] = [];
      for (let more = true; more; done.push(now.join('+') || '.')) {
        now = [];
        const { rev } = t.c;
        more = !console_.step(t.c, job);
        if (t.c.rev !== rev) now.push('kept');
      }
      assert.equal(job.out, says, line);
      assert.equal(done.join(' ').replace(/[ .]+$/, ''), deeds, line);
    }
  });

  it('says of every fault what ends it; what an operator alone ends is ended so', () => {
    const ends: { [how in Fault['ends']]: string } = {
      time: 'ends by itself',
      car: 'ends when the car is unplugged',
      operator: 'ends by fault("clear") once its cause is gone, or by a restart',
      flash: 'ends by fault("clear") alone, once its cause is gone',
    };
    for (const [name, row] of Object.entries(FAULTS)) {
      const { c } = table();
      c.x.err = row.bit;
      const most = row.most ? `, ${row.most} times a plug-in` : '';
      assert.equal(says(c, 'fault()'), `${row.text}, ${ends[row.ends]}${most}\n`, name);
      if (row.ends !== 'flash') continue;
      assert.equal(says(c, 'fault("clear")'), 'Cleared.\n', name);
      assert.equal(says(c, 'fault()'), 'No fault.\n', name);
    }
  });

  it('an action takes any value, and its refusal says why and no more', () => {
    const { c } = table();
    assert.equal(says(c, 'set clf'), 'The value is missing: clf takes any value.\n');
    assert.match(says(c, 'help rst'), /\nrst takes any value\n$/);
    raise(c, READER);
    assert.equal(says(c, 'set clf 1'), 'Refused, the cause is still there: card reader does not answer.\n');
    assert.match(says(c, 'set clp x'), /^Refused, .* clp takes an array or object\.\n$/);
  });
});
