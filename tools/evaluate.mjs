// A table's module at build time: its source run by itself.
import { createRequire } from 'node:module';
import vm from 'node:vm';

const require = createRequire(import.meta.url);

/**
 * Runs a table's module and returns what it exports. `??` stays: the engine has it. The compiler takes half a second to load:
 * who only packs a table does without.
 */
export function evaluate(file, text) {
  /** @type {typeof import('typescript')} */
  const ts = require('typescript');
  const { outputText } = ts.transpileModule(text, {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.CommonJS },
  });
  const refuse = (name) => {
    throw new Error(`${file}: imports ${name}; only types may be imported`);
  };
  const exports = {};
  vm.runInNewContext(
    `(function (exports, require) {${outputText}\n})`,
    {},
    { filename: file },
  )(exports, refuse);
  return exports;
}
