// Positions of the build's files in terms of their TypeScript sources.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import path from 'node:path';

/** Turns an offset in a text into line and column, from 1. */
export function lineColumn(text, pos) {
  const before = text.slice(0, pos).split('\n');
  return { line: before.length, column: before[before.length - 1].length + 1 };
}

/** Source map of `dist/<board>.js` or `dist/<board>/<name>`; undefined when there is none. */
export function mapOf(file) {
  const own = file + '.map';
  const part = path.join(path.dirname(file) + '.maps', path.basename(file) + '.map');
  const found = [own, part].find((f) => existsSync(f));
  if (!found) return undefined;
  const map = new SourceMap(JSON.parse(readFileSync(found, 'utf8')));
  const at = path.dirname(found);
  /** @returns {{ file: string, line: number, column: number } | undefined} */
  return (line, column) => {
    const e = map.findEntry(line - 1, column - 1);
    if (!e?.originalSource) return undefined;
    const source = path.relative('.', path.resolve(at, e.originalSource));
    return { file: source, line: e.originalLine + 1, column: e.originalColumn + 1 };
  };
}
