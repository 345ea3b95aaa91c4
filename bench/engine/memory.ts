// Variables of the bundle, as the chip would count them: what is in use, less the boot file of the bench.

/** Scans until the start is over and the number counts as idle. */
const SETTLED = 100;
/** Two functions that the PC's interpreter adds to the global scope after the boot files. */
const LATE = 5;

export class Memory {
  private base = 0;
  private total = 0;
  private last = 0;
  private peak = 0;
  private idle = Infinity;
  private scans = 0;

  begin(): void {
    this.total = this.last = this.peak = this.scans = 0;
    this.idle = Infinity;
  }

  /** `empty`: in use before anything ran; `usage`: with our boot file and nothing else. */
  ready(empty: number, usage: number, memory: { total: number }): void {
    this.begin();
    this.base = usage - empty + LATE;
    this.total = memory.total;
  }

  saw(usage: number): void {
    this.last = usage - this.base;
    if (this.total) this.peak = Math.max(this.peak, this.last);
  }

  /** At a scan, when nothing else has anything on the stack. */
  burst(usage: number): void {
    this.saw(usage);
    if (++this.scans > SETTLED) this.idle = Math.min(this.idle, this.last);
  }

  used(): { used: number; total: number; peak: number; idle: number } | undefined {
    if (!this.total || !this.last) return undefined;
    return { used: this.last, total: this.total, peak: this.peak, idle: this.idle };
  }
}
