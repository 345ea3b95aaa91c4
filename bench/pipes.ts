// Pairs of sockets joined for an interpreter with sockets of its own, with latency, blackhole and silent death.

import type net from 'node:net';

interface Pipe {
  /** One end, the other end; which of them is the module does not matter: both go silent. */
  ends: [net.Socket, net.Socket];
  /** The module opened it. */
  outgoing: 0 | 1;
  /** Held back by the blackhole. */
  held: (() => void)[];
}

export class Pipes {
  private pipes = new Set<Pipe>();
  private state = { blackhole: false, latency: 0 };

  join(a: net.Socket, b: net.Socket, outgoing: 0 | 1): void {
    const pipe: Pipe = { ends: [a, b], outgoing, held: [] };
    this.pipes.add(pipe);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      from.on('data', (data) => this.later(pipe, () => to.write(data)));
      from.on('error', () => {});
      from.on('close', () =>
        this.later(pipe, () => {
          to.end();
          // As TCP answers for a host that is gone: what the module still sends is reset.
          if (to === pipe.ends[1 - outgoing])
            to.removeAllListeners('data').on('data', () => to.resetAndDestroy());
          this.pipes.delete(pipe);
        }),
      );
    }
  }

  air(state: { blackhole: boolean; latency: number }): void {
    this.state = { blackhole: state.blackhole, latency: state.latency };
    if (state.blackhole) return;
    for (const pipe of this.pipes) for (const fn of pipe.held.splice(0)) this.later(pipe, fn);
  }

  /** Every pipe goes silent. A host that sends later is reset when the module is `reachable`. */
  forget(reachable: () => boolean): void {
    for (const pipe of this.pipes) {
      for (const end of pipe.ends) {
        end.removeAllListeners('data');
        end.on('data', () => reachable() && end.resetAndDestroy());
      }
    }
    this.pipes.clear();
  }

  close(): void {
    for (const pipe of this.pipes) for (const end of pipe.ends) end.destroy();
  }

  private later(pipe: Pipe, fn: () => void): void {
    const run = (): void => {
      if (!this.pipes.has(pipe)) return;
      if (pipe.outgoing && this.state.blackhole) pipe.held.push(fn);
      else fn();
    };
    if (this.state.latency) setTimeout(run, this.state.latency);
    else run();
  }
}
