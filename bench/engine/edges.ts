// `setWatch`: the host watches the pins, with debounce, and the script hears of it with its next look.

import type { Host } from '../types';
import type { Tell } from './requests';

export interface Options {
  repeat?: boolean;
  edge?: 'rising' | 'falling' | 'both';
  debounce?: number;
}

export class Edges {
  private ends = new Map<number, () => void>();

  constructor(
    private host: Host,
    private tell: Tell,
  ) {}

  add(id: number, gpio: number, o: Options): number {
    const { clock, module } = this.host;
    // The engine forces an input with pull-up.
    if (gpio < 34) module.mode(gpio, 'input_pullup');
    let state = module.read(gpio);
    let last: number | undefined;
    let waiting: number | undefined;
    const settled = (level: 0 | 1, t: number): void => {
      if (o.debounce && level === state) return;
      state = level;
      const e = { state: !!level, time: t / 1000, lastTime: last, pin: gpio };
      last = t / 1000;
      if ((o.edge === 'rising' && !level) || (o.edge === 'falling' && level)) return;
      this.tell(id, [e], o.repeat);
      if (!o.repeat) this.remove(id);
    };
    const end = module.watch(gpio, (level, t) => {
      if (waiting !== undefined) clock.cancel(waiting);
      if (o.debounce) waiting = clock.at(t + o.debounce, () => settled(level, t));
      else settled(level, t);
    });
    this.ends.set(id, () => {
      end();
      if (waiting !== undefined) clock.cancel(waiting);
    });
    return id;
  }

  remove(id?: number): void {
    if (id === undefined) return this.clear();
    this.ends.get(id)?.();
    this.ends.delete(id);
  }

  clear(): void {
    for (const end of this.ends.values()) end();
    this.ends.clear();
  }
}
