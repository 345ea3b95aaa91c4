// Promises of the engine: callbacks come from the event queue. Source text, run in the script's world.

export const PROMISE = `(function (queue, lost) {
  function settle(p, state, value) {
    if (p.s) return;
    if (state === 1 && value && typeof value.then === 'function') {
      value.then(function (v) { settle(p, 1, v); }, function (e) { settle(p, 2, e); });
      return;
    }
    p.s = state;
    p.v = value;
    queue(function () {
      p.d = 1;
      if (state === 2 && !p.w.length) lost(value);
      p.w.forEach(function (w) { run(p, w); });
    });
  }
  function run(p, w) {
    var fn = p.s === 1 ? w.ok : w.no;
    if (typeof fn !== 'function') return settle(w.p, p.s, p.v);
    var out;
    try { out = fn(p.v); } catch (e) { return settle(w.p, 2, __caught(e)); }
    settle(w.p, 1, out);
  }
  function state(p) {
    Object.defineProperty(p, 's', { value: 0, writable: true });
    Object.defineProperty(p, 'v', { value: undefined, writable: true });
    Object.defineProperty(p, 'w', { value: [], writable: true });
    Object.defineProperty(p, 'd', { value: 0, writable: true });
    return p;
  }
  function Promise(fn) {
    var p = state(this);
    try {
      fn(function (v) { settle(p, 1, v); }, function (e) { settle(p, 2, e); });
    } catch (e) { settle(p, 2, __caught(e)); }
  }
  Promise.prototype.then = function (ok, no) {
    var p = this, next = state(Object.create(Promise.prototype)), w = { ok: ok, no: no, p: next };
    if (p.d) queue(function () { run(p, w); });
    else p.w.push(w);
    return next;
  };
  Promise.prototype['catch'] = function (no) { return this.then(undefined, no); };
  Promise.resolve = function (v) { return new Promise(function (ok) { ok(v); }); };
  Promise.reject = function (e) { return new Promise(function (ok, no) { no(e); }); };
  Promise.all = function (list) {
    return new Promise(function (ok, no) {
      var out = [], left = list.length;
      if (!left) ok(out);
      list.forEach(function (p, i) {
        Promise.resolve(p).then(function (v) { out[i] = v; if (!--left) ok(out); }, no);
      });
    });
  };
  return Promise;
})`;
