// The charger's page in a browser, against a bench: what a person does with it reaches the contactor.

import assert from 'node:assert/strict';
import { start, type Bench } from '../../bench/start';
import { packUpdate } from '../../tools/update.mjs';
import type { Shown } from '../fake/whole';
import { Browser, CHROMIUM } from '../fake/browser';
import { VERSION, image } from '../fake/hosts';
import { describeLong } from '../fake/depth';

const $ = (id: string): string => `document.getElementById(${JSON.stringify(id)})`;
const says = (id: string, text: string): string => `${$(id)}.textContent.includes(${JSON.stringify(text)})`;

interface AxNode {
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
}
const WORKED = 'button textbox combobox slider checkbox radio spinbutton link DisclosureTriangle'.split(' ');

/** Runs in the page: how many texts there are, and which are too faint, which fields too hard to see or to hit. */
const MEASURE = `(() => {
  const rgb = (t) => t.match(/[\\d.]+/g).map(Number);
  const over = (a, b) => [0, 1, 2].map((i) => a[i] * (a[3] ?? 1) + b[i] * (1 - (a[3] ?? 1)));
  const light = (c) => {
    const [r, g, b] = c.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const line = (e) => (e ? [...line(e.parentElement), e] : []);
  const behind = (e) => line(e).reduce((c, x) => over(rgb(getComputedStyle(x).backgroundColor), c), [255, 255, 255]);
  const faint = [];
  let texts = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; (n = walk.nextNode()); ) {
    const e = n.parentElement;
    if (!n.data.trim() || e.closest('script, option, :disabled') || !e.checkVisibility()) continue;
    texts++;
    const s = getComputedStyle(e);
    const [r, g, b, a = 1] = rgb(e.closest('svg') ? s.fill : s.color);
    const back = behind(e);
    const front = over([r, g, b, line(e).reduce((k, x) => k * getComputedStyle(x).opacity, a)], back);
    const big = parseFloat(s.fontSize) >= (s.fontWeight >= 700 ? 18.66 : 24);
    const k = ratio(front, back);
    if (k < (big ? 3 : 4.5)) faint.push(n.data.trim() + ': ' + k.toFixed(2));
  }
  for (const e of document.querySelectorAll('input, select, button')) {
    if (!e.checkVisibility() || e.type === 'radio') continue;
    const { width, height } = e.getBoundingClientRect();
    if (width < 24 || height < 24) faint.push(e.outerHTML + ': ' + width + ' x ' + height);
    // Buttons have a word to be found by, sliders and ticks are drawn by the browser.
    if (e.matches('button, [type=range], [type=checkbox]')) continue;
    const back = behind(e.parentElement);
    const k = Math.max(ratio(over(rgb(getComputedStyle(e).borderTopColor), back), back), ratio(behind(e), back));
    if (k < 3) faint.push(e.outerHTML + ': ' + k.toFixed(2));
  }
  return { texts, faint };
})()`;

/** World time goes so many times faster. */
const RATE = 5;

/** One for all: it takes longer to start than a page. */
let b: Browser;

