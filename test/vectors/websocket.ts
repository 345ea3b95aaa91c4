// Golden frames: bytes as they stand on the wire (hexadecimal), and what they mean.

/** RFC 6455, section 1.3: nonce and the answer that proves it was read. */
export const NONCE = 'dGhlIHNhbXBsZSBub25jZQ==';
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

export interface Incoming {
  name: string;
  bytes: string;
  /** Messages that come out. */
  out: string[];
  /** What goes back, hexadecimal. */
  back?: string;
  /** Close code afterwards, undefined = still open. */
  code?: number;
}

const hex = (s: string): string => Buffer.from(s, 'latin1').toString('hex');
const X = (n: number): string => 'x'.repeat(n);
const size16 = (n: number): string => n.toString(16).padStart(4, '0');

export const INCOMING: Incoming[] = [
  { name: 'unmasked text, RFC 6455 section 5.7', bytes: '810548656c6c6f', out: ['Hello'] },
  { name: 'two fragments, RFC 6455 section 5.7', bytes: '010348656c80026c6f', out: ['Hello'] },
  { name: 'empty text', bytes: '8100', out: [''] },
  { name: 'three fragments, one empty', bytes: '010141' + '0000' + '800142', out: ['AB'] },
  { name: 'ping, same payload back', bytes: '890548656c6c6f', out: [], back: '8a850000000048656c6c6f' },
  {
    name: 'ping and pong between fragments',
    bytes: '010148' + '890131' + '8a00' + '800169',
    out: ['Hi'],
    back: '8a810000000031',
  },
  { name: 'two messages in one packet', bytes: '810141' + '810142', out: ['A', 'B'] },
  { name: '125 bytes', bytes: '817d' + hex(X(125)), out: [X(125)] },
  { name: '126 bytes', bytes: '817e007e' + hex(X(126)), out: [X(126)] },
  { name: '127 bytes', bytes: '817e007f' + hex(X(127)), out: [X(127)] },
  { name: '16-bit length with a high bit', bytes: '817e' + size16(2900) + hex(X(2900)), out: [X(2900)] },
  { name: '64-bit length', bytes: '817f0000000000000003' + hex('abc'), out: ['abc'] },
  { name: 'UTF-8 stays bytes', bytes: '8102c3bc', out: ['\xc3\xbc'] },
  { name: 'close is echoed', bytes: '880203e8', out: [], back: '88820000000003e8', code: 1000 },
  { name: 'close with a reason', bytes: '880403e96279', out: [], back: '88820000000003e9', code: 1001 },
  { name: 'close without a code', bytes: '8800', out: [], back: '888000000000', code: 1005 },
  { name: 'masked by a server', bytes: '818100000000', out: [], back: '88820000000003ea', code: 1002 },
  { name: 'reserved bit', bytes: 'c10141', out: [], back: '88820000000003ea', code: 1002 },
  { name: 'unknown opcode', bytes: '830141', out: [], back: '88820000000003ea', code: 1002 },
  { name: 'unknown control opcode', bytes: '8b00', out: [], back: '88820000000003ea', code: 1002 },
  { name: 'fragmented ping', bytes: '090131', out: [], back: '88820000000003ea', code: 1002 },
  { name: 'long ping', bytes: '897e007e', out: [], back: '88820000000003ea', code: 1002 },
  { name: 'continuation of nothing', bytes: '800141', out: [], back: '88820000000003ea', code: 1002 },
  { name: 'text within fragments', bytes: '010141' + '810142', out: [], back: '88820000000003ea', code: 1002 },
  { name: 'binary', bytes: '820141', out: [], back: '88820000000003eb', code: 1003 },
  {
    name: 'length beyond 32 bits',
    bytes: '817f0000000100000000',
    out: [],
    back: '88820000000003f1',
    code: 1009,
  },
  { name: 'too long: its beginning, then the next', bytes: '817e2328' + hex(X(9000)) + '810141', out: [X(200), 'A'] },
  {
    name: 'too long in fragments',
    bytes: '017e1194' + hex(X(4500)) + '007e1194' + hex(X(4500)) + '800179' + '810141',
    out: [X(200), 'A'],
  },
];

/** Client frames: text and bytes, masking key zero. */
export const OUTGOING: [name: string, text: string, bytes: string][] = [
  ['short', 'Hi', '8182000000004869'],
  ['125 bytes', X(125), '81fd00000000' + hex(X(125))],
  ['126 bytes', X(126), '81fe007e00000000' + hex(X(126))],
  ['1000 bytes', X(1000), '81fe03e800000000' + hex(X(1000))],
];
