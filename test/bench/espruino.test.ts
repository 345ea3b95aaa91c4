import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gauge, pack, unpack } from '../../bench/engine/shelf';
import { solo, type Solo } from '../../bench/engine/solo';

const { ESPRUINO = '' } = process.env;

const SCAN = `
const pins = new Uint8Array(48).fill(D34), out = new Float32Array(48);
function scan() { setTimeout(scan, 20); E.mapInPlace(pins, out, analogRead); E.kickWatchdog(); }
`;

describe('Storage of the interpreter', () => {
  it('is packed and taken apart again', () => {
    const files = new Map([
      ['.bootcde', Buffer.from('print(1)')],
      ['api', Buffer.from('exports.x=2;')],
    ]);
    const image = pack(files);
    assert.equal(image.length, 2 * 32 + 8 + 12);
    assert.deepEqual([...image.subarray(0, 13)], [8, 0, 0, 0, ...Buffer.from('.bootcde'), 0]);
    assert.deepEqual(
      [...unpack(image)].map(([name, data]) => [name, Buffer.from(data).toString()]),
      [
        ['.bootcde', 'print(1)'],
        ['api', 'exports.x=2;'],
      ],
    );
  });
});

describe('Storage in use', () => {
  const files = (...names: string[]): Buffer => pack(new Map(names.map((n) => [n, Buffer.from('12345')])));
  let file: string;
  const keep = (image: Uint8Array, at: number): void => {
    fs.writeFileSync(file, image);
    fs.utimesSync(file, at, at);
  };
  beforeEach(
    () => (file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-')), 'espruino.flash')),
  );
  afterEach(() => fs.rmSync(path.dirname(file), { recursive: true }));

  it('is counted anew when the file was written, and only then', () => {
    const used = gauge(file);
    assert.equal(used(), 0);
    const image = Buffer.alloc(8192, 0xff);
    image.set(files('a'));
    keep(image, 1000);
    assert.equal(used(), 40);
    image.set(files('a', 'b'));
    keep(image, 1000);
    assert.equal(used(), 40);
    keep(image, 1001);
    assert.equal(used(), 80);
  });

  it('is not missed when the file was written twice at the same time', () => {
    const used = gauge(file);
    const now = Date.now() / 1000 + 60;
    const image = Buffer.alloc(8192, 0xff);
    for (const names of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      image.set(files(...names));
      keep(image, now);
      assert.equal(used(), 40 * names.length);
    }
  });
});

(ESPRUINO && fs.existsSync(ESPRUINO) ? describe : describe.skip)('real interpreter', function () {
  this.timeout(30000);
  let s: Solo;
  const run = async (code: string, o: Partial<Parameters<typeof solo>[0]> = {}): Promise<Solo> =>
    (s = await solo({ executable: ESPRUINO, build: new Map([['.bootcde', Buffer.from(code)]]), ...o }));
  const says = async (text: string | RegExp, ms = 10000): Promise<void> => {
    const found = (): boolean => (typeof text === 'string' ? s.text().includes(text) : text.test(s.text()));
    assert.ok(await s.until(found, ms), `${text} is not in:\n${s.text()}`);
  };
  afterEach(() => s.stop());

  it('joins pins in both directions', async () => {
    await run(`D26.write(1); D25.mode('output'); digitalWrite(D25, 1); analogWrite(D27, 0.5, { freq: 1000 });
      print('is', D33.read(), D33.read() === false, digitalRead(D26), 1 + D34, process.env.SERIAL, process.env.BOARD);`);
    await says('is false true 1 35 240ac410-0001 ESP32');
    assert.deepEqual(s.module.drive(26), { mode: 'output', level: 1, duty: NaN, hz: 0 });
    assert.equal(s.module.drive(25).level, 1);
    assert.deepEqual([s.module.drive(27).duty, s.module.drive(27).hz], [0.5, 1000]);
  });

  it('reads a burst of the ADC in one round trip', async () => {
    await run(
      `${SCAN} scan(); print('got', out[0].toFixed(3), out[47] === out[0], analogRead(D36).toFixed(2));`,
      {
        board: 'reference',
      },
    );
    await says(/got 0\.\d+ (true|false) 0\.\d\d/);
  });

  it('talks to chips on both buses', async () => {
    await run(
      `SPI2.setup({ sck: D18, miso: D19, mosi: D23, baud: 4000000, mode: 0 });
      const r = SPI2.send([0xee, 0], D5); print('version', r[1].toString(16), r.length);`,
      { board: 'reference' },
    );
    await says(/version 9[0-9a-f] 2/);
  });

  it('has the 64 kB of flash, whose content outlives a reset', async () => {
    await run(`const f = require('Flash'), b = f.read(4, 0x310000);
      if (b[0] === 255) { f.write(new Uint8Array([1, 2, 3, 4]), 0x310000); ESP32.reboot(); }
      else { print('read', b.join()); f.erasePage(0x310000); print('then', f.read(4, 0x310000)[3]); }`);
    await says('read 1,2,3,4');
    await says('then 255');
    assert.equal(s.flash.erases, 1);
    assert.match(s.text(), /reset: by the script/);
  });

  it('has those names in front of the bundle that the chip has there', async () => {
    const { build } = (await import(new URL('../../tools/build.mjs', import.meta.url).href)) as {
      build(): Promise<{ dir: string }>;
    };
    const boot = fs.readFileSync(path.join((await build()).dir, '.bootcde'));
    const tell = 'print("<" + Object.keys(global).join() + ">");';
    const front = (text: string): string[] => {
      const names = /<(.*)>/.exec(text.replace(/\s/g, ''))![1].split(',');
      return names.slice(0, names.indexOf('mine')).filter((name) => name !== 'quit');
    };
    // On an interpreter without the bench the list ends where the bundle would begin.
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-'));
    fs.writeFileSync(path.join(folder, 'boot.js'), `${boot.toString('latin1')}\nvar mine;${tell}quit()`);
    const chip = front(execFileSync(ESPRUINO, ['boot.js'], { cwd: folder, encoding: 'latin1' }));
    fs.rmSync(folder, { recursive: true });
    await run('', {
      build: new Map([
        ['.bootcde', boot],
        ['main', Buffer.from(`let mine = 1; setTimeout(() => { ${tell} }, 1000);`)],
      ]),
    });
    await says(/<[^>]*mine[^>]*>/);
    assert.ok(chip.includes('Object') && chip.includes('String'), chip.join());
    assert.deepEqual(front(s.text()).sort(), chip.sort());
  });

  it('keeps files of the script', async () => {
    await run(`const st = require('Storage'); print('part', require('api').x, st.read('api').length);`, {
      build: new Map([
        ['.bootcde', Buffer.from(`print('part', require('api').x, require('Storage').read('api').length)`)],
        ['api', Buffer.from('exports.x=2;')],
      ]),
    });
    await says('part 2 12');
  });

  it('tells how much of its Storage is in use', async () => {
    await run(
      `const st = require('Storage'); let n = 0;
      print('full', st.getStats().fileBytes);
      global.more = () => { st.write('more' + ++n, 'x'.repeat(999)); print('more', n); };
      print('up');`,
    );
    await says('up');
    const first = s.engine.used();
    assert.equal(first, Number(/full (\d+)/.exec(s.text())![1]));
    for (const n of [1, 2]) {
      s.engine.type('more()\n');
      await says(new RegExp(`more ${n}\n`));
      assert.equal(s.engine.used(), first + n * 1032);
    }
  });

  it('runs the script again after load(), on pins as after a reset', async () => {
    await run(
      `D26.write(1); E.on('kill', () => print('killed')); print('started'); setTimeout(() => load(), 300);`,
    );
    assert.ok(await s.until(() => s.module.drive(26).level === 1, 5000));
    assert.ok(await s.until(() => s.text().split('started').length > 2, 5000), s.text());
    assert.match(s.text(), /killed/);
  });

  it('is reset by the watchdog when the script hangs, and the bench lives on', async () => {
    await run(
      `print('boot'); E.enableWatchdog(1, false); setTimeout(() => { print('hangs'); while (1); }, 100);`,
    );
    await says('hangs');
    let turns = 0;
    const end = Date.now() + 300;
    while (Date.now() < end) await new Promise((r) => setImmediate(r)).then(() => turns++);
    assert.ok(turns > 5, `${turns}`);
    await says('reset: watchdog');
    assert.ok(await s.until(() => s.text().split('boot').length > 2, 5000));
  });

  it('answers what is typed', async () => {
    await run(`global.status = () => print('all well'); print('up');`);
    await says('up');
    s.engine.type('status()\n');
    await says('all well\n=undefined\n');
  });

  it('delivers edges, with debounce', async () => {
    let level: 0 | 1 = 1;
    await run(
      `setWatch((e) => print('edge', e.state), D0, { repeat: true, edge: 'both', debounce: 20 }); print('up');`,
    );
    s.module.digital(0, () => level);
    await says('up');
    for (const l of [0, 1, 0] as const) {
      level = l;
      s.module.changed(0);
    }
    await says('edge false');
    assert.doesNotMatch(s.text(), /edge true/);
  });

  it('joins a network and looks names up', async () => {
    await run(
      `const w = require('Wifi'); w.on('connected', (d) => print('ip', d.ip));
      w.connect('net', { password: 'secret12' }, (e) => w.getHostByName('a.b', (ip) => print('is', e, ip)));`,
      { net: { resolve: (_name, then) => then('10.1.2.3') } },
    );
    await says('ip 192.168.');
    await says('is null 10.1.2.3');
  });

  it('connects and listens through ports of the bench', async () => {
    const echo = net.createServer((c) => c.pipe(c)).listen(0, '127.0.0.1');
    await new Promise((r) => echo.once('listening', r));
    let web = 0;
    await run(
      `require('Wifi').connect('net', {}, () => {
        try { require('net').connect({ host: 'gone', port: 1 }); } catch (e) { print('threw', '' + e); }
        const c = require('net').connect({ host: 'echo', port: 7 }, () => c.write('ping'));
        c.on('data', (d) => print('echo', d));
        require('http').createServer((q, r) => { r.writeHead(200, {}); r.end('you asked ' + q.url); }).listen(80);
      });`,
      {
        proxies: {
          proxy: (host, _port, then) =>
            then(
              host === 'echo'
                ? { port: (echo.address() as net.AddressInfo).port }
                : { error: 'Unable to locate host' },
            ),
          upstream: (port, local) => (web = port === 80 ? local : 0),
        },
      },
    );
    await says('threw Unable to locate host');
    await says('echo ping');
    assert.ok(await s.until(() => web > 0, 5000));
    const answer = await fetch(`http://127.0.0.1:${web}/x`).then((r) => r.text());
    assert.equal(answer, 'you asked /x');
    echo.close();
  });

  it('counts the variables of the script alone', async () => {
    const used = async (extra: string): Promise<number> => {
      await run(`${SCAN} ${extra} scan();`);
      await s.until(() => (s.engine.memory()?.idle ?? Infinity) < Infinity, 10000);
      const { idle } = s.engine.memory()!;
      s.stop();
      return idle;
    };
    const bare = await used('');
    assert.ok(bare > 60 && bare < 150, `${bare}`);
    const more = (await used('const a = { b: 1, c: 2, d: 3, e: 4, f: 5, g: 6, h: 7, i: 8 };')) - bare;
    assert.ok(more >= 9 && more <= 12, `${more}`);
    assert.ok(s.engine.memory() === undefined);
  });

  it('starts anew when the interpreter dies', async () => {
    await run(`print('up');`);
    await says('up');
    process.kill(s.engine.pid!, 'SIGSEGV');
    await says('reset: the interpreter ended (SIGSEGV)');
    assert.ok(await s.until(() => s.text().split('up').length > 2, 5000));
  });

  it('answers within 60 us on a quiet machine', async () => {
    await run(`function best() {
      let m = 1;
      for (let k = 0; k < 40; k++) { const t = getTime(); for (let i = 0; i < 100; i++) D13.read(); m = Math.min(m, (getTime() - t) / 100); }
      print('us', Math.round(m * 1e6));
    } setTimeout(best, 300);`);
    await says(/us \d+\n/);
    const us = Number(/us (\d+)/.exec(s.text())![1]);
    assert.ok(us < 150, `${us} us`);
  });
});
