// The watchdog of the chip: it counts on while the script stands still.

import type { Clock } from '../types';

export class Watchdog {
  private ms = 0;
  private kicked = 0;
  private auto = false;
  private alarm = 0;

  constructor(
    private clock: Clock,
    /** Nothing runs and nothing stands still. */
    private idle: () => boolean,
    private bite: () => void,
  ) {}

  enable(seconds: number, auto: boolean): void {
    this.stop();
    this.ms = Math.max(Math.floor(seconds), 1) * 1000;
    this.auto = auto;
    this.kick();
    this.arm();
  }

  kick(): void {
    this.kicked = this.clock.now();
  }

  get on(): boolean {
    return this.ms > 0;
  }

  stop(): void {
    this.ms = 0;
    if (this.alarm) this.clock.cancel(this.alarm);
    this.alarm = 0;
  }

  private arm(): void {
    this.alarm = this.clock.at(this.kicked + this.ms, () => {
      this.alarm = 0;
      if (!this.ms) return;
      if (this.auto && this.idle()) this.kick();
      if (this.clock.now() < this.kicked + this.ms) this.arm();
      else this.bite();
    });
  }
}
