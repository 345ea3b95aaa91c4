// Plain script, run on the real interpreter and on the look-alike: both must print the same lines. Only lines that begin
// with '#', and what the engine says of errors, are compared. At the end: what the look-alike does not imitate.

var real = process.env.BOARD === 'LINUX';
// The stock PC build has Unicode text; the chip's text is bytes.
var unicode = '\u20ac'.charCodeAt(0) > 255;
var S = require('Storage');
var name = '';

function say() {
  var text = '#' + name;
  for (var i = 0; i < arguments.length; i++) text += ' ' + arguments[i];
  print(text);
}
function thrown(fn) {
  try {
    return 'no error: ' + fn();
  } catch (e) {
    return '' + e;
  }
}
// The whole engine stands still for about 90 ms.
function stall() {
  var end = getTime() + 0.09;
  if (real) while (getTime() < end);
  else {
    require('Flash').erasePage(0x310000);
    require('Flash').erasePage(0x310000);
  }
}

function language() {
  name = 'language';
  var o = {
    a: 1,
    get b() {
      return 2;
    },
    c() {
      return 3;
    },
  };
  say(o.a, o.b, o.c(), typeof o.on, typeof o.emit, typeof o.clone);
  class A {
    constructor(x) {
      this.x = x;
    }
    m() {
      return this.x;
    }
    static s() {
      return 's';
    }
    get g() {
      return 'g';
    }
  }
  class B extends A {
    constructor() {
      super(7);
    }
    m() {
      return super.m() + 1;
    }
  }
  say(new B().m(), A.s(), new B().g, new B() instanceof A);
  let sum = 0;
  for (const v of [1, 2, 3]) sum += v;
  for (const c of 'ab') sum += c;
  say(sum, null ?? 5, 0 ?? 5, `t${1 + 1}`, ((a) => a * 2)(4));
  say(typeof Map, typeof Set, typeof Symbol, typeof Proxy, typeof Reflect, typeof BigInt, typeof Intl);
  say(typeof setImmediate, typeof queueMicrotask, typeof escape, typeof RangeError, typeof InternalError);
  say(typeof globalThis, typeof global, typeof console.log, typeof Math.clip);
  say(
    typeof [].flat,
    typeof [].at,
    typeof [].find,
    typeof [].lastIndexOf,
    typeof Array.from,
    typeof Array.isArray,
  );
  say(typeof ''.trimStart, typeof ''.padStart, typeof ''.replaceAll, typeof ''.search, typeof ''.codePointAt);
  say(
    typeof Object.freeze,
    typeof Object.assign,
    typeof Object.fromEntries,
    typeof Object.hasOwn,
    typeof Object.is,
  );
  say(
    typeof Number.isInteger,
    typeof (5).toPrecision,
    typeof Math.trunc,
    typeof Math.sign,
    typeof Math.hypot,
  );
  say(typeof Promise.race, typeof Promise.all, typeof new Date().toISOString, typeof Date.UTC);
  say(eval('var ee = 4; ee + 1'), new Function('a', 'return a + 1')(2), [3, 1, 2].sort().join());
  say(Math.clip(5, 1, 3), Math.wrap(7, 5), isNaN(Math.randInt(3)));
}

function numbers() {
  name = 'number';
  say((0.1 * 3).toString(), (1 / 3).toString(), (100 / 3).toString(), (123456.789).toString());
  say(
    (1e21).toString(),
    (1e-7).toString(),
    (12345.678901234567).toString(),
    (-7.5).toString(),
    (255).toString(16),
  );
  say(
    (2.5).toFixed(0),
    (99.995).toFixed(2),
    (23045 / 100).toFixed(1),
    (0).toFixed(2),
    (-1.005).toFixed(2),
    (1e6).toFixed(1),
  );
  say((0.05).toFixed(1), (9.99).toFixed(1), (1234.5678).toFixed(3), (5).toFixed());
  say(0x10, 0b11, 0o17, 1_000, '12' * 2, +'5a', parseInt('12px'), parseInt('ff', 16), parseFloat('1.5x'));
  say(1 << 31, -1 >>> 0, (5 / 2) | 0, 7 % 3, -7 % 3, ~5);
}

