// Part on call: text is bytes here, and those are UTF-8 to everybody else.

/** Exports of this part. */
export interface Utf8 {
  good(text: string): boolean;
  plain(json: string): string;
  proper(raw: string): string | undefined;
}

const HIGH = /[^\t-~]/;
/** Most letters beyond ASCII that are looked at: each takes a tenth of a ms on the chip. */
const MOST = 100;

/** Bytes that are UTF-8, RFC 3629 4, with a hundred letters beyond ASCII at most: strict readers refuse all of an answer with
 * others in it. */
export function good(text: string): boolean {
  let s = text;
  // From one to the next: a certificate has thousands between.
  for (let k = 0; ; k++) {
    const m = s.match(HIGH);
    if (!m) return true;
    const at = m.index!;
    const b = s.charCodeAt(at);
    const n = b < 128 ? 0 : b < 194 || b > 244 ? -1 : b < 224 ? 1 : b < 240 ? 2 : 3;
    if (n < 0 || k === MOST) return false;
    for (let i = 1; i <= n; i++) if ((s.charCodeAt(at + i) & 192) !== 128) return false;
    // Half a pair of UTF-16.
    if (b === 237 && s.charCodeAt(at + 1) > 159) return false;
    s = s.substr(at + n + 1);
  }
}

/** UTF-8 of a character. */
function bytes(n: number): string {
  const ch = String.fromCharCode;
  if (n < 0x800) return ch(0xc0 | (n >> 6), 0x80 | (n & 63));
  const tail = ch(0x80 | ((n >> 6) & 63), 0x80 | (n & 63));
  if (n < 0x10000) return ch(0xe0 | (n >> 12)) + tail;
  return ch(0xf0 | (n >> 18), 0x80 | ((n >> 12) & 63)) + tail;
}

/** JSON with escapes above 127 written as UTF-8: the engine's parser would keep their low byte only. */
export function plain(json: string): string {
  const parts = json.split('\\u');
  let out = parts[0];
  let high = 0;
  for (let i = 1; i < parts.length; i++) {
    const n = parseInt(parts[i].substr(0, 4), 16);
    // An even number of backslashes in front: this one is escaped itself.
    let k = out.length;
    while (out[k - 1] === '\\') k--;
    const own = (out.length - k) & 1 || !(n > 127);
    const pair = high && n >= 0xdc00 && n < 0xe000;
    if (own) out += '\\u' + parts[i];
    else if (n >= 0xd800 && n < 0xdc00 && parts[i].length === 4 && i + 1 < parts.length) high = n;
    else out += bytes(pair ? 0x10000 + ((high & 1023) << 10) + (n & 1023) : n) + parts[i].substr(4);
    if (own || pair || high !== n) high = 0;
  }
  return out;
}

/** Raw text, bare or JSON, as it is to be kept; undefined = it is not UTF-8. What is bare has no escapes. */
export function proper(raw: string): string | undefined {
  const text = '"[{'.includes(raw[0]) && raw.includes('\\u') ? plain(raw) : raw;
  return good(text) ? text : undefined;
}
