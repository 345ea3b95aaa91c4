// The serial line without a package: stty sets it up, the rest is a file. No driver of Node's has to be compiled for it, which
// is what a bench computer without a compiler cannot do. Linux and macOS; Windows has no stty, see docs/flashing.md.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Failure, Usage, sleep } from './flash-say.mjs';

const POLL = 4;
/** Names of serial adapters in /dev: USB bridges and USB of the chip itself. */
const ADAPTERS = { linux: /^tty(USB|ACM)\d+$/, darwin: /^cu\.(usb|SLAB|wch)/ };

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** What Linux knows of the adapter behind a port. */
function described(name) {
  let at;
  try {
    at = fs.realpathSync(`/sys/class/tty/${name}/device`);
  } catch {
    return '';
  }
  for (let up = 0; up < 4; up++, at = path.dirname(at)) {
    const text = ['manufacturer', 'product']
      .map((f) => read(path.join(at, f)))
      .join(' ')
      .trim();
    if (text) return text;
  }
  return '';
}

/** Ports that may have a board: [path, description]. */
export function ports(dev = '/dev', platform = process.platform) {
  const pattern = ADAPTERS[platform];
  if (!pattern || !fs.existsSync(dev)) return [];
  return fs
    .readdirSync(dev)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => [path.join(dev, name), platform === 'linux' ? described(name) : '']);
}

/** The port that was named, or the only one there is. */
export function choose(named, found = ports()) {
  if (named) {
    if (process.platform !== 'win32' && !fs.existsSync(named)) throw new Failure(`no port ${named}`);
    return named;
  }
  if (!found.length)
    throw new Failure('no port: no board is connected, or its cable only charges; else name it with --port');
  if (found.length > 1)
    throw new Usage(`several ports, choose with --port: ${found.map(([name]) => name).join(', ')}`);
  return found[0][0];
}

/** The same for a command that is only printed. */
export const likely = (named, found = ports()) => named ?? (found.length === 1 ? found[0][0] : 'PORT');

/** Another program that has the port open. */
export function holder(port) {
  const file = fs.realpathSync(port);
  if (process.platform === 'darwin') {
    const pid = spawnSync('lsof', ['-t', file], { encoding: 'utf8' }).stdout?.trim().split('\n')[0];
    return pid ? `process ${pid}` : '';
  }
  if (!fs.existsSync('/proc/self/fd')) return '';
  for (const pid of fs.readdirSync('/proc').filter((n) => /^\d+$/.test(n) && Number(n) !== process.pid)) {
    let open;
    try {
      open = fs
        .readdirSync(`/proc/${pid}/fd`)
        .some((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`) === file);
    } catch {
      continue; // ended meanwhile, or is somebody else's
    }
    if (open) return `${read(`/proc/${pid}/comm`)} (process ${pid})`;
  }
  return '';
}

const REASONS = {
  EACCES: (port) => `no permission for ${port}: add yourself to its group (dialout, uucp) and log in anew`,
  EBUSY: (port) => `${port} is in use by another program`,
  ENOENT: (port) => `no port ${port}`,
  EISDIR: (port) => `${port} is no serial port`,
};
const reason = (e, port) => REASONS[e.code]?.(port) ?? `${port}: ${e.message}`;

function open(port) {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = fs.constants;
  try {
    return fs.openSync(port, O_RDWR | O_NOCTTY | O_NONBLOCK);
  } catch (e) {
    throw new Failure(reason(e, port));
  }
}

/** 8N1 without a shell's comforts; the engine stops us by XOFF when its buffer is full. */
const LINE = ['raw', '-echo', '115200', 'cs8', '-cstopb', '-parenb', 'clocal', '-hupcl', 'ixon'];

/** An open line. `on` is called with what comes, as text of bytes. */
export class Serial {
  text = '';
  on = () => {};
  _open = true;

  constructor(port) {
    if (process.platform === 'win32')
      throw new Failure(
        'an upload over the serial line needs Linux or macOS (or WSL); here write all with --engine FILE',
      );
    // A pseudo-terminal is held by whoever made it.
    const by = fs.existsSync(port) && !port.startsWith('/dev/pts/') ? holder(port) : '';
    if (by) throw new Failure(`${port} is in use by ${by}`);
    this.port = port;
    const first = open(port);
    const r = spawnSync('stty', LINE, { stdio: [first, 'ignore', 'pipe'], encoding: 'utf8' });
    // A second time, because a program that is started with the line makes it one that waits; before it is closed, because
    // a line that nobody has open resets the board.
    if (r.status === 0) this._fd = open(port);
    fs.closeSync(first);
    if (r.status !== 0)
      throw new Failure(
        `${port} is no serial port (${(r.error?.message ?? r.stderr).trim().split('\n')[0]})`,
      );
    this._poll = setTimeout(this._read, 0);
  }

  _read = () => {
    const buffer = Buffer.alloc(4096);
    let n;
    do {
      try {
        n = fs.readSync(this._fd, buffer);
      } catch (e) {
        if (e.code !== 'EAGAIN') return this._lost(e);
        n = 0;
      }
      // Bytes as letters; what is not asked for soon is forgotten.
      const text = buffer.toString('latin1', 0, n);
      this.text = (this.text + text).slice(-65536);
      if (n) this.on(text);
    } while (n === buffer.length && this._open);
    if (this._open) this._poll = setTimeout(this._read, POLL);
  };

  _lost(e) {
    this.lost = new Failure(`${this.port}: the connection is gone (${e.code ?? e.message})`);
    this.close();
  }

  /** All of it, however slowly the other side takes it. */
  async write(text, ms = 20000) {
    const data = Buffer.from(text, 'latin1');
    const end = Date.now() + ms;
    for (let at = 0; at < data.length;) {
      if (this.lost) throw this.lost;
      try {
        at += fs.writeSync(this._fd, data, at);
      } catch (e) {
        if (e.code !== 'EAGAIN') throw new Failure(`${this.port}: the connection is gone (${e.code})`);
        if (Date.now() > end) throw new Failure(`${this.port}: nothing takes what is sent`);
        await sleep(POLL);
      }
    }
  }

  /** The match as soon as it is there, undefined after `ms`. What stood before it is forgotten. */
  async wait(pattern, ms) {
    for (const end = Date.now() + ms; ;) {
      const m = pattern.exec(this.text);
      if (m) {
        this.text = this.text.slice(m.index + m[0].length);
        return m;
      }
      if (this.lost) throw this.lost;
      if (Date.now() > end) return undefined;
      await sleep(POLL);
    }
  }

  pause(ms) {
    return sleep(ms);
  }

  close() {
    if (!this._open) return;
    this._open = false;
    clearTimeout(this._poll);
    fs.closeSync(this._fd);
  }
}
