// Reads a stack trace on standard input, or as arguments, and prints it with TypeScript positions in place of those in the
// build's files. BOARD says which build; `eval`, as the engine calls the main chunk, and a bare name of a part are known too.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { mapOf } from './positions.mjs';

/** The build's file that a name in a trace means. */
function fileOf(name, board, dist) {
  const base = path.basename(name);
  if (base === 'eval' || base === `${board}.js`) return path.join(dist, `${board}.js`);
  return path.join(dist, board, base);
}

/** Replaces `file:line:column` and `line N col M in file`. */
export function resolve(text, board = 'reference', dist = 'dist') {
  const maps = new Map();
  const point = (whole, name, line, column) => {
    const file = fileOf(name, board, dist);
    if (!maps.has(file)) maps.set(file, existsSync(file) ? mapOf(file) : undefined);
    const at = maps.get(file)?.(Number(line), Number(column));
    return at ? `${at.file}:${at.line}:${at.column}` : whole;
  };
  return text
    .replace(/([\w./\\-]+):(\d+):(\d+)/g, point)
    .replace(/line (\d+) col (\d+) (?:in|of) ([\w./-]+)/g, (whole, l, c, name) => point(whole, name, l, c));
}

if (process.argv[1]?.endsWith('stack.mjs')) {
  const given = process.argv.slice(2);
  const text = given.length ? given.join(' ') + '\n' : readFileSync(0, 'utf8');
  process.stdout.write(resolve(text, process.env.BOARD || 'reference'));
}
