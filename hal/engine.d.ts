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
}
interface Array<T> {
  find(fn: (v: T, i: number) => boolean): T | undefined;
  findIndex(fn: (v: T, i: number) => boolean): number;
  includes(v: T): boolean;
  fill(v: T, from?: number, to?: number): this;
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
interface IteratorResult<T> {
  done: boolean;
  value: T;
}
interface Iterator<T> {
  next(): IteratorResult<T>;
}
interface Iterable<T> {
  [Symbol.iterator](): Iterator<T>;
}
interface IterableIterator<T> extends Iterator<T> {
  [Symbol.iterator](): IterableIterator<T>;
}
