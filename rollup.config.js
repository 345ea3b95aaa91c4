// BOARD=name: dist/name.js from firmware/main.ts and boards/name.ts, and every firmware/**/*.part.ts as a file of its own
// in dist/name/; beside them what chooses the bundle at boot. tools/build.mjs runs this; so does `rollup -c`.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import replace from '@rollup/plugin-replace';
import MagicString from 'magic-string';
import { minify } from 'terser';
import { ENTITIES_FILE, packEntities, readEntities } from './tools/entities.mjs';
import { FAULTS_FILE, packFaults, readFaults } from './tools/faults.mjs';
import { inline } from './tools/inline.mjs';
import { keysFile } from './tools/keys.mjs';
import { SHARED } from './tools/layers.mjs';
import { isFunction, parse, walk } from './tools/scope.mjs';
import { messages, packMessages } from './tools/messages.mjs';
import { PAGE_FILE, page, zip } from './tools/page.mjs';
import ts from './tools/typescript.mjs';

/** As a module it would import the compiler as one (tools/typescript.mjs). */
const typescript = createRequire(import.meta.url)('@rollup/plugin-typescript');

export const ROOT = path.dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

const KEYS_FILE = 'firmware/core/keys.ts';
const OLD_FILE = 'firmware/http/v1.ts';
const MESSAGES_FILE = 'firmware/ocpp/messages.ts';
const PAGE = 'firmware/page';

/** Constants that sources may use without importing them. */
const CONSTANTS = () => ({ VERSION: version, DEBUG: process.env.DEBUG === '1' });

const texts = (o) => Object.fromEntries(Object.entries(o).map(([name, v]) => [name, JSON.stringify(v)]));

/**
 * TypeScript that watches no files. The plugin lets it, and closes the watchers only of a program that came to be: after a
 * failed start they would compile again when a file changes or the tree is removed, with nobody to hear of the error.
 */
const unwatched = { ...ts, sys: { ...ts.sys, watchFile: undefined, watchDirectory: undefined } };

/** Compilers by what they have read: chunks and boards share them. */
const compilers = new Map();

/**
 * As tsconfig.json has it, but `??` stays: the engine knows it, and the lowered form is longer and slower. Types are
 * checked by `tsc -p .`.
 */
function compiler(root) {
  const all = ['firmware', 'hal', 'boards']
    .filter((dir) => existsSync(path.join(root, dir)))
    .flatMap((dir) =>
      readdirSync(path.join(root, dir), { recursive: true }).map((f) => path.join(root, dir, f)),
    )
    .filter((file) => file.endsWith('.ts'));
  const key = JSON.stringify(all.map((file) => [file, readFileSync(file, 'utf8')]));
  if (!compilers.has(key)) {
    const { buildStart, ...own } = typescript({
      typescript: unwatched,
      tsconfig: path.join(root, 'tsconfig.json'),
      compilerOptions: {
        target: 'ES2020',
        module: 'ESNext',
        noCheck: true,
        noEmitOnError: true,
        composite: false,
        emitDeclarationOnly: false,
        sourceMap: true,
      },
    });
    // It compiles all that tsconfig.json names when it starts; a second start would do so again.
    let done = false;
    let bad;
    const begin = (context, options) => {
      if (!done)
        try {
          done = true;
          buildStart.call(context, options);
        } catch (e) {
          bad = e;
        } finally {
          own.closeWatcher();
        }
      if (bad) throw bad;
    };
    compilers.set(key, { ...own, begin });
  }
  return compilers.get(key);
}

