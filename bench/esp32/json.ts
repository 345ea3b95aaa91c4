// JSON.parse of the engine: it reads one value with the engine's own scanner and does not care for the rest.

/** Makes the values in the script's world. */
export interface Maker {
  object(): Record<string, unknown>;
  array(): unknown[];
  error(text: string): unknown;
}

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const NUMBER =
  /0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][\w$]*/y;
const PLAIN: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', a: '\x07' };

interface Token {
  kind: 'text' | 'number' | 'word' | 'mark' | 'end';
  text: string;
  value?: number;
}

export function parse(source: string, make: Maker): unknown {
  let at = 0;
  let token: Token;

  const match = (re: RegExp): string => {
    re.lastIndex = at;
    const found = re.exec(source)?.[0] ?? '';
    at += found.length;
    return found;
  };

  const next = (): void => {
    match(SPACE);
    const c = source[at];
    if (c === undefined) token = { kind: 'end', text: '' };
    else if (c === '"' || c === "'") token = { kind: 'text', text: string(c) };
    else if ((c >= '0' && c <= '9') || (c === '.' && source[at + 1] >= '0' && source[at + 1] <= '9')) {
      const text = match(NUMBER);
      token = { kind: 'number', text, value: /^0\d+$/.test(text) ? parseInt(text, 8) : Number(text) };
    } else {
      const word = match(WORD);
      token = word ? { kind: 'word', text: word } : { kind: 'mark', text: source[at++] };
    }
  };

  const string = (end: string): string => {
    let text = '';
    for (at++; at < source.length && source[at] !== end; at++) {
      if (source[at] !== '\\') text += source[at];
      else text += escape();
    }
    at++;
    return text;
  };

  const escape = (): string => {
    const c = source[++at];
    const digits = c === 'u' ? 4 : c === 'x' ? 2 : 0;
    if (digits) {
      const code = parseInt(source.slice(at + 1, at + 1 + digits), 16);
      at += digits;
      return String.fromCharCode(code & 255);
    }
    const octal = /^[0-7]{1,3}/.exec(source.slice(at, at + 3))?.[0];
    if (octal) {
      at += octal.length - 1;
      return String.fromCharCode(parseInt(octal, 8) & 255);
    }
    return PLAIN[c] ?? c ?? '';
  };

  const name = (): string => {
    if (token.kind === 'end') return 'EOF';
    if (token.kind === 'number') return /^\d+$|^0[xXoObB]/.test(token.text) ? 'INT' : 'FLOAT';
    if (token.kind === 'word') return 'ID';
    return token.kind === 'text' ? 'STRING' : `'${token.text}'`;
  };
  const full = (): string => (token.kind === 'word' ? `ID:${token.text}` : name());

  const is = (mark: string): boolean => token.kind === 'mark' && token.text === mark;

  const expect = (mark: string): void => {
    if (token.kind !== 'mark' || token.text !== mark) throw make.error(`Got ${full()} expected '${mark}'`);
    next();
  };

  const value = (): unknown => {
    const { kind, text } = token;
    if (kind === 'text' || kind === 'number') {
      const v = kind === 'text' ? text : token.value;
      next();
      return v;
    }
    if (kind === 'word' && (text === 'true' || text === 'false' || text === 'null')) {
      next();
      return text === 'null' ? null : text === 'true';
    }
    if (kind === 'mark' && text === '-') {
      next();
      if (token.kind !== 'number') return undefined;
      const v = token.value!;
      next();
      return 0 - v;
    }
    if (kind === 'mark' && text === '[') return array();
    if (kind === 'mark' && text === '{') return object();
    throw make.error(`Expecting valid value, got ${name()}`);
  };

  const array = (): unknown => {
    const all = make.array();
    next();
    while (!is(']')) {
      all.push(value());
      if (!is(']')) expect(',');
    }
    next();
    return all;
  };

  const object = (): unknown => {
    const o = make.object();
    next();
    while (token.kind === 'text' || token.kind === 'number' || token.kind === 'word') {
      if (token.kind !== 'text') throw make.error(`Got ${full()} expected STRING`);
      const key = token.text;
      next();
      expect(':');
      const v = value();
      // Looked up from the front, so the first of two equal keys is found.
      if (!Object.prototype.hasOwnProperty.call(o, key)) o[key] = v;
      if (!is('}')) expect(',');
    }
    expect('}');
    return o;
  };

  next();
  return value();
}
