// Upload into a running engine. New files are written beside the old ones, under names with a `~`, and read back as
// checksums. Then the file `.boot1` is written, and from there on the new firmware is the one that starts: it puts the
// files in place, here and now, or at the next start if somebody pulls the plug first. What is cut short before it is
// whole leaves the old firmware as it was.
import { crc32 } from './crc32.mjs';
import { ENGINE, wrongVersion } from './flash-engine.mjs';
import { BOARD, JOURNAL, JOURNAL_SIZE, room } from './flash-image.mjs';
import { Failure, progress, say } from './flash-say.mjs';

export const CODE = '.bootcde';
const INSTALL = '.boot1';
const NEXT = '~';
/** Bytes of one write; in base64 with the words around it below the smallest input buffer of an engine, 1024 bytes. */
const CHUNK = 512;
/** Bytes that stay free, so that Storage is not compacted under a running charger. */
const RESERVE = 32768;
/** Patience: an answer, an answer after long work in flash, the firmware after a start; ms. */
const ANSWER = 15000;
const LONG = 90000;
const START = 60000;
/** A warning comes right behind the banner, ms. */
const WARNS = 300;
/** How often the engine is called, and for how long each time: a start takes some seconds. */
const TRIES = 18;
const TRY = 700;
/** An engine that was told to start anew has begun to after this, ms. */
const RESET = 1200;

/** Updates that came over the network (firmware/core/slot.part.ts); they would run instead. */
const SLOTS = ['pw1', 'pw2'];
/** Dead bytes in Storage that are worth a compaction. */
const TRASH = 65536;

/**
 * The engine runs it at each start before the firmware. A file is copied unless it is there already, so all of it may be
 * repeated; only when all are alike do the new ones go. Returns whether they were.
 */
export const INSTALLER =
  `(s=>{let l=s.list(/^${NEXT}/);` +
  `l.forEach(n=>s.write(n.substr(1),s.read(n)));` +
  `if(!l.every(n=>s.read(n)===s.read(n.substr(1))))return 0;` +
  `${JSON.stringify(SLOTS)}.concat(l,"${INSTALL}").forEach(n=>s.erase(n));return 1` +
  `})(require("Storage"))`;

/** The engine at the other end of a line. */
export class Chip {
  _n = 0;
  _quiet = false;

  constructor(line) {
    this.line = line;
  }

  /** Until it answers: a start is waited for, a program that hangs is interrupted. */
  async wake(tries = TRIES) {
    for (let left = tries; left > 0; left--) {
      const word = `awake${++this._n}`;
      // Split, so that an echo is not taken for the answer. 0x10: no echo for this line.
      await this.line.write(`\n\x10echo(0);print("awa"+"ke${this._n}")\n`);
      if (await this.line.wait(new RegExp(word), TRY)) return;
      if (left < tries / 2) await this.line.write('\x03');
    }
    throw new Failure(
      `no engine answers at ${this.line.port}: write it with --engine FILE, or press EN (reset) and try again`,
    );
  }

  /** Value of an expression. */
  async ask(code, ms = ANSWER) {
    const n = ++this._n;
    await this.line.write(
      `\x10try{print("<#"+"${n} "+JSON.stringify(${code})+"#>")}catch(e){print("<#"+"${n}!"+e+"#>")}\n`,
    );
    const m = await this.line.wait(new RegExp(`<#${n}([ !])([^]*?)#>`), ms);
    if (!m) throw new Failure(`${this.line.port}: the engine stopped answering`);
    if (m[1] === '!') throw new Failure(`the engine says: ${m[2]}`);
    return m[2] === 'undefined' ? undefined : JSON.parse(m[2]);
  }

  /** What a command of the firmware's console prints: in turns of its own, after the line is over. */
  async type(line, says) {
    await this.line.write(`\x10${line}\n`);
    const m = await this.line.wait(says, ANSWER);
    if (!m) throw new Failure(`${this.line.port}: the console does not answer to ${line}`);
    return m;
  }

  /** Nothing runs any more; the contactor opens by the firmware's own hand. */
  async quiet() {
    this._quiet = true;
    await this.line.write('\x10reset()\n');
    await this.line.pause(RESET);
    await this.wake();
    // The firmware's watchdog cannot be stopped: the idle engine feeds it.
    await this.ask('E.enableWatchdog(60,true)').catch(() => {});
  }

  /** After something that failed: the firmware that is there starts, or runs on with a console that echoes. */
  async leave() {
    // What was typed so far is forgotten: half a line would wait for its other half.
    await this.line.write(this._quiet ? '\x03\n\x10ESP32.reboot()\n' : '\x10echo(1)\n');
  }
}

