// `npm test`: builds, then runs every test file once, those that take long first: started last, they would keep the suite
// waiting. Meanwhile the sources are checked, and that is told at the end. Arguments go to mocha: `npm test -- --grep offer`.

import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const LONG = [
  'http/browser',
  'flash/command',
  'story/mutants',
  'story/walk',
  'story/pages',
  'story/blocked',
  'ocpp/update.cuts',
  'http/clients.tour',
  'flash/host',
  'flash/upload',
  'soak',
  'recover',
  'mqtt/story',
  'ocpp/update',
  'story/safety',
  'story/wifi',
  'bench/main',
].map((name) => `test/${name}.test.ts`);

const all = readdirSync('test', { recursive: true })
  .map((name) => `test/${String(name).replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.test.ts'))
  .sort();
const files = [...new Set([...LONG, ...all])];
const mocha = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
/** One more than there are processors: some wait for real time. */
const jobs = os.availableParallelism() + 1;

const run = (script) => spawnSync(`npm run -s ${script}`, { shell: true, stdio: 'inherit' }).status;

/** What the check of the sources says, kept until it ends. */
function sources() {
  const child = spawn('npm run -s check:sources', { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
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
