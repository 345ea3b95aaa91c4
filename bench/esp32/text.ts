// Text, numbers and values as the engine prints them. Text is bytes: every character is 0…255.

/** Close enough to be equal, for the engine's printer. */
const NEAR = 1e-7;
const DIGITS = 11;

export const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');
export const chars = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** A float with at most 11 digits behind the point, or exactly `fixed`. */
export function decimal(value: number, fixed = -1): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity';
  const sign = value < 0 ? '-' : '';
  let v = Math.abs(value);
  let exponent = 0;
  if (fixed < 0 && v >= 1e21) {
    for (; v > 1e5; v /= 1e5) exponent += 5;
    for (; v > 10; v /= 10) exponent++;
  } else if (fixed < 0 && v > 0 && v < 1e-6) {
    for (; v < 1e-5; v *= 1e5) exponent -= 5;
    for (; v < 1; v *= 10) exponent--;
  }
  if (Math.trunc(v + NEAR) === Math.trunc(v) + 1) v = Math.trunc(v) + 1;
  let text = sign;
  let unit = 1;
  while (unit * 10 <= v) unit *= 10;
  for (; unit >= 1; unit /= 10) {
    const digit = Math.trunc(v / unit);
    v -= digit * unit;
    text += digit;
  }
  text += fraction(v, fixed);
  return exponent ? `${text}e${exponent > 0 ? '+' : ''}${exponent}` : text;
}

function fraction(rest: number, fixed: number): string {
  if (fixed === 0 || (fixed < 0 && !(rest > 0))) return '';
  let text = '';
  let v = rest * 10;
  for (let n = 1; fixed < 0 ? n <= DIGITS && v > NEAR : n <= fixed; n++) {
    const digit = Math.trunc(v + (n === fixed ? 0.5 : 1e-8));
    v = (v - digit) * 10;
    text += Math.min(digit, 9);
  }
  return text && `.${text}`;
}

export function number(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return decimal(value);
}

const ESCAPES: Record<string, string> = {
  '\n': '\\n',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
  '"': '\\"',
};
const hex = (code: number, digits: number): string => code.toString(16).toUpperCase().padStart(digits, '0');

/** Text in quotes, as JSON or as the console shows it. */
export function quote(text: string, json: boolean): string {
  // eslint-disable-next-line no-control-regex
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  let out = '"';
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    const code = text.charCodeAt(i);
    if (ESCAPES[c]) out += ESCAPES[c];
    else if (!json && code === 11) out += '\\v';
    else if (!json && code < 8 && !(text[i + 1] >= '0' && text[i + 1] <= '7')) out += '\\' + code;
    else if (code < 32 || code >= 127)
      out += json || code > 255 ? '\\u' + hex(code, 4) : '\\x' + hex(code, 2);
    else out += c;
  }
  return out + '"';
}

export interface Style {
  json: boolean;
  /** Indentation where every element has its line. */
  indent?: string;
  /** Spaces, and lines for what is not simple: the console's way. */
  pretty?: boolean;
  /** Keys without quotes where they may. */
  bare?: boolean;
}

export const JSONIC: Style = { json: true };
export const CONSOLE: Style = { json: false, pretty: true };
/** What the engine shows of a long array, or text, typed at its prompt. */
const LIMIT = 100;

const pin = (v: object): boolean => Object.prototype.hasOwnProperty.call(v, 'pin');
const simple = (v: unknown): boolean =>
  v === undefined ||
  v === null ||
  typeof v === 'number' ||
  typeof v === 'boolean' ||
  (typeof v === 'object' && pin(v));
export const buffer = (v: unknown): v is ArrayBufferLike =>
  typeof v === 'object' && v !== null && Object.prototype.toString.call(v) === '[object ArrayBuffer]';

