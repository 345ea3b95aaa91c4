// The charger's page without a browser: what it asks for exists, what it says is said in both languages, what it weighs.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { FAULTS } from '../../firmware/core/faults';
import { KEYS, type Key } from '../../firmware/core/keys';
import { DE, EN } from '../../firmware/page/texts.js';
import {
  LEAST,
  LIVE,
  SLOW,
  clock,
  fields,
  move,
  ocpp,
  only,
  part,
  put,
  range,
  story,
  trouble,
} from '../../firmware/page/words.js';
import { faint } from '../fake/contrast';
import { page, thinCss, thinHtml, zip } from '../../tools/page.mjs';

const FOLDER = fileURLToPath(new URL('../../firmware/page/', import.meta.url));
const read = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8');
const html = read('index.html').replace(/<!--[^]*?-->/g, '');
const css = read('style.css');
const scripts = readdirSync(FOLDER).filter((f) => f.endsWith('.js'));
const script = scripts.map(read).join('\n');
const keys: Record<string, Key> = KEYS;

const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((m) => m[1]);
const unique = (list: string[]): string[] => [...new Set(list)];

type State = Record<string, unknown>;
/** Nothing plugged, nothing wrong. */
const IDLE: State = { car: 1, alw: true, frc: 0, acs: 0, trx: null, modelStatus: 13, flt: '', fsp: false };

