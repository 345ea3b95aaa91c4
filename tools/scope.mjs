// Names of a script: which scope declares them, who uses them where.
import * as acorn from 'acorn';

/** @typedef {{ node: any, fn: Scope, parent: Scope | undefined, names: Map<string, Name>, block: any }} Scope */
/** @typedef {{ name: string, kind: string, pos: number, scope: Scope, block: any, head: boolean, value: any }} Name */
/** @typedef {{ name: string, pos: number, scope: Scope, write: boolean, call: any, name_: Name | undefined }} Use */

/** Parses a script; import and export are parsed too, so that they can be refused with a position. */
export function parse(text, options = {}) {
  return acorn.parse(text, {
    ecmaVersion: 'latest',
    sourceType: 'script',
    allowImportExportEverywhere: true,
    allowReturnOutsideFunction: true,
    allowHashBang: true,
    locations: false,
    ...options,
  });
}

const isNode = (v) => v && typeof v.type === 'string';

/** The direct child nodes of a node. */
export function children(node) {
  const out = [];
  for (const key of Object.keys(node)) {
    const v = node[key];
    if (Array.isArray(v)) out.push(...v.filter(isNode));
    else if (isNode(v)) out.push(v);
  }
  return out;
}

/** Calls `visit(node, ancestors)` for every node, parents first. */
export function walk(node, visit, up = []) {
  visit(node, up);
  const below = [...up, node];
  for (const child of children(node)) walk(child, visit, below);
}

/** Names that a pattern binds. */
function bound(pattern, out = []) {
  if (!pattern) return out;
  if (pattern.type === 'Identifier') out.push(pattern);
  else if (pattern.type === 'Property') bound(pattern.value, out);
  else if (pattern.type === 'AssignmentPattern') bound(pattern.left, out);
  else if (pattern.type === 'RestElement') bound(pattern.argument, out);
  else if (pattern.properties) pattern.properties.forEach((p) => bound(p, out));
  else if (pattern.elements) pattern.elements.forEach((p) => bound(p, out));
  return out;
}

const FUNCTION = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/;
const LOOP = /^For(In|Of)?Statement$/;
export const isFunction = (node) => FUNCTION.test(node.type);

