// The script's world: a fresh set of JavaScript's own objects, cut down to what the engine has and bent to its ways.

import vm from 'node:vm';
import * as acorn from 'acorn';
import { parse } from './json';
import { CONSOLE, decimal, JSONIC, number, show } from './text';

/** All that stays of the globals. */
const KEEP = new Set(
  (
    'Object Function Array Number Boolean String Date RegExp Error SyntaxError TypeError ReferenceError JSON Math ' +
    'ArrayBuffer DataView Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array ' +
    'Float32Array Float64Array parseInt parseFloat isNaN isFinite NaN Infinity undefined eval globalThis ' +
    'encodeURIComponent decodeURIComponent'
  ).split(' '),
);

/** Members that the engine lacks. Iterators stay: `for…of` needs them. */
const LACKS: Record<string, string> = {
  'String.prototype':
    'anchor at big blink bold codePointAt fontcolor fontsize fixed isWellFormed italics link localeCompare matchAll ' +
    'normalize search small strike sub sup toWellFormed trimStart trimLeft trimEnd trimRight toLocaleLowerCase ' +
    'toLocaleUpperCase',
  String: 'fromCodePoint raw',
  'Array.prototype':
    'at copyWithin findLast findLastIndex lastIndexOf keys entries values flat flatMap reduceRight toLocaleString ' +
    'toReversed toSorted toSpliced with',
  Array: 'from of fromAsync',
  Object:
    'getOwnPropertySymbols hasOwn is preventExtensions seal freeze isExtensible isFrozen isSealed groupBy',
  'Object.prototype':
    '__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ isPrototypeOf propertyIsEnumerable ' +
    'toLocaleString',
  'Number.prototype': 'toExponential toPrecision toLocaleString',
  Number:
    'isFinite isInteger isNaN isSafeInteger parseFloat parseInt MAX_SAFE_INTEGER MIN_SAFE_INTEGER EPSILON',
  Math: 'acosh asinh atanh cbrt expm1 clz32 cosh fround hypot imul log1p log2 log10 sinh tanh trunc',
  Date: 'UTC',
  'Date.prototype':
    'getYear setUTCDate setUTCFullYear setUTCHours setUTCMilliseconds setUTCMinutes setUTCMonth setUTCSeconds setYear ' +
    'toDateString toGMTString toLocaleDateString toLocaleString toLocaleTimeString toTimeString',
  ArrayBuffer: 'isView',
  'ArrayBuffer.prototype': 'slice resize transfer transferToFixedLength',
  'DataView.prototype': 'getBigInt64 getBigUint64 setBigInt64 setBigUint64',
  'Uint8Array.prototype.__proto__':
    'at copyWithin entries findLast findLastIndex keys lastIndexOf reduceRight toLocaleString toReversed toSorted ' +
    'values with',
  'RegExp.prototype': 'compile',
  Error: 'captureStackTrace',
};

/** Local time is UTC. */
const LOCAL = ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes', 'Seconds', 'Milliseconds'];

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Any = any;

/** What runs only when every level above has been left: nothing in the script can catch it. */
export class Interrupt {
  constructor(readonly why: 'stack' | 'memory') {}
}

const INTERNAL = `(function () {
  function InternalError(m) { this.message = m; }
  InternalError.prototype = Object.create(Error.prototype);
  InternalError.prototype.name = 'InternalError';
  return InternalError;
})()`;

export interface RealmOptions {
  /** ms since 1970, as the engine has it. */
  now(): number;
  random(): number;
  /** Called by every `catch` of the script; throws when the error is none that a script may catch. */
  caught(e: unknown): unknown;
}

/** Compiled once, run in many worlds, by name and source: the same bundle boots again and again. */
const scripts = new Map<string, Map<string, vm.Script>>();
/** Kept at most of a name: a file of some builds, or lines from the console. */
const KEPT = 200;

function compiled(source: string, name: string, head = '', tail = ''): vm.Script {
  const kind = head + name;
  let mine = scripts.get(kind);
  if (!mine) scripts.set(kind, (mine = new Map()));
  let script = mine.get(source);
  if (script) return script;
  script = new vm.Script(head + prepare(source, name) + tail, { filename: name });
  if (mine.size >= KEPT) mine.clear();
  mine.set(source, script);
  return script;
}

/** Name of a line from the console. */
export const TYPED = 'REPL';

/** A typed line without its texts. An upload types code as texts, thousands of lines of it. */
export const bare = (line: string): string => line.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, '');