function text() {
  name = 'text';
  say(
    'a,b,c'.split(',', 2).length,
    'aXbX'.replace('X', '$$'),
    'a.b.c'.replaceAll('.', '-'),
    ' x '.trim() + '|',
  );
  say(
    'abc'.substr(1, 1),
    'abc'.slice(-2),
    'abc'.indexOf('c'),
    'x'.repeat(3),
    '5'.padStart(3, '0'),
    'ab'.includes('b'),
  );
  say(
    String.fromCharCode(65, 300).charCodeAt(1),
    'aBc'.toUpperCase(),
    'aBc'.toLowerCase(),
    'abc'.startsWith('ab'),
  );
  say(btoa('a\xff\x00'), atob('Yf8A').charCodeAt(1), encodeURIComponent('a b/&'), decodeURIComponent('%41b'));
  say(
    E.toString([65, 66], 'C'),
    E.toString(new Uint8Array([65, 66])),
    E.CRC32('abc'),
    E.sum(new Uint8Array([1, 2, 3])),
  );
  say(E.toUint8Array('abc', [1, [2]], { data: 'x', count: 2 }).join());
  say(E.toUint8Array(require('crypto').SHA1('abc')).slice(0, 4).join());
  say(E.toUint8Array(require('crypto').SHA256('abc')).slice(0, 4).join());
  name = 'bytes';
  if (unicode) return print('#unicode');
  say(
    'é'.length,
    '\u20ac'.length,
    '\u20ac'.charCodeAt(0),
    'é'.toUpperCase() === 'é',
    JSON.stringify('é\u20ac'),
  );
  say(
    thrown(function () {
      return decodeURIComponent('%C3%A9');
    }),
    JSON.parse('"\\u20ac"').charCodeAt(0),
  );
}

function json() {
  name = 'json';
  say(
    JSON.stringify({
      a: 'q"\\\n\x01\x7f',
      b: [undefined, NaN],
      c: undefined,
      d: 1e21,
      e: 0.1,
      f: 1 / 3,
      g: -0.5,
    }),
  );
  say(
    JSON.stringify({
      h: 123456789012,
      i: new Uint8Array([1, 2]),
      j: true,
      k: null,
      l: function () {},
      m: {},
      n: [],
    }),
  );
  say(
    JSON.stringify({
      get x() {
        return 1;
      },
      y: 2,
    }),
    JSON.stringify(undefined),
    JSON.stringify('\v\0'),
  );
  say(JSON.stringify({ a: [1, { b: 'x' }], c: {} }, null, 2));
  var round = { a: 1 };
  round.r = round;
  say(JSON.stringify(round), JSON.stringify(new Date(0)));
  say(
    JSON.parse('{"a":1,"a":2} rubbish').a,
    JSON.parse("{'b':01,}").b,
    JSON.parse('[1,2,]').length,
    JSON.parse('.5'),
  );
  say(
    JSON.parse('0x10'),
    JSON.parse('010'),
    JSON.parse('-5'),
    JSON.parse('"\\x41\\101\\n"').length,
    JSON.parse('/*c*/ 1'),
  );
  say(
    JSON.parse('{"__proto__":{"z":5}}').z,
    JSON.parse('null'),
    JSON.parse('1e3'),
    JSON.parse(' [ true , false ] ').length,
  );
  ['', '[', 'nope', '[1 2]', '[1', '{a:1}', '{"a" 1}', '{"a":1', '{"a":}', '[,]', '}', '-'].forEach(
    function (t) {
      say(
        t,
        thrown(function () {
          return JSON.parse(t);
        }),
      );
    },
  );
}

function shown() {
  name = 'print';
  print('#', 'x', 1, 1.5, [1, 'a', { b: 2 }], { a: 1, f: function () {} }, undefined, null, true);
  print('#', [1, 2, [3, [4]]], { a: { b: { c: 1 } } }, [{ a: 1 }], {}, [], [''], { a: 'x', b: 'y' });
  print('#', new Uint8Array([1, 2]), new Uint8Array(2), new Float32Array([1.5]), new Uint8Array([1]).buffer, [
    '\x01\xff"',
  ]);
  print('#', { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10 });
}

