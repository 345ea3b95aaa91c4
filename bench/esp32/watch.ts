// `setWatch`: edges seen by the hardware at once, told to the script when it has time, with debounce.

import type { Module } from '../types';
import type { Any } from './realm';
import type { Script } from './script';

interface Watch {
  id: number;
  end: () => void;
}

export class Watches {
  private all: Watch[] = [];

  constructor(
    private s: Script,
    private module: Module,
  ) {}

  add(fn: unknown, gpio: number, o: Any): number {
    const { s, module } = this;
    // The engine forces an input with pull-up.
    if (gpio < 34) module.mode(gpio, 'input_pullup');
    const opts = typeof o === 'object' ? o : { repeat: !!o };
    const id = this.all.length ? this.all[this.all.length - 1].id + 1 : 1;
    const edge = opts.edge === 'rising' ? 1 : opts.edge === 'falling' ? 0 : -1;
    const debounce = Number(opts.debounce ?? 0);
    let state = module.read(gpio);
    let last = NaN;
    let waiting: number | undefined;
    const tell = (level: 0 | 1, t: number): void => {
      const lastTime = Number.isNaN(last) ? undefined : last;
      last = s.secondsAt(t);
      if (edge >= 0 && edge !== level) return;
      const e = s.realm.object({ state: !!level, lastTime, time: last, pin: s.realm.global[`D${gpio}`] });
      const ok = s.call(fn, undefined, [e]) || s.lost(opts.repeat);
      if (!ok || !opts.repeat) this.remove(id);
    };
    const settle = (level: 0 | 1, t: number): void => {
      if (waiting !== undefined) s.loop.remove(waiting);
      waiting = s.loop.add(t + debounce - s.now(), false, () => {
        waiting = undefined;
        if (level !== state) tell((state = level), t);
        return true;
      });
    };
    const edgeSeen = (level: 0 | 1, t: number): void =>
      s.loop.input(() => {
        if (!this.all.some((w) => w.id === id)) return;
        if (debounce > 0) settle(level, t);
        else tell((state = level), t);
      });
    this.all.push({ id, end: module.watch(gpio, edgeSeen) });
    return id;
  }

  remove(...ids: Any[]): void {
    if (ids.length && ids[0] === undefined) {
      throw this.s.realm.error('clearWatch(undefined) not allowed. Use clearWatch() instead');
    }
    for (const w of this.all) if (!ids.length || w.id === Number(ids[0])) w.end();
    this.all = ids.length ? this.all.filter((w) => w.id !== Number(ids[0])) : [];
  }
}
