// `npm start`: the bench as a process of its own.

import { Mistake, options, usage } from './options';
import type { Bench } from './start';

/** Everything ends within a second, whatever hangs. */
const HURRY = 800;

let bench: Bench | undefined;
const abort = new AbortController();
let terminal = false;
let ready = false;
let ending = false;
let early = '';

/** The console goes to the terminal after the line that says where everything is; otherwise to standard error. */
function print(text: string): void {
  if (!terminal) process.stderr.write(text);
  else if (ready) process.stdout.write(text);
  else early += text;
}

function end(): void {
  setTimeout(() => process.exit(0), HURRY);
  ending = true;
  abort.abort();
  if (bench) void bench.stop().finally(() => process.exit(0));
}

function fail(e: unknown): void {
  if (ending) process.exit(0);
  const mistake = e instanceof Mistake;
  process.stderr.write(mistake ? `${e.message}\n` : `${(e as Error).stack ?? e}\n`);
  process.exit(mistake ? 2 : 1);
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return void process.stdout.write(usage());
  const o = options(args);
  terminal = !!process.stdout.isTTY;
  // Takes half a second to load: not for a word about a flag.
  const { start } = await import('./start');
  bench = await start({ ...o, print, crashed: fail, signal: abort.signal });
  process.stdout.write(
    JSON.stringify({ ready: true, http: bench.http, bench: bench.bench, csms: bench.csms }) + '\n',
  );
  ready = true;
  if (!terminal) return;
  process.stdout.write(early);
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text: string) => bench!.type(text));
}

/** The shell between npm and this process keeps a SIGTERM for itself: who has lost it ends as well. */
const shell = process.ppid;
if (process.env.npm_lifecycle_event === 'start')
  setInterval(() => process.ppid !== shell && !ending && end(), 200).unref();

process.on('SIGINT', end);
process.on('SIGTERM', end);
main().catch(fail);
