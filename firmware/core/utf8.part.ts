// Part on call: text is bytes here, and those are UTF-8 to everybody else.

/** Exports of this part. */
export interface Utf8 {
  good(text: string): boolean;
  plain(json: string): string;
  proper(raw: string): string | undefined;
}

/** Most letters beyond ASCII that are looked at. */
const MOST = 100;

/** Bytes that are UTF-8, RFC 3629 4, with a hundred letters beyond ASCII at most: strict readers refuse all of an answer with
 * others in it. Letters of two bytes, of three, of four and control characters go one after another, half pairs of UTF-16 and overlong
 * ones not; nothing beyond ASCII may be left. */
export function good(text: string): boolean {
  let n = text.length;
  let s = text.replace(/[\xc2-\xdf][\x80-\xbf]/g, ' ');
  let found = n - s.length;
  n = s.length;
  if (/[\xe0-\xef]/.test(s)) {
    s = s.replace(/[\xe1-\xec\xee\xef][\x80-\xbf][\x80-\xbf]/g, ' ');
    s = s.replace(/\xe0[\xa0-\xbf][\x80-\xbf]/g, ' ').replace(/\xed[\x80-\x9f][\x80-\xbf]/g, ' ');
    found += (n - s.length) / 2;
    n = s.length;
  }
  if (/[\xf0-\xf4]/.test(s)) {
    s = s.replace(/[\xf1-\xf3][\x80-\xbf][\x80-\xbf][\x80-\xbf]/g, ' ');
    s = s.replace(/\xf0[\x90-\xbf][\x80-\xbf][\x80-\xbf]/g, ' ');
    s = s.replace(/\xf4[\x80-\x8f][\x80-\xbf][\x80-\xbf]/g, ' ');
    found += (n - s.length) / 3;
    n = s.length;
  }
  s = s.replace(/[^\t-~\x80-\xff]/g, '');
  return found + n - s.length <= MOST && !/[\x80-\xff]/.test(s);
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
