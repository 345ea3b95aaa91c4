// The ESP32's pins, LEDC, ADC1 and SPI, as natively called from the engine on one side and wired to parts on the other.

import type { Clock, Drive, Frame, Module, OneWireDevice, PinMode, SerialDevice, SpiDevice } from '../types';
import { Adc, generator } from './adc';
import { Uart } from './uart';

/** Pulled up by the engine when it starts and at each `load()`. */
const PULLED = [0, 12, 13, 14, 15, 18, 19, 21, 22, 25, 26, 27];
/** Not touched by a start of the engine: what drove them goes on. */
const KEPT = [2, 4, 5, 16, 17, 23, 32, 33];
const INPUT_ONLY = 34;
const ADC1 = [32, 33, 34, 35, 36, 37, 38, 39];
/** PWM on these is the DAC instead. */
const DAC = [25, 26];
const SHARED_HZ = 5000;
const SHARED = 5;
const OWN = 3;
const STEPS = 1024;

const EFUSE_VREF = 0x3ff5a010;
const RANDOM = 0x3ff75144;
/** RTC_CNTL_RESET_STATE_REG: what reset the first core last. */
const CAUSE = 0x3ff48034;
const POWER_ON = 1;
const BY_SOFTWARE = 12;

interface Pin {
  drive: Drive;
  /** A mode set by the script stays when it writes. */
  manual: boolean;
  on: ((d: Drive) => void)[];
  digital?: () => 0 | 1;
  analog?: (t: number) => number;
  watches: Set<(level: 0 | 1, t: number) => void>;
  seen: 0 | 1;
}

interface Slave {
  cs: number;
  device: SpiDevice;
  mode: number;
  maxBaud: number;
}

const idle = (): Drive => ({ mode: 'input', level: 0, duty: NaN, hz: 0 });

export class Esp32 implements Module {
  readonly adc: Adc;
  /** What the chip prints on the console by itself. */
  complain: (text: string) => void = () => {};
  private pins: Pin[] = [];
  private slaves: Slave[][] = [[], [], []];
  private bus: ({ baud: number; mode: number } | undefined)[] = [];
  private lines: { tx: number; rx: number; device: SerialDevice; frame: Frame }[] = [];
  private ports: Record<2 | 3, Uart>;
  private wires1 = new Map<number, OneWireDevice>();
  private shown = new Map<number, (grb: Uint8Array) => void>();
  /** Pins that hold a LEDC channel; it is never given back. */
  private own = new Set<number>();
  private shared = new Set<number>();
  private random: () => number;
  private cause = POWER_ON;

  constructor(
    private clock: Clock,
    seed: number,
  ) {
    this.random = generator(seed);
    this.adc = new Adc(this.random);
    this.ports = { 2: new Uart(clock, this.lines), 3: new Uart(clock, this.lines) };
    for (let i = 0; i < 40; i++) {
      this.pins.push({ drive: idle(), manual: false, on: [], watches: new Set(), seen: 0 });
    }
  }

  /** A register, as `peek32` reads it. */
  peek(address: number): number {
    if (address === EFUSE_VREF) return this.adc.efuse;
    if (address === CAUSE) return this.cause;
    if (address === RANDOM) return Math.floor(this.random() * 4294967296);
    return 0;
  }

  drive(gpio: number): Drive {
    return this.pins[gpio].drive;
  }

  onDrive(gpio: number, fn: (d: Drive) => void): void {
    this.pins[gpio].on.push(fn);
  }

  digital(gpio: number, level: () => 0 | 1): void {
    this.pins[gpio].digital = level;
  }

  analog(gpio: number, volts: (t: number) => number): void {
    this.pins[gpio].analog = volts;
  }

  changed(gpio: number): void {
    const pin = this.pins[gpio];
    const level = this.read(gpio);
    if (level === pin.seen) return;
    pin.seen = level;
    for (const fn of [...pin.watches]) fn(level, this.clock.now());
  }

  spi(bus: 1 | 2, cs: number, device: SpiDevice, mode: 0 | 1 | 2 | 3, maxBaud: number): void {
    this.slaves[bus].push({ cs, device, mode, maxBaud });
  }

  serial(tx: number, rx: number, device: SerialDevice, frame: Frame): void {
    this.lines.push({ tx, rx, device, frame });
  }

  oneWire(gpio: number, device: OneWireDevice): void {
    this.wires1.set(gpio, device);
  }

  pixels(gpio: number, fn: (grb: Uint8Array) => void): void {
    this.shown.set(gpio, fn);
  }