/** The source as the engine reads it: letters are bytes, and no `catch` sees an interrupt or the end of the supply. */
function prepare(source: string, name: string): string {
  const text = source.replace(/(\\\\)|\\u([0-9a-fA-F]{4})/g, (all, pair, code) =>
    pair ? all : '\\x' + code.slice(2),
  );
  const code = name === TYPED ? bare(text) : text;
  return code.includes('catch') ? guard(text) : text;
}

function guard(text: string): string {
  const places: [number, string][] = [];
  try {
    const visit = (node: Any): void => {
      if (node.type === 'CatchClause') {
        const name = node.param?.name ?? '$e';
        if (!node.param) places.push([node.body.start, `(${name})`]);
        places.push([node.body.start + 1, `${name}=__caught(${name});`]);
      }
      for (const key in node) {
        const child = node[key];
        if (Array.isArray(child)) for (const c of child) c?.type && visit(c);
        else if (child?.type) visit(child);
      }
    };
    visit(acorn.parse(text, { ecmaVersion: 'latest', allowReturnOutsideFunction: true }));
  } catch {
    return text; // The engine will complain about it.
  }
  let out = '';
  let from = 0;
  for (const [at, insert] of places.sort((a, b) => a[0] - b[0])) {
    out += text.slice(from, at) + insert;
    from = at;
  }
  return out + text.slice(from);
}

export class Realm {
  readonly global: Any;
  private context: vm.Context;
  private own: Any;

  constructor(private o: RealmOptions) {
    const bare = (vm.constants as { DONT_CONTEXTIFY?: unknown } | undefined)?.DONT_CONTEXTIFY;
    // A global object without a proxy in front is a hundred times faster. Older Node has no other than the slow kind.
    this.context = vm.createContext((bare ?? {}) as vm.Context);
    const G = (this.global = vm.runInContext('globalThis', this.context));
    const { Object: O, Array: A, Function: F, RangeError, TypeError, Error, SyntaxError, ReferenceError } = G;
    const typed = { Uint8Array: G.Uint8Array, ArrayBuffer: G.ArrayBuffer };
    this.own = { O, A, F, RangeError, TypeError, Error, SyntaxError, ReferenceError, ...typed };
    this.cut();
    G.InternalError = vm.runInContext(INTERNAL, this.context);
    this.bend();
    this.hide('__caught', (e: unknown) => o.caught(e));
  }

  run(source: string, name: string): unknown {
    return compiled(source, name).runInContext(this.context);
  }

  module(source: string, name: string): unknown {
    const exports = this.object();
    const module = this.object({ exports });
    const body = compiled(source, name, '(function(exports,module){', '\n})').runInContext(this.context);
    body.call(this.global, exports, module);
    return module.exports;
  }

  /** Values made natively, of the script's kind. */
  object(o: Record<string, unknown> = {}): Any {
    return this.own.O.assign(new this.own.O(), o);
  }

  array(all: unknown[] = []): unknown[] {
    const a = new this.own.A();
    for (const v of all) a.push(v);
    return a;
  }

  bytes(all: ArrayLike<number>): Uint8Array {
    return new this.own.Uint8Array(all);
  }

  buffer(all: ArrayLike<number>): ArrayBuffer {
    return new this.own.Uint8Array(all).buffer;
  }

  error(text: string, kind: 'Error' | 'SyntaxError' | 'TypeError' | 'InternalError' = 'Error'): Error {
    return kind === 'InternalError' ? new this.global.InternalError(text) : new this.own[kind](text);
  }

  overflow(e: unknown): boolean {
    return e instanceof this.own.RangeError && /call stack/.test((e as Error).message);
  }

  /** An error of the machine below, in the words of the engine. */
  translate(e: unknown): unknown {
    if (!(e instanceof this.own.Error)) return e;
    const err = e as Error;
    let m = /^Cannot (?:read|set) properties of (null|undefined) \((?:reading|setting) '(.*)'\)$/.exec(
      err.message,
    );
    if (m) err.message = `Can't read property '${m[2]}' of ${m[1]}`;
    else if ((m = /^(?:.*\.)?([\w$]+) is not a function$/.exec(err.message)))
      err.message = `Function "${m[1]}" not found!`;
    else if ((m = /^([\w$]+) is not defined$/.exec(err.message))) err.message = `"${m[1]}" is not defined`;
    if (e instanceof this.own.TypeError && m) this.own.O.setPrototypeOf(e, this.own.Error.prototype);
    return e;
  }

  hide(name: string, value: unknown, on: Any = this.global): void {
    this.own.O.defineProperty(on, name, { value, writable: true, configurable: true, enumerable: false });
  }

  private cut(): void {
    const G = this.global;
    for (const [path, names] of Object.entries(LACKS)) {
      const owner = path.split('.').reduce((o, key) => o[key], G);
      for (const name of names.split(' ')) Reflect.deleteProperty(owner, name);
    }
    for (const name of Object.getOwnPropertyNames(G)) if (!KEEP.has(name)) Reflect.deleteProperty(G, name);
  }

