// Builds a board. `node tools/build.mjs` takes the name from BOARD, with `--all` there is no choice; the bench calls build().
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { packUpdate } from './update.mjs';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** What a build depends on. */
const INPUTS = ['firmware', 'hal', 'boards', 'tools', 'rollup.config.js', 'package.json'];

function files(at) {
  if (!existsSync(at)) return [];
  if (statSync(at).isFile()) return [at];
  return readdirSync(at, { recursive: true })
    .map((f) => path.join(at, f))
    .filter((f) => statSync(f).isFile())
    .sort();
}

/** Changes when anything changes that the result depends on. */
function stamp(root) {
  const hash = createHash('sha256').update(process.env.DEBUG ?? '');
  for (const dir of new Set([root, ROOT]))
    for (const file of INPUTS.flatMap((i) => files(path.join(dir, i))))
      hash.update(file + '\0').update(readFileSync(file));
  return hash.digest('hex');
}

/** Whole or not at all: another process may be reading. */
function put(dist, name, content) {
  const file = path.join(dist, name);
  mkdirSync(path.dirname(file), { recursive: true });
  const half = path.join(dist, `.${process.pid}.tmp`);
  writeFileSync(half, content);
  renameSync(half, file);
}

function clean(dist, board, kept) {
  for (const dir of [board, `${board}.maps`])
    for (const file of files(path.join(dist, dir))) if (!kept.has(file)) rmSync(file, { force: true });
}

/** The update file of what was built. */
function update(root, board, output) {
  const { version } = JSON.parse(
    readFileSync(
      path.join(existsSync(path.join(root, 'package.json')) ? root : ROOT, 'package.json'),
      'utf8',
    ),
  );
  const files = new Map();
  for (const [name, content] of output) {
    if (name === `${board}.js`) files.set('main', Buffer.from(content));
    else if (path.dirname(name) === board) files.set(path.basename(name), Buffer.from(content));
  }
  return packUpdate(board, version, files);
}

async function generate(options) {
  const { rollup } = await import('rollup');
  const bundle = await rollup(options);
  try {
    const { output } = await bundle.generate(options.output);
    return output.map((o) => [o.fileName, o.type === 'asset' ? o.source : o.code]);
  } finally {
    await bundle.close();
  }
}

/** Parts of a tree's build, which are the same for every board: made once a process. */
const made = new Map();

/** All of them, or the first failure, but not before the last one is over: whoever hears of it may remove the tree. */
async function settled(jobs) {
  const all = await Promise.allSettled(jobs);
  const failed = all.find((r) => r.status === 'rejected');
  if (failed) throw failed.reason;
  return all.map((r) => r.value);
}

async function parts(options, root, board, now) {
  const key = `${root} ${now}`;
  if (!made.has(key)) made.set(key, { board, output: settled(options.map(generate)) });
  const { board: first, output } = made.get(key);
  const own = (name) => name.replace(new RegExp(`^${first}(?=/|\\.maps/)`), board);
  return (await output).flat().map(([name, content]) => [own(name), content]);
}

/**
 * Builds `dist/<board>.js`, `dist/<board>/`, the update file `dist/<board>.pwu` of both, and the maps beside them; does nothing
 * when they are up to date.
 * @param {string} [board]
 * @param {string} [root] folder of firmware/, hal/ and boards/
 * @returns {Promise<{ main: string, dir: string, built: boolean }>}
 */
export async function build(board = 'reference', root = ROOT) {
  const dist = path.join(root, 'dist');
  const result = { main: path.join(dist, `${board}.js`), dir: path.join(dist, board), built: false };
  const mark = path.join(dist, `${board}.stamp`);
  const now = stamp(root);
  if (existsSync(mark) && existsSync(result.main) && readFileSync(mark, 'utf8') === now) return result;
  // Compiler and bundler take a second to load.
  const { chunks } = await import('../rollup.config.js');
  const options = chunks(board, root);
  const [main, ...rest] = options;
  const output = [...(await generate(main)), ...(await parts(rest, root, board, now))];
  for (const [name, content] of output) put(dist, name, content);
  put(dist, `${board}.pwu`, update(root, board, output));
  clean(dist, board, new Set(output.map(([name]) => path.join(dist, name))));
  put(dist, `${board}.stamp`, now);
  return { ...result, built: true };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const all = () => readdirSync(path.join(ROOT, 'boards')).filter((f) => f.endsWith('.ts'));
  const names = process.argv.includes('--all')
    ? all().map((f) => f.slice(0, -3))
    : [process.env.BOARD || 'reference'];
  // One after the other: they share what is made first.
  const work = async () => {
    for (const name of names) await build(name);
  };
  work().catch((e) => {
    const at = e.loc ? ` (${path.relative(ROOT, e.loc.file ?? e.id)}:${e.loc.line}:${e.loc.column + 1})` : '';
    process.stderr.write(`${e.message}${at}\n`);
    process.exit(1);
  });
}
