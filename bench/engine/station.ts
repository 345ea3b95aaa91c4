// The look-alike's `Wifi`, heard and asked from another process.

import type { World } from '../esp32/socket';
import { Wifi } from '../esp32/wifi';
import type { Host } from '../types';
import type { Tell } from './requests';

type Method = (...args: unknown[]) => unknown;

export class Station {
  private wifi: Wifi;
  private loop = { dead: false, wake: () => {}, queue: (fn: () => void) => fn() };

  constructor(host: Host, tell: Tell) {
    // The little of the look-alike's world that `Wifi` needs: calls and events become messages.
    const world = {
      realm: {
        object: (o: object = {}) => ({ ...o }),
        array: (all: unknown[] = []) => [...all],
        hide: (name: string, fn: unknown, face: Record<string, unknown>) => (face[name] = fn),
        error: (text: string) => text,
      },
      loop: this.loop,
      emitter: {
        fire: (o: { '#oncall': (...args: unknown[]) => void }, _: string, ...args: unknown[]) =>
          o['#oncall'](...args),
        emit: (_: object, event: string, details: unknown) => tell(event, [details]),
      },
      net: host.net,
      check: () => {},
      online: () => this.wifi.online,
    };
    this.wifi = new Wifi(
      world as unknown as World,
      host.clock,
      host.air,
      host.serial.padStart(6, '0').slice(-6),
    );
    this.tell = tell;
  }

  private tell: Tell;

  /** Calls a method; `then` is the number of the script's callback, 0 without one. */
  call(name: string, args: unknown[], then: number): unknown {
    const fn = (this.wifi.face as Record<string, Method | undefined>)[name];
    if (!fn) return undefined;
    const back = (...a: unknown[]): void => this.tell(then, a, name === 'ping');
    return fn(...args, ...(then ? [back] : []));
  }

  stop(): void {
    this.loop.dead = true;
    this.wifi.stop();
  }
}
