// `npm test`: builds, then runs every test file once, those that look at real time and those that take long first: started
// last, they would keep the suite waiting. Meanwhile sources and bundle are checked, and that is told at the end. Arguments go to
// mocha: `npm test -- --grep offer`.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

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
/** Whether a file looks at real time: those run beside each other, before those that calculate. */
const real = (file) => /bench\/(start|main)|fake\/(desk|browser|mqtt)/.test(readFileSync(file, 'utf8'));
const files = [...new Set([...LONG.filter(real), ...all.filter(real), ...LONG, ...all])];
const mocha = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
/** Four more than there are processors: those that come first mostly wait. */
const jobs = os.availableParallelism() + 4;
/** The check of the sources has what the tests leave: those that look at real time are not to wait for it. */
const NICE = 10;
/** Format and lint are looked at where all is (test/fake/depth.ts), and by `npm run check`. */
const { DEPTH = process.env.CI ? 'full' : 'short' } = process.env;
const SOURCES = DEPTH === 'full' ? 'check:sources' : 'check:types';

/** Build and gate are over before much would have been won by optimising it, and make more garbage than the engine expects. */
const BRIEF = ['--interrupt-budget=264000', '--always-sparkplug', '--max-semi-space-size=64'];

/** What a check says, kept until it ends. */
function beside(command, nice = 0) {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  os.setPriority(child.pid, nice);
  let said = '';
  for (const from of [child.stdout, child.stderr])
    from.setEncoding('utf8').on('data', (text) => (said += text));
  return new Promise((done) => child.on('close', (status) => done({ status, said })));
}

function tests() {
  const args = [mocha, '--jobs', String(jobs), ...files, ...process.argv.slice(2)];
  return new Promise((done) => spawn(process.execPath, args, { stdio: 'inherit' }).on('close', done));
}

const checks = [beside(`npm run -s ${SOURCES}`, NICE)];
let failed = spawnSync(process.execPath, [...BRIEF, 'tools/build.mjs', '--all'], { stdio: 'inherit' }).status;
if (!failed) {
  // The gate looks at what was built while it is tested.
  checks.unshift(beside(`node ${BRIEF.join(' ')} tools/check.mjs`));
  failed = await tests();
}
for (const { status, said } of await Promise.all(checks)) {
  process.stdout.write(said);
  failed ||= status;
}
process.exitCode = failed ? 1 : 0;
