// What the interpreter prints, without what only moves a terminal's cursor: its banner, prompts that stand there while
// the script prints, and carriage returns.

/* eslint-disable no-control-regex */
/** The boot file prints this when it is over: at a start and after every load(). */
const BEGIN = '\x02';
const MARK = /\x02\r?\n?/g;
const CURSOR = />?\r?\x1b\[J/g;
/** The end of a text that may be the beginning of one of these, of a new line, or of a prompt. */
const OPEN = /(?:\x02|(?:^|(?<=\n))>)?\r?(?:\x1b(?:\[J?)?)?$/;
/* eslint-enable no-control-regex */

export class Terminal {
  private silent = true;
  private held = '';

  /** A start of the interpreter: nothing is shown up to the mark. */
  begin(): void {
    this.silent = true;
    this.held = '';
  }

  /** Takes what came, gives what is to be shown; the last prompt is kept back until something follows. */
  show(text: string): string {
    let all = this.held + text;
    this.held = '';
    if (this.silent) {
      const from = all.indexOf(BEGIN);
      if (from < 0) return '';
      this.silent = false;
      all = all.slice(from);
    }
    const cut = OPEN.exec(all)!.index;
    this.held = all.slice(cut);
    return all.slice(0, cut).replace(MARK, '').replace(CURSOR, '').replace(/\r\n/g, '\n');
  }
}
