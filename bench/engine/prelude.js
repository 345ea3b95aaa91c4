// First boot file of the interpreter on the bench: joins its pins, buses, flash and network to the virtual module through
// two named pipes. A request is its letter, the length of its body in two bytes, and the body; who needs an answer waits
// for a known number of bytes. Espruino dialect; written for few variables, which are subtracted from the count anyway.
(function () {
  const empty = E.empty;
  /** How this run is measured, see bench/engine/espruino.ts; undefined in normal service. */
  const mode = E.measure || {};
  const q = E.openFile('q', 'w');
  const a = E.openFile('a', 'r');
  const chr = String.fromCharCode;
  /** Callbacks that wait for the host, by number. */
  const later = {};
  /** Bytes for flash in a request; few where there is no room for copies of them. */
  const PIECE = mode.room ? 64 : 2048;
  let count = 0;
  let looking = 0;
  let typing = 0;

  function tell(op, body) {
    q.write(op + chr(body.length & 255, body.length >> 8) + body);
  }

  /** The bench is gone when nothing comes. */
  function take(n) {
    const r = a.read(n);
    if (!r) quit();
    return r;
  }

  function ask(op, body, n) {
    tell(op, body);
    return take(n);
  }

  /** Rare requests, as JSON in both directions. */
  function call(o) {
    const n = ask('J', JSON.stringify(o), 2);
    const r = JSON.parse(take(n.charCodeAt(0) + (n.charCodeAt(1) << 8)));
    if (r.error) throw r.error;
    return r.value;
  }

  function keep(fn) {
    if (!fn) return 0;
    later[++count] = fn;
    return count;
  }

  function usage() {
    const n = process.memory(!!mode.collect).usage;
    return chr(n & 255, n >> 8);
  }

  /** Mark in the profile: one for a scan, two for a callback of the bench's own. */
  function mark(n) {
    while (mode.mark && n--) E.getTemperature();
  }

  /** What stands here for native code of the chip. In the profile it is called by `reduce`, whose cost is known. */
  const native = mode.mark
    ? (fn) =>
        function (x, y, z) {
          const me = this;
          return [0].reduce(() => fn.call(me, x, y, z), 0);
        }
    : (fn) => fn;

  function word(n) {
    return chr(n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255);
  }

  /** One event of the host: [number of the callback, or name of a Wifi event; arguments]. */
  function happen(e) {
    if (typeof e[0] === 'string') {
      require('Wifi').emit(e[0], e[1][0]);
      return;
    }
    const fn = later[e[0]];
    if (!e[2]) delete later[e[0]];
    if (fn) fn(e[1][0], e[1][1]);
  }

  function look() {
    mark(2);
    looking = 0;
    call({ op: 'events' }).forEach((e) => setTimeout(happen, 0, e));
  }

  /** From here on nothing runs but the scan, whose timer is the newest. */
  function alone() {
    const t = global['\xff'].timers;
    const last = t[t.length - 1];
    // Deleting while `in` walks would skip some.
    Object.keys(t).forEach((i) => {
      if (t[i] !== last) clearTimeout(+i);
    });
  }

  /** What was typed comes from here, not through the standard input: its thread and ours share a queue without a lock. */
  function typed() {
    typing = 0;
    const n = ask('T', '', 1).charCodeAt(0);
    if (!n) return;
    USB.inject(take(n));
    typing = setTimeout(typed, 0);
  }

  /** What the host wants: 1 = events wait, 2 = the scan alone, 4 = somebody types. */
  function wanted(flags) {
    if (flags & 2) alone();
    if (flags & 4 && !typing) typing = setTimeout(typed, 0);
    if (flags & 1 && !looking) looking = setTimeout(look, 0);
  }

  function level(pin, value) {
    tell('w', chr(pin, value ? 1 : 0));
  }

  function read(pin) {
    return ask('r', chr(pin), 1).charCodeAt(0);
  }

  function floats(r, n) {
    return new Float32Array(E.toArrayBuffer(r), 0, n);
  }

  // The profiler is slow: the script's clock goes with it.
  if (mode.slow) {
    const clock = getTime;
    const born = clock();
    global.getTime = native(() => born + (clock() - born) / mode.slow);
  }

  const map = E.mapInPlace;
  E.mapInPlace = native((pins, out, fn) => {
    if (fn !== analogRead) return map(pins, out, fn);
    mark(1);
    const n = pins.length;
    const r = ask('A', usage() + chr.apply(null, pins), 4 * n + 1);
    out.set(floats(r, n));
    const flags = r.charCodeAt(4 * n);
    if (flags) wanted(flags);
  });
  global.analogRead = native((pin) => floats(ask('a', chr(pin), 4), 1)[0]);
  global.analogWrite = native((pin, value, o) => tell('p', chr(pin) + value + ',' + ((o && o.freq) || 0)));
  global.digitalRead = native((pin) => {
    if (!Array.isArray(pin)) return read(pin);
    let bits = 0;
    pin.forEach((p) => (bits = bits * 2 + read(p)));
    return bits;
  });
  global.digitalWrite = native(level);
  global.peek32 = native((at) => call({ op: 'peek', at: at }));
  global.setWatch = native((fn, pin, o) => {
    if (typeof o !== 'object') o = { repeat: o };
    const id = keep(fn);
    return call({ op: 'watch', id: id, pin: pin + 0, repeat: o.repeat, edge: o.edge, debounce: o.debounce });
  });
  global.clearWatch = native((id) => {
    if (id !== undefined) delete later[id];
    call({ op: 'unwatch', id: id });
  });

  // Pins above 32 do not exist here: they are numbers, with the same methods.
  [Pin.prototype, Number.prototype].forEach((p) => {
    p.write = native(function (value) {
      level(this + 0, value);
    });
    p.read = native(function () {
      return !!read(this + 0);
    });
    p.mode = native(function (m) {
      tell('m', chr(this + 0) + m);
    });
  });
  for (let i = 33; i < 40; i++) global['D' + i] = i;

  SPI.prototype.setup = function (o) {
    call({ op: 'spi', bus: this === SPI1 ? 1 : 2, baud: o.baud, mode: o.mode });
  };
  SPI.prototype.send = native(function (data, cs) {
    const s = E.toString(data);
    return new Uint8Array(E.toArrayBuffer(ask('s', chr(this === SPI1 ? 1 : 2, cs) + s, s.length)));
  });

  /** Of a serial port only polling: what has come is asked for. A name of ours would be found after the native one. */
  const port = (s) => chr(s === Serial2 ? 2 : 3);
  Serial.prototype.setup = function (baud, o) {
    const n = port(this).charCodeAt(0);
    call({ op: 'uart', port: n, baud: baud, tx: o.tx + 0, rx: o.rx + 0, parity: o.parity || 'none' });
  };
  Serial.prototype.write = native(function (data) {
    tell('v', port(this) + E.toString(data));
  });
  Serial.prototype.read = native(function () {
    const n = ask('V', port(this), 2);
    const m = n.charCodeAt(0) + (n.charCodeAt(1) << 8);
    return m ? take(m) : '';
  });
  global.OneWire = function (pin) {
    return {
      reset: native(() => !!ask('o', chr(pin), 1).charCodeAt(0)),
      write: native((data) => tell('O', chr(pin) + E.toString(data))),
      read: native((n) => new Uint8Array(E.toArrayBuffer(ask('i', chr(pin, n), n)))),
    };
  };

  // In the profile the host hears which parts a callback asks for; + = this one was not loaded.
  function telling() {
    const load = require;
    const add = Modules.addCached;
    let fresh = '';
    const hear = native((name) => {
      ask('n', (loaded[name] && name !== fresh ? '' : '+') + name, 1);
      fresh = '';
    });
    Modules.addCached = (name, text) => {
      fresh = name;
      add(name, text);
    };
    global.require = (name) => {
      hear(name);
      return load(name);
    };
  }

  E.enableWatchdog = (s, auto) => call({ op: 'watchdog', s: s, auto: !!auto });
  E.kickWatchdog = native(() => tell('k', ''));
  E.reboot = () => call({ op: 'reboot' });
  global.ESP32 = {
    reboot: E.reboot,
    setAtten: () => undefined,
    getState: () => ({ sdkVersion: 'bench', freeHeap: 80000, minHeap: 70000, BLE: false, Wifi: true }),
  };
  const serial = call({ op: 'hello' });
  process.env = {
    VERSION: process.version,
    BOARD: 'ESP32',
    SERIAL: serial,
    STORAGE: 917504,
    CONSOLE: 'Serial1',
  };

  // Storage is the interpreter's own: its pages are where the chip has them, but at another address.
  const chip = require('Flash');
  const there = (at) => (at < 0x320000 ? 0 : at - 0x320000 + 0x10000000);
  const flash = {
    read: native((n, at) => {
      if (there(at)) return chip.read(n, there(at));
      let s = '';
      for (let i = 0; i < n; i += 4096)
        s += ask('f', word(at + i) + word(Math.min(n - i, 4096)), Math.min(n - i, 4096));
      // In one piece, as the chip's: bytes of a text in pieces are searched from its beginning, each anew.
      return new Uint8Array(E.toArrayBuffer(E.toString(s) || s));
    }),
    write: native((data, at) => {
      // The chip takes the bytes as they lie: copies are the bench's.
      tell('u', usage());
      const s = typeof data === 'string' ? data : E.toString(data);
      if ((at | s.length) & 3) throw 'Data and address must be multiples of 4';
      for (let i = 0; i < s.length; i += PIECE) ask('F', word(at + i) + s.substr(i, PIECE), 1);
    }),
    erasePage: native((at) => (there(at) ? chip.erasePage(there(at)) : ask('e', word(at), 1))),
  };

  const wifi = {};
  'disconnect stopAP setHostname save restore setConfig setSNTP'.split(' ').forEach((name) => {
    wifi[name] = native((x, then) => {
      if (typeof x === 'function') then = x;
      call({ op: 'wifi', name: name, args: [], then: keep(then) });
    });
  });
  wifi.setIP = native((o, then) => call({ op: 'wifi', name: 'setIP', args: [o], then: keep(then) }));
  ['connect', 'startAP'].forEach((name) => {
    wifi[name] = native((ssid, o, then) =>
      call({ op: 'wifi', name: name, args: [ssid, o], then: keep(then) }),
    );
  });
  ['getIP', 'getAPIP', 'getStatus', 'getDetails', 'getAPDetails', 'scan'].forEach((name) => {
    wifi[name] = native((then) => call({ op: 'wifi', name: name, args: [], then: keep(then) }));
  });
  // The engine keeps one question of a kind, until the next.
  const asked = {};
  ['getHostByName', 'ping'].forEach((name) => {
    wifi[name] = native((host, then) => {
      delete later[asked[name]];
      asked[name] = keep(then);
      call({ op: 'wifi', name: name, args: [host], then: asked[name] });
    });
  });

  // Sockets are real. What is listened on or connected to is a port of the bench on this computer.
  const net = require('net');
  const http = require('http');
  /** A connect leaves through a port that the host has joined to the other side: it stands still meanwhile. */
  function connect(o, then) {
    return net.connect(
      { host: '127.0.0.1', port: call({ op: 'connect', host: o.host, port: o.port }) },
      then,
    );
  }
  function served(s) {
    const listen = s.listen;
    const close = s.close;
    let at;
    s.listen = (port) => {
      at = port;
      const local = call({ op: 'listen' });
      listen.call(s, local);
      call({ op: 'listening', port: at, local: local });
      return s;
    };
    s.close = () => {
      call({ op: 'listening', port: at, local: 0 });
      close.call(s);
    };
    return s;
  }
  // Native methods are no properties of their prototype: ours steps aside to reach them.
  [Socket.prototype, httpSRs.prototype].forEach((p) => {
    const mine = native(function (data) {
      tell('u', usage());
      delete p.write;
      const r = this.write(data);
      p.write = mine;
      return r;
    });
    p.write = mine;
  });

  // The engine looks at loaded modules first.
  Modules.addCached('Flash', '');
  const loaded = global['\xff'].modules;
  loaded.Flash = flash;
  loaded.Wifi = wifi;
  loaded.net = { connect: native(connect), createServer: (fn) => served(net.createServer(fn)) };
  loaded.http = { createServer: (fn) => served(http.createServer(fn)) };
  // UDP goes through the bench: ports below 1024 are not everybody's on this computer.
  loaded.dgram = {
    createSocket: () => {
      const s = {};
      s.bind = native((port, then) => {
        s.port = port;
        s.id = keep((text, from) => s.emit('message', atob(text), from));
        call({ op: 'bind', port: port, id: s.id });
        if (then) setTimeout(then, 0, s);
        return s;
      });
      s.send = native((text, a, b, c, d) => {
        const short = typeof b === 'string';
        if (!short) text = text.substr(a, b);
        call({ op: 'datagram', port: s.port, host: short ? b : d, to: short ? a : c, data: btoa(text) });
      });
      s.close = native(() => {
        delete later[s.id];
        call({ op: 'unbind', port: s.port });
      });
      return s;
    },
  };
  loaded.neopixel = { write: native((pin, grb) => tell('x', chr(pin) + E.toString(grb))) };

  // Names of the script are to be found as fast as without us: ours go behind them when its start is over. What the engine
  // looks up for methods of texts and lists and for fields that are not there stays in front: the script's own boot file
  // (firmware/boot.ts) has them before any name of the bundle.
  const first = ['Function', 'Object', 'Array', 'Modules', 'String'];
  const ours = Object.keys(global).filter(
    (name) => !first.includes(name) && (name.charAt(0) !== 'D' || name.substr(1) > 32),
  );
  E.on('init', () => {
    ours.forEach((name) => {
      const value = global[name];
      if (value === undefined) return;
      delete global[name];
      global[name] = value;
    });
  });

  setInterval(() => {
    mark(2);
    wanted(ask('E', '', 1).charCodeAt(0));
  }, 50);

  // Measured with a collection: at every request, after every part that is loaded and every text that JSON makes, the
  // host hears what is really in use. Flash tells by itself, before the bench copies what is to be written.
  const plain = tell;
  function heard(kind) {
    plain('u', usage() + kind);
  }
  function counting() {
    tell = (op, body) => {
      if (op !== 'u' && op !== 'F') heard(op);
      plain(op, body);
    };
    const load = require;
    global.require = (name) => {
      const part = load(name);
      heard('R');
      return part;
    };
    const mine = (value) => {
      delete JSON.stringify;
      const text = JSON.stringify(value);
      JSON.stringify = mine;
      heard('S');
      return text;
    };
    JSON.stringify = mine;
  }

  /** Takes all but what a chip would have left: `n` variables. */
  const ballast = [];
  function fill(n) {
    const m = process.memory().usage + n;
    const left = () => m - process.memory(false).usage;
    while (left() > 300) ballast.push(new Uint8Array(14 * 197));
    while (left() > 0) ballast.push(0);
  }

  /** Last call of the start, when the text of this file is gone: what is in use now is ours. */
  E.joined = () => {
    delete E.empty;
    delete E.measure;
    const m = process.memory();
    const usage = m.usage;
    const total = m.total;
    call({ op: 'ready', empty: empty, usage: usage, total: total });
    // Five more will be the PC's.
    if (mode.room) fill(total - usage - 5 - (mode.room - empty));
    if (mode.room) call({ op: 'filled', usage: process.memory().usage });
    if (mode.collect) counting();
    if (mode.mark) telling();
    // Says what standing in a request costs.
    if (mode.collect) read(0);
    print('\x02');
  };
})();
