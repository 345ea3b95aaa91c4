// JSON as others read it. Parts on call have a copy of their own: no state.

/** Bytes above 127 as they are: the engine's writer makes \u00XX of them, which means something else. */
export function bytes(text: string): string {
  let out = '';
  let from = 0;
  // To split it would take six times as long.
  for (let i = text.indexOf('\\u00'); i >= 0; i = text.indexOf('\\u00', i + 4)) {
    const code = parseInt(text.substr(i + 4, 2), 16);
    let n = i;
    while (n && text[n - 1] === '\\') n--;
    // Behind an odd number of backslashes it is no escape.
    if (!(code > 127) || (i - n) & 1) continue;
    out += text.substring(from, i) + String.fromCharCode(code);
    from = i + 6;
  }
  return out + text.substr(from);
}

/** At hand: the engine would look for it behind all of our names. */
const stringify = JSON.stringify;

/** JSON text of a value. */
export function json(v: unknown): string {
  if (v === undefined) return 'null';
  const text = stringify(v);
  return text.includes('u00') ? bytes(text) : text;
}

/** Value of a JSON text as the engine reads it; undefined = it is none. */
export function parse(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch (e) {
    return undefined;
  }
}

/** The same of a string, an object or an array and nothing behind it, which the engine's own parser takes too. */
export function whole(raw: string): unknown {
  return raw.length > 1 && raw.endsWith('"}]'['"{['.indexOf(raw[0])]) ? parse(raw) : undefined;
}
