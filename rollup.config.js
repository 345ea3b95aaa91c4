// BOARD=name: dist/name.js from firmware/main.ts and boards/name.ts, and every firmware/**/*.part.ts as a file of its own
// in dist/name/. tools/build.mjs runs this; so does `rollup -c`.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';
import ts from 'typescript';
import { keysFile } from './tools/keys.mjs';
import { SHARED } from './tools/layers.mjs';

export const ROOT = path.dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/** Constants that sources may use without importing them. */
const CONSTANTS = () => ({ VERSION: version, DEBUG: process.env.DEBUG === '1' });

/** As tsconfig.json has it, but `??` stays: the engine knows it, and the lowered form is longer and slower. */
const OPTIONS = {
  target: ts.ScriptTarget.ES2020,
  module: ts.ModuleKind.ESNext,
  useDefineForClassFields: false,
  isolatedModules: true,
  sourceMap: true,
};

/** TypeScript to JavaScript, module by module; types are checked by `tsc -p .`. */
function typescript(root, board) {
  return {
    name: 'typescript',
    resolveId(to, from) {
      if (to === '@board') return path.join(root, 'boards', `${board}.ts`);
      return from && to.startsWith('.') ? path.resolve(path.dirname(from), `${to}.ts`) : null;
    },
    transform(code, id) {
      const out = ts.transpileModule(code, {
        fileName: id,
        compilerOptions: OPTIONS,
        reportDiagnostics: true,
      });
      const bad = out.diagnostics?.[0];
      if (bad) this.error(ts.flattenDiagnosticMessageText(bad.messageText, '\n'), bad.start);
      const text = out.outputText.replace(/\n\/\/# sourceMappingURL=.*/, '');
      const used = Object.entries(CONSTANTS()).filter(([name]) => new RegExp(`\\b${name}\\b`).test(text));
      // In front of the first line, so that the map's lines stay right.
      const head = used.map(([name, value]) => `const ${name}=${JSON.stringify(value)};`).join('');
      return { code: head + text, map: JSON.parse(out.sourceMapText) };
    },
  };
}

/**
 * Mangles names, drops dead code and puts constants in their place, nothing else: terser's defaults put code above its
 * `var` and functions into hot functions. In the main chunk private members are shortened too; between the files nothing
 * may be.
 */
const COMPRESS = {
  defaults: false,
  dead_code: true,
  unused: true,
  evaluate: true,
  reduce_vars: true,
  reduce_funcs: false,
  toplevel: true,
};

function shorten(part) {
  return {
    name: 'shorten',
    async renderChunk(code) {
      const { code: text, map } = await minify(code, {
        ecma: 2015,
        module: !part,
        toplevel: true,
        compress: COMPRESS,
        mangle: part ? {} : { properties: { regex: /^_/ } },
        format: { ascii_only: true },
        sourceMap: { asObject: true },
      });
      return { code: text, map };
    },
  };
}

/** Which modules may meet in a chunk. */
function alone(root, part) {
  const short = (id) => path.relative(root, id).replace(/\.ts$/, '').split(path.sep).join('/');
  return {
    name: 'alone',
    generateBundle(_options, bundle) {
      for (const id of Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {}))) {
        const name = short(id);
        if (part ? id !== part && !SHARED.includes(name) : name.endsWith('.part'))
          this.error(
            part
              ? `${short(part)}: a part imports only types, not ${name}`
              : `${name} is a part, load it with part()`,
          );
        if (name === 'firmware/core/keys')
          this.error('firmware/core/keys is never bundled: import its types');
      }
    },
  };
}

/** The data files of the build. */
function data(root, board) {
  return {
    name: 'data',
    async generateBundle() {
      const file = path.join(root, 'firmware/core/keys.ts');
      if (!existsSync(file)) return;
      const source = await keysFile(file, CONSTANTS());
      this.emitFile({ type: 'asset', fileName: `${board}/keys`, source });
    },
  };
}

function onwarn(w) {
  const circle =
    w.code === 'CIRCULAR_DEPENDENCY'
      ? `imports go in a circle: ${w.ids.map((i) => path.basename(i)).join(' > ')}`
      : '';
  if (w.code !== 'EMPTY_BUNDLE') throw new Error(circle || w.message);
}

/** Parts on call, by the name of their file. */
function parts(root) {
  const found = {};
  for (const file of readdirSync(path.join(root, 'firmware'), { recursive: true })) {
    if (!file.endsWith('.part.ts')) continue;
    const name = path.basename(file, '.part.ts');
    if (found[name] || name === 'keys') throw new Error(`two files for Storage are called ${name}`);
    found[name] = path.join(root, 'firmware', file);
  }
  return found;
}

/** Rollup's options for each chunk of a board. */
export function chunks(board, root = ROOT) {
  const boards = readdirSync(path.join(root, 'boards'))
    .filter((f) => f.endsWith('.ts'))
    .map((f) => f.slice(0, -3));
  if (!boards.includes(board)) throw new Error(`unknown board "${board}"; there is ${boards.join(', ')}`);
  const chunk = (input, part, output) => ({
    input,
    onwarn,
    plugins: [
      typescript(root, board),
      alone(root, part),
      shorten(part),
      ...(part ? [] : [data(root, board)]),
    ],
    output: {
      dir: path.join(root, 'dist'),
      sourcemap: 'hidden',
      generatedCode: { preset: 'es2015', symbols: false },
      strict: false,
      ...output,
    },
  });
  const main = chunk(path.join(root, 'firmware/main.ts'), undefined, {
    format: 'es',
    entryFileNames: `${board}.js`,
    sourcemapFileNames: `${board}.js.map`,
  });
  const rest = Object.entries(parts(root)).map(([name, file]) =>
    chunk(file, file, {
      format: 'cjs',
      exports: 'named',
      esModule: false,
      entryFileNames: `${board}/${name}`,
      sourcemapFileNames: `${board}.maps/${name}.map`,
    }),
  );
  return [main, ...rest];
}

export default function () {
  try {
    return chunks(process.env.BOARD || 'reference');
  } catch (e) {
    process.stderr.write(`${e.message}\n`);
    process.exit(1);
  }
}
