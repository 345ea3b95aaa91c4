// The gate with two clients: the engine has room for one question to the network of a kind, and a host that blocks is noted
// under the name of who called it.

import assert from 'node:assert/strict';
import * as gate from '../../firmware/net/gate.part';
import type { Gate } from '../../firmware/net/connect';
import { BUILTIN } from '../fake/charger';
import { table, type Table } from '../fake/table';

const fresh = (key?: string): Gate => ({ st: 0, host: '', port: 0, ip: '', at: 0, blind: 0, n: 0, key });

/** A network that answers when the test says so. */
class Net {
  readonly asked: string[] = [];
  readonly answers: (() => void)[] = [];
  constructor(t: Table) {
    const { part } = t.c.f;
    t.c.f.part = (name) => (name === 'gate' ? gate : part(name));
    Object.assign(t.c.b.net, {
      resolve: (host: string, then: (ip: string | undefined) => void) => this.ask('name ' + host, () => then(host && host + '.ip')), // prettier-ignore
      ping: (ip: string, then: (alive: number) => void) => this.ask('ping ' + ip, () => then(1)),
    });
  }
  private ask(what: string, answer: () => void): void {
    this.asked.push(what);
    this.answers.push(answer);
  }
}

describe('two clients before the gate', () => {
  it('ask one after another', () => {
    const t = table();
    const net = new Net(t);
    const [a, b] = [fresh(), fresh('cm')];
    gate.open(t.c, a, 'a', 1);
    gate.open(t.c, b, 'b', 2);
    assert.deepEqual(net.asked, ['name a']);
    t.run(1000, 2);
    assert.deepEqual(net.asked, ['name a'], 'still waits');
    net.answers[0]();
    t.run(1000, 2);
    assert.deepEqual(net.asked, ['name a', 'ping a.ip'], 'the ping is part of it');
    net.answers[1]();
    t.run(1000, 2);
    assert.deepEqual(net.asked, ['name a', 'ping a.ip', 'name b']);
    net.answers[2]();
    net.answers[3]();
    assert.deepEqual([a.st, a.ip, b.st, b.ip], [3, 'a.ip', 3, 'b.ip']);
  });

  it('who gave up waits no longer; a question that is never answered does not hold the other for ever', () => {
    const t = table();
    const net = new Net(t);
    const [a, b, c] = [fresh(), fresh(), fresh()];
    gate.open(t.c, a, 'a', 1);
    gate.open(t.c, b, 'b', 2);
    gate.open(t.c, c, 'c', 3);
    b.n++;
    t.c.t += 20000;
    t.run(1000, 2);
    assert.deepEqual(net.asked, ['name a', 'name c']);
    assert.equal(t.timers.length, 0);
  });

  it('a connect notes its host under its own key, and takes the note back', () => {
    const t = table();
    const net = new Net(t);
    const seen: string[] = [];
    const socket = {};
    BUILTIN.net = { connect: () => (seen.push(JSON.stringify(t.journal)), socket) };
    for (const [g, host] of [
      [fresh(), 'a'],
      [fresh('cm'), 'b'],
    ] as [Gate, string][]) {
      // prettier-ignore
      gate.open(t.c, g, host, 1);
      for (const answer of net.answers.splice(0)) answer();
      for (const answer of net.answers.splice(0)) answer();
      assert.equal(gate.pass(t.c, g)!.s, socket);
    }
    assert.deepEqual(seen, ['{"cg":"a"}', '{"cm":"b"}']);
    assert.deepEqual(t.journal, {});
  });
});
