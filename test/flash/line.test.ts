// ./flash.sh as a person runs it, on a pseudo-terminal with a charger behind it.

import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { BOARD } from '../../tools/flash-image.mjs';
import { Port, desk, dir, flash, running } from '../fake/desk';
import { terminals } from '../fake/line';
import { reference } from '../fake/whole';
import { itLong } from '../fake/depth';

(terminals ? describe : describe.skip)('./flash.sh on a line (needs util-linux script)', function () {
  this.timeout(120000);
  desk();
  const on = new Port();

  it('uploads, shows the banner and the label; the settings are taken', async () => {
    await on.board(new Map());
    fs.writeFileSync(path.join(dir, 'works.json'), '{"amp":12,"fna":"Tor 3"}');
    const r = await flash(['--port', on.tty.path, '--board', 'reference', '--config', 'works.json']);
    assert.equal(r.status, 0, r.err + r.out);
    assert.match(
      r.out,
      /^Espruino 2v29 on ESP32 \S+; board reference\nuploading 100 %\nPilotwire 0\.1\.0 on reference, serial (\d+), boot 1\nlabel: serial \1, access point Pilotwire-\1, password [a-z2-9]{10}\n$/,
    );
    assert.equal(on.charger.whole.get('amp'), 12);
    assert.equal(on.charger.whole.get('fna'), 'Tor 3');
    // What stands on the label is what the firmware opens.
    const serial = /serial (\d+), boot/.exec(r.out)![1];
    assert.equal(serial, on.charger.whole.get('sse'));
    const password = /password (\S+)/.exec(r.out)![1];
    on.charger.whole.type('set("wifis", "[{\\"ssid\\":\\"\\"}]")');
    on.charger.cut();
    on.charger.whole.run(20000);
    assert.match(
      on.charger.whole.type('status()', 300),
      new RegExp(`Pilotwire-${serial}, password ${password}$`, 'm'),
    );
  });

  itLong('--monitor stays as a console', async () => {
    await on.board(new Map());
    const r = await flash(['--port', on.tty.path, '--board', 'reference', '--monitor'], {}, (got, end) => {
      if (/help\(\) lists/.test(got.out)) end();
    });
    assert.equal(r.status, 0, r.err);
    assert.match(r.out, /help\(\) lists the commands/);
  });

  /** The board with firmware one version ago, and something beside it. */
  const OLD = '0.0.9';
  const older = async (...more: [string, Buffer][]): Promise<void> => {
    const old = [...reference()].map(([name, data]): [string, Buffer] => [
      name, Buffer.from(Buffer.from(data).toString('latin1').replaceAll('0.1.0', OLD), 'latin1'),
    ]); // prettier-ignore
    await on.board(new Map([[BOARD, Buffer.from('reference')], ...old, ...more]));
    on.charger.whole.run(20000);
  };
  /** It was not switched off meanwhile. */
  const runsOn = async (): Promise<void> => {
    await new Promise((done) => setTimeout(done, 500));
    on.charger.whole.run(20000);
    assert.equal(on.charger.whole.get('pwv'), OLD);
    assert.match(on.charger.whole.type('status()', 300), /status\(\)[^]*not connected/);
  };

  itLong(
    'settings that are none, and a board without room: one line, and the firmware that is there runs on',
    async () => {
      await older(['big', Buffer.alloc(600000, 7)]);
      fs.writeFileSync(path.join(dir, 'bad.json'), '{"amp":99}');
      for (const [
        args,
        why,
      ] of [
      [['--config', 'bad.json'], /^--config bad\.json: amp must be 6 to 32$/],
      [['--config', 'none.json'], /^--config: there is no none\.json$/],
      [['--board', 'esp32-minimal'], /^board mismatch: this charger is a "reference", the bundle is for "esp32-minimal"/],
      [[], /^too little space: \d+ bytes are needed, \d+ are free; --erase makes room/],
    ] as const /* prettier-ignore */) {
        const r = await flash(['--port', on.tty.path, ...args]);
        assert.equal(r.status, 1, r.out);
        assert.match(r.err, why);
        await runsOn();
      }
    },
  );

  it('Ctrl-C in the middle: the firmware that is there runs on', async () => {
    await older();
    let spoken = 0;
    on.charger.tamper = (text) => {
      // Of this line half has come.
      if (!text.includes('"~') || spoken++ !== 40) return text;
      running().kill('SIGINT');
      return text.slice(0, 200);
    };
    const r = await flash(['--port', on.tty.path]);
    assert.deepEqual([r.status, r.err], [130, '']);
    on.charger.tamper = (text) => text;
    await runsOn();
  });

  it('a port that another program has: who it is', async () => {
    await on.board(new Map());
    const link = path.join(dir, 'ttyLINK');
    fs.symlinkSync(on.tty.path, link);
    const r = await flash(['--port', link]);
    assert.equal(r.status, 1);
    assert.match(r.err, /ttyLINK is in use by (script|sleep|sh) \(process \d+\)$/);
  });
});
