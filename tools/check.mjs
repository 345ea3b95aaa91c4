// `node tools/check.mjs dist/<board>.js`: refuses what the engine would stumble over in the build's files, imports in the
// wrong direction, boards that step into a trap of the chip and a bundle that has grown too large. One line a problem; exit status 1 when there is any.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { lintAll } from './boards.mjs';
import { BUDGET, FUNCTION, grown, inspect, large } from './gate.mjs';
import { ascii, layers } from './layers.mjs';
import { lineColumn, mapOf } from './positions.mjs';

/** Where a problem is in the sources, or else in the file. */
function place(file, text, pos, map) {
  const { line, column } = lineColumn(text, pos);
  return map?.(line, column) ?? { file, line, column };
}

/** `.sort(` is let through where a comment `short list` stands on the line or the one above. */
function marked(at) {
  if (!existsSync(at.file)) return false;
  const lines = readFileSync(at.file, 'utf8').split('\n');
  return lines.slice(Math.max(0, at.line - 2), at.line).some((l) => l.includes('short list'));
}

/** Problems of one file of the build, as lines. */
export function chunk(file) {
  const text = readFileSync(file, 'utf8');
  const map = mapOf(file);
  return inspect(text)
    .map((p) => ({ ...p, at: place(file, text, p.pos, map) }))
    .filter((p) => p.rule !== 'sort' || !marked(p.at))
    .map((p) => `${p.at.file}:${p.at.line}:${p.at.column} ${p.rule} ${p.message}`);
}

/** The TypeScript files of some folders, {path: text}. */
function read(folders) {
  const out = {};
  for (const dir of folders.filter((d) => existsSync(d)))
    for (const f of readdirSync(dir, { recursive: true })) {
      if (!/\.(ts|mjs)$/.test(f) || f.endsWith('.d.ts')) continue;
      const file = path.posix.join(dir, f.split(path.sep).join('/'));
      out[file] = readFileSync(file, 'utf8');
    }
  return out;
}

function sources() {
  const all = read(['hal', 'boards', 'firmware', 'bench', 'tools']);
  // Texts of the key table go to a data file as UTF-8.
  const engine = Object.keys(all).filter(
    (f) => /^(hal|boards|firmware)\//.test(f) && f !== 'firmware/core/keys.ts',
  );
  const found = [...layers(all), ...lintAll(), ...engine.flatMap((f) => ascii(f, all[f]))];
  return found.map((p) => `${p.file}:${p.line}:1 ${p.rule} ${p.message}`);
}

/** Sizes of all files, and the large functions of the main chunk. */
function report(main, files) {
  const text = readFileSync(main, 'utf8');
  const map = mapOf(main);
  const bytes = (f) => readFileSync(f).length;
  const total = [main, ...files].reduce((sum, f) => sum + bytes(f), 0);
  const out = [`${main} ${bytes(main)} bytes, of ${BUDGET}; with ${files.length} further files ${total}`];
  for (const f of large(text)) {
    const at = place(main, text, f.pos, map);
    out.push(`  function of ${f.size} bytes, more than ${FUNCTION}: ${at.file}:${at.line}`);
  }
  return out;
}

function run(main) {
  const dir = main.replace(/\.js$/, '');
  const files = existsSync(dir)
    ? readdirSync(dir)
        .sort()
        .map((f) => path.join(dir, f))
    : [];
  const bad = [main, ...files.filter((f) => mapOf(f))].flatMap(chunk).concat(sources());
  for (const p of grown(readFileSync(main).length)) bad.push(`${main}:1:1 ${p.rule} ${p.message}`);
  process.stdout.write(report(main, files).join('\n') + '\n');
  if (!bad.length) return;
  process.stderr.write([...new Set(bad)].join('\n') + '\n');
  process.exitCode = 1;
}

if (process.argv[1]?.endsWith('check.mjs')) {
  const main = process.argv[2] ?? `dist/${process.env.BOARD || 'reference'}.js`;
  if (existsSync(main)) run(main);
  else {
    process.stderr.write(`${main}: no such file; npm run build writes it\n`);
    process.exitCode = 1;
  }
}
