// Puts functions that are called in one place only into that place. The engine charges four variables and a name for a
// function, more for its parameters, and some 20 k instructions for a call; sources stay as they are read best.
//
// Only what means the same is touched: top-level functions, and private methods called as `this._name()`, used once, without
// `var`, closures and returns that are not in tail position, whose names mean the same where the call stands. A call as a
// statement becomes a block; so does one whose value is stored or returned. A call as a value becomes an expression where
// the function is one. What stands behind a condition is skipped token by
// token by the engine when the condition does not hold: there only short functions go in, and none whose comment ends in
// `@apart`, which is meant for what is rare within what is often.
import { parse } from 'acorn';
import { ancestor, full, simple } from 'acorn-walk';
import MagicString from 'magic-string';

/** Tokens of a function that may go behind a condition, about: the engine skips one in some 0.4 k instructions. */
const SHORT = 210;
/** The same for a method, and for one whose value is needed: those are most often the ways of a function that is called often. */
const BRIEF = 80;
/** Tokens of a function with all that goes into it: the gate limits the bytes. */
const LONG = 520;

const LOOPS = new Set([
  'ForStatement',
  'ForOfStatement',
  'ForInStatement',
  'WhileStatement',
  'DoWhileStatement',
]);
const isFunction = (n) => /Function/.test(n.type);

