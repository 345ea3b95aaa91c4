// The table of OCPP messages at build time: firmware/ocpp/messages.ts as the data file `messages`. First the parts that
// tell, 8 letters each; then a line an action: name, part, shape of the payload, with a space between.
import { readFileSync } from 'node:fs';
import { evaluate } from './evaluate.mjs';

/** Letters of a part's name in the first line. */
const FIELD = 8;

/** @returns {{ TOLD: { names: string[], part: string }[], ASKED: Record<string, { profile: string, part?: string, q?: string, does?: string, no?: string }>, SENT: Record<string, { profile: string, does: string, no: string }> }} */
export function messages(file) {
  return evaluate(file, readFileSync(file, 'utf8'));
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
