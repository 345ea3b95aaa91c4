// Which classes the bench is put together from; tests put in others.

import type { WorldClock } from './clock';
import { createNode } from './engine/node';
import { Nor } from './esp32/flash';
import { Esp32 } from './esp32/module';
import type { Proxies } from './esp32/net';
import { Storage } from './esp32/storage';
import type { Engine, Flash, Host, Module, Wiring } from './types';

/** Storage as the bench needs it to put a build on the chip. */
export interface Files {
  list(): string[];
  read(name: string): Uint8Array | undefined;
  write(name: string, data: Uint8Array): void;
  erase(name: string): void;
  /** Bytes in use, dead ones included. */
  used(): number;
}

export interface EngineOptions {
  proxies: Proxies;
  /** Where its flash is kept: a directory of this engine alone; '' = nowhere. */
  directory: string;
  /** The interpreter's executable. */
  executable: string;
  /** What has to be in Storage: name -> content, start-up code first. */
  build: Map<string, Uint8Array>;
  /** Nothing of an earlier run is kept. */
  fresh: boolean;
  /** Of the assembly's address: what its maker tells it. */
  query?: URLSearchParams;
}

/** What bench/assembly.ts or a test's stand-in exports as default. */
export interface Assembly {
  wiring(board: string): Promise<Wiring>;
  module(clock: WorldClock, seed: number): Promise<Module>;
  /** `image`: what the flash held; absent: erased. */
  flash(image?: Uint8Array): Promise<Flash>;
  files(flash: Flash): Promise<Files>;
  engine(name: 'node' | 'espruino', host: Host, o: EngineOptions): Promise<Engine>;
}

const assembly: Assembly = {
  wiring: async (board) => (await import(`./wiring/${board}.ts`)).default,
  module: async (clock, seed) => new Esp32(clock, seed),
  flash: async (image) => new Nor(image),
  files: async (flash) => new Storage(flash),
  // Loaded where it is asked for: it brings the minifier along.
  engine: async (name, host, o) =>
    name === 'node' ? createNode(host) : (await import('./engine/espruino')).createEspruino(host, o),
};

export default assembly;