/** Files in Storage: {name: CRC}. */
export const sums = (chip) =>
  chip.ask('(s=>{let o={};s.list().forEach(n=>o[n]=E.CRC32(s.read(n)));return o})(require("Storage"))', LONG);

/**
 * Who is there. `car` = 2 while a car charges: with damaged files none does, and one of them may be what would answer.
 */
export async function identify(chip) {
  const runs = await chip.ask('typeof get=="function"&&!E.torn');
  const car = runs && (await chip.type('get("car")', /car = (\d)/))[1];
  const o = await chip.ask(
    `{v:process.env.VERSION,b:process.env.BOARD,s:process.env.SERIAL,` +
      `w:require("Storage").read("${BOARD}"),u:E.slot?E.slot.name:"",r:typeof ESP32=="object"&&ESP32.getState().BLE}`,
  );
  return {
    version: o.v,
    chip: o.b,
    serial: o.s,
    board: o.w ?? '',
    slot: o.u,
    ble: !!o.r,
    car: Number(car ?? 0),
  };
}

/** Refuses what must not get this bundle. */
export function accept(it, board, erase) {
  if (it.chip !== 'ESP32') throw new Failure(`wrong chip: ${it.chip}, this firmware runs on the ESP32`);
  const why = wrongVersion(it.version);
  if (why) throw new Failure(`wrong engine version: ${why}; write it with --engine FILE`);
  if (it.version !== ENGINE) say(`engine ${it.version} is a development build, ${ENGINE} is the release`);
  if (it.car === 2) throw new Failure('a car is charging: end that first');
  mismatch(it.board, board, erase);
}

export function mismatch(there, board, erase) {
  if (there && there !== board && !erase)
    throw new Failure(
      `board mismatch: this charger is a "${there}", the bundle is for "${board}"; --board ${there}, or --erase if it is no more`,
    );
}

/** Erases the files, waits for the engine. */
async function erase(chip) {
  say('erasing Storage and settings');
  await chip.ask('require("Storage").eraseAll()', LONG);
  await chip.ask(
    `(f=>{for(let a=${JOURNAL};a<${JOURNAL + JOURNAL_SIZE};a+=4096)f.erasePage(a)})(require("Flash"))`,
    LONG,
  );
}

const stats = (chip) => chip.ask('require("Storage").getStats()');

async function compact(chip) {
  say('compacting Storage, up to half a minute: do not cut the power');
  await chip.ask('require("Storage").compact()', LONG);
}

const remove = (chip, name) => chip.ask(`require("Storage").erase(${JSON.stringify(name)})`);

/** Makes sure that this many bytes fit; what may go goes. */
async function makeRoom(chip, need, spare) {
  const want = need + RESERVE;
  let s = await stats(chip);
  if (s.freeBytes < want) for (const name of spare) await remove(chip, name);
  if (s.freeBytes < want) await compact(chip);
  s = await stats(chip);
  if (s.freeBytes < want)
    throw new Failure(
      `too little space: ${want} bytes are needed, ${s.freeBytes} are free; --erase makes room and forgets all settings`,
    );
}

/** Writes bytes `from` to `to` of a file in chunks. A line that got lost leaves it half written, which the checksum finds. */
async function send(chip, name, data, from, to, sent) {
  for (let at = from; at < to; at += CHUNK) {
    const piece = Buffer.from(data.subarray(at, Math.min(at + CHUNK, to)));
    const place = `${JSON.stringify(name)},atob("${piece.toString('base64')}"),${at},${data.length}`;
    try {
      await chip.ask(`require("Storage").write(${place})`, ANSWER);
    } catch (e) {
      if (!(e instanceof Failure) || chip.line.lost) throw e;
      await chip.wake();
      await chip.quiet();
      return sent(to - at);
    }
    sent(piece.length);
  }
}

/** Writes files and reads their checksums back; one that is wrong gets two more tries. `last`: its end comes at the end. */
async function put(chip, files, last) {
  const all = [...files.values()].reduce((n, data) => n + data.length, 0);
  let done = 0;
  const sent = (n) => progress('uploading', (done += n), all);
  const whole = ([name, data]) => send(chip, name, data, 0, data.length, sent);
  const others = [...files].filter(([name]) => name !== last);
  const head = files.get(last)?.subarray(0, 4).length ?? 0;
  if (head) {
    // The board comes first, where esptool looks for it. Then the place of the code is taken, so that it lies before what is
    // rewritten later; without its end it does not start.
    await whole(others.shift());
    await send(chip, last, files.get(last), 0, head, sent);
  }
  for (const file of others) await whole(file);
  if (head) await send(chip, last, files.get(last), head, files.get(last).length, sent);
  for (let tries = 2; ; tries--) {
    const there = await sums(chip);
    const bad = [...files].filter(([name, data]) => there[name] !== crc32(data));
    if (!bad.length) return;
    if (!tries)
      throw new Failure(`verification failed: ${bad.map(([name]) => name).join(', ')} read back differently`);
    for (const [name, data] of bad) {
      await chip.ask(`require("Storage").erase(${JSON.stringify(name)})`);
      await send(chip, name, data, 0, data.length, () => {});
    }
  }
}