describeLong('page in a browser', function () {
  this.timeout(90000);
  let bench: Bench;

  before(async function () {
    if (!CHROMIUM) {
      process.stderr.write(
        "\n  SKIPPED: the tests of the charger's page in a browser; no Chromium (set CHROMIUM)\n\n",
      );
      return this.skip();
    }
    bench = await start({ http: 0, bench: 0, csms: 0, fresh: true, flash: '', rate: RATE });
    b = new Browser();
  });
  after(() => bench?.stop());

  const shown = async (): Promise<Shown> => (await bench.snapshot()) as unknown as Shown;
  const click = (id: string): Promise<void> => b.value(`${$(id)}.click()`);
  /** As a hand would: the events that a change makes. */
  const put = (selector: string, value: string): Promise<void> =>
    b.value(`(() => {
      const e = document.querySelector(${JSON.stringify(selector)});
      if (e.type === 'checkbox') e.checked = ${JSON.stringify(value)} === '1';
      else e.value = ${JSON.stringify(value)};
      e.dispatchEvent(new Event('input', { bubbles: true }));
      e.dispatchEvent(new Event('change', { bubbles: true }));
    })()`);
  const submit = (id: string): Promise<void> => b.value(`${$(id)}.requestSubmit()`);
  const key = async (name: string): Promise<unknown> =>
    JSON.parse((await bench.get(`/api/status?filter=${name}`)).body)[name];
  const holds = async (what: () => Promise<boolean> | boolean, name: string): Promise<void> => {
    for (const end = Date.now() + 40000; !(await what()); await new Promise((go) => setTimeout(go, 50)))
      assert.ok(Date.now() < end, `${name} never held`);
  };

  it('speaks the language of the browser, and the other one on request', async () => {
    await b.open(bench.http + '/', { width: 390, height: 844, lang: 'de' });
    await b.until(says('headline', 'Kein Auto angeschlossen'));
    assert.equal(await b.value('document.documentElement.lang'), 'de');
    await click('lang');
    await b.until(says('headline', 'No car connected'));
    await b.until(says('link', 'connected'));
    assert.equal(await b.value('document.documentElement.scrollWidth'), 390, 'wider than the phone');
  });

  /** WCAG 2.1, as it is on the screen: 4.5 for text (3 where it is big), 3 for the rim of a field, 24 pixels for a finger. */
  it('everything can be told from what is behind it, light and dark', async () => {
    for (const dark of [false, true]) {
      await b.open(bench.http + '/', { width: 360, height: 740, dark });
      await b.until(says('headline', 'No car connected'));
      await b.value(`document.querySelectorAll('details').forEach((d) => (d.open = true))`);
      await b.until(`${$('networks')}.children.length && ${$('log')}.textContent.length > 5`);
      const { texts, faint } = await b.value<{ texts: number; faint: string[] }>(MEASURE);
      assert.ok(texts > 100, `${texts} texts`);
      assert.deepEqual(faint, [], dark ? 'dark' : 'light');
    }
  });

  it('has a name for everything that can be worked, and a key reaches all of it', async () => {
    // A search for networks offers more when it ends.
    await b.until(`${$('join')}.elements.pick.length > 2 && !${$('seek')}.disabled`);
    const { nodes } = (await b.send('Accessibility.getFullAXTree')) as { nodes: AxNode[] };
    const works = nodes.filter((n) => !n.ignored && WORKED.includes(n.role?.value ?? ''));
    assert.ok(works.length > 40, `${works.length} of them`);
    assert.deepEqual(
      works.filter((n) => !n.name?.value).map((n) => n.role),
      [],
    );
    assert.deepEqual(
      works.filter((n) => n.role?.value === 'slider').map((n) => n.name!.value),
      ['Charge with at most', 'Brightness of the light'],
    );
    const tab = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 };
    const reached = `new Set([...(window.reached ?? []), document.activeElement])`;
    await b.value(`document.activeElement.blur(), scrollTo(0, 0)`);
    for (let i = 0; i < works.length + 20; i++) {
      for (const type of ['rawKeyDown', 'keyUp']) await b.send('Input.dispatchKeyEvent', { type, ...tab });
      await b.value(`window.reached = ${reached}, 0`);
    }
    // Of radio buttons one is reached, the arrows do the rest.
    assert.deepEqual(
      await b.value(`[...document.querySelectorAll('button, summary, input:not([type=radio]), select')]
        .filter((e) => e.checkVisibility() && !e.disabled && !window.reached.has(e))
        .map((e) => e.outerHTML)`),
      [],
    );
    assert.equal(await b.value(`[...window.reached].filter((e) => e.type === 'radio').length`), 1);
  });

  it('a name breaks between its words on the narrowest phone, and what stands beside it keeps its line', async () => {
    for (const width of [320, 390]) {
      await b.open(bench.http + '/', { width, height: 640 });
      await b.until(says('headline', 'No car connected'));
      const lines = await b.value<string[]>(`(() => {
        const text = document.querySelector('h1').firstChild;
        const at = (i) => {
          const r = document.createRange();
          r.setStart(text, i);
          r.setEnd(text, i + 1);
          return r.getBoundingClientRect().top;
        };
        return [...text.data].reduce((all, c, i) => {
          if (!i || at(i) > at(i - 1) + 5) all.push('');
          all[all.length - 1] += c;
          return all;
        }, []);
      })()`);
      assert.ok(
        lines.every((l) => /^(Pilotwire|\d+|Pilotwire \d+)$/.test(l.trim())),
        `${width}: ${lines.join(' / ')}`,
      );
      const top = `${$('link')}.getBoundingClientRect().top`;
      const before = await b.value(top);
      assert.equal(await b.value(`(${$('link')}.className = 'pill bad', ${top})`), before, 'pill');
      assert.equal(await b.value('document.documentElement.scrollWidth'), width);
    }
  });

  it('shows a password to who wants to see what was typed, and hides it again', async () => {
    await b.open(bench.http + '/', { width: 320, height: 640 });
    await b.until(says('headline', 'No car connected'));
    await b.value(`document.querySelectorAll('details').forEach((d) => (d.open = true))`);
    await b.until(`${$('join')}.elements.pick.length > 2`);
    const field = `${$('lock')}.elements.word`;
    const shown = (): Promise<unknown[]> =>
      b.value(`(() => {
        const peek = ${field}.form.querySelector('[aria-pressed]');
        return [${field}.type, peek.getAttribute('aria-pressed'), peek.textContent];
      })()`);
    assert.deepEqual(await shown(), ['password', 'false', 'Show']);
    await b.value(`${field}.form.querySelector('[aria-pressed]').click()`);
    assert.deepEqual(await shown(), ['text', 'true', 'Show']);
    await b.value(`${field}.form.reset()`);
    assert.deepEqual(await shown(), ['password', 'false', 'Show']);
    // One in each such field, and nothing of a label that is not shown.
    const places = await b.value<number[][]>(`[...document.querySelectorAll('[type=password]')]
      .filter((e) => !e.closest('dialog'))
      .map((e) => {
        const f = e.getBoundingClientRect();
        const p = e.parentElement.nextElementSibling.getBoundingClientRect();
        return [f.top - p.top, f.bottom - p.bottom, p.right <= f.right && p.left > f.left + 100];
      })`);
    assert.deepEqual(places, Array(3).fill([0, 0, true]));
    await put('#join [name=pick]', 'Gasthof "Zur Post"');
    assert.equal(
      await b.value(
        `[...${$('join')}.querySelectorAll('[aria-pressed]')].filter((e) => e.offsetParent).length`,
      ),
      0,
    );
  });

  it('connects to a central system, and tells what is wrong with an address', async () => {
    await b.open(bench.http + '/', { width: 390, height: 844 });
    await b.until(says('headline', 'No car connected'));
    await b.value(`${$('ocpp')}.open = true`);
    await b.until(`${$('central')}.elements.ocppu.offsetParent && ${$('steps')}.children.length`);
    await put('#central [name=ocppu]', 'ws://127.0.0.1:9/');
    await put('#central [name=ocppe]', '1');
    await submit('central');
    await b.until(says('ocppState', 'not connected'));
    await b.until(says('ocppError', 'Last error'), 30000);
    await put('#central [name=ocppu]', bench.csms!);
    await put('#central [name=ocppak]', 'a password of 24 letters');
    await submit('central');
    await b.until(`${$('central')}.elements.ocppak.value === ''`);
    assert.ok(b.asked.some((u) => u.includes('&ocppak=a%20password%20of%2024%20letters&ocppe=true')));
    await b.until(`${$('ocppState')}.textContent === 'connected'`, 60000);
    assert.equal(await b.value('document.querySelectorAll("#steps .yes").length'), 3);
    assert.ok(bench.frames().frames.some((f) => (f.frame as unknown[])[2] === 'BootNotification'));
  });

  it('lets nobody charge without permission, and gives it', async () => {
    await b.value(`${$('cards')}.open = true`);
    await put('[data-key=acs]', '1');
    await holds(async () => (await key('acs')) === 1, 'acs');
    await bench.post('car', { state: 'C', amps: 32, phases: 3 });
    await b.until(says('hint', 'Waiting for permission'));
    await click('act');
    await b.until(says('headline', 'Charging'), 30000);
    await b.until(`parseFloat(document.querySelector('[data-v=power]').textContent) > 10`);
    assert.equal((await shown()).contactor.closed, true);
    await b.until(`${$('plot')}.querySelector('.line')`);
  });

  it('changes the current on the wire', async () => {
    await put('#amp', '10');
    await holds(async () => Math.abs((await shown()).pilot.duty - 16.7) < 0.2, 'duty');
    await b.until(says('lines', '10.0 A'));
    assert.equal(await key('amp'), 10);
  });

  it('a value that is refused comes back with the reason', async () => {
    await b.value(`document.querySelector('[data-key=ama]').closest('details').open = true`);
    await b.until(`document.querySelector('[data-key=ama]').value === '32'`);
    await b.value(`document.querySelector('[data-key=dwo]').max = ''`);
    await put('[data-key=dwo]', '5000');
    await b.until(`!${$('toast')}.hidden && ${says('toast', 'exceeds range')}`);
    assert.equal(await key('dwo'), null);
    await put('[data-key=dwo]', '7.5');
    await holds(async () => (await key('dwo')) === 7500, 'dwo');
    await put('[data-key=dwo]', '');
    await holds(async () => (await key('dwo')) === null, 'no limit');
  });

  it('keeps a schedule and the mode', async () => {
    await b.value(`${$('sch_week')}.closest('details').open = true`);
    await b.until(`${$('sch_week')}.offsetParent`);
    const field = (which: string): string => `[name="sch_week.0.${which}"]`;
    await put('#sch_week select', '2');
    await put(field('from'), '07:30');
    await put(field('to'), '09:00');
    await holds(async () => {
      const x = (await key('sch_week')) as { control: number; ranges: object[] };
      return x.control === 2 && x.ranges.length === 1;
    }, 'schedule');
    const v = (await key('sch_week')) as {
      ranges: Record<'begin' | 'end', { hour: number; minute: number }>[];
    };
    assert.deepEqual([v.ranges[0].begin.hour, v.ranges[0].begin.minute, v.ranges[0].end.hour], [7, 30, 9]);
    await put('#sch_week select', '0');
    await holds(async () => ((await key('sch_week')) as { control: number }).control === 0, 'no schedule');
    await put('[data-key=lmo]', '5');
    await b.until(`!document.querySelector('[data-key=att]').closest('label').hidden`);
    await b.until(`document.querySelector('[data-key=att]').value === '09:00'`);
    await put('[data-key=att]', '06:45');
    await holds(async () => (await key('att')) === 24300, 'departure');
    await put('[data-key=lmo]', '3');
    await holds(async () => (await key('lmo')) === 3, 'mode');
  });

  it('stops, starts again, and sees the car leave', async () => {
    await b.until(says('act', 'Stop'));
    await click('act');
    await b.until(says('hint', 'Switched off by hand'));
    await holds(async () => !(await shown()).contactor.closed, 'open');
    assert.equal((await shown()).contactor.openedUnderLoad, 0);
    // What the button does is that of the last news.
    await b.until(says('act', 'Start'));
    await click('act');
    await b.until(`${says('headline', 'Charging')} && ${says('act', 'Stop')}`, 30000);
    await click('act');
    await b.until(says('hint', 'Switched off by hand'));
    await holds(async () => !(await shown()).contactor.closed, 'open');
    await bench.post('car', { state: 'unplugged' });
    await b.until(says('headline', 'No car connected'));
  });

  it('learns a card by its tap and forgets it', async () => {
    await click('teach');
    await b.until(`!${$('learn')}.hidden`);
    await bench.post('card', { uid: '04A1B2C3D4E5F6', ms: 800 });
    await b.until(`${$('learn')}.elements.id.value === '04A1B2C3D4E5F6'`);
    await put('#learn [name=name]', 'Anna Müller');
    await submit('learn');
    await b.until(says('list', 'Anna Müller'));
    assert.equal(await key('rde'), false);
    await b.value(`document.querySelector('#list button').click()`);
    await b.until(says('list', 'No cards yet'));
  });

  it('shows the log, and the network', async () => {
    await b.value(`${$('journal')}.open = ${$('wifi')}.open = true`);
    await b.until(says('log', 'charging'));
    await b.until(says('air', 'Connected to bench'));
  });

  it('offers the networks in the air: a name where it is another one, a password where it has one', async () => {
    const join = (name: string): string => `${$('join')}.elements.${name}`;
    const fields = (): Promise<boolean[]> =>
      b.value(`['pick', 'ssid', 'key'].map((n) => !!${$('join')}.elements[n].offsetParent)`);
    await b.until(`${join('pick')}.length > 2`);
    const offered = await b.value<string[]>(`[...${join('pick')}].map((o) => o.text)`);
    assert.deepEqual(offered, [
      'bench 🔒 · good',
      'Nachbar 🔒 · good',
      'Müllers WLAN 🔒 · fair',
      'Gasthof "Zur Post" · weak',
      'Neubau 🔒 · weak',
      'Other…',
    ]);
    assert.deepEqual(
      [await b.value(`${join('pick')}.value`), await fields()],
      ['bench', [true, false, true]],
    );
    await put('#join [name=pick]', 'Gasthof "Zur Post"');
    assert.deepEqual(await fields(), [true, false, false]);
    await put('#join [name=pick]', '');
    assert.deepEqual(await fields(), [true, true, true]);
    await click('seek');
    await b.until(`!${$('seek')}.disabled`);
    assert.equal(await b.value(`${join('pick')}.value`), '', 'another one is still another one');
    await put('#join [name=pick]', 'Müllers WLAN');
    await put('#join [name=key]', 'geheim-geheim');
    await submit('join');
    await b.until(says('toast', 'joins Müllers WLAN'));
    await b.until(says('networks', 'Müllers WLAN'), 30000);
    const known = (): Promise<unknown> => key('wifis');
    assert.deepEqual(await known(), [
      { ssid: 'bench', key: true },
      { ssid: 'Müllers WLAN', key: true },
    ]);
    await b.value(`${$('networks')}.querySelectorAll('button')[1].click()`);
    await holds(async () => ((await known()) as object[]).length === 1, 'forgotten');
    await b.until(says('air', 'Connected to bench'), 60000);
  });

  const WORD = 'correct horse';
  const line = async (words: string): Promise<void> => {
    await put('#type [name=line]', words);
    await submit('type');
  };
  it('says what the console needs, and leads there', async () => {
    await b.value(`${$('shell')}.open = true`);
    await b.until(`${$('unset')}.offsetParent && !${$('type')}.offsetParent`);
    await click('toLock');
    await b.until(`document.activeElement === ${$('lock')}.elements.word`);
    await put('#lock [name=word]', WORD);
    await submit('lock');
    await b.until(`${$('type')}.offsetParent && ${says('said', 'factoryReset("SERIAL")')}`);
    assert.equal(await b.value(`${$('unset')}.hidden`), true);
  });

  it('takes lines on the console, answers below each other, and calls them back', async () => {
    await line('set amp 12');
    await b.until(says('said', '> set amp 12\namp = 12 A\n'));
    assert.equal(await key('amp'), 12);
    await line('set amp 99');
    await b.until(says('said', 'Refused, exceeds range 6 to 32.'));
    await line('status');
    await b.until(says('said', 'charger  no vehicle'));
    const press = (name: string): Promise<unknown> =>
      b.value(`(() => {
        const e = ${$('type')}.elements.line;
        e.dispatchEvent(new KeyboardEvent('keydown', { key: '${name}', bubbles: true, cancelable: true }));
        return e.value;
      })()`);
    assert.deepEqual(
      [await press('ArrowUp'), await press('ArrowUp'), await press('ArrowDown'), await press('ArrowDown')],
      ['status', 'set amp 99', 'status', 'status'],
    );
  });

  it('asks for a password that is not the right one any more, and takes a no', async () => {
    const Authorization = `Bearer ${WORD}`;
    const other = 'battery staple';
    const r = await fetch(`${bench.http}/api/set?hak=${encodeURIComponent(other)}`, {
      headers: { Authorization },
    });
    assert.equal(r.status, 200);
    await put('#amp', '10');
    await b.until(`${$('ask')}.open && !${$('wrong')}.hidden`);
    await b.value(`${$('ask')}.querySelector('[data-t=cancel]').click()`);
    await b.until(says('toast', 'This charger has a password'));
    assert.equal(await key('amp'), 12);
    // Nobody looks at a password for a second after a wrong one.
    await bench.advance(1500);
    await put('#amp', '9');
    await b.until(`${$('ask')}.open && ${$('wrong')}.hidden`);
    await put('#secret', other);
    await b.value(`${$('ask')}.querySelector('[value=ok]').click()`);
    await holds(async () => (await key('amp')) === 9, 'the new password');
  });

  it('says plainly that the charger is out of reach, and comes back', async () => {
    // The page keeps step with the world, from the next word of the charger on, which comes within 5 s.
    await b.pace(RATE);
    await bench.advance(6000);
    await bench.post('wifi', { up: false });
    // 12 s of silence tell as much as a request that came to nothing: the one that follows them settles it.
    await b.until(`!${$('lost')}.hidden && ${says('lost', 'No connection to the charger')}`, 22000 / RATE);
    await bench.post('wifi', { up: true });
    await b.until(`${$('lost')}.hidden && ${says('link', 'connected')}`, 60000);
    await b.pace(1);
  });

  /** A file as if it had been picked. */
  const pick = (file: Buffer, name: string): Promise<void> =>
    b.value(`(() => {
      const bytes = Uint8Array.from(atob('${file.toString('base64')}'), (c) => c.charCodeAt(0));
      const all = new DataTransfer();
      all.items.add(new File([bytes], '${name}'));
      ${$('update')}.files = all.files;
      ${$('update')}.dispatchEvent(new Event('change', { bubbles: true }));
    })()`);

  it('an update for another board, and one that is none, are refused in plain words', async () => {
    await b.value(`${$('device')}.open = true`);
    // The card that was learned has been let in as well.
    await line('set trx null');
    await holds(async () => (await key('trx')) === null, 'nobody may charge');
    const other = packUpdate('other', '0.2.0', new Map([['main', Buffer.alloc(60000, 'x')]]));
    await pick(other, 'other.pwu');
    await b.until(`${$('update')}.disabled && /Sending: [1-9]/.test(${$('progress')}.textContent)`, 30000);
    await b.until(says('toast', 'Not taken: for the board other, this is reference'), 60000);
    await b.until(`!${$('update')}.disabled`);
    await pick(Buffer.from('x'.repeat(3000)), 'holiday.pwu');
    await b.until(says('toast', 'Not taken: no update of Pilotwire'), 60000);
    assert.equal(await key('pwv'), VERSION);
  });

  it('an update: progress, restart, the new version; without a load of the page', async () => {
    await b.value(`window.told = new Set();
      new MutationObserver(() => told.add(${$('progress')}.textContent))
        .observe(${$('progress')}, { childList: true });`);
    await pick(image('0.2.0'), 'reference.pwu');
    await b.until(says('toast', 'Sent and checked: the charger restarts'), 60000);
    const told = await b.value<string[]>('[...told]');
    assert.ok(told.filter((p) => /^Sending: \d+ %$/.test(p)).length > 20, told.join());
    await b.until(says('toast', 'Version 0.2.0 is running.'), 60000);
    assert.match(await b.value(`document.querySelector('[data-v=version]').textContent`), /^0\.2\.0 /);
    await b.until(`${$('lost')}.hidden && ${says('link', 'connected')}`);
    assert.equal(await key('pwv'), '0.2.0');
  });

  it('never looked anywhere else, and nothing broke', async () => {
    assert.deepEqual(b.errors, []);
    const own = [bench.http + '/', 'data:'];
    assert.deepEqual(
      b.asked.filter((u) => !own.some((o) => u.startsWith(o))),
      [],
    );
  });
});

