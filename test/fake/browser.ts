// Headless Chromium for tests of pages, driven by its own protocol over two pipes; no library. Where none is installed
// the tests that need it say that they are skipped. CHROMIUM names another executable.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

const PLACES = [
  process.env.CHROMIUM ?? '',
  ...['chromium', 'chromium-browser', 'google-chrome'].map((n) => `/usr/bin/${n}`),
];
export const CHROMIUM = PLACES.find((file) => file && existsSync(file));

type Answer = Record<string, unknown>;

export interface Look {
  width: number;
  height: number;
  dark?: boolean;
  lang?: string;
}

/** Runs before a page does: its clock may go faster, as that of a bench may. */
const CLOCK = `(() => {
  const { setTimeout, setInterval } = window;
  const real = Date.now;
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  let rate = 1;
  let from = 0;
  let since = 0;
  window.setTimeout = (fn, ms = 0, ...more) => setTimeout(fn, ms / rate, ...more);
  window.setInterval = (fn, ms = 0, ...more) => setInterval(fn, ms / rate, ...more);
  Date.now = () => Math.round(from + (real() - since) * rate);
  AbortSignal.timeout = (ms) => timeout(ms / rate);
  window.pace = (faster) => {
    from = Date.now();
    since = real();
    rate = faster;
  };
})()`;

export class Browser {
  /** What the page complained about: exceptions, console errors, requests that went elsewhere. */
  readonly errors: string[] = [];
  /** URLs of all requests. */
  readonly asked: string[] = [];
  private process: ChildProcess;
  private folder = mkdtempSync(path.join(os.tmpdir(), 'pilotwire-browser-'));
  private waits = new Map<number, (m: { result?: Answer; error?: { message: string } }) => void>();
  private count = 0;
  private session = '';
  private text = '';

  constructor() {
    const flags =
      '--headless=new --no-sandbox --disable-gpu --no-first-run --disable-extensions --hide-scrollbars';
    this.process = spawn(
      CHROMIUM!,
      [...flags.split(' '), `--user-data-dir=${this.folder}`, '--remote-debugging-pipe', 'about:blank'],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    );
    (this.process.stdio[4] as Readable).setEncoding('utf8').on('data', (d: string) => this.read(d));
  }

  private read(data: string): void {
    const [last, ...full] = (this.text + data).split('\0').reverse();
    this.text = last;
    for (const line of full.reverse()) this.got(JSON.parse(line));
  }

  private got(m: { id?: number; method?: string; params?: Answer; result?: Answer }): void {
    if (m.id !== undefined) {
      this.waits.get(m.id)?.(m);
      this.waits.delete(m.id);
    } else if (m.method === 'Runtime.exceptionThrown') this.errors.push(JSON.stringify(m.params));
    else if (m.method === 'Network.requestWillBeSent')
      this.asked.push((m.params!.request as { url: string }).url);
    else if (m.method === 'Page.javascriptDialogOpening')
      void this.send('Page.handleJavaScriptDialog', { accept: true });
  }

  send(method: string, params: Answer = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const id = ++this.count;
      this.waits.set(id, (m) =>
        m.error ? reject(new Error(`${method}: ${m.error.message}`)) : resolve(m.result!),
      );
      const message = { id, method, params, ...(this.session ? { sessionId: this.session } : {}) };
      (this.process.stdio[3] as Writable).write(JSON.stringify(message) + '\0');
    });
  }

  async open(url: string, look: Look): Promise<void> {
    if (!this.session) {
      const { targetInfos } = (await this.send('Target.getTargets')) as {
        targetInfos: { targetId: string; type: string }[];
      };
      const { targetId } = targetInfos.find((i) => i.type === 'page')!;
      this.session = (
        (await this.send('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string }
      ).sessionId;
      for (const domain of ['Page', 'Runtime', 'Network']) await this.send(`${domain}.enable`);
      await this.send('Page.addScriptToEvaluateOnNewDocument', { source: CLOCK });
    }
    const { width, height, dark, lang = 'en' } = look;
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 600,
    });
    await this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    });
    await this.send('Emulation.setUserAgentOverride', { userAgent: 'test', acceptLanguage: lang });
    await this.send('Page.navigate', { url });
    await this.until('document.readyState === "complete"');
  }

  /** Value of an expression; promises are waited for. */
  async value<T>(expression: string): Promise<T> {
    const r = (await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })) as {
      result: { value: T };
      exceptionDetails?: { exception?: { description?: string } };
    };
    if (r.exceptionDetails) throw new Error(`${expression}: ${r.exceptionDetails.exception?.description}`);
    return r.result.value;
  }

  /** What the page times from now on takes so many times less. */
  async pace(rate: number): Promise<void> {
    await this.value(`pace(${rate})`);
  }

  /** Waits for an expression to hold; polls, for a page has no other sign. */
  async until(expression: string, ms = 40000): Promise<void> {
    const end = Date.now() + ms;
    while (!(await this.value<boolean>(`!!(${expression})`).catch(() => false))) {
      if (Date.now() > end) throw new Error(`not in ${ms} ms: ${expression}; ${this.errors.join()}`);
      await new Promise((go) => setTimeout(go, 50));
    }
  }

  async picture(file: string, full = false): Promise<void> {
    const { data } = (await this.send('Page.captureScreenshot', {
      format: 'png',
      captureBeyondViewport: full,
    })) as {
      data: string;
    };
    writeFileSync(file, Buffer.from(data, 'base64'));
  }

  async close(): Promise<void> {
    const gone = new Promise((go) => this.process.once('exit', go));
    this.session = '';
    void this.send('Browser.close').catch(() => undefined);
    await gone;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