describe('page', () => {
  let text = '';
  before(async () => (text = (await page(FOLDER))!));

  it('is one small file with no address of anything outside', () => {
    const packed = zip(text);
    assert.ok(packed.length < 20000, `${packed.length} bytes`);
    assert.equal(gunzipSync(packed).toString(), text);
    const outside = found(text, /((?:https?:)?\/\/[\w{$][^\s"'`)]*)/g).filter(
      (u) => !u.startsWith('http://www.w3.org/') && !u.startsWith('http://{1}/'),
    );
    assert.deepEqual(outside, []);
    assert.doesNotMatch(
      text,
      /@import|url\(|<link[^>]+stylesheet|<script[^>]+src|style\.css|page\.js|\bimport\b/,
    );
  });

  it('asks for and writes keys that exist, and may do so', () => {
    const sections = found(html, /data-keys="([^"]*)"/g).join();
    const asked = unique([LIVE, SLOW, sections].join().split(','));
    const unknown = (list: string[]): string[] => list.filter((k) => !keys[k]);
    assert.deepEqual(unknown(asked), []);
    assert.deepEqual(
      asked.filter((k) => keys[k] && /[oh]/.test(keys[k].f ?? '')),
      [],
    );
    const bound = unique(found(html, /data-key="([^"]*)"/g));
    assert.deepEqual(
      bound.filter((k) => !asked.includes(k)),
      [],
      'written but never read',
    );
    const literal = found(script, /(?:write\(|set: )\{ (\w+):/g);
    assert.deepEqual(
      [...bound, ...literal].filter((k) => !keys[k]?.f?.includes('w')),
      [],
    );
    assert.ok(literal.length > 6);
    const shown = unique(found(script, /\bs\.(\w+)/g)).filter((k) => k !== 'length' && k !== 'trip');
    assert.deepEqual(
      shown.filter((k) => !asked.includes(k)),
      [],
      'shown but never read',
    );
  });

  it('knows every element it speaks of', () => {
    const ids = found(html, /\bid="([\w-]+)"/g);
    assert.deepEqual(unique(ids).length, ids.length);
    const used = [...found(script, /\$\('([\w-]+)'\)/g), ...found(html, /aria-labelledby="([\w-]+)"/g)];
    assert.deepEqual(
      unique(used).filter((id) => !ids.includes(id)),
      [],
    );
    const values = unique(found(script, /\bvalue\(\s*'(\w+)'/g));
    assert.deepEqual(values.sort(), unique(found(html, /data-v="(\w+)"/g)).sort());
  });

  it('says everything in both languages, and says nothing that nobody shows', () => {
    const shape = (x: object): string[] => Object.keys(x).sort();
    assert.deepEqual(shape(DE), shape(EN));
    assert.deepEqual(shape(DE.m), shape(EN.m));
    assert.deepEqual(shape(DE.e), shape(EN.e));
    assert.deepEqual(shape(DE.lim), shape(EN.lim));
    for (const name of Object.keys(EN) as (keyof typeof EN)[]) {
      if (typeof EN[name] !== 'string') continue;
      const holes = (s: unknown): string =>
        String(s)
          .match(/\{\d\}/g)
          ?.sort()
          .join() ?? '';
      assert.equal(holes(DE[name]), holes(EN[name]), name);
      assert.ok(String(DE[name]) && String(EN[name]), name);
    }
    assert.deepEqual(shape(DE.f), Object.values(FAULTS).map((f) => f.text).sort()); // prettier-ignore
    const used = [
      ...found(html, /data-t="(\w+)"/g),
      ...found(script, /\bt\.(\w+)/g),
      ...found(script, /\bsay\('(\w+)'/g),
    ];
    const absent = unique(used).filter((n) => !(n in EN) && n !== 'done');
    assert.deepEqual(absent, []);
    const made = /^(step\d|sch\d|sch_\w+|done|from|to)$/;
    assert.deepEqual(
      Object.keys(EN).filter((n) => !used.includes(n) && !made.test(n)),
      [],
    );
  });

  it('has words for every reason that the firmware gives, and for no other', () => {
    const source = readFileSync(path.join(FOLDER, '../core/keys.ts'), 'utf8');
    const told = /Why the charger charges or not: ([^.]*)\./.exec(source)![1];
    const numbers = found(`, ${told}`, /, (\d+) /g).map(Number);
    assert.deepEqual(
      Object.keys(EN.m).map(Number),
      [...numbers].sort((a, b) => a - b),
    );
    const t = EN;
    for (const m of numbers) {
      const { hint } = story(t, {
        ...IDLE,
        car: 3,
        alw: false,
        modelStatus: m,
        flt: m === 26 ? 'too hot' : '',
      });
      assert.ok(m === 13 || (hint && !/\(\d+\)/.test(hint)), `${m}: ${hint}`);
    }
    // One number for two: the page knows no more of it than the console does.
    assert.match(told, /29 delay after power return, or a pause for flash/);
    assert.match(EN.m[29], /power came back, or/);
    assert.match(DE.m[29], /Strom kam zurück, oder/);
  });

  it('headline, reason and button by state', () => {
    const rows: [State, headline: string, hint: string | RegExp, button: object | undefined][] = [
      [{}, EN.none, EN.noneOpen, undefined],
      [{ acs: 1 }, EN.none, EN.noneCard, { trx: 0 }],
      [{ acs: 1, trx: 0 }, EN.none, EN.nonePaid, undefined],
      [{ frc: 1, alw: false }, EN.none, EN.noneOff, undefined],
      [{ car: 2 }, EN.charging, '', { frc: 1 }],
      [{ car: 2, modelStatus: 3 }, EN.charging, EN.m[3], { frc: 1 }],
      [
        { car: 2, acu: 16, cll: { requestedCurrent: 16, cableCurrentLimit: 16 } },
        EN.charging,
        '',
        { frc: 1 },
      ],
      [
        { car: 2, acu: 20, cll: { requestedCurrent: 32, cableCurrentLimit: 20 } },
        EN.charging,
        EN.lim.cableCurrentLimit,
        { frc: 1 },
      ],
      [
        {
          car: 2,
          acu: 13,
          cll: { requestedCurrent: 32, cableCurrentLimit: 20, temperatureCurrentLimit: 13 },
        },
        EN.charging,
        EN.lim.temperatureCurrentLimit,
        { frc: 1 },
      ],
      [
        { car: 2, acu: 10, ocppc: true, cll: { requestedCurrent: 32, cableCurrentLimit: 20 } },
        EN.charging,
        EN.lim.central,
        { frc: 1 },
      ],
      [{ car: 2, acu: 10, cll: { requestedCurrent: 32 } }, EN.charging, '', { frc: 1 }],
      [{ car: 3 }, EN.ready, EN.readyHint, { frc: 1 }],
      [{ car: 4 }, EN.paused, EN.pausedHint, { frc: 1 }],
      [{ car: 3, alw: false, modelStatus: 4, frc: 1 }, EN.blocked, EN.m[4], { frc: 0 }],
      [{ car: 3, alw: false, modelStatus: 4, acs: 1 }, EN.blocked, EN.m[4], { trx: 0, frc: 0 }],
      [{ car: 3, alw: false, modelStatus: 2, acs: 1 }, EN.blocked, EN.m[2], { trx: 0 }],
      [{ car: 4, alw: false, modelStatus: 2 }, EN.ended, EN.endedHint, { trx: 0 }],
      [{ car: 3, alw: false, modelStatus: 5 }, EN.blocked, EN.m[5], { frc: 2 }],
      [{ car: 3, alw: false, modelStatus: 17 }, EN.blocked, EN.m[17], { frc: 2 }],
      [{ car: 3, alw: false, modelStatus: 6 }, EN.blocked, EN.m[6], { dwo: null }],
      [{ car: 3, alw: false, modelStatus: 28 }, EN.blocked, EN.m[28], undefined],
      [{ car: 3, alw: false, modelStatus: 1, flt: 'too hot' }, EN.blocked, EN.m[1], undefined],
      // Without a fault that stops it, 26 is what the car lacks: nothing to acknowledge.
      [{ car: 3, alw: false, modelStatus: 26 }, EN.blocked, EN.m[26], undefined],
      [
        { car: 3, alw: false, modelStatus: 26, flt: 'meter does not answer' },
        EN.blocked,
        `${EN.m[26]} Note: meter does not answer.`,
        undefined,
      ],
      [
        { car: 3, alw: false, modelStatus: 26, flt: 'voltage too high' },
        EN.blocked,
        'Voltage too high.',
        { clf: 1 },
      ],
      [{ car: 3, alw: false, modelStatus: 99 }, EN.blocked, '(99)', undefined],
      [{ car: 2, flt: 'meter does not answer' }, EN.charging, 'Note: meter does not answer.', { frc: 1 }],
      [
        { car: 5, alw: false, modelStatus: 26, flt: 'contactor welded' },
        EN.fault,
        `Contactor welded. ${EN.welded}`,
        { clf: 1 },
      ],
      [
        { car: 5, alw: false, modelStatus: 26, flt: 'cable not recognised' },
        EN.fault,
        `Cable not recognised. ${EN.faultHint}`,
        { clf: 1 },
      ],
    ];
    for (const [state, headline, hint, button] of rows) {
      const s = { ...IDLE, ...state };
      const name = JSON.stringify(state);
      const told = story(EN, s);
      assert.equal(told.headline, headline, name);
      if (typeof hint === 'string') assert.equal(told.hint, hint, name);
      else assert.match(told.hint, hint, name);
      assert.deepEqual(move(EN, s)?.set, button, name);
    }
    const texts = Object.values(FAULTS).map((f) => f.text);
    const least =
      Object.values(FAULTS)
        .map((f) => f.does !== 'warn')
        .lastIndexOf(true) + 1;
    assert.deepEqual(LEAST, ['', ...texts.slice(least)]);
    // What does not open is not called open: whoever believes it takes hold of a live plug.
    for (const [t, open] of [
      [EN, /is open/],
      [DE, /ist offen/],
    ] as const) {
      assert.doesNotMatch(story(t, { ...IDLE, car: 5, flt: 'contactor welded' }).hint, open);
      assert.match(story(t, { ...IDLE, car: 5, flt: 'residual current' }).hint, open);
    }
    assert.match(story(DE, { ...IDLE, car: 5, flt: 'contactor welded' }).hint, /^Schütz verschweißt\. /);
  });

  it('small words: time, OCPP, one place of a list, parts of a report', () => {
    assert.deepEqual([0, 61000, 3723000].map(clock), ['0:00', '1:01', '1:02:03']);
    const states = [{}, { ocppe: 1 }, { ocppe: 1, ocppc: 1 }, { ocppe: 1, ocppc: 1, ocppa: 1 }];
    assert.deepEqual(states.map(ocpp), [0, 1, 2, 3]);
    const errors = [
      'InternalError: Unable to create socket',
      'unknown host x.example',
      'no answer to ping',
      'refused with HTTP status 401',
      'unknown host h401',
      'no WebSocket',
    ];
    const e = Object.values(EN.e);
    assert.deepEqual(errors.map((x) => trouble(EN, x)), [e[0], e[1], e[2], e[3], e[1], 'no WebSocket']); // prettier-ignore
    assert.deepEqual(only(2, { a: 1 }), [{}, {}, { a: 1 }]);
    assert.deepEqual(put([1, 2], 2, { a: 1 }), [{}, {}, { a: 1 }]);
    assert.deepEqual(put([1, 2], 0, { a: 1 }), [{ a: 1 }, {}]);
    const report = 'head\n\n# trace: what\n1 a\n2 b\n\n# log\nx\n# settings\namp 16\n';
    assert.deepEqual(['trace', 'log', 'settings', 'none'].map((n) => part(report, n)), ['1 a\n2 b', 'x', 'amp 16', '']); // prettier-ignore
  });

  it('a timer in two fields, and back: 0:00 at its end is the end of the day', () => {
    const at = (hour: number, minute = 0): object => ({ hour, minute, second: 0 });
    const rows: [begin: object, end: object, from: string, to: string, back?: object][] = [
      [at(0), at(24), '00:00', '00:00'],
      [at(22), at(24), '22:00', '00:00'],
      [at(0), at(6, 30), '00:00', '06:30'],
      [at(22, 5), at(6), '22:05', '06:00'],
      // The same moment, as others write it.
      [at(22), at(0), '22:00', '00:00', at(24)],
    ];
    for (const [begin, end, from, to, back = end] of rows) {
      assert.deepEqual(fields({ begin, end }), [from, to]);
      assert.deepEqual(range([from, to]), { begin, end: back });
    }
  });

  it('shortens without a change of meaning', () => {
    assert.equal(
      thinCss('/* a */ a > b, c :hover {\n  x: calc(1px - 2px);\n  y: z;\n}\n'),
      'a>b,c :hover{x:calc(1px - 2px);y:z}',
    );
    assert.equal(thinHtml('<p>\n  a <!-- b --> c</p>'), '<p> a c</p>');
  });

  it('every field has a name to be read aloud, every button a word', () => {
    const labels = [...html.matchAll(/<label[^]*?<\/label\s*>/g)].map((m) => m[0]);
    for (const label of labels) assert.match(label, /data-t="/, label);
    const fields = html.match(/<(input|select)\b/g)!.length;
    assert.equal(
      labels.reduce((n, l) => n + (l.match(/<(input|select)\b/g)?.length ?? 0), 0),
      fields,
    );
    for (const b of html.match(/<button[^>]*>/g)!) assert.match(b, /data-t=|id="(lang|act)"/, b);
    assert.match(html, /<html lang=/);
    for (const tag of ['div', 'details', 'form', 'label', 'section'])
      assert.equal(html.match(new RegExp(`<${tag}\\b`, 'g'))!.length + 1, html.split(`</${tag}`).length, tag);
    assert.doesNotMatch(css, /outline:\s*(none|0)/);
  });

  /** WCAG 2.1: 4.5 for text, 3 for what must only be seen. */
  it('has contrast, light and dark', () => {
    const rows: [front: string, back: string, least: number][] = [
      ['text', 'back', 7],
      ['text', 'card', 7],
      ['text', 'fill', 7],
      ['soft', 'card', 4.5],
      ['soft', 'back', 4.5],
      ['soft', 'fill', 4.5],
      ['text', 'pick', 7],
      ['main', 'card', 4.5],
      ['main', 'fill', 4.5],
      ['on', 'main', 4.5],
      ['bad', 'card', 4.5],
      ['bad', 'bad-fill', 4.5],
      ['back', 'bad', 4.5],
      ['amber', 'card', 3],
      ['rim', 'card', 3],
    ];
    assert.deepEqual(faint(css, rows), []);
  });
});
