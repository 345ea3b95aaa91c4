// The language's own names that Espruino 2v29 has and we use. There is no `lib`: whatever is neither here nor in espruino.d.ts
// does not compile. Absent on purpose, though the engine has them: `sort` (it overflows the stack), promises, `this` for
// callbacks, and property attributes, which it ignores.

// Types alone.
type PropertyKey = string | number | symbol;
type Partial<T> = { [K in keyof T]?: T[K] };
type Readonly<T> = { readonly [K in keyof T]: T[K] };
type Pick<T, N extends keyof T> = { [K in N]: T[K] };
type Record<N extends PropertyKey, V> = { [K in N]: V };
type Exclude<U, Not> = U extends Not ? never : U;
type Extract<U, Only> = U extends Only ? U : never;
type Omit<T, N extends PropertyKey> = Pick<T, Exclude<keyof T, N>>;
type NonNullable<T> = T & {};
type Parameters<F extends (...args: any) => any> = F extends (...args: infer A) => any ? A : never;
type ReturnType<F extends (...args: any) => any> = F extends (...args: any) => infer R ? R : never;
interface ArrayLike<T> {
  readonly length: number;
  readonly [at: number]: T;
}

declare const NaN: number, Infinity: number;
declare function parseInt(text: string, base?: number): number;
declare function parseFloat(text: string): number;
declare function isNaN(v: number): boolean;
declare function isFinite(v: number): boolean;
declare function encodeURIComponent(text: string | number | boolean): string;
/** Throws on escapes above 127. */
declare function decodeURIComponent(text: string): string;
declare function eval(text: string): any;

interface Object {
  constructor: Function;
  hasOwnProperty(name: PropertyKey): boolean;
  toString(): string;
  valueOf(): Object;
}
interface ObjectConstructor {
  new (): Object;
  assign<T, U>(target: T, source: U): T & U;
  create(parent: object | null): any;
  keys(o: object): string[];
  values<T>(o: { [k: string]: T }): T[];
  entries<T>(o: { [k: string]: T }): [string, T][];
  fromEntries<T>(all: [string, T][]): { [k: string]: T };
  getPrototypeOf(o: object): any;
  setPrototypeOf<T extends object>(o: T, parent: object | null): T;
}
declare const Object: ObjectConstructor;

interface Function {
  readonly length: number;
  prototype: any;
  apply(self: any, args?: any): any;
  bind(self: any, ...args: any[]): any;
  call(self: any, ...args: any[]): any;
}
interface FunctionConstructor {
  /** The names of the parameters and the body, as text. */
  new (...texts: string[]): Function;
}
declare const Function: FunctionConstructor;
/** What the compiler takes a function for, and below a class. */
interface CallableFunction extends Function {
  apply<S, A extends any[], R>(this: (this: S, ...args: A) => R, self: S, args: A): R;
  apply<S, R>(this: (this: S) => R, self: S): R;
  bind<S, A extends any[], B extends any[], R>(
    this: (this: S, ...args: [...A, ...B]) => R,
    self: S,
    ...args: A
  ): (...args: B) => R;
  call<S, A extends any[], R>(this: (this: S, ...args: A) => R, self: S, ...args: A): R;
}
interface NewableFunction extends Function {}
interface IArguments extends ArrayLike<any> {}

interface Boolean {
  valueOf(): boolean;
}
declare const Boolean: { (v?: unknown): boolean };

interface Number {
  toFixed(digits?: number): string;
  toString(base?: number): string;
  valueOf(): number;
}
declare const Number: {
  (v?: unknown): number;
  readonly MAX_VALUE: number;
  readonly MIN_VALUE: number;
  readonly NaN: number;
  readonly NEGATIVE_INFINITY: number;
  readonly POSITIVE_INFINITY: number;
};

interface String {
  readonly length: number;
  readonly [at: number]: string;
  charAt(at: number): string;
  charCodeAt(at: number): number;
  concat(...more: (string | number)[]): string;
  endsWith(s: string, end?: number): boolean;
  includes(s: string, from?: number): boolean;
  indexOf(s: string, from?: number): number;
  lastIndexOf(s: string, from?: number): number;
  match(what: RegExp): string[] | null;
  padEnd(n: number, fill?: string): string;
  padStart(n: number, fill?: string): string;
  repeat(n: number): string;
  /** A function only for a regular expression; for a text its source would be put in. */
  replace(from: string | RegExp, to: string): string;
  replace(from: RegExp, to: (found: string, ...rest: any[]) => string): string;
  replaceAll(from: string, to: string): string;
  slice(from?: number, to?: number): string;
  split(by: string | RegExp): string[];
  startsWith(s: string, at?: number): boolean;
  substr(from: number, n?: number): string;
  substring(from: number, to?: number): string;
  toLowerCase(): string;
  toString(): string;
  toUpperCase(): string;
  trim(): string;
  valueOf(): string;
  [Symbol.iterator](): IterableIterator<string>;
}
declare const String: {
  (v?: unknown): string;
  /** Bytes. */
  fromCharCode(...codes: number[]): string;
};

