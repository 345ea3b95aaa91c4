// Runs every test file once, those that take long first: started last, they would keep the suite waiting.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LONG = [
  'http/browser',
  'flash/command',
  'story/walk',
  'mqtt/story',
  'flash/host',
  'ocpp/update.cuts',
  'recover',
  'story/pages',
  'soak',
  'ocpp/update',
  'story/mutants',
  'flash/upload',
].map((name) => `test/${name}.test.ts`);

const all = readdirSync('test', { recursive: true })
  .map((name) => `test/${String(name).replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.test.ts'))
  .sort();
const files = [...new Set([...LONG, ...all])];
const mocha = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
const r = spawnSync(process.execPath, [mocha, '--jobs', '3', ...files], { stdio: 'inherit' });
process.exitCode = r.status ?? 1;
