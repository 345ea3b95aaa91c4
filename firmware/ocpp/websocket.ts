// WebSocket client, RFC 6455: the connection's record, and the way out. Incoming frames are read by the part `frames`.
//
// Our frames carry a masking key of zero. Masking exists so that a script in a browser cannot make a proxy see bytes of
// its choice; here nobody chooses bytes, and XOR would take 40 ms for a message of 500 bytes.

export interface Ws {
  s: EspSocket | undefined;
  /** 0 closed, 1 handshake, 2 open. */
  st: 0 | 1 | 2;
  /** What has arrived and is not read yet, its length, and the length that is worth a look. */
  q: string[];
  n: number;
  need: number;
  /** Frame being read: its first byte, and how much of its payload is still to come. */
  op: number;
  left: number;
  /** Message being read: its opcode (0 = none), its pieces and their length; 1 = too long, only its beginning is kept; below
   * 0 = a long one whose middle waits in flash, in one piece less than this. While the link is down: pieces to be forgotten. */
  mop: number;
  msg: (string | number)[];
  len: number;
  big: number;
  /** Last sign of life, -1 = just now; ping sent and not answered since, 0 = none. */
  rx: number;
  png: number;
  /** Close code: the peer's, or ours; 1006 = the connection just broke. */
  code: number;
}

/** Bytes that may wait for a turn. */
const MUCH = 600;

/** Takes over a fresh TCP connection; `soak` is called when more has arrived than may wait. */
export function attach(w: Ws, s: EspSocket, soak: (w: Ws) => void): void {
  const gone = (): void => {
    w.s = undefined;
    w.st = 0;
  };
  w.s = s;
  w.st = 1;
  s.on('data', (d) => {
    w.rx = -1;
    w.q.push(d);
    w.n += d.length;
    if (w.n > MUCH && w.st === 2) soak(w);
  });
  s.on('close', gone);
  s.on('error', gone);
}

/** Sends a frame; `op` is its first byte. Two writes, because joining would copy the body once more. */
export function send(w: Ws, op: number, body: string): void {
  const n = body.length;
  const size = n < 126 ? String.fromCharCode(128 | n) : String.fromCharCode(254, n >> 8, n & 255);
  if (!w.s) return;
  w.s.write(String.fromCharCode(op) + size + '\x00\x00\x00\x00');
  if (n) w.s.write(body);
}
