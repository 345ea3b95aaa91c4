// Part on call: where the central system is, the way through the gate, and the request that opens the WebSocket.

import type { Gates } from '../net/connect';
import type { Away } from './away.part';
import type { Ocpp } from './state';

export interface Place {
  host: string;
  port: number;
  path: string;
  /** The nonce of this handshake, Base64. */
  key: string;
  /** '' or why this place cannot be used. */
  error: string;
}

const PLAIN = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~';

/** Path and query with the identity, percent-encoded, behind the path; no slash is doubled, none is added at the end.
 * The engine's own encoding has signed characters. */
function target(path: string, id: string): string {
  const ask = path.indexOf('?');
  const plain = ask < 0 ? path : path.substr(0, ask);
  const name = /[^A-Za-z0-9\-_.~]/.test(id) ? encoded(id) : id;
  return plain + (plain.endsWith('/') ? '' : '/') + name + (ask < 0 ? '' : path.substr(ask));
}

function encoded(id: string): string {
  let out = '';
  for (let i = 0; i < id.length; i++)
    out += PLAIN.includes(id[i]) ? id[i] : '%' + id.charCodeAt(i).toString(16).toUpperCase().padStart(2, '0');
  return out;
}

function nonce(): string {
  const any = E.hwRand;
  return btoa(new Uint8Array(new Uint32Array([any(), any(), any(), any()]).buffer));
}

/** Index of the first `/` or `?`, or the length. */
function end(text: string): number {
  const slash = text.indexOf('/');
  const ask = text.indexOf('?');
  const cut = slash < 0 || (ask >= 0 && ask < slash) ? ask : slash;
  return cut < 0 ? text.length : cut;
}

/** Takes a URL apart. The engine opens TLS but verifies neither certificate nor name: that would only look safe. */
export function place(url: string, id: string): Place {
  const scheme = url.substr(0, 6).toLowerCase();
  const rest = url.substr(5);
  const cut = end(rest);
  const authority = rest.substring(rest.substr(0, cut).lastIndexOf('@') + 1, cut);
  const colon = authority.indexOf(':');
  const port = colon < 0 ? 80 : parseInt(authority.substr(colon + 1), 10);
  const host = colon < 0 ? authority : authority.substr(0, colon);
  const good = scheme.startsWith('ws://') && host && port > 0 && port < 65536;
  const error =
    scheme === 'wss://'
      ? 'wss is not supported: the engine cannot verify certificates'
      : good
        ? ''
        : 'bad url';
  return { host, port, path: target(rest.substr(cut), id), key: nonce(), error };
}

/** 32 to 40 hexadecimal digits stand for bytes, anything else for itself. */
function password(key: string): string {
  if (key.length < 32 || key.length > 40 || key.length & 1 || /[^0-9a-fA-F]/.test(key)) return key;
  let bytes = '';
  for (let i = 0; i < key.length; i += 2) bytes += String.fromCharCode(parseInt(key.substr(i, 2), 16));
  return bytes;
}

/** The opening request. */
export function hello(p: Place, id: string, key: string): string {
  return (
    'GET ' +
    p.path +
    ' HTTP/1.1\r\nHost: ' +
    p.host +
    ':' +
    p.port +
    '\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ' +
    p.key +
    '\r\nSec-WebSocket-Protocol: ocpp1.6\r\n' +
    (key ? 'Authorization: Basic ' + btoa(id + ':' + password(key)) + '\r\n' : '') +
    '\r\n'
  );
}

function begin(o: Ocpp): void {
  const c = o.c;
  const p = place(o.url || c.k.ocppu, c.b.serial);
  o.anew = 0;
  o.st = 1;
  o.g.st = 0;
  o.sa = p;
  if (p.error) (c.f.part('away') as Away).down(o, p.error);
}

/** Connects when it is time, and writes the opening request. */
export function look(o: Ocpp): void {
  const c = o.c;
  if (!o.st) {
    begin(o);
    return;
  }
  const gate = c.f.ready('gate') as Gates | undefined;
  if (!gate) return;
  if (!o.g.st) {
    const p = o.sa as Place;
    gate.open(c, o.g, p.host, p.port);
    return;
  }
  const a = gate.pass(c, o.g);
  if (!a) return;
  if (!a.s) {
    (c.f.part('away') as Away).down(o, a.error);
    return;
  }
  const w = {
    n: 0,
    need: 2,
    st: 0,
    rx: 0,
    png: 0,
    s: undefined,
    q: [],
    op: 0,
    left: 0,
    mop: 0,
    msg: [],
    len: 0,
    big: 0,
  };
  o.w = Object.assign(w, { code: 1006 }) as unknown as Ocpp['w'];
  o.at = c.t;
  o.st = 2;
  o.f.attach(o.w, a.s, o.f.soak);
  a.s.write(hello(o.sa as Place, c.b.serial, c.k.ocppak));
}
