// The tour of the README, command by command as it stands there, against the bench that `npm start` starts; the answers
// below the commands are what is expected. Then a client of the kind of Home Assistant comes to the same charger.

import assert from 'node:assert';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describeLong } from '../fake/depth';

interface Command {
  line: string;
  method: string;
  url: string;
  body: string;
  /** What the README shows below it, '' = nothing. */
  shown: string;
  /** Answered until somebody presses Ctrl-C: here after the first event. */
  endless?: boolean;
}

/** Words of a shell line, without quotes; what follows # is a comment. */
function words(line: string): string[] {
  const out: string[] = [];
  for (const m of line.matchAll(/"([^"]*)"|'([^']*)'|(#.*)|([^\s"'#]+)/g))
    if (m[3] === undefined) out.push(m[1] ?? m[2] ?? m[4]);
  return out;
}

/** The commands of the tour. */
function tour(text: string): Command[] {
  const block = /## A five-minute tour[^]*?```sh\n([^]*?)```/.exec(text)![1];
  const out: Command[] = [];
  for (const line of block.split('\n')) {
    const last = out.at(-1);
    if (/^# [{"]/.test(line) && last && !last.shown) last.shown = line.slice(2);
    if (!line.startsWith('curl ')) continue;
    const c: Command = { line, method: 'GET', url: '', body: '', shown: '' };
    const w = words(line).slice(1);
    while (w.length) {
      const next = w.shift()!;
      if (next === '-N') c.endless = true;
      else if (next === '-X') c.method = w.shift()!;
      else if (next === '-d') c.body = w.shift()!;
      else c.url = next;
    }
    out.push(c);
  }
  return out;
}

/** Holds `v` everything that is shown of it? Numbers to a hundredth, as somebody would read them off. */
function holds(v: any, shown: any): boolean {
  if (typeof shown === 'number') return typeof v === 'number' && Math.abs(v - shown) <= Math.abs(shown) / 100;
  if (shown === null || typeof shown !== 'object') return v === shown;
  return v !== null && typeof v === 'object' && Object.keys(shown).every((k) => holds(v[k], shown[k]));
}

/** Is the answer as it is shown: whole, or what is shown of it `and more`; or these words, in their order? */
function matches(answer: string, shown: string): boolean {
  const more = shown.endsWith(' and more');
  const text = more ? shown.slice(0, -' and more'.length) : shown;
  if (text.startsWith('"')) {
    let at = 0;
    return text.split(' ').every((w) => (at = answer.indexOf(w, at) + 1) > 0);
  }
  const want = JSON.parse(text) as object;
  const have = JSON.parse(answer) as object;
  return holds(have, want) && (more || Object.keys(have).length === Object.keys(want).length);
}

describeLong('clients: the tour of the README', function () {
  this.timeout(240000);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tour-'));
  const places: Record<string, string> = {};
  let child: ChildProcess;

  const ask = async (c: Pick<Command, 'method' | 'url' | 'body' | 'endless'>): Promise<string> => {
    const url = c.url.replace(/\$(\w+)/g, (_, name: string) => places[name]);
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\//, c.url);
    const signal = AbortSignal.timeout(20000);
    const r = await fetch(url, { method: c.method, body: c.body || undefined, signal }).catch((e: Error) => {
      // The text of undici's own errors says nothing.
      throw e.cause ? new Error(`${c.url}: ${String(e.cause)}`) : e;
    });
    assert.equal(r.status, 200, `${c.url}: ${r.status}`);
    return c.endless ? event(r) : r.text();
  };
  /** The first event of a stream. */
  const event = async (r: Response): Promise<string> => {
    let text = '';
    for await (const piece of r.body!) {
      text += Buffer.from(piece).toString();
      const data = /^data: (.*)\n\n/m.exec(text);
      if (data) return data[1];
    }
    throw new Error(`no event in ${text}`);
  };
  const get = async (url: string): Promise<Record<string, any>> =>
    JSON.parse(await ask({ method: 'GET', url, body: '' }));
  /** Asks again and again; what takes too long for the time of the test is told with its last answer. */
  const until = async <T>(what: string, test: () => Promise<[boolean, T]>): Promise<T> => {
    const end = Date.now() + 60000;
    for (;;) {
      // Without an answer in 20 s a client asks again.
      const [ok, v] = await test().catch((e: Error): [boolean, T] => {
        if (e.name !== 'TimeoutError') throw e;
        return [false, e.message as T];
      });
      if (ok) return v;
      assert.ok(Date.now() < end, `${what}: ${JSON.stringify(v)}`);
      await delay(200);
    }
  };

  before(async () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const [node, ...start] = scripts.start.split(' ');
    assert.equal(node, 'node');
    const flags = ['--http', '0', '--bench', '0', '--csms', '0', '--flash', path.join(folder, 'flash')];
    child = spawn(process.execPath, [...start, ...flags], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
    const ready = JSON.parse(line) as { http: string; bench: string; csms: string };
    Object.assign(places, { charger: ready.http, bench: ready.bench, csms: ready.csms });
    await ask({ method: 'POST', url: '$bench/bench/clock', body: '{"rate":5}' });
  });
  after(async () => {
    child.kill('SIGTERM');
    await once(child, 'close');
    rmSync(folder, { recursive: true });
  });

  for (const c of tour(readFileSync('README.md', 'utf8')))
    it(c.line.replace(/ +#.*/, ''), async () => {
      const reads = c.method === 'GET' && !c.url.includes('/api/set');
      if (reads && c.shown)
        return void (await until(c.shown, async () => {
          const answer = await ask(c);
          return [matches(answer, c.shown), answer];
        }));
      const answer = await ask(c);
      if (c.endless) JSON.parse(answer);
      if (c.shown) assert.ok(matches(answer, c.shown), `${answer} is not ${c.shown}`);
    });

  it('then Home Assistant sets up, reads, and changes the current', async () => {
    const status = (filter: string): ReturnType<typeof get> => get(`$charger/api/status?filter=${filter}`);
    const set = async (query: string): Promise<void> => {
      const key = query.split('=')[0];
      assert.deepEqual(await get('$charger/api/set?' + query), { [key]: true });
    };
    const setup = await status('oem,sse,typ,var');
    assert.deepEqual(Object.keys(setup), ['oem', 'sse', 'typ', 'var']);
    assert.equal((await status('ccrv,typ,log,fwc,fwv,var,cll,adi,cards')).cards.length, 10);
    assert.equal((await status('car,modelStatus,err,nrg,tma,trx')).car, 1);
    await ask({ method: 'POST', url: '$bench/bench/car', body: '{"state":"C","amps":32,"phases":3}' });
    await set('trx=0');
    const s = await until('charging', async () => {
      const now = await status('alw,acu,car,cll,err,modelStatus,nrg,pnp,trx,wh');
      return [now.car === 2 && now.pnp === 3, now];
    });
    assert.deepEqual([s.alw, s.acu, s.trx, s.err], [true, 10, 0, 0]);
    assert.equal(s.cll.requestedCurrent, 10);
    await set('amp=8');
    await until('8 A', async () => {
      const now = await status('acu,nrg');
      return [now.acu === 8 && Math.abs(now.nrg[4] - 8) < 0.2, now];
    });
    await set('frc=1');
    await until('stopped', async () => {
      const now = await status('alw,car,nrg');
      return [!now.alw && now.nrg[11] === 0, now];
    });
  });
});

describe('clients: how the tour is read', () => {
  it('an answer that is not the one shown is seen', () => {
    const rows: [answer: string, shown: string, ok: boolean][] = [
      ['{"a":1}', '{"a":1}', true],
      ['{"a":1,"b":2}', '{"a":1}', false],
      ['{"a":1,"b":2}', '{"a":1} and more', true],
      ['{"a":2}', '{"a":1}', false],
      ['{"a":16.68}', '{"a":16.7}', true],
      ['{"a":true}', '{"a":false}', false],
      ['{"a":{"b":[1,2]}}', '{"a":{"b":[1,3]}}', false],
      ['["x","y"]', '"x" "y" and more', true],
      ['["y","x"]', '"x" "y"', false],
    ];
    for (const [answer, shown, ok] of rows) assert.equal(matches(answer, shown), ok, `${answer} ${shown}`);
  });

  it('every command is found, and most have an answer', () => {
    const all = tour(readFileSync('README.md', 'utf8'));
    assert.ok(all.length >= 12, `${all.length}`);
    assert.ok(all.filter((c) => c.shown).length >= 9);
    assert.deepEqual(words(`curl -X POST $b/x -d '{"a":"b c"}'  # say`), ['curl', '-X', 'POST', '$b/x', '-d', '{"a":"b c"}']); // prettier-ignore
  });
});
