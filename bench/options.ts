// The command line of the bench.

import { parseArgs } from 'node:util';

export interface Options {
  board: string;
  engine: 'node' | 'espruino';
  http: number;
  bench: number;
  csms: number | 'off';
  flash: string;
  fresh: boolean;
  set: [key: string, value: string][];
  bind: string;
}

/** A mistake of whoever started the bench: one line, exit status 2. */
export class Mistake extends Error {}

const FLAGS = {
  board: { type: 'string', default: 'reference' },
  engine: { type: 'string', default: 'node' },
  http: { type: 'string', default: '8080' },
  bench: { type: 'string', default: '8081' },
  csms: { type: 'string', default: '8082' },
  flash: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  set: { type: 'string', multiple: true, default: [] as string[] },
  bind: { type: 'string', default: '127.0.0.1' },
  help: { type: 'boolean', default: false },
} as const;

/** What each flag takes, what holds without it, and what it means; `--help` and docs/bench.md show these. */
export const HELP: Record<keyof typeof FLAGS, [takes: string, without: string, meaning: string]> = {
  board: ['NAME', 'reference', 'a file of `boards/`'],
  engine: [
    'node|espruino',
    'node',
    'look-alike in this process with a virtual clock, or the interpreter that `ESPRUINO` names, in real time',
  ],
  http: ['PORT', '8080', "where the charger's port 80 is reached; 0 = any free port, here and below"],
  bench: ['PORT', '8081', "this API and the bench's page"],
  csms: ['PORT|off', '8082', 'the embedded OCPP 1.6J central system'],
  flash: ['FILE', '.bench/<board>.flash', 'flash image, kept between runs'],
  fresh: ['', '', 'begin with erased flash'],
  set: ['KEY=VALUE', '', 'repeatable; written like `/api/set` before the first boot'],
  bind: ['ADDRESS', '127.0.0.1', 'where the ports listen'],
  help: ['', '', 'this list'],
};

/** The list of flags as `--help` prints it. */
export function usage(): string {
  const rows = Object.entries(HELP).map(([flag, [takes, without, meaning]]) => [
    `  --${flag} ${takes}`.trimEnd(),
    meaning.replace(/`/g, '') + (without ? ` (${without})` : ''),
  ]);
  const wide = Math.max(...rows.map(([left]) => left.length)) + 2;
  return `npm start -- [flags]\n${rows.map(([left, right]) => left.padEnd(wide) + right).join('\n')}\n`;
}

function port(flag: string, text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535)
    throw new Mistake(`--${flag}: "${text}" is no port (0 to 65535)`);
  return Number(text);
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Mistake(`--set: "${text}" is not KEY=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (e) {
    throw new Mistake(`${(e as Error).message.split(/[\n.]/)[0]}; --help lists them all`);
  }
}

/** Reads the flags; throws a `Mistake` with one clear line. */
export function options(args: string[], env: NodeJS.ProcessEnv = process.env): Options {
  const v = parse(args);
  if (!/^[a-z0-9][a-z0-9_-]*$/i.test(v.board!)) throw new Mistake(`--board: unknown board "${v.board}"`);
  if (v.engine !== 'node' && v.engine !== 'espruino') {
    throw new Mistake(`--engine: "${v.engine}" is neither node nor espruino`);
  }
  if (v.engine === 'espruino' && !env.ESPRUINO) {
    throw new Mistake('--engine espruino: the environment variable ESPRUINO must name the interpreter');
  }
  if (v.flash === '') throw new Mistake('--flash: no file named');
  if (!v.bind) throw new Mistake('--bind: no address named');
  return {
    board: v.board!,
    engine: v.engine,
    http: port('http', v.http!),
    bench: port('bench', v.bench!),
    csms: v.csms === 'off' ? 'off' : port('csms', v.csms!),
    flash: v.flash ?? `.bench/${v.board}.flash`,
    fresh: v.fresh!,
    set: v.set!.map(pair),
    bind: v.bind!,
  };
}