function errors() {
  name = 'error';
  say(
    thrown(function () {
      return null.x;
    }),
    thrown(function () {
      return undefined.x;
    }),
  );
  say(
    thrown(function () {
      return {}.x();
    }),
    thrown(function () {
      return zzz;
    }),
  );
  say(
    thrown(function () {
      throw 'plain';
    }),
    thrown(function () {
      throw new Error('own');
    }),
  );
  say(
    thrown(function () {
      throw new TypeError('type');
    }),
    thrown(function () {
      return require('none');
    }),
  );
  say(
    thrown(function () {
      clearTimeout(undefined);
    }),
    thrown(function () {
      clearInterval(undefined);
    }),
  );
  say(
    thrown(function () {
      setTimeout(5, 5);
    }),
    thrown(function () {
      ({}).on('x', 5);
    }),
  );
  try {
    null.x;
  } catch (e) {
    say(e instanceof Error, e.message);
  }
  var order = '';
  try {
    try {
      throw 1;
    } finally {
      order += 'f';
    }
  } catch (e) {
    order += 'c' + e;
  }
  say(order);
}

// What stands in E and in Modules, used by drivers and by parts on call.
function natives() {
  name = 'native';
  var f = new Float32Array([0.5, 1.5, 4]);
  say(E.sum(f), E.variance(f, 2).toFixed(2), E.variance([1, 2, 3], 2), E.sum([1, 2]));
  say(Math.max.apply(null, f), Math.min(3, 2), Math.round(-1.5), Math.round(2.5));
  var out = new Uint8Array(4);
  E.mapInPlace(new Uint8Array([1, 2, 3, 4]), out, function (v) {
    return v * 2;
  });
  say(out.join());
  E.mapInPlace(new Uint8Array([0, 1, 1, 0]), out, [7, 9]);
  say(out.join());
  out.fill(5);
  out.set([1, 2], 1);
  say(out.join(), out.slice(1, 3).join(), out.subarray(1).length, new Int16Array(out.buffer, 0, 1)[0]);
  var g = new Float32Array(1);
  g[0] = 0.1;
  say(g[0] === 0.1, g[0].toFixed(6), new Int16Array([40000])[0], new Uint8Array([257, -1]).join());
  say(E.toArrayBuffer('ab').byteLength, E.toUint8Array([1, 'b']).join(), typeof E.toFlatString('x'));
  Modules.addCached('made', 'exports.n = (exports.n || 0) + 1;');
  say(require('made').n, require('made').n, Modules.getCached().indexOf('made') >= 0);
  Modules.removeCached('made');
  say(Modules.getCached().indexOf('made'), thrown(function () { return require('made'); })); // prettier-ignore
  say(typeof process.memory(false).usage, typeof E.getErrorFlags().join, typeof E.kickWatchdog);
}