interface ReadonlyArray<T> {
  readonly length: number;
  readonly [at: number]: T;
  concat(...more: (T | readonly T[])[]): T[];
  every(fn: (v: T, i: number) => unknown): boolean;
  filter<U extends T>(fn: (v: T, i: number) => v is U): U[];
  filter(fn: (v: T, i: number) => unknown): T[];
  find(fn: (v: T, i: number) => unknown): T | undefined;
  findIndex(fn: (v: T, i: number) => unknown): number;
  forEach(fn: (v: T, i: number) => void): void;
  includes(v: T, from?: number): boolean;
  indexOf(v: T, from?: number): number;
  join(by?: string): string;
  map<U>(fn: (v: T, i: number) => U): U[];
  /** Throws on an empty array without `first`. */
  reduce(fn: (sum: T, v: T, i: number) => T): T;
  reduce<U>(fn: (sum: U, v: T, i: number) => U, first: U): U;
  slice(from?: number, to?: number): T[];
  some(fn: (v: T, i: number) => unknown): boolean;
  toString(): string;
  [Symbol.iterator](): IterableIterator<T>;
}
/** `length` cannot be set: that throws. */
interface Array<T> extends ReadonlyArray<T> {
  [at: number]: T;
  fill(v: T, from?: number, to?: number): this;
  pop(): T | undefined;
  push(...more: T[]): number;
  reverse(): T[];
  shift(): T | undefined;
  splice(from: number, n?: number, ...instead: T[]): T[];
  unshift(...more: T[]): number;
}
interface ArrayConstructor {
  new <T>(length: number): T[];
  isArray(v: unknown): v is any[];
}
declare const Array: ArrayConstructor;

interface ArrayBuffer {
  readonly byteLength: number;
}
declare const ArrayBuffer: { new (bytes: number): ArrayBuffer };
/** What all arrays of numbers have in common. */
interface TypedArray {
  readonly buffer: ArrayBuffer;
  readonly byteLength: number;
  readonly byteOffset: number;
  readonly length: number;
  [at: number]: number;
  every(fn: (v: number, i: number) => unknown): boolean;
  fill(v: number, from?: number, to?: number): this;
  filter(fn: (v: number, i: number) => unknown): number[];
  find(fn: (v: number, i: number) => unknown): number | undefined;
  findIndex(fn: (v: number, i: number) => unknown): number;
  forEach(fn: (v: number, i: number) => void): void;
  includes(v: number, from?: number): boolean;
  indexOf(v: number, from?: number): number;
  join(by?: string): string;
  map(fn: (v: number, i: number) => number): this;
  reduce<U>(fn: (sum: U, v: number, i: number) => U, first: U): U;
  reverse(): this;
  set(from: ArrayLike<number>, at?: number): void;
  /** A copy, as a plain array. */
  slice(from?: number, to?: number): number[];
  some(fn: (v: number, i: number) => unknown): boolean;
  /** The same numbers, not a copy. */
  subarray(from?: number, to?: number): this;
  toString(): string;
  [Symbol.iterator](): IterableIterator<number>;
}
interface TypedArrayConstructor<A> {
  new (from: number | ArrayLike<number>): A;
  new (buffer: ArrayBuffer, at?: number, length?: number): A;
}
interface Int8Array extends TypedArray {}
interface Uint8Array extends TypedArray {
  fill(v: number | Pin, from?: number, to?: number): this;
}
interface Uint8ClampedArray extends TypedArray {}
interface Int16Array extends TypedArray {}
interface Uint16Array extends TypedArray {}
interface Int32Array extends TypedArray {}
interface Uint32Array extends TypedArray {}
interface Float32Array extends TypedArray {}
interface Float64Array extends TypedArray {}
declare const Int8Array: TypedArrayConstructor<Int8Array>;
declare const Uint8Array: TypedArrayConstructor<Uint8Array>;
declare const Uint8ClampedArray: TypedArrayConstructor<Uint8ClampedArray>;
declare const Int16Array: TypedArrayConstructor<Int16Array>;
declare const Uint16Array: TypedArrayConstructor<Uint16Array>;
declare const Int32Array: TypedArrayConstructor<Int32Array>;
declare const Uint32Array: TypedArrayConstructor<Uint32Array>;
declare const Float32Array: TypedArrayConstructor<Float32Array>;
declare const Float64Array: TypedArrayConstructor<Float64Array>;
/** The high byte comes first unless `little`. */
interface DataView {
  readonly buffer: ArrayBuffer;
  readonly byteLength: number;
  readonly byteOffset: number;
  getInt8(at: number): number;
  getUint8(at: number): number;
  getInt16(at: number, little?: boolean): number;
  getUint16(at: number, little?: boolean): number;
  getInt32(at: number, little?: boolean): number;
  getUint32(at: number, little?: boolean): number;
  getFloat32(at: number, little?: boolean): number;
  getFloat64(at: number, little?: boolean): number;
  setInt8(at: number, v: number): void;
  setUint8(at: number, v: number): void;
  setInt16(at: number, v: number, little?: boolean): void;
  setUint16(at: number, v: number, little?: boolean): void;
  setInt32(at: number, v: number, little?: boolean): void;
  setUint32(at: number, v: number, little?: boolean): void;
  setFloat32(at: number, v: number, little?: boolean): void;
  setFloat64(at: number, v: number, little?: boolean): void;
}
declare const DataView: { new (buffer: ArrayBuffer, at?: number, length?: number): DataView };

