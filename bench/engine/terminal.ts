// What the interpreter prints, without what only moves a terminal's cursor: its banner, prompts that stand there while
// the script prints, and carriage returns.

/** The boot file prints this when it is over. */
const BEGIN = '\x02';

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
    const from = all.lastIndexOf(BEGIN);
    if (from >= 0) {
      this.silent = false;
      all = all.slice(from + 1).replace(/^\r?\n/, '');
    }
    if (this.silent) return '';
    // eslint-disable-next-line no-control-regex
    const cut = /(?:^|(?<=\n))>?(?:\r(?:\x1b(?:\[J?)?)?)?$/.exec(all)?.index ?? all.length;
    this.held = all.slice(cut);
    // eslint-disable-next-line no-control-regex
    return all
      .slice(0, cut)
      .replace(/>?\r?\x1b\[J/g, '')
      .replace(/\r\n/g, '\n');
  }
}
