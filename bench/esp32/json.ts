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

const END: Token = { kind: 'end', text: '' };

export const parse = (source: string, make: Maker): unknown => new Parser(source, make).whole();

class Parser {
  private at = 0;
  private token = END;

  constructor(
    private source: string,
    private make: Maker,
  ) {}

  whole(): unknown {
    this.next();
    return this.value();
  }

  private match(re: RegExp): string {
    re.lastIndex = this.at;
    const found = re.exec(this.source)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private next(): void {
    const { source } = this;
    const space = source.charCodeAt(this.at);
    if (space <= 32 || space === 47 || space > 127) this.match(SPACE);
    const c = source[this.at];
    if (c === undefined) this.token = END;
    else if (c === '"' || c === "'") this.token = { kind: 'text', text: this.text(c) };
    else if (
      (c >= '0' && c <= '9') ||
      (c === '.' && source[this.at + 1] >= '0' && source[this.at + 1] <= '9')
    ) {
      const text = this.match(NUMBER);
      this.token = { kind: 'number', text, value: /^0\d+$/.test(text) ? parseInt(text, 8) : Number(text) };
    } else {
      const word = this.match(WORD);
      this.token = word ? { kind: 'word', text: word } : { kind: 'mark', text: source[this.at++] };
    }
  }

  private text(end: string): string {
    const { source } = this;
    let text = '';
    let from = ++this.at;
    for (; this.at < source.length && source[this.at] !== end; this.at++) {
      if (source[this.at] !== '\\') continue;
      text += source.slice(from, this.at) + this.escape();
      from = this.at + 1;
    }
    return text + source.slice(from, this.at++);
  }

  /** Stays on the last letter. */
  private escape(): string {
    const { source } = this;
    const c = source[++this.at];
    const digits = c === 'u' ? 4 : c === 'x' ? 2 : 0;
    if (digits) {
      const code = parseInt(source.slice(this.at + 1, this.at + 1 + digits), 16);
      this.at += digits;
      return String.fromCharCode(code & 255);
    }
    const octal = /^[0-7]{1,3}/.exec(source.slice(this.at, this.at + 3))?.[0];
    if (octal) {
      this.at += octal.length - 1;
      return String.fromCharCode(parseInt(octal, 8) & 255);
    }
    return PLAIN[c] ?? c ?? '';
  }

  private name(): string {
    const { kind, text } = this.token;
    if (kind === 'end') return 'EOF';
    if (kind === 'number') return /^\d+$|^0[xXoObB]/.test(text) ? 'INT' : 'FLOAT';
    if (kind === 'word') return 'ID';
    return kind === 'text' ? 'STRING' : `'${text}'`;
  }

  private full(): string {
    return this.token.kind === 'word' ? `ID:${this.token.text}` : this.name();
  }

  private is(mark: string): boolean {
    return this.token.kind === 'mark' && this.token.text === mark;
  }

  private expect(mark: string): void {
    if (!this.is(mark)) throw this.make.error(`Got ${this.full()} expected '${mark}'`);
    this.next();
  }

  private value(): unknown {
    const { kind, text, value } = this.token;
    if (kind === 'text' || kind === 'number') {
      this.next();
      return kind === 'text' ? text : value;
    }
    if (kind === 'word' && (text === 'true' || text === 'false' || text === 'null')) {
      this.next();
      return text === 'null' ? null : text === 'true';
    }
    if (this.is('-')) {
      this.next();
      if (this.token.kind !== 'number') return undefined;
      const v = this.token.value!;
      this.next();
      return 0 - v;
    }
    if (this.is('[')) return this.array();
    if (this.is('{')) return this.object();
    throw this.make.error(`Expecting valid value, got ${this.name()}`);
  }

  private array(): unknown {
    const all = this.make.array();
    this.next();
    while (!this.is(']')) {
      all.push(this.value());
      if (!this.is(']')) this.expect(',');
    }
    this.next();
    return all;
  }

  private object(): unknown {
    const o = this.make.object();
    this.next();
    while (this.token.kind === 'text' || this.token.kind === 'number' || this.token.kind === 'word') {
      if (this.token.kind !== 'text') throw this.make.error(`Got ${this.full()} expected STRING`);
      const key = this.token.text;
      this.next();
      this.expect(':');
      const v = this.value();
      // Looked up from the front, so the first of two equal keys is found.
      if (!Object.prototype.hasOwnProperty.call(o, key)) o[key] = v;
      if (!this.is('}')) this.expect(',');
    }
    this.expect('}');
    return o;
  }
}
