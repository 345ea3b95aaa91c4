// Part on call: the answer to the request that opens the WebSocket.

import type { Creds } from '../core/creds.part';
import type { Away } from './away.part';
import type { Place } from './dial.part';
import type { Frames } from './frames.part';
import type { Ocpp } from './state';

export interface Answer {
  /** '' = the WebSocket is open. */
  error: string;
  status: number;
  /** Where the server wants us to go instead, '' = nowhere. */
  url: string;
  /** Seconds the server asks us to stay away. */
  after: number;
}

/** Longest answer, bytes. */
const MOST = 4000;

/** Value of a header, '' = absent. Names have any letter case. */
function header(head: string, name: string): string {
  const at = head.toLowerCase().indexOf('\r\n' + name + ':');
  if (at < 0) return '';
  const from = at + name.length + 3;
  const end = head.indexOf('\r\n', from);
  return head.substring(from, end < 0 ? head.length : end).trim();
}

function digest(key: string): string {
  return btoa(new Uint8Array(require('crypto').SHA1(key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11')));
}

/** Where a redirect leads, as WebSocket URL without identity; '' = nowhere we can go. */
function elsewhere(location: string, from: Place): string {
  const to = location.startsWith('http://') ? 'ws' + location.substr(4) : location;
  const path = from.path.split('?')[0];
  const tail = path.substr(path.lastIndexOf('/'));
  if (!to.startsWith('ws://')) return '';
  const ask = to.indexOf('?');
  const plain = ask < 0 ? to : to.substr(0, ask);
  const bare = plain.endsWith(tail) ? plain.substr(0, plain.length - tail.length) : plain;
  return bare + (ask < 0 ? '' : to.substr(ask));
}

/** Why the answer to the opening request is no good, '' = it is. */
function wrong(head: string, status: number, key: string): string {
  if (status !== 101) return 'refused with HTTP status ' + status;
  if (header(head, 'upgrade').toLowerCase() !== 'websocket') return 'no WebSocket';
  if (header(head, 'sec-websocket-accept') !== digest(key)) return 'wrong Sec-WebSocket-Accept';
  return header(head, 'sec-websocket-protocol') === 'ocpp1.6' ? '' : 'no subprotocol ocpp1.6';
}

/** Judges the answer to the opening request. */
export function check(head: string, key: string, from: Place): Answer {
  const status = head.startsWith('HTTP/1.') ? parseInt(head.substr(9), 10) : 0;
  const error = wrong(head, status, key);
  return error ? refusal(head, from, error, status) : { error, status, url: '', after: 0 };
}

function refusal(head: string, from: Place, error: string, status: number): Answer {
  const after = parseInt(header(head, 'retry-after'), 10);
  return {
    error,
    status,
    url: status > 300 && status < 309 ? elsewhere(header(head, 'location'), from) : '',
    after: after > 0 && after <= 600 ? after : 0,
  };
}

function welcome(o: Ocpp): void {
  const c = o.c;
  o.st = 3;
  o.w.st = 2;
  o.hops = 0;
  // Who has been told to wait does, over a new connection too.
  if (o.reg < 2) o.boot = c.t;
  o.beat = c.t;
  o.w.rx = c.t;
  c.o.up = 1;
  c.o.upAt = c.t;
  c.o.err = '';
  // What it has proved itself with stays.
  c.f.del('oc');
  // Registration holds over reconnects.
  if (o.reg === 1) {
    c.o.ok = 1;
    c.dirty = 1;
    c.o.okAt = c.t;
  }
  c.f.log('ocpp', 'connected');
}

function judge(o: Ocpp, head: string): void {
  const p = o.sa as Place;
  const a = check(head, p.key, p);
  o.sa = undefined;
  if (!a.error) {
    o.w.need = 0;
    return;
  }
  o.url = a.url && o.hops++ < 3 ? a.url : '';
  if (!o.url) o.hops = 0;
  if (head.startsWith('HTTP/1.1 101')) {
    o.w.st = 2;
    (o.c.f.part('frames') as Frames).close(o, 1002);
  }
  if (a.status === 401 || a.status === 403) (o.c.f.part('creds') as Creds).refused(o.c);
  (o.c.f.part('away') as Away).down(o, a.error);
  if (o.url) o.due = o.c.t;
  else if (a.after) o.due = o.c.t + a.after * 1000;
}

/** Reads the answer; frames may follow in the same packet. A good one has its consequences a turn later. */
export function look(o: Ocpp): void {
  const w = o.w;
  if (!w.need && w.st) {
    w.need = 2;
    welcome(o);
    return;
  }
  const text = w.q.join('');
  const end = text.indexOf('\r\n\r\n');
  // The engine finds a beginning, too, that the text's end cuts off.
  if (end >= 0 && end + 4 <= text.length) {
    w.q = end + 4 < text.length ? [text.substr(end + 4)] : [];
    w.n = text.length - end - 4;
    w.need = 2;
    judge(o, text.substr(0, end));
  } else if (!w.st || o.c.t - o.at > 10000 || text.length > MOST)
    (o.c.f.part('away') as Away).down(o, w.st ? 'no answer to the handshake' : 'closed during the handshake');
  else w.need = w.n + 1;
}
