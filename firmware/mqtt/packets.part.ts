// Part on call: reads what the broker sends, and does what a `/set` says.

import type { Charger } from '../core/charger';
import type { Owner, Sets } from '../http/set.part';
import type { Broker, Dial, Line } from './link';
import { PUBLISH, field, packet, prefix } from './packet';

/** The parts that set keys, for HTTP as well. */
interface Setter {
  start(c: Charger, path: string, query: string): Sets;
  step(c: Charger, job: Sets, by: Owner): boolean;
}

/** Longest packet that is read, bytes; longer ones are passed over. */
const MOST = 2000;

/** Where the rest of a packet begins and how long it is; [0, 0] = not known yet, [0, 1] = nonsense (2.2.3). */
export function size(q: string): [number, number] {
  let n = 0;
  for (let i = 1; i < 5; i++) {
    if (i >= q.length) return [0, 0];
    const b = q.charCodeAt(i);
    n += (b & 127) << (7 * (i - 1));
    if (b < 128) return [i + 1, n];
  }
  return [0, 1];
}

/** Text as a value of a query. */
function coded(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('&', '%26').replaceAll('+', '%2B');
}

function answer(c: Charger, m: Broker, s: Line, key: string, text: string): void {
  s.write(packet(PUBLISH, field(prefix(c, m.pre) + key + '/result') + text));
}

/** A message came: first byte, the rest. Those that the broker keeps are old: nobody means them now. */
function message(c: Charger, m: Broker, s: Line, first: number, rest: string): void {
  const n = (rest.charCodeAt(0) << 8) + rest.charCodeAt(1);
  const topic = rest.substr(2, n);
  const pre = prefix(c, m.pre);
  const key = topic.slice(pre.length, -4);
  if (topic !== pre + key + '/set' || !key || key.length > 30) return;
  if (first & 1) {
    answer(c, m, s, key, 'retained: ignored');
    return;
  }
  const text = rest.substr(n + 2 + (first & 6 ? 2 : 0));
  m.part = 'set';
  m.job = (c.f.part('set') as Setter).start(c, '', coded(key) + '=' + coded(text));
}

/** Goes on with a `/set`, a step a turn. */
function work(c: Charger, m: Broker, s: Line): void {
  const job = m.job!;
  if (!(c.f.part(m.part!) as Setter).step(c, job, m)) return;
  delete m.job;
  answer(
    c,
    m,
    s,
    job.name,
    job.good ? 'success' : (JSON.parse(job.out) as { [key: string]: string })[job.name],
  );
}

/** Passes over what is left of a packet that is too long. */
function pass(m: Broker, s: Line): void {
  const n = Math.min(m.skip!, s.q.length);
  s.q = s.q.substr(n);
  m.skip! -= n;
  if (!m.skip) delete m.skip;
}

/** The next packet, if all of it has come. */
function next(c: Charger, m: Broker, s: Line): void {
  const q = s.q;
  const a = size(q);
  const all = a[0] + a[1];
  if (!a[0]) {
    if (a[1]) (c.f.part('broker') as Dial).down(c, m, 'malformed packet');
  } else if (a[1] > MOST) m.skip = all;
  else if (q.length >= all && (q.charCodeAt(0) >> 4 !== 3 || c.f.ready('set'))) {
    m.rx = 1;
    s.q = q.substr(all);
    const first = q.charCodeAt(0);
    if (first >> 4 === 3) message(c, m, s, first, q.substr(a[0], a[1]));
  }
}

export function turn(c: Charger, m: Broker): void {
  const s = m.s!;
  if (m.job) work(c, m, s);
  else if (m.skip) pass(m, s);
  else next(c, m, s);
}