declare const Math: {
  readonly E: number;
  readonly LN10: number;
  readonly LN2: number;
  readonly LOG10E: number;
  readonly LOG2E: number;
  readonly PI: number;
  readonly SQRT1_2: number;
  readonly SQRT2: number;
  abs(x: number): number;
  acos(x: number): number;
  asin(x: number): number;
  atan(x: number): number;
  atan2(y: number, x: number): number;
  ceil(x: number): number;
  cos(x: number): number;
  exp(x: number): number;
  floor(x: number): number;
  log(x: number): number;
  max(...all: number[]): number;
  min(...all: number[]): number;
  pow(x: number, y: number): number;
  /** The same row after each start unless `E.srand` was called. */
  random(): number;
  round(x: number): number;
  sign(x: number): number;
  sin(x: number): number;
  sqrt(x: number): number;
  tan(x: number): number;
};
declare const JSON: {
  /** Takes more than JSON: whoever reads text from outside looks first. */
  parse(text: string): any;
  stringify(v: unknown, replacer?: null, indent?: number): string;
};

/** Local time is UTC. A text that is no date gives one all the same. */
interface Date {
  getDate(): number;
  getDay(): number;
  getFullYear(): number;
  getHours(): number;
  getMilliseconds(): number;
  getMinutes(): number;
  getMonth(): number;
  getSeconds(): number;
  getTime(): number;
  toISOString(): string;
  toJSON(): string;
  toString(): string;
  valueOf(): number;
}
declare const Date: {
  new (when?: number | string): Date;
  /** Without `day` it would be the last one of the month before. */
  new (y: number, month: number, day: number, h?: number, min?: number, s?: number, ms?: number): Date;
  /** With fractions. */
  now(): number;
  parse(text: string): number;
};

interface RegExp {
  readonly source: string;
  lastIndex: number;
  exec(text: string): (string[] & { index: number; input: string }) | null;
  test(text: string): boolean;
}
declare const RegExp: { new (source: string, flags?: 'g' | 'i' | 'gi'): RegExp };

/** One costs 41 variables. A TypeError is no `instanceof Error`. */
interface Error {
  message: string;
  stack?: string;
}
interface ErrorConstructor {
  new (message: string): Error;
}
declare const Error: ErrorConstructor,
  TypeError: ErrorConstructor,
  SyntaxError: ErrorConstructor,
  ReferenceError: ErrorConstructor;

// `for…of` needs these names to compile; there is no Symbol at run time and nothing may call it.
interface SymbolConstructor {
  readonly iterator: unique symbol;
}
declare const Symbol: SymbolConstructor;
interface IteratorYieldResult<T> {
  done?: false;
  value: T;
}
interface IteratorReturnResult<T> {
  done: true;
  value: T;
}
type IteratorResult<T, TReturn = any> = IteratorYieldResult<T> | IteratorReturnResult<TReturn>;
interface Iterator<T, TReturn = any, TNext = any> {
  next(...args: [] | [TNext]): IteratorResult<T, TReturn>;
}
interface Iterable<T, TReturn = any, TNext = any> {
  [Symbol.iterator](): Iterator<T, TReturn, TNext>;
}
interface IterableIterator<T, TReturn = any, TNext = any> extends Iterator<T, TReturn, TNext> {
  [Symbol.iterator](): IterableIterator<T, TReturn, TNext>;
}
