// What the charger tells by itself and about itself: rounds of /api/events, text of /metrics.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { KEYS, type Key } from '../../firmware/core/keys';
import * as events from '../../firmware/http/events.part';
import * as metrics from '../../firmware/http/metrics.part';
import type { Job, Talk } from '../../firmware/http/web.part';
import { table, type Table } from '../fake/table';
import type { Json } from './wire';

const keys: Record<string, Key> = KEYS;
const marks = (k: string): string => keys[k].f ?? '';

/** What one round of a client says; `steps` counts. */
function round(t: Table, job: Job): { text: string; steps: number } {
  job.out = '';
  let steps = 1;
  while (!events.step(t.c, job as never)) steps++;
  return { text: job.out, steps };
}
const open = (t: Table, query = '', all: Talk[] = []): Job => events.start(t.c, '', query, all);
const data = (text: string): unknown => JSON.parse(/^(?:retry: \d+\n)?data: (.*)\n\n$/.exec(text)![1]);

describe('events', () => {
  it('the state first, then what has changed, then nothing', () => {
    const t = table();
    const job = open(t, 'filter=car,amp,nosuch,,ocppck,oma,HeartbeatInterval,fna');
    assert.deepEqual(data(round(t, job).text), { car: 1, amp: 16, fna: 'Pilotwire 123456' });
    assert.equal(job.live, 1);
    const rows: [change: () => void, expected: object | ''][] = [
      [() => undefined, ''],
      [() => ((t.c.k.amp = 10), t.c.rev++), { amp: 10 }],
      [() => undefined, ''],
      [() => (t.c.x.cp = 'B'), { car: 3 }],
      [() => ((t.c.x.cp = 'A'), (t.c.k.amp = 16), t.c.rev++), { car: 1, amp: 16 }],
    ];
    t.c.t = 100;
    for (const [change, expected] of rows) {
      change();
      const { text } = round(t, job);
      assert.deepEqual(text && data(text), expected);
    }
  });

  it('without a filter: every key that everybody may see, once', () => {
    const t = table();
    const told = data(round(t, open(t)).text) as Json;
    const expected = Object.keys(KEYS).filter((k) => !/[hox]/.test(marks(k)));
    assert.deepEqual(Object.keys(told).sort(), expected.sort());
  });

  it('settings are looked at when one was kept, whichever way', () => {
    const t = table();
    const job = open(t, 'filter=ust,mca,fst,car');
    round(t, job);
    t.c.k.mca = 7;
    assert.equal(round(t, job).text, '', 'nobody has kept it');
    t.c.f.save('mca');
    assert.deepEqual(data(round(t, job).text), { mca: 7 });
    const change = t.c.f.part('change') as { write(c: unknown, name: string, raw: string): string };
    assert.equal(change.write(t.c, 'fst', '2000') || change.write(t.c, 'ust', '1'), '');
    assert.deepEqual(data(round(t, job).text), { ust: 1, fst: 2000 });
    assert.equal(round(t, job).text, '');
  });

  it('kinds of keys: what drifts, what follows from the record, what is set', () => {
    const t = table();
    const counts = t.c.f.head(5);
    const list = t.c.f.text(t.c.f.head(4));
    const all = Array.from(
      { length: list.length / 8 },
      (_, i) => t.c.f.text(list.substr(i * 8, 8)).split('"')[1],
    );
    assert.ok(all.length < 256, 'a listener notes their numbers in a byte each');
    const [drift, own] = [counts.slice(0, 4), counts.slice(4)].map((n) => parseInt(n, 16));
    const kind = (k: string): number => (all.indexOf(k) < drift ? 0 : all.indexOf(k) < own ? 1 : 2);
    const rows = ['rbt,utc,nrg,eto,cdi,rssi,modelStatus,why', 'alw,frc,acu,trx,ccw,errs', 'mca,fst,typ,ust'];
    for (const [n, names] of rows.entries()) for (const k of names.split(',')) assert.equal(kind(k), n, k);
    // What has no value of its own is set and nothing else.
    for (const k of all) if (!keys[k].get) assert.equal(kind(k), 2, k);
  });

  it('a quiet round looks at nothing; a change of the meter at what drifts; once in 5 s at all of it', () => {
    const t = table();
    const job = open(t);
    t.c.t = 1000;
    round(t, job);
    round(t, job);
    t.c.t = 1700;
    assert.equal(round(t, job).steps, 1);
    t.c.m.p = 1;
    const measured = round(t, job).steps;
    t.c.frc = 1;
    const changed = round(t, job).steps;
    t.c.t = 8000;
    const due = round(t, job).steps;
    assert.ok(1 < measured && measured < changed && changed === due, `${measured} ${changed} ${due}`);
  });

  it('short steps; a comment when there was nothing for long', () => {
    const t = table();
    const job = open(t);
    const first = round(t, job);
    assert.ok(first.steps > 40, `${first.steps}`);
    const quiet = open(t, 'filter=amp');
    t.c.t = 1000;
    round(t, quiet);
    const said = [2000, 5999, 6000, 7000, 11000].map((ms) => ((t.c.t = ms), round(t, quiet).text));
    assert.deepEqual(said, ['', '', ':\n\n', '', ':\n\n']);
  });

  it('who may no longer read is let go', () => {
    const rows: [change: Partial<Table['c']['k']>, live: number][] = [
      [{ amp: 12 }, 1],
      [{ hak: 'correct horse' }, 1],
      [{ hak: 'correct horse', hrp: 1 }, 0],
      [{ hai: 0 }, 0],
    ];
    for (const [change, live] of rows) {
      const t = table();
      const job = open(t, 'filter=car');
      round(t, job);
      Object.assign(t.c.k, change);
      t.c.rev++;
      assert.equal(round(t, job).text, '');
      assert.equal(job.live, live, JSON.stringify(change));
    }
  });

  it('two at a time: a third has the place of the first, which ends where an event ends', () => {
    const rows: [at: string, job: object, out: string][] = [
      ['between two rounds', { out: '', w: { i: -1 } }, 'retry: 60000\n\n'],
      ['with an end unsent', { out: '1}\n\n', w: { i: -1 } }, '1}\n\nretry: 60000\n\n'],
      ['in the middle of an event', { out: 'data: {"a":1', w: { i: 3 } }, ''],
      ['before its first', { out: 'retry: 3000\n' }, ''],
    ];
    for (const [at, job, out] of rows) {
      const t = table();
      const talk = (part: string, x: object = {}): Talk => ({ part, job: x, wait: 3 }) as Talk;
      const first = talk('events', { live: 1, end: 0, ...job });
      const all = [talk('get'), first, talk('get'), talk('events', { live: 1 }), { part: 'events' } as Talk];
      assert.deepEqual([open(t, '', all.slice(0, 3)).status, first.wait], [200, 3], at);
      const alone = [talk('events', { live: 1, end: 0, out: '', w: { i: -1 } })];
      t.c.k.ocppe = 1;
      open(t, '', alone);
      assert.equal(alone[0].job!.end, 1, 'one where there is a central system');
      t.c.k.ocppe = 0;
      const third = open(t, '', all);
      assert.deepEqual([third.status, third.end, first.wait], [200, 0, 1], at);
      const { out: said, live, end } = first.job!;
      assert.deepEqual([said, live, end, all[3].wait], [out, 0, 1, 3], at);
    }
  });
});

