// What the engine does not understand, or understands otherwise without a word, refused in the output of the build.
import { GLOBALS } from './globals.mjs';
import { analyse, isFunction, parse, walk } from './scope.mjs';

/** Longest text literal, bytes: it is copied to memory whenever it is evaluated. Longer ones belong in a file. */
export const LITERAL = 300;
/** Size of a function in bytes from which it is listed. */
export const FUNCTION = 1200;
/** Size of the main chunk, bytes: what it needs and a tenth more, so that it grows because somebody wants it. */
export const BUDGET = 56000;

/** @typedef {{ rule: string, pos: number, message: string }} Problem */

const words = (text) => new Set(text.split(' '));
const RESERVED = words(
  'break case catch class const continue debugger default delete do else extends false finally for function if import in ' +
    'instanceof let new null return static super switch this throw true try typeof var void while with yield',
);
const METHODS = words(
  'codePointAt localeCompare matchAll normalize search trimStart trimEnd trimLeft trimRight toLocaleUpperCase ' +
    'toLocaleLowerCase toLocaleString toLocaleDateString toLocaleTimeString toDateString toTimeString toPrecision ' +
    'toExponential flat flatMap findLast findLastIndex reduceRight copyWithin toSorted toReversed toSpliced finally ' +
    'setUTCHours setUTCMinutes setUTCSeconds setUTCMilliseconds setUTCDate setUTCMonth setUTCFullYear getYear ' +
    'propertyIsEnumerable isPrototypeOf',
);
const STATIC = {
  Number: words(
    'isInteger isFinite isNaN isSafeInteger EPSILON parseInt parseFloat MAX_SAFE_INTEGER MIN_SAFE_INTEGER',
  ),
  Math: words('trunc hypot log2 log10 cbrt fround clz32 imul sinh cosh tanh asinh acosh atanh expm1 log1p'),
  Object: words('freeze seal is hasOwn groupBy isFrozen isSealed isExtensible preventExtensions'),
  Array: words('from of'),
  Date: words('UTC'),
  String: words('raw fromCodePoint'),
  Promise: words('race any allSettled'),
};
/** Node types that are absent as such. */
const ABSENT = {
  ArrayPattern: 'destructuring',
  ObjectPattern: 'destructuring',
  AssignmentPattern: 'default parameter',
  RestElement: 'rest parameter',
  SpreadElement: 'spread',
  ChainExpression: '?.',
  LabeledStatement: 'label',
  TaggedTemplateExpression: 'tagged template',
  YieldExpression: 'yield',
  AwaitExpression: 'await',
  StaticBlock: 'static block',
  PrivateIdentifier: '#private',
  MetaProperty: 'new.target or import.meta',
  ImportDeclaration: 'import',
  ImportExpression: 'import()',
  ExportNamedDeclaration: 'export',
  ExportDefaultDeclaration: 'export',
  ExportAllDeclaration: 'export',
  WithStatement: 'with',
};
const LOGICAL = words('||= &&= ??=');
const OPERATORS = { '**': '**', '**=': '**' };

function syntax(node, up, say) {
  const absent = ABSENT[node.type];
  if (absent) say('syntax', node, `${absent} is unknown to the engine`);
  if (node.operator in OPERATORS) say('syntax', node, '** is unknown to the engine');
  if (LOGICAL.has(node.operator)) say('syntax', node, `${node.operator} is unknown to the engine`);
  if (node.async || node.await) say('syntax', node, 'async is unknown to the engine');
  if (node.generator) say('syntax', node, 'generators are unknown to the engine');
  if (node.bigint) say('syntax', node, 'BigInt is unknown to the engine');
  if (node.type === 'Property' && node.computed) say('syntax', node, 'computed key');
  if (node.type === 'ArrayExpression' && node.elements.includes(null)) say('hole', node, 'array with a hole');
  if (node.type === 'SwitchStatement' && node.cases.slice(0, -1).some((c) => !c.test))
    say('default', node, 'case after default');
  if (node.operator === 'in' && node.type === 'BinaryExpression')
    say('in', node, '`in` finds names that every object has: use hasOwnProperty');
}

