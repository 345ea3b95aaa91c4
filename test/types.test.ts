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
  ];
  const present = [
    'for (const v of [1, 2]) print(v)',
    "for (const v of 'ab') print(v)",
    'for (const v of new Uint8Array(2)) print(v + 1)',
    'const r: readonly number[] = [1]; for (const v of r) print(r.includes(v))',
    'print(`a${1}b`)',
    'class A { x = 1; private _y: number[] = []; sum(): number { return this.x + this._y.length; } } print(new A().sum())',
    "print([1].find((v) => v > 0), 'a'.padStart(2), Object.assign({ a: 1 }, { b: 2 }).b, Object.values({ a: 1 }))",
    "print(require('Storage').read('x')?.length ?? 0)",
  ];
  const said = compile([...absent, ...present]);

  absent.forEach((text, i) => it(`refuses ${text}`, () => assert.notEqual(said[i].length, 0)));
  present.forEach((text, i) => it(`takes ${text}`, () => assert.deepEqual(said[absent.length + i], [])));
});
