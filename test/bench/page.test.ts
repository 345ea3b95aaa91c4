// The bench's page, without a browser: its script fits its elements, and what its elements send is what a bench takes.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { EXAMPLES } from '../../bench/page/calls.mjs';
import { MOVES, body as filled, brief, letter, offer, story } from '../../bench/page/words.mjs';
import { start, type Bench } from '../../bench/start';
import { faint, ratio } from '../fake/contrast';
import { itLong } from '../fake/depth';

type Body = Record<string, unknown>;

const body = filled as (fields: object[]) => Body;

const FOLDER = new URL('../../bench/page/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8');
const scripts = readdirSync(FOLDER).filter((file) => file.endsWith('.mjs'));
const script = scripts.map(read).join('\n');
const html = read('index.html').replace(/<!--[^]*?-->/g, '');
const contract = readFileSync(new URL('../../docs/bench.md', import.meta.url), 'utf8');

const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((m) => m[1]);
const unique = (list: string[]): string[] => [...new Set(list)];

/** Attributes of a start tag; one without a value is ''. */
function attributes(tag: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [, name, , one, two] of tag.matchAll(/\s([\w-]+)(=(?:"([^"]*)"|'([^']*)'))?/g))
    out[name] = one ?? two ?? '';
  return out;
}
const tags = (text: string, names: string): Record<string, string>[] =>
  found(text, new RegExp(`<((?:${names})(?:\\s[^>"']*(?:"[^"]*"|'[^']*')?)*)>`, 'g')).map((t) => ({
    tag: t.split(/\s/)[0],
    ...attributes(t),
  }));

/** Forms that post: what, and their fields as the script hands them to `body`. */
interface Form {
  what: string;
  live: boolean;
  fields: { name: string; type: string; value: string; checked: boolean; number: boolean }[];
}
const forms: Form[] = [...html.matchAll(/(<form[^>]*>)([^]*?)<\/form>/g)]
  .map(([, head, inner]) => ({ head: attributes(head), inner }))
  .filter(({ head }) => head['data-post'])
  .map(({ head, inner }) => ({
    what: head['data-post'],
    live: 'data-live' in head,
    fields: [...inner.matchAll(/<input[^]*?\/>|<select[^]*?<\/select>/g)].map(([text]) => {
      const a = tags(text, 'input|select')[0];
      const option = tags(text, 'option').find((o) => 'selected' in o);
      return {
        name: a.name,
        type: a.type ?? 'text',
        value: option?.value ?? a.value ?? '',
        checked: 'checked' in a,
        number: 'data-number' in a,
      };
    }),
  }));
const buttons = tags(html, 'button').filter((b) => 'data-body' in b);

/** Everything that the page can post without anybody typing: [what, body]. */
function posts(): [what: string, body: Body][] {
  const out: [string, Body][] = buttons.map((b) => [b['data-post'], JSON.parse(b['data-body'])]);
  for (const { what, live, fields } of forms) {
    if (!live) out.push([what, body(fields)]);
    else
      for (const name of unique(fields.map((f) => f.name))) {
        const own = fields.filter((f) => f.name === name);
        if (own[0].type === 'checkbox') out.push([what, { [name]: true }], [what, { [name]: false }]);
        else out.push([what, body(own)]);
      }
  }
  for (const [, what, move] of Object.values(MOVES) as [string, string, Body?][])
    if (move) out.push([what, move]);
  return out;
}

const SNAPSHOT = {
  t: 1000,
  faults: [] as string[],
  pilot: { mode: 'high', duty: 100, high: 12, low: 12 },
  car: { state: 'unplugged', drawing: [0, 0, 0] },
  contactor: { closed: false },
  mains: { present: true },
};

const PWM = { mode: 'pwm', duty: 26.7, high: 6, low: -12 };

describe('page of the bench', () => {
  it('has every element that its script asks for, once', () => {
    const ids = found(html, /\sid="([^"]+)"/g);
    assert.deepEqual(ids, unique(ids));
    const used = unique(found(script, /\$\('([^']+)'\)/g));
    assert.ok(used.length > 30, `${used.length} ids`);
    assert.deepEqual(
      used.filter((id) => !ids.includes(id)),
      [],
    );
    const selected = unique(found(script, /'#([\w-]+) /g));
    assert.ok(selected.length > 2);
    assert.deepEqual(
      selected.filter((id) => !ids.includes(id)),
      [],
    );
    // No other way in, so nothing is missed above.
    assert.equal(found(script, /(\$\([^')][^)]*\))/g).join(), '');
    assert.deepEqual(found(script, /(getElementById)/g), ['getElementById']);
    const labels = found(html, /\s(?:for|list)="([^"]+)"/g);
    const links = found(html, /href="#([^"]+)"/g);
    assert.deepEqual(
      [...labels, ...links].filter((id) => !ids.includes(id)),
      [],
    );
  });

  it('shows only in ways that the script knows', () => {
    const known = found(
      script.slice(script.indexOf('const AS'), script.indexOf('const MOVES')),
      /^ {2}(\w+)[:,]/gm,
    );
    const used = unique(found(html, /data-as="([^"]+)"/g));
    assert.ok(used.length > 10);
    assert.deepEqual(
      used.filter((name) => !known.includes(name)),
      [],
    );
  });

  it('calls only what the contract has', () => {
    const promised = [...contract.matchAll(/`(GET|POST) (\/(?:bench|csms)[\w/]*)/g)].map((m) => m[2]);
    const fixed = found(script, /['"`](\/(?:bench|csms)[\w/]*)(?!\/?\$)[?'"`]/g);
    const posted = [...html.matchAll(/data-post="([^"]+)"/g)].map((m) => `/bench/${m[1]}`);
    const called = unique([
      ...fixed,
      ...posted,
      ...found(script, /post\('(\w+)'/g).map((w) => `/bench/${w}`),
    ]);
    assert.ok(called.length > 14, called.join());
    assert.deepEqual(
      called.filter((path) => !promised.includes(path)),
      [],
    );
    // What is put together at run time is only this.
    assert.deepEqual(found(script, /['"`](\/(?:bench|csms)\/\$\{\w+\})/g), ['/bench/${what}']);
  });

  it('offers everything that a person can do to the bench', () => {
    const rows = found(contract, /`POST \/bench\/(\w+)`/g);
    const posted = [...buttons.map((b) => b['data-post']), ...forms.map((f) => f.what)];
    assert.ok(rows.length >= 9);
    assert.deepEqual(
      rows.filter((what) => !posted.includes(what)),
      [],
    );
  });

  const bodies: [fields: object[], want: Body][] = [
    [[{ name: 'a', type: 'number', value: '5' }], { a: 5 }],
    [[{ name: 'a', type: 'number', value: '' }], {}],
    [[{ name: 'a', type: 'select-one', value: '32', number: true }], { a: 32 }],
    [[{ name: 'a', type: 'text', value: '32' }], { a: '32' }],
    [[{ name: 'a', type: 'checkbox', value: 'on', checked: false }], { a: false }],
    [
      [
        { name: 'v', type: 'number', value: '1' },
        { name: 'v', type: 'number', value: '2' },
      ],
      { v: [1, 2] },
    ],
  ];
  for (const [fields, want] of bodies)
    it(`a form says ${JSON.stringify(want)}`, () => assert.deepEqual(body(fields), want));

  const pilots: [mode: string, duty: number, high: number, state: string, amps: number][] = [
    ['high', 100, 12, 'A1', 0],
    ['high', 100, 9, 'B1', 0],
    ['pwm', 26.7, 9, 'B2', 16],
    ['pwm', 53.3, 6, 'C2', 32],
    ['pwm', 9, 3, 'D2', 6],
    ['pwm', 90, 6, 'C2', 65],
    ['pwm', 5, 6, 'C2', 0],
    ['high', 100, 0, 'E', 0],
    ['low', 0, -12, 'F', 0],
  ];
  for (const [mode, duty, high, state, amps] of pilots)
    it(`calls ${mode} ${duty} % ${high} V ${state} and ${amps} A`, () => {
      assert.equal(letter({ mode, high }), state);
      assert.equal(Math.round(offer({ mode, duty })), amps);
    });

  // Who has never seen a charger: what to press is what is there, and nothing is promised that does not come.
  const hints: [name: string, change: object, hint: RegExp][] = [
    [
      'charging',
      { pilot: PWM, car: { state: 'C', drawing: [16, 0, 0] } },
      /offer 16\.0 A.* card again.* full/,
    ],
    ['an offer that has ended', { car: { state: 'C', drawing: [16, 0, 0] } }, /six seconds to stop\.$/],
    ['waiting', { car: { state: 'C', drawing: [0, 0, 0] } }, /card.* fault.* charger's own page/],
    ['ventilation', { pilot: PWM, car: { state: 'D', drawing: [0, 0, 0] } }, /ventilation/],
  ];
  for (const [name, change, hint] of hints)
    it(`says what helps: ${name}`, () => assert.match(story({ ...SNAPSHOT, ...change })[1], hint));

  const scenes: [name: string, change: object, headline: RegExp, moves: string[]][] = [
    ['nothing plugged', {}, /No car/, ['plug']],
    ['no power', { t: 0 }, /No power/, []],
    ['waiting', { car: { state: 'C', drawing: [0, 0, 0] } }, /Waiting/, ['tap', 'unplug']],
    [
      'charging',
      { pilot: PWM, car: { state: 'C', drawing: [16, 0, 0] } },
      /Charging/,
      ['tap', 'full', 'unplug'],
    ],
    ['an offer that has ended', { car: { state: 'C', drawing: [9, 0, 0] } }, /Stopping/, ['full', 'unplug']],
    ['ventilation', { car: { state: 'D', drawing: [0, 0, 0] } }, /Ventilation/, ['want', 'unplug']],
    ['a fault of ours', { faults: ['weld'] }, /Fault/, ['mend', 'unplug']],
    ['a fault of the charger', { pilot: { mode: 'low', duty: 0, high: -12 } }, /^F/, ['unplug']],
    ['no grid', { mains: { present: false } }, /No grid/, ['grid', 'unplug']],
  ];
  for (const [name, change, headline, moves] of scenes)
    it(`tells ${name}`, () => {
      const [head, hint, ...next] = story({ ...SNAPSHOT, ...change });
      assert.match(head, headline);
      assert.ok(hint.length > 10);
      assert.deepEqual(next, moves);
      assert.ok(next.every((move) => Object.hasOwn(MOVES, move)));
    });

  it('has contrast, light and dark; 4.5 for text, 3 for what must only be seen', () => {
    assert.ok(Math.abs(ratio('777777', 'ffffff') - 4.48) < 0.01);
    const rows: [front: string, back: string, least: number][] = [
      ...['back', 'card', 'fill'].map((b): [string, string, number] => ['text', b, 7]),
      ...['back', 'card', 'fill'].map((b): [string, string, number] => ['soft', b, 4.5]),
      ['main', 'card', 4.5],
      ['on-main', 'main', 4.5],
      ['bad', 'card', 4.5],
      ['bad', 'bad-fill', 4.5],
      ['live', 'back', 4.5],
      ['beam', 'back', 4.5],
      ['live', 'fill', 3],
    ];
    assert.deepEqual(faint(read('page.css'), rows), []);
  });

  it('can be used by keyboard: what reacts is a button, link or field, and shows that it has the focus', () => {
    assert.doesNotMatch(read('page.css'), /outline:\s*(none|0)/);
    assert.match(read('page.css'), /:focus-visible/);
    assert.doesNotMatch(html, /tabindex="[1-9]|onclick/);
    const posting = tags(html, '\\w+').filter((t) => 'data-body' in t);
    assert.deepEqual(unique(posting.map((t) => t.tag)), ['button']);
    const fields = html.match(/<(input|select|textarea)\b/g)!.length;
    const labels = [...html.matchAll(/<label[^]*?<\/label\s*>/g)].map((m) => m[0]).join('');
    const named = tags(html, 'input|select|textarea').filter((t) => t['aria-label']).length;
    assert.equal(
      labels.match(/<(input|select|textarea)\b/g)!.length + named,
      fields,
      'fields without a name',
    );
  });

  it('every group of buttons says to the eye, too, what it is for', () => {
    assert.match(read('page.css'), /\.row\[role='group'\]::before \{[^}]*content: attr\(aria-label\)/);
    const groups = tags(html, 'div').filter((t) => t.class === 'row' && t.role);
    assert.ok(groups.length > 6 && groups.every((g) => g['aria-label'] && g.role === 'group'));
  });

  it('has a short form of it', () => {
    assert.equal(brief({ ...SNAPSHOT, t: 0 }), 'no power');
    assert.equal(brief(SNAPSHOT), 'A1');
    assert.equal(brief({ ...SNAPSHOT, car: { state: 'C', drawing: [15.96, 0, 0] } }), 'A1 · 16.0 A');
  });
});

describe('page against a running bench', function () {
  this.timeout(60000);
  let bench: Bench;

  const send = async (path: string, payload?: Body): Promise<{ status: number; json: Body }> => {
    const r = await fetch(bench.bench + path, payload && { method: 'POST', body: JSON.stringify(payload) });
    return { status: r.status, json: (await r.json()) as Body };
  };
  const rows = (since = 0): { from: string; frame: unknown[]; invalid?: string }[] =>
    bench.frames(since).frames;
  const until = async (what: string, test: () => boolean | Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 300 && !(await test()); i++) await bench.advance(200);
    assert.ok(await test(), what);
  };

  before(async () => {
    bench = await start({ http: 0, bench: 0, csms: 0, fresh: true });
  });
  after(() => bench.stop());

  it('is served with all that belongs to it', async () => {
    const files = [
      ['/', 'text/html'],
      ...found(html, /(?:href|src)="(\/[\w.]+)"/g).map((path) => [
        path,
        path.endsWith('css') ? 'text/css' : 'text/javascript',
      ]),
      ...found(script, /from '\.(\/[\w.]+)'/g).map((path) => [path, 'text/javascript']),
    ];
    assert.ok(files.length > 5);
    for (const [path, type] of files) {
      const r = await fetch(bench.bench + path);
      assert.equal(r.status, 200, path);
      assert.equal(r.headers.get('content-type'), `${type}; charset=utf-8`, path);
      assert.equal(await r.text(), read(path === '/' ? 'index.html' : path.slice(1)), path);
    }
  });

  it('shows fields that the snapshot has', async () => {
    const { json } = await send('/bench');
    const at = (path: string): unknown => path.split('.').reduce<any>((v, name) => v?.[name], json);
    const missing = found(html, /data-(?:show|from)="([^"]+)"/g).filter((path) => at(path) === undefined);
    assert.deepEqual(missing, []);
  });

  it('knows the addresses', async () => {
    const { http, csms } = bench;
    const want = { board: 'reference', http, bench: bench.bench, csms };
    assert.deepEqual(await send('/bench/addresses'), { status: 200, json: want });
  });

  itLong('sends calls that a station understands, and one that is marked', async () => {
    const stationed = async (): Promise<boolean> =>
      ((await send('/csms/log?since=0')).json.stations as string[]).length === 1;
    assert.equal(await stationed(), false);
    const url = `set("ocppu", "${bench.csms}")`;
    for (const line of [url, 'set("ocppe", true)', 'set("acs", 0)'])
      assert.equal((await send('/bench/console', { line })).status, 200);
    await until('boot accepted', () => rows().some((f) => f.frame[2] === 'StatusNotification'));
    for (const [title, action, payload] of EXAMPLES as [string, string, Body][]) {
      await until('connected', stationed);
      const whole = JSON.parse(JSON.stringify(payload).replace('"TX"', '1')) as Body;
      const { next } = bench.frames();
      const asked = send('/csms/call', { action, payload: whole });
      await until(`${title} answered`, () => rows(next).some((f) => f.from === 'cp' && f.frame[0] !== 2));
      assert.equal((await asked).status, 200, title);
      // The old link still counts as connected for a while, and a call that is sent into it is lost.
      if (/^Restart/.test(title))
        await until(`${title}: booted`, () => rows(next).some((f) => f.frame[2] === 'BootNotification'));
      const marked = rows(next).filter((f) => f.invalid);
      assert.equal(marked.length, /breaks/.test(title) ? 1 : 0, `${title}: ${JSON.stringify(marked)}`);
    }
  });

  itLong('sends bodies that the bench takes', async () => {
    const all = posts();
    assert.ok(all.length > 60, `${all.length} bodies`);
    const refused: unknown[] = [];
    for (const [what, payload] of all) {
      // The jumps of the clock are all of one kind, and an hour of them takes its time.
      const small = 'advance' in payload ? { advance: 100 } : payload;
      const { status, json } = await send(`/bench/${what}`, small);
      if (status !== 200) refused.push([what, payload, json]);
      if (what === 'console') assert.doesNotMatch(String(json.output), /Refused|no key|rror/);
    }
    assert.deepEqual(refused, []);
  });
});