function classes(node, up, say, known) {
  if (node.type === 'Super') {
    const fn = up.findLast(isFunction);
    if (fn?.type === 'ArrowFunctionExpression') say('class', node, 'super inside an arrow function');
    const own = up.findLast((n) => n.superClass);
    if (up[up.length - 1].type === 'MemberExpression' && known.get(own?.superClass.name)?.superClass)
      say('class', node, 'super.x in the third generation calls itself for ever');
  }
  if (node.type === 'PropertyDefinition' && !(node.static && node.value))
    say('class', node, 'field in a class body: it belongs in the constructor');
  if (/^(PropertyDefinition|MethodDefinition)$/.test(node.type)) {
    const plain = !node.computed && node.key.type === 'Identifier' && !RESERVED.has(node.key.name);
    if (!plain && node.key.type !== 'PrivateIdentifier')
      say('class', node.key, 'member name that is computed, a text or a reserved word');
  }
  if (!/^Class(Declaration|Expression)$/.test(node.type)) return;
  if (
    up.some(
      (n) => isFunction(n) || /^(BlockStatement|IfStatement|ConditionalExpression|SwitchCase)$/.test(n.type),
    )
  )
    say('class', node, 'class below the top level: skipped code must not contain one');
  const parent = node.superClass;
  if (parent && parent.type !== 'Identifier') say('class', node, 'extends an expression');
  else if (parent && GLOBALS.has(parent.name))
    say('class', node, `extends ${parent.name}, whose state is then lost`);
}

const isText = (node) => node.type === 'Literal' && typeof node.value === 'string';

function texts(node, up, say) {
  const raw = isText(node) ? node.raw : node.type === 'TemplateElement' ? node.value.raw : undefined;
  if (raw !== undefined) {
    if (raw.length > LITERAL)
      say('literal', node, `text of ${raw.length} bytes: more than ${LITERAL} belong in a file`);
    if (raw.includes('\\u{')) say('text', node, '\\u{} is unknown to the engine');
    if (/\\\r?\n/.test(raw)) say('text', node, 'backslash at the end of a line');
    if ([...(node.value.cooked ?? node.value)].some((ch) => ch.codePointAt(0) > 255))
      say('text', node, 'character above 255: text is bytes, write the UTF-8 bytes');
  }
  if (node.type === 'TemplateElement' && raw.includes('\\$'))
    say('text', node, '\\${ in a template is misread');
  if (isText(node) && node.raw.includes('}') && up.some((n) => n.type === 'TemplateLiteral'))
    say('text', node, '} in a text inside a template ends it');
}

/**
 * Reliable: characters, bytes, classes, + and *, anchors, plain groups, alternatives outside of them (what follows a group of
 * alternatives matches the end of the text, too), without anchors under flag g. A slash ends the literal, in a class, too.
 */
function regex(node, up, say) {
  if (!node.regex) return;
  const { pattern, flags } = node.regex;
  const bare = pattern.replace(/\\[^\d\w]|\\[dDwWsSnrt]|\\x[0-9a-f]{2}/g, 'x').replace(/\[[^\]\\]*\]/g, 'x');
  const bad =
    /[^gi]/.test(flags) ||
    /[?{}\\]/.test(bare) ||
    /\([^)]*\|/.test(bare) ||
    (flags.includes('g') && bare.includes('|') && /[\^$]/.test(bare)) ||
    /^[*+]/.test(bare) ||
    /(^|[^\\])\//.test(pattern);
  if (bad)
    say('regex', node, `/${pattern}/${flags} is more than the engine's regular expressions do reliably`);
}

function members(node, up, say) {
  if (
    node.type === 'AssignmentExpression' &&
    node.left.type === 'MemberExpression' &&
    node.left.property.name === 'length'
  )
    if (!node.left.computed) say('name', node, 'length is read-only');
  if (node.type !== 'MemberExpression' || node.computed) return;
  const { object, property } = node;
  const name = property.name;
  const holder =
    object.type === 'Identifier' && STATIC.hasOwnProperty(object.name) ? STATIC[object.name] : undefined;
  if (holder?.has(name)) say('name', node, `${object.name}.${name} is absent`);
  const called = up[up.length - 1].callee === node;
  if (called && METHODS.has(name)) say('name', property, `method ${name} is absent`);
  if (called && name === 'sort')
    say('sort', property, 'sort is unstable and overflows the stack from 95 elements');
  if (
    object.type === 'MemberExpression' &&
    object.property.name === 'prototype' &&
    GLOBALS.has(object.object.name)
  )
    say('name', node, `${object.object.name}.prototype.${name} is undefined; [].slice.call works`);
}

function names(ast, uses, allow, say) {
  walk(ast, (node) => {
    if (node.type === 'Identifier' && node.name.length > 63)
      say('name', node, 'name of more than 63 letters');
  });
  for (const u of uses)
    if (!u.name_ && !GLOBALS.has(u.name) && !allow.includes(u.name))
      say('name', { start: u.pos }, `${u.name} is neither declared nor known to the engine`);
}