/** All of `/metrics`. */
function scrape(t: Table): string {
  const job = metrics.start();
  while (!metrics.step(t.c, job as never));
  return job.out;
}

describe('metrics', () => {
  const world = globalThis as { VERSION?: string };
  before(() => {
    world.VERSION = '0.1.0';
  });
  after(() => {
    delete world.VERSION;
  });

  const LINE = /^pilotwire_[a-z_]+(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? -?\d+(\.\d+)?$/;

  it('golden text', () => {
    const t = table();
    Object.assign(t.c, { t: 3600500, rbc: 7, gap: 45, late: 2 });
    Object.assign(t.c.m, { eto: 1234567.8, p: 6900, ops: 12, cut: 1 });
    Object.assign(t.c.s, { st: 'C2', on: 1 });
    Object.assign(t.c.x, { cp: 'C', amps: 100, err: 0, aux: 1, tmp: [41, undefined] });
    Object.assign(t.c.lim, {
      brd: 320,
      usr: 100,
      temp: 999,
      cbl: 999,
      ocpp: 999,
      car: 999,
      mtr: 999,
      lmo: 999,
    });
    Object.assign(t.c.ses, { n: 3, on: 1, ep: 1234000 });
    t.c.b.meter = { v: [230.1, 229.8, 231], i: [10, 10.02, 9.98], p: [2300, 2302, 2298], wh: 0, hz: 50.01, ok: 1, sample: () => true }; // prettier-ignore
    const text = scrape(t);
    assert.equal(text, readFileSync(new URL('../vectors/metrics.txt', import.meta.url), 'utf8'));
  });

  it('is well formed, whatever there is', () => {
    for (const err of [0, 1, 0x1ffff]) {
      const t = table();
      t.c.x.err = err;
      const lines = scrape(t).trimEnd().split('\n');
      const typed = new Map<string, string>();
      for (const [i, line] of lines.entries()) {
        const [, what, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
        if (what === 'TYPE') {
          assert.ok(!typed.has(name), `${name} twice`);
          assert.ok(lines[i - 1].startsWith(`# HELP ${name} `));
          assert.equal(rest, name.endsWith('_total') ? 'counter' : 'gauge');
          typed.set(name, rest);
        } else if (!what) {
          assert.match(line, LINE);
          assert.equal(line.split(/[{ ]/)[0], [...typed.keys()].at(-1), line);
        }
      }
      const set = lines.filter((l) => l.startsWith('pilotwire_fault{')).length;
      assert.ok(lines.includes(`pilotwire_faults ${set}`));
      assert.equal(set, err.toString(2).replaceAll('0', '').length);
    }
  });

  it('says nothing about what is not measured', () => {
    const t = table();
    const names = ['energy', 'power', 'phase', 'frequency', 'temperature', 'ocpp', 'session_energy'];
    t.c.b.meter = undefined;
    t.c.k.ocppe = 0;
    Object.assign(t.c.x, { tmp: [], aux: undefined });
    Object.assign(t.c.b.net, { rssi: () => undefined });
    const text = scrape(t);
    for (const name of [...names, 'wifi', 'contactor_closed'])
      assert.ok(!text.includes(`pilotwire_${name}`), name);
    assert.ok(text.includes('pilotwire_contactor_on 0\n'));
    t.c.b.meter = { v: [0, 0, 0], i: [0, 0, 0], p: [0, 0, 0], wh: 0, hz: 0, ok: 0, sample: () => true };
    assert.match(scrape(t), /pilotwire_energy_joules_total \d/);
    assert.ok(!/pilotwire_(power|phase)/.test(scrape(t)), 'a meter that is silent');
  });
});
