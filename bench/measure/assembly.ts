// The bench's classes with an engine that is measured: how stands in the query of this module's address, and what was in
// use is told to whoever asks on a channel.

import assembly, { type Assembly } from '../assembly';
import { createEspruino, type Measure } from '../engine/espruino';
import type { Report } from '../engine/memory';
import type { Asked } from '../engine/requests';

/** Channel between the threads of this process: `Question` there, `Answer` back. */
export const CHANNEL = 'pilotwire-measure';

export interface Question {
  /** From now on every connect takes so many ms longer. */
  far?: number;
  /** From now on nothing runs but the scan, and what is asked for. */
  alone?: boolean;
}
export type Answer = Report & { stood: number; asked: Asked[] };

const measured: Assembly = {
  ...assembly,
  engine: async (_name, host, o) => {
    /** ms that every connect takes longer, and that the interpreter has stood in connects. */
    let far = 0;
    let stood = 0;
    const proxies: typeof o.proxies = {
      upstream: (port, local) => o.proxies.upstream(port, local),
      proxy(name, port, then) {
        const from = host.clock.now();
        const done: typeof then = (r) => {
          stood += host.clock.now() - from;
          then(r);
        };
        host.clock.at(from + far, () => o.proxies.proxy(name, port, done));
      },
    };
    const measure = JSON.parse(o.query?.get('how') ?? '{}') as Measure;
    const engine = createEspruino(host, { ...o, proxies, measure });
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = (e) => {
      const q = (e as MessageEvent).data as Question;
      far = q.far ?? far;
      if (q.alone) engine.alone();
      channel.postMessage({ ...engine.report(), stood, asked: engine.asked() });
    };
    channel.unref();
    return engine;
  },
};

export default measured;
