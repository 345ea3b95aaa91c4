// Variables of the bundle, as the chip would count them: what is in use, less the boot file of the bench.

/** Scans until the start is over and the number counts as idle. */
const SETTLED = 100;
/** Two functions that the PC's interpreter adds to the global scope after the boot files. */
const LATE = 5;

/** What was in use between two looks; `where` = letter of the request at the peak. */
export interface Report {
  peak: number;
  where: string;
  /** Least at a scan: what stays. */
  floor: number;
  /** In use before any script, part of all other numbers here. */
  empty: number;
  /** All that the script and the engine itself may have. */
  room: number;
}

export class Memory {
  private base = 0;
  private total = 0;
  private last = 0;
  private peak = 0;
  private idle = Infinity;
  private scans = 0;
  /** What a request holds while it asks; NaN = the next number says it. */
  private depth = 0;
  private own: Report = { peak: 0, where: '', floor: Infinity, empty: 0, room: 0 };

  begin(): void {
    this.total = this.last = this.peak = this.scans = this.depth = 0;
    this.idle = Infinity;
    this.report();
  }

  /** `empty`: in use before anything ran; `usage`: with our boot file and nothing else. */
  ready(empty: number, usage: number, total: number): void {
    this.begin();
    this.base = usage - empty + LATE;
    this.total = total;
    this.own.empty = empty;
    this.own.room = total - this.base;
  }

  /** The rest of the pool is taken: it is no longer there. */
  filled(usage: number): void {
    const more = usage - (this.base - LATE + this.own.empty);
    this.base += more;
    this.own.room -= more;
  }

  /** `kind`: the request that asks, when a collection came before it. */
  saw(usage: number, kind = ''): void {
    if (kind && !this.depth) {
      this.depth = usage - (this.base - LATE + this.own.empty);
      return;
    }
    this.last = usage - this.base - this.depth;
    if (!this.total) return;
    this.peak = Math.max(this.peak, this.last);
    if (this.last <= this.own.peak) return;
    this.own.peak = this.last;
    this.own.where = kind;
  }

  /** At a scan, when nothing else has anything on the stack. */
  burst(usage: number): void {
    this.saw(usage);
    this.own.floor = Math.min(this.own.floor, this.last);
    if (++this.scans > SETTLED) this.idle = Math.min(this.idle, this.last);
  }

  used(): { used: number; total: number; peak: number; idle: number } | undefined {
    if (!this.total || !this.last) return undefined;
    return { used: this.last, total: this.total, peak: this.peak, idle: this.idle };
  }

  /** Since the last call of this. */
  report(): Report {
    const { own } = this;
    this.own = { ...own, peak: 0, where: '', floor: Infinity };
    return own;
  }
}