// Timers and queue. Each step has a time of its own, far enough from the next for a busy machine.
function timers() {
  name = 'timers';
  setTimeout(function () {
    say('due late');
  }, 80);
  setTimeout(function () {
    say('due');
    setTimeout(function () {
      say('zero');
    }, 0);
    o.emit('e', 1);
    say('emitted');
  }, 20);
  setTimeout(function () {
    say('due too');
  }, 20);
  var o = {};
  o.on('e', function (v) {
    say('first', v);
    o.emit('e2');
    throw 'in listener';
  });
  o.on('e', function (v) {
    say('second', v);
  });
  o.on('e2', function () {
    say('nested');
  });
  var id = setTimeout(function () {
    say('never');
  }, 10);
  clearTimeout(id);
}
function ids() {
  name = 'ids';
  var a = setTimeout(function () {}, 1),
    b = setTimeout(function () {}, 1);
  clearTimeout(b);
  var c = setTimeout(function () {}, 1);
  say(b - a, c - a);
  clearTimeout(12345);
  clearTimeout(a);
  clearTimeout(c);
}
function failing() {
  name = 'failing';
  var n = 0;
  var id = setInterval(function () {
    say('turn', ++n);
    if (n === 3) clearInterval(id);
    throw new Error('in interval');
  }, 60);
}
function two() {
  name = 'two';
  // Of two errors in one turn only the last one is told.
  setTimeout(function () {
    throw 'one';
  }, 5);
  setTimeout(function () {
    throw 'two';
  }, 5);
  stall();
}
function burst() {
  name = 'burst';
  var i = 0,
    c = 0,
    chain = function () {
      setTimeout(chain, 20);
      c++;
    };
  var id = setInterval(function () {
    i++;
  }, 20);
  chain = function () {
    if (c < 100) ct = setTimeout(chain, 20);
    c++;
  };
  var ct = setTimeout(chain, 20);
  setTimeout(function () {
    i = c = 0;
    stall();
    setTimeout(function () {
      say(i >= 4 ? 'made up' : 'lost', c <= 2 ? 'once' : 'many');
      clearInterval(id);
      c = 1000;
    }, 5);
  }, 10);
}
// A full stack takes the engine some 200 ms on a busy machine.
function deep() {
  name = 'deep';
  function f(n) {
    return f(n + 1) + 1;
  }
  var alive = 0,
    after = 0;
  var id = setInterval(function () {
    after++;
    try {
      f(0);
    } catch (e) {
      say('caught');
    }
  }, 20);
  function chain() {
    if (alive++ < 3) setTimeout(chain, 400);
    try {
      f(0);
    } catch (e) {
      say('caught');
    }
  }
  setTimeout(chain, 500);
  setTimeout(function () {
    say('interval', after, 'chain', alive, E.getErrorFlags().indexOf('CALLBACK') >= 0);
  }, 2300);
}
function promises() {
  name = 'promise';
  var order = [];
  Promise.resolve(1)
    .then(function (v) {
      order.push('then' + v);
      return 2;
    })
    .then(function (v) {
      order.push('then' + v);
    });
  Promise.reject('no').catch(function (e) {
    order.push('catch ' + e);
  });
  Promise.all([1, Promise.resolve(2)]).then(function (v) {
    order.push('all' + v.join());
  });
  order.push('sync');
  setTimeout(function () {
    say(order.sort().join(' '));
  }, 20);
}
// Where no timer competes the order is fixed.
function order() {
  name = 'order';
  var seen = [];
  function note(text) {
    return function (v) {
      seen.push(text + v);
      return v + 1;
    };
  }
  var p = new Promise(function (ok) {
    seen.push('in');
    ok(1);
    ok(5);
  });
  p.then(note('a')).then(note('b')).then(note('c'));
  p.then(note('d'));
  p.then(function () {
    throw 'x';
  })
    .then(note('never'))
    .catch(note('e'));
  seen.push('out');
  setTimeout(function () {
    say(seen.slice(0, 2).join(' '), seen.indexOf('a1') < seen.indexOf('d1'));
    say(seen.indexOf('b2') < seen.indexOf('c3'), seen.indexOf('never'), seen.indexOf('ex') > 0, seen.length);
    var late = [];
    p.then(function (v) {
      late.push('late' + v);
    });
    late.push('first');
    setTimeout(function () {
      say(late.join());
    }, 10);
  }, 30);
}
function uncaught() {
  name = 'uncaught';
  setTimeout(function () {
    null.x;
  }, 20);
  setTimeout(function () {
    throw { a: 1 };
  }, 80);
  setTimeout(function () {
    nothing();
  }, 140);
  setTimeout(function () {
    JSON.parse('{a');
  }, 200);
  setTimeout(function () {
    process.on('uncaughtException', function (e) {
      say('handled', e);
    });
    setTimeout(function () {
      throw 'mine';
    }, 2);
    setTimeout(function () {
      process.removeAllListeners('uncaughtException');
    }, 80);
  }, 260);
}

