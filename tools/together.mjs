// Runs commands side by side, as many as there are processors, in the order given; prints what each has said when it ends.
// Status 1 when one of them fails.
import { spawn } from 'node:child_process';
import os from 'node:os';

const todo = process.argv.slice(2);

function run(command) {
  return new Promise((done) => {
    let said = '';
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const from of [child.stdout, child.stderr]) {
      from.setEncoding('utf8');
      from.on('data', (text) => (said += text));
    }
    child.on('error', (e) => (said += `${e.message}\n`));
    child.on('close', (status) => {
      process.stdout.write(`> ${command}\n${said}`);
      if (status !== 0) process.exitCode = 1;
      done();
    });
  });
}

async function work() {
  for (let command; (command = todo.shift());) await run(command);
}

await Promise.all(Array.from({ length: Math.max(2, os.availableParallelism()) }, work));
