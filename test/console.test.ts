// The console's steps: over the network none may take long.

import assert from 'node:assert/strict';
import * as console_ from '../firmware/console.part';
import { table } from './fake/table';

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
});