/** Children of a node in the order of the text. */
function children(node) {
  const found = [];
  for (const key of Object.keys(node)) {
    const v = node[key];
    for (const c of Array.isArray(v) ? v : [v]) if (c && typeof c.type === 'string') found.push(c);
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Names that a pattern declares. */
function bound(pattern, into) {
  if (!pattern || pattern.type === 'MemberExpression') return;
  if (pattern.type === 'Identifier') into.add(pattern.name);
  else for (const c of children(pattern)) bound(c.type === 'Property' ? c.value : c, into);
}

/** Everything declared at any depth of a function, its parameters included. */
function declared(fn) {
  const names = new Set();
  for (const p of fn.params) bound(p, names);
  full(fn.body, (n) => {
    if (n.type === 'VariableDeclarator') bound(n.id, names);
    if (isFunction(n)) {
      if (n.id) names.add(n.id.name);
      for (const p of n.params) bound(p, names);
    }
    if (n.type === 'CatchClause') bound(n.param, names);
    if (n.type === 'ClassDeclaration') names.add(n.id.name);
  });
  return names;
}

/** Identifiers that are read or written, by name, with their nodes. */
function used(node) {
  const names = new Map();
  const note = (n) => names.set(n.name, [...(names.get(n.name) ?? []), n]);
  simple(node, {
    Identifier: note,
    AssignmentExpression: (n) => n.left.type === 'Identifier' && note(n.left),
    ForOfStatement: (n) => n.left.type === 'Identifier' && note(n.left),
  });
  return names;
}

/** Names that a node declares for what stands in it. */
function scope(node) {
  const names = new Set();
  const take = (n) => {
    if (n?.type === 'VariableDeclaration') for (const d of n.declarations) bound(d.id, names);
    else if (n?.id && /Declaration$/.test(n.type)) names.add(n.id.name);
  };
  if (Array.isArray(node.body)) node.body.forEach(take);
  if (LOOPS.has(node.type)) [node.init, node.left].forEach(take);
  if (node.type === 'CatchClause') bound(node.param, names);
  if (isFunction(node)) node.params.forEach((p) => bound(p, names));
  return names;
}

/** How often each name of the module itself is used. */
function counts(ast) {
  const scopes = new Map();
  const found = new Map();
  const own = (n, name) => {
    if (!scopes.has(n)) scopes.set(n, scope(n));
    return scopes.get(n).has(name);
  };
  const note = (n, _state, above) => {
    if (!above.slice(1).some((up) => up !== n && own(up, n.name)))
      found.set(n.name, (found.get(n.name) ?? 0) + 1);
  };
  ancestor(ast, { Identifier: note });
  return found;
}

/** Names that something assigns to. */
function assigned(node) {
  const names = new Set();
  simple(node, {
    AssignmentExpression: (n) => bound(n.left, names),
    UpdateExpression: (n) => n.argument.type === 'Identifier' && names.add(n.argument.name),
    ForOfStatement: (n) => n.left.type !== 'VariableDeclaration' && bound(n.left, names),
  });
  return names;
}

const has = (node, test) => {
  let found = false;
  full(node, (n) => (found ||= test(n)));
  return found;
};
/** 1 = it returns, what stands in functions of its own left out. */
function returns(node) {
  return node.type === 'ReturnStatement' || (!isFunction(node) && children(node).some(returns));
}

/**
 * Edits that turn a list of statements with returns in tail position into one without; false = there are others. `to`: what
 * the value is stored in, '' = nothing.
 */
function tails(list, end, edits, to) {
  for (let i = 0; i < list.length; i++) {
    const s = list[i];
    if (!returns(s)) continue;
    const last = i === list.length - 1;
    if (last) return tail(s, edits, to);
    if (s.type !== 'IfStatement' || s.alternate || !leaves(s.consequent)) return false;
    if (!tail(s.consequent, edits, to)) return false;
    edits.push((t) => t.appendLeft(s.end, ' else {').appendRight(end, '}'));
    return tails(list.slice(i + 1), end, edits, to);
  }
  return true;
}

/** A statement behind which nothing runs. */
function leaves(s) {
  if (s.type === 'BlockStatement') return s.body.length > 0 && leaves(s.body[s.body.length - 1]);
  if (s.type === 'IfStatement') return !!s.alternate && leaves(s.consequent) && leaves(s.alternate);
  return s.type === 'ReturnStatement';
}

function tail(s, edits, to) {
  if (s.type === 'ReturnStatement') {
    if (s.argument && to) edits.push((t) => t.overwrite(s.start, s.start + 6, `${to} =`));
    else if (s.argument) edits.push((t) => t.remove(s.start, s.argument.start));
    else edits.push((t) => t.overwrite(s.start, s.end, '{}'));
    return true;
  }
  if (s.type === 'BlockStatement') return tails(s.body, s.end - 1, edits, to);
  if (s.type !== 'IfStatement') return !returns(s);
  // `if (a) return; else …` keeps its form; an `else` needs something before it.
  return tail(s.consequent, edits, to) && (!s.alternate || tail(s.alternate, edits, to));
}

/** Reading it twice, or a little later, gives the same. */
const plain = (n) => n.type === 'Identifier' || n.type === 'Literal';

/** What stands around each call by name: its ancestors, the call last. */
function calls(ast) {
  const found = new Map();
  const walk = (node, above) => {
    const line = [...above, node];
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier')
      if (!line.slice(1).some((n) => scope(n).has(node.callee.name))) found.set(node.callee.name, line);
    for (const c of children(node)) walk(c, line);
  };
  walk(ast, []);
  return found;
}

/** Private methods that are called once, as `this._name()` within their class: what stands around the call. */
function methods(ast, code) {
  const found = [];
  const walk = (node, above, of) => {
    const line = [...above, node];
    const callee = node.type === 'CallExpression' && node.callee;
    if (callee && callee.object?.type === 'ThisExpression' && !callee.computed) {
      const own = of?.body.body.find((m) => m.key?.name === callee.property.name);
      if (own && own.kind === 'method' && !own.static && once(own.key.name, of)) found.push([own, line]);
    }
    for (const c of children(node)) walk(c, line, node.type === 'ClassDeclaration' ? node : of);
  };
  /** Its name stands twice in its class: where it is declared and where it is called. */
  const once = (name, of) =>
    name[0] === '_' && code.slice(of.start, of.end).split(new RegExp(`\\b${name}\\b`)).length === 3;
  walk(ast, [], undefined);
  return found.map(([m, line]) => ({ name: m.key.name, fn: m.value, at: m, line }));
}

/** 1 = whether it runs hangs on something within its function. */
function conditional(line) {
  for (let i = line.length - 1; i > 0 && !isFunction(line[i]); i--) {
    const up = line[i - 1];
    const test = up.test === line[i] || (up.type === 'LogicalExpression' && up.left === line[i]);
    if (/^(If|Conditional|Logical|Switch|Try|Catch)/.test(up.type) && !test) return true;
    if (LOOPS.has(up.type)) return true;
  }
  return false;
}

/** What may go where: for each function its call and the edits of its body. */
function plan(ast, code) {
  const uses = counts(ast);
  const lines = calls(ast);
  const owned = methods(ast, code);
  const isMethod = (fn) => owned.some((m) => m.line.includes(fn));
  const functions = ast.body
    .filter((s) => s.type === 'FunctionDeclaration' && uses.get(s.id.name) === 1 && lines.has(s.id.name))
    .map((s) => ({ name: s.id.name, fn: s, at: s, line: lines.get(s.id.name) }))
    .concat(owned);
  const weights = new Map();
  const tokens = (fn) =>
    weights.get(fn) ?? (code.slice(fn.body.start, fn.body.end).match(/\w+|[^\s\w]/g) ?? []).length;
  /** Notes that `fn` goes into `home`, none = the module; false = that would make it too long. */
  const fits = (fn, home) => {
    const all = home ? new Set(reach([home])) : [];
    for (const h of all) if (tokens(h) + tokens(fn) > LONG) return false;
    for (const h of all) weights.set(h, tokens(h) + tokens(fn));
    return true;
  };
  const todo = [];
  /** Names of the module that came into a function with others. */
  const brought = new Map();
  /** Functions around a call, those included that go somewhere else themselves. */
  const reach = (homes) => [
    ...homes,
    ...homes.flatMap((h) => todo.filter((t) => t.fn === h).flatMap((t) => reach(t.homes))),
  ];
  // Callees stand above their callers: inner ones come first, and what has been put in makes its place longer.
  for (const { name, fn, at, line } of functions) {
    if (fn.async || fn.generator) continue;
    if (/@apart \*\/\s*$/.test(code.slice(0, at.start))) continue;
    const call = line[line.length - 1];
    const homes = line.filter(isFunction);
    if (homes.includes(fn) || call.arguments.length > fn.params.length) continue;
    if (fn.params.some((p) => p.type !== 'Identifier')) continue;
    if (call.arguments.some((a) => a.type === 'SpreadElement')) continue;
    const odd = (n) =>
      (n.type === 'ThisExpression' && at === fn) ||
      // Closures are fine where the call runs once, in the module itself.
      (isFunction(n) && (homes.length > 0 || n.type !== 'ArrowFunctionExpression')) ||
      (n.type === 'VariableDeclaration' && n.kind === 'var') ||
      /Class/.test(n.type) ||
      (n.type === 'Identifier' && n.name === 'arguments');
    if (has(fn.body, odd)) continue;
    const inner = declared(fn);
    const free = [...used(fn.body).keys()].filter((n) => !inner.has(n)).concat(brought.get(fn) ?? []);
    const around = new Set(reach(homes).flatMap((h) => [...declared(h)]));
    if (free.some((n) => around.has(n))) continue;
    const how = place(call, line, fn, inner);
    const done = how ? asStatement(fn, call, how, line, homes, inner) : asValue(fn, call, line, homes);
    if (done) Object.assign(todo[todo.length - 1], { at, name });
    if (done && homes.length) brought.set(homes[0], (brought.get(homes[0]) ?? []).concat(free));
  }
  // What stands in another one's arguments, or in an expression that moves itself, waits for the next round.
  const within = (n, m) => n.start >= m.start && n.end <= m.end;
  return todo.filter(
    ({ call }) =>
      !todo.some((t) => t.call !== call && (within(call, t.call) || (t.value && within(call, t.value)))),
  );

  /** The statement that a call is, or whose value it makes: what stands before the block, and where the value goes. */
  function place(call, line, fn, inner) {
    const [up, above, list] = [line[line.length - 2], line[line.length - 3], line[line.length - 4]];
    if (up.type === 'ExpressionStatement') return { statement: up, before: '', to: '' };
    const all = leaves(fn.body);
    if (up.type === 'ReturnStatement') return all && { statement: up, before: '', to: 'return' };
    if (up.type === 'VariableDeclarator' && above.declarations.length === 1 && above.kind !== 'var')
      return (
        up.id.type === 'Identifier' &&
        !inner.has(up.id.name) &&
        list.type === 'BlockStatement' && { statement: above, before: `let ${up.id.name};`, to: up.id.name }
      );
    if (up.type !== 'AssignmentExpression' || up.operator !== '=' || above.type !== 'ExpressionStatement')
      return false;
    // What is written to has to be the same before and after.
    const names = [...used(up.left).keys()];
    const written = assigned(fn.body);
    const simple = !has(up.left, (n) => n.computed || n.type === 'CallExpression');
    const to = code.slice(up.left.start, up.left.end);
    return (
      all &&
      simple &&
      !names.some((n) => inner.has(n) || written.has(n)) && { statement: above, before: '', to }
    );
  }

  function asStatement(fn, call, { statement, before, to }, line, homes, inner) {
    const behind = conditional(line);
    if (behind && tokens(fn) > (homes.some(isMethod) || to ? BRIEF : SHORT)) return false;
    const changed = assigned(fn.body);
    const kept = new Set(homes.flatMap((h) => [...assigned(h)]));
    const heads = [];
    // A parameter that gets what has the same name needs no declaration.
    const same = (p, a) => a && a.type === 'Identifier' && a.name === p.name;
    const hidden = new Set(inner);
    fn.params.forEach((p, i) => same(p, call.arguments[i]) && hidden.delete(p.name));
    for (let i = 0; i < fn.params.length; i++) {
      const p = fn.params[i];
      const a = call.arguments[i];
      if (same(p, a)) {
        if (changed.has(p.name) || kept.has(p.name)) return false;
        continue;
      }
      // What an argument names must not be hidden by what the block declares.
      if (a && [...used(a).keys()].some((n) => hidden.has(n))) return false;
      heads.push([changed.has(p.name) ? 'let' : 'const', p.name, a]);
    }
    const edits = [];
    if (to !== 'return' && !tails(fn.body.body, fn.body.end - 1, edits, to)) return false;
    if (!fits(fn, homes[0])) return false;
    todo.push({ fn, call, homes, statement, before, heads, edits });
    return true;
  }

  function asValue(fn, call, line, homes) {
    const [only, more] = fn.body.body;
    if (more || !only || only.type !== 'ReturnStatement' || !only.argument) return false;
    if (conditional(line) && tokens(fn) > (homes.some(isMethod) ? BRIEF : SHORT)) return false;
    if (call.arguments.length !== fn.params.length || !call.arguments.every(plain)) return false;
    if (assigned(fn.body).size || has(fn.body, (n) => n.type === 'Property' && n.shorthand)) return false;
    if (!fits(fn, homes[0])) return false;
    todo.push({ fn, call, homes, value: only.argument });
    return true;
  }
}

/**
 * @param {string} code an ES module
 * @returns {{ code: string, map: object, names: string[] }} `names`: the functions that are gone
 */
export function inline(code) {
  const ast = parse(code, { ecmaVersion: 2020, sourceType: 'module' });
  const text = new MagicString(code);
  const todo = plan(ast, code);
  for (const { fn, at, call, statement, before, heads, edits, value } of todo) {
    if (value) {
      const by = new Map(fn.params.map((p, i) => [p.name, call.arguments[i]]));
      for (const [name, nodes] of used(value))
        if (by.has(name))
          for (const n of nodes)
            text.overwrite(n.start, n.end, code.slice(by.get(name).start, by.get(name).end));
      text.move(value.start, value.end, call.start);
      text.overwrite(call.start, call.end, ')');
      text.appendRight(value.start, '(');
      text.remove(at.start, value.start).remove(value.end, at.end);
      continue;
    }
    const { start, end } = fn.body;
    for (const edit of edits) edit(text);
    const head = heads.map(([how, p, a]) =>
      a ? `${how} ${p} = ${code.slice(a.start, a.end)};` : `let ${p};`,
    );
    text.overwrite(at.start, start + 1, before + '{' + head.join(' '));
    text.move(at.start, end, statement.start);
    text.overwrite(statement.start, statement.end, '');
  }
  return {
    code: text.toString(),
    map: text.generateMap({ hires: true }),
    names: todo.map((t) => t.name),
  };
}
