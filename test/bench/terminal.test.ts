// What the interpreter prints, in whatever pieces it comes.

import assert from 'node:assert/strict';
import { Terminal } from '../../bench/engine/terminal';

describe('terminal of the interpreter', () => {
  it('shows what is printed and what is typed, without banner and cursor', () => {
    const t = new Terminal();
    const rows: [string, string][] = [
      ['banner\r\n\x02\r\nboot\r\n', 'boot\n'],
      ['>', ''],
      ['\r\x1b[', ''],
      ['Jlater\r\n>', 'later\n'],
      ['1+1', '>1+1'],
      ['\r\n=2\r\n', '\n=2\n'],
      ['>\r\x1b[Jend\r\n', 'end\n'],
    ];
    for (const [came, shown] of rows) assert.equal(t.show(came), shown);
  });

  const start = ' ____ banner\r\n>\r\x1b[J\x02\r\nstarted\r\n';
  for (const [name, text, shown] of [
    ['the banner is left out, up to the mark of the boot file', start, 'started\n'],
    ['nothing at all before the mark', ' ____ banner\r\n>', ''],
    [
      'load(): another mark, and what was printed before it stays',
      `${start}killed\r\n\r\x1b[J\x02\r\nstarted\r\n`,
      'started\nkilled\nstarted\n',
    ],
    ['a prompt that stands there while the script prints', `${start}>\r\x1b[Jone\r\n>`, 'started\none\n'],
  ] as const)
    it(name, () => {
      const whole = new Terminal();
      assert.equal(whole.show(text), shown, 'at once');
      for (let n = 1; n <= 3; n++) {
        const torn = new Terminal();
        let all = '';
        for (let i = 0; i < text.length; i += n) all += torn.show(text.slice(i, i + n));
        assert.equal(all, shown, `${n} letters at a time`);
      }
    });
});
