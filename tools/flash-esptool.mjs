// esptool, the chip maker's program: found, asked what chip is there, and run once to write everything.
import { spawn, spawnSync } from 'node:child_process';
import { Failure } from './flash-say.mjs';

/** Least flash, MB: Storage ends at 4 MB. */
const FLASH = 4;
const BAUD = '921600';
const MISSING =
  'esptool is missing: install it with "python3 -m pip install esptool" (or apt install esptool, brew install esptool)';
/** Who it may be; ESPTOOL names another. */
const NAMES = [['esptool'], ['esptool.py'], ['python3', '-m', 'esptool'], ['python', '-m', 'esptool']];

/** Returns {command, word}: what to call, and how this version spells its words, with dashes since 5. */
export function findEsptool(env = process.env) {
  const names = env.ESPTOOL ? [env.ESPTOOL.split(' ')] : NAMES;
  for (const command of names) {
    const r = spawnSync(command[0], [...command.slice(1), 'version'], {
      encoding: 'utf8',
      env,
      timeout: 30000,
    });
    const major = /\bv?(\d+)\.\d+/.exec(r.stdout ?? '')?.[1];
    if (r.status === 0 && major) return { command, word: (w) => (major < 5 ? w.replace(/-/g, '_') : w) };
  }
  throw new Failure(MISSING);
}

/** For --dry-run on a computer without it. */
export const GUESSED = { command: ['esptool'], word: (w) => w };

/** Arguments up to the command. */
const head = ({ word }, port) => [
  '--chip',
  'esp32',
  '--port',
  port,
  '--baud',
  BAUD,
  '--before',
  word('default-reset'),
  '--after',
  word('hard-reset'),
];

/** What writes these [address, file] in one run. */
export function writeCommand(tool, port, parts, erase) {
  const { command, word } = tool;
  const flags = ['flash-mode', 'dio', 'flash-freq', '40m', 'flash-size', `${FLASH}MB`].map((w, i) =>
    i % 2 ? w : `--${word(w)}`,
  );
  return [
    ...command,
    ...head(tool, port),
    word('write-flash'),
    '-z',
    ...flags,
    ...(erase ? ['-e'] : []),
    ...parts.flatMap(([at, file]) => ['0x' + at.toString(16), file]),
  ];
}

/** What esptool complained about, in a line of ours. */
function why(text, port) {
  const rows = [
    [/Inappropriate ioctl/i, () => `${port} is no serial port`],
    [/This chip is (ESP[\w-]+)/, (m) => `wrong chip: an ${m[1]}, this firmware runs on the ESP32`],
    [/No such file or directory|cannot find the file|doesn't exist\.\s*$/i, () => `no port ${port}`],
    [
      /Permission denied/i,
      () => `no permission for ${port}: add yourself to its group (dialout, uucp) and log in anew`,
    ],
    [
      /port is busy|Resource busy|Access is denied|could not open port/i,
      () => `${port} is in use by another program`,
    ],
    [
      /Failed to connect|No serial data received|Wrong boot mode/i,
      () => `no ESP32 answers at ${port}: hold BOOT, press EN (reset) shortly, release BOOT, and try again`,
    ],
  ];
  // Why a port cannot be opened stands behind "busy or doesn't exist".
  for (const [pattern, line] of rows) {
    const m = pattern.exec(text.replace(/the port is busy or doesn't exist/i, ''));
    if (m) return line(m);
  }
  const last =
    text
      .trim()
      .split('\n')
      .findLast((l) => /error/i.test(l)) ?? 'no reason given';
  return `esptool: ${last.replace(/^(.*?error( occurred)?:\s*)+/i, '')}`;
}

function run(command, shown) {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const out of [child.stdout, child.stderr])
      out.on('data', (chunk) => {
        text += chunk;
        if (shown) process.stdout.write(chunk);
      });
    child.on('error', () => reject(new Failure(MISSING)));
    child.on('close', (status) => resolve({ status, text }));
  });
}

async function must(command, port, shown) {
  const { status, text } = await run(command, shown);
  if (status) throw new Failure(why(text, port));
  return text;
}

/** Chip and flash, refused when the firmware cannot run there; the MAC address. */
export async function look(tool, port) {
  const text = await must([...tool.command, ...head(tool, port), tool.word('flash-id')], port);
  const chip = /Chip (?:is|type:)\s*(ESP[\w-]+)/i.exec(text)?.[1];
  if (chip && !/^ESP32(-(D|U|S0|PICO).*)?$/.test(chip))
    throw new Failure(`wrong chip: an ${chip}, this firmware runs on the ESP32`);
  if (/single core/i.test(text))
    throw new Failure(`wrong chip: this ${chip ?? 'ESP32'} has a single core, the engine needs two`);
  const size = /flash size:\s*(\d+)\s*([KM])B/i.exec(text);
  if (!size) throw new Failure('esptool did not say how large the flash is');
  if (size[2] === 'K' || Number(size[1]) < FLASH)
    throw new Failure(`too little flash: ${size[1]} ${size[2]}B, ${FLASH} MB are needed`);
  return { chip: chip ?? 'ESP32', flash: size[1], mac: /MAC:\s*([0-9a-f:]{17})/i.exec(text)?.[1] ?? '' };
}

/** Bytes of the flash, into a file. */
export const readFlash = (tool, port, at, length, file) =>
  must(
    [
      ...tool.command,
      ...head(tool, port),
      tool.word('read-flash'),
      '0x' + at.toString(16),
      String(length),
      file,
    ],
    port,
  );

export const writeFlash = (command, port) => must(command, port, true);
