import assert from 'node:assert';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from 'typescript';
import ts from '../tools/typescript.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const read = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
const types = ['hal/engine.d.ts', 'hal/espruino.d.ts'].map((f) => path.join(root, f));

/** What the compiler says about each text, as if it were a file of the firmware. */
function compile(texts: string[]): string[][] {
  const name = (i: number): string => path.join(root, `firmware/sample${i}.ts`);
  const virtual = new Map(texts.map((text, i) => [name(i), text + '\nexport {};']));
  const host = ts.createCompilerHost(options);
  const file = host.getSourceFile;
  host.getSourceFile = (f, o) => {
    const text = virtual.get(path.normalize(f));
    return text === undefined ? file(f, o) : ts.createSourceFile(f, text, o);
  };
  const program = ts.createProgram([...types, ...virtual.keys()], options, host);
  const said = (d: Diagnostic): string => ts.flattenDiagnosticMessageText(d.messageText, '\n');
  return texts.map((_, i) => program.getSemanticDiagnostics(program.getSourceFile(name(i))!).map(said));
}

describe('types of the engine', () => {
  const absent = [
    'new Map()',
    'new Set()',
    'Symbol()',
    'Number.isFinite(1)',
    'Math.trunc(1.5)',
    '[[1]].flat()',
    'Array.from([1])',
    "'a'.at(0)",
    "'a'.trimStart()",
    'console.log(1)',
    'document.title',
    'structuredClone({})',
    'setImmediate(() => 0)',
    'new TextEncoder()',
    'Object.freeze({})',
    'Object.seal({})',
    'Object.isFrozen({})',
    'Object.isSealed({})',
    'Object.isExtensible({})',
    'Object.preventExtensions({})',
    "({}).propertyIsEnumerable('a')",
    '({}).isPrototypeOf({})',
    '({}).toLocaleString()',
    'Date.UTC(2020, 1)',
    'new Date(2020, 1)',
    'new Date(0).setUTCHours(1)',
    'new Date(0).setUTCFullYear(2020)',
    'new Date(0).getUTCHours()',
    'new Date(0).toLocaleString()',
    'new Date(0).toLocaleDateString()',
    'new Date(0).toDateString()',
    'new Date(0).toTimeString()',
    '[1].lastIndexOf(1)',
    '[1].reduceRight((a, b) => a + b)',
    '[1].toLocaleString()',
    '[2, 1].sort()',
    '[1].length = 0',
    "'a'.localeCompare('b')",
    "'a'.search(/a/)",
    "'a'.toLocaleUpperCase()",
    "'a'.toLocaleLowerCase()",
    "'a'.split('', 1)",
    "'a'.replace('a', () => 'b')",
    '(1).toPrecision(2)',
    '(1).toExponential(2)',
    '(1).toLocaleString()',
    "escape('a')",
    "unescape('a')",
    "encodeURI('a')",
    "decodeURI('a')",
    'new Intl.NumberFormat()',
    "new RangeError('a')",
    "new Error('a').name",
    'Uint8Array.from([1])',
    'Uint8Array.of(1)',
    'Uint8Array.BYTES_PER_ELEMENT',
    'new Uint8Array(1).lastIndexOf(1)',
    'new Uint8Array(1).reduceRight((a, b) => a + b)',
    'new Uint8Array(1).slice(0).buffer',
    'new ArrayBuffer(1).slice(0)',
    'ArrayBuffer.isView(1)',
    '/a/.multiline',
    '/a/.global',
    '/a/.ignoreCase',
    'RegExp.$1',
    "JSON.parse('1', (_k, v) => v)",
    "JSON.stringify({ a: 1 }, ['a'])",
    '(() => 0).caller',
    'function f(): unknown { return arguments.callee; } f()',
  ];
  const present = [
    'for (const v of [1, 2]) print(v)',
    "for (const v of 'ab') print(v)",
    'for (const v of new Uint8Array(2)) print(v + 1)',
    'const r: readonly number[] = [1]; for (const v of r) print(r.includes(v))',
    'print(`a${1}b`)',
    'class A { x = 1; private _y: number[] = []; sum(): number { return this.x + this._y.length; } } print(new A().sum())',
    "print([1].find((v) => v > 0), 'a'.padStart(2), Object.assign({ a: 1 }, { b: 2 }).b, Object.values({ a: 1 }))",
    "print('aba'.lastIndexOf('a', 1), 'a,b'.split(','), 'a'.replace(/a/g, (m) => m + m), 'ab'.substr(1).toUpperCase(), 'ab'[1])",
    "const m = /a(b)/.exec('ab'); if (m) print(m.index, m[1].length); print('ab'.match(/b/)?.[0], /a/.source)",
    'print([1].map((v) => `${v}`).concat([]).join(), [1].indexOf(1), [1, 2].reduce((a, v) => a + v, 0), [1].reverse())',
    "const n: (number | string)[] = [1, 'a']; print(n.filter((v): v is string => typeof v === 'string')[0].length)",
    'const t: [number, string] = [1, ``]; print(t[1].length, t.length === 2, Array.isArray(t))',
    'function f(this: number[], a: number): number { return this[0] + a; } print(f.call([1], 2), f.apply([1], [2]), f.bind([1])(2))',
    'const u = new Uint8Array(4); u.set([1], 2); print(u.subarray(1).indexOf(1), u.slice(1).join(), new Float32Array(u.buffer, 0, 1).map((v) => v * 2))',
    'print(new DataView(new ArrayBuffer(8)).getUint16(0, true), Math.PI, Math.sign(-1), Math.pow(2, 3))',
    "print(JSON.parse('1'), JSON.stringify({}, null, 2), new Date(0).toISOString(), Date.now(), (1).toFixed(1), (255).toString(16))",
    "print(Object.keys({}), Object.fromEntries([['a', 1]]).a, ({}).hasOwnProperty('a'), Object.create(null))",
    "print(encodeURIComponent('a'), decodeURIComponent('a'), parseInt('1', 10), isNaN(NaN), isFinite(Infinity), new Error('a').message)",
    "const o: Omit<Record<'a' | 'b', number>, 'b'> & Partial<{ c: string }> = { a: 1 }; print(o.c, o.a)",
    "print(require('Storage').read('x')?.length ?? 0)",
  ];
  const said = compile([...absent, ...present]);

  absent.forEach((text, i) => it(`refuses ${text}`, () => assert.notEqual(said[i].length, 0)));
  present.forEach((text, i) => it(`takes ${text}`, () => assert.deepEqual(said[absent.length + i], [])));
});