/** Scopes, names and their uses. A `var` belongs to its function, but `block` tells where it stands. */
export function analyse(ast) {
  /** @type {Use[]} */
  const uses = [];
  /** @returns {Scope} */
  const open = (node, parent, own) => {
    const scope = { node, fn: /** @type {any} */ (undefined), parent, names: new Map(), block: node };
    scope.fn = own || !parent ? scope : parent.fn;
    return scope;
  };
  const top = open(ast, undefined, true);
  const declare = (scope, id, kind, block, head, value) => {
    if (scope.names.has(id.name) && kind === 'var') return;
    scope.names.set(id.name, { name: id.name, kind, pos: id.start, scope, block, head, value });
  };
  const use = (id, scope, write, call) =>
    uses.push({ name: id.name, pos: id.start, scope, write, call, name_: undefined });

  /** Declares what stands directly in a list of statements. */
  function list(body, scope) {
    for (const s of body) {
      if (s.type === 'FunctionDeclaration') declare(scope, s.id, 'function', scope.node, false, s);
      if (s.type === 'ClassDeclaration') declare(scope, s.id, 'class', scope.node, false, s);
    }
    for (const s of body) visit(s, scope);
  }
  function enter(fn, scope) {
    const inner = open(fn, scope, true);
    if (fn.type === 'FunctionExpression' && fn.id) declare(inner, fn.id, 'self', fn, false, fn);
    for (const p of fn.params) for (const id of bound(p)) declare(inner, id, 'param', fn, false, undefined);
    for (const p of fn.params) targets(p, inner);
    if (fn.body.type === 'BlockStatement') list(fn.body.body, inner);
    else visit(fn.body, inner);
  }
  /** Default values and computed keys inside patterns are uses. */
  function targets(pattern, scope) {
    if (!pattern || pattern.type === 'Identifier') return;
    if (pattern.type === 'AssignmentPattern') {
      targets(pattern.left, scope);
      visit(pattern.right, scope);
    } else if (pattern.type === 'Property') {
      if (pattern.computed) visit(pattern.key, scope);
      targets(pattern.value, scope);
    } else if (pattern.type === 'MemberExpression') visit(pattern, scope);
    else children(pattern).forEach((p) => targets(p, scope));
  }
  function declaration(node, scope, head) {
    const home = node.kind === 'var' ? scope.fn : scope;
    for (const d of node.declarations) {
      if (d.init) visit(d.init, scope);
      for (const id of bound(d.id)) declare(home, id, node.kind, scope.node, head, d.init);
      targets(d.id, scope);
    }
  }
  function assign(node, scope) {
    for (const id of bound(node)) use(id, scope, true, undefined);
    if (node.type === 'MemberExpression') visit(node, scope);
    else targets(node, scope);
  }
  function visit(node, scope) {
    if (!node) return;
    if (isFunction(node)) return enter(node, scope);
    if (LOOP.test(node.type)) return loop(node, open(node, scope, false));
    switch (node.type) {
      case 'Identifier':
        return use(node, scope, false, undefined);
      case 'VariableDeclaration':
        return declaration(node, scope, false);
      case 'Program':
        return list(node.body, scope);
      case 'BlockStatement':
        return list(node.body, open(node, scope, false));
      case 'SwitchStatement': {
        visit(node.discriminant, scope);
        const inner = open(node, scope, false);
        for (const c of node.cases) {
          visit(c.test, inner);
          list(c.consequent, inner);
        }
        return;
      }
      case 'CatchClause': {
        const inner = open(node, scope, false);
        for (const id of bound(node.param)) declare(inner, id, 'param', node, false, undefined);
        return list(node.body.body, inner);
      }
      case 'ClassDeclaration':
      case 'ClassExpression': {
        visit(node.superClass, scope);
        const inner = open(node, scope, false);
        if (node.type === 'ClassExpression' && node.id) declare(inner, node.id, 'self', node, false, node);
        return node.body.body.forEach((m) => {
          if (m.computed) visit(m.key, inner);
          visit(m.type === 'StaticBlock' ? { type: 'BlockStatement', body: m.body } : m.value, inner);
        });
      }
      case 'AssignmentExpression':
        visit(node.right, scope);
        if (node.operator !== '=' && node.left.type === 'Identifier') use(node.left, scope, false, undefined);
        return assign(node.left, scope);
      case 'UpdateExpression':
        return assign(node.argument, scope);
      case 'CallExpression':
      case 'NewExpression':
        if (node.callee.type === 'Identifier') use(node.callee, scope, false, node);
        else visit(node.callee, scope);
        return node.arguments.forEach((a) => visit(a, scope));
      case 'MemberExpression':
        visit(node.object, scope);
        if (node.computed) visit(node.property, scope);
        return;
      case 'Property':
        if (node.computed) visit(node.key, scope);
        return visit(node.value, scope);
      case 'LabeledStatement':
        return visit(node.body, scope);
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
      case 'ImportDeclaration':
        return;
      case 'ExportSpecifier':
        return visit(node.local, scope);
      default:
        return children(node).forEach((n) => visit(n, scope));
    }
  }
  function loop(node, scope) {
    if (node.type === 'ForStatement') {
      if (node.init?.type === 'VariableDeclaration') declaration(node.init, scope, true);
      else visit(node.init, scope);
      visit(node.test, scope);
      visit(node.update, scope);
    } else {
      visit(node.right, scope);
      if (node.left.type === 'VariableDeclaration') declaration(node.left, scope, true);
      else assign(node.left, scope);
    }
    visit(node.body, scope);
  }
  visit(ast, top);
  for (const u of uses) {
    let s = u.scope;
    while (s && !s.names.has(u.name)) s = s.parent;
    u.name_ = s?.names.get(u.name);
  }
  return { top, uses };
}
