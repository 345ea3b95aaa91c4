// `npm test`: builds, then runs every test file once, those that look at real time and those that take long first: started
// last, they would keep the suite waiting. Meanwhile the sources are checked, and that is told at the end. Arguments go to
// mocha: `npm test -- --grep offer`.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

/** What takes long, the longest first. */
const LONG = [
  'http/browser',
  'flash/line.gone',
  'mqtt/broker',
  'flash/line',
  'http/clients.tour',
  'mqtt/story',
  'http/update',
  'flash/host',
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
const real = (file) => /bench\/(start|main)|fake\/(desk|browser)/.test(readFileSync(file, 'utf8'));
const files = [...new Set([...LONG.filter(real), ...all.filter(real), ...LONG, ...all])];
const mocha = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
/** Two more than there are processors: some wait for real time. */
const jobs = os.availableParallelism() + 2;
/** The check of the sources has what the tests leave: those that look at real time are not to wait for it. */
const NICE = 10;

const run = (script) => spawnSync(`npm run -s ${script}`, { shell: true, stdio: 'inherit' }).status;

/** What the check of the sources says, kept until it ends. */
function sources() {
  const child = spawn('npm run -s check:sources', { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  os.setPriority(child.pid, NICE);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  return new Promise((done) => child.on('close', (status) => done({ status, said })));
}

function tests() {
  const args = [mocha, '--jobs', String(jobs), ...files, ...process.argv.slice(2)];
  return new Promise((done) => spawn(process.execPath, args, { stdio: 'inherit' }).on('close', done));
}

const checked = sources();
const failed = run('check:bundle') || (await tests());
const { status, said } = await checked;
process.stdout.write(said);
process.exitCode = failed || status ? 1 : 0;
