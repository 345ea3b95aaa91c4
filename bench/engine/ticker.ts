// A thread that wakes the engine while it waits for the interpreter: a byte 0 in the pipe of requests, every few ms, but
// only when the engine asks for one. So the rest of the device gets its turn whatever the interpreter does.

import { Worker } from 'node:worker_threads';

/** ms between two looks at the rest of the world. */
const TICK = 4;
/** Words of shared memory. */
const WANTED = 0;
const PIPE = 1;
const BELL = 2;
const END = -1;

const CODE = `
const { workerData: { shared, folder } } = require('node:worker_threads');
const fs = require('node:fs');
const words = new Int32Array(shared);
const byte = Buffer.alloc(1);
let pipe = 0;
let fd = -1;
for (;;) {
  Atomics.wait(words, ${BELL}, 0, ${TICK});
  Atomics.store(words, ${BELL}, 0);
  const now = Atomics.load(words, ${PIPE});
  try {
    if (now !== pipe && fd >= 0) fs.closeSync(fd);
    if (now === ${END}) break;
    if (now !== pipe) {
      pipe = now;
      fd = -1;
      if (now) fd = fs.openSync(folder + '/' + now + '/q', fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
    }
    if (fd >= 0 && Atomics.compareExchange(words, ${WANTED}, 1, 0)) fs.writeSync(fd, byte);
  } catch (e) {
    // The pipe has just gone; the next one is not ours to miss.
  }
}
`;

export class Ticker {
  private words: Int32Array;

  /** Pipes are `folder`/n/q. */
  constructor(folder: string) {
    const shared = new SharedArrayBuffer(12);
    this.words = new Int32Array(shared);
    new Worker(CODE, { eval: true, execArgv: [], workerData: { shared, folder } }).unref();
  }

  /** Someone is about to wait on the pipe. */
  want(): void {
    Atomics.store(this.words, WANTED, 1);
  }

  /** From now on pipe `n`; 0: none. */
  serve(n: number): void {
    Atomics.store(this.words, PIPE, n);
    this.ring();
  }

  end(): void {
    this.serve(END);
  }

  private ring(): void {
    Atomics.store(this.words, BELL, 1);
    Atomics.notify(this.words, BELL);
  }
}
