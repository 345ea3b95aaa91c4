import assert from 'node:assert';
import vm from 'node:vm';
import { inline } from '../tools/inline.mjs';

const run = inline as (code: string) => { code: string; names: string[] };

/** What a module writes into `out`. */
function result(code: string): unknown[] {
  const out: unknown[] = [];
  vm.runInNewContext(code, { out: (v: unknown) => out.push(v) });
  return JSON.parse(JSON.stringify(out)) as unknown[];
}

describe('inlining', () => {
  // Name, what goes, source.
  const rows: [string, string[], string][] = [
    ['a statement', ['put'], 'function put(c) { out(c); } function f(c) { put(c); } f(1); f(2);'],
    ['another name for what is passed', ['put'], 'function put(c, n) { out(c + n); } function f(a) { put(a, a * 2); } f(1); f(2);'],
    ['a parameter that is written', ['put'], 'function put(n) { n += 1; out(n); } function f(a) { put(a); out(a); } f(1); f(2);'],
    ['a parameter that is not passed', ['put'], 'function put(n, m) { out(m === undefined); } function f(a) { put(a); } f(1); f(2);'],
    ['an early return', ['put'], 'function put(c) { if (c < 2) return; out(c); } function f(c) { put(c); out(0); } f(1); f(2);'],
    ['early returns with a value, one after the other', ['put'], 'function put(c) { if (c < 2) return out("a"); if (c < 3) { out("b"); return; } out("c"); } function f(c) { put(c); out(0); } f(1); f(2); f(3);'],
    ['returns at the ends of if and else', ['put'], 'function put(c) { out(c); if (c < 2) return out("a"); else if (c < 3) return out("b"); else out("c"); } function f(c) { put(c); out(0); } f(1); f(2); f(3);'],
    ['a chain', ['a', 'b'], 'function a(c) { if (!c) return; out(c); } function b(c) { a(c); out(-c); } function f(c) { b(c); out(9); } f(0); f(2);'],
    ['locals of the same name', ['put'], 'function put(c) { const t = c * 2; out(t); } function f(c) { const t = 7; put(c); out(t); } f(1); f(2);'],
    ['a value', ['half'], 'function half(n) { return n / 2; } function f(c) { out(1 + half(c)); } f(1); f(2);'],
    ['a value of low precedence', ['any'], 'function any(a, b) { return a || b; } function f(c, d) { out(any(c, d) && 5); } f(0, 1); f(0, 0);'],
    ['a value within a value, which waits for the second round', ['top'], 'function deep(n) { return n + 1; } function top(n) { return deep(n) * 2; } function f(c) { out(top(c)); } f(1); f(2);'],
    ['what runs once', ['boot'], 'let n = 3; function boot() { const k = () => n; out(k()); } boot(); n = 4;'],
    ['a name that is a local elsewhere', ['put', 'g'], 'function put(c) { out(c); } function f(c) { put(c); } function g(put) { return put + 1; } f(1); f(g(1));'],

    ['not: used twice', [], 'function put(c) { out(c); } function f(c) { put(c); put(c); } f(1); f(2);'],
    ['not: used as a value', [], 'function put(c) { out(c); } function f(c) { out([1].map(put).length); } f(1); f(2);'],
    ['not: a local hides a name of its own', [], 'const n = 5; function put() { out(n); } function f(n) { put(); out(n); } f(1); f(2);'],
    ['not: hidden further out', ['a'], 'const n = 5; function a() { out(n); } function b() { a(); } function f(n) { b(); out(n); } f(1); f(2);'],
    ['not: a return in a loop', [], 'function put(c) { for (const v of c) if (v > 1) return; out(c); } function f(c) { put([c]); } f(1); f(2);'],
    ['not: an argument that the block would hide', [], 'function put(a, t) { const s = a + t; out(s); } function f(t, s) { put(s, t); } f(1, 2); f(3, 4);'],
    ['not: a value of several statements', [], 'function half(n) { out(n); return n / 2; } function f(c) { out(half(c)); } f(1); f(2);'],
    ['not: recursion', [], 'function down(n) { if (n) down(n - 1); else out("end"); } const f = down; f(3);'],
    ['not: closures where it runs often', [], 'function put(c) { const k = () => c; out(k()); } function f(c) { put(c); } f(1); f(2);'],
  ]; // prettier-ignore
  for (const [name, gone, code] of rows)
    it(name, () => {
      const r = run(code);
      assert.deepEqual(r.names, gone, r.code);
      assert.deepEqual(result(r.code), result(code), r.code);
      const again = run(r.code).code;
      assert.deepEqual(result(again), result(code), again);
    });

  it('leaves what is long out of what is skipped', () => {
    const long = 'out(c);'.repeat(60);
    const code = (call: string): string =>
      `function put(c) { ${long} } function f(c) { ${call} } f(1); f(0);`;
    assert.deepEqual(run(code('put(c);')).names, ['put']);
    assert.deepEqual(run(code('if (c) put(c);')).names, []);
  });
});
