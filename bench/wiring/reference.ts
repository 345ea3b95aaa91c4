// The reference board: which part hangs on which GPIO.

import { parts } from '../parts/charger';
import { rig } from '../parts/rig';
import type { Clock, Rig, Wires } from '../types';

/** From CP to the ADC pin: V = 1.338 V + 0.1021 · CP. */
const DIVIDER = { series: 270e3, up: 68e3, down: 56e3, rail: 3.3, farads: 220e-12 };

const reference = (wires: Wires, clock: Clock, seed: number): Rig => {
  const p = parts(clock, seed, DIVIDER);
  const outputs: [gpio: number, fn: Parameters<typeof wires.onDrive>[1]][] = [
    [27, (d) => p.pilot.drive(d)],
    [26, (d) => p.contactor.coil(d)],
    [25, (d) => p.contactor.pairCoil(d)],
    [21, (d) => p.lock.driveA(d)],
    [22, (d) => p.lock.driveB(d)],
    [14, (d) => p.rcm.test(d)],
  ];
  for (const [gpio, fn] of outputs) {
    wires.onDrive(gpio, fn);
    fn(wires.drive(gpio));
  }

  wires.analog(34, (t) => p.pilot.adc(t));
  wires.analog(35, () => p.proximity.volts());
  wires.analog(36, () => p.socket.volts());
  wires.analog(39, () => p.board.volts());

  wires.digital(13, () => p.contactor.mirror());
  p.contactor.touched.on(() => wires.changed(13));
  wires.digital(32, () => p.lock.feedback());
  p.lock.changed.on(() => wires.changed(32));
  wires.digital(33, () => p.rcm.level());
  p.rcm.changed.on(() => wires.changed(33));
  wires.digital(0, () => p.button.level());
  p.button.changed.on(() => wires.changed(0));

  wires.pixels(4, (grb) => p.light.receive(grb));
  wires.spi(2, 5, p.reader, 0, 10000000);
  wires.spi(1, 15, p.meter, 3, 1000000);
  return Object.assign(rig(p), {
    pilotPin: 34,
    bridge: () => p.interlock.bridge(),
    release: (ms: number) => p.contactor.release(ms),
  });
};

export default reference;