function storage() {
  name = 'storage';
  S.eraseAll();
  var free = S.getFree(),
    now;
  function used() {
    now = free;
    free = S.getFree();
    return now - free;
  }
  say(
    S.read('no'),
    S.list().length,
    S.write('a', 'hello'),
    used(),
    S.read('a'),
    S.read('a', 1, 2),
    S.read('a', 9).length,
  );
  say(S.write('a', 'hello'), used(), 'same: not written again');
  say(S.write('a', 'hellO'), used(), S.read('a'), S.list());
  say(
    S.write('big', 'abc', 0, 10),
    used(),
    S.write('big', 'def', 3),
    S.read('big', 0, 6),
    S.read('big').length,
  );
  say(
    thrown(function () {
      return S.write('big', 'xyz', 0);
    }),
    S.read('big'),
    used(),
  );
  say(
    thrown(function () {
      return S.write('none', 'x', 5);
    }),
    thrown(function () {
      return S.write('e', '');
    }),
  );
  say(
    S.write('p', 'abc', 0, 8),
    thrown(function () {
      return S.write('p', 'xxx', 1, 8);
    }),
  );
  say(
    thrown(function () {
      return S.write('p', 'toolong', 4);
    }),
    S.write('p', 'efgh', 4),
    used(),
  );
  S.write('a-name-of-exactly-28-letters', '1');
  S.write('a-name-of-more-than-28-letters', '2');
  say(S.list(), S.read('a-name-of-more-than-28-letter'));
  S.erase('a');
  say(S.read('a'), used(), S.list().length);
  S.write('o', { a: [1, 2] });
  S.write('u8', new Uint8Array([1, 2, 255]));
  say(S.read('o'), S.read('u8').charCodeAt(2), S.readJSON('o').a.length);
  S.compact();
  say(S.list(), free < S.getFree());
  S.write('mod', 'var n = 0; exports.next = function () { return ++n; }; exports.t = typeof module;');
  var m = require('mod');
  say(m.next(), require('mod').next(), m.t);
  Modules.removeCached('mod');
  say(require('mod').next());
  S.eraseAll();
  say(S.list().length);
  // A file that is written again and again leaves its dead copies until the store is compacted.
  S.write('stays', 'before');
  S.write('often', 'x');
  used();
  for (var i = 0; i < 5; i++) S.write('often', 'turn ' + i);
  say(used(), S.read('often'), S.list().join());
  S.erase('often');
  say(used(), S.read('often'), S.write('often', 'again'), S.read('often'), used());
  S.compact();
  say(S.read('stays'), S.read('often'), S.list().join(), used() < 0);
  say(S.write('often', 'longer than it was'), S.read('often').length, S.read('often', 12), used());
  S.eraseAll();
}

function sockets() {
  name = 'net';
  var port = 14790,
    log = [];
  require('net')
    .createServer(function (s) {
      s.on('data', function (d) {
        log.push('server ' + d.length);
        s.write(d);
      });
      s.on('close', function () {
        log.push('server closed');
      });
    })
    .listen(port);
  var got = '';
  var c = require('net').connect({ host: '127.0.0.1', port: port }, function () {
    log.push('connected');
    c.write(big);
  });
  var big = 'x'.repeat(1200);
  c.on('data', function (d) {
    got += d;
    if (d.length > 536) log.push('too long');
    if (got.length >= 1200) c.end();
  });
  c.on('close', function (e) {
    log.push('closed ' + e);
  });
  setTimeout(function () {
    say(
      got.length,
      log
        .filter(function (l) {
          return l.indexOf('server ') || l === 'server closed';
        })
        .sort()
        .join(' | '),
    );
    say(
      thrown(function () {
        return c.write('more');
      }),
    );
    say(
      thrown(function () {
        require('net').connect({ host: '127.0.0.1', port: 1 });
      }),
    );
  }, 400);
}
// How a connection ends: by the other side, by us, and cut while there is still something to send.
function closing() {
  name = 'closing';
  var port = 14792,
    log = [];
  function seen(who, s) {
    s.on('end', function () {
      log.push(who + ' end');
    });
    s.on('error', function (e) {
      log.push(who + ' error ' + typeof e);
    });
    s.on('close', function (e) {
      log.push(who + ' close ' + e);
    });
  }
  require('net')
    .createServer(function (s) {
      seen('server', s);
      s.end('bye');
    })
    .listen(port);
  var text = '';
  var c = require('net').connect({ host: '127.0.0.1', port: port });
  seen('client', c);
  c.on('data', function (d) {
    text += d;
  });
  setTimeout(function () {
    say(text, log.sort().join(' | '));
  }, 300);
}
function ask(port, lines, body, then) {
  var got = '';
  var c = require('net').connect({ host: '127.0.0.1', port: port }, function () {
    c.write(lines.join('\r\n') + '\r\n\r\n' + body);
  });
  c.on('data', function (d) {
    got += d;
  });
  c.on('close', function () {
    then(got);
  });
}
function web() {
  name = 'http';
  var port = 14791;
  require('http')
    .createServer(function (q, r) {
      var body = '',
        sizes = 0;
      q.on('data', function (d) {
        body += d;
        if (d.length > 536) sizes++;
      });
      if (q.url === '/hang') throw 'handler';
      if (q.url === '/stream') {
        r.writeHead(200, { 'Content-Type': 'text/plain', 'Transfer-Encoding': 'chunked' });
        r.write('abc');
        r.end('de');
        return;
      }
      if (q.url === '/pieces') {
        var left = 3;
        r.writeHead(200, { 'Transfer-Encoding': 'chunked' });
        r.on('drain', function () {
          if (left-- > 0) r.write('piece' + left);
          else r.end();
        });
        r.write('0123456789abcdef');
        return;
      }
      if (q.url === '/drain') {
        var n = 0;
        r.writeHead(404, { 'X-A': 1 });
        r.on('drain', function () {
          if (n++ < 3) r.write('part' + n);
          else r.end();
        });
        r.write('start ');
        return;
      }
      q.on('end', function () {
        say(
          q.method,
          q.url,
          q.headers['X-case'],
          q.headers['Content-Length'],
          body.length,
          sizes,
          body.slice(0, 5),
        );
        r.end('ok ' + body.length);
      });
    })
    .listen(port);
  var post = 'b'.repeat(2000);
  var head = function (t) {
    return t
      .replace(/Server: Espruino [^\r]*/, 'Server: E')
      .split('\r\n')
      .join('|');
  };
  ask(
    port,
    ['POST /p?q=1 HTTP/1.1', 'Host: x', 'X-case:   kept', 'Content-Length: 2000'],
    post,
    function (t) {
      say(head(t));
      ask(
        port,
        ['POST /c HTTP/1.1', 'transfer-encoding: Chunked'],
        '5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n',
        function (t) {
          say(head(t));
          ask(port, ['GET /stream HTTP/1.1'], '', function (t) {
            say(head(t));
            ask(port, ['GET /drain HTTP/1.1'], '', function (t) {
              say(head(t));
              ask(port, ['GET /pieces HTTP/1.1'], '', function (t) {
                say(head(t));
                ask(port, ['HEAD /h HTTP/1.0'], '', function (t) {
                  say(head(t));
                  ask(port, ['GET /hang HTTP/1.1'], '', function () {
                    say('answered');
                  });
                });
              });
            });
          });
        },
      );
    },
  );
}

