// What the engine starts: chooses the bundle that runs. That of the factory lies in Storage as loose files and is never
// written again; updates lie in two slots (core/slot.part.ts). The newest slot that holds a whole bundle runs, but one
// that has not proved itself only three times: a crash, a hang or a power cut in its first minute costs one of them. What
// lies in flash is compared with its sums first: a damaged update gives way, damaged files of the factory keep the charger
// from charging, and without their main chunk nothing starts: the outputs stay as the reset left them, open.

// At the top level, so that the bundle's names are global.
eval(
  ((): string => {
    const s = require('Storage');
    const done = '\0\0\0\0';
    // SHA-256 takes half the time of E.CRC32.
    const sha = require('crypto').SHA256;
    const all: { n: string; from: number; seq: number; h: string }[] = [];
    let name = '';
    let at = 0;
    let seq = 0;
    let state = '';
    for (const n of ['pw1', 'pw2']) {
      const t = '' + s.read(n, 0, 64);
      let from = 0;
      for (let k = 8; k < 64; k += 8) if (t[k + 5] === ']') from = parseInt(t.substr(k + 1, 4), 10);
      if (!from) continue;
      // Sequence number; armed, three tries, proved, bad: a word each, 0 = yes; sum, all ones = not known.
      const h = '' + s.read(n, from, 32);
      if (h[4] !== '\0' || h[24] === '\0') continue;
      if (h[20] !== '\0' && h[16] === '\0') s.write(n, done, from + 24);
      else all.push({ n, from, seq: parseInt(h.substr(0, 4), 10), h });
    }
    if (all.length > 1 && all[1].seq > all[0].seq) all.reverse();
    // One that is not needed is not looked at.
    for (const slot of all) {
      if (name) continue;
      const n = slot.n;
      const from = slot.from;
      const size = 160 + parseInt(s.read(n, from + 32, 160)!.split(' ')[3], 10);
      const sum = slot.h.substr(28, 4);
      if (sum !== '\xff\xff\xff\xff' && E.toString(sha(s.read(n, from + 32, size)!)).substr(0, 4) !== sum) {
        print(n + ' is damaged');
        s.write(n, done, from + 24);
      } else {
        name = n;
        at = from;
        seq = slot.seq;
        state = slot.h;
      }
    }
    Modules.removeCached('crypto');
    setTimeout(() => {
      if (!global.status) print('The firmware did not start: ./flash.sh writes it anew, settings stay');
    }, 5000);
    if (!name) {
      let torn = '';
      let main = s.read('main') || '';
      for (const line of (s.read('sums') || '').split('\n')) {
        const f = line.split(' ');
        if (!f[1] || btoa(E.toString(sha(s.read(f[0]) || ''))).substr(0, 8) === f[1]) continue;
        torn += ' ' + f[0];
        if (f[0] === 'main') main = '';
      }
      if (torn) {
        E.torn = torn;
        print('damaged:' + torn + '; ./flash.sh writes it anew, settings stay');
      }
      return main;
    }
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
