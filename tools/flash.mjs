// `./flash.sh`: puts Pilotwire on a board, in one of three ways. docs/flashing.md is its manual.
//   --engine FILE   engine, partition table and Storage with the bundle in one run of esptool: a new board, or Windows
//   --host ADDRESS  an update over the network
//   neither         the bundle over the serial line, into the engine that runs there
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { password, preset, settings } from './flash-config.mjs';
import { readEngine } from './flash-engine.mjs';
import { GUESSED, findEsptool, look, readFlash, writeCommand, writeFlash } from './flash-esptool.mjs';
import { Host, configure, fits, greet, talk, update } from './flash-host.mjs';
import { BOARD, STORAGE, boardOf, nvs, partitions, storage } from './flash-image.mjs';
import { Failure, Usage, say } from './flash-say.mjs';
import { Serial, choose, likely, ports } from './flash-serial.mjs';
import { CODE, Chip, accept, banner, identify, mismatch, restart, upload } from './flash-upload.mjs';
import { order } from './order.mjs';
import { SUMS, sums } from './sums.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { version: VERSION } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

const HELP = `./flash.sh [flags]        puts Pilotwire on a board; docs/flashing.md says more

  --port PORT       serial port; not needed when only one board is connected
  --board NAME      which board it is: a file of boards/; not needed when the charger knows
  --engine FILE     write the engine too: Espruino's release for the ESP32 (zip, tgz, folder); needs esptool
  --engine skip     the engine is there already (default): upload the bundle over the serial line
  --config FILE     settings for the first start, {"key": value}; prints a line for the label
  --erase           forget everything first: settings, transactions, counters
  --monitor         stay as a console; Ctrl-C ends it
  --list            ports and boards
  --dry-run         write the images, print the command of esptool, touch no board

  --host ADDRESS    over the network: an update, with --config only settings, with --monitor only a console
  --password TEXT   the charger's password (key hak); better in the environment: PILOTWIRE_PASSWORD
`;

