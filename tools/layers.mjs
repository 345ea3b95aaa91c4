// Who may import whom, read from the import lines of the sources.
import ts from './typescript.mjs';

/** Modules that parts on call may have a copy of: constants and functions without state. */
export const SHARED = [
  'firmware/core/charge',
  'firmware/core/faults',
  'firmware/core/json',
  'firmware/core/setting',
  'firmware/core/limits',
  'firmware/core/record',
  'firmware/core/walk',
  'firmware/http/query',
  'firmware/mqtt/packet',
  'firmware/net/connect',
  'firmware/ocpp/measurand',
  'firmware/ocpp/rows',
  'firmware/ocpp/state',
];

const slash = (p) => p.split('\\').join('/');

/** Layer of a file: a folder, or `main` and `console` for the files directly in firmware/. */
export function layer(file) {
  const m =
    /^(hal|boards|bench|test|tools)\//.exec(file) ?? /^firmware\/(core|net|ocpp|http|mqtt)\//.exec(file);
  if (m) return m[1];
  return /^firmware\/console[.\w]*$/.test(file) ? 'console' : 'main';
}

/** For each layer, what it may import, and what it may only import types of. A text is a layer or a file. */
const MAY = {
  hal: { all: ['hal'], types: [] },
  core: { all: ['core'], types: ['hal/types'] },
  net: { all: ['net', 'core'], types: ['hal/types'] },
  ocpp: { all: ['ocpp', 'core', 'firmware/net/connect'], types: ['hal/types', 'firmware/report.part'] },
  http: { all: ['http', 'core'], types: ['hal/types'] },
  mqtt: { all: ['mqtt', 'core', 'firmware/net/connect'], types: ['hal/types', 'firmware/http/set.part'] },
  console: {
    all: ['console', 'core'],
    types: ['hal/types', 'firmware/report.part', 'firmware/tell.part', 'firmware/http/web.part'],
  },
  boards: { all: ['hal'], types: [] },
  main: {
    all: ['main', 'core', 'net', 'ocpp', 'http', 'mqtt', 'console', 'hal', 'boards', '@board'],
    types: [],
  },
};

/** @typedef {{ to: string, type: boolean, line: number }} Import */

/** @returns {Import[]} */
export function imports(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  /** @type {Import[]} */
  const out = [];
  const add = (node, spec, type) =>
    out.push({ to: spec.text, type, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
  const visit = (n) => {
    if ((ts.isImportDeclaration(n) || ts.isExportDeclaration(n)) && n.moduleSpecifier) {
      const clause = n.importClause ?? n;
      const list = clause.namedBindings?.elements ?? clause.exportClause?.elements ?? [];
      const only = !clause.name && list.length > 0 && list.every((e) => e.isTypeOnly);
      add(n, n.moduleSpecifier, clause.isTypeOnly || only);
    }
    if (ts.isImportTypeNode(n)) add(n, n.argument.literal, true);
    if (
      ts.isCallExpression(n) &&
      n.expression.kind === ts.SyntaxKind.ImportKeyword &&
      ts.isStringLiteral(n.arguments[0])
    )
      add(n, n.arguments[0], false);
    ts.forEachChild(n, visit);
  };
  visit(source);
  return out;
}

/** Path from the root, without extension, that a relative specifier means. */
function target(file, to) {
  if (!to.startsWith('.')) return to;
  return slash(new URL(to, `file:///${file}`).pathname.slice(1));
}

function wrong(file, i, to) {
  const from = layer(file);
  if (from === 'test') return undefined;
  const into = to.includes('/') && to === target(file, i.to) && i.to.startsWith('.') ? layer(to) : to;
  if (from === 'bench' || from === 'tools')
    return /^(hal|boards|firmware)\//.test(to) ? `${from} imports nothing of ${to.split('/')[0]}` : undefined;
  if (/\.(ts|js|mjs)$/.test(to)) return 'import without the extension';
  const { all, types } = MAY[from];
  if (!all.includes(into) && !all.includes(to)) {
    if (!types.includes(to)) return `${from} must not import ${to}`;
    if (!i.type) return `${from} may import only types of ${to}`;
  }
  if (i.type) return undefined;
  if (/\.part$/.test(to)) return `a part on call is loaded with part(), not imported: ${to}`;
  if (/\.part\.ts$/.test(file) && !SHARED.includes(to)) return `a part on call imports only types: ${to}`;
  return to === 'firmware/core/keys' ? 'the key table is never bundled: import its types' : undefined;
}

/** Circles of imports that exist at run time, each named once. */
function circles(graph) {
  const out = [];
  const done = new Set();
  const visit = (file, path) => {
    const at = path.indexOf(file);
    if (at >= 0) return void out.push([...path.slice(at), file]);
    if (done.has(file)) return;
    for (const to of graph.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return out;
}

/**
 * Problems of a set of sources, {path from the root: text}.
 * @param {Record<string, string>} sources
 */
export function layers(sources) {
  const out = [];
  const graph = new Map();
  for (const [file, text] of Object.entries(sources)) {
    const name = file.replace(/\.ts$/, '');
    graph.set(name, []);
    for (const i of imports(file, text)) {
      const to = target(file, i.to);
      const message = wrong(file, i, to);
      if (message) out.push({ file, line: i.line, rule: 'layer', message });
      if (!i.type && i.to.startsWith('.')) graph.get(name).push(to);
    }
  }
  for (const circle of circles(graph))
    out.push({
      file: circle[0] + '.ts',
      line: 1,
      rule: 'circle',
      message: `imports go in a circle: ${circle.join(' > ')}`,
    });
  return out;
}

/** Raw characters outside ASCII in texts of the firmware: the engine would see their Latin-1 byte, not UTF-8. */
export function ascii(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const out = [];
  const visit = (n) => {
    const isText = ts.isStringLiteralLike(n) || ts.isTemplateHead(n) || ts.isTemplateMiddleOrTemplateTail(n);
    if (isText && /[^\0-\x7f]/.test(n.getText()))
      out.push({
        file,
        line: source.getLineAndCharacterOfPosition(n.getStart()).line + 1,
        rule: 'ascii',
        message: 'text outside ASCII: write its UTF-8 bytes as \\x..',
      });
    ts.forEachChild(n, visit);
  };
  visit(source);
  return out;
}