/** Into a Storage without firmware: at their places, the end of the start-up code last. */
async function fresh(chip, files) {
  await makeRoom(chip, room(files), []);
  await put(chip, files, CODE);
}

/** Beside the firmware that is there, `slot` if it is an update. */
async function beside(chip, files, have, slot) {
  const alike = (name, data) => have[name] === crc32(data);
  const changed = [...files].filter(([name, data]) => !alike(name, data));
  const next = new Map(changed.map(([name, data]) => [NEXT + name, data]));
  for (const name of Object.keys(have))
    if (name === INSTALL || (name.startsWith(NEXT) && !(next.has(name) && alike(name, next.get(name)))))
      await remove(chip, name);
  if (!next.size && !SLOTS.some((name) => have[name] !== undefined)) return say('all of it is there already');
  // What an upload that was cut short has left is there already; all of it is copied once more in the end.
  const missing = new Map([...next].filter(([name, data]) => !alike(name, data)));
  await makeRoom(
    chip,
    room(missing) + room(next),
    SLOTS.filter((name) => name !== slot),
  );
  await put(chip, missing);
  await install(chip);
  const there = await sums(chip);
  const bad = [...files].filter(([name, data]) => there[name] !== crc32(data));
  if (bad.length)
    throw new Failure(`installation failed: ${bad.map(([name]) => name).join(', ')}; try again`);
}

/** From here on the new files are the ones that start. */
async function install(chip) {
  await put(chip, new Map([[INSTALL, Buffer.from(INSTALLER)]]));
  if (!(await chip.ask(`eval(""+require("Storage").read("${INSTALL}"))`, LONG)))
    throw new Failure('installation failed: the files do not read back; try again');
}

/** Brings these files onto the chip, which has to be restarted afterwards. What is known of it: identify(). */
export async function upload(chip, files, it, all) {
  await chip.quiet();
  if (all) await erase(chip);
  let have = await sums(chip);
  if (it.ble && have[CODE] === undefined) {
    await restart(chip, true);
    await chip.quiet();
    have = await sums(chip);
    it.ble = false;
  }
  if (have[CODE] === undefined) await fresh(chip, files);
  else await beside(chip, files, have, it.slot);
  if ((await stats(chip)).trashBytes > TRASH) await compact(chip);
  // Switching Bluetooth off erases the start-up code, so it is put back at the start that follows.
  if (it.ble) await put(chip, new Map([[NEXT + CODE, files.get(CODE)]]));
  if (it.ble) await put(chip, new Map([[INSTALL, Buffer.from(INSTALLER)]]));
}

/** Restarts the chip. Bluetooth takes 1800 of the engine's variables: it is switched off, which the chip remembers. */
export async function restart(chip, ble) {
  if (ble) say('switching Bluetooth off');
  chip.line.text = '';
  await chip.line.write(ble ? '\x10ESP32.enableBLE(false)\n' : '\x10ESP32.reboot()\n');
  if (ble) await chip.line.pause(RESET);
}

/** The firmware's first lines: {version, board, serial, boot}. */
export async function banner(line, expected) {
  const m = await line.wait(/Pilotwire (\S+) on (\S+), serial (\d+), boot (\d+)/, START);
  if (!m) {
    const said = line.text
      .replace(/[^\x20-\x7e\n]/g, '')
      .split('\n')
      .findLast((l) => l.trim());
    throw new Failure(
      `the firmware did not start within ${START / 1000} s${said ? `; last words: ${said.trim()}` : ''}`,
    );
  }
  const [, version, board, serial, boot] = m;
  if (board !== expected.board || version !== expected.version)
    throw new Failure(
      `Pilotwire ${version} on ${board} started, not ${expected.version} on ${expected.board}`,
    );
  // Too few variables are told behind the last line; both are looked at and left for the console.
  await line.wait(/^(?=[^]*memory \d+ of)/, WARNS);
  const few = await line.wait(/^(?=[^]*memory (\d+ variables, [^\r\n]*)\r?\n)/, WARNS);
  if (few) say(`memory: ${few[1]}`);
  return { version, board, serial, boot };
}
