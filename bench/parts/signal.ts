// Who wants to hear of a change, in the order of subscription.

export class Signal {
  private fns: (() => void)[] = [];

  on(fn: () => void): void {
    this.fns.push(fn);
  }

  emit(): void {
    for (const fn of this.fns) fn();
  }
}
