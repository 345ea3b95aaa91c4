import assert from 'node:assert';
import { BUDGET, LITERAL, grown, inspect, large } from '../tools/gate.mjs';

const rules = (text: string): string[] => inspect(text).map((p) => p.rule);

/** Each text breaks the rule in front of it. */
const BAD: [rule: string, text: string][] = [
  ['line', 'function f(a) { if (a) return; print(); return}'],
  ['syntax', 'const [a] = [1];'],
  ['syntax', 'const { a } = { a: 1 };'],
  ['syntax', 'for (const [k, v] of []) print(k, v);'],
  ['syntax', 'try { print(); } catch ({ message }) { print(message); }'],
  ['syntax', 'function f(a = 1) { return a; }'],
  ['syntax', 'function f(...a) { return a; }'],
  ['syntax', 'print(...[1]);'],
  ['syntax', 'print([...[1]]);'],
  ['syntax', 'print({ ...{ a: 1 } });'],
  ['syntax', "print({ ['a' + 1]: 1 });"],
  ['syntax', 'const a = {}; print(a?.b);'],
  ['syntax', 'let a = 1; a ??= 2;'],
  ['syntax', 'let a = 1; a ||= 2;'],
  ['syntax', 'print(2 ** 3);'],
  ['syntax', 'let a = 2; a **= 3;'],
  ['syntax', 'function* f() { yield 1; }'],
  ['syntax', 'const f = async () => 1;'],
  ['syntax', 'out: for (;;) break out;'],
  ['syntax', 'print`a`;'],
  ['syntax', 'print(1n);'],
  ['syntax', 'class A { #p() { return 1; } }'],
  ['syntax', 'class A { static { print(1); } }'],
  ['syntax', "import a from 'a';"],
  ['syntax', 'const a = 1; export { a };'],
  ['syntax', "import('a');"],
  ['syntax', 'function F() { return new.target; }'],
  ['syntax', 'with ({}) print();'],
  ['syntax', 'const = 1;'],
  ['hole', 'print([1, , 2]);'],
  ['default', 'switch (1) { default: print(); case 1: print(); }'],
  ['in', "print('a' in {});"],
  ['class', 'class A { x = 1; }'],
  ['class', 'class A { x; }'],
  ['class', 'class A { static x; }'],
  ['class', "class A { 'a b'() { return 1; } }"],
  ['class', 'class A { delete() { return 1; } }'],
  ['class', 'class A { [1 + 1]() { return 1; } }'],
  ['class', 'class A extends Error { constructor() { super(); } }'],
  ['class', 'class A extends Array { constructor() { super(); } }'],
  ['class', 'class A extends (() => 1)() { constructor() { super(); } }'],
  [
    'class',
    'class A { m() { return 1; } } class B extends A { m() { return 2; } } class C extends B { m() { return super.m(); } }',
  ],
  ['class', 'class A { m() { return 1; } } class B extends A { m() { return () => super.m(); } }'],
  ['class', 'if (print) { class A { m() { return 1; } } print(A); }'],
  ['class', 'function f() { return class { m() { return 1; } }; }'],
  ['order', 'f(); function f() { return 1; }'],
  ['order', 'function f() { x = 1; var x; return x; }'],
  ['order', 'function f() { print(x); let x = 1; return x; }'],
  ['order', 'print(A); const A = 1;'],
  ['order', 'new A(); class A { m() { return 1; } }'],
  ['order', 'x += 1; var x = 1;'],
  ['order', 'x++; var x = 1;'],
  ['order', 'function f(a) { if (a) { var x = 1; } x = 2; return x; }'],
  ['order', 'function f() { return A; } f(); const A = 1;'],
  ['order', 'function g() { return f(); } const f = () => A; g(); const A = [1];'],
  ['order', 'class B { constructor() { this.a = A; } } print(new B()); const A = 1;'],
  ['loop', 'for (let i = 0; i < 3; i++) setTimeout(() => print(i), 1);'],
  ['loop', 'for (const v of [1]) setTimeout(() => print(v), 1);'],
  ['loop', 'for (const k in {}) setTimeout(function () { print(k); }, 1);'],
  ['line', 'function f() { if (print) return\nprint(1); }'],
  ['line', 'function f(a) { if (a) print(); return}'],
  ['line', 'class A { m(a) { if (a) print(); return} }'],
  ['line', 'let a = 1, b = 1; print(a)\n++b'],
  ['line', 'let a = 1; print(a++ / 2);'],
  ['ascii', "print('°');"],
  ['ascii', 'print(1); // …'],
  ['text', "print('\\u{41}');"],
  ['text', "print('\\u20ac');"],
  ['text', "print('a\\\nb');"],
  ['text', 'print(`\\${1}`);'],
  ['text', "print(`${'}'}`);"],
  ['literal', `print('${'x'.repeat(LITERAL)}');`],
  ['literal', `print(\`${'x'.repeat(LITERAL + 1)}\`);`],
  ['regex', 'print(/ab?/);'],
  ['regex', 'print(/a{2}/);'],
  ['regex', 'print(/a+?/);'],
  ['regex', 'print(/(?:a)/);'],
  ['regex', 'print(/a(?=b)/);'],
  ['regex', 'print(/(a|b)c/);'],
  ['regex', 'print(/(^|x)ab/);'],
  ['regex', 'print(/(a)\\1/);'],
  ['regex', 'print(/[^/]/);'],
  ['regex', 'print(/a/m);'],
  ['regex', 'print(/a/s);'],
  ['regex', 'print(/a/u);'],
  ['regex', 'print(/^a|b$/g);'],
  ['name', 'print(new Map());'],
  ['name', 'print(Symbol.iterator);'],
  ['name', 'print(Reflect, 1);'],
  ['name', 'print(undeclared);'],
  ['name', 'undeclared = 1;'],
  ['name', 'print(Number.isFinite(1));'],
  ['name', 'print(Math.trunc(1));'],
  ['name', 'Object.freeze({});'],
  ['name', 'print(Array.from([1]));'],
  ['name', 'print(Date.UTC(1));'],
  ['name', 'print([1].flat());'],
  ['name', "print('a'.localeCompare('b'));"],
  ['name', 'print((1).toPrecision(2));'],
  ['name', 'print(Array.prototype.slice.call([1]));'],
  ['name', 'const a = [1]; a.length = 0;'],
  ['name', `const ${'n'.repeat(64)} = 1;`],
  ['sort', 'print([1].sort());'],
];

