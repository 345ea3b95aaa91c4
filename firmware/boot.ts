// What the engine starts: chooses the bundle that runs. That of the factory lies in Storage as loose files and is never
// written again; updates lie in two slots (core/slot.part.ts). The newest slot that holds a whole bundle runs, but one
// that has not proved itself only three times: a crash, a hang or a power cut in its first minute costs one of them.

// At the top level, so that the bundle's names are global.
eval(
  ((): string => {
    const s = require('Storage');
    const done = '\0\0\0\0';
    let name = '';
    let at = 0;
    let seq = 0;
    let state = '';
    for (const n of ['pw1', 'pw2']) {
      const t = '' + s.read(n, 0, 64);
      let from = 0;
      for (let k = 8; k < 64; k += 8) if (t[k + 5] === ']') from = parseInt(t.substr(k + 1, 4), 10);
      if (!from) continue;
      // Sequence number; armed, three tries, proved, bad: a word each, 0 = yes.
      const h = '' + s.read(n, from, 32);
      if (h[4] !== '\0' || h[24] === '\0') continue;
      if (h[20] !== '\0' && h[16] === '\0') s.write(n, done, from + 24);
      else if (parseInt(h.substr(0, 4), 10) > seq) {
        seq = parseInt(h.substr(0, 4), 10);
        name = n;
        at = from;
        state = h;
      }
    }
    if (!name) return s.read('main')!;
    if (state[20] !== '\0') {
      let i = 8;
      while (state[i] === '\0') i += 4;
      s.write(name, done, at + i);
      E.enableWatchdog(30, false);
      setTimeout(() => {
        if (!E.slot!.up) ESP32.reboot();
      }, 150000);
    }
    const f = s.read(name, at + 32, 160)!.split(' ');
    const dir = parseInt(f[5], 10);
    E.slot = {
      name,
      at: at + 32,
      seq,
      dir: s.read(name, at + 192, dir)!,
      ok: state[20] === '\0' ? 1 : 0,
      up: 0,
    };
    return s.read(name, at + 192 + dir, parseInt(f[6], 10))!;
  })(),
);