// The last step: the script is loaded anew. The clock goes on, all else is gone.
function again() {
  name = 'load';
  E.on('kill', function () {
    say('killed');
  });
  global.mine = 1;
  S.eraseAll();
  S.write('then', '' + getTime());
  S.write(
    '.bootcde',
    "print('#load', getTime() >= +require('Storage').read('then'), getTime() < +require('Storage').read('then') + 60," +
      "typeof mine, Modules.getCached().length); setTimeout(function () { print('#end'); }, 50);",
  );
  setInterval(function () {
    say('still here');
  }, 30);
  load();
}

// [what, ms until the next]
var steps = [
  [language, 5],
  [numbers, 5],
  [text, 5],
  [json, 5],
  [shown, 5],
  [errors, 5],
  [natives, 5],
  [ids, 20],
  [timers, 180],
  [failing, 400],
  [two, 150],
  [burst, 600],
  [promises, 60],
  [order, 100],
  [uncaught, 450],
  [storage, 1000],
  [sockets, 600],
  [closing, 500],
  [web, 1500],
  [deep, 2500],
];
function step() {
  var s = steps.shift();
  if (!s) return again();
  setTimeout(step, s[1]);
  s[0]();
}
step();

// Not imitated by the look-alike, so nothing that rests on it can be tested there:
// - memory: nothing is counted, process.memory() and ESP32.getState() say invented numbers that never change; it runs out
//   only where a test says so. Depth of calls is that of Node. Nothing is collected.
// - speed: script code takes no world time, only native stalls (connect, flash erase) do.
// - syntax that the engine refuses or reads otherwise, hoisting, bindings of loops: the build's checks are for that.
// - fractions in the source may differ in their last bit; numbers in text made by `+` or templates have Node's digits; toString, JSON and print have the engine's.
// - keys like '5' come first in Node, in order of insertion in the engine; 'on' in {} is true in both, 'caller' is not.
// - regular expressions, sort, Number(' 5 '), typeof of a pin, invalid dates, getters that throw are Node's.
// - text of errors: the common ones only; no stack traces.
// - promises whose callbacks race timers; UART, I2C, DAC, TLS, UDP, http requests, files of `open`.
// - load() of a named file, E.getSizeOf, E.getAddressOf, E.memoryArea, E.pipe, E.lookupNoCase, flags of E.setFlags, time zones, heatshrink, AES.
// - native parts of the chip: the PC's build of the engine has none either, both talk to the same virtual module.