  private bend(): void {
    const G = this.global;
    const make = {
      object: () => this.object(),
      array: () => this.array(),
      error: (text: string) => this.error(text, 'SyntaxError'),
    };
    this.hide('parse', (text: unknown) => parse(String(text), make), G.JSON);
    this.hide('stringify', (v: unknown, _r: unknown, space?: unknown) => stringify(v, space), G.JSON);
    this.hide('random', () => this.o.random(), G.Math);
    this.hide('randInt', (n: number) => Math.floor(this.o.random() * n), G.Math);
    // Halves go away from zero.
    this.hide('round', (v: number) => Math.sign(v) * Math.round(Math.abs(v)), G.Math);
    this.hide('clip', (v: number, a: number, b: number) => (v < a ? a : v > b ? b : v), G.Math);
    this.hide('wrap', (v: number, n: number) => ((v % n) + n) % n, G.Math);
    this.hide(
      'fromCharCode',
      (...codes: number[]) => String.fromCharCode(...codes.map((c) => c & 255)),
      G.String,
    );
    this.texts(G.String.prototype);
    this.numbers(G.Number.prototype);
    this.dates(G.Date);
    this.hide('encodeURIComponent', (text: unknown) => encodeBytes(String(text)));
    this.hide('decodeURIComponent', (text: unknown) => this.decode(String(text)));
  }

  private texts(proto: Any): void {
    const { split, replace } = proto;
    const fold = (from: RegExp, by: number) =>
      function (this: string) {
        return String(this).replace(from, (c) => String.fromCharCode(c.charCodeAt(0) + by));
      };
    this.hide('toUpperCase', fold(/[a-z]/g, -32), proto);
    this.hide('toLowerCase', fold(/[A-Z]/g, 32), proto);
    this.hide('split', function (this: string, by: unknown) { return split.call(this, by); }, proto); // prettier-ignore
    const literal = (to: unknown): unknown => (typeof to === 'string' ? () => to : to);
    const exchange = function (this: string, from: unknown, to: unknown): string {
      return replace.call(this, from, typeof from === 'string' ? literal(to) : to);
    };
    this.hide('replace', exchange, proto);
  }

  private numbers(proto: Any): void {
    const { toString } = proto;
    const text = function (this: number, radix?: number): string {
      return radix === undefined || radix === 10 ? number(Number(this)) : toString.call(this, radix);
    };
    this.hide('toString', text, proto);
    this.hide('toFixed', function (this: number, n = 0) { return decimal(Number(this), Math.min(Math.max(n | 0, 0), 20)); }, proto); // prettier-ignore
  }

  private dates(Original: Any): void {
    const { now } = this.o;
    // The name of the class is visible to the console.
    const Date = function (this: unknown, ...args: unknown[]): unknown {
      const d = args.length ? new Original(...args) : new Original(now());
      return new.target ? d : String(d);
    } as Any;
    Date.prototype = Original.prototype;
    this.hide('constructor', Date, Original.prototype);
    this.hide('now', () => now(), Date);
    this.hide('parse', (text: string) => Original.parse(text), Date);
    for (const part of LOCAL)
      this.hide(`get${part}`, Original.prototype[`getUTC${part}`], Original.prototype);
    this.hide('getTimezoneOffset', () => 0, Original.prototype);
    const { toUTCString } = Original.prototype;
    const text = function (this: unknown): string {
      const [day, d, month, year, time] = toUTCString.call(this).replace(',', '').split(' ');
      return `${day} ${month} ${Number(d)} ${year} ${time} GMT+0000`;
    };
    this.hide('toString', text, Original.prototype);
    this.hide('Date', Date);
  }

  private decode(text: string): string {
    return text.replace(/%(..?)?/g, (_all, code) => {
      const n = /^[\da-fA-F]{2}$/.test(code ?? '') ? parseInt(code, 16) : 255;
      if (n > 127) throw this.error('Invalid URI');
      return String.fromCharCode(n);
    });
  }
}

function encodeBytes(text: string): string {
  const code = (c: string): string => '%' + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  return text.replace(/[^A-Za-z0-9\-_.!~*'()]/g, code);
}

function stringify(value: unknown, space: unknown): string {
  const indent =
    typeof space === 'number' ? ' '.repeat(Math.min(space, 10)) : typeof space === 'string' ? space : '';
  return show(value, indent ? { ...JSONIC, indent } : JSONIC);
}

/** As `print` shows a value. */
export const display = (value: unknown): string => (typeof value === 'string' ? value : show(value, CONSOLE));
