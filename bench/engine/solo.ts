// The interpreter with the module and the parts of one board, in real time and in this thread: for tests and for the
// profile, which have to be nearer to the engine than the bench's thread lets them.

import { performance } from 'node:perf_hooks';
import type { EngineOptions } from '../assembly';
import { WorldClock } from '../clock';
import { Nor } from '../esp32/flash';
import { Esp32 } from '../esp32/module';
import { PowerCut, type Host, type Rig } from '../types';
import { createEspruino, type Espruino, type Measure } from './espruino';

export interface Solo {
  engine: Espruino;
  host: Host;
  module: Esp32;
  flash: Nor;
  rig: Rig | undefined;
  /** All that was printed. */
  text(): string;
  /** Waits until `done`, at most `ms` of real time. */
  until(done: () => boolean, ms: number): Promise<boolean>;
  stop(): void;
}

type Proxies = EngineOptions['proxies'];
/** No network: connects are refused at once. */
const NOWHERE: Proxies = {
  proxy: (_h, _p, then) => then({ error: 'Unable to create socket' }),
  upstream: () => {},
};

export async function solo(o: {
  executable: string;
  build: Map<string, Uint8Array>;
  directory?: string;
  board?: string;
  proxies?: Proxies;
  net?: Partial<Host['net']>;
  seed?: number;
  measure?: Measure;
  /** What the flash holds from its beginning. */
  flash?: Uint8Array;
}): Promise<Solo> {
  const world = new WorldClock();
  const real = performance.now();
  let running = false;
  const catchUp = (): void => {
    if (running) return;
    running = true;
    try {
      world.run(performance.now() - real);
    } catch (e) {
      if (!(e instanceof PowerCut)) throw e;
    } finally {
      running = false;
    }
  };
  const clock = {
    now: () => (catchUp(), world.now()),
    at: world.at.bind(world),
    cancel: world.cancel.bind(world),
  };
  const seed = o.seed ?? 1;
  const module = new Esp32(clock, seed);
  const flash = new Nor(o.flash);
  const rig = o.board && (await import(`../wiring/${o.board}.ts`)).default(module, clock, seed);
  let text = '';
  const net = {
    resolve: (name: string, then: (ip?: string) => void) => then(name),
    ping: () => {},
    bind: () => {},
    unbind: () => {},
    datagram: () => {},
    ...o.net,
  };
  const host: Host = {
    clock,
    module,
    flash,
    net: net as Host['net'],
    air: { up: true },
    print: (t) => (text += t),
    reboot(why) {
      text += `reset: ${why}\n`;
      engine.stop();
      module.reset(false);
      world.at(world.now() + 300, () => engine.boot());
    },
    stall: () => {},
    serial: '100001',
  };
  const engine = createEspruino(host, {
    proxies: o.proxies ?? NOWHERE,
    directory: o.directory ?? '',
    executable: o.executable,
    build: o.build,
    fresh: true,
    measure: o.measure,
  });
  const ticking = setInterval(catchUp, 1);
  rig?.power(true);
  module.reset(true);
  engine.boot();
  return {
    engine,
    host,
    module,
    flash,
    rig: rig || undefined,
    text: () => text,
    async until(done, ms) {
      const end = performance.now() + ms;
      while (!done() && performance.now() < end) await new Promise((r) => setTimeout(r, 2));
      return done();
    },
    stop() {
      clearInterval(ticking);
      engine.end();
    },
  };
}
