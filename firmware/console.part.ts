// Part on call: the console, whichever way a line comes: typed on the serial line or sent to `/console`. A command says its text a
// line a step, so that over the network none takes long. Plain lines, and errors that say what to type.

import type { Bit } from '../hal/types';
import type { Change } from './core/change.part';
import type { Charger } from './core/charger';
import type { Conf } from './core/conf.part';
import type { Row } from './core/config';
import { parse } from './core/json';
import type { Keep } from './core/keep.part';
import type { Job } from './http/web.part';
import type { Report } from './report.part';
import type { Tell } from './tell.part';

/** A command at work. */
export interface Typed extends Job {
  name: string;
  /** The part whose `line` says the text. */
  part: string;
  /** Arguments; `bare` = 1: words as they were typed, without quotes. */
  a: unknown[];
  bare: Bit;
  /** Step, row of the key table, and 1 = it came over the network. */
  n: number;
  place: string;
  far: Bit;
  /** Row of a key that is being set, to what, what to say then ('' = the key), and how far that is. */
  r?: Row;
  raw: string;
  good: string;
  on: number;
  v: unknown;
}

/** Exports of this part. */
export interface Console {
  typed(name: string, a: unknown[]): Typed;
  line(c: Charger, t: Typed): string | undefined;
  lost(what: string, text: string | undefined): Typed | undefined;
  start(c: Charger, path: string, body: string): Typed;
  step(c: Charger, t: Typed): boolean;
  setting(c: Charger, t: Typed, r: Row): string;
}

/** Events of the trace, and of one page of it. */
const EVENTS = 256;
const SOME = 40;
/** Keys of one page of keys(). */
const PAGE = 20;

const HERE = 'help get set keys log trace';
const THERE = 'status wifi ocpp meter card fault selftest reboot factoryReset';

/** In memory only while it is asked for. */
const manual = (): string[] => [
  'status()          what the charger does now',
  'get("amp")        the value of a key',
  'set("amp", 10)    sets a key',
  'keys()            the keys, page by page; help("amp") tells what one is for',
  'log()             the last events',
  'trace()           the last events of pilot and contactor, trace(1) those before; as a file: http://<address>/trace',
  '                  and with log and settings, to attach to a question: http://<address>/report',
  'wifi()            the networks; wifi("name", "key") adds one',
  'ocpp()            the central system; ocpp("ws://host/path") sets it, ocpp("off") ends it',
  'meter()           what the meter measures',
  'card()            the cards; card(3) learns the next one that is shown as card 3',
  'fault()           what is wrong; fault("clear") ends what has no cause any more',
  'selftest()        tests the residual-current monitor, and looks at the rest',
  'reboot()          restarts; factoryReset("SERIAL") forgets all settings first',
  'Over the network the same lines, also without brackets and quotes: set amp 10',
];

function conf(c: Charger): Conf {
  return c.f.part('conf') as Conf;
}

function make(name: string, a: unknown[], bare: Bit, far: Bit): Typed {
  const type = 'text/plain; charset=utf-8';
  const t: Typed = {
    out: '',
    status: 200,
    type,
    size: -1,
    name,
    part: THERE.split(' ').includes(name) ? 'tell' : 'console',
    a,
    bare,
    n: 0,
    place: '',
    far,
    raw: '',
    good: '',
    on: 0,
    v: undefined,
  };
  return t;
}

/** Row of what was typed; says what to type when there is none. */
function find(c: Charger, t: Typed, example: string): Row | undefined {
  const key = t.a[0];
  const r = typeof key === 'string' ? c.f.row(key) : undefined;
  if (r) return r;
  t.place =
    typeof key === 'string'
      ? 'There is no key "' + key + '". Type keys() for the list.'
      : 'The key comes first, in quotes: type ' + example;
  return r;
}

/** What a key takes, in words. */
function takes(r: Row): string {
  if (r[2].includes('a')) return 'any value';
  if (r[1] === 'b') return 'true or false';
  if (r[1] === 'c') return 'words of ' + r[3];
  if (r[1] === 's') return 'text in quotes';
  if (r[1] === 'j') return 'an array or object';
  return (r[1] === 'i' ? 'an integer' : 'a number') + (r[4] === null ? '' : ' from ' + r[3] + ' to ' + r[4]);
}

function shown(c: Charger, r: Row): string {
  const v = conf(c).value(c, r);
  return r[0] + ' = ' + (v === undefined ? '(not shown)' : conf(c).json(v)) + (r[6] ? ' ' + r[6] : '');
}

function get(c: Charger, t: Typed): string {
  const r = find(c, t, 'get("amp")');
  return r ? shown(c, r) : t.place;
}

function set(c: Charger, t: Typed): string {
  const r = find(c, t, 'set("amp", 10)');
  if (!r) return t.place;
  const v = t.bare && t.a.length > 1 ? t.a.slice(1).join(' ') : t.a[1];
  if (v === undefined) return 'The value is missing: ' + r[0] + ' takes ' + takes(r) + '.';
  t.raw = typeof v === 'string' ? v : conf(c).json(v);
  t.r = r;
  return '';
}

