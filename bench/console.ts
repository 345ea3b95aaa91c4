// The serial line as a person sees it: what one typed line answers.

import type { WorldClock } from './clock';

/** World ms without output after which an answer is complete: its lines come in turns of their own. */
const QUIET = 250;
const LONGEST = 5000;
const LOOK = 10;

/** The answer in `raw`: without the echo of `line`, the prompt and what moves a terminal's cursor. */
export function answer(raw: string, line: string): string {
  // eslint-disable-next-line no-control-regex
  let text = raw.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\r\b]/g, '');
  if (text.startsWith('>')) text = text.slice(1);
  if (text.startsWith(line)) text = text.slice(line.length).replace(/^\n/, '');
  return text.replace(/(^|\n)>\s*$/, '$1').replace(/\n$/, '');
}

export class Console {
  private taps = new Set<(text: string) => void>();

  constructor(
    private world: WorldClock,
    private type: (text: string) => void,
  ) {}

  /** What the script printed. */
  printed(text: string): void {
    for (const tap of this.taps) tap(text);
  }

  /** Types a line and collects what it answers: until nothing more comes. */
  ask(line: string, then: (output: string) => void): void {
    let raw = '';
    const from = this.world.now();
    let last = from;
    const tap = (text: string): void => {
      raw += text;
      last = this.world.now();
    };
    const look = (): void => {
      const t = this.world.now();
      if (t - last < QUIET && t - from < LONGEST) return void this.world.at(t + LOOK, look);
      this.taps.delete(tap);
      then(answer(raw, line));
    };
    this.taps.add(tap);
    this.type(line + '\n');
    this.world.at(from, look);
  }
}