const GOOD = `
const TABLE = { a: 1, b: [1, 2] };
let turn = 0;
function low(a) { return a + turn; }
const twice = (x) => low(x) * 2;
class Driver {
  constructor(o) { this.p = o.p; this.x = []; }
  get ready() { return this.p ?? 0; }
  static of(p) { return new Driver({ p }); }
  m(a) { const t = a + 1; for (const v of this.x) { const w = v; this.x.some((y) => y === w); } return t; }
}
class Special extends Driver { constructor(o) { super(o); this.z = 1; } m(a) { return super.m(a) + 1; } }
function walk(list) {
  for (let i = 0; i < list.length; i++) if (list[i] === 3) return;
  for (const k in TABLE) if (TABLE.hasOwnProperty(k)) print(k);
  switch (list[0]) { case 1: print(1); break; default: print(2); }
  try { list[0](); } catch { print('no'); } finally { turn++; }
  const later = () => again(list);
  return later;
}
function again(list) { return walk(list); }
function pause() { var t; t = getTime(); return t / 2; }
const d = Driver.of(twice(2)), s = new Special({ p: 1 });
print(\`a\${d.ready}b\`, s.m(1), typeof nothing === 'undefined' ? 1 : 0, !0, void 0, 1e3, /^[0-9a-f]+$/i.test('1'), '\\xff');
const nothing = walk([1]);
global.pause = pause;
setTimeout(() => print(END, nothing), 10);
const END = E.CRC32('x');
`;

describe('bundle gate', () => {
  for (const [rule, text] of BAD)
    it(`${rule}: ${text.length < 80 ? text : text.slice(0, 76) + '…'}`, () =>
      assert.ok(rules(text).includes(rule), rules(text).join()));

  it('lets good code pass', () => assert.deepEqual(inspect(GOOD.replace(/typeof nothing[^,]*,/, '')), []));

  it('size: a bundle may have its budget and not a byte more', () => {
    assert.deepEqual(grown(BUDGET), []);
    assert.deepEqual(
      grown(BUDGET + 1).map((p) => p.rule),
      ['size'],
    );
  });

  it('takes names that the caller vouches for', () => {
    assert.deepEqual(inspect('print(c.t, v);', { names: ['c', 'v'] }), []);
  });

  it('tells where', () => {
    const text = 'print(1);\nprint(2 ** 3);';
    assert.equal(inspect(text)[0].pos, text.indexOf('2 **'));
  });

  it('lists large functions, the largest first', () => {
    const body = (n: number): string => `print('${'x'.repeat(n)}');`.repeat(10);
    const text = `function a() { ${body(150)} } function b() { ${body(200)} } function c() { ${body(10)} }`;
    assert.deepEqual(
      large(text).map((f: { pos: number }) => text[f.pos + 9]),
      ['b', 'a'],
    );
  });
});
