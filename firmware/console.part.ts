// Part on call: the console's commands. Plain lines, and errors that say what to type.

import type { Charger } from './core/charger';
import type { Conf } from './core/conf.part';
import type { Row } from './core/config';
import type { Report } from './report.part';

/** Exports of this part. */
export interface Console {
  help(c: Charger, key: unknown): void;
  status(c: Charger): void;
  get(c: Charger, key: unknown): void;
  set(c: Charger, key: unknown, value: unknown): void;
  keys(c: Charger, from: unknown): void;
  log(c: Charger): void;
  trace(c: Charger, back: unknown): void;
}

/** Events of the trace, and of one page of it. */
const EVENTS = 256;
const SOME = 40;
/** Keys of one page of keys(). */
const PAGE = 20;

const HELP = [
  'status()          what the charger does now',
  'get("amp")        the value of a key',
  'set("amp", 10)    sets a key',
  'keys()            the keys, page by page; help("amp") tells what one is for',
  'log()             the last events',
  'trace()           the last events of pilot and contactor, trace(1) those before; as a file: http://<address>/trace',
  '                  and with log and settings, to attach to a question: http://<address>/report',
];

function conf(c: Charger): Conf {
  return c.f.part('conf') as Conf;
}

const CAR = ['?', 'no vehicle', 'charging', 'waiting', 'finished', 'fault'];

export function status(c: Charger): void {
  const read = (key: string): unknown => conf(c).read(c, key);
  print(
    'charger  ' +
      CAR[read('car') as number] +
      ', state ' +
      c.s.st +
      (c.x.err ? ', fault: ' + read('flt') : ', no fault'),
  );
  print(
    'current  ' +
      (c.x.amps / 10).toFixed(1) +
      ' A on offer, ' +
      c.k.amp +
      ' A wanted, modelStatus ' +
      c.f.model(c),
  );
  print('power    ' + c.m.p + ' W, session ' + read('wh') + ' Wh, total ' + read('eto') + ' Wh');
  const n = c.b.net;
  print(
    'network  ' +
      (n.up ? n.ssid + ', ' + n.ip + ', ' + (n.rssi() ?? '?') + ' dBm' : 'not connected ' + n.why),
  );
  if (n.ap)
    print(
      '         access point Pilotwire-' + c.b.serial + ', password ' + JSON.parse(c.f.get('k.wak') || '""'),
    );
  print(
    'ocpp     ' +
      (!c.k.ocppe ? 'off' : c.o.ok ? 'accepted' : c.o.up ? 'connected' : 'not connected ' + c.o.err),
  );
  print('up       ' + Math.floor(c.t / 1000) + ' s, boot ' + c.rbc + ', longest gap ' + c.gap + ' ms');
}

/** Row of what was typed; says what to type when there is none. */
function find(c: Charger, key: unknown, example: string): Row | undefined {
  const r = typeof key === 'string' ? c.f.row(key) : undefined;
  if (r) return r;
  if (typeof key === 'string') print('There is no key "' + key + '". Type keys() for the list.');
  else print('The key comes first, in quotes: type ' + example);
  return r;
}

/** What a key takes, in words. */
function takes(r: Row): string {
  if (r[1] === 'b') return 'true or false';
  if (r[1] === 'c') return 'words of ' + r[3];
  if (r[1] === 's') return 'text in quotes';
  if (r[1] === 'j') return 'an array or object';
  return (r[1] === 'i' ? 'an integer' : 'a number') + (r[4] === null ? '' : ' from ' + r[3] + ' to ' + r[4]);
}

export function get(c: Charger, key: unknown): void {
  const r = find(c, key, 'get("amp")');
  if (!r) return;
  const v = conf(c).value(c, r);
  print(r[0] + ' = ' + (v === undefined ? '(not shown)' : conf(c).json(v)) + (r[6] ? ' ' + r[6] : ''));
}

export function set(c: Charger, key: unknown, value: unknown): void {
  const r = find(c, key, 'set("amp", 10)');
  if (!r) return;
  if (value === undefined) print('The value is missing: ' + r[0] + ' takes ' + takes(r) + '.');
  else done(c, r, conf(c).write(c, r[0], typeof value === 'string' ? value : conf(c).json(value)));
}

function done(c: Charger, r: Row, bad: string): void {
  if (!bad) get(c, r[0]);
  else if (!r[2].includes('w')) print(r[0] + ' is for reading only.');
  else print('Refused, ' + bad.replace('failed: ', '') + '. ' + r[0] + ' takes ' + takes(r) + '.');
}

/** Its description is a member of an object: tools/pack.mjs. */
function tell(c: Charger, r: Row | undefined): void {
  if (!r) return;
  const text = c.f.text(r[11]);
  print(JSON.parse(text.substr(text.indexOf(':') + 1)).text);
  print(
    r[2].includes('w')
      ? r[0] + ' takes ' + takes(r) + (r[6] ? ', ' + r[6] : '')
      : r[0] + ' is for reading only.',
  );
}

/** The commands, or what a key is for. */
export function help(c: Charger, key: unknown): void {
  if (key === undefined) for (const line of HELP) print(line);
  else tell(c, find(c, key, 'help("amp")'));
}

/** A page of keys, from the key `from` on. */
export function keys(c: Charger, from: unknown): void {
  const r = from === undefined ? c.f.at(c.f.head(1)) : find(c, from, 'keys("amp")');
  let left = r;
  for (let i = 0; left && i < PAGE; i++) {
    print(
      left[0].padEnd(12) +
        takes(left) +
        (left[6] ? ', ' + left[6] : '') +
        (left[2].includes('w') ? '' : ' (read only)'),
    );
    left = left[10] ? c.f.at(left[10]) : undefined;
  }
  if (left) print('More: keys("' + left[0] + '")');
}

export function log(c: Charger): void {
  for (const line of c.f.lines()) print(line);
}

/** Events of the trace, the newest or those `back` pages before them. The line is slow: a page is a tenth of a second. */
export function trace(c: Charger, back: unknown): void {
  const report = c.f.part('report') as Report;
  const end = EVENTS - (typeof back === 'number' && back > 0 ? Math.floor(back) : 0) * SOME;
  for (let i = Math.max(0, end - SOME); i < end; i++) {
    const line = report.traced(c, i);
    if (line) print(line);
  }
}
