// JSON as others read it. Parts on call have a copy of their own: no state.

/** Bytes above 127 as they are: the engine's writer makes \u00XX of them, which means something else. */
export function bytes(text: string): string {
  const parts = text.split('\\u00');
  let out = parts[0];
  for (let i = 1; i < parts.length; i++) {
    const code = parseInt(parts[i].substr(0, 2), 16);
    let n = out.length;
    while (n && out[n - 1] === '\\') n--;
    // After an odd number of backslashes it is no escape.
    out +=
      code > 127 && !((out.length - n) & 1)
        ? String.fromCharCode(code) + parts[i].substr(2)
        : '\\u00' + parts[i];
  }
  return out;
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
