// The table of OCPP messages at build time: firmware/ocpp/messages.ts as the data file `messages`. First the parts that
// tell, 8 letters each; then a line an action: name, part, shape of the payload, with a space between.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import ts from 'typescript';

/** Letters of a part's name in the first line. */
const FIELD = 8;

/** @returns {{ TOLD: { names: string[], part: string }[], ASKED: Record<string, { profile: string, part?: string, q?: string, does?: string, no?: string }>, SENT: Record<string, { profile: string, does: string, no: string }> }} */
export function messages(file) {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.CommonJS },
  });
  const exports = {};
  vm.runInNewContext(`(function (exports) {${outputText}\n})`)(exports);
  return exports;
}

/** @returns {string} */
export function packMessages({ TOLD, ASKED }) {
  let out = '';
  for (const { part } of TOLD) {
    if (!part || part.length >= FIELD)
      throw new Error(`messages: the name of part "${part}" is not 1 to 7 letters`);
    out += part.padEnd(FIELD);
  }
  for (const [action, { part = '', q = '' }] of Object.entries(ASKED)) {
    if (!/^[A-Za-z]+$/.test(action)) throw new Error(`messages: no action is called "${action}"`);
    out += `\n${action} ${part} ${q}`;
  }
  return out + '\n';
}
