// What the engine has of ES2015 and later. `lib` is es5 only; whatever is not listed here does not compile.
interface ObjectConstructor {
  assign<T, U>(target: T, source: U): T & U;
  values<T>(o: { [k: string]: T }): T[];
  entries<T>(o: { [k: string]: T }): [string, T][];
}
interface String {
  startsWith(s: string, at?: number): boolean;
  endsWith(s: string): boolean;
  includes(s: string): boolean;
  repeat(n: number): string;
  padStart(n: number, fill?: string): string;
  padEnd(n: number, fill?: string): string;
  replaceAll(from: string, to: string): string;
  [Symbol.iterator](): IterableIterator<string>;
}
interface Array<T> {
  find(fn: (v: T, i: number) => boolean): T | undefined;
  findIndex(fn: (v: T, i: number) => boolean): number;
  includes(v: T): boolean;
  fill(v: T, from?: number, to?: number): this;
  [Symbol.iterator](): IterableIterator<T>;
}
interface ReadonlyArray<T> {
  find(fn: (v: T, i: number) => boolean): T | undefined;
  findIndex(fn: (v: T, i: number) => boolean): number;
  includes(v: T): boolean;
  [Symbol.iterator](): IterableIterator<T>;
}
interface Uint8Array {
  fill(v: number | Pin): this;
  [Symbol.iterator](): IterableIterator<number>;
}
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