/** A value's text. Undefined members of objects and functions are left out of JSON. */
export function show(value: unknown, style: Style, depth = 0, above: unknown[] = []): string {
  if (value === undefined) return style.json ? 'null' : 'undefined';
  if (value === null) return 'null';
  if (typeof value === 'string') return quote(value, style.json);
  if (typeof value === 'number') return style.json && !Number.isFinite(value) ? 'null' : number(value);
  if (typeof value === 'function') return style.json ? 'undefined' : 'function () {}';
  if (typeof value !== 'object') return String(value);
  if (above.includes(value)) return ' ... ';
  const inner = [...above, value];
  if (ArrayBuffer.isView(value) || buffer(value)) return bytes(value as Uint8Array, style);
  if (Array.isArray(value)) return list(value, style, depth, inner);
  const o = value as Record<string, unknown>;
  if (pin(o)) return style.json ? `"${String(o)}"` : String(o);
  if (style.json && typeof o.toJSON === 'function') return show(o.toJSON(), style, depth, inner);
  const name = style.json ? '' : special(o);
  return name.endsWith(': ') || !name ? name + members(o, style, depth, inner) : name;
}

/** What the console says of an object that is more than its members. */
function special(o: Record<string, unknown>): string {
  const kind = Object.prototype.toString.call(o);
  if (kind === '[object Error]') return `${String(o.name)}: ${String(o)}`;
  if (kind === '[object Date]') return `Date: ${String(o)}`;
  const name = (Object.getPrototypeOf(o)?.constructor as { name?: string } | undefined)?.name;
  return name && name !== 'Object' ? `${name}: ` : '';
}

function bytes(value: Uint8Array | ArrayBufferLike, style: Style): string {
  const raw = buffer(value);
  const all = Array.from(raw ? new Uint8Array(value) : (value as Uint8Array), number);
  if (style.json) return `[${all.join(',')}]`;
  const name = Object.prototype.toString.call(value).slice(8, -1);
  if (all.every((n) => n === '0')) return `new ${name}(${all.length})`;
  return raw ? `new Uint8Array([${all.join(', ')}]).buffer` : `new ${name}([${all.join(', ')}])`;
}

const line = (style: Style, depth: number): string => '\n' + (style.indent ?? '  ').repeat(depth);

/** Elements with their separators and line ends. `open` and `close` as in JSON. */
function frame(
  items: [string, boolean][],
  style: Style,
  depth: number,
  open: string,
  close: string,
  many: number,
): string {
  const spaced = style.pretty || style.indent !== undefined;
  const all = style.indent !== undefined;
  let text = spaced ? `${open} ` : open;
  let wrap = false;
  let since = 0;
  items.forEach(([item, complex], i) => {
    if (i) text += spaced ? ', ' : ',';
    since++;
    const own = all || (!!style.pretty && complex);
    if (own || wrap || (style.pretty && since > many)) {
      text += line(style, depth + 1);
      since = 0;
    }
    text += item;
    wrap = own;
  });
  if (wrap) text += line(style, depth);
  return text + (spaced ? ` ${close}` : close);
}

function list(value: unknown[], style: Style, depth: number, above: unknown[]): string {
  const items: [string, boolean][] = [];
  for (let i = 0; i < value.length; i++) {
    const v = value[i];
    if (style.bare && value.length > LIMIT && i >= 10 && i < value.length - 10) {
      if (i === 10) items.push([' ... ', false]);
      continue;
    }
    items.push([show(v, style, depth + 1, above), !simple(v)]);
  }
  return frame(items, style, depth, '[', ']', Infinity);
}

function members(o: Record<string, unknown>, style: Style, depth: number, above: unknown[]): string {
  const items: [string, boolean][] = [];
  for (const key of Object.keys(o)) {
    const v = Object.getOwnPropertyDescriptor(o, key)!;
    if (v.get || v.set || (style.json && (v.value === undefined || typeof v.value === 'function'))) continue;
    const name = style.bare && /^[A-Za-z_$][\w$]*$|^\d+$/.test(key) ? key : quote(key, style.json);
    const colon = style.pretty || style.indent !== undefined ? ': ' : ':';
    items.push([name + colon + show(v.value, style, depth + 1, above), !simple(v.value)]);
  }
  return frame(items, style, depth, '{', '}', 4);
}
