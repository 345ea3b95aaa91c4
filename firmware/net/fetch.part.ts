// Part on call: fetches a file by HTTP into a slot (core/slot.part.ts) and hands a text out the same way. Packets go to flash as they
// come; nothing is held. A connection that breaks goes on where it was.

import type { Charger } from '../core/charger';
import { AFTER_RESET } from './connect';
import type { Call, Gates, Place, Transfer } from './connect';

const STATE = 32;
/** Most that fits into a slot. */
const ROOM = 72 * 4096 - STATE;
/** Longest head of an answer. */
const MOST = 3000;
/** No packet for so long ends an attempt, ms. */
const PATIENCE = 30000;
/** Key of the journal: a host whose connect only the watchdog ended. It alone is left alone. */
const BLOCKED = 'cu';

/** Takes an address apart; only http is understood. */
export function place(url: string): Place {
  const low = url.substr(0, 8).toLowerCase();
  const rest = url.substr(7);
  const slash = rest.indexOf('/');
  const all = slash < 0 ? rest : rest.substr(0, slash);
  const user = all.lastIndexOf('@');
  const where = all.substr(user + 1);
  const colon = where.indexOf(':');
  const port = colon < 0 ? 80 : parseInt(where.substr(colon + 1), 10);
  const host = colon < 0 ? where : where.substr(0, colon);
  const error = low.startsWith('https://')
    ? 'https is not supported: the engine cannot verify certificates'
    : !low.startsWith('http://')
      ? 'not supported: ' + url.substr(0, 12) + '..., only http is'
      : host && port > 0 && port < 65536
        ? ''
        : 'bad url';
  const auth = user < 0 ? '' : 'Authorization: Basic ' + btoa(all.substr(0, user)) + '\r\n';
  const path = slash < 0 ? '/' : rest.substr(slash);
  return { host, port, head: path + ' HTTP/1.0\r\nHost: ' + host + ':' + port + '\r\n' + auth, error };
}

/** Goes on with a connection, when standing still hurts nobody; undefined = not yet, or `w.end` says why not. */
export function connect(c: Charger, w: Call): EspSocket | undefined {
  const g = w.g;
  const gates = c.f.part('gate') as Gates;
  const p = place(w.url);
  if (p.error) w.end = '!' + p.error;
  else if (!c.b.net.up) w.end = 'no network';
  else if (!g.st && c.f.get(BLOCKED) === p.host && c.t < AFTER_RESET) w.end = p.host + ' blocked the charger';
  else if (!g.st) gates.open(c, g, p.host, p.port);
  else if (g.st > 2 && (g.st > 3 || !c.s.on || c.b.interlock)) {
    const a = gates.pass(c, g);
    if (a && a.error) w.end = a.error;
    return a && a.s;
  }
  return undefined;
}

/** Value of a header, '' = absent. */
function header(head: string, name: string): string {
  const at = head.toLowerCase().indexOf('\r\n' + name + ':');
  if (at < 0) return '';
  const from = at + name.length + 3;
  return head.substring(from, head.indexOf('\r\n', from)).trim();
}

/** Writes what has come, by words; the last of them are filled up. */
function store(w: Transfer, d: string): void {
  let t = w.rest + d;
  if (w.skip) {
    const n = Math.min(w.skip, t.length);
    t = t.substr(n);
    w.skip -= n;
  }
  const last = w.pos + t.length >= w.size;
  if (last) t = t.substr(0, w.size - w.pos);
  const n = last ? t.length : t.length & ~3;
  w.rest = t.substr(n);
  if (n)
    require('Storage').write(
      w.slot,
      (t.substr(0, n) + '\xff\xff\xff').substr(0, (n + 3) & ~3),
      w.from + STATE + w.pos,
    );
  w.pos += n;
  if (last) w.end = 'done';
}

/** The head of the answer is complete. */
function begin(w: Transfer, head: string): void {
  const status = parseInt(head.substr(9), 10);
  const length = parseInt(header(head, 'content-length'), 10);
  const to = header(head, 'location');
  if (status > 300 && status < 309 && to && w.hops++ < 3) {
    w.url = to.startsWith('/') ? w.url.substr(0, w.url.indexOf('/', 7)) + to : to;
    w.end = 'moved';
  } else if (status !== 200 && !(status === 206 && w.pos)) w.end = 'HTTP status ' + status;
  else if (!(length > 0)) w.end = 'no length';
  else {
    const size = status === 206 ? length + w.pos : length;
    if (size > ROOM) w.end = '!' + size + ' bytes do not fit';
    if (w.size && w.size !== size) w.end = 'the file has changed';
    w.skip = status === 206 ? 0 : w.pos;
    w.size = size;
  }
}

function take(w: Transfer, d: string): void {
  if (w.end) return;
  if (w.on) {
    store(w, d);
    return;
  }
  const t = w.head + d;
  const end = t.indexOf('\r\n\r\n');
  w.head = end < 0 ? t : '';
  if (end < 0) {
    if (t.length > MOST) w.end = 'no HTTP';
    return;
  }
  w.on = 1;
  begin(w, t.substr(0, end + 2));
  if (!w.end && end + 4 < t.length) store(w, t.substr(end + 4));
}

/** The charger is told of packets here: an error must not get out. */
function listen(c: Charger, w: Transfer, s: EspSocket): void {
  w.s = s;
  w.head = '';
  w.on = 0;
  w.rest = '';
  w.at = c.t;
  const gone = (): void => {
    if (w.s !== s) return;
    w.s = undefined;
    if (!w.end) w.end = 'connection lost';
  };
  s.on('data', (d) => {
    if (w.s !== s) return;
    w.at = c.t;
    try {
      take(w, d);
    } catch (e) {
      w.end = '' + e;
    }
  });
  s.on('close', gone);
  s.on('error', gone);
}

/** Goes on: '' = not over yet, `done`, or why it failed. */
export function look(c: Charger, w: Transfer): string {
  if (!w.s && !w.end) {
    const s = connect(c, w);
    if (s) {
      const p = place(w.url);
      listen(c, w, s);
      s.write('GET ' + p.head + (w.pos ? 'Range: bytes=' + w.pos + '-\r\n' : '') + '\r\n');
    }
  } else if (!w.end && c.t - w.at > PATIENCE) w.end = 'no data any more';
  const end = w.end;
  if (!end) return '';
  const s = w.s;
  w.s = undefined;
  if (s) s.end();
  w.end = '';
  return end === 'moved' ? '' : end;
}
