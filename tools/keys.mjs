// The key table at build time: reads firmware/core/keys.ts, checks and shortens the functions of its rows, packs it.
import { readFileSync } from 'node:fs';
import { minify } from 'terser';
import ts from './typescript.mjs';
import { evaluate } from './evaluate.mjs';
import { inspect } from './gate.mjs';
import { GLOBALS } from './globals.mjs';
import { pack } from './pack.mjs';
import { analyse, parse } from './scope.mjs';

/** Fields of a row, in the order in which they are packed and printed. */
export const FIELDS = ['t', 'f', 'lo', 'hi', 'def', 'unit', 'ocpp', 'get', 'set'];
const FUNCTIONS = ['get', 'set'];
/** Parameters of get and set; an unused one may have an underscore in front. */
const PARAMETERS = ['c', 'v', 'n'];

/** @typedef {{ name: string, section: string, doc: string, line: number, [field: string]: any }} Row */

function literal(source) {
  for (const s of source.statements) {
    const d = ts.isVariableStatement(s)
      ? s.declarationList.declarations.find((x) => x.name.getText() === 'KEYS')
      : undefined;
    let e = d?.initializer;
    while (e && !ts.isObjectLiteralExpression(e)) e = e.expression;
    if (e) return e;
  }
  throw new Error(`${source.fileName}: no KEYS`);
}

/** Comments in front of a row: its own, and the title of the section that it opens. */
function comments(source, node) {
  const ranges = ts.getLeadingCommentRanges(source.text, node.pos) ?? [];
  const texts = ranges.map((r) => source.text.slice(r.pos, r.end));
  const doc = texts.findLast((t) => t.startsWith('/**')) ?? '';
  return {
    section: texts.find((t) => t.startsWith('// '))?.slice(3) ?? '',
    doc: doc
      .replace(/^\/\*\*|\*\/$/g, '')
      .replace(/\s*\n\s*\*\s*/g, ' ')
      .trim(),
  };
}

/**
 * Rows of the table with their comments; get and set as source text.
 * @returns {Row[]}
 */
export function readTable(file = 'firmware/core/keys.ts', text = readFileSync(file, 'utf8')) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const values = evaluate(file, text).KEYS;
  return literal(source).properties.map((p) => {
    const name = p.name.text;
    const line = source.getLineAndCharacterOfPosition(p.getStart()).line + 1;
    const row = { name, line, ...comments(source, p) };
    for (const field of Object.keys(values[name])) {
      if (!FIELDS.includes(field)) throw new Error(`${file}:${line} ${name}: unknown field ${field}`);
      const v = values[name][field];
      row[field] = typeof v === 'function' ? v.toString() : JSON.parse(JSON.stringify(v));
    }
    return row;
  });
}

/** The arrow function of a row as syntax tree, or what is wrong with it. */
function arrow(text) {
  let fn;
  try {
    fn = parse(`(${text})`).body[0].expression;
  } catch {
    throw new Error('must be an arrow function');
  }
  if (fn.type !== 'ArrowFunctionExpression') throw new Error('must be an arrow function');
  if (!fn.expression) throw new Error('has a block body; an expression is needed');
  fn.params.forEach((p, i) => {
    if (p.name !== PARAMETERS[i] && p.name !== '_' + PARAMETERS[i])
      throw new Error('has other parameters than c, v and n');
  });
  return fn;
}

function checkNames(fn) {
  const top = analyse(fn).uses.filter((u) => u.name_ === undefined);
  const bad = top.find((u) => !GLOBALS.has(u.name) && u.name !== 'VERSION');
  if (bad) throw new Error(`uses ${bad.name}; only c, v, n and names of the engine are there at run time`);
  const used = analyse(fn).uses.find(
    (u) => u.name_?.kind === 'param' && u.name_.block === fn && /^_[cvn]$/.test(u.name),
  );
  if (used) throw new Error(`uses ${used.name}: call it ${used.name.slice(1)}`);
}

/** The expression of a row's function, shortened: text that is to be evaluated where c, v and n are known. */
export async function expression(text, defs = {}) {
  checkNames(arrow(text));
  const { code } = await minify('f=' + text, {
    ecma: 2015,
    compress: {
      defaults: false,
      evaluate: true,
      dead_code: true,
      unused: true,
      keep_fargs: true,
      global_defs: defs,
    },
    mangle: { reserved: [...PARAMETERS, ...PARAMETERS.map((p) => '_' + p)] },
    format: { ascii_only: true, semicolons: true },
  });
  const found = inspect(code.replace('f=', 'globalThis.f='), { part: true })[0];
  if (found) throw new Error(found.message);
  const body = parse(code).body[0].expression.right.body;
  const out = code.slice(body.start, body.end);
  return /^(Object|Sequence)Expression$/.test(body.type) ? `(${out})` : out;
}

/** Rows with get and set as shortened expressions. */
export async function compile(rows, file, defs) {
  const out = [];
  for (const row of rows) {
    const done = { ...row };
    for (const field of FUNCTIONS) {
      if (row[field] === undefined) continue;
      try {
        done[field] = await expression(row[field], defs);
      } catch (e) {
        throw new Error(`${file}:${row.line} ${row.name}.${field} ${e.message}`, { cause: e });
      }
    }
    out.push(done);
  }
  return out;
}

/** The data file `keys`. `old`: the file of API version 1, if there is one. */
export async function keysFile(file, old, defs) {
  const rows = await compile(readTable(file), file, defs);
  return pack(rows, old ? await compile(readTable(old), old, defs) : []);
}