function order(uses, say) {
  for (const u of uses) {
    const d = u.name_;
    if (!d || d.kind === 'param' || d.kind === 'self') continue;
    const at = { start: u.pos };
    if (u.scope.fn === d.scope.fn && u.pos < d.pos)
      say(
        'order',
        at,
        `${u.name} is ${u.write ? 'assigned' : 'used'} above its declaration: nothing is hoisted`,
      );
    else if (d.kind === 'var' && d.block !== d.scope.node && (u.pos < d.block.start || u.pos > d.block.end))
      say('order', at, `var ${u.name} is used outside of the block that declares it`);
    if (d.head && d.kind !== 'var' && u.scope.fn !== d.scope.fn)
      say('loop', at, `closure over the loop variable ${u.name}: it sees the last value`);
  }
}

/** The function that a call of this name runs. */
function body(name) {
  const v = name?.value;
  if (!v) return undefined;
  if (isFunction(v)) return v;
  return v.body?.type === 'ClassBody' ? v.body.body.find((m) => m.kind === 'constructor')?.value : undefined;
}

/** Calls made while the script is still being read, of functions that need names further down. */
function early({ top, uses }, say) {
  const inside = new Map();
  for (const u of uses) {
    const fn = u.scope.fn.node;
    if (!inside.has(fn)) inside.set(fn, []);
    inside.get(fn).push(u);
  }
  const check = (call, fn, seen) => {
    if (!fn || seen.has(fn)) return;
    seen.add(fn);
    for (const u of inside.get(fn) ?? []) {
      const d = u.name_;
      if (d?.scope.fn === top && d.pos > call.pos)
        say(
          'order',
          { start: call.pos },
          `${call.name}() runs here and needs ${u.name}, which is declared below`,
        );
      if (u.call) check(call, body(d), seen);
    }
  };
  for (const u of uses) if (u.scope.fn === top && u.call) check(u, body(u.name_), new Set());
}

/** A bare `return` goes on to the next line; ++ binds to the line above; x++/2 is read as a regular expression. */
function lines(text, ast, tokens, say) {
  walk(ast, (node) => {
    // The text of a function ends before its brace: the engine then looks for a value behind the return, and throws.
    const last = isFunction(node) && node.body.type === 'BlockStatement' && node.body.body.at(-1);
    if (last && /^return\s*}/.test(text.slice(last.start)))
      say('line', last, 'a function that ends in a bare return cannot be run');
    if (node.type === 'ReturnStatement' && !node.argument && !/^return\s*[;}]/.test(text.slice(node.start)))
      say('line', node, 'return without ; takes what follows');
  });
  tokens.forEach((t, i) => {
    if (t.type.label !== '++/--') return;
    const prev = tokens[i - 1];
    if (tokens[i + 1]?.type.label === '/')
      say('line', { start: t.start }, '++ before / begins a regular expression');
    if (prev && /\n/.test(text.slice(prev.end, t.start)))
      say('line', { start: t.start }, '++ at the start of a line belongs to the line above');
  });
  for (const m of text.matchAll(/[^\t\n\r\x20-\x7e]/gu)) {
    say('ascii', { start: m.index }, 'character outside ASCII');
    break;
  }
}

/**
 * Problems of a chunk. `names`: further names that are there.
 * @param {string} text
 * @param {{ names?: string[] }} o
 * @returns {Problem[]}
 */
export function inspect(text, { names: allow = [] } = {}) {
  /** @type {Problem[]} */
  const out = [];
  const say = (rule, node, message) => out.push({ rule, pos: node.start, message });
  const tokens = [];
  let ast;
  try {
    ast = parse(text, { onToken: tokens });
  } catch (e) {
    return [{ rule: 'syntax', pos: e.pos ?? 0, message: e.message }];
  }
  const found = analyse(ast);
  const known = new Map();
  walk(ast, (n) => {
    if (n.id && n.body?.type === 'ClassBody') known.set(n.id.name, n);
    if (n.type === 'VariableDeclarator' && n.init?.type === 'ClassExpression') known.set(n.id.name, n.init);
  });
  walk(ast, (node, up) => {
    for (const rule of [syntax, classes, texts, regex, members]) rule(node, up, say, known);
  });
  names(ast, found.uses, allow, say);
  order(found.uses, say);
  early(found, say);
  lines(text, ast, tokens, say);
  return out.sort((a, b) => a.pos - b.pos);
}

/** Functions above FUNCTION bytes, the largest first. */
export function large(text, limit = FUNCTION) {
  const out = [];
  walk(parse(text), (n) => {
    if (isFunction(n) && n.end - n.start > limit) out.push({ pos: n.start, size: n.end - n.start });
  });
  return out.sort((a, b) => b.size - a.size);
}

/** A main chunk that has grown over its budget. @returns {Problem[]} */
export const grown = (bytes) =>
  bytes > BUDGET ? [{ rule: 'size', pos: 0, message: `${bytes} bytes, more than ${BUDGET}` }] : [];
