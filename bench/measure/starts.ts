// What the script does from power to the banner.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { solo } from '../engine/solo';
import { STORAGE as JOURNAL } from '../esp32/flash';
import { furnish, type Build } from '../image';
import { start } from '../start';
import { Profile } from './profile';

/** Settings that are changed until the journal has come round. */
const CHANGES = 1500;

/** A journal with as many records as it holds at rest: settings changed over and over, on the look-alike. */
async function worn(board: string, build: Build): Promise<Uint8Array> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pilotwire-'));
  const file = path.join(folder, 'chip.flash');
  const b = await start({ build, board, csms: 'off', flash: file, fresh: true });
  try {
    for (let n = 0; n < CHANGES; n++) await b.get(`/api/set?fna=Garage%20number%20${n}`);
    const { erases } = (await b.snapshot()).flash as { erases: number };
    if (!erases) throw new Error('the journal has not come round');
  } finally {
    await b.stop();
  }
  const flash = fs.readFileSync(file).subarray(0, JOURNAL);
  fs.rmSync(folder, { recursive: true });
  return flash;
}

/** An empty bundle: what is left is the process and the bench's own boot file. */
const NOTHING: Build = new Map([['.bootcde', Buffer.from('print("Pilotwire")')]]);

/**
 * Instructions of the script from power to the banner: all of it comes before the first callback, with the pilot at +12 V among
 * its first lines and the first scan near its end. `flash` = what the journal holds.
 */
async function starting(
  espruino: string,
  board: string,
  build: Build,
  standin: number,
  flash?: Uint8Array,
): Promise<number> {
  const first = async (what: Build): Promise<number> => {
    const profile = new Profile(espruino);
    const s = await solo({
      executable: profile.executable,
      build: what,
      board,
      measure: { mark: true },
      flash,
    });
    try {
      if (!(await s.until(() => s.text().includes('Pilotwire'), 240000))) throw new Error(s.text());
      if (!(await s.until(() => profile.between(0, Infinity).length > 0, 60000)))
        throw new Error('no profile');
      const [step] = profile.steps;
      return step.total - step.native - step.calls * standin;
    } finally {
      s.stop();
      profile.close();
    }
  };
  return (await first(build)) - (await first(NOTHING));
}

/** With a blank journal, and with a full one. */
export async function starts(
  espruino: string,
  board: string,
  build: Build,
  standin: number,
): Promise<{ blank: number; full: number }> {
  const whole = furnish(build, [], false);
  const flash = await worn(board, build);
  return {
    blank: await starting(espruino, board, whole, standin),
    full: await starting(espruino, board, whole, standin, flash),
  };
}
