// The table of Home Assistant's entities at build time: firmware/mqtt/entities.ts as the data file `entities`, a line an entity:
// conditions, component, object id and key, a blank between them, and behind one more the members of its description. ^ stands for {ama}.
import { readFileSync } from 'node:fs';
import { evaluate } from './evaluate.mjs';

export const ENTITIES_FILE = 'firmware/mqtt/entities.ts';
/** Longest line: with topic and device a message fits into a packet of the network. */
const MOST = 260;

/** @returns {{ ENTITIES: Record<string, import('../firmware/mqtt/entities').Entity>, KINDS: object }} */
export function readEntities(file = ENTITIES_FILE, text = readFileSync(file, 'utf8')) {
  return evaluate(file, text);
}

/** Members of an entity's description. */
function members(kinds, { name, of, nth, more }) {
  const value = nth && { val_tpl: `{{value_json[${nth[0]}]|round(${nth[1]})}}` };
  return JSON.stringify({ name, ...kinds[of], ...value, ...more })
    .slice(1, -1)
    .replace('"{ama}"', '^');
}

/** The data file `entities`. */
export function packEntities({ ENTITIES, KINDS }) {
  return Object.entries(ENTITIES)
    .map(([id, e]) => {
      if (!/^[a-z0-9]+$/.test(id + e.is.replace('_', '') + e.key))
        throw new Error(`entities: bad name in ${id}`);
      const line = [e.if ?? '-', e.is, id, e.key, members(KINDS, e)].join(' ') + '\n';
      if (Buffer.byteLength(line) > MOST) throw new Error(`entities: ${id} is too long`);
      return line;
    })
    .join('');
}