  /** The chip restarts; with `load`, only the engine's script does. A panic is a reset by software, too. */
  reset(power: boolean, load = false): void {
    if (!load) this.cause = power ? POWER_ON : BY_SOFTWARE;
    for (const port of Object.values(this.ports)) port.close();
    if (power) {
      this.own.clear();
      this.shared.clear();
      this.bus = [];
    }
    this.pins.forEach((pin, gpio) => {
      pin.manual = false;
      pin.watches.clear();
      if (!power && KEPT.includes(gpio)) return;
      this.put(gpio, { mode: PULLED.includes(gpio) ? 'input_pullup' : 'input', level: 0, duty: NaN, hz: 0 });
    });
  }

  mode(gpio: number, mode: PinMode): void {
    const pin = this.pins[gpio];
    pin.manual = true;
    this.put(gpio, { ...pin.drive, mode: gpio < INPUT_ONLY ? mode : 'input', duty: NaN, hz: 0 });
  }

  /** Back to a mode that follows what the script does. */
  auto(gpio: number): void {
    this.pins[gpio].manual = false;
  }

  write(gpio: number, level: 0 | 1): void {
    const pin = this.pins[gpio];
    const mode = gpio >= INPUT_ONLY ? 'input' : pin.manual ? pin.drive.mode : 'output';
    if (pin.drive.mode === mode && pin.drive.level === level && pin.drive.hz === 0) return;
    this.put(gpio, { mode, level, duty: NaN, hz: 0 });
  }

  read(gpio: number): 0 | 1 {
    const { drive, digital } = this.pins[gpio];
    if (drive.mode === 'output') return drive.level;
    if (drive.mode === 'opendrain' && !drive.level) return 0;
    if (digital) return digital();
    return drive.mode === 'input_pullup' || drive.mode === 'opendrain' ? 1 : 0;
  }

  analogRead(gpio: number, after = 0): number {
    if (!ADC1.includes(gpio)) return NaN;
    const { analog } = this.pins[gpio];
    return this.adc.count(analog ? analog(this.clock.now() + after) : 0) / 4096;
  }

  pwm(gpio: number, value: number, hz: number): void {
    if (gpio >= INPUT_ONLY) return;
    if (DAC.includes(gpio))
      return this.put(gpio, { mode: 'output', level: value >= 0.5 ? 1 : 0, duty: NaN, hz: 0 });
    const [channels, count] = hz > 0 ? [this.own, OWN] : [this.shared, SHARED];
    if (!channels.has(gpio) && channels.size >= count) return this.complain('no PWM channel available\n');
    channels.add(gpio);
    const steps = Math.min(Math.max(Math.trunc(value * STEPS), 0), STEPS);
    this.put(gpio, { mode: 'output', level: 0, duty: steps / STEPS, hz: hz > 0 ? hz : SHARED_HZ });
  }

  spiSetup(bus: 1 | 2, o: { baud: number; mode: number }): void {
    this.bus[bus] = { baud: o.baud, mode: o.mode };
  }

  spiSend(bus: 1 | 2, bytes: Uint8Array, cs: number): Uint8Array {
    const back = new Uint8Array(bytes.length).fill(0xff);
    const slave = this.slaves[bus].find((s) => s.cs === cs);
    const setup = this.bus[bus];
    if (!slave || !setup) return back;
    slave.device.select();
    // With the wrong edges, or faster than the chip can follow, it sees bits but no sense in them.
    if (setup.mode === slave.mode && setup.baud <= slave.maxBaud) {
      for (let i = 0; i < bytes.length; i++) back[i] = slave.device.transfer(bytes[i]);
    }
    slave.device.deselect();
    return back;
  }

  serialSetup(port: 2 | 3, o: Frame & { tx: number; rx: number }, then: (b: Uint8Array) => void): void {
    this.ports[port].open(o, then);
  }

  serialWrite(port: 2 | 3, bytes: Uint8Array): void {
    this.ports[port].write(bytes);
  }

  oneWireReset(gpio: number): boolean {
    return this.wires1.get(gpio)?.reset() ?? false;
  }

  oneWireWrite(gpio: number, byte: number): void {
    this.wires1.get(gpio)?.write(byte);
  }

  oneWireRead(gpio: number): number {
    return this.wires1.get(gpio)?.read() ?? 0xff;
  }

  pixelWrite(gpio: number, grb: Uint8Array): void {
    this.shown.get(gpio)?.(grb);
  }

  watch(gpio: number, fn: (level: 0 | 1, t: number) => void): () => void {
    const pin = this.pins[gpio];
    pin.seen = this.read(gpio);
    const mine = (level: 0 | 1, t: number): void => fn(level, t);
    pin.watches.add(mine);
    return () => pin.watches.delete(mine);
  }

  private put(gpio: number, drive: Drive): void {
    const pin = this.pins[gpio];
    pin.drive = drive;
    for (const fn of pin.on) fn(drive);
    this.changed(gpio);
  }
}
