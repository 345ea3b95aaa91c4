// `dgram`: UDP sockets, by the port that they are bound to.

import type { World } from './socket';
import type { Any } from './realm';
import { chars, latin } from './text';

export class Dgram {
  private bound = new Map<number, Any>();

  constructor(private w: World) {
    w.net.onDatagram = (port, address, from, data) => {
      const socket = this.bound.get(port);
      const size = data.length;
      if (socket)
        w.emitter.emit(socket, 'message', chars(data), w.realm.object({ address, port: from, size }));
      w.loop.wake();
    };
  }

  library(): Any {
    return this.w.realm.object({ createSocket: () => this.createSocket() });
  }

  /** The script is over. */
  stop(): void {
    for (const port of this.bound.keys()) this.w.net.unbind(port);
    this.bound.clear();
  }

  private createSocket(): Any {
    const { realm, emitter, loop, net } = this.w;
    const socket = realm.object();
    let mine = 0;
    const hide = (name: string, fn: (...args: never[]) => unknown): void =>
      realm.hide(name, (...args: never[]) => (this.w.check(), fn(...args)), socket);
    hide('bind', (port: number, then?: unknown) => {
      mine = port;
      this.bound.set(port, socket);
      net.bind(port);
      if (typeof then === 'function') loop.queue(() => emitter.fire({ '#oncall': then }, 'call', socket));
      return socket;
    });
    /** send(text, port, address) or send(text, offset, length, port, address). */
    hide('send', (text: string, a: number, b: number | string, c?: number, d?: string) => {
      const whole = typeof b === 'string';
      const data = latin(whole ? text : text.substr(a, b));
      if (this.w.online()) net.datagram(mine, whole ? b : d!, whole ? a : c!, Uint8Array.from(data));
    });
    hide('close', () => {
      if (this.bound.get(mine) !== socket) return;
      this.bound.delete(mine);
      net.unbind(mine);
      emitter.emit(socket, 'close', false);
    });
    return socket;
  }
}
