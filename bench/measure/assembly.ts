// The bench's classes with an engine that is measured: how stands in the query of this module's address, and what was in
// use is told to whoever asks on a channel.

import assembly, { type Assembly } from '../assembly';
import { createEspruino, type Measure } from '../engine/espruino';

/** Channel between the threads of this process: a question is anything, the answer a `Report`. */
export const CHANNEL = 'pilotwire-measure';

const how = new URL(import.meta.url).searchParams.get('how');

const measured: Assembly = {
  ...assembly,
  engine: async (_name, host, o) => {
    const engine = createEspruino(host, { ...o, measure: JSON.parse(how ?? '{}') as Measure });
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = () => channel.postMessage(engine.report());
    channel.unref();
    return engine;
  },
};

export default measured;