describeLong('page on the access point', function () {
  this.timeout(60000);
  after(() => b?.close());
  it('asks for the network: its form is open and in view, and what is typed joins', async function () {
    if (!CHROMIUM) return this.skip();
    const bench = await start({
      http: 0,
      bench: 0,
      csms: 'off',
      fresh: true,
      flash: '',
      set: [['wifis', '[]']],
      rate: RATE,
    });
    b ??= new Browser();
    try {
      await b.open(bench.http + '/', { width: 360, height: 740 });
      await b.until(`${$('join')}.elements.pick.length > 2`);
      const { top, bottom } = await b.value<{ top: number; bottom: number }>(
        `${$('wifi')}.getBoundingClientRect().toJSON()`,
      );
      assert.ok(top >= 0 && bottom <= 740 && bottom > top + 200, `${top} to ${bottom}`);
      await b.value(`(() => {
        const { pick, key } = ${$('join')}.elements;
        pick.value = 'bench';
        key.value = 'bench-key';
        ${$('join')}.requestSubmit();
      })()`);
      await b.until(says('air', 'Connected to bench'), 30000);
      await b.open(bench.http + '/', { width: 360, height: 740 });
      await b.until(says('link', 'connected'));
      assert.equal(await b.value(`${$('wifi')}.open`), false, 'it has one now');
    } finally {
      await bench.stop();
    }
  });
});
