// How flash.sh talks: one line for each thing that goes wrong, exit status 2 for a mistake in the command and 1 for all else.

/** Something did not work. */
export class Failure extends Error {
  status = 1;
}

/** The command line is wrong. */
export class Usage extends Failure {
  status = 2;
}

/** Where it goes, and how time passes; tests listen, and have a clock of their own. */
export const out = {
  write: (text) => process.stdout.write(text),
  live: () => process.stdout.isTTY,
  sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
};

export const say = (line) => out.write(line + '\n');

/** A line that is overwritten on a terminal, and left out elsewhere but for its last state. */
export function progress(what, done, of) {
  const text = `${what} ${Math.floor((100 * done) / of)} %`;
  if (out.live()) out.write(`\r${text}${done < of ? '' : '\n'}`);
  else if (done >= of) say(text);
}

export const sleep = (ms) => out.sleep(ms);
