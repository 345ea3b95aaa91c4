// The bench's classes with a contactor that releases after 40 ms and nothing but the firmware to release it: the interlock
// is bridged. Each demand to open is a trial, and the snapshot says how it went.

import { readFileSync } from 'node:fs';
import assembly, { type Assembly } from '../../bench/assembly';
import { createEspruino, type Espruino } from '../../bench/engine/espruino';

/** From the demand to open until the script has released the coil. */
export interface Trial {
  /** Time of it, ms of this computer. */
  ms: number;
  /** Scans begun in it. */
  scans: number;
  /** Time that the interpreter ran, and that it and the device's thread waited for a processor: ms as the kernel counts them. */
  ran: number;
  waited: number;
}

/** Release time of the contactor, ms. */
export const RELEASE = 40;
/** Samples closer than this are of one scan, ms. */
const BURST = 8;

let engine: Espruino | undefined;

/** ms on a processor, and ms waiting for one, of a process or thread. */
function spent(who: string | number): [number, number] {
  try {
    const [ran, waited] = readFileSync(`/proc/${who}/schedstat`, 'latin1').split(' ').map(Number);
    return [ran / 1e6, waited / 1e6];
  } catch {
    return [0, 0];
  }
}

function times(): { ran: number; waited: number } {
  const [ran, waited] = spent(engine?.pid ?? 0);
  return { ran, waited: waited + spent('thread-self')[1] };
}

const slow: Assembly = {
  ...assembly,
  engine: async (_name, host, o) => (engine = createEspruino(host, o)),
  wiring: async (board) => {
    const wiring = await assembly.wiring(board);
    return (module, clock, seed) => {
      const rig = wiring(module, clock, seed);
      rig.bridge!();
      rig.release!(RELEASE);
      const m = module as Parameters<typeof wiring>[0] & { analogRead(gpio: number, after?: number): number };
      let scans = 0;
      let sampled = -BURST;
      const read = m.analogRead.bind(m);
      m.analogRead = (gpio, after) => {
        const t = clock.now();
        if (gpio === rig.pilotPin) {
          if (t - sampled >= BURST) scans++;
          sampled = t;
        }
        return read(gpio, after);
      };
      const commanded = (): boolean =>
        (rig.snapshot as () => { contactor: { commanded: boolean } })().contactor.commanded;
      let from: { t: number; scans: number; ran: number; waited: number } | undefined;
      let trial: Trial | null = null;
      rig.onChange(() => {
        if (!from || commanded()) return;
        const now = times();
        const { t, scans: n, ran, waited } = from;
        trial = { ms: clock.now() - t, scans: scans - n, ran: now.ran - ran, waited: now.waited - waited };
        from = undefined;
      });
      const { post, snapshot } = rig;
      rig.post = (what, body) => {
        if (commanded() && (what === 'car' || what === 'fault')) from = { t: clock.now(), scans, ...times() };
        return post(what, body);
      };
      rig.snapshot = () => ({ ...snapshot(), trial });
      return rig;
    };
  },
};

export default slow;
