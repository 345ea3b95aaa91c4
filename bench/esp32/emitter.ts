// Events of the engine: every object can have listeners, and they run later, from the queue.

import type { Loop } from './loop';
import type { Any, Realm } from './realm';

export type Call = (fn: unknown, self: unknown, args: unknown[]) => boolean;

export class Emitter {
  constructor(
    private realm: Realm,
    private loop: Loop,
    private call: Call,
  ) {
    const proto = realm.global.Object.prototype;
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const me = this;
    const method = (name: string, fn: (this: Any, ...args: Any[]) => unknown): void =>
      realm.hide(name, fn, proto);
    method('on', function (event, fn) { me.on(this, event, fn); }); // prettier-ignore
    method('emit', function (event, ...args) { me.emit(this, event, ...args); }); // prettier-ignore
    method('removeListener', function (event, fn) { me.off(this, event, fn); }); // prettier-ignore
    method('removeAllListeners', function (event) {
      for (const key of Object.keys(this))
        if (event ? key === '#on' + event : key.startsWith('#on')) delete this[key];
    });
    method('clone', function () { return realm.global.Object.assign(new realm.global.Object(), this); }); // prettier-ignore
  }

  on(o: Any, event: unknown, fn: unknown): void {
    if (typeof event !== 'string') throw this.realm.error('First argument must be String', 'TypeError');
    if (typeof fn !== 'function' && typeof fn !== 'string') {
      throw this.realm.error('Second argument must be a function or a String', 'TypeError');
    }
    // A new list each time: an event under way keeps the old one.
    o['#on' + event] = this.realm.array([...(o['#on' + event] ?? []), fn]);
    if (event !== 'data' || o['#buf'] === undefined) return;
    const kept = o['#buf'];
    delete o['#buf'];
    this.emit(o, event, kept);
  }

  off(o: Any, event: string, fn: unknown): void {
    const list = (o['#on' + event] ?? []).filter((f: unknown) => f !== fn);
    if (list.length) o['#on' + event] = this.realm.array(list);
    else delete o['#on' + event];
  }

  emit(o: Any, event: string, ...args: unknown[]): void {
    const list = o['#on' + event];
    if (list) this.loop.queue(() => this.all(o, list, args));
  }

  /** At once. False when nobody listens. */
  fire(o: Any, event: string, ...args: unknown[]): boolean {
    const list = o['#on' + event];
    if (!list) return false;
    this.all(o, list, args);
    return true;
  }

  private all(self: unknown, list: unknown, args: unknown[]): void {
    if (typeof list === 'function') return void this.call(list, self, args);
    for (const fn of list as unknown[]) if (!this.call(fn, self, args)) return;
  }
}
