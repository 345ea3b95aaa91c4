// Part on call: where the central system is, the request that opens the WebSocket, and the check of its answer.

/** Exports of this part. */
export interface Handshake {
  place(url: string, id: string): Place;
  hello(p: Place, id: string, password: string): string;
  check(head: string, key: string, from: Place): Answer;
}

export interface Place {
  host: string;
  port: number;
  path: string;
  /** The nonce of this handshake, Base64. */
  key: string;
  /** '' or why this place cannot be used. */
  error: string;
}

export interface Answer {
  /** '' = the WebSocket is open. */
  error: string;
  /** Where the server wants us to go instead, '' = nowhere. */
  url: string;
  /** Seconds the server asks us to stay away. */
  after: number;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const PLAIN = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~';

/** Percent-encoding of bytes: the engine's own has signed characters. */
function encode(id: string): string {
  let out = '';
  for (let i = 0; i < id.length; i++)
    out += PLAIN.includes(id[i]) ? id[i] : '%' + id.charCodeAt(i).toString(16).toUpperCase().padStart(2, '0');
  return out;
}

function nonce(): string {
  let bytes = '';
  for (let i = 0; i < 16; i++) bytes += String.fromCharCode(E.hwRand() & 255);
  return btoa(bytes);
}

/** Path and query with the identity behind the path; no slash is doubled, none is added at the end. */
function target(path: string, id: string): string {
  const ask = path.indexOf('?');
  const plain = ask < 0 ? path : path.substr(0, ask);
  return plain + (plain.endsWith('/') ? '' : '/') + encode(id) + (ask < 0 ? '' : path.substr(ask));
}

/** Index of the first of the given characters, or the length. */
function first(text: string, of: string): number {
  for (let i = 0; i < text.length; i++) if (of.includes(text[i])) return i;
  return text.length;
}

function nowhere(error: string): Place {
  return { host: '', port: 0, path: '', key: '', error };
}

function split(rest: string, id: string): Place {
  const cut = first(rest, '/?');
  const at = rest.substr(0, cut).lastIndexOf('@') + 1;
  const authority = rest.substr(at, cut - at);
  const colon = authority.indexOf(':');
  const port = colon < 0 ? 80 : parseInt(authority.substr(colon + 1), 10);
  const host = colon < 0 ? authority : authority.substr(0, colon);
  if (!host || !(port > 0 && port < 65536)) return nowhere('bad url');
  return { host, port, path: target(rest.substr(cut), id), key: nonce(), error: '' };
}

/** Takes a URL apart. */
export function place(url: string, id: string): Place {
  const scheme = url.substr(0, 6).toLowerCase();
  if (scheme.startsWith('ws://')) return split(url.substr(5), id);
  // The engine opens TLS but verifies neither certificate nor name: that would only look safe.
  return nowhere(
    scheme === 'wss://' ? 'wss is not supported: the engine cannot verify certificates' : 'bad url',
  );
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

/** Value of a header, '' = absent. Names have any letter case. */
function header(head: string, name: string): string {
  const at = head.toLowerCase().indexOf('\r\n' + name + ':');
  if (at < 0) return '';
  const from = at + name.length + 3;
  const end = head.indexOf('\r\n', from);
  return head.substring(from, end < 0 ? head.length : end).trim();
}

function digest(key: string): string {
  const sum = new Uint8Array(require('crypto').SHA1(key + GUID));
  let bytes = '';
  for (const b of sum) bytes += String.fromCharCode(b);
  return btoa(bytes);
}

function answer(error: string): Answer {
  return { error, url: '', after: 0 };
}

/** Where a redirect leads, as WebSocket URL without identity; '' = nowhere we can go. */
function elsewhere(location: string, from: Place): string {
  const to = location.startsWith('http://') ? 'ws' + location.substr(4) : location;
  const tail = from.path.substr(from.path.lastIndexOf('/'));
  if (!to.startsWith('ws://')) return '';
  return to.endsWith(tail) ? to.substr(0, to.length - tail.length) : to;
}

function refused(head: string, status: number, from: Place): Answer {
  const a = answer('refused with HTTP status ' + status);
  const after = parseInt(header(head, 'retry-after'), 10);
  if (status > 300 && status < 309) a.url = elsewhere(header(head, 'location'), from);
  if (after > 0 && after <= 600) a.after = after;
  return a;
}

/** Judges the answer to the opening request. */
export function check(head: string, key: string, from: Place): Answer {
  const status = head.startsWith('HTTP/1.') ? parseInt(head.substr(9), 10) : 0;
  if (status !== 101) return refused(head, status, from);
  if (header(head, 'upgrade').toLowerCase() !== 'websocket') return answer('no WebSocket');
  if (header(head, 'sec-websocket-accept') !== digest(key)) return answer('wrong Sec-WebSocket-Accept');
  const protocol = header(head, 'sec-websocket-protocol');
  return answer(protocol === 'ocpp1.6' ? '' : 'no subprotocol ocpp1.6');
}
