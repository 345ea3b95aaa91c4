// What is there without being declared: the engine's names as hal/espruino.d.ts has them, and the standard ones that
// exist there too.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from './typescript.mjs';

const STANDARD =
  'undefined NaN Infinity globalThis arguments eval parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent ' +
  'Object Function Array String Number Boolean Date RegExp Math JSON Error TypeError SyntaxError ReferenceError ' +
  'ArrayBuffer DataView Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array ' +
  'Float32Array Float64Array exports module';

function engine() {
  const file = fileURLToPath(new URL('../hal/espruino.d.ts', import.meta.url));
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022);
  const names = [];
  for (const s of source.statements) {
    if (ts.isFunctionDeclaration(s)) names.push(s.name.text);
    if (ts.isVariableStatement(s)) for (const d of s.declarationList.declarations) names.push(d.name.text);
  }
  return names;
}

export const GLOBALS = new Set([...STANDARD.split(' '), ...engine()]);