/** A step of setting a key, as over `/api/set`: loaded, checked, kept, and each hook told. */
export function setting(c: Charger, t: Typed, r: Row): string {
  const on = t.on++;
  const change = on < 2 ? (c.f.part('change') as Change) : undefined;
  if (on === 1) {
    const bad = change!.take(c, r, t.raw, t);
    if (!bad) return '';
    const refused = 'Refused, ' + bad.replace('failed: ', '') + '.';
    t.r = undefined;
    // Nothing follows.
    t.name = '';
    // What takes any value was not refused for it.
    if (t.good || r[2].includes('a')) return refused;
    return !r[2].includes('w')
      ? r[0] + ' is for reading only.'
      : refused + ' ' + r[0] + ' takes ' + takes(r) + '.';
  }
  if (on === 2) (c.f.part('keep') as Keep).store(c, r, t.v);
  if (on < 3) return '';
  if (on - 3 < c.hooks.length) {
    c.hooks[on - 3](c, 'setting', r[0]);
    return '';
  }
  t.r = undefined;
  t.on = 0;
  return t.good || shown(c, r);
}

/** The commands, or what a key is for. */
function help(c: Charger, t: Typed): string | undefined {
  if (t.a[0] === undefined) return manual()[t.n];
  if (t.n) return undefined;
  const r = find(c, t, 'help("amp")');
  if (!r) return t.place;
  return (
    JSON.parse(c.f.text(r[11])) +
    '\n' +
    (r[2].includes('w')
      ? r[0] + ' takes ' + takes(r) + (r[6] ? ', ' + r[6] : '')
      : r[0] + ' is for reading only.')
  );
}

/** A page of keys, from the one that is named on. */
function keys(c: Charger, t: Typed): string | undefined {
  if (!t.n) {
    const r = t.a[0] === undefined ? c.f.at(c.f.head(1)) : find(c, t, 'keys("amp")');
    if (!r) return t.n ? undefined : (t.n++, t.place);
    return listed(t, r);
  }
  if (t.n > PAGE || t.place.length !== 8) return undefined;
  const r = c.f.at(t.place);
  return t.n < PAGE ? listed(t, r) : 'More: keys("' + r[0] + '")';
}

function listed(t: Typed, r: Row): string {
  t.place = r[10];
  const unit = r[6] ? ', ' + r[6] : '';
  return r[0].padEnd(12) + takes(r) + unit + (r[2].includes('w') ? '' : ' (read only)');
}

/** An event of the trace, the newest or those `a` pages before them. The line is slow: a page is a tenth of a second. */
function trace(c: Charger, t: Typed): string | undefined {
  const back = Math.floor(Number(t.a[0]));
  const i = Math.max(0, EVENTS - (back > 0 ? back : 0) * SOME - SOME) + t.n;
  return t.n < SOME ? (c.f.part('report') as Report).traced(c, i) : undefined;
}

/** Text of the next step, '' = none yet, undefined = that was all. */
export function line(c: Charger, t: Typed): string | undefined {
  if (t.r) return setting(c, t, t.r);
  if (t.part === 'tell') return (c.f.part('tell') as Tell).line(c, t);
  if (t.name === 'help') return help(c, t);
  if (t.name === 'keys') return keys(c, t);
  if (t.name === 'trace') return trace(c, t);
  if (t.name === 'log') return c.f.lines()[t.n];
  if (t.n) return undefined;
  if (t.name === 'get') return get(c, t);
  if (t.name === 'set') return set(c, t);
  return t.place;
}

/** A command of the serial line. */
export const typed = (name: string, a: unknown[]): Typed => make(name, a, 0, 0);

/** `name(arg, arg)` with arguments as in JSON, or `name arg arg`. Nothing is evaluated. */
function take(text: string): Typed {
  let i = 0;
  while (i < text.length && /[a-zA-Z]/.test(text[i])) i++;
  const name = text.substr(0, i);
  let rest = text.substr(i).trim();
  if (rest.endsWith(';')) rest = rest.slice(0, -1).trim();
  const call = rest[0] === '(' && rest.endsWith(')');
  const a = call ? parse('[' + rest.slice(1, -1) + ']') : rest.split(' ').filter((w) => w);
  const known = (HERE + ' ' + THERE).split(' ').includes(name);
  const t = make(known && Array.isArray(a) ? name : '', (a || []) as unknown[], call ? 0 : 1, 1);
  t.place = known
    ? 'Arguments are numbers, true, false, or text in double quotes: type set("amp", 10).'
    : 'There is no command "' + (name || text.substr(0, 40)) + '". Type help().';
  return t;
}

/**
 * A line typed on the serial line that the engine could make nothing of: a command that has no name there, one without brackets
 * and quotes, or a mistake. The engine tells the first 60 characters of it.
 */
export function lost(what: string, text: string | undefined): Typed | undefined {
  const s = (text || '').trim();
  const t = take(s);
  if (t.name && !s.endsWith('...')) return make(t.name, t.a, t.bare, 0);
  print(what + '. ' + (t.place[0] === 'A' ? t.place : 'Type help() for the commands.'));
  return undefined;
}

/** Takes a request in. */
export function start(_c: Charger, _path: string, body: string): Typed {
  return take(body.trim());
}

/** Goes a step further; true = the text is complete. */
export function step(c: Charger, t: Typed): boolean {
  const text = line(c, t);
  if (!t.r) t.n++;
  if (text) t.out += text + '\n';
  return text === undefined;
}