/** The compiler's output, with the board's own file for `@board`. */
function sources(own, root, board) {
  return {
    name: 'sources',
    buildStart(options) {
      own.begin(this, options);
    },
    resolveId(id, from) {
      return id === '@board' ? path.join(root, 'boards', `${board}.ts`) : own.resolveId.call(this, id, from);
    },
    /** Its map is relative to where the output would lie. */
    async load(id) {
      const out = await own.load.call(this, id);
      return out && { code: out.code, map: { ...JSON.parse(out.map), sources: [path.basename(id)] } };
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

/**
 * Parts besides: shorter forms of what decides and declares. Not the main chunk: what runs in every scan was measured as it
 * stands, and a branch not taken is read all the same.
 */
const SHORTER = {
  booleans: true,
  comparisons: true,
  conditionals: true,
  if_return: true,
  join_vars: true,
  sequences: true,
  side_effects: true,
};

/** `let` for `const`: the engine makes no difference that the compiler has not made before. */
const lets = () => ({
  name: 'lets',
  renderChunk(code) {
    const out = new MagicString(code);
    walk(parse(code, { sourceType: 'module' }), (n) => {
      if (n.type === 'VariableDeclaration' && n.kind === 'const')
        out.overwrite(n.start, n.start + 'const'.length, 'let');
    });
    return { code: out.toString(), map: out.generateMap({ hires: true }) };
  },
});

/** The engine takes a bare `return` at the end of a function for an error: something as long that does nothing. */
function ends(code) {
  let out = code;
  walk(parse(code, { sourceType: 'module' }), (n) => {
    const last = isFunction(n) && n.body.type === 'BlockStatement' && n.body.body[n.body.body.length - 1];
    if (last && last.type === 'ReturnStatement' && !last.argument)
      out = `${out.slice(0, last.start)}void 0${out.slice(last.start + 6)}`;
  });
  return out;
}

function shorten(part) {
  return {
    name: 'shorten',
    async renderChunk(code) {
      const { code: text, map } = await minify(code, {
        ecma: 2015,
        module: !part,
        toplevel: true,
        compress: part ? { ...COMPRESS, ...SHORTER } : COMPRESS,
        mangle: part ? {} : { properties: { regex: /^_/ } },
        format: { ascii_only: true },
        sourceMap: { asObject: true },
      });
      return { code: ends(text), map };
    },
  };
}

/** Functions that are called once go to where they are called; in the second round those that stood in another's way. */
const inlined = () => ({ name: 'inlined', renderChunk: (code) => inline(code) });

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

/** Data files by what they are made of: boards share them. */
const packed = new Map();

async function pack(root) {
  const file = (name) => path.join(root, name);
  const all = [
    ['keys', await keysFile(file(KEYS_FILE), file(OLD_FILE), CONSTANTS())],
    ['faults', packFaults(readFaults(file(FAULTS_FILE)))],
    ['messages', packMessages(messages(file(MESSAGES_FILE)))],
    ['entities', packEntities(readEntities(file(ENTITIES_FILE)))],
  ];
  const own = await page(file(PAGE));
  return own ? [...all, [PAGE_FILE, zip(own)]] : all;
}

/** The data files of the build. */
function data(root, board) {
  return {
    name: 'data',
    async generateBundle() {
      const file = (name) => path.join(root, name);
      if (!existsSync(file(KEYS_FILE))) return;
      const pages = existsSync(file(PAGE))
        ? readdirSync(file(PAGE)).map((name) => path.join(PAGE, name))
        : [];
      const from = [KEYS_FILE, OLD_FILE, FAULTS_FILE, MESSAGES_FILE, ENTITIES_FILE, ...pages];
      const key = JSON.stringify([root, ...from.map((name) => readFileSync(file(name), 'utf8'))]);
      if (!packed.has(key)) packed.set(key, pack(root));
      for (const [name, source] of await packed.get(key))
        this.emitFile({ type: 'asset', fileName: `${board}/${name}`, source });
    },
  };
}

/** Warnings are errors, once the other plugins have had their turn: thrown earlier they would leave files open. */
function strict() {
  let bad;
  const end = {
    sequential: true,
    order: 'post',
    handler() {
      if (bad) this.error(bad);
    },
  };
  return {
    name: 'strict',
    onLog(level, log) {
      // What chooses the bundle at boot starts it by eval.
      if (level !== 'warn' || log.code === 'EMPTY_BUNDLE' || log.code === 'EVAL')
        return level === 'warn' ? false : undefined;
      const circle =
        log.code === 'CIRCULAR_DEPENDENCY' &&
        `imports go in a circle: ${log.ids.map((i) => path.basename(i)).join(' > ')}`;
      bad ??= circle ? { ...log, message: circle } : log;
      return false;
    },
    buildEnd: end,
    generateBundle: end,
  };
}

/** Parts on call, by the name of their file. */
function parts(root) {
  const found = {};
  for (const file of readdirSync(path.join(root, 'firmware'), { recursive: true })) {
    if (!file.endsWith('.part.ts')) continue;
    const name = path.basename(file, '.part.ts');
    if (found[name] || ['keys', 'messages', 'faults', 'entities', 'main', 'sums'].includes(name))
      throw new Error(`two files for Storage are called ${name}`);
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
  const own = compiler(root);
  const chunk = (input, part, output) => ({
    input,
    plugins: [
      strict(),
      sources(own, root, board),
      replace({ preventAssignment: true, values: texts(CONSTANTS()) }),
      alone(root, part),
      ...(part ? [lets()] : [inlined(), inlined()]),
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
  const boot = path.join(root, 'firmware/boot.ts');
  const stub = chunk(boot, boot, {
    format: 'es',
    entryFileNames: `${board}/.bootcde`,
    sourcemapFileNames: `${board}.maps/.bootcde.map`,
  });
  return existsSync(boot) ? [main, stub, ...rest] : [main, ...rest];
}

export default function () {
  try {
    return chunks(process.env.BOARD || 'reference');
  } catch (e) {
    process.stderr.write(`${e.message}\n`);
    process.exit(1);
  }
}
