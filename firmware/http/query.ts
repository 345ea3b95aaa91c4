// Texts of a query. Parts on call have a copy of their own: no state.

/** Most escapes that are decoded one by one. */
const ESCAPES = 200;

/** What the engine's own decoder refuses: bytes above 127, and sequences that are none, which stay as they are. */
export function slow(text: string): string {
  const parts = text.split('%');
  if (parts.length > ESCAPES) return text;
  let out = parts[0];
  for (let i = 1; i < parts.length; i++) {
    const hex = parts[i].substr(0, 2);
    const sound = hex.length === 2 && !/[^0-9a-fA-F]/.test(hex);
    out += sound ? String.fromCharCode(parseInt(hex, 16)) + parts[i].substr(2) : '%' + parts[i];
  }
  return out;
}

/** Text of a query: + and %XX; undefined = the engine's own decoder refuses it. */
export function quick(text: string): string | undefined {
  const t = text.replaceAll('+', ' ');
  try {
    return t.includes('%') ? decodeURIComponent(t) : t;
  } catch (e) {
    return undefined;
  }
}

/** The same of any text. */
export function decode(text: string): string {
  return quick(text) ?? slow(text.replaceAll('+', ' '));
}