const FLAGS = {
  port: { type: 'string' },
  board: { type: 'string' },
  engine: { type: 'string', default: 'skip' },
  config: { type: 'string' },
  host: { type: 'string' },
  password: { type: 'string' },
  erase: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  monitor: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

const boards = () =>
  readdirSync(path.join(ROOT, 'boards'))
    .filter((f) => f.endsWith('.ts'))
    .map((f) => f.slice(0, -3))
    .sort();

function options(args) {
  let o;
  try {
    o = parseArgs({ args, options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (e) {
    throw new Usage(`${e.message.split('\n')[0].replace(/\. To specify.*/, '')}; ./flash.sh --help`);
  }
  for (const name of Object.keys(FLAGS)) if (o[name] === '') throw new Usage(`--${name}: nothing named`);
  if (o.board && !boards().includes(o.board))
    throw new Usage(`--board: unknown board "${o.board}"; there is ${boards().join(', ')}`);
  if (o['dry-run'] && o.engine === 'skip')
    throw new Usage('--dry-run needs --engine FILE: an upload over the serial line is no command of esptool');
  if (o.host && (o.port || o.engine !== 'skip' || o.erase))
    throw new Usage('--host goes with none of --port, --engine, --erase');
  if (o.monitor && !o.host && process.platform === 'win32')
    throw new Usage(
      '--monitor on Windows goes with --host only: a terminal program on the port is a console',
    );
  if (o.password && !o.host) throw new Usage('--password goes with --host');
  return o;
}

/** The board that was named, that the charger says it is, or the only one there is. */
function boardFor(named, there) {
  const all = boards();
  const board = named ?? (all.includes(there) ? there : all.length === 1 ? all[0] : undefined);
  if (!board) throw new Usage(`which board is it? --board ${all.join(' | ')}`);
  return board;
}

/** Builds for a board: where that lies. */
async function built(board) {
  try {
    await (await import('./build.mjs')).build(board);
  } catch (e) {
    // Without the packages that build, what was built earlier will do.
    if (e.code !== 'ERR_MODULE_NOT_FOUND') throw new Failure(`the bundle does not build: ${e.message}`);
  }
  const dist = path.join(ROOT, 'dist');
  const main = path.join(dist, `${board}.js`);
  const folder = path.join(dist, board);
  if (![main, path.join(folder, CODE), path.join(folder, 'keys')].every((f) => existsSync(f)))
    throw new Failure(`bundle not built: run "npm ci" and "BOARD=${board} npm run build"`);
  return { main, folder, file: path.join(dist, `${board}.pwu`) };
}

/**
 * What the build made for a board: {name: content} in the order of the image, start-up code first. With settings there is a
 * password for the access point among them, which comes back in `o.label`.
 */
async function bundle(board, o) {
  const { main, folder } = await built(board);
  const files = new Map([[BOARD, Buffer.from(board)]]);
  // The loader is what the engine starts, the bundle what the loader starts.
  for (const [name, file] of [
    [CODE, path.join(folder, CODE)],
    ['main', main],
  ])
    files.set(name, readFileSync(file));
  const parts = new Map(
    order(readdirSync(folder)).map((name) => [name, readFileSync(path.join(folder, name))]),
  );
  // In front of the parts: where a run of esptool was cut short, they tell what is missing.
  files.set(SUMS, sums(new Map([...files, ...parts])));
  for (const [name, data] of parts) files.set(name, data);
  if (o.config) {
    const config = settings(o.config, files.get('keys'));
    config.wak ||= password();
    o.label = config.wak;
    files.set('preset', preset(config));
  }
  return files;
}

/** Writes the images of a board, returns [address, file] of each. */
function images(board, engine, files) {
  const dir = path.join(ROOT, 'dist', 'flash', board);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const p = partitions(engine.table);
  const parts = [
    [0x1000, 'bootloader.bin', engine.loader],
    [0x8000, 'partitions.bin', engine.table],
    // Bluetooth off: it would take 1800 of the engine's variables.
    [p.nvs.at, 'nvs.bin', nvs('nvs', { bleStatus: 0, wifiStatus: 1 }, p.nvs.size)],
    // Erased: the first program is started, whatever was on the chip before.
    ...(p.otadata ? [[p.otadata.at, 'otadata.bin', Buffer.alloc(p.otadata.size, 0xff)]] : []),
    [p.factory.at, 'engine.bin', engine.program],
    [STORAGE, 'storage.bin', storage(files)],
  ];
  if (engine.program.length > p.factory.size) throw new Failure('the engine is larger than its partition');
  return parts.map(([at, name, data]) => {
    const file = path.join(dir, name);
    writeFileSync(file, data);
    return [at, path.relative(process.cwd(), file) || file];
  });
}

const quoted = (command) =>
  command.map((w) => (/^[\w@%+=:,./-]+$/.test(w) ? w : `'${w.replaceAll("'", `'\\''`)}'`)).join(' ');

/** Everything in one run of esptool. */
async function whole(o) {
  const engine = readEngine(o.engine);
  if (o['dry-run']) {
    const board = boardFor(o.board, '');
    const parts = images(board, engine, await bundle(board, o));
    let tool = GUESSED;
    try {
      tool = findEsptool();
    } catch (e) {
      process.stderr.write(`${e.message}\n`);
    }
    // Beside the command, which somebody may run as it is.
    if (o.label) process.stderr.write(`label: access point's password ${o.label}\n`);
    return say(quoted(writeCommand(tool, likely(o.port), parts, o.erase)));
  }
  const tool = findEsptool();
  const port = choose(o.port);
  const chip = await look(tool, port);
  say(`${chip.chip}, ${chip.flash} MB flash, MAC ${chip.mac}`);
  const head = path.join(ROOT, 'dist', `.head.${process.pid}`);
  mkdirSync(path.dirname(head), { recursive: true });
  let there;
  try {
    await readFlash(tool, port, STORAGE, 64, head);
    there = boardOf(readFileSync(head));
  } finally {
    rmSync(head, { force: true });
  }
  const board = boardFor(o.board, there);
  mismatch(there, board, o.erase);
  const parts = images(board, engine, await bundle(board, o));
  await writeFlash(writeCommand(tool, port, parts, o.erase), port);
  if (process.platform === 'win32') {
    if (o.label)
      say(`label: access point's password ${o.label}, its name and the serial stand in the banner`);
    return say('written; a terminal program on the port shows the banner');
  }
  await finish(new Serial(port), board, o);
}

/** The bundle over the serial line. */
async function over(o) {
  const line = new Serial(choose(o.port));
  const chip = new Chip(line);
  let board;
  // Ctrl-C is no reason to leave a charger without firmware either.
  const stop = () => chip.leave().finally(() => process.exit(130));
  process.once('SIGINT', stop);
  try {
    await chip.wake();
    const it = await identify(chip);
    board = boardFor(o.board, it.board);
    accept(it, board, o.erase);
    say(`Espruino ${it.version} on ${it.chip} ${it.serial}; board ${board}`);
    const files = await bundle(board, o);
    await upload(chip, files, it, o.erase);
    await restart(chip, it.ble);
  } catch (e) {
    await chip.leave().catch(() => {});
    line.close();
    throw e;
  } finally {
    process.off('SIGINT', stop);
  }
  await finish(line, board, o);
}

/** The start of the firmware, the label, the console. */
async function finish(line, board, o) {
  try {
    const b = await banner(line, { board, version: VERSION });
    say(`Pilotwire ${b.version} on ${b.board}, serial ${b.serial}, boot ${b.boot}`);
    if (o.config) say(`label: serial ${b.serial}, access point Pilotwire-${b.serial}, password ${o.label}`);
    if (o.monitor) await monitor(line);
  } finally {
    line.close();
  }
}

/** Keys go to the charger, what it prints comes here. Ctrl-C ends it, and does not reach the engine: there it ends a timer. */
function monitor(line) {
  const { stdin, stdout } = process;
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    stdout.write(line.text);
    line.on = (text) => stdout.write(Buffer.from(text, 'latin1'));
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.on('data', (keys) => {
      if (keys.includes(3)) return (stdin.pause(), resolve());
      line.write(keys.toString('latin1')).catch(() => resolve());
    });
    const gone = setInterval(() => line.lost && (clearInterval(gone), resolve()), 200);
  }).finally(() => {
    if (stdin.isTTY) stdin.setRawMode(false);
    if (line.lost) throw line.lost;
  });
}

function list() {
  const found = ports();
  for (const [port, what] of found) say(`port   ${port}${what ? `  ${what}` : ''}`);
  if (!found.length) say('port   none');
  for (const board of boards()) say(`board  ${board}`);
}

/** Over the network: a console, settings, or an update. */
async function network(o) {
  const host = new Host(o.host, o.password ?? process.env.PILOTWIRE_PASSWORD);
  if (o.config || !o.monitor) {
    const it = await greet(host);
    const board = o.board ?? it.board;
    if (!boards().includes(board))
      throw new Failure(`${host.name}: this charger is a "${board}", and boards/ has no file of that name`);
    fits(it, { board, version: VERSION });
    const { folder, file } = await built(board);
    if (o.config) await configure(host, settings(o.config, readFileSync(path.join(folder, 'keys'))));
    else await update(host, it, readFileSync(file));
  }
  if (o.monitor) await talk(host);
}

async function main(args) {
  const o = options(args);
  if (o.help) return process.stdout.write(HELP);
  if (o.list) return list();
  if (o.host) return network(o);
  return o.engine === 'skip' ? over(o) : whole(o);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (e) => {
    process.stderr.write(`${e instanceof Failure ? e.message : (e.stack ?? e)}\n`);
    process.exit(e.status ?? 1);
  },
);
