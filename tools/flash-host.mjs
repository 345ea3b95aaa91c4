// Over the network: the update file goes piece by piece to `/update/<offset>`, where a lost piece may be sent again, and
// `/update/end` checks all of it and restarts into it. What is cut short before that leaves the running firmware alone.
import http from 'node:http';
import readline from 'node:readline';
import { Failure, Usage, out, progress, say, sleep } from './flash-say.mjs';

/** Bytes of a piece: a flash write of some ms, and a body that comes in two packets. */
const PIECE = 1024;
/** An answer, ms: the first piece waits until a slot has been erased. */
const ANSWER = 15000;
/** A piece is tried so often, with a pause that grows up to the last. */
const TRIES = 10;
const PAUSES = [300, 1000, 2000, 5000];
/** Restart and Wi-Fi; the trial, which ends after one minute or, while a central system does not answer, after five; ms. */
const START = 180000;
const TRIAL = 420000;
const LOOK = 2000;
/** How often a console asks for new lines of the log. */
const NEWS = 3000;

/** Nobody answered, or the answer broke off. */
class Lost extends Failure {}

const REASONS = {
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection broke off',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name is not known',
};

/** A charger in the network. */
export class Host {
  /** @param {string} address name or address, with :port where it is not 80. */
  constructor(address, password = '') {
    try {
      this.url = new URL(/^\w+:\/\//.test(address) ? address : `http://${address}`);
    } catch {
      throw new Usage(`--host: "${address}" is no address`);
    }
    if (this.url.protocol !== 'http:') throw new Usage('--host: the charger speaks http:// only');
    this.name = this.url.host;
    this.password = password;
  }

  /** One request: {status, body}. */
  once(path, body, ms = ANSWER) {
    const data = body === undefined ? undefined : Buffer.from(body);
    const headers = {
      ...(data && { 'Content-Length': data.length }),
      ...(this.password && { Authorization: `Bearer ${this.password}` }),
    };
    return new Promise((resolve, reject) => {
      const lost = (why) => reject(new Lost(`${this.name}: ${why}`));
      const q = http.request(
        new URL(path, this.url),
        { method: data ? 'POST' : 'GET', headers, agent: false, timeout: ms },
        (r) => {
          const all = [];
          r.on('data', (d) => all.push(d));
          r.on('error', () => lost('the answer broke off'));
          r.on('end', () => resolve({ status: r.statusCode, body: Buffer.concat(all).toString() }));
        },
      );
      q.on('timeout', () => q.destroy(new Error('no answer')));
      q.on('error', (e) => lost(REASONS[e.code] ?? e.message));
      q.end(data);
    });
  }

  /** The same with more tries: for what may be asked twice. Lost is what no try brought, busy is as good as lost. */
  async ask(path, body) {
    for (let n = 0; ; n++) {
      try {
        const r = await this.once(path, body);
        if (r.status !== 503 || n + 1 === TRIES) return r;
      } catch (e) {
        if (!(e instanceof Lost) || n + 1 === TRIES) throw e;
      }
      await sleep(PAUSES[Math.min(n, PAUSES.length - 1)]);
    }
  }

  /** Values of keys. */
  async keys(names, once) {
    const path = `/api/status?filter=${names}`;
    const r = await (once ? this.once(path) : this.ask(path));
    if (r.status !== 200) throw this.refused(r);
    try {
      return JSON.parse(r.body);
    } catch {
      throw new Failure(`${this.name} is no charger with Pilotwire`);
    }
  }

  /** What an answer that is not 200 means, and what to do. */
  refused({ status, body }) {
    let why = body.slice(0, 200);
    try {
      why = JSON.parse(body).error ?? why;
    } catch {
      // As it came.
    }
    const say = (text) => new Failure(`${this.name}: ${text}`);
    if (status === 401 && !this.password)
      return say('needs its password (key hak): --password, or PILOTWIRE_PASSWORD in the environment');
    if (status === 401 || status === 429) return say(why);
    if (/^needs a password/.test(why))
      return say(
        'has no password, and without one it takes neither update nor console: set one first, on its page under Network or by set("hak", "PASSWORD") on the serial line',
      );
    if (/^not while charging/.test(why)) return say('a car is charging: end that first');
    if (status === 404)
      return say('does not know this request: its firmware is too old, or hai is off; use the serial line');
    if (/^no room/.test(why))
      return say(`${why}; the serial line has a way: ./flash.sh --erase, settings are lost`);
    return say(`${why || 'no answer'} (${status})`);
  }
}

/** What an update file is for: its first line. */
export function head(file) {
  const [word, board, version] = file.toString('latin1', 0, 160).split(' ');
  if (word !== 'PWU1') throw new Failure('this is no update of Pilotwire');
  return { board, version };
}

/** Who answers at the address: board, version, serial, counter of boots. */
export async function greet(host) {
  let it;
  try {
    it = await host.keys('mod,pwv,sse,rbc,car', true);
  } catch (e) {
    if (!(e instanceof Lost)) throw e;
    throw new Failure(
      `${e.message}: is the address right, has the charger power, is this computer in its network?`,
    );
  }
  if (!it.mod || !it.pwv) throw new Failure(`${host.name} is no charger with Pilotwire`);
  return { board: it.mod, version: it.pwv, serial: it.sse, boots: it.rbc };
}

/** Nothing is written: why the charger takes no update now, undefined = it does. */
async function hindered(host) {
  const r = await host.ask('/update/look', '-');
  return r.status === 400 ? undefined : r;
}

/** Refuses what this charger must not get. */
export function fits(it, update) {
  if (it.board !== update.board)
    throw new Failure(
      `board mismatch: this charger is a "${it.board}", the bundle is for "${update.board}"; --board ${it.board}`,
    );
  if (parseInt(update.version) < parseInt(it.version))
    throw new Failure(
      `version ${update.version} is too old: the charger has ${it.version} and goes back by the serial line only`,
    );
}

/** Sends the pieces. The charger asks for all of them anew where a power cut has torn one. */
async function send(host, file, again = false) {
  for (let at = 0; at < file.length; at += PIECE) {
    const piece = file.subarray(at, at + PIECE);
    let r;
    try {
      r = await host.ask(`/update/${at}`, piece);
    } catch (e) {
      throw e instanceof Lost
        ? new Failure(
            `${e.message}; connection lost at ${at} of ${file.length} bytes, the firmware runs on as it was: run it again`,
          )
        : e;
    }
    if (r.status === 409 && /begin at 0/.test(r.body) && at && !again) return send(host, file, true);
    if (r.status !== 200) throw host.refused(r);
    progress('uploading', at + piece.length, file.length);
  }
}

/** Checks all of it in the charger and lets it start. */
async function finish(host, it) {
  const stands = async () => (await host.keys('rbc').catch(() => ({}))).rbc === it.boots;
  let r;
  try {
    r = await host.once('/update/end', '-', 2 * ANSWER);
  } catch (e) {
    // The answer may be what got lost: a new start says so, also one between these questions.
    if (!(e instanceof Lost)) throw e;
    if (await stands()) r = await host.ask('/update/end', '-');
  }
  if (r && r.status !== 200 && (await stands())) throw host.refused(r);
}

/** Waits until the new bundle answers and has proved itself, or has given way to the old one. */
async function trial(host, it, update) {
  say('checked; the charger restarts');
  let boots = it.boots;
  let on = 0;
  for (let end = Date.now() + START; ; await sleep(LOOK)) {
    if (Date.now() > end)
      throw new Failure(
        on
          ? `${host.name}: still on trial; with a central system the new firmware proves itself only when that accepts it. Look at log() later`
          : `${host.name}: does not answer after its restart; after three starts that fail the old firmware comes back. Look at the serial line`,
      );
    const now = await host.keys('pwv,rbc', true).catch(() => undefined);
    if (!now || now.rbc === it.boots) continue;
    const r = await host.once('/update/look', '-').catch(() => undefined);
    if (!r || r.status === 503) continue;
    if (/on trial/.test(r.body)) {
      if (!on) {
        end = Date.now() + TRIAL;
        say(`Pilotwire ${now.pwv} runs and is on trial for a minute`);
      }
      on = 1;
      boots = now.rbc;
      continue;
    }
    if (r.status === 401 || r.status === 403 || r.status === 429) throw host.refused(r);
    // With the same version as before only its trial tells the new bundle from the old one.
    const same = update.version === it.version;
    if (now.pwv !== update.version || (same && (!on || boots !== now.rbc)))
      throw new Failure(
        `rolled back: ${update.version} did not prove itself, Pilotwire ${now.pwv} runs again; log() has the reason`,
      );
    return say(`proved: Pilotwire ${now.pwv} runs on ${it.board}, serial ${it.serial}, boot ${now.rbc}`);
  }
}

/** All of an update. */
export async function update(host, it, file) {
  const what = head(file);
  fits(it, what);
  const r = await hindered(host);
  if (r) throw host.refused(r);
  say(
    `${host.name}: Pilotwire ${it.version} on ${it.board}, serial ${it.serial}; update ${what.version}, ${file.length} bytes`,
  );
  await send(host, file);
  await finish(host, it);
  await trial(host, it, what);
}

/** Sets keys, one a request, in order of the file; says all that were refused. The password of the file is used from there on. */
export async function configure(host, config) {
  const bad = [];
  for (const [key, v] of Object.entries(config)) {
    const r = await host.ask('/api/set', JSON.stringify({ [key]: v }));
    let said;
    try {
      said = JSON.parse(r.body)[key];
    } catch {
      // Below.
    }
    if (said === undefined) throw host.refused(r);
    if (said !== true) bad.push(said);
    else if (key === 'hak') host.password = v;
  }
  const n = Object.keys(config).length - bad.length;
  say(`${n} ${n === 1 ? 'key' : 'keys'} set`);
  if (bad.length) throw new Failure(`${host.name}: ${bad.join('; ')}`);
}

/** A console: what is typed goes to the charger a line at a time, what it prints and what is new in its log comes here. */
export async function talk(host, { stdin, stdout } = process) {
  const type = async (line) => {
    const r = await host.once('/console', line);
    if (r.status !== 200) throw host.refused(r);
    return r.body;
  };
  let seen = (await type('log')).split('\n').filter(Boolean);
  const input = readline.createInterface({
    input: stdin,
    output: stdin.isTTY ? stdout : undefined,
    prompt: '> ',
  });
  /** Above the line that is being typed. */
  const show = (text) => {
    if (!text) return;
    if (stdin.isTTY) stdout.write('\r\x1b[K');
    out.write(text.replace(/\n*$/, '\n'));
    if (stdin.isTTY) input.prompt(true);
  };
  let queue = Promise.resolve();
  const turn = (job) => (queue = queue.then(job).catch((e) => show(e.message)));
  const news = setInterval(
    () =>
      turn(async () => {
        const all = (await type('log')).split('\n').filter(Boolean);
        // The log is a ring: what stands behind the last line that was there is new.
        const at = all.lastIndexOf(seen[seen.length - 1]);
        seen = all;
        show(all.slice(at + 1).join('\n'));
      }),
    NEWS,
  );
  say(`console of ${host.name}; help lists the commands, Ctrl-D ends it`);
  if (stdin.isTTY) input.prompt();
  input.on('SIGINT', () => input.close());
  input.on('line', (line) => {
    if (line.trim()) turn(async () => show(await type(line)));
    else if (stdin.isTTY) input.prompt();
  });
  await new Promise((end) => input.once('close', end));
  clearInterval(news);
  await queue;
}
