// `npm test`: every test file once, in three runs of mocha: those that need no build, while the build is made; then those that
// look at real time, more of them than there are processors, for they mostly wait; and beside them, with what they leave, the
// others. What takes long comes first: started last, it would keep the suite waiting. Meanwhile sources and bundle are checked.
// What is done beside is told at the end. Arguments go to mocha: `npm test -- --grep offer`.

import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { compile, compiled } from './compile.mjs';

/** What takes long, the longest first. */
const LONG = [
  'http/browser',
  'flash/line.gone',
  'flash/line',
  'mqtt/broker',
  'flash/host',
  'flash/line.dead',
  'mqtt/hole',
  'http/clients.tour',
  'mqtt/story',
  'http/update',
  'flash/command',
  'bench/main',
  'http/events',
  'http/keys',
  'http/clients',
  'story/pages',
  'story/mutants',
  'story/blocked',
  'story/wifi',
  'ocpp/update',
  'soak',
  'recover',
  'story/safety',
].map((name) => `test/${name}.test.ts`);

const all = readdirSync('test', { recursive: true })
  .map((name) => `test/${String(name).replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.test.ts'))
  .sort();
const files = [...new Set([...LONG, ...all])];
/** Who reaches one of these looks at real time: the device has a thread of its own, or there are programs. */
const REAL = ['bench/thread.ts', 'node:child_process'];
/** Who reaches one of these needs a build, or makes one. */
const BUILT = ['bench/image.ts', 'tools/build.mjs', 'tools/stack.mjs', 'rollup.config.js'];
const cores = os.availableParallelism();
/** They mostly wait; but an interpreter works while its time passes, and must not come late. */
const WAIT = process.env.ESPRUINO ? 1 : 2;
/** What calculates or checks has what the others leave. */
const NICE = 10;
/** Format and lint are looked at where all is (test/fake/depth.ts), and by `npm run check`. */
const DEPTH = process.env.DEPTH || (process.env.CI ? 'full' : 'short');
const SOURCES = DEPTH === 'full' ? 'check:sources' : 'check:types';

/** So much work before a function is optimised, which newer versions of Node count otherwise. */
const budget = (n) => (Number.parseInt(process.versions.node) < 22 ? [`interrupt-budget=${n}`] : []);
/** Build and gate are over before much would have been won by optimising it, and make more garbage than the engine expects. */
const BRIEF = [...budget(264000), 'always-sparkplug', 'max-semi-space-size=64'].map((flag) => `--${flag}`);
/** More is at work than there are processors: threads that compile and collect for one test would take from another. */
const FLAGS = ['single-threaded', ...budget(1000000), 'enable-source-maps'];

/** Runs a command; what it says is kept until it ends, unless it is `live`. */
function beside(command, { nice = 0, live = false } = {}) {
  const [file, ...args] = command;
  const child = spawn(file, args, {
    // npm is a script.
    shell: !args.length,
    stdio: ['ignore', ...Array(2).fill(live ? 'inherit' : 'pipe')],
    env: { ...process.env, DEPTH },
  });
  os.setPriority(child.pid, nice);
  let said = '';
  if (!live)
    for (const from of [child.stdout, child.stderr])
      from.setEncoding('utf8').on('data', (text) => (said += text));
  return new Promise((done) => child.on('close', (status) => done({ status, said })));
}

const mocha = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
const { timeout, require: hooks } = JSON.parse(readFileSync('.mocharc.json', 'utf8'));
const colour = process.stdout.isTTY ? ['--color'] : [];

const tests = (some, jobs, how) =>
  beside(
    [
      process.execPath,
      mocha,
      ...['--no-config', '--parallel', `--jobs=${jobs}`, `--timeout=${timeout}`, ...colour],
      ...FLAGS.map((flag) => `--node-option=${flag}`),
      ...hooks.map((file) => `--require=${compiled(file)}`),
      ...some.map(compiled),
      ...process.argv.slice(2),
    ],
    how,
  );

const sources = beside([`npm run -s ${SOURCES}`], { nice: NICE });
const reach = await compile(files);
const one = (of) => (file) => of.some((other) => reach(file).has(other));
const real = files.filter(one(REAL));
const rest = files.filter((file) => !real.includes(file));
const built = rest.filter(one(BUILT));
const building = beside([process.execPath, ...BRIEF, 'tools/build.mjs', '--all'], { live: true });
const jobs = [
  tests(
    rest.filter((file) => !built.includes(file)),
    cores,
    { nice: NICE },
  ),
  sources,
];
let failed = (await building).status;
if (!failed)
  jobs.unshift(
    tests(real, cores + WAIT, { live: true }),
    tests(built, cores, { nice: NICE }),
    // The gate looks at what was built while it is tested.
    beside([process.execPath, ...BRIEF, 'tools/check.mjs'], { nice: NICE }),
  );
for (const job of jobs) {
  const { status, said } = await job;
  process.stdout.write(said);
  failed ||= status;
}
if (DEPTH !== 'full')
  process.stdout.write(
    '\nA short run: DEPTH=full has all, also what is pending here for want of nothing but time.\n',
  );
process.exitCode = failed ? 1 : 0;
