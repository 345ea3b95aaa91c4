// S0 pulse output of any meter (IEC 62053-31): open collector to GND, pulled up. It tells energy alone.

import type { Bit, Meter } from './types';

/** A pulse lasts 30 ms at least, and so does the pause; contacts that bounce are quieter than this, ms. */
const BOUNCE = 20;
/** A round a second. */
const ROUND = 1000;

export class S0 implements Meter {
  v = [0, 0, 0];
  i = [0, 0, 0];
  p = [0, 0, 0];
  wh = 0;
  hz = 0;
  /** Silence is what a meter says at rest, too: a broken wire cannot be told from it. */
  ok: Bit = 1;
  pulses: Bit = 1;
  /** Wh of a pulse; time of the last one and the gap before it, ms, 0 = none. */
  private _unit: number;
  private _last = 0;
  private _gap = 0;
  private _due = 0;

  /** `kwh`: pulses a kWh, from the label. */
  constructor(o: { pin: Pin; kwh: number }) {
    this._unit = 1000 / o.kwh;
    setWatch((e) => this._pulse(e.time * 1000), o.pin, { repeat: true, edge: 'falling', debounce: BOUNCE });
  }

  sample(): boolean {
    const t = getTime() * 1000;
    if (t < this._due) return false;
    this._due = t + ROUND;
    this._show(t);
    return true;
  }

  private _pulse(t: number): void {
    this.wh += this._unit;
    this._gap = this._last ? t - this._last : 0;
    this._last = t;
  }

  /** Power from the last gap; when the next pulse is late, from the time since; 0 after twice the gap. */
  private _show(t: number): void {
    const since = t - this._last;
    const gap = Math.max(this._gap, since);
    this.p[0] = this._gap && since < 2 * this._gap ? Math.round((this._unit * 3600000) / gap) : 0;
  }
}
