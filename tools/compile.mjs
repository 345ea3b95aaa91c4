// The tests, the bench and the sources below them as JavaScript in dist/test: compiled once, in half a second, instead of by
// every process that runs some of them. `npm test` runs these; mocha by itself compiles as it goes (.mocharc.json).
import { build } from 'esbuild';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = path.join(ROOT, 'dist/test');
/** Files besides the tests that somebody loads by their address. */
const DOORS = [
  'test/fake/restore.ts',
  'test/fake/slow.ts',
  'test/bench/stub.ts',
  'bench/device.ts',
  'bench/assembly.ts',
  'bench/measure/assembly.ts',
];
/** Tables whose functions are read as text: with others in one file names in them might change. */
const TABLES = ['firmware/core/keys.ts', 'firmware/http/v1.ts'];

/** Where a source file is when it is compiled. */
export const compiled = (file) =>
  path.join(OUT, path.relative(ROOT, path.resolve(file)).replace(/ts$/, 'js'));

/** A source in which addresses mean what they mean where it stands. */
function placed(file) {
  const address = (f) => JSON.stringify(pathToFileURL(f).href);
  const text = readFileSync(file, 'utf8')
    // The door of the device's thread only registers a compiler.
    .replace(`'./device.mjs', import.meta.url`, `'./device.ts', import.meta.url`)
    .replace(/'([^']+\.ts)', import\.meta\.url/g, (_, to) =>
      address(compiled(path.resolve(path.dirname(file), to))),
    )
    .replaceAll('import.meta.url', address(file));
  // The engine's `require` is a global, not one for modules that a bundler knows.
  return /[\\/](firmware|hal)[\\/]/.test(file) ? text.replace(/\brequire\(/g, 'globalThis.require(') : text;
}

/**
 * Compiles the test files and all that they import.
 * @returns {Promise<(file: string) => Set<string>>} what a file reaches by imports: paths of sources and names of packages
 */
export async function compile(files) {
  rmSync(OUT, { recursive: true, force: true });
  const common = { absWorkingDir: ROOT, outbase: ROOT, outdir: OUT, format: 'esm', target: 'node20' };
  await build({ ...common, entryPoints: TABLES, logLevel: 'error' });
  const { metafile } = await build({
    ...common,
    metafile: true,
    entryPoints: [...files, ...DOORS],
    bundle: true,
    splitting: true,
    platform: 'node',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
    alias: { '@board': './boards/reference.ts' },
    plugins: [
      {
        name: 'places',
        setup({ onLoad, onResolve }) {
          onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path: file }) => ({
            loader: 'ts',
            contents: placed(file),
          }));
          onResolve({ filter: /\/(keys|v1)$/ }, ({ path: to, resolveDir }) => {
            const file = path.resolve(resolveDir, `${to}.ts`);
            const table = TABLES.some((t) => path.resolve(ROOT, t) === file);
            return table ? { path: pathToFileURL(compiled(file)).href, external: true } : undefined;
          });
          // JavaScript stays where it is.
          onResolve({ filter: /^\..*\.m?js$/ }, ({ path: to, resolveDir }) => ({
            path: pathToFileURL(path.resolve(resolveDir, to)).href,
            external: true,
          }));
        },
      },
    ],
  });
  return (file) => reached(metafile.outputs, path.relative(ROOT, compiled(file)));
}

function reached(outputs, first) {
  const all = new Set();
  const chunks = new Set([first]);
  for (const chunk of chunks) {
    const { inputs = {}, imports = [] } = outputs[chunk] ?? {};
    for (const source of Object.keys(inputs)) all.add(source.replace(/^.*:/, ''));
    for (const { path: to, external } of imports)
      if (!external) chunks.add(to);
      else all.add(to.startsWith('file:') ? path.relative(ROOT, fileURLToPath(to)) : to);
  }
  return all;
}
